"""Announced names: what is announced is found whatever its script, and what only looks so is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.detect.cues import announced


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span, _ in announced(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, my name is john and I need help", "john"),
        ("My name is Anna-Lena O'Neill.", "Anna-Lena O'Neill"),
        ("Sometimes people call me piusz.", "piusz"),
        ("Hola, me llamo Lucía Fernández y vivo aquí", "Lucía Fernández"),
        ("Je m’appelle Éloïse Martin, bonjour", "Éloïse Martin"),
        ("Ich heiße Jörg von der Heide.", "Jörg von der Heide"),
        ("Mi chiamo Niccolò", "Niccolò"),
        ("Nazywam się Łukasz Żak", "Łukasz Żak"),
        ("Меня зовут Иван Петров, я из Москвы", "Иван Петров"),
        ("Мене звати Оксана.", "Оксана"),
        ("Με λένε Γιώργο Παπαδόπουλο.", "Γιώργο Παπαδόπουλο"),
        ("اسمي محمد علي وأنا هنا", "محمد علي"),
        ("שמי דוד כהן", "דוד כהן"),
        ("मेरा नाम राहुल शर्मा है", "राहुल शर्मा"),
        ("私の名前は田中太郎です。", "田中太郎"),
        ("佐藤さんに電話してください", "佐藤"),
        ("我叫张伟，住在这里", "张伟"),
        ("제 이름은 김철수입니다", "김철수"),
        ("ผมชื่อสมชาย", "สมชาย"),
        ("Dear Will,\nthe parcel is here", "Will"),
        ("Kind regards,\nAnna de la Cruz\nHead of Sales", "Anna de la Cruz"),
        ("Regards, Bob", "Bob"),
        ("Patient: Smith", "Smith"),
        ("name: Max Power", "Max Power"),
        ("Médico: Pedro Ramos NºCol: 28", "Pedro Ramos"),
        ("姓名：王小明", "王小明"),
        ("The Sra. Pérez has called", "Pérez"),
        ("Mrs. Smith's car", "Smith"),
        ("wegen Frau Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
    ],
)
def test_an_announced_name_is_found(text: str, name: str) -> None:
    assert found(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "my name is not important",
        "My name is on the list",
        "Call me Monday",
        "call me when you are there",
        "Hi all,",
        "Hello world",
        "Dear Sir or Madam,",
        "Dear Hiring Manager,",
        "Best regards,\nThe Team",
        "name: Build",
        "name: build and test",
        "Name: the thing that is meant",
        "Patient: no complaints, sleeps well",
        "The product name is Widget",
        "drive down Mr",
        "die Frau ist da",
        "先生你好",
        "",
    ],
)
def test_what_only_looks_announced_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_places_stay_exact_behind_letters_that_grow_in_lower_case() -> None:
    assert found("İİİ my name is Ada Lovelace.") == ["Ada Lovelace"]


@given(st.text(alphabet="my name is Dear Anna,\n.İß:王さん'’-", max_size=80))
def test_spans_are_inside_the_text_and_hold_letters(text: str) -> None:
    for span, score in announced(text):
        assert 0 <= span.start < span.end <= len(text)
        assert any(map(str.isalpha, text[span.start : span.end]))
        assert 0 < score <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bei Tante Gerlinde war es schön.", ["Gerlinde"]),
        ("das Zimmer ihres Sohnes Detlef", ["Detlef"]),
        ("I met my brother Rupert there.", ["Rupert"]),
        ("mi hermana Noemi llegó", ["Noemi"]),
        ("my brother is late, my son said", []),
        ("Die Tante kommt, und der Onkel auch", []),
        ("BEGIN:VCARD\nFN:Ada Byron\nN;CHARSET=utf-8:Byron;Ada;;Dr.;\nEND:VCARD", ["Ada Byron", "Byron", "Ada"]),
        ("N:Byron;Ada;;;", []),
        ("**Name:** **Ada Byron**", ["Ada Byron"]),
    ],
)
def test_kin_cards_and_emphasised_labels(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span, _ in announced(text)] == expected


def test_a_title_with_a_loose_dot_announces_nothing_empty() -> None:
    assert all(len(span) for span, _ in announced("well : Mr . Van sure is busy today"))
