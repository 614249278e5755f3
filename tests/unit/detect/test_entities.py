"""The entity detector on the real weights."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path

import pytest

from accord.core.reading import Reading
from accord.core.roles import Detector
from accord.core.taxonomy import CATEGORIES
from accord.detect.entities import EntityDetector
from accord.errors import ModelError
from accord.models.runtime import TokenClassifier


def test_a_missing_model_ends_in_the_command_that_brings_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        EntityDetector(cache=tmp_path)
    assert "accord models pull" in caught.value.hint


@pytest.fixture(scope="module")
def detector() -> EntityDetector:
    return EntityDetector()  # fails with "run `accord models pull`" where the weights are not there


def never() -> bool:
    return False


def found(detector: EntityDetector, *texts: str) -> list[tuple[str, str]]:
    hits = detector.detect([Reading(text) for text in texts], never)
    return [
        (texts[hit.reading][hit.span.start : hit.span.end], hit.category.removeprefix("privacy."))
        for hit in hits
        if hit.score >= detector.floor
    ]


def names(detector: EntityDetector, text: str) -> list[str]:
    return [value for value, category in found(detector, text) if category == "person.name"]


@pytest.mark.models
def test_it_keeps_the_contract(detector: EntityDetector) -> None:
    assert isinstance(detector, Detector)
    assert detector.categories <= CATEGORIES.keys()
    assert 0 < detector.floor < 1


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please forward this to Margaret Thornbury by noon.", "Margaret Thornbury"),
        ("PLEASE CONTACT MARGARET THORNBURY IMMEDIATELY", "MARGARET THORNBURY"),
        ("La paciente María Fernández García ingresó ayer.", "María Fernández García"),
        ("Der Vertrag mit Jürgen Habermas endet bald.", "Jürgen Habermas"),
        ("Le dossier de Françoise Lefèvre est complet.", "Françoise Lefèvre"),
        ("We hired Nguyễn Văn Minh last week.", "Nguyễn Văn Minh"),
        ("Ask Oluwaseun Adeyemi about the invoice.", "Oluwaseun Adeyemi"),
        ("Меня зовут Иван Петров.", "Иван Петров"),
        ("私の名前は田中太郎です。", "田中太郎"),
    ],
)
def test_names_are_found_whole(detector: EntityDetector, text: str, name: str) -> None:
    assert name in names(detector, text)


@pytest.mark.models
@pytest.mark.parametrize(
    "text",
    [
        "Will you be there in May? April and August are fine, and so is any Monday.",
        "May  6 12:00:01 web-01 sshd[1234]: Accepted publickey for deploy from 10.0.0.5 port 53211 ssh2",
        "ERROR Worker-3 NullPointerException at org.apache.Foo.bar(Foo.java:123)",
        "SELECT first_name, last_name FROM customers WHERE id = 7;",
        "import pandas as pd\nclass MaxPooling(Layer):\n    def will(self): return grace.hope(mark)",
        "Hope this helps! The grace period ends on Friday. Mark the box and pay the bill.",
        "commit a3f5c9e2b17d4e8890abcdef12345678deadbeef",
        '{"level": "warn", "ts": 1715000000, "caller": "raft/node.go:323", "msg": "leader changed"}',
    ],
)
def test_common_words_code_and_logs_are_left_alone(detector: EntityDetector, text: str) -> None:
    assert found(detector, text) == []


@pytest.mark.models
def test_an_address_is_one_finding(detector: EntityDetector) -> None:
    text = "Ship it to 12 Baker Street, Flat 3, Springfield, IL 62704 please."
    assert found(detector, text) == [("12 Baker Street, Flat 3, Springfield, IL 62704", "contact.address")]


@pytest.mark.models
def test_a_town_is_a_place(detector: EntityDetector) -> None:
    assert ("Springfield", "location.place") in found(detector, "I moved to Springfield last year.")


@pytest.mark.models
def test_places_are_code_points_of_the_reading_as_given(detector: EntityDetector) -> None:
    text = "𝒜👩‍👩‍👧 \u200bJose\u0301 — ask Jürgen Habermas"
    assert "Jürgen Habermas" in names(detector, text)


@pytest.mark.models
def test_a_name_in_the_middle_of_a_long_text_is_found(detector: EntityDetector) -> None:
    filler = "the report was late and nobody minded that it was late because of the weather, "
    for before in (0, 7, 13, 25, 60):
        text = filler * before + "so Margaret Thornbury wrote it again, " + filler * 40
        assert names(detector, text) == ["Margaret Thornbury"]


@pytest.mark.models
def test_what_else_is_read_changes_nothing(detector: EntityDetector) -> None:
    text = "Please forward this to Margaret Thornbury in Springfield."
    alone = list(detector.detect([Reading(text)], never))
    among = list(detector.detect([Reading("Ask Jürgen Habermas. " * 30), Reading(text)], never))
    assert [(h.span, h.score) for h in among if h.reading == 1] == [(h.span, h.score) for h in alone]


@pytest.mark.models
def test_the_same_line_is_read_once(detector: EntityDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    plain = TokenClassifier.probabilities

    def counted(self: TokenClassifier, ids: list[int]):
        nonlocal calls
        calls += 1
        return plain(self, ids)

    monkeypatch.setattr(TokenClassifier, "probabilities", counted)
    line = "user Margaret Thornbury has logged in"
    hits = found(detector, *[line] * 50)
    assert calls == 1
    assert hits == [("Margaret Thornbury", "person.name")] * 50


@pytest.mark.models
def test_it_stops_when_told(detector: EntityDetector) -> None:
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    readings = [Reading(f"Line {number} was written by Margaret Thornbury.") for number in range(50)]
    hits: Iterable[object] = detector.detect(readings, soon)
    assert len(list(hits)) < 5


@pytest.mark.models
def test_empty_and_odd_texts(detector: EntityDetector) -> None:
    assert found(detector, "", " ", "\n\n", "12345", "\u0301", "\x00\x01", "。", "a" * 5000) == []


@pytest.mark.models
def test_it_travels_to_worker_processes(detector: EntityDetector) -> None:
    again = pickle.loads(pickle.dumps(detector))
    assert names(again, "Ask Margaret Thornbury.") == ["Margaret Thornbury"]


@pytest.mark.models
def test_its_repr_names_the_model_only(detector: EntityDetector) -> None:
    assert repr(detector) == "<EntityDetector rampart>"


@pytest.mark.models
def test_a_log_of_varying_numbers_is_read_by_its_templates(
    detector: EntityDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    plain = TokenClassifier.probabilities

    def counted(self: TokenClassifier, ids: list[int]):
        nonlocal calls
        calls += 1
        return plain(self, ids)

    monkeypatch.setattr(TokenClassifier, "probabilities", counted)
    people = ("Margaret Thornbury", "Jürgen Habermas", "Oluwaseun Adeyemi")
    text = "".join(
        f"2026-05-{n % 28 + 1:02d}T12:{n % 60:02d}:01.{n:03d}Z INFO user {people[n % 3]} logged in from 10.0.{n}.7 "
        f"session={n * 7919:08x}{n:024x} after {n * 13} ms\n"
        for n in range(200)
    )
    assert names(detector, text) == [people[n % 3] for n in range(200)]
    assert calls < 30


@pytest.mark.models
def test_tables_without_fields_are_read_cell_by_cell(detector: EntityDetector) -> None:
    rows = "Margaret Thornbury\t12 Baker Street\tSpringfield\nOluwaseun Adeyemi\t4 Oak Avenue\tPortland\n"
    for mark in ("\t", " | ", ";"):
        values = [value for value, _ in found(detector, rows.replace("\t", mark))]
        assert "12 Baker Street" in values
        assert not any(each in value for value in values for each in ("\t", "|", ";", "\n"))


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please ask **Oluwaseun Adeyemi** about it.", "Oluwaseun Adeyemi"),
        ("Wir waren bei Tante Gerlinde im Garten.", "Gerlinde"),
        ("Das Zeugnis ihres Sohnes Detlef fehlt.", "Detlef"),
        ("SELECT * FROM t WHERE n LIKE '%Schimmelpfennig%'", "Schimmelpfennig"),
        ("https://example.org/s?q=Anneliese+Rotenfels&page=2", "Anneliese+Rotenfels"),
        ("BEGIN:VCARD\nFN:Anneliese Rotenfels\nEND:VCARD", "Anneliese Rotenfels"),
    ],
)
def test_names_are_found_where_signs_or_kin_stand_beside_them(detector: EntityDetector, text: str, name: str) -> None:
    assert name in names(detector, text)
