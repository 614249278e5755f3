"""Numbers and letters said aloud are read as what they stand for; counts and sentences are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.numerals import numbers
from accord.core.place import Span
from accord.core.reading import Reading
from accord.detect.patterns import PatternDetector
from accord.readers.encoded import EncodedReader
from accord.readers.spoken import read_spoken
from accord.testing import check_reader, never

DIGITS = "zero one two three four five six seven eight nine".split()


def spoken(text: str) -> str:
    found = read_spoken(Reading(text))
    return found.text if found else ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("card four one one one, one one one one, double one double one, triple one one", "card 4111111111111111"),
        ("call two one two five five five oh one nine seven please", "call 2125550197 please"),
        ("plus four four twenty seven, nine four six, oh nine five eight", "+44279460958"),
        ("my pin is four for one two", "my pin is 4412"),
        ("the code is nine, uh, eight seven six", "the code is 9876"),
        ("twenty-one thirty two", "2132"),
        ("4 double 4 one two", "44412"),
        ("the code is forty-four twelve", "the code is 4412"),
        ("nineteen eighty-four", "1984"),
        ("N for November, O as in Oscar, V for victor", "nov"),
        ("alpha bravo charlie one two three four", "ABC1234"),
        ("IBAN delta echo eight nine three seven zero four", "IBAN DE893704"),
        ("jane dot doe at example dot com is mine", "jane.doe@example.com is mine"),
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "0612345678"),
        ("quatre-vingt-dix-neuf soixante-et-onze un deux", "997112"),
        ("null eins sieben sechs einundzwanzig vierunddreißig", "01762134"),
        ("cero seis doce treinta y cuatro cincuenta", "06123450"),
        ("mon compte à quatre, cinq, trois, deux", "mon compte à 4532"),
        ("nul zes twaalf eenentwintig drieëndertig", "06122133"),
    ],
)
def test_what_is_said_is_read_as_what_it_stands_for(said: str, meant: str) -> None:
    assert spoken(said) == meant


@pytest.mark.parametrize(
    "text",
    [
        "I have two dogs and three cats",
        "meet at five or six in the hotel",
        "In 2024 we had 3 4 people",
        "it is 4111 1111 1111 1111 now",
        "one of them is about two people",
        "we won one to nothing",
        "",
    ],
)
def test_counts_and_sentences_stay(text: str) -> None:
    assert spoken(text) == ""


@given(st.lists(st.integers(0, 9), min_size=4, max_size=19), st.sampled_from([" ", ", ", " - ", ". "]))
def test_any_digits_said_one_by_one_are_read(digits: list[int], gap: str) -> None:
    said = "It is " + gap.join(DIGITS[d] for d in digits) + " indeed"
    found = read_spoken(Reading(said))
    assert found is not None and found.text == f"It is {''.join(map(str, digits))} indeed"
    at = found.text.index(str(digits[0]))
    place = found.source_span(Span(at, at + len(digits)))
    assert said[place.start : place.end] == gap.join(DIGITS[d] for d in digits)


def test_every_number_below_a_hundred_is_known_in_every_language() -> None:
    known = numbers()
    assert {int(value) for value in known.values()} == set(range(100))
    assert known["siebenundneunzig"] == "97"
    assert known["quarantotto"] == "48"
    assert known["veintidós"] == "22"


def test_a_card_said_aloud_is_found_by_its_checksum() -> None:
    reading = read_spoken(
        Reading("it is four five three nine five seven eight seven six three six two one four eight six")
    )
    assert reading is not None
    assert "privacy.financial.card" in {hit.category for hit in PatternDetector().detect([reading], never)}


def test_the_contract_holds() -> None:
    check_reader(EncodedReader(), ["call two one two five five five oh one nine seven please"])
