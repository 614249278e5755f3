"""What the state needs while a server runs: what has expired goes, the log is verified, signed and kept alive."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from accord.audit.log import AuditLog
from accord.audit.watch import SelfVerification
from accord.errors import AccordError, AuditError

log = logging.getLogger("accord.upkeep")

_SOON = 5.0  # what has expired while nothing ran goes soon after the start
_LIVING = 30.0


class Upkeep:
    """Threads that look after the state.

    Args:
        audit: the audit log.
        sweep: removes what has expired.
        sweep_every: seconds between two sweeps; never where 0.
        verify_every: seconds between two verifications of the log; never where 0.
    """

    def __init__(
        self, audit: AuditLog, sweep: Callable[[], object], *, sweep_every: float, verify_every: float
    ) -> None:
        self._audit, self._sweep, self._every = audit, sweep, sweep_every
        self._verifies = SelfVerification(audit, verify_every, _alarm) if verify_every else None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        if self._verifies is not None:
            self._verifies.start()
        else:
            self._begin("accord-upkeep", self._living)
        if self._every:
            self._begin("accord-sweep", self._sweeping)

    def stop(self) -> None:
        """End, after what is under way."""
        self._stopped.set()
        if self._verifies is not None:
            self._verifies.stop()
        for thread in self._threads:
            thread.join()

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _living(self) -> None:
        while not self._stopped.wait(_LIVING):
            with contextlib.suppress(AuditError):  # whoever appends next is told
                self._audit.upkeep()

    def _sweeping(self) -> None:
        pause = min(_SOON, self._every)
        while not self._stopped.wait(pause):
            pause = self._every
            try:
                self._sweep()
            except AccordError as error:
                log.error("what has expired stays for now: %s", error.code)
            except Exception as error:
                log.error("what has expired stays for now: %s", type(error).__name__)


def _alarm(error: AuditError) -> None:
    log.critical("the audit log does not verify: %s", error.code)
