"""Runs of digits in speech are identifiers; amounts, years and measures are not."""

from __future__ import annotations

import pytest

from accord.core.reading import Reading
from accord.detect.speech.digits import CATEGORY, SpokenNumberDetector, runs
from accord.readers.spoken import read_spoken
from accord.testing import never


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It is 4412.", "4412"),
        ("my number is 2-1-2, 5-5-5, 0-1-9-7 thanks", "2-1-2, 5-5-5, 0-1-9-7"),
        ("4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("7, 3, 9, 1", "7, 3, 9, 1"),
        ("the code 1984 opens it", "1984"),
        ("we left. For 8, 6, 2, it was", "For 8, 6, 2"),
        ("down the lane. A five, three, nero. When", "A five, three, nero"),
        ("my pin is for 917, but", "for 917"),
        ("call 202-55501-WA tonight", "202-55501-WA"),
        ("My pin is 4,412.", "4,412"),
        ("customer triple 7902 and", "triple 7902"),
        ("had 2, 0, 8. After dinner", "2, 0, 8"),
        ("four oh six nine", "four oh six nine"),
    ],
)
def test_digit_runs_are_found(text: str, value: str) -> None:
    assert [text[s.start : s.end] for s in runs(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "in 1984 we met",
        "it cost $4500 then",
        "about 4,500 people came",
        "1200 miles away",
        "in May 2024",
        "we had 3 or 4",
        "0.12345",
        "The population was 4,412.",
        "the score was 3 to 2 to 1",
        "from 20 to 40 people",
        "I paid for 917 dollars",
        "one, two, three, go",
        "call 9, 1, 1 now",
        "the 1,000th time in the 2000s",
    ],
)
def test_amounts_years_and_measures_are_not(text: str) -> None:
    assert list(runs(text)) == []


def test_only_speech_is_judged() -> None:
    heard, written = Reading("it is 4412", reader="speech"), Reading("it is 4412")
    assert [hit.reading for hit in SpokenNumberDetector().detect([written, heard], never)] == [1]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("My card number is 411111111111111111 and it expires", "privacy.financial.card"),
        ("My phone number is 07700461. Thanks", "privacy.contact.phone"),
        ("you can call me at 202 555 188 tonight", "privacy.contact.phone"),
        ("555 01 99 2 is my phone number", "privacy.contact.phone"),
        ("her social security number is 5394 6154", "privacy.id.social_security"),
        ("our account number is 237 16509", "privacy.financial.account"),
        ("my pin is 4 9 1 7", "privacy.credential.password"),
        ("Meine Telefonnummer ist 0176 449 3285", "privacy.contact.phone"),
        ("mi tarjeta es 4111 1111 1111 111", "privacy.financial.card"),
        ("I lost my card. The order was 97318", CATEGORY),
        ("my card ends in 1 2 3 4", CATEGORY),
        ("the room is 4412", CATEGORY),
    ],
)
def test_what_is_announced_is_what_it_is_however_many_digits_were_misheard(text: str, kind: str) -> None:
    assert {hit.category for hit in SpokenNumberDetector().detect([Reading(text, reader="speech")], never)} == {kind}


def test_an_address_written_as_one_word_is_one_where_it_is_announced() -> None:
    heard = [
        Reading("Please write to jane.millerheadexample.com soon", reader="speech"),
        Reading("look it up on millerheadexample.com soon", reader="speech"),
    ]
    (hit,) = SpokenNumberDetector().detect(heard, never)
    assert (hit.reading, hit.category) == (0, "privacy.contact.email")
    assert heard[0].text[hit.span.start : hit.span.end] == "jane.millerheadexample.com"


def test_letters_spelled_among_digits_belong_to_the_number() -> None:
    heard = read_spoken(Reading("it is November Oscar Victor four seven one", reader="speech"))
    assert heard is not None
    (hit,) = SpokenNumberDetector().detect([heard], never)
    assert heard.text[hit.span.start : hit.span.end] == "NOV471"
