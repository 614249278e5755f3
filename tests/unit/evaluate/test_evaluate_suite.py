from __future__ import annotations

import json
from pathlib import Path

import pytest

from accord.core.decision import Destination, Outcome
from accord.core.place import Span
from accord.errors import ConfigError
from accord.evaluate import suite

LINE = '{"id": "a", "text": "to ann@example.org and ann@example.org"}'


def line(**keys: object) -> str:
    return json.dumps({"id": "a", "text": "to ann@example.org and ann@example.org", **keys})


def test_the_shipped_suite_reads_and_says_something_of_every_case() -> None:
    smoke = suite.load("smoke")
    assert smoke.name == "smoke"
    assert smoke.licence == "Apache-2.0"
    assert len(smoke.cases) > 30
    for case in smoke.cases:
        assert case.spans is not None or case.categories or case.absent or case.outcomes, case.id


def test_a_value_is_found_by_its_occurrence() -> None:
    spans = [{"value": "ann@example.org", "occurrence": 2, "category": "privacy.contact.email"}]
    (case,) = suite.parse(line(spans=spans), "x.jsonl").cases
    assert case.spans == ((Span(23, 38), "privacy.contact.email"),)


def test_what_is_left_out_is_not_measured_and_an_empty_list_is() -> None:
    (left,) = suite.parse(LINE, "x.jsonl").cases
    (empty,) = suite.parse(line(spans=[], categories=[], absent=[]), "x.jsonl").cases
    assert (left.spans, left.categories, left.absent) == (None, None, None)
    assert (empty.spans, empty.categories, empty.absent) == ((), frozenset(), frozenset())


def test_patterns_are_written_out() -> None:
    (case,) = suite.parse(line(absent=["safety.*"], outcomes={"model": "transform"}), "x.jsonl").cases
    assert case.absent is not None and "safety.hate" in case.absent and "privacy.date.date" not in case.absent
    assert case.outcomes == {Destination.MODEL: Outcome.TRANSFORM}


def test_the_digest_is_of_the_cases_whatever_their_order() -> None:
    other = line(id="b")
    one, two = (suite.parse(text, "x.jsonl") for text in (f"{LINE}\n{other}", f"{other}\n\n{LINE}\n"))
    assert one.digest == two.digest
    assert one.digest != suite.parse(f"{LINE}\n{line(id='b', absent=[])}", "x.jsonl").digest


def test_a_line_separator_within_a_text_ends_nothing() -> None:
    (case,) = suite.parse('{"id": "a", "text": "one\u2028two"}', "x.jsonl").cases
    assert case.text == "one\u2028two"


def test_yaml_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("suite: mine\nlicence: MIT\ncases:\n  - {id: a, text: hello, absent: ['*']}\n", encoding="utf-8")
    made = suite.load(file)
    assert (made.name, made.licence) == ("mine", "MIT")
    assert made.digest == suite.parse('{"id": "a", "text": "hello", "absent": ["*"]}', "x.jsonl").digest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "x.jsonl:1: not JSON at column"),
        ("[]", "x.jsonl:1: expected an object"),
        ('{"id": "a", "id": "b", "text": ""}', "x.jsonl:1: a key stands twice"),
        (line(expects=1), "x.jsonl:1: expects: unknown key"),
        (line(id="a b"), "x.jsonl:1: id: "),
        ('{"id": "a"}', "x.jsonl:1: text: field required"),
        (line(categories=["privacy.contact"]), "no category is named 'privacy.contact'"),
        (line(absent=["privacy.contact"]), "no category is named 'privacy.contact'"),
        (line(outcomes={"model": "refuse"}), "x.jsonl:1: outcomes.model: "),
        (line(spans=[{"category": "privacy.nothing", "value": "to"}]), "spans[0].category: no category"),
        (line(spans=[{"category": "privacy.date.date", "value": "never"}]), "spans[0]: the value does not stand"),
        (line(spans=[{"category": "privacy.date.date", "value": "to", "occurrence": 2}]), "2 time(s)"),
        (line(spans=[{"category": "privacy.date.date"}]), "`start` and `end`, or a `value`"),
        (line(spans=[{"category": "privacy.date.date", "start": 1}]), "`start` and `end`, or a `value`"),
        (line(spans=[{"category": "privacy.date.date", "start": 3, "end": 3}]), "ends after it starts"),
        (line(spans=[{"category": "privacy.date.date", "start": 3, "end": 99}]), "ends at 99, beyond the 38"),
        (line(categories=["safety.hate"], absent=["safety.*"]), "contradict each other"),
        (f"{LINE}\n{LINE}", "the case id 'a' stands twice"),
        ("", "at least one case"),
    ],
)
def test_errors_say_where_and_never_quote_the_text(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        suite.parse(text, "x.jsonl")
    assert expected in str(caught.value)
    assert "ann@example.org" not in str(caught.value)


@pytest.mark.parametrize("text", ["cases: 1", "- a", "a: [", "cases:\n  - a"])
def test_yaml_that_is_no_suite(text: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml"):
        suite.parse(text, "x.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        suite.load(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "a", "text": "\xe9"}')
    with pytest.raises(ConfigError, match="not UTF-8"):
        suite.load(tmp_path / "latin.jsonl")


def test_cases_show_nothing_of_their_text() -> None:
    made = suite.parse(LINE, "x.jsonl")
    assert "ann" not in repr(made) + repr(made.cases[0])
