"""How much a process takes on, and how much memory it has."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_FRESH = 0.1
_TRIM_EVERY = 10.0
_PAGE = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Room:
    """How much a process takes on.

    Attributes:
        concurrent: requests at once.
        memory: resident bytes from which on no more are let in.
        body: largest body of a request, in bytes.
        seconds: how long a request may take that asks no upstream, from its head to its decision.
    """

    concurrent: int = 256
    memory: int = 4_000_000_000
    body: int = 32_000_000
    seconds: float = 60.0


class Memory:
    """How much of it this process has, read anew at most every tenth of a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at, self._bytes, self._trimmed = -1.0, 0, -_TRIM_EVERY

    def resident(self) -> int:
        """Bytes."""
        now = self._clock()
        if self._at < 0 or now - self._at >= _FRESH:
            self._at, self._bytes = now, _resident()
        return self._bytes

    def give_back(self) -> None:
        """Hand what is free back to the system; now and then at most."""
        now = self._clock()
        if now - self._trimmed >= _TRIM_EVERY:
            self._trimmed = now
            gc.collect()
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).malloc_trim(0)
            self._at = -1.0


def _resident() -> int:
    try:
        with Path("/proc/self/statm").open("rb") as file:
            return int(file.read(200).split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
