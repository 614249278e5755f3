"""Which process wrote something, and whether it still runs."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SILENT_MS = 15 * 60_000
"""A process that cannot be seen from here is taken for dead after so many milliseconds without a sign of life."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A process that writes to the log.

    Attributes:
        id: names it in its records.
        host: the machine and, within it, the space of process numbers.
        boot: which start of the machine; empty where that is not known.
        pid: its number.
        started: when it started, in ticks since the machine did; 0 where that is not known.
    """

    id: str
    host: str
    boot: str
    pid: int
    started: int

    @classmethod
    def own(cls, name: str) -> Presence:
        """This process."""
        host, boot = _here()
        return cls(name, host, boot, os.getpid(), _started(os.getpid()))

    def row(self) -> tuple[str, str, str, int, int]:
        """As it is stored."""
        return self.id, self.host, self.boot, self.pid, self.started

    def runs(self, seen: int, now: int) -> bool:
        """Whether it may still run.

        Args:
            seen: when it last gave a sign of life, in milliseconds.
            now: the time, likewise.
        """
        host, boot = _here()
        if self.host != host:
            return abs(now - seen) < SILENT_MS
        return self.boot == boot and _lives(self.pid) and self.started == _started(self.pid)


@cache
def _here() -> tuple[str, str]:
    try:
        space = Path("/proc/self/ns/pid").readlink()
        return f"{socket.gethostname()[:200]} {space}", Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return socket.gethostname()[:200], ""


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # it runs, as somebody else
    return not _ended(pid)


def _stat(pid: int) -> list[str]:
    """What the system says of a process, from its state on (proc(5)); empty where it says nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ended(pid: int) -> bool:
    return _stat(pid)[:1] in (["Z"], ["X"])


def _started(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[19]) if len(stat) > 19 else 0
