"""What no name or address may cross, and where none can be."""

from __future__ import annotations

import pytest

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.detect.borders import Borders, tabular


def reading(text: str, *fields: tuple[str, str, str]) -> Reading:
    """A reading whose fields are given by value, name and syntax, each found behind the one before."""
    made, at = [], 0
    for value, name, syntax in fields:
        at = text.index(value, at)
        made.append(Field(Span(at, at + len(value)), name, syntax))
        at += len(value)
    return Reading(text, fields=tuple(made))


def kept(given: Reading, value: str) -> list[str]:
    start = given.text.index(value)
    return [given.text[s.start : s.end] for s in Borders(given).pieces(Span(start, start + len(value)))]


def test_prose_is_left_as_it_is() -> None:
    assert kept(Reading("Ask Ada Byron: she knows"), "Ada Byron") == ["Ada Byron"]
    labelled = reading("Ada: hello Bob", ("hello Bob", "ada", "value"))
    assert kept(labelled, "Ada") == ["Ada"]
    assert not Borders(labelled).between(0, 9)
    for quoted in ('Ada Byron: "Hi"', 'Ada Byron shouted at us: "Hi"'):
        assert kept(reading(quoted, ("Hi", "x", "code.string")), "Ada Byron") == ["Ada Byron"]


def test_what_runs_over_cells_is_cut_at_their_borders() -> None:
    row = reading(
        "who,street,zip\nAda Byron,4 Oak Avenue,97201\n",
        ("Ada Byron", "who", "csv.bare"),
        ("4 Oak Avenue", "street", "csv.bare"),
        ("97201", "zip", "csv.bare"),
    )
    assert kept(row, "Byron,4 Oak Avenue,97201") == ["Byron", "4 Oak Avenue"]
    start = row.text.index("Byron")
    assert Borders(row).between(start + 5, start + 6)
    assert not Borders(row).between(start - 1, start)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (reading('{"Ada": {"who": "Bob"}}', ("Bob", "ada.who", "json.string")), "Ada"),
        (reading('then {"Ada": "Bob"} came', ("Bob", "ada", "json.string")), "Ada"),
        (reading("Nome,Ort\nAda,Bonn\n", ("Ada", "nome", "csv.bare"), ("Bonn", "ort", "csv.bare")), "Nome"),
        (reading('f(Ada="Bob")', ("Bob", "ada", "code.string")), "Ada"),
        (reading('<Ada x="Bob">', ("Bob", "x", "html.attribute")), "Ada"),
        (reading("To: Bob\n\n--Ada-7\nHello", ("Bob", "header.to", "header")), "Ada"),
    ],
)
def test_keys_headers_and_tags_are_nobody(given: Reading, value: str) -> None:
    assert kept(given, value) == []
    assert kept(given, "Bob" if "Bob" in given.text else "Bonn") != []


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("type", "json.string"),
        ("geometry.type", "json.string"),
        ("contenttype", "json.string"),
        ("kind", "value"),
        ("status", "csv.bare"),
        ("name", "html.attribute"),
        ("header.content-type", "header"),
    ],
)
def test_machinery_is_nobody_unless_it_says_more(name: str, syntax: str) -> None:
    assert kept(reading("x: Point", ("Point", name, syntax)), "Point") == []
    several = kept(reading("x: Point Byron", ("Point Byron", name, syntax)), "Point Byron")
    assert several == ([] if syntax == "header" else ["Point Byron"])


@pytest.mark.parametrize(
    ("name", "syntax"), [("state", "json.string"), ("customer", "value"), ("header.to", "header")]
)
def test_other_values_are_somebody(name: str, syntax: str) -> None:
    assert kept(reading("x: Ada", ("Ada", name, syntax)), "Ada") == ["Ada"]


def test_rows_are_told_from_the_lines_of_an_address() -> None:
    address = "12 Baker Street\nSpringfield, IL 62704"
    assert not tabular(address, address.index("\n"), address.index("\n") + 1)
    for row in ("1\tBaker\n2\tOak", "1;Baker\n2;Oak", "a | b\nc | d", "a,b,c,d,e,f\ng,h,i,j,k,l"):
        assert tabular(row, row.index("\n"), row.index("\n") + 1)
