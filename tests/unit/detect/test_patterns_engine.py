"""The engine of the pattern detector: windows, neighbours, context, resolution, faults of input."""

import pytest

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.roles import Detector
from accord.core.taxonomy import CATEGORIES
from accord.detect import patterns
from accord.detect.patterns import PatternDetector, windows
from accord.detect.tables.checks import keccak256

DETECTOR = PatternDetector()


def hits(reading: Reading) -> list[tuple[str, int, int, float]]:
    found = DETECTOR.detect([reading], lambda: False)
    return [(hit.category, hit.span.start, hit.span.end, hit.score) for hit in found]


def test_it_is_a_detector_of_known_categories() -> None:
    assert isinstance(DETECTOR, Detector)
    assert DETECTOR.categories <= CATEGORIES.keys()
    assert {"privacy.credential.private_key", "privacy.contact.email", "privacy.id.national"} <= DETECTOR.categories


def test_rows_are_unique_and_their_scores_make_sense() -> None:
    rows = patterns._machine().rows
    assert len({row.id for row in rows}) == len(rows)
    assert len(rows) > 400
    for row in rows:
        assert 0.0 <= row.score <= 1.0
        assert row.score > 0 or row.context, row.id
        assert not row.context or row.lifted >= row.score, row.id


def test_windows_lie_end_to_end_and_end_at_blanks() -> None:
    text = "word " * 2000
    found = list(windows(text))
    assert [start for start, _ in found[1:]] == [end for _, end in found[:-1]]
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    assert all(text[end - 1 : end + 1].count(" ") for _, end in found[:-1])
    assert list(windows("")) == []


def test_every_value_is_found_once_wherever_a_window_ends() -> None:
    value = "ann.lee@example.org"
    for before in range(patterns.WINDOW - 60, patterns.WINDOW + 20):
        text = "x" * (before - 1) + " " + value + " tail " * 80
        assert [(s, e) for c, s, e, _ in hits(Reading(text)) if c == "privacy.contact.email"] == [
            (before, before + len(value))
        ]


def test_a_telling_word_or_a_telling_field_lifts_a_weak_number() -> None:
    assert hits(Reading("we saw 021000021 there")) == []
    assert hits(Reading("routing number 021000021"))[0][3] == pytest.approx(0.85)
    named = Reading("021000021", fields=(Field(Span(0, 9), "bank.routing_number"),))
    assert hits(named)[0][:1] == ("privacy.financial.account",)
    other = Reading("a 021000021 b", fields=(Field(Span(2, 11), "order.total"),))
    assert hits(other) == []


def test_a_word_on_another_line_does_not_count_but_the_label_above_a_value_does() -> None:
    assert hits(Reading("routing number unknown\nwe saw 021000021 there")) == []
    assert hits(Reading("Routing number:\n021000021"))[0][0] == "privacy.financial.account"


def test_a_value_that_is_all_there_is_counts_for_more() -> None:
    assert hits(Reading("911-70-1234"))[0][0] == "privacy.id.tax"
    assert hits(Reading(" 44051401359 "))[0][0] == "privacy.id.national"
    assert hits(Reading("total 44051401359 x")) == []


def test_letters_without_blanks_do_not_join_and_other_letters_do() -> None:
    assert hits(Reading("番号は567-43-1234です"))[0][0] == "privacy.id.social_security"
    assert hits(Reading("é567-43-1234")) == []
    assert hits(Reading("567-43-1234é")) == []


def test_the_proven_claim_wins_over_longer_and_weaker_ones() -> None:
    text = "account 4111 1111 1111 1111"
    found = list(DETECTOR.detect([Reading(text)], lambda: False))
    assert [(hit.category, hit.checked) for hit in found] == [("privacy.financial.card", True)]


def test_a_lone_surrogate_does_not_stop_the_detector() -> None:
    text = "\ud800 ann@example.org \udfff"
    assert [text[s:e] for _, s, e, _ in hits(Reading(text))] == ["ann@example.org"]


def test_it_stops_when_told_and_numbers_its_readings() -> None:
    long = Reading("ann@example.org " * 2000)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    assert 0 < len(list(DETECTOR.detect([long], stop))) < 2000
    found = DETECTOR.detect([Reading("nothing"), Reading("ann@example.org")], lambda: False)
    assert [hit.reading for hit in found] == [1]


def test_work_grows_with_the_number_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = patterns._Scan.window

    def window(self: patterns._Scan, start: int, end: int) -> None:
        seen.append(end - start)
        original(self, start, end)

    monkeypatch.setattr(patterns._Scan, "window", window)
    text = "a" * 1_000_000
    assert hits(Reading(text)) == []
    assert sum(seen) == len(text)
    assert max(seen) <= patterns.WINDOW + 128


def test_keccak_is_that_of_ethereum() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    with pytest.raises(ValueError, match="135"):
        keccak256(b"x" * 136)
