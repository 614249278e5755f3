"""A source that is slow on purpose, word by word: what is shown without a window is never a piece of a value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accord import Guard, load
from accord.guard.tellings import under_way

SPOKEN = "four one one one one one one one one one one one one one one one"
SEED = "witch collapse practice feed shame open despair creek road again ice least"


FAST = "version: 1\nextends: default\nreaders: [structure, encoded]\ndetectors: [patterns, fields]\n"


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    folder = tmp_path_factory.mktemp("slow")
    (folder / "accord.yaml").write_text(FAST)
    made = load(folder / "accord.yaml", state=folder / "state")
    yield made
    made.close()


def slowly(guard: Guard, text: str) -> tuple[str, str]:
    """What is shown word by word before the end, and in the end."""
    stream = guard.stream("user")
    shown = ""
    for word in text.split(" "):
        shown += stream.feed(word + " ") + stream.hurry()
    return shown, shown + stream.end()


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("the number of the card is ", SPOKEN, " and it expires soon"),
        ("please write to me, jane ", "at example dot org", " when you can"),
        ("the password is ", "correct horse battery staple", ""),
        ("and the seed phrase of the wallet is ", SEED, ""),
    ],
)
def test_words_of_a_value_are_not_shown_one_by_one(guard: Guard, before: str, value: str, after: str) -> None:
    early, _ = slowly(guard, before + value)
    assert before.startswith(early.rstrip() + " ") or early.strip() == before.strip(), early
    whole = guard.stream("user")
    said = before + value + after
    shown = whole.feed(said) + whole.end()
    late, all_of_it = slowly(guard, said)
    if value not in shown:
        assert value not in all_of_it
    assert all_of_it.startswith(late)


@pytest.mark.parametrize(
    "text",
    [
        "the parcel left this morning and everything is in order so there is nothing to do ",
        "we met and talked about the weather for a while and then went home again ",
        "das paket ist heute angekommen und alles ist in ordnung ",
    ],
)
def test_plain_words_are_shown_as_they_come(guard: Guard, text: str) -> None:
    early, _ = slowly(guard, text.strip())
    assert len(early) >= len(text) - 16


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("it is four ", True),
        ("I have two cats and a dog ", False),
        ("meet me at ", True),
        ("meet me at the usual place ", False),
        ("my password is ", True),
        ("my password is safe. now to something else ", False),
        ("ein haus und eine katze ", False),
    ],
)
def test_where_a_value_may_be_under_way(text: str, open_: bool) -> None:
    assert under_way(text) is open_
