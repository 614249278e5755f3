"""A name that was told is written right where it was said; nothing else is taken from who was told."""

from __future__ import annotations

import pytest

from accord.readers.speech.expected import LEAST_LOGPROB, context, corrected
from accord.readers.speech.words import Word

NAMES = ("Jürgen Albrecht", "Lin Yao", "Esteban Villanueva")


def _words(text: str, start: float = 0.0, each: float = 0.5, logprob: float = -1.0) -> list[Word]:
    made = []
    for at, word in enumerate(text.split()):
        low, step = start + at * each, each / len(word)
        times = tuple((low + n * step, low + (n + 1) * step) for n in range(len(word)))
        made.append(Word(word, times, (logprob,), True))
    return made


def _text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def test_a_name_takes_the_place_of_what_it_sounded_like() -> None:
    heard = _words("And your journal read opened it.")
    told = [*_words("And"), *_words("Jürgen Albrecht", 0.55, 0.7), *_words("shut it.", 2.0)]
    made = corrected(heard, told, NAMES)
    assert _text(made) == "And Jürgen Albrecht opened it."
    assert made[1].start == heard[1].start
    assert made[2].end == heard[3].end


def test_a_word_of_a_name_is_one_too_and_marks_stay() -> None:
    heard = _words("It went to Veylon River, then.")
    told = [*_words("It went to"), *_words("Villanueva", 1.5, 1.0), *_words("then.", 2.5)]
    made = corrected(heard, told, NAMES)
    assert _text(made) == "It went to Villanueva, then."
    assert all(len(word.times) == len(word.text) for word in made)


@pytest.mark.parametrize(
    ("said", "told", "chance"),
    [
        ("we spoke to Lin Yao today", "we spoke to lin yao, today", -1.0),
        ("my number is 4412 5567 today", "my number is Jürgen Albrecht today", -1.0),
        ("they sat in a room today", "they sat in Lin Yao today", LEAST_LOGPROB - 0.5),
        ("they sat in a room today", "we stood under a tree now", -1.0),
    ],
)
def test_nothing_else_changes(said: str, told: str, chance: float) -> None:
    heard = _words(said)
    assert corrected(heard, _words(told, logprob=chance), NAMES) == heard


def test_a_name_where_nobody_was_heard_is_made_up() -> None:
    heard = _words("whenever you like.")
    assert corrected(heard, [*_words("whenever you like."), *_words("Jürgen Albrecht", 4.0)], NAMES) == heard


def test_only_so_many_names_are_told() -> None:
    assert context(()) == ""
    assert context(("Ann Lee", "Bo Li")) == "Ann Lee, Bo Li."
    assert context([f"Name{n}" for n in range(100)]).count(",") == 23
