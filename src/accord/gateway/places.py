"""Places for requests: how many are served at once, whose bodies are on their way, what memory is kept for them.

A body that is on its way takes no place among those that are served: who sends slowly keeps nobody else out.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from accord.gateway.asgi import Grew, Request
from accord.gateway.problems import Problem
from accord.gateway.room import Memory, Room

COPIES = 4
"""How many times its size a body takes while it is read, parsed and inspected."""

CROWD = 4
"""How many times as many as are served at once may be sending; of one caller, as many as are served."""


class Places:
    """The places of one process.

    Args:
        room: how much it takes on.
        memory: how much is in use.
    """

    def __init__(self, room: Room, memory: Memory) -> None:
        self._room, self._memory = room, memory
        self.inside = 0
        self.reserved = 0
        self._arriving: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether there is no memory for another request."""
        return self._memory.resident() >= self._room.memory

    @property
    def taken(self) -> bool:
        """Whether as many are served as may be at once."""
        return self.inside - self._arriving.total() >= self._room.concurrent

    def refusal(self) -> Problem | None:
        """Why a request cannot come in now; None where it can."""
        if self.taken or self.inside >= self._room.concurrent * CROWD:
            return busy()
        return no_memory() if self.full and not self._relieved() else None

    def place(self, caller: str, request: Request) -> Place:
        """A place for a request whose body has not come yet.

        Raises:
            Problem: 429: there is no memory for it beside what others may need.
        """
        announced = request.headers.get("content-length", "0" if request.method in ("GET", "DELETE") else "")
        size = int(announced) if announced.isdigit() and len(announced) < 20 else self._room.body
        self.check(min(size, self._room.body) * COPIES, beside=self.reserved)
        made = Place(self, caller)
        request.arriving = made.arriving
        return made

    def check(self, wanted: int, *, beside: int) -> None:
        """Return when there are so many bytes beside what is kept for others; a request that is alone gets them.

        Raises:
            Problem: 429: there are not.
        """
        if beside and self._memory.resident() + beside + wanted > self._room.memory:
            raise no_memory()

    @contextlib.contextmanager
    def sending(self, caller: str) -> Iterator[None]:
        """While the body of a caller's request is on its way.

        Raises:
            Problem: 429: too many of theirs are; or all places are taken by the time it is here.
        """
        if self._arriving[caller] >= self._room.concurrent:
            raise busy()
        self._arriving[caller] += 1
        try:
            yield
        finally:
            self._arriving[caller] -= 1
            if not self._arriving[caller]:
                del self._arriving[caller]
        if self.inside - self._arriving.total() > self._room.concurrent:
            raise busy()

    def _relieved(self) -> bool:
        """Whether there is room again once what is free was given back to the system."""
        if not self.inside:
            self._memory.give_back()
        return not self.full


class Place:
    """The place of one request."""

    __slots__ = ("_caller", "_kept", "_places")

    def __init__(self, places: Places, caller: str) -> None:
        self._places, self._caller = places, caller
        self._kept = 0

    @contextlib.contextmanager
    def arriving(self) -> Iterator[Grew]:
        """While its body comes; to be told how much there is of it.

        Raises:
            Problem: 429: there is no room for it.
        """
        with self._places.sending(self._caller):
            yield self._keep

    def leave(self) -> None:
        """It is over."""
        self._places.reserved -= self._kept
        self._kept = 0

    def _keep(self, size: int) -> None:
        others = self._places.reserved - self._kept
        self._places.check(size * COPIES, beside=others)
        self._places.reserved = others + size * COPIES
        self._kept = size * COPIES


def busy() -> Problem:
    """All places are taken."""
    return Problem(429, "busy", "Too many requests are being served.", headers={"retry-after": "1"})


def no_memory() -> Problem:
    """There is none left."""
    text = "There is not enough memory for another request now."
    return Problem(429, "no_memory", text, headers={"retry-after": "2"})
