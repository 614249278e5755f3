"""A name that sounds like a known one is that one; other names are not."""

from __future__ import annotations

import pytest

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.detect.speech.echoes import ALIKE, NAME, alike, echoes, known_names, sounds_like
from accord.testing import never

KNOWN = ("Priya Raghunathan", "Mateo Ruiz", "Catherine Smith")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Priyur Rekhanathan", "Priya Raghunathan"),
        ("Matteo Ruis", "Mateo Ruiz"),
        ("Katherine Smyth", "Catherine Smith"),
        ("Raganathan", "Raghunathan"),
        ("Matteo", "Mateo"),
    ],
)
def test_another_spelling_is_the_same_name(said: str, name: str) -> None:
    assert sounds_like(said, KNOWN) == name


@pytest.mark.parametrize("said", ["John Brown", "Peter Ruiz", "Maria", "Sunday", "", "Priya", "12"])
def test_other_words_are_not(said: str) -> None:
    assert sounds_like(said, ("Marco Ricci", "Jane Doe", "Catherine Smith")) is None


@pytest.mark.parametrize(("one", "other"), [("Jane", "John"), ("Anna Lee", "Alan Lowe"), ("Müller", "Keller")])
def test_names_that_differ_stay_apart(one: str, other: str) -> None:
    assert alike(one, other) < ALIKE


def test_names_in_speech_are_found_where_nothing_announces_them() -> None:
    speech = Reading("So Matteo Ruis wanted it, and Sunday suits Catherine.", reader="speech")
    written = Reading("So Matteo Ruis wanted it.")
    found = echoes([speech, written], KNOWN, never)
    assert [speech.text[h.span.start : h.span.end] for h in found] == ["Matteo Ruis", "Catherine"]
    assert {(h.reading, h.category) for h in found} == {(0, NAME)}


def test_what_is_written_comes_before_what_is_said() -> None:
    speech, text = Reading("I am Matteo Ruis", reader="speech"), Reading("I am Mateo Ruiz")
    hits = [Hit(0, Span(5, 16), NAME, 0.9), Hit(1, Span(5, 15), NAME, 0.9)]
    assert known_names([speech, text], hits, ["Jane Doe"]) == ("Mateo Ruiz", "Jane Doe")
    assert known_names([speech, text], hits[:1], []) == ("Matteo Ruis",)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Then kormak or eily opened the window.", "kormak or eily"),
        ("The letter is from Sylvia in Aldi.", "Sylvia in Aldi"),
        ("It was handed to Jurgen Albrekt.", "Jurgen Albrekt"),
        ("Yesterday Zyna Cordero paid.", "Zyna Cordero"),
    ],
)
def test_a_name_is_known_wherever_its_words_are_taken_to_end(text: str, heard: str) -> None:
    names = ("Cormac O'Reilly", "Silvia Rinaldi", "Jürgen Albrecht", "Ximena Cordero")
    found = echoes([Reading(text, reader="speech")], names, never)
    assert [text[hit.span.start : hit.span.end] for hit in found] == [heard]


@pytest.mark.parametrize(
    "text",
    [
        "The code or the order is wrong.",
        "We reuse and retain it.",
        "They contain tomatoes.",
        "Make any change you like.",
    ],
)
def test_ordinary_words_are_no_names(text: str) -> None:
    names = ("Ximena Cordero", "Jun Zhao", "Aurélie Dubois", "Silvia Conti", "Makena Otieno")
    assert echoes([Reading(text, reader="speech")], names, never) == []
