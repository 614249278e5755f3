"""Many threads, one commit: whoever comes first leads, whoever comes meanwhile rides along with the next.

No thread waits idle for work: the leader is one of those who have something to write, and while the disk is busy with
one batch the next one gathers.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from copy import copy

from accord.audit.records import Row
from accord.audit.session import Session
from accord.errors import AuditError

_BATCH = 4096

Make = Callable[[Session], Sequence[Row]]


class Ticket:
    """What one caller wants written.

    Args:
        rows: in order.
        make: gives the rows instead, under the lock of the writers.
        sign: also sign the head that they make.

    Once written, `first` is the number of the first row, and `note` a head that was signed on the way: whoever holds
    this ticket is to make it known.
    """

    __slots__ = ("done", "error", "first", "gate", "leads", "make", "note", "rows", "sign")

    def __init__(self, rows: Sequence[Row] = (), make: Make | None = None, *, sign: bool = False) -> None:
        self.rows = rows
        self.make = make
        self.sign = sign
        self.first = -1
        self.note: str | None = None
        self.error: AuditError | None = None
        self.done = self.leads = False
        self.gate: threading.Lock | None = None


class GroupCommit:
    """Gathers what threads want written.

    Args:
        write: writes a batch of tickets durably, sets `first` in each of them, or raises.
    """

    def __init__(self, write: Callable[[Sequence[Ticket]], None]) -> None:
        self._write = write
        self._mutex = threading.Lock()
        self._led = False
        self._waiting: deque[Ticket] = deque()

    def submit(self, ticket: Ticket) -> None:
        """Returns when the ticket is written.

        Raises:
            AuditError: it is not.
        """
        with self._mutex:
            leads, self._led = not self._led, True
            if not leads:
                ticket.gate = threading.Lock()
                ticket.gate.acquire()
                self._waiting.append(ticket)
        if ticket.gate is not None:
            self._wait(ticket, ticket.gate)
        if not ticket.done:
            self._lead(ticket)
        if ticket.error is not None:
            raise copy(ticket.error) from None

    def _wait(self, ticket: Ticket, gate: threading.Lock) -> None:
        try:
            gate.acquire()
        except BaseException:
            with self._mutex:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
            if ticket.leads:
                self._pass_on()
            raise

    def _lead(self, own: Ticket) -> None:
        batch, rows = [own], len(own.rows)
        with self._mutex:
            while self._waiting and rows + len(self._waiting[0].rows) <= _BATCH:
                batch.append(self._waiting.popleft())
                rows += len(batch[-1].rows)
        error: AuditError | None = AuditError("the audit record could not be written", hint="nothing was released")
        try:
            self._write(batch)
            error = None
        except AuditError as failed:
            error = failed
        finally:
            for ticket in batch:
                ticket.error, ticket.done = error, True
                if ticket.gate is not None and ticket is not own:
                    ticket.gate.release()
            self._pass_on()

    def _pass_on(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._led = False
                return
            follower = self._waiting.popleft()
            follower.leads = True
        if follower.gate is not None:
            follower.gate.release()
