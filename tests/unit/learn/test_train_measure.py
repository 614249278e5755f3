"""From probabilities of pieces to spans, and what they are worth."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx", reason="onnx is not installed: make learn-env")

from accord.learn.text.batches import Row
from accord.learn.text.export import Reading
from accord.learn.text.labels import TOKEN_LABELS
from accord.learn.text.measure import decode, head_scores, token_scores


def reading(pieces: list[tuple[int, int, str, float]], heads: float = 0.0) -> Reading:
    """Pieces with their likeliest label and its probability; the rest of it is "outside"."""
    labels = np.zeros((len(pieces), len(TOKEN_LABELS)), np.float32)
    for at, (_, _, label, odds) in enumerate(pieces):
        labels[at, 0] = 1 - odds
        labels[at, TOKEN_LABELS.index(label)] += odds
    offsets = np.array([(start, end) for start, end, _, _ in pieces], np.int64).reshape(-1, 2)
    return Reading(offsets, labels, np.full((1, 8), heads, np.float32))


def found(text: str, *pieces: tuple[int, int, str, float], threshold: float = 0.5) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind) for each in decode(text, reading(list(pieces)), threshold)]


def test_pieces_of_one_type_are_one_span_until_another_begins():
    text = "Ana Ruiz Bob"
    pieces = (0, 3, "B-person", 0.9), (3, 8, "I-person", 0.8), (8, 12, "B-person", 0.9)
    assert found(text, *pieces) == [("Ana Ruiz", "person"), ("Bob", "person")]
    other = (0, 3, "B-person", 0.9), (3, 8, "I-location", 0.8), (8, 12, "O", 0.0)
    assert found(text, *other) == [("Ana", "person"), ("Ruiz", "location")]


def test_a_span_is_widened_to_the_word_and_freed_of_blanks_and_signs():
    assert found("see Annabel, now", (3, 7, "B-person", 0.9), (7, 11, "O", 0.0)) == [("Annabel", "person")]
    assert found("see (Ann).", (3, 9, "B-person", 0.9)) == [("Ann", "person")]
    assert found("Annabel", (0, 3, "B-person", 0.9), (3, 5, "O", 0.0), (5, 7, "B-person", 0.9)) == [
        ("Annabel", "person")
    ]


def test_signs_alone_are_nothing_and_doubt_below_the_threshold_is_outside():
    assert not found("a - b", (2, 3, "B-person", 0.99))
    assert not found("Ana", (0, 3, "B-person", 0.4))
    assert found("Ana", (0, 3, "B-person", 0.4), threshold=0.3) == [("Ana", "person")]


def test_types_that_were_not_looked_for_count_neither_way():
    text = "Ana in Rome"
    read = {text: reading([(0, 3, "B-person", 0.9), (3, 6, "O", 0.0), (6, 11, "B-location", 0.9)])}
    row = Row("s", text, ((0, 3, "person"),), ("person",), {}, 1.0, "dev", {})
    assert token_scores([row], read)["overlap_f1"].value == 1.0
    whole = Row("s", text, ((0, 3, "person"),), None, {}, 1.0, "dev", {})
    assert token_scores([whole], read)["overlap_f1"].value == pytest.approx(2 / 3)


def test_heads_are_ranked_where_both_answers_are_known():
    texts = {"bad": 2.0, "good": -1.0, "unknown": 5.0}
    read = {text: reading([(0, 3, "O", 0.0)], value) for text, value in texts.items()}
    rows = [
        Row("s", "bad", None, None, {"injection": 1.0, "hate": 1.0}, 1.0, "dev", {}),
        Row("s", "good", None, None, {"injection": 0.0}, 1.0, "dev", {}),
        Row("s", "unknown", None, None, {}, 1.0, "dev", {}),
    ]
    scores = head_scores(rows, read)
    assert set(scores) == {"injection"} and scores["injection"]["auc"].value == 1.0
