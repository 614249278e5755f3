"""How well predicted spans agree with gold spans: exact, by overlap, and by what would really be hidden.

exact     same start, end and label.
overlap   a gold span is found when a prediction of its label shares a character with it; a prediction is right
          when it shares one with a gold span of its label. An address found in pieces is not punished.
covered   the share of gold spans whose every letter and digit lies in predictions of *any* label: what a
          redactor would hide, whatever it calls it.
character precision and recall over characters, blind to labels.

A gold span without a label is real but not asked for (a title, an age where no category exists): it is not missed
where nothing finds it, and predictions that touch it are neither right nor wrong. A prediction whose label is not
among the labels measured counts in `covered` and in the character figures only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from accord.core.score import Score
from accord.evaluate.metrics import Floats, divide, ends_of, resampled, share_of, undefined, wilson

_GOLD, _PREDICTED, _EXACT, _HIT, _RIGHT, _COVERED = range(6)
_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Labelled:
    """Characters `[start, end)` with a label; None means real, but not asked for."""

    start: int
    end: int
    label: str | None

    def touches(self, other: Labelled) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, repr=False)
class SpanDocument:
    """One text with what is in it and what was found.

    Attributes:
        text: the text.
        gold: what is in it.
        predicted: what was found.
        document: rows of one document are resampled together; each row by itself where empty.
    """

    text: str
    gold: tuple[Labelled, ...]
    predicted: tuple[Labelled, ...]
    document: str = ""


def span_scores(documents: Sequence[SpanDocument], labels: Iterable[str]) -> dict[str, Score]:
    """Every span metric over some documents; `groups` of each score has it by label.

    Args:
        documents: texts with gold and predicted spans.
        labels: the labels that are measured. A gold span of another label is treated as one without a label.

    Returns:
        `exact_precision`, `exact_recall`, `exact_f1`, `overlap_precision`, `overlap_recall`, `overlap_f1`,
        `covered`, `character_precision` and `character_recall`.
    """
    names = sorted(set(labels))
    rows = [_counts(document, names) for document in documents]
    width = len(names) * _COLUMNS + 3
    counts = _clustered(rows, [document.document for document in documents], width)
    total, drawn = counts.sum(axis=0), resampled(counts)
    inner = {
        name: _of_label(total[at : at + _COLUMNS], drawn[:, at : at + _COLUMNS])
        for at, name in zip(range(0, width - 3, _COLUMNS), names, strict=True)
    }
    whole = _of_label(_pooled(total[None, :-3])[0], _pooled(drawn[:, :-3]))
    scores = {
        metric: replace(score, groups={name: inner[name][metric] for name in names})
        for metric, score in whole.items()
    }
    both, gold, predicted = total[-3:]
    scores["character_precision"] = share_of("character_precision", both, predicted, drawn[:, -3], drawn[:, -1])
    scores["character_recall"] = share_of("character_recall", both, gold, drawn[:, -3], drawn[:, -2])
    return scores


def _pooled(counts: Floats) -> Floats:
    pooled: Floats = counts.reshape(len(counts), counts.shape[1] // _COLUMNS, _COLUMNS).sum(axis=1)
    return pooled


def _clustered(rows: Sequence[Floats], documents: Sequence[str], width: int) -> Floats:
    """Rows of one document summed; documents in the order of their names."""
    summed: dict[str, Floats] = {}
    for number, (row, name) in enumerate(zip(rows, documents, strict=True)):
        key = name or f"\0{number:09d}"
        summed[key] = summed[key] + row if key in summed else row
    return np.stack([summed[key] for key in sorted(summed)]) if summed else np.zeros((0, width))


def _counts(document: SpanDocument, names: Sequence[str]) -> Floats:
    """What one document adds: six counts for each label, then characters in both, in gold, in predictions."""
    index = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), _COLUMNS))
    every, found = set(document.gold), set(document.predicted)
    gold = [span for span in every if span.label in index]
    aside = [span for span in every if span.label not in index]
    kept = []
    for span in found:
        if span.label not in index:
            continue
        right = any(span.touches(other) and span.label == other.label for other in gold)
        if right or not any(span.touches(other) for other in aside):
            kept.append(span)
            counts[index[span.label], _PREDICTED] += 1
            counts[index[span.label], _RIGHT] += right
    hidden, exact = _mask(document.text, found), set(kept)
    for span in gold:
        row = counts[index[span.label or ""]]
        row[_GOLD] += 1
        row[_EXACT] += span in exact
        row[_HIT] += any(span.touches(other) and span.label == other.label for other in kept)
        row[_COVERED] += _covered(document.text, span, hidden)
    wanted = _mask(document.text, every)
    ends = [int((hidden & wanted).sum()), int(wanted.sum()), int(hidden.sum())]
    return np.concatenate([counts.ravel(), np.array(ends, float)])


def _mask(text: str, spans: Iterable[Labelled]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(len(text), bool)
    for span in spans:
        mask[max(0, span.start) : span.end] = True
    return mask


def _covered(text: str, span: Labelled, hidden: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
    return all(hidden[at] or not text[at].isalnum() for at in range(span.start, min(span.end, len(text))))


def _of_label(total: Floats, drawn: Floats) -> dict[str, Score]:
    """The scores of one label, from its counts and from its counts in each resample."""

    def share(metric: str, part: int, whole: int) -> Score:
        return share_of(metric, total[part], total[whole], drawn[:, part], drawn[:, whole])

    scores = {
        "exact_precision": share("exact_precision", _EXACT, _PREDICTED),
        "exact_recall": share("exact_recall", _EXACT, _GOLD),
        "overlap_precision": share("overlap_precision", _RIGHT, _PREDICTED),
        "overlap_recall": share("overlap_recall", _HIT, _GOLD),
        "covered": share("covered", _COVERED, _GOLD),
    }
    for kind, parts in {"exact": (_EXACT, _EXACT), "overlap": (_RIGHT, _HIT)}.items():
        scores[f"{kind}_f1"] = _f1_score(f"{kind}_f1", total, drawn, parts)
    return scores


def _f1_score(metric: str, total: Floats, drawn: Floats, parts: tuple[int, int]) -> Score:
    units = int(total[_GOLD])
    if not total[_GOLD] + total[_PREDICTED]:
        return undefined(metric)
    value = float(_f1(total[None, :], *parts)[0])
    ends = ends_of(_f1(drawn, *parts))
    if ends is None or ends[1] - ends[0] < 1e-12:
        smaller = min(n for n in (units, int(total[_PREDICTED])) if n) if total[_GOLD] else int(total[_PREDICTED])
        ends = wilson(value * smaller, smaller)
    return Score(metric, value, min(ends[0], value), max(ends[1], value), units)


def _f1(counts: Floats, right: int, hit: int) -> Floats:
    """The harmonic mean of precision and recall; 0 where one of them is 0 or undefined, not a number without both."""
    gold, predicted = counts[:, _GOLD], counts[:, _PREDICTED]
    precision = np.nan_to_num(divide(counts[:, right], predicted))
    recalled = np.nan_to_num(divide(counts[:, hit], gold))
    mean = np.nan_to_num(divide(2 * precision * recalled, precision + recalled))
    mean[gold + predicted == 0] = np.nan
    return mean
