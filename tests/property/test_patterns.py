"""Invariants of the pattern detector over arbitrary text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.reading import Reading
from accord.detect import patterns
from accord.detect.patterns import PatternDetector, windows

DETECTOR = PatternDetector()
DETECTOR.detect([Reading("warm")], lambda: False)

VALUES = (
    "ann.lee@example.org", "+44 20 7946 0958", "4111 1111 1111 1111", "DE89370400440532013000", "SSN 567-43-1234", "203.0.113.7",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "password: hunter22", "12 Maple Street", "born 12 March 1980", "jürgen@example.com", "routing number 021000021",
)  # fmt: skip
WORDS = (
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "lazy",
    "dogs",
    "while",
    "nobody",
    "looks",
    "naïve",
    "東京",
    "ok.",
)


def spans(text: str) -> set[tuple[str, int, int, float, bool]]:
    found = DETECTOR.detect([Reading(text)], lambda: False)
    return {(hit.category, hit.span.start, hit.span.end, hit.score, hit.checked) for hit in found}


@given(st.text(max_size=400))
def test_every_hit_lies_inside_its_reading_and_names_a_declared_category(text: str) -> None:
    for category, start, end, score, _ in spans(text):
        assert 0 <= start < end <= len(text)
        assert DETECTOR.floor <= score <= 1.0
        assert category in DETECTOR.categories


@given(
    st.lists(st.sampled_from([*VALUES, *WORDS, "\n", ",", "-", "/", "0", "77", "a1"]), max_size=30),
    st.sampled_from(["", " "]),
)
def test_values_beside_anything_never_break_it(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    for _, start, end, _, _ in spans(text):
        assert text[start:end].strip() == text[start:end] or "\n" in text[start:end]


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(WORDS), min_size=12, max_size=400),
    st.sampled_from(VALUES),
    st.lists(st.sampled_from(WORDS), min_size=8, max_size=40),
)
def test_words_before_a_value_move_it_and_change_nothing(head: list[str], value: str, tail: list[str]) -> None:
    base = "quick brown fox jumps over the lazy dogs while nobody looks at\n"
    rest = value + "\n" + " ".join(tail)
    prefix = " ".join(head) + "\n"
    plain, moved = spans(base + rest), spans(prefix + base + rest)
    assert {(c, s + len(prefix), e + len(prefix), score, checked) for c, s, e, score, checked in plain} == moved
    assert plain


@given(st.text(alphabet=st.sampled_from("ab \n"), max_size=12_000))
def test_windows_cover_a_text_exactly_once(text: str) -> None:
    cut = list(windows(text))
    assert "".join(text[start:end] for start, end in cut) == text
    assert all(0 < end - start <= patterns.WINDOW + 128 for start, end in cut)
    assert len(cut) <= len(text) // (patterns.WINDOW - 128) + 1
