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
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.errors import StoreError
from accord.store.switch_files import FILE, UNREADABLE, Engagement, Files, new, words

__all__ = ["FILE", "UNREADABLE", "Engagement", "Ledger", "Switch"]

log = logging.getLogger("accord.switch")

EVERY = 0.2
"""Seconds between two looks at the files."""

_RETRY = 2.0

Heard = Callable[[bool], None]


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
        self._files = Files(folder)
        self._ledger, self._every = ledger, every
        self._engaged = False
        self._calm = (0, 0)
        self._last: Engagement | None = None
        self._noted, self._retry = "", 0.0
        self._changing = threading.Lock()
        self._heard: list[Heard] = []
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    def __repr__(self) -> str:
        return f"<Switch {'engaged' if self._engaged else 'released'}>"

    def start(self) -> None:
        """Find out how it stands, and keep looking from a thread of its own; once per process, after a fork."""
        # Until the record was read nobody knows; a file that was removed may have been the only other sign.
        self._engaged = True
        self._settle()
        if self._engaged:
            log.warning("the kill switch is engaged")
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
        """Whether it is engaged: looks at the folder, which takes a microsecond."""
        if self._engaged or (self._thread is not None and self._files.folder_stamp() == self._calm):
            return self._engaged
        return self._look()

    def _look(self) -> bool:
        calm = self._files.folder_stamp()
        if self._files.stamp() is not None:
            if not self._engaged:
                self._last = self._files.current()
            self._set(engaged=True)
        elif not self._engaged:
            # As long as the folder does not change there is no file in it; the thread looks for files all the same,
            # as changes within one tick of its clock look like one.
            self._calm = calm
        return self._engaged

    def state(self) -> Engagement | None:
        """The engagement, or None where it is released."""
        if not self.engaged:
            return None
        return self._files.current() or self._last or UNREADABLE

    def engage(self, by: str, reason: str) -> Engagement:
        """Engage it, at once. It is on record as soon as that can be written.

        Raises:
            StoreError: it could not be written down: only this process knows.
        """
        self._last = made = new(by, reason)
        self._set(engaged=True)
        try:
            self._files.both(made)
        except OSError as error:
            with contextlib.suppress(OSError):
                # An empty file needs no room on a full disk, and says enough.
                os.close(os.open(self._files.file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
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
            self._files.latch()
            before = self._files.stamps()
            ids = set(self._ledger.open())
            if (current := self._files.current()) is not None:
                self._ledger.engaged(current)
                ids.add(current.id)
            elif not ids and before == (None, None):
                self._set(engaged=False)
                return False
            self._ledger.released(ids, words(by), words(reason))
            self._files.remove(before)
        except OSError as error:
            raise StoreError(f"the kill switch cannot be released: {error.strerror}") from None
        self._last = None
        self._set(engaged=False)
        return True

    def _run(self) -> None:
        while not self._end.wait(self._every):
            try:
                if self._look() and time.monotonic() >= self._retry:
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
        if self._thread is not None:
            log.warning("the kill switch is %s", "engaged" if engaged else "released")
        for one in heard:
            try:
                one(engaged)
            except Exception as error:
                log.error("the kill switch: %s", type(error).__name__)

    def _settle(self) -> bool:
        """While it is engaged: see to it that both files and the record say so, or that a release is on record."""
        try:
            if self._files.latch():
                return self._noting()
            if self._ledger is None:
                return self._unsure()
            still = self._open(self._ledger)
            if still is not None:
                self._files.both(still)
            elif self._files.stamp() is None:
                self._last = None
                self._set(engaged=False)
        except Exception as error:
            # Whatever keeps it from being found out: it stays engaged, and is asked again.
            log.error("the kill switch cannot be settled: %s", type(error).__name__)
            return self._unsure()
        return True

    def _unsure(self) -> bool:
        self._retry = time.monotonic() + _RETRY
        return False

    def _open(self, ledger: Ledger) -> Engagement | None:
        """An engagement that nobody released: on record, or known to this process alone."""
        engaged, released = ledger.known()
        known = [*engaged.values(), *([self._last] if self._last else [])]
        return next((one for one in reversed(known) if one.id not in released), None)

    def _noting(self) -> bool:
        self._last = current = self._files.current() or self._last
        if current is None or self._ledger is None:
            return self._unsure()
        if current.id != self._noted:
            self._ledger.engaged(current)
            self._noted = current.id
        return True
