"""When words of an answer are worked on: as soon as a window of them is there, in pieces of whatever size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.gateway.conftest import Client

from accord.core.content import Context
from accord.core.decision import Destination
from accord.gateway.chat_answer import Answer
from accord.gateway.texts import Buffered, Released, Restored
from accord.guard.stream import HELD

Make = Callable[..., Client]


def answer_of(client: Client, text: Callable[[], Released]) -> Answer:
    return Answer(client.guard, Context(), text, choices=2, tools=frozenset(), logprobs=False)


def said(content: str, index: int = 0) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": {"content": content}, "finish_reason": None}]}


@pytest.mark.parametrize("size", [1, 4, 6, 50, 400])
def test_a_window_of_words_is_worked_on_when_it_is_there(make_client: Make, size: int) -> None:
    guard = make_client().guard
    answer = answer_of(make_client(), lambda: guard.stream(Destination.USER, Context()))
    words, taken, shown = "the parcel is on its way " * 40, 0, ""
    while not shown:
        assert taken < len(words), "nothing is shown"
        answer.take(said(words[taken : taken + size]))
        taken += size
        if answer.due:
            shown = "".join(delta["delta"].get("content") or "" for delta in answer.work())
    assert words.startswith(shown) and taken <= HELD + max(size, 8), taken


def test_answers_are_told_apart(make_client: Make) -> None:
    guard = make_client().guard
    answer = answer_of(make_client(), lambda: guard.stream(Destination.USER, Context()))
    answer.take(said("the parcel is on its way " * 4, 0))
    answer.take(said("the parcel is on its way " * 4, 1))
    assert not answer.due, "two halves are no window"
    answer.take(said("the parcel is on its way " * 2, 1))
    assert answer.due


def test_a_text_that_is_shown_when_it_is_whole_is_not_worked_on_before(make_client: Make) -> None:
    guard = make_client().guard
    answer = answer_of(make_client(), lambda: Buffered(guard, Context()))
    answer.take(said("the parcel is on its way " * 40))
    assert not answer.due


def test_where_only_own_values_come_back_every_word_is_due(make_client: Make) -> None:
    guard = make_client().guard
    answer = answer_of(make_client(), lambda: Restored(guard, guard.pseudonyms.batch(Context()), None))
    answer.take(said("the"))
    assert answer.due
