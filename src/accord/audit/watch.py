"""The log looks after itself: signs of life, heads that are due, and a verification on a schedule."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from accord.audit.log import AuditLog
from accord.audit.records import ALERT, VERIFICATION, AuditRecord, Clock, clock, iso
from accord.audit.verify import Report
from accord.errors import AuditError, TamperDetected

Alert = Callable[[AuditError], None]
"""Told when the log is not what was written, or cannot be checked."""

_UPKEEP_S = 30.0


class _Stopped(Exception):
    """The server ends; what was under way is left."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How a verification went.

    Attributes:
        at: when it ended, milliseconds since 1970 (UTC).
        report: what holds; None when something does not, or it could not be checked.
        error: what does not hold, or why it could not be checked.
    """

    at: int
    report: Report | None
    error: AuditError | None = None


class SelfVerification:
    """Verifies a log again and again, beside whatever else a server does.

    Args:
        log: with its anchors.
        every_s: seconds between the end of one verification and the begin of the next.
        alert: told when something is wrong, in the thread of this object.
        now: the time, in milliseconds.
    """

    def __init__(self, log: AuditLog, every_s: float, alert: Alert | None = None, now: Clock = clock) -> None:
        if every_s <= 0:
            raise ValueError("seconds between verifications are more than none")
        self.last: Verification | None = None
        self._log = log
        self._every_s = every_s
        self._alert = alert
        self._now = now
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with a verification at once."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="accord-audit", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, after what is under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def run_once(self) -> Verification:
        """Verify now, record how it went, and raise the alarm where it did not go well."""
        try:
            report = self._log.verify(progress=self._go_on)
        except AuditError as error:
            self.last = Verification(self._now(), None, error)
            self._note(ALERT, _told(error))
            if self._alert is not None:
                self._alert(error)
        else:
            self.last = Verification(self._now(), report)
            self._note(VERIFICATION, {"size": report.size, "root": report.root, "anchored": report.anchored})
        return self.last

    def _go_on(self, _done: int, _total: int) -> None:
        if self._thread is not None and self._stopped.is_set():
            raise _Stopped

    def _note(self, kind: str, body: dict[str, object]) -> None:
        with suppress(AuditError):  # a log whose head was edited takes no records; the alert says so
            self._log.append(AuditRecord(kind, "", iso(self._now()), body))

    def _run(self) -> None:
        until = 0.0
        while not self._stopped.is_set():
            if until <= 0:
                with suppress(_Stopped):
                    self.run_once()
                until = self._every_s
            pause = min(until, _UPKEEP_S)
            self._stopped.wait(pause)
            until -= pause
            with suppress(AuditError):  # whoever appends next is told
                self._log.upkeep()


def _told(error: AuditError) -> dict[str, object]:
    record = error.record if isinstance(error, TamperDetected) else None
    return {"what": error.code, "message": str(error), "record": record}
