"""The kill switch: while it is engaged nothing is served, by any process that uses this state folder.

It is engaged while one of two files is there, while what the audit log last said of it is an engagement, and while
nobody can tell. Making the first file, if only by `touch`, engages it; that needs no database and waits for none.
Removing the files by hand releases nothing: they are written again. Only a release that is on record does.

state folder/
kill-switch         engaged, by whom, when and why; empty where it was made by hand
kill-switch.held    the same once more
kill-switch.lock    always there; held while the two are changed
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accord.errors import StoreError

log = logging.getLogger("accord.switch")

FILE = "kill-switch"
EVERY = 0.2
"""Seconds between two looks at the files."""

_LONGEST = 500
_MOST_BYTES = 16_384
_RETRY = 2.0

Heard = Callable[[bool], None]


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


UNREADABLE = Engagement("", "accord", "", "the state of the switch cannot be read")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The record of engagements and releases, which outlives the files.

    Attributes:
        write: makes a record durable, or raises.
        read: every record that was written, or raises.
    """

    write: Callable[[dict[str, Any]], None]
    read: Callable[[], Iterable[Mapping[str, Any]]]

    def known(self) -> tuple[dict[str, Engagement], set[str]]:
        """All engagements on record, by id, and the ids of those that were released."""
        engaged: dict[str, Engagement] = {}
        released: set[str] = set()
        for said in self.read():
            if said.get("state") == "engaged":
                made = Engagement(*(str(said.get(name, "")) for name in ("id", "by", "engaged_at", "reason")))
                engaged[made.id] = made
            elif said.get("state") == "released":
                released.update(str(each) for each in said.get("ids", ()))
        return engaged, released

    def open(self) -> dict[str, Engagement]:
        """Engagements that nobody released."""
        engaged, released = self.known()
        return {name: one for name, one in engaged.items() if name not in released}

    def engaged(self, one: Engagement) -> None:
        """Put an engagement on record, unless it is."""
        if one.id not in self.known()[0]:
            said = {"id": one.id, "by": one.by, "reason": one.reason, "engaged_at": one.at}
            self.write({"state": "engaged", **said})

    def released(self, ids: Iterable[str], by: str, reason: str) -> None:
        """Put a release on record."""
        self.write({"state": "released", "ids": sorted(ids), "by": by, "reason": reason})


