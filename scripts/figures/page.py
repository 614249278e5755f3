"""The page: tables in Markdown. No text of any row is ever written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from accord.core.score import Score
from figures.fairness import Alarms, Bias
from figures.privacy import CaseResult, NumberResult, SpanResult
from figures.safety import Contrast
from figures.sets import Sets
from figures.words import FIT

_ALWAYS = ("injection", "anything", "identifier or secret")
T = TypeVar("T")

SEEN = " †"
"""Marks a set that the shipped weights were trained on."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned right."""
    lines = [f"| {' | '.join(header)} |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def figure(score: Score | None, places: int = 2) -> str:
    """A value with its interval; a dash where there is none."""
    if score is None or score.value is None or score.low is None or score.high is None:
        return "–"
    return f"{score.value:.{places}f} <small>{score.low:.{places}f}–{score.high:.{places}f}</small>"


def percent(score: Score | None) -> str:
    """A share in per cent with its interval."""
    if score is None or score.value is None or score.low is None or score.high is None:
        return "–"
    return f"{100 * score.value:.1f} <small>{100 * score.low:.1f}–{100 * score.high:.1f}</small>"


def value(score: Score | None) -> str:
    """A value alone."""
    return "–" if score is None or score.value is None else f"{score.value:.2f}"


def span_tables(results: Iterable[SpanResult], undetected: frozenset[str]) -> str:
    """One table for each set: types, and beside them the peer on the same rows."""
    made = []
    for result in results:
        beside = result.theirs is not None
        header = ["type", "n", "precision", "recall", "F1", "exact F1", "hidden"]
        rows = [_span_row(result, kind, undetected) for kind in sorted(result.ours["covered"].groups)]
        rows = [row for row in rows if row[1] != "0"]
        rows.append(_span_row(result, "", undetected))
        if beside:
            header += ["Presidio F1", "Presidio hidden"]
        precision, recall = (figure(result.ours[f"character_{part}"]) for part in ("precision", "recall"))
        characters = f"Characters: precision {precision}, recall {recall}"
        if result.theirs is not None:
            theirs = result.theirs
            characters += f"; Presidio {figure(theirs['character_precision'])}, {figure(theirs['character_recall'])}"
        made.append(f"### {result.name}, {result.texts} texts\n\n{table(header, rows)}\n{characters}.\n")
    return "\n".join(made)


def _span_row(result: SpanResult, kind: str, undetected: frozenset[str]) -> list[str]:
    def of(scores: dict[str, Score] | None, metric: str) -> Score | None:
        if scores is None:
            return None
        return scores[metric].groups.get(kind) if kind else scores[metric]

    ours, theirs = dict(result.ours), None if result.theirs is None else dict(result.theirs)
    n = of(ours, "covered")
    name = f"{kind} (no detector)" if kind in undetected else kind or "**all**"
    row = [name, str(n.n if n else 0)]
    row += [value(of(ours, f"overlap_{part}")) for part in ("precision", "recall")]
    row += [figure(of(ours, "overlap_f1")), value(of(ours, "exact_f1")), figure(of(ours, "covered"))]
    if theirs is not None:
        row += [figure(of(theirs, "overlap_f1")), figure(of(theirs, "covered"))]
    return row


def case_table(results: Sequence[CaseResult]) -> str:
    """Identifiers by kind."""
    rows = []
    for result in results:
        kind = "**all**" if result.kind == "all" else result.kind
        rows.append(
            [
                kind,
                str(result.found.n),
                figure(result.found),
                figure(result.hidden),
                str(result.raised.n),
                figure(result.raised),
            ]
        )
    return table(["entity", "n", "found", "hidden", "n invalid", "raised"], rows)


def number_table(results: Sequence[NumberResult], beside: str) -> str:
    """Numbers by type, alone and beside something."""
    rows = [
        ["**all**" if r.kind == "all" else r.kind, str(r.alone.n), figure(r.alone), figure(r.labelled)]
        for r in results
    ]
    return table(["type", "n", "alone", beside], rows)


def contrast_tables(results: Sequence[Contrast], sets: Sets) -> str:
    """Attacks or harm; what the weights have seen stands apart."""
    unseen = [result for result in results if result.set not in sets.trained]
    return _apart(_contrasts, unseen, [result for result in results if result.set in sets.trained], sets)


def _apart(write: Callable[[Sequence[T], Sets], str], unseen: Sequence[T], seen: Sequence[T], sets: Sets) -> str:
    made = [write(unseen, sets)] if unseen else []
    return "\n".join([*made, FIT, write(seen, sets)] if seen else made)


def _contrasts(results: Sequence[Contrast], sets: Sets) -> str:
    rows = []
    for result in results:
        scores = result.scores()
        rows.append(
            [
                result.name + (SEEN if result.set in sets.trained else ""),
                result.category,
                str(result.bad.n),
                percent(result.bad.held_rate()),
                percent(result.bad.blocked_rate()),
                str(result.good.n),
                percent(result.good.held_rate()),
                figure(scores["auc"]),
                value(scores["auprc"]),
                figure(scores["recall_at_1"]),
            ]
        )
    header = ["set", "looked for", "n", "held or blocked %", "blocked %", "n benign", "false alarms %"]
    return table([*header, "AUC", "AUPRC", "recall at 1 % false alarms"], rows)


def bias_tables(results: Sequence[Bias]) -> str:
    """By group: the three AUCs and the false alarms."""
    made = []
    for result in results:
        rows = [
            [
                group,
                str(scores["subgroup_auc"].n),
                *(figure(scores[name]) for name in ("subgroup_auc", "bpsn_auc", "bnsp_auc")),
                percent(result.gap.groups.get(group)),
            ]
            for group, scores in result.groups.items()
        ]
        made.append(
            f"### {result.name}\n\nAUC {figure(result.whole)} over {result.whole.n} texts; false alarms differ by up "
            f"to {percent(result.gap)} percentage points between groups.\n\n"
            + table(["group", "n", "subgroup AUC", "BPSN AUC", "BNSP AUC", "false alarms %"], rows)
        )
    return "\n".join(made)


def alarm_tables(results: Sequence[Alarms], sets: Sets) -> str:
    """False alarms by what raised them; what the weights have seen stands apart."""
    unseen = [result for result in results if result.set not in sets.trained]
    return _apart(_alarms, unseen, [result for result in results if result.set in sets.trained], sets)


def _alarms(results: Sequence[Alarms], sets: Sets) -> str:
    kinds = list(dict.fromkeys(kind for result in results for kind in result.rates))
    shown = [
        kind for kind in kinds if any(kind in r.rates and (kind in _ALWAYS or r.rates[kind].value) for r in results)
    ]
    rows = [
        [r.name + (SEEN if r.set in sets.trained else ""), str(r.n), *(percent(r.rates.get(kind)) for kind in shown)]
        for r in results
    ]
    return table(["texts", "n", *(f"{kind} %" for kind in shown)], rows)


def source_table(sets: Sets) -> str:
    """Where the sets come from, and whom their licences ask to name."""
    rows = []
    for name, (used, there) in sorted(sets.used.items()):
        notice = sets.notice(name)
        rows.append(
            [name + (SEEN if name in sets.trained else ""), f"{used} of {there}", notice.licence, notice.attribution]
        )
    return table(["set", "rows", "licence", "attribution"], rows).replace("---:|---:|---:|", "---:|---|---|")


def left_out(weights: Path) -> str:
    """What the model cards say of sources left out of training, where they hold at least 20 harmful texts."""
    rows, header = [], ""
    for card in sorted(weights.glob("*.md")):
        inside = False
        for line in card.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                inside = line.strip("# ").lower() == "sources left out"
            elif inside and line.startswith("| head"):
                header = line
            elif inside and line.startswith("|") and _number(line.split("|")[3]) >= 20:
                rows.append(line)
    if not rows:
        return "No model card says.\n"
    return "\n".join([header, "|---|---|" + "---:|" * (header.count("|") - 3), *rows]) + "\n"


def _number(cell: str) -> int:
    return int(cell) if cell.strip().isdigit() else 0
