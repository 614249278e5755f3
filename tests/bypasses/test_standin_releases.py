"""Stand-ins on their way through a guard: out, back, and round again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accord import Context, Guard, Role, Text
from accord.config import shipped
from accord.core.pseudonym import Issued, Scope
from accord.detect.patterns import PatternDetector
from accord.errors import StoreError
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog
from accord.transform.pseudonyms import MemoryMap, Pseudonyms
from accord.transform.standins_tables import names

HERE = Context(session="s")
TEXT = (
    "Jane Doe (jane.doe@corp.com, +1 212 736 5000) lives with John Doe. Her card is 4111 1111 1111 1111, "
    "her server 8.8.4.4, and Jane likes Leeds."
)
SECRET = ("Jane", "Doe", "jane.doe", "corp.com", "736 5000", "4111 1111 1111 1111", "8.8.4.4")
TABLE = names("en")
PEOPLE = {"Jane Doe": "person.name", "John Doe": "person.name", "Jane": "person.name"}


def make(pseudonyms: Pseudonyms) -> Guard:
    words = {word: (f"privacy.{category}", 0.9) for word, category in PEOPLE.items()}
    # It also finds the names that stand-ins are made of, as a detector of names would.
    words |= dict.fromkeys((*TABLE.women, *TABLE.men), ("privacy.person.name", 0.8))
    words |= {
        f"{one} {two}": ("privacy.person.name", 0.9) for one in (*TABLE.women, *TABLE.men) for two in TABLE.family
    }
    readers = [StructureReader(), EncodedReader()]
    return Guard(
        shipped("default").policy(), readers, [FixedDetector(words), PatternDetector()], MemoryLog(), pseudonyms
    )


@pytest.fixture
def guard() -> Iterator[Guard]:
    made = make(Pseudonyms(b"k" * 32, style="stand-ins"))
    yield made
    made.close()


def released(guard: Guard, text: str, to: str, role: Role = Role.USER) -> str:
    decision = guard.inspect([Text(text, role=role)], HERE).release(to)
    assert decision.content is not None, decision
    return str(decision.content[0].reveal())


def test_out_and_back(guard: Guard) -> None:
    sent = released(guard, TEXT, "model")
    assert not any(word in sent for word in SECRET)
    assert "[" not in sent
    assert sent.startswith(tuple(TABLE.women))
    assert released(guard, f"I see: {sent}", "user", Role.ASSISTANT) == f"I see: {TEXT}"


def test_releasing_what_was_released_changes_nothing(guard: Guard) -> None:
    sent = released(guard, TEXT, "model")
    for role in (Role.USER, Role.TOOL, Role.ASSISTANT):
        assert released(guard, sent, "model", role) == sent
        assert released(guard, TEXT, "model", role) == sent


def test_what_the_user_did_not_bring_is_not_laundered(guard: Guard) -> None:
    answer = released(guard, "Write to bob.miller@corp.com or +1 415 736 5001.", "user", Role.ASSISTANT)
    assert "bob.miller" not in answer
    assert "736 5001" not in answer


def test_another_session_gets_nothing(guard: Guard) -> None:
    sent = released(guard, TEXT, "model")
    decision = guard.inspect([Text(sent, role=Role.ASSISTANT)], Context(session="t")).release("user")
    assert decision.content is not None
    assert not any(word in str(decision.content[0].reveal()) for word in SECRET)


def test_a_release_whose_pseudonyms_cannot_be_kept_does_not_leave() -> None:
    class Full(MemoryMap):
        full = True

        def keep(self, scope: Scope, issued: dict[str, Issued], subject: str = "") -> None:  # type: ignore[override]
            if self.full:
                raise StoreError("the disk is full")
            super().keep(scope, issued, subject)

    kept = Full(b"k" * 32)
    guard = make(Pseudonyms(keeper=kept))
    decision = guard.inspect(TEXT, HERE).release("model")
    assert decision.content is None
    kept.full = False
    sent = released(guard, TEXT, "model")
    elsewhere = make(Pseudonyms(keeper=kept))
    assert "Jane Doe" in released(elsewhere, sent, "user", Role.ASSISTANT), "another process leads it back"
    guard.close()
    elsewhere.close()