class Switch:
    """The kill switch of a state folder. Safe for threads and for several processes.

    Args:
        folder: the state folder.
        ledger: where it is on record; without one it can be engaged and not released.
        every: seconds between two looks, once started.

    Raises:
        StoreError: the folder cannot be used.
    """

    def __init__(self, folder: Path, ledger: Ledger | None = None, *, every: float = EVERY) -> None:
        self._file, self._mark, self._lock = (folder / f"{FILE}{end}" for end in ("", ".held", ".lock"))
        self._ledger, self._every = ledger, every
        self._engaged = False
        self._noted, self._retry = "", 0.0
        self._changing = threading.Lock()
        self._heard: list[Heard] = []
        self._thread: threading.Thread | None = None
        self._end = threading.Event()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(f"the kill switch cannot be kept: {error.strerror}") from None

    def __repr__(self) -> str:
        return f"<Switch {'engaged' if self._engaged else 'released'}>"

    def start(self) -> None:
        """Find out how it stands, and keep looking from a thread of its own; once per process, after a fork."""
        # Until the record was read nobody knows; a file that was removed may have been the only other sign.
        self._set(engaged=True)
        self._settle()
        self._end.clear()
        self._thread = threading.Thread(target=self._run, name="accord-switch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def watch(self, heard: Heard) -> Callable[[], None]:
        """Be told of every change: True when it engages, from whichever thread sees it first.

        Returns:
            What ends it.
        """
        self._heard.append(heard)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._heard.remove(heard)

        return end

    @property
    def engaged(self) -> bool:
        """Whether it is engaged: looks at the files, which takes microseconds."""
        if self._stamp() is not None:
            self._set(engaged=True)
        return self._engaged

    def state(self) -> Engagement | None:
        """The engagement, or None where it is released."""
        if not self.engaged:
            return None
        return self._read(self._file) or self._read(self._mark) or UNREADABLE

    def engage(self, by: str, reason: str) -> Engagement:
        """Engage it, at once. It is on record as soon as that can be written.

        Raises:
            StoreError: it could not be written down: only this process knows.
        """
        made = _new(by, reason)
        self._set(engaged=True)
        try:
            with self._locked(0.5):
                self._write(self._file, made)
                self._write(self._mark, made)
        except OSError as error:
            with contextlib.suppress(OSError):
                # An empty file needs no room on a full disk, and says enough.
                os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
                return made
            raise StoreError(
                f"the kill switch cannot be written: {error.strerror}", hint="only this process is stopped"
            ) from None
        return made

    def note(self, seconds: float) -> bool:
        """Put the engagement on record, for those who do not keep looking; gives whether that was done in time."""
        done = threading.Event()

        def run() -> None:
            if self._settle():
                done.set()

        threading.Thread(target=run, name="accord-switch-note", daemon=True).start()
        return done.wait(seconds)

    def release(self, by: str, reason: str) -> bool:
        """Release it, once that is on record. Whoever calls this has asked whether they may.

        Returns:
            Whether it was engaged.

        Raises:
            StoreError: it was engaged again meanwhile, or cannot be written.
            AuditError: it could not be recorded; it stays engaged.
        """
        if self._ledger is None:
            raise StoreError("the kill switch is not released without a record of it")
        try:
            self._latch()
            before = self._stamps()
            ids = set(self._ledger.open())
            if (current := self._read(self._mark) or self._read(self._file)) is not None:
                self._ledger.engaged(current)
                ids.add(current.id)
            elif not ids and before == (None, None):
                self._set(engaged=False)
                return False
            self._ledger.released(ids, _words(by), _words(reason))
            with self._locked(5.0, needed=True):
                if self._stamps() != before:
                    raise StoreError("the kill switch was engaged again meanwhile", hint="it stays engaged")
                for path in (self._mark, self._file):
                    path.unlink(missing_ok=True)
                _sync(self._file.parent)
        except OSError as error:
            raise StoreError(f"the kill switch cannot be released: {error.strerror}") from None
        self._set(engaged=False)
        return True

    def _run(self) -> None:
        while not self._end.wait(self._every):
            try:
                if self.engaged and time.monotonic() >= self._retry:
                    self._settle()
            except Exception as error:
                self._retry = time.monotonic() + _RETRY
                log.error("the kill switch: %s", type(error).__name__)

    def _set(self, *, engaged: bool) -> None:
        with self._changing:
            if engaged == self._engaged:
                return
            self._engaged = engaged
            heard = list(self._heard)
        log.warning("the kill switch is %s", "engaged" if engaged else "released")
        for one in heard:
            try:
                one(engaged)
            except Exception as error:
                log.error("the kill switch: %s", type(error).__name__)

    def _settle(self) -> bool:
        """While it is engaged: see to it that both files and the record say so, or that a release is on record."""
        try:
            if self._latch():
                return self._noting()
            if self._ledger is None:
                return self._unsure()
            still = self._ledger.open()
            if not still:
                if self._stamps() == (None, None) and self._stamp() is None:
                    self._set(engaged=False)
                return True
            with self._locked(0.5):
                for path in (self._file, self._mark):
                    self._write(path, list(still.values())[-1])
        except Exception as error:
            # Whatever keeps it from being found out: it stays engaged, and is asked again.
            log.error("the kill switch cannot be settled: %s", type(error).__name__)
            return self._unsure()
        return True

    def _unsure(self) -> bool:
        self._retry = time.monotonic() + _RETRY
        return False

    def _noting(self) -> bool:
        current = self._read(self._mark)
        if current is None or self._ledger is None:
            return self._unsure()
        if current.id != self._noted:
            self._ledger.engaged(current)
            self._noted = current.id
        return True

    def _latch(self) -> bool:
        """Make one file of the two where the other is missing; gives whether there is any."""
        file, mark = self._stamps()
        if file is not None and mark is not None:
            return True
        with self._locked(0.5):
            file, mark = self._stamps()
            if file is None and mark is None:
                return False
            if mark is None:
                self._write(self._mark, self._read(self._file) or _new("file", ""))
            elif file is None:
                self._write(self._file, self._read(self._mark) or UNREADABLE)
        return True

    def _stamp(self) -> tuple[int, ...] | None:
        """Something that stands for an engagement on disk; None where there surely is none."""
        for path in (self._file, self._mark):
            found = _stamp(path)
            if found is not None:
                return found
        # It is always there: without it this is not the folder it was.
        return None if _stamp(self._lock) is not None else (0,)

    def _stamps(self) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
        return _stamp(self._file), _stamp(self._mark)

    def _read(self, path: Path) -> Engagement | None:
        try:
            with path.open("rb") as file:
                said = json.loads(file.read(_MOST_BYTES))
            return Engagement(*(_words(str(said[name])) for name in ("id", "by", "at", "reason")))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None  # made by hand, or unreadable: that it is there is enough

    def _write(self, path: Path, made: Engagement) -> None:
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
            _sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self, seconds: float, *, needed: bool = False) -> Iterator[None]:
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


def _new(by: str, reason: str) -> Engagement:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Engagement(uuid.uuid4().hex, _words(by), now, _words(reason))


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Which file is there; None only where there surely is none."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return (error.errno or 1,)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _sync(folder: Path) -> None:
    at = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(at)
    finally:
        os.close(at)


def _words(text: str) -> str:
    """Words of a person as they are kept: one line, not long, nothing that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)[:_LONGEST].encode("utf-8", "replace").decode().strip()
