"""How one text of an answer is released: in a window, when it is whole, or only with own values put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from accord.core.content import Context, Role, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome
from accord.guard import Guard
from accord.transform.pseudonyms import Batch
from accord.transform.surroundings import carried


class Released(Protocol):
    """A text on its way to the user. `feed` and `end` may take long: they are called in a thread of their own."""

    def due(self, more: int) -> bool:
        """Whether feeding so many characters more would have work to do."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether nothing more of it is shown."""
        ...

    @property
    def held(self) -> int:
        """How many characters wait."""
        ...

    def feed(self, text: str) -> str:
        """Take what arrived; give what may be shown."""
        ...

    def hurry(self) -> str:
        """Give what is surely harmless of what is held."""
        ...

    def end(self) -> str:
        """Give the rest."""
        ...

    def decision(self, decision_id: str = "") -> Decision:
        """What was decided so far."""
        ...


@dataclass(slots=True, repr=False)
class Buffered:
    """A text that is inspected and shown when it is whole."""

    guard: Guard
    context: Context
    _pieces: list[str] = field(default_factory=list)
    _decided: Decision | None = None
    held: int = 0

    def __repr__(self) -> str:
        return f"<Buffered {self.held} characters>"

    @property
    def stopped(self) -> bool:
        """Whether it was decided that it stays."""
        return self._decided is not None and not self._decided.outcome.releases

    def due(self, more: int) -> bool:
        """Never: it is inspected when it is whole."""
        return False

    def feed(self, text: str) -> str:
        """Keep what arrived."""
        self._pieces.append(text)
        self.held += len(text)
        return ""

    def hurry(self) -> str:
        """Nothing before it is whole."""
        return ""

    def end(self) -> str:
        """All of it, as far as it may be shown."""
        whole = "".join(self._pieces)
        if not whole:
            return ""
        self._decided = self.guard.inspect(Text(whole, role=Role.ASSISTANT), self.context).decide(Destination.USER)
        self.held = 0
        part = self._decided.content[0] if self._decided.content else None
        return part.reveal() if isinstance(part, Text) else ""

    def decision(self, decision_id: str = "") -> Decision:
        """What was decided."""
        return self._decided or _nothing(self.guard, decision_id, 0)


@dataclass(slots=True, repr=False)
class Restored:
    """A text in which own values are put back, and nothing is looked for: the policy says so."""

    guard: Guard
    batch: Batch
    json: bool | None
    _buffer: str = ""
    _shown: str = ""
    _size: int = 0
    _changed: bool = False
    stopped: bool = False

    def __repr__(self) -> str:
        return f"<Restored {self._size} characters>"

    @property
    def held(self) -> int:
        """How many characters wait."""
        return len(self._buffer)

    def due(self, more: int) -> bool:
        """Always: what can be no pseudonym is shown at once."""
        return True

    def feed(self, text: str) -> str:
        """What cannot be part of a pseudonym any more."""
        self._buffer += text
        self._size += len(text)
        return self._take(self.batch.settled(self._shown + self._buffer) - len(self._shown))

    def hurry(self) -> str:
        """Nothing more than is settled."""
        return ""

    def end(self) -> str:
        """The rest."""
        return self._take(len(self._buffer))

    def _take(self, end: int) -> str:
        if end <= 0:
            return ""
        text, self._buffer = self._buffer[:end], self._buffer[end:]
        made = self.batch.restore(text, before=self._shown, after=self._buffer, json=self.json)
        self._shown = carried(self._shown + text)
        self._changed = self._changed or made != text
        return made

    def decision(self, decision_id: str = "") -> Decision:
        """It was let through without being inspected, and its coverage says so."""
        return _nothing(self.guard, decision_id, self._size, self._changed)


def _nothing(guard: Guard, decision_id: str, size: int, changed: bool = False) -> Decision:
    outcome = Outcome.TRANSFORM if changed else Outcome.ALLOW
    covered = {Text.modality: Coverage(0, size)}
    return Decision(decision_id, Destination.USER, outcome, (), (), (), covered, guard.policy.digest, outcome)


def released(mode: str, guard: Guard, context: Context, json: bool | None) -> Callable[[], Released]:
    """Makes what releases texts, as the policy says.

    Args:
        mode: `window`, `buffer` or `restore_only`.
        guard: decides.
        context: on whose behalf.
        json: whether the texts are JSON; found out where None.
    """
    if mode == "buffer":
        return lambda: Buffered(guard, context)
    if mode == "restore_only":
        return lambda: Restored(guard, guard.pseudonyms.batch(context), json)
    return lambda: guard.stream(Destination.USER, context, json=json)
