"""What no order, scale or naming may change about a metric."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.evaluate import metrics
from accord.evaluate.spans import Labelled, SpanDocument, span_scores

ROWS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60)
MEASURES = st.sampled_from([metrics.auc, metrics.average_precision, metrics.recall_at_false_alarms])


@st.composite
def documents(draw: st.DrawFn) -> list[SpanDocument]:
    spans = st.builds(
        lambda start, size, label: Labelled(start, start + size, label),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from(["a", "b", None]),
    )
    lists = st.lists(spans, max_size=4).map(tuple)
    made = st.builds(lambda gold, found: SpanDocument("x" * 30, gold, found), lists, lists)
    return draw(st.lists(made, min_size=1, max_size=6))


@given(ROWS, st.randoms(use_true_random=False), MEASURES)
@settings(max_examples=60)
def test_the_order_of_rows_changes_nothing(rows: list[tuple[int, bool]], random, measure) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    one, two = (measure([s for s, _ in given], [y for _, y in given]) for given in (rows, shuffled))
    assert one == two


@given(ROWS, MEASURES)
@settings(max_examples=60)
def test_only_the_order_of_scores_matters(rows: list[tuple[int, bool]], measure) -> None:
    scores, labels = np.array([s for s, _ in rows], float), [y for _, y in rows]
    assert measure(scores, labels) == measure(np.exp(scores / 4) - 3, labels)


@given(ROWS)
@settings(max_examples=60)
def test_auc_of_the_opposite_is_the_opposite(rows: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([s for s, _ in rows], float), np.array([y for _, y in rows])
    one, two = metrics.auc(scores, labels).value, metrics.auc(-scores, labels).value
    assert (one is None) == (two is None)
    assert one is None or two is None or abs(one + two - 1) < 1e-12


@given(ROWS, MEASURES)
@settings(max_examples=60)
def test_the_value_lies_in_its_interval_and_both_between_nought_and_one(
    rows: list[tuple[int, bool]], measure
) -> None:
    score = measure([s for s, _ in rows], [y for _, y in rows])
    if score.value is not None:
        assert score.low is not None and score.high is not None
        assert 0 <= score.low <= score.value <= score.high <= 1


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_renaming_and_shuffling_documents_together_changes_nothing(rows: list[tuple[int, bool]], random) -> None:
    named = [(score, label, f"d{score % 3}") for score, label in rows]
    shuffled = named[:]
    random.shuffle(shuffled)
    one, two = (
        metrics.auc([s for s, _, _ in given], [y for _, y, _ in given], documents=[d for _, _, d in given])
        for given in (named, shuffled)
    )
    assert one == two


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
@settings(max_examples=60)
def test_a_ratio_is_never_surer_than_wilson(pairs: list[tuple[int, int]]) -> None:
    parts, wholes = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    score = metrics.ratio("share", parts, wholes)
    if score.value is None:
        assert sum(wholes) == 0
        return
    low, high = metrics.wilson(sum(parts), sum(wholes))
    assert score.low is not None and score.high is not None
    assert score.low <= low <= score.value <= high <= score.high


@given(documents(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_documents_changes_nothing(rows: list[SpanDocument], random) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert span_scores(rows, ["a", "b"]) == span_scores(shuffled, ["a", "b"])


@given(documents())
@settings(max_examples=60)
def test_exact_is_never_more_than_overlap_and_one_prediction_more_never_uncovers(rows: list[SpanDocument]) -> None:
    scores = span_scores(rows, ["a", "b"])
    for kind in ("precision", "recall"):
        exact, overlap = scores[f"exact_{kind}"].value, scores[f"overlap_{kind}"].value
        assert (exact is None) == (overlap is None)
        assert exact is None or overlap is None or exact <= overlap
    more = [SpanDocument(d.text, d.gold, (*d.predicted, Labelled(5, 15, "a"))) for d in rows]
    before, after = scores["covered"].value, span_scores(more, ["a", "b"])["covered"].value
    assert before is None or (after is not None and before <= after)


@given(documents())
@settings(max_examples=40)
def test_finding_exactly_what_is_there_is_perfect(rows: list[SpanDocument]) -> None:
    perfect = [SpanDocument(d.text, d.gold, tuple(s for s in d.gold if s.label)) for d in rows]
    scores = span_scores(perfect, ["a", "b"])
    for name in ("exact_f1", "overlap_f1", "covered", "character_precision"):
        assert scores[name].value in (None, 1.0)
