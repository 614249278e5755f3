"""Leaving each source out in turn: what an encoder is worth on text of a kind it never saw, and its calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accord.core.score import Score
from accord.learn.text.base import Base
from accord.learn.text.batches import Row
from accord.learn.text.calibrate import Curve, fit
from accord.learn.text.export import Exported, to_onnx
from accord.learn.text.labels import SEQUENCE_HEADS
from accord.learn.text.measure import head_scores, read_all, token_scores
from accord.learn.text.train import Recipe, learn

MOST = 2_000
"""Rows of a source left out that are read; more say little that is new and cost minutes."""

Tell = Callable[[str, int, dict[str, float]], None]


@dataclass(frozen=True, slots=True, repr=False)
class Fold:
    """What an encoder that never saw a source says of it.

    Attributes:
        source: the source left out.
        rows: how many of its rows were read.
        spans: span figures, where its rows have spans.
        heads: figures of each head of which both answers occur.
        calm: raw logits of its harmless texts, by head: what calibration is made from.
    """

    source: str
    rows: int
    spans: dict[str, Score]
    heads: dict[str, dict[str, Score]]
    calm: dict[str, list[float]]


def leave_out(
    recipe: Recipe,
    base: Base,
    rows: Sequence[Row],
    sources: Iterable[str],
    folder: Path | None = None,
    *,
    tell: Tell | None = None,
    most: int = MOST,
) -> list[Fold]:
    """Train once without each of the sources, and read what was left out with the exported encoder.

    Args:
        recipe: how to learn, the same for every fold.
        base: what to begin with.
        rows: rows of all sources.
        sources: which to leave out in turn.
        folder: where runs are saved, a folder each, so that a stopped comparison goes on; None saves nothing.
        tell: called with the source, the step and its losses.
        most: rows of a source that are read at most, drawn by the recipe's seed.

    Raises:
        ConfigError: nothing is left to learn from.
    """
    found = []
    for source in sources:
        kept = [row for row in rows if row.source != source]
        out = _drawn([row for row in rows if row.source == source], most, recipe.seed)
        place = folder / source if folder is not None else None

        def told(step: int, losses: dict[str, float], source: str = source) -> None:
            if tell is not None:
                tell(source, step, losses)

        learnt = learn(recipe, base, kept, place, tell=told)
        exported = Exported(to_onnx(learnt.model), base.tokenizer, base.ends)
        found.append(read_fold(source, out, exported))
    return found


def read_fold(source: str, rows: Sequence[Row], exported: Exported) -> Fold:
    """Figures of one source, read by an encoder that never saw it."""
    read = read_all(exported, rows)
    calm = {
        head: [
            float(read[row.text].heads[:, column].max())
            for row in rows
            if row.heads.get(head) == 0 and len(read[row.text].heads)
        ]
        for column, head in enumerate(SEQUENCE_HEADS)
    }
    spans = token_scores(rows, read) if any(row.spans is not None and row.types != () for row in rows) else {}
    return Fold(source, len(rows), spans, head_scores(rows, read), calm)


def curves(folds: Sequence[Fold], head_names: Iterable[str] = SEQUENCE_HEADS) -> Mapping[str, Curve]:
    """The calibration of every head, from the harmless texts of all sources left out.

    Raises:
        ConfigError: too few of them for a head.
    """
    made = {}
    for head in head_names:
        values = [value for fold in folds for value in fold.calm[head]]
        sources = [fold.source for fold in folds for _ in fold.calm[head]]
        made[head] = fit(head, values, sources)
    return made


def table(folds: Sequence[Fold]) -> str:
    """The figures as a table in Markdown, one line a source and question."""
    lines = ["| left out | rows | question | figure | value | 95 % |", "|---|---|---|---|---|---|"]
    for fold in folds:
        for metric in ("overlap_f1", "covered", "character_recall"):
            if metric in fold.spans:
                lines.append(_line(fold, "spans", metric, fold.spans[metric]))
        for head, scores in fold.heads.items():
            lines += [_line(fold, head, metric, score) for metric, score in scores.items()]
    return "\n".join(lines) + "\n"


def _line(fold: Fold, question: str, metric: str, score: Score) -> str:
    value = "–" if score.value is None or np.isnan(score.value) else f"{score.value:.3f}"
    ends = "–" if score.low is None or score.high is None else f"{score.low:.3f}–{score.high:.3f}"
    return f"| {fold.source} | {fold.rows} | {question} | {metric} | {value} | {ends} |"


def _drawn(rows: list[Row], most: int, seed: int) -> list[Row]:
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), size=most, replace=False)
    return [rows[at] for at in sorted(chosen.tolist())]
