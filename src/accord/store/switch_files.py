"""The files of the kill switch: what they say, and how they are changed by several processes at once."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from accord.errors import StoreError

FILE = "kill-switch"

_LONGEST = 500
_MOST_BYTES = 16_384

Stamp = tuple[int, ...] | None
"""Which file is there: inode, time, size; one number where that cannot be told; None where there surely is none."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """That the switch is engaged.

    Attributes:
        id: names it in the audit log.
        by: who engaged it.
        at: when, ISO 8601 in UTC.
        reason: why.
    """

    id: str
    by: str
    at: str
    reason: str


UNREADABLE = Engagement("unreadable", "accord", "", "the state of the switch cannot be read")


class Files:
    """The files in a state folder.

    Args:
        folder: the state folder; made where there is none.

    Raises:
        StoreError: it cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.file, self.mark, self._lock = (folder / f"{FILE}{end}" for end in ("", ".held", ".lock"))
        self._folder = str(folder)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(f"the kill switch cannot be kept: {error.strerror}") from None

    def latch(self) -> bool:
        """Make one file of the two where the other is missing; gives whether there is any."""
        file, mark = self.stamps()
        if file is not None and mark is not None:
            return True
        with self.locked(0.5):
            file, mark = self.stamps()
            if file is None and mark is None:
                return False
            missing = self.mark if mark is None else self.file if file is None else None
            if missing is not None:
                self.write(missing, self.current() or UNREADABLE)
        return True

    def both(self, made: Engagement) -> None:
        """Write both."""
        with self.locked(0.5):
            self.write(self.file, made)
            self.write(self.mark, made)

    def remove(self, before: tuple[Stamp, Stamp]) -> None:
        """Remove both, if they are still what they were.

        Raises:
            StoreError: they are not: somebody engaged it meanwhile.
        """
        with self.locked(5.0, needed=True):
            if self.stamps() != before:
                raise StoreError("the kill switch was engaged again meanwhile", hint="it stays engaged")
            for path in (self.mark, self.file):
                path.unlink(missing_ok=True)
            self.sync()

    def sync(self) -> None:
        """Make what was done in the folder durable."""
        at = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(at)
        finally:
            os.close(at)

    def stamp(self) -> Stamp:
        """Something that stands for an engagement on disk; None where there surely is none."""
        for path in (self.file, self.mark):
            found = _stamp(path)
            if found is not None:
                return found
        # It is always there: without it this is not the folder it was.
        return None if _stamp(self._lock) is not None else (0,)

    def stamps(self) -> tuple[Stamp, Stamp]:
        """Which of the two are there."""
        return _stamp(self.file), _stamp(self.mark)

    def folder_stamp(self) -> tuple[int, int]:
        """Something that changes when files come and go, within a tick of the clock."""
        try:
            found = os.stat(self._folder)  # noqa: PTH116 - asked for every request
        except OSError:
            return (-1, -1)
        return (found.st_ino, found.st_mtime_ns)

    def current(self) -> Engagement | None:
        """The engagement that the files tell of; None where there is none."""
        return self.read(self.file) or self.read(self.mark) or self._by_hand()

    def _by_hand(self) -> Engagement | None:
        found = _stamp(self.file) or _stamp(self.mark)
        if found is None:
            return None
        if len(found) == 1:
            return UNREADABLE
        # All processes call it by one name, whoever sees it first.
        return replace(new("file", ""), id=f"file-{found[0]:x}-{found[1]:x}")

    def read(self, path: Path) -> Engagement | None:
        """What one of the files says."""
        try:
            with path.open("rb") as file:
                said = json.loads(file.read(_MOST_BYTES))
            return Engagement(*(words(str(said[name])) for name in ("id", "by", "at", "reason")))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None  # made by hand, or unreadable: that it is there is enough

    def write(self, path: Path, made: Engagement) -> None:
        """Write one of the files: whole and durable, or not at all."""
        beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
        at = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            try:
                os.write(at, json.dumps(asdict(made)).encode())
                os.fsync(at)
            finally:
                os.close(at)
            beside.replace(path)
            self.sync()
        finally:
            beside.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, seconds: float, *, needed: bool = False) -> Iterator[None]:
        """Hold the lock between processes; who only adds to the files goes on without it after a while."""
        at = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            end = time.monotonic() + seconds
            while True:
                try:
                    fcntl.flock(at, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                        raise
                if time.monotonic() >= end:
                    if not needed:
                        break
                    raise StoreError("the kill switch is being changed by another process")
                time.sleep(0.01)
            yield
        finally:
            os.close(at)


def new(by: str, reason: str) -> Engagement:
    """An engagement, now."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Engagement(uuid.uuid4().hex, words(by), now, words(reason))


def _stamp(path: Path) -> Stamp:
    """Which file is there; None only where there surely is none."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return (error.errno or 1,)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def words(text: str) -> str:
    """Words of a person as they are kept: one line, not long, nothing that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)[:_LONGEST].encode("utf-8", "replace").decode().strip()
