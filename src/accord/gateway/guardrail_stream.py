"""Answers that LiteLLM shows for inspection again and again while they grow.

Each time it sends all of a text so far, and takes back all of it as it is released, with how many characters at its
end may still change. What was inspected before is not inspected again: the machine that releases streams is kept
until the next time, and a copy of it is told that the text has ended.
"""

from __future__ import annotations

import copy
import dataclasses
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accord.core.decision import Decision
from accord.gateway.texts import Released

KEPT = 256
"""How many texts are remembered."""

CHARACTERS = 8_000_000
"""How long all of them may be together."""

SECONDS = 120.0
"""How long one is remembered."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A text as it is released.

    Attributes:
        text: all of it, as if it ended here.
        held: how many characters at its end may still change when it goes on.
        decision: what was decided about it.
    """

    text: str
    held: int
    decision: Decision

    def __repr__(self) -> str:
        return f"<Shown {len(self.text)} characters>"


@dataclass(slots=True, repr=False)
class _Growing:
    machine: Released
    fed: str
    shown: str
    at: float


class Growing:
    """Texts that grow, by what they belong to. Safe for threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, _Growing] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Growing {len(self._kept)} texts>"

    def released(self, key: Key | None, text: str, make: Callable[[], Released]) -> Shown:
        """A text as it is released.

        Args:
            key: what it belongs to; None where it is not shown again.
            text: all of it so far.
            make: makes what releases a text.
        """
        one = self._taken(key, text) if key is not None else None
        if one is None:
            one = _Growing(make(), "", "", 0.0)
        one.shown += one.machine.feed(text[len(one.fed) :])
        one.fed = text
        last = _copied(one.machine)
        rest = last.end()
        if key is not None:
            self._put(key, one)
        return Shown(one.shown + rest, len(rest), last.decision())

    def _taken(self, key: Key, text: str) -> _Growing | None:
        """What is remembered, where the text goes on from there; it is nobody else's meanwhile."""
        with self._lock:
            one = self._kept.pop(key, None)
            if one is not None:
                self._size -= len(one.fed)
        return one if one is not None and text.startswith(one.fed) else None

    def _put(self, key: Key, one: _Growing) -> None:
        one.at = time.monotonic()
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += len(one.fed) - (len(before.fed) if before else 0)
            self._kept[key] = one
            while self._kept and self._full(one.at):
                self._size -= len(self._kept.popitem(last=False)[1].fed)

    def _full(self, now: float) -> bool:
        oldest = next(iter(self._kept.values()))
        return len(self._kept) > KEPT or self._size > CHARACTERS or oldest.at < now - SECONDS


def _copied(machine: Released) -> Released:
    """A machine in the same state; what becomes of it does not show in this one. Machines are data classes."""
    made = copy.copy(machine)
    state: Any = made
    for each in dataclasses.fields(state):
        value = getattr(state, each.name)
        if isinstance(value, list | set | dict):
            setattr(state, each.name, value.copy())
    return made
