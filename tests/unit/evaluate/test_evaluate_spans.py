from __future__ import annotations

from accord.evaluate.spans import Labelled, SpanDocument, span_scores

TEXT = "Jane Doe lives at 5 Mill Road, Leeds."
NAME, STREET = Labelled(0, 8, "name"), Labelled(18, 29, "address")


def values(*documents: SpanDocument, labels: tuple[str, ...] = ("name", "address")) -> dict[str, float | None]:
    return {name: score.value for name, score in span_scores(documents, labels).items()}


def test_found_exactly() -> None:
    found = values(SpanDocument(TEXT, (NAME, STREET), (NAME, STREET)))
    assert set(found.values()) == {1.0}


def test_pieces_overlap_but_do_not_cover() -> None:
    pieces = (Labelled(18, 19, "address"), Labelled(20, 24, "address"))
    found = values(SpanDocument(TEXT, (STREET,), pieces))
    assert found["overlap_f1"] == 1.0
    assert found["exact_f1"] == 0.0
    assert found["covered"] == 0.0


def test_pieces_that_leave_only_blanks_cover() -> None:
    pieces = (Labelled(18, 19, "address"), Labelled(20, 24, "other"), Labelled(25, 29, "name"))
    assert values(SpanDocument(TEXT, (STREET,), pieces))["covered"] == 1.0


def test_the_wrong_label_hides_but_is_wrong() -> None:
    found = values(SpanDocument(TEXT, (NAME,), (Labelled(0, 8, "address"),)))
    assert found["overlap_recall"] == 0.0
    assert found["overlap_precision"] == 0.0
    assert found["overlap_f1"] == 0.0
    assert found["covered"] == 1.0
    assert found["character_precision"] == 1.0


def test_what_was_not_asked_for_is_neither_missed_nor_wrong() -> None:
    title = Labelled(0, 4, None)
    found = values(SpanDocument(TEXT, (title,), (Labelled(0, 8, "name"),)))
    assert found["overlap_precision"] is None
    assert found["overlap_recall"] is None


def test_labels_that_are_not_measured_only_hide() -> None:
    scores = span_scores([SpanDocument(TEXT, (NAME,), (Labelled(0, 8, "organisation"),))], ["name"])
    assert scores["overlap_precision"].n == 0
    assert scores["covered"].value == 1.0
    assert scores["covered"].groups["name"].n == 1


def test_one_prediction_twice_counts_once() -> None:
    scores = span_scores([SpanDocument(TEXT, (NAME,), (STREET, STREET))], ["name", "address"])
    assert scores["overlap_precision"].n == 1


def test_no_documents_and_no_spans_have_no_value() -> None:
    assert all(score.value is None for score in span_scores([], ["name"]).values())
    assert all(score.value is None for score in span_scores([SpanDocument("x", (), ())], ["name"]).values())


def test_predictions_without_gold_have_f1_nought_and_no_recall() -> None:
    scores = span_scores([SpanDocument(TEXT, (), (NAME,))], ["name"])
    assert scores["overlap_f1"].value == 0.0
    assert scores["overlap_precision"].value == 0.0
    assert scores["overlap_recall"].value is None


def test_rows_of_one_document_are_drawn_together() -> None:
    found = SpanDocument(TEXT, (NAME,), (NAME,))
    missed = SpanDocument(TEXT, (NAME,), ())
    apart = [found, missed] * 30
    together = [SpanDocument(d.text, d.gold, d.predicted, "ab"[at % 2]) for at, d in enumerate(apart)]
    loose, clustered = (span_scores(rows, ["name"])["covered"] for rows in (apart, together))
    assert loose.value == clustered.value == 0.5
    assert (clustered.low, clustered.high) == (0.0, 1.0)
    assert loose.low is not None and loose.low > 0.3


def test_a_document_shows_nothing_of_its_text() -> None:
    assert "Jane" not in repr(SpanDocument(TEXT, (NAME,), ()))
