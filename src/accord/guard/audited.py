"""An audit log that tells how long each record took, and which ones failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from accord.audit.records import AuditRecord
from accord.guard.recording import Log


class Timed:
    """A log like the one it is given.

    Args:
        log: where records go.
        told: of each write: the seconds it took, and `failed`.
    """

    def __init__(self, log: Log, told: Callable[..., None]) -> None:
        self._log, self._told = log, told

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        return self.append_many([record])[0]

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Write records at once: all of them, or none."""
        began = time.perf_counter()
        try:
            if len(records) == 1:
                first = self._log.append(records[0])
                numbers = range(first, first + 1)
            else:
                numbers = self._log.append_many(records)
        except BaseException:
            self._told(time.perf_counter() - began, failed=True)
            raise
        self._told(time.perf_counter() - began, failed=False)
        return numbers

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first."""
        return self._log.records()

    def verify(self) -> object:
        """Raise TamperDetected unless the log is what was written."""
        return self._log.verify()

    def close(self) -> None:
        """Close it."""
        self._log.close()
