"""What an exported encoder is worth: spans found, characters left, heads ranked, milliseconds spent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.core.score import Score
from accord.evaluate.metrics import auc, recall_at_false_alarms
from accord.evaluate.spans import Labelled, SpanDocument, span_scores
from accord.learn.text.batches import Row
from accord.learn.text.export import Exported, Reading
from accord.learn.text.labels import SEQUENCE_HEADS, TOKEN_LABELS, TYPES

Floats = NDArray[np.float32]

_B = np.array([TOKEN_LABELS.index(f"B-{kind}") for kind in TYPES])
_EDGE = " \t\n\r.,;:!?()[]{}\"'«»“”‘’…"
_WIDEST = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A span that was read out of a text."""

    start: int
    end: int
    kind: str
    score: float


def decode(text: str, reading: Reading, threshold: float = 0.5) -> list[Found]:
    """Spans from the probabilities of labels.

    A piece belongs to its likeliest type when all types together reach `threshold`; a span goes on while the type
    stays and no piece says that another one begins. Spans are widened to whole words: what is taken out must not
    leave half a name standing.
    """
    odds = reading.labels
    if not len(odds):
        return []
    starts, insides = odds[:, _B], odds[:, _B + 1]
    each = starts + insides
    kinds = each.argmax(axis=1)
    inside = 1 - odds[:, 0] >= threshold
    rows = np.arange(len(odds))
    begins = starts[rows, kinds] > insides[rows, kinds]
    found: list[Found] = []
    at = 0
    while at < len(odds):
        if not inside[at]:
            at += 1
            continue
        end = at + 1
        while end < len(odds) and inside[end] and kinds[end] == kinds[at] and not begins[end]:
            end += 1
        first, last = _trimmed(text, int(reading.offsets[at, 0]), int(reading.offsets[end - 1, 1]))
        if any(map(str.isalnum, text[first:last])):
            found.append(Found(first, last, TYPES[kinds[at]], float(each[at:end, kinds[at]].mean())))
        at = end
    return _joined(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if start == end:
        return start, end
    low, high = start - _WIDEST, end + _WIDEST
    while start > max(0, low) and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < min(len(text), high) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _joined(found: Sequence[Found]) -> list[Found]:
    """One span where widening made two of one type meet."""
    kept: list[Found] = []
    for each in found:
        last = kept[-1] if kept else None
        if last is not None and last.kind == each.kind and each.start < last.end:
            kept[-1] = Found(last.start, max(last.end, each.end), last.kind, max(last.score, each.score))
        else:
            kept.append(each)
    return kept


def token_scores(rows: Iterable[Row], read: Mapping[str, Reading], threshold: float = 0.5) -> dict[str, Score]:
    """Span figures of one source, over the types that its annotators looked for.

    Args:
        rows: rows with spans.
        read: what the encoder said, by text.
        threshold: of `decode`.
    """
    documents, asked = [], set[str]()
    for row in rows:
        if row.spans is None:
            continue
        types = TYPES if row.types is None else row.types
        asked |= set(types)
        gold = tuple(Labelled(start, end, kind) for start, end, kind in row.spans)
        predicted = tuple(
            Labelled(each.start, each.end, each.kind)
            for each in decode(row.text, read[row.text], threshold)
            if each.kind in types
        )
        documents.append(SpanDocument(row.text, gold, predicted))
    return span_scores(documents, sorted(asked))


def head_scores(rows: Iterable[Row], read: Mapping[str, Reading]) -> dict[str, dict[str, Score]]:
    """AUC and recall at one per cent of false alarms of each head, on the rows of which it is known."""
    given = list(rows)
    result: dict[str, dict[str, Score]] = {}
    for column, head in enumerate(SEQUENCE_HEADS):
        known = [row for row in given if head in row.heads and len(read[row.text].heads)]
        positive = [row.heads[head] >= 0.5 for row in known]
        if any(positive) and not all(positive):
            values = [float(read[row.text].heads[:, column].max()) for row in known]
            result[head] = {"auc": auc(values, positive), "recall": recall_at_false_alarms(values, positive)}
    return result


def read_all(exported: Exported, rows: Iterable[Row]) -> dict[str, Reading]:
    """Read every text once."""
    return {text: exported.read(text) for text in dict.fromkeys(row.text for row in rows)}


def milliseconds(exported: Exported, pieces: int, rounds: int = 50) -> float:
    """CPU milliseconds of one window of so many pieces, ends counted: the middle of some rounds on one thread."""
    ids = list(range(5, 5 + pieces - 2))
    for _ in range(3):
        exported.logits(ids)
    spent = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        exported.logits(ids)
        spent.append(time.process_time_ns() - begun)
    return float(np.median(spent)) / 1e6
