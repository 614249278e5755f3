"""What the heads do on sources they have not seen: ranking, recall at one per cent of false alarms, alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from accord.detect.heads import HEADS, TextHeads, probability
from heads.rows import HARM
from heads.train import BLOCK, HOLD, LeftOut, even

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """Figures of one head on one source."""

    head: str
    source: str
    positives: int
    negatives: int
    auc: float | None
    auprc: float | None
    recall_at_1: float | None
    held: float | None
    blocked: float | None
    held_calm: float | None
    blocked_calm: float | None


def figure(head: str, source: str, bad: Floats, calm: Floats, own: bool = True) -> Figure:
    """Figures from calibrated probabilities; `own` says that the harmless texts are of the same source."""
    both = bool(bad.size and calm.size)
    truth = np.concatenate((np.ones(bad.size), np.zeros(calm.size)))
    values = np.concatenate((bad, calm))

    def share(scores: Floats, threshold: float) -> float | None:
        return float((scores >= threshold).mean()) if scores.size else None

    return Figure(
        head,
        source,
        bad.size,
        calm.size if own else 0,
        float(roc_auc_score(truth, values)) if both else None,
        float(average_precision_score(truth, values)) if both else None,
        float((bad > np.quantile(calm, 0.99)).mean()) if both else None,
        share(bad, HOLD.get(head, HOLD["hate"])),
        share(bad, BLOCK),
        share(calm, HOLD.get(head, HOLD["hate"])) if own else None,
        share(calm, BLOCK) if own else None,
    )


def measure_left_out(arrays: dict[str, Any], seen: LeftOut) -> list[Figure]:
    """Figures of every source while it was left out. A source of one label borrows the harmless of its fold."""
    heads = TextHeads(arrays)
    pages = np.array([len(row.text) for row in seen.rows])
    scores = np.stack(
        [
            probability(heads.calibrate(seen.logits[i : i + 1].astype(np.float32), int(n)))[0]
            for i, n in enumerate(pages)
        ]
    ).astype(np.float64)
    sources = np.array([row.source for row in seen.rows])
    result = []
    for column, head in enumerate(HEADS):
        labels = np.array([row.labels.get(head, -1) for row in seen.rows])
        chosen = _drawn(seen, labels == 0)
        for source in sorted(set(sources)):
            here = sources == source
            bad, calm = scores[here & (labels == 1), column], scores[here & (labels == 0), column]
            own = calm.size >= 30
            if not own:
                calm = scores[chosen, column]
            if bad.size >= 10:
                result.append(figure(head, source, bad, calm, own))
    return result + _alarms(scores, seen)


def _drawn(seen: LeftOut, calm: NDArray[np.bool_], count: int = 5000) -> NDArray[np.int64]:
    """Harmless texts, as many from each source as can be, for sources that have none of their own."""
    known = np.flatnonzero(calm)
    weights = even([seen.rows[i] for i in known])
    return np.random.default_rng(0).choice(known, size=min(count, known.size), p=weights / weights.sum())


def _alarms(scores: Floats, seen: LeftOut) -> list[Figure]:
    """Alarms of both detectors on what is harmless in every way, by source."""
    result = []
    for name, heads in (("injection", ("injection",)), ("any harm", HARM)):
        columns = [HEADS.index(head) for head in heads]
        calm = np.array([all(row.labels.get(head) == 0 for head in heads) for row in seen.rows])
        sources = np.array([row.source for row in seen.rows])
        for source in sorted(set(sources[calm])):
            best = scores[calm & (sources == source)][:, columns].max(axis=1)
            if best.size >= 30:
                result.append(figure(name, source, np.zeros(0), best))
    return result


def measure_set(arrays: dict[str, Any], data: Path) -> list[Figure]:
    """Figures on the sets kept for evaluation, once, after everything is fixed."""
    heads = TextHeads(arrays)
    never = bool
    result = []
    for name, head, rows in _questions(data):
        texts = [text for text, _ in rows]
        columns = [HEADS.index(h) for h in (HEADS[1:] if head == "any harm" else (head,))]
        scores = np.array(
            [probability(heads.score(t, never).logits)[:, columns].max(initial=0.0) for t in texts], dtype=np.float64
        )
        truth = np.array([label for _, label in rows])
        result.append(figure(head, name, scores[truth == 1], scores[truth == 0]))
    return result


def _rows(data: Path, name: str) -> list[dict[str, Any]]:
    path = data / name / "data.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line] if path.exists() else []


def _questions(data: Path) -> Iterator[tuple[str, str, list[tuple[str, int]]]]:
    letters = {"S": "sexual", "H": "hate", "V": "violence", "HR": "harassment", "SH": "selfharm"}
    moderation = _rows(data, "openai_moderation")
    for letter, head in letters.items():
        yield "openai_moderation", head, [(r["text"], int(r[letter])) for r in moderation if r[letter] is not None]
    yield "openai_moderation", "any harm", [(r["text"], int(any(r[k] for k in letters))) for r in moderation]
    for name in ("hatecheck_en", "hatecheck_multilingual"):
        yield name, "hate", [(r["text"], int(r["label"] in ("hateful", 1))) for r in _rows(data, name)]
    yield "apeach_ko", "hate", [(r["text"], int(r["hate"])) for r in _rows(data, "apeach_ko")]
    yield (
        "wiki_toxicity_fuzzed",
        "any harm",
        [(r["text"], int(r["toxic"])) for r in _rows(data, "wiki_toxicity_fuzzed")],
    )
    yield "bias_madlibs", "any harm", [(r["text"], int(r["toxic"])) for r in _rows(data, "bias_madlibs")]
    xstest = [(r["text"], int(r["label"] in ("unsafe", 1))) for r in _rows(data, "xstest")]
    yield "xstest", "any harm", xstest
    wild = [(r["text"], 0) for r in _rows(data, "wildguard_benign")]
    yield "harmbench / wildguard_benign", "any harm", [(r["text"], 1) for r in _rows(data, "harmbench")] + wild
    for name in ("notinject", "wildguard_benign", "xstest", "uner_en_ewt"):
        yield name, "injection", [(r["text"], 0) for r in _rows(data, name)]
    yield "uner_en_ewt", "any harm", [(r["text"], 0) for r in _rows(data, "uner_en_ewt")]


def table(figures: Sequence[Figure]) -> str:
    """A table in Markdown."""
    lines = [
        "| head | source | n harmful | n harmless | AUC | AUPRC | recall at 1 % | held | blocked "
        "| held, harmless | blocked, harmless |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        cells = [f.auc, f.auprc, f.recall_at_1, f.held, f.blocked, f.held_calm, f.blocked_calm]
        shown = " | ".join("-" if cell is None else f"{cell:.3f}" for cell in cells)
        lines.append(f"| {f.head} | {f.source} | {f.positives} | {f.negatives} | {shown} |")
    return "\n".join(lines)
