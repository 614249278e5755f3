"""What the model cannot see decides with it: capitals, titles, determiners, code."""

from __future__ import annotations

import re

import pytest

from accord.detect.merge import LABELS, calibrated, entities
from accord.detect.names import _inside_code, name_scores, shape
from accord.detect.spans import Word


def words(text: str, **odds: float) -> list[Word]:
    """Words of a text as the model might see them: `{Ann}` is a given name, others are not."""
    made = []
    for found in re.finditer(r"[^\W_]+|[^\w\s]|_", text):
        row = [0.0] * len(LABELS)
        row[1] = odds.get(found[0], 0.001)
        row[0] = 1 - row[1]
        made.append(Word(found.start(), found.end(), row))
    return made


def score(text: str, word: str, odds: float = 0.6) -> float:
    made = words(text, **{word: odds})
    at = next(i for i, each in enumerate(made) if text[each.start : each.end] == word)
    return name_scores(text, made)[at]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Ann", "title"),
        ("ANN", "upper"),
        ("ann", "lower"),
        ("McAnn", "mixed"),
        ("張", "uncased"),
        ("12", "other"),
        ("J", "title"),
    ],
)
def test_shapes(word: str, expected: str) -> None:
    assert shape(word) == expected


def test_a_capital_speaks_for_a_name() -> None:
    assert score("we met Rose there", "Rose") > 0.8 > 0.2 > score("we met rose there", "rose")


def test_lower_case_counts_for_less_where_the_writer_uses_capitals() -> None:
    assert score("i met rose there", "rose") > score("In Paris and Rome I met rose there", "rose")


def test_a_title_speaks_for_a_name_and_a_determiner_against() -> None:
    plain = score("ask Banks now", "Banks", 0.2)
    assert score("ask Mr. Banks now", "Banks", 0.2) > plain > score("ask the Banks now", "Banks", 0.2)


def test_a_body_named_after_someone_is_not_that_person() -> None:
    assert (
        score("at Williams University today", "Williams", 0.6) < 0.5 < score("with Williams today", "Williams", 0.6)
    )


@pytest.mark.parametrize(
    "text", ["see @Ann here", "tag #Ann here", "in src/Ann now", "x = Ann_value", "com.Ann.main()"]
)
def test_handles_tags_and_identifiers_are_not_names(text: str) -> None:
    assert score(text, "Ann", 0.99) < 0.5


def test_calibration_is_monotone_and_stays_a_probability() -> None:
    values = [calibrated(step / 100) for step in range(101)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


def odds_of(label: str) -> list[float]:
    row = [0.01] * len(LABELS)
    row[LABELS.index(label)] = 0.98
    return row


def joined(text: str, labels: dict[str, str]) -> list[tuple[str, str]]:
    made = []
    for found in re.finditer(r"[^\W_]+|[^\w\s]|_", text):
        made.append(Word(found.start(), found.end(), odds_of(labels.get(found[0], "O"))))
    return [(text[e.span.start : e.span.end], e.category.split(".", 1)[1]) for e in entities(text, [made])]


def test_given_name_and_surname_become_one_name() -> None:
    labels = {
        "Anna": "GIVEN_NAME",
        "Cruz": "SURNAME",
        "Tolkien": "SURNAME",
        "Jean": "GIVEN_NAME",
        "Luc": "GIVEN_NAME",
    }
    assert joined("ask Anna de la Cruz today", labels) == [("Anna de la Cruz", "person.name")]
    assert joined("by J. R. R. Tolkien", labels) == [("J. R. R. Tolkien", "person.name")]
    assert joined("ask Jean-Luc", labels) == [("Jean-Luc", "person.name")]


def test_two_people_stay_two() -> None:
    labels = {"Anna": "GIVEN_NAME", "Ben": "GIVEN_NAME"}
    assert [name for name, _ in joined("Anna, Ben", labels)] == ["Anna", "Ben"]
    assert [name for name, _ in joined("Anna\nBen", labels)] == ["Anna", "Ben"]
    assert [name for name, _ in joined("Anna and Ben", labels)] == ["Anna", "Ben"]


ADDRESS = {
    "12": "BUILDING_NUMBER", "Baker": "STREET_NAME", "Street": "STREET_NAME", "Flat": "SECONDARY_ADDRESS",
    "3": "SECONDARY_ADDRESS", "Springfield": "CITY", "IL": "STATE", "62704": "ZIP_CODE",
}  # fmt: skip


def test_the_parts_of_an_address_become_one() -> None:
    text = "at 12 Baker Street, Flat 3,\nSpringfield, IL 62704."
    assert joined(text, ADDRESS) == [("12 Baker Street, Flat 3,\nSpringfield, IL 62704", "contact.address")]


def test_a_town_alone_is_a_place_and_a_number_alone_is_nothing() -> None:
    assert joined("in Springfield, IL today", ADDRESS) == [("Springfield, IL", "location.place")]
    assert joined("item 12 of 62704", ADDRESS) == []


def test_a_digest_is_no_identifier() -> None:
    labels = {"a3f5c9e2b17d4e88": "DRIVERS_LICENSE", "D1234567": "DRIVERS_LICENSE"}
    assert joined("commit a3f5c9e2b17d4e88", labels) == []
    assert joined("licence D1234567", labels) == [("D1234567", "id.driver")]


def test_a_number_is_believed_where_words_say_what_it_is() -> None:
    def best(text: str, label: str) -> float:
        made = [
            Word(f.start(), f.end(), odds_of(label if f[0].isdigit() else "O")) for f in re.finditer(r"\w+", text)
        ]
        return max(entity.score for entity in entities(text, [made]))

    assert best("account 12345678", "BANK_ACCOUNT") > 0.4 > best("took 12345678 ns", "BANK_ACCOUNT")
    assert best("415 555 0132 after six", "PHONE") > 0.4 > best("at 1715000000 it", "PHONE")


@pytest.mark.parametrize(
    ("text", "word", "off"),
    [
        ("ask **Ada** now", "Ada", True),
        ("ask _Ada Byron_ now", "Byron", True),
        ("/s?q=Ada+Byron", "Ada", True),
        ("/s?q=Ada%20Byron", "Ada", True),
        ("LIKE '%Byron%'", "Byron", True),
        ("char *Ada;", "Ada", False),
        ("x = a *Ada * b", "Ada", False),
        ("snake_Ada_case", "Ada", False),
        ("__Ada = 1", "Ada", False),
        ("x=Ada", "Ada", False),
        ("50%Ada", "Ada", False),
        ("mail ada@Byron", "Byron", False),
        ("src\n|-- grace\n", "grace", False),
        ("src\n└── grace\n", "grace", False),
        ("so -- Grace said", "Grace", True),
    ],
)
def test_signs_that_set_a_word_off_are_told_from_code(text: str, word: str, off: bool) -> None:
    start = text.index(word)
    assert _inside_code(text, Word(start, start + len(word), [])) is not off
