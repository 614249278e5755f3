"""Lines that were broken to fit are read on; lists, labels and code are left as they are."""

from __future__ import annotations

import pytest

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.readers.encoded import EncodedReader
from accord.readers.flow import read_flowed
from accord.testing import check_reader

LETTER = """Dear all, when the offices open again next week, please call Arjun
Ramirez on the number below before noon. The account to be used is DE89
3704 0044 0532 0130 00 and nothing else, as the auditors have told us last
week. Everybody else goes on as before."""


def flowed(text: str) -> str:
    found = read_flowed(Reading(text))
    return found.text if found else ""


def test_a_value_that_goes_on_in_the_next_line_is_one() -> None:
    text = flowed(LETTER)
    assert "call Arjun Ramirez on" in text
    assert "DE89 3704 0044 0532 0130 00" in text


def test_every_character_keeps_its_place() -> None:
    found = read_flowed(Reading(LETTER))
    assert found is not None
    for index, character in enumerate(found.text):
        span = found.source_span(Span(index, index + 1))
        assert LETTER[span.start : span.end] == character or (
            character == " " and "\n" in LETTER[span.start : span.end]
        )
    check_reader(EncodedReader(), [LETTER])


def test_quoted_lines_flow_without_their_marks() -> None:
    quoted = "\n".join(f"> {line}" for line in LETTER.splitlines())
    assert "call Arjun Ramirez on" in flowed(quoted)


def test_a_hyphen_at_the_end_joins_without_a_blank() -> None:
    text = "you can reach me during the day and until late at 212-555-\n0197 or in the office of the house next door"
    assert "212-555-0197" in flowed(text)


@pytest.mark.parametrize(
    "text",
    [
        "one line only, however long it may be and whatever it may say",
        "Name: Anna Schmidt of the north\nPhone: 212 555 0197 in the day\nCity: Leeds, in the old town",
        "Anna Schmidt\nPeter Miller\nJane Doe\nJohn Roe",
        "- the first point of the long list\n- the second point of the long list\n- the third one of it",
        "This is a sentence that ends here.\nAnd this one begins anew, and ends.\nSo does this one.",
        "A short line\nand after it one that is a great deal longer than the first of them\nand a short one",
    ],
)
def test_lists_labels_and_sentences_stay_apart(text: str) -> None:
    assert flowed(text) == ""


def test_structured_text_stays_as_it_is() -> None:
    reading = Reading(LETTER)
    reading.name_fields((Field(Span(0, 8), "greeting", "json.string"),))
    assert read_flowed(reading) is None
