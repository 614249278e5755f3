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
        ("My reference is B45327198. Please", "B45327198"),
        ("le compte À4532, merci", "À4532"),
        ("it is X-4512-88 now", "X-4512-88"),
        ("The booking code is TK9B77XQ. Please", "TK9B77XQ"),
        ("look at TK9B77XQ", "TK9B77XQ"),
        ("My account number is 4821-7765 people always ask me for it.", "4821-7765"),
        ("My pin is 4821. Times are hard. Feet", "4821"),
        ("my pin is 4821 people ask", "4821"),
        ("it was 48217765 dollars", "48217765"),
        ("You can find the door code in 1984. Thanks", "1984"),
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
        "a number of 4,500 people came in 1984",
        "an RTX4 and H1N1 and COVID19",
        "the 747 and the 737 and an A320",
    ],
)
def test_amounts_years_and_measures_are_not(text: str) -> None:
    assert list(runs(text)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "My pin begins with 48, then 21, and then 77, and finally 65. Please do not tell",
            "48, then 21, and then 77, and finally 65",
        ),
        ("My number is 48. Pause. 21. Pause. 77. Pause. 65.", "48. Pause. 21. Pause. 77. Pause. 65"),
        ("So 48 banana 21 banana 77 banana 65 it was", "48 banana 21 banana 77 banana 65"),
        ("First digit 4, second digit 8, third digit 2, fourth digit one, fifth digit 7, sixth digit 7.",
         "4, second digit 8, third digit 2, fourth digit one, fifth digit 7, sixth digit 7"),
        ("1st digit 4, 2nd digit 8, 3rd digit 2, 4th digit 1, 5th digit 7, 6th digit 7.",
         "4, 2nd digit 8, 3rd digit 2, 4th digit 1, 5th digit 7, 6th digit 7"),
        ("vier acht, dann zwei eins, und dann sieben sieben.", "vier acht, dann zwei eins, und dann sieben sieben"),
        ("It's four, um, eight, um, two, um, one, um, seven, um, seven", "four, um, eight, um, two, um, one, um, seven, um, seven"),
        ("The booking code is tango, kilo, nine, robo, seven, seven, x-ray, Quebec. Please", "tango, kilo, nine, robo, seven, seven, x-ray, Quebec"),
        ("K A zero three M N seven eight is it", "K A zero three M N seven eight"),
    ],
)  # fmt: skip
def test_numbers_in_pieces_are_found(text: str, value: str) -> None:
    assert value in [text[s.start : s.end] for s in runs(text, heard=True)]


@pytest.mark.parametrize(
    "text",
    [
        "we had 12 cats, 15 dogs and 21 birds in 3 rooms",
        "between 10 and 20, then 30 or 40 of them",
        "chapters 10, then 11, and then 12 and 13",
        "in 1984 and then in 1992 we met",
        "a 12 year old and a 14 year old",
        "the golf hotel in India has one bar and two pools",
        "we danced a tango, one kilo lighter than mike and oscar",
        "plan A or plan B, I do not care, at 10 or 11",
        "one and two make three and then some",
    ],
)
def test_counts_in_sentences_are_no_number_in_pieces(text: str) -> None:
    assert list(runs(text, heard=True)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My password is blue elephant 42. Do not share it.", "blue elephant 42"),
        ("The Wi-Fi password is sunshine underscore 42, ok?", "sunshine underscore 42, ok"),
        ("Mein Passwort ist roter Fuchs.", "roter Fuchs"),
        ("your password is wrong and the password is not set", ""),
    ],
)
def test_a_password_that_is_announced_is_all_of_the_phrase(text: str, value: str) -> None:
    hits = SpokenNumberDetector().detect([Reading(text, reader="speech")], never)
    found = [text[hit.span.start : hit.span.end] for hit in hits if hit.category == "privacy.credential.password"]
    assert found == ([value] if value else [])


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["55", "52", "31.", "84"], ["55", "52", "31", "84"]),
        (["Four,", "eight,", "two, one."], ["Four", "eight", "two, one"]),
        (["hi, it is 55 52", "then 31", "84 and that is all"], ["55 52", "31", "84"]),
        (["I have 2 dogs and a cat in a very big house", "and 3 cats in a tree, which is not that bad", "4"], []),
        (["see you at 5", "ok", "bring 2"], []),
    ],
)
def test_a_number_over_several_recordings_is_found_in_each(texts: list[str], values: list[str]) -> None:
    heard = [Reading(text, reader="speech") for text in texts]
    hits = {(hit.reading, hit.span.start, hit.span.end) for hit in SpokenNumberDetector().detect(heard, never)}
    assert [texts[index][start:end] for index, start, end in sorted(hits)] == values


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
