"""Circuit breakers: what fails again and again is left alone for a while, then tried once.

Closed: it is asked. Open: it is not, until the pause is over. Half open: one request asks, and what becomes of that
decides; a request that tells neither success nor failure gives way to another one after a pause.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

log = logging.getLogger("accord.breaker")

_MOST = 1024


class State(Enum):
    """How a breaker stands."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(slots=True)
class _One:
    failures: int = 0
    since: float | None = None
    tried: float | None = None


class Breakers:
    """A breaker for each of several things, by name. Safe for threads; each process has its own.

    Args:
        failures: how many in a row open one.
        pause: seconds that it stays open.
        clock: seconds that only ever grow.
        kind: what the things are, for the log: `detector`, `upstream`.
    """

    def __init__(
        self, failures: int, pause: float, *, clock: Callable[[], float] = time.monotonic, kind: str = ""
    ) -> None:
        self._failures, self._pause, self._clock, self._kind = failures, pause, clock, kind
        self._lock = threading.Lock()
        self._all: dict[str, _One] = {}

    def __repr__(self) -> str:
        return f"<Breakers of {len(self._all)}>"

    def allow(self, name: str) -> bool:
        """Whether to ask it now. Of those who ask when the pause is over, one may."""
        with self._lock:
            one = self._all.get(name)
            if one is None or one.since is None:
                return True
            now = self._clock()
            if now < max(one.since, one.tried or one.since) + self._pause:
                return False
            one.tried = now
            return True

    def closed(self, name: str) -> bool:
        """Whether it works, as far as is known."""
        with self._lock:
            one = self._all.get(name)
            return one is None or one.since is None

    def success(self, name: str) -> None:
        """It did what it should: whatever was is forgotten."""
        with self._lock:
            one = self._all.get(name)
            if one is None or (one.since is not None and one.tried is None):
                return  # it was asked before the breaker opened
            del self._all[name]
        if one.since is not None:
            log.warning("the %s %s works again", self._kind, name)

    def failure(self, name: str) -> None:
        """It failed."""
        opened = False
        with self._lock:
            if name not in self._all and len(self._all) >= _MOST:
                return
            one = self._all.setdefault(name, _One())
            one.failures += 1
            if one.since is None and one.failures >= self._failures:
                one.since, opened = self._clock(), True
            elif one.since is not None and one.tried is not None:
                one.since, one.tried = self._clock(), None
        if opened:
            log.error("the %s %s failed %d times and is left alone", self._kind, name, one.failures)

    def failures(self, name: str) -> int:
        """How many times in a row it failed."""
        with self._lock:
            return self._all[name].failures if name in self._all else 0

    def states(self, names: Iterable[str] = ()) -> Mapping[str, State]:
        """How each stands: those that failed lately, and `names`."""
        with self._lock:
            made = dict.fromkeys(names, State.CLOSED)
            for name, one in self._all.items():
                if one.since is None:
                    made[name] = State.CLOSED
                else:
                    waits = self._clock() < max(one.since, one.tried or one.since) + self._pause
                    made[name] = State.OPEN if waits and one.tried is None else State.HALF_OPEN
            return made


@dataclass(frozen=True, slots=True)
class Absence:
    """That some detectors may be missing for a while.

    Attributes:
        without: their names.
        owner: who answers for it.
        expires: the first day on which it no longer holds (UTC).
    """

    without: frozenset[str]
    owner: str
    expires: date

    def __post_init__(self) -> None:
        if not self.owner.strip():
            raise ValueError("an absence needs an owner")


def agreed(absences: Iterable[Absence], today: Callable[[], date] | None = None) -> Callable[[str], bool]:
    """Whether somebody answers today for the absence of a detector: what `accord.guard.Guard` takes as `agreed`."""
    entries, day = tuple(absences), today or (lambda: datetime.now(UTC).date())
    return lambda name: any(name in one.without and day() < one.expires for one in entries)
