"""How the log is written: in batches, in one order for all processes, durable before anybody is told."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from typing import Any

from accord.audit.group import GroupCommit, Ticket
from accord.audit.growth import Growth
from accord.audit.merkle import Frontier
from accord.audit.notes import Signer, write_note
from accord.audit.processes import Presence
from accord.audit.records import DELIVERY, Clock, Row
from accord.audit.seals import TAMPERED, Head, Seals, Signed
from accord.audit.session import Session, explained, head_of
from accord.errors import AuditError, StoreError, TamperDetected
from accord.store.engine import Store

NOT_RELEASED = "nothing was released"
_BEAT_MS = 10_000
_PUT_HEAD = "UPDATE audit_head SET size = ?, peaks = ?, checkpoint = ?, key = ?, mac = ? WHERE id = 1"
_NEW_HEAD = (
    "INSERT INTO audit_head (id, size, peaks, checkpoint, key, mac) VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_PUT_SIGNED = "INSERT INTO audit_checkpoint (size, note, at, previous, mac) VALUES (?, ?, ?, ?, ?)"
_PUT_WRITER = (
    "INSERT INTO audit_writer (id, host, boot, pid, started, seen, since) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, since = excluded.since"
)


class Writer:
    """Writes records of this process to the log.

    Args:
        store: the database.
        seals: makes the codes.
        signer: signs heads.
        now: the time.
        every: sign a head at least every so many records …
        every_ms: … or so many milliseconds, with the next record.
    """

    def __init__(self, store: Store, seals: Seals, signer: Signer, now: Clock, every: int, every_ms: int) -> None:
        self._store = store
        self._seals = seals
        self._signer = signer
        self._now = now
        self._every, self._every_ms = every, every_ms
        self._closed = False
        self._reset()

    def _reset(self) -> None:
        self.pid = os.getpid()
        self.name = uuid.uuid4().hex
        self.owed: dict[str, tuple[int, int]] = {}
        self._settled: dict[str, tuple[int, int]] = {}
        self._group = GroupCommit(self._write)
        self._session: Session | None = None
        self._known: tuple[tuple[Any, ...], Head, Growth] | None = None
        self._beaten = 0
        self._signed_at = self._now()

    def write(self, ticket: Ticket) -> Ticket:
        """Write rows; they are durable when this returns, and the ticket says where they stand.

        Raises:
            AuditError: they could not be written.
        """
        self.check_process()
        if self._closed:
            raise AuditError("the audit log is closed", hint=NOT_RELEASED)
        self._group.submit(ticket)
        return ticket

    @property
    def used(self) -> bool:
        """Whether this process has written anything."""
        return self.pid == os.getpid() and self._session is not None

    def check_process(self) -> None:
        """After a fork the child is a writer of its own, with a connection of its own."""
        if self.pid != os.getpid():
            if self._session is not None:
                self._session.abandon()
            self._reset()

    def overdue(self, before: int, most: int) -> list[str]:
        """Releases older than a time of which nothing is known yet, and the oldest beyond so many."""
        owed = list(self.owed.items())
        beyond = max(0, len(owed) - most)
        return [decision for at, (decision, (_, made)) in enumerate(owed) if at < beyond or made < before]

    def forget(self, decisions: Sequence[str]) -> None:
        """These releases are closed, or never were."""
        for decision in decisions:
            self.owed.pop(decision, None)

    def close(self) -> None:
        """Close the connection; nothing is written any more."""
        self.check_process()
        self._closed = True
        if self._session is not None:
            self._session.close()
            self._session = None

    def _write(self, tickets: Sequence[Ticket]) -> None:
        self._settled = {}
        try:
            self._commit(tickets)
        except StoreError as error:
            self._undo()
            raise _failed(error) from None
        except Exception as error:
            ours = self._session is not None and isinstance(error, self._session.errors)
            self._undo()
            if not ours:
                raise
            raise _failed(explained(error)) from None
        except BaseException:
            self._undo()
            raise

    def _commit(self, tickets: Sequence[Ticket]) -> None:
        session, row = self._begin()
        if row is None:
            row = self._first(session)
        if self._known is not None and self._known[0] == row:
            _, head, growth = self._known
        else:
            head = head_of(row)
            self._seals.check(head)
            growth = Growth(Frontier.from_bytes(head.size, head.peaks))
        self._known = None
        after = self._put(session, head, growth, tickets)
        session.commit()
        self._known = (after.row(), after, growth)

    def _undo(self) -> None:
        """Nothing known of the log holds any more; what may have been committed is owed until it is looked up."""
        self._known = None
        self.owed.update(self._settled)
        if self._session is not None:
            self._session.rollback()
            if not self._session.sqlite:
                self._session.close()
                self._session = None

    def _begin(self) -> tuple[Session, tuple[Any, ...] | None]:
        """The lock of the writers, on a connection that works: a server may have closed ours since the last time."""
        kept, self._session = self._session, self._session or Session(self._store)
        try:
            return self._session, self._session.begin()
        except self._session.errors:
            if kept is None or kept.sqlite:
                raise
            kept.close()
            self._session = Session(self._store)
            return self._session, self._session.begin()

    def _first(self, session: Session) -> tuple[Any, ...]:
        """The head of a log in which nothing stands yet."""
        if session.all("SELECT 1 FROM audit_entry LIMIT 1"):
            raise TamperDetected("the head of the audit log is missing", hint=TAMPERED)
        head = self._seals.head(Head(0, b"", -1, self._seals.key_id))
        session.run(_NEW_HEAD, *head.row())
        session.commit()
        return session.begin() or head.row()

    def _put(self, session: Session, head: Head, growth: Growth, tickets: Sequence[Ticket]) -> Head:
        now, seals = self._now(), self._seals
        for ticket in tickets:
            if ticket.make is not None:
                ticket.rows = ticket.make(session)
        rows = [row for ticket in tickets for row in ticket.rows]
        seq = head.size
        for ticket in tickets:
            ticket.first = seq
            seq += len(ticket.rows)
        growth.prepare(session, seals, len(rows))
        entries = []
        for seq, row in enumerate(rows, head.size):
            raw = row.text.encode()
            growth.add(raw)
            entries.append((seq, row.text, row.kind, row.decision, seals.entry(seq, raw)))
        if entries:
            session.add_entries(entries)
            growth.flush(session)
        self._owe(session, head.size, rows, now)
        checkpoint = self._sign(session, head, growth, now, tickets)
        after = seals.head(Head(growth.frontier.size, growth.frontier.to_bytes(), checkpoint, head.key))
        if after.mac != head.mac:
            session.run(_PUT_HEAD, *after.row())
        return after

    def _sign(self, session: Session, head: Head, growth: Growth, now: int, tickets: Sequence[Ticket]) -> int:
        """Sign the head when it is due; gives the size of the newest signed one."""
        size = growth.frontier.size
        since = size - max(head.checkpoint, 0)
        due = since >= self._every or (since > 0 and abs(now - self._signed_at) >= self._every_ms)
        if size == head.checkpoint or not (due or any(ticket.sign for ticket in tickets)):
            return head.checkpoint
        note = write_note(size, growth.frontier.root(), self._signer)
        one = self._seals.signed(Signed(size, note, now, head.checkpoint))
        session.run(_PUT_SIGNED, one.size, one.note, one.at, one.previous, one.mac)
        self._signed_at = now
        tickets[0].note = note
        return size

    def _owe(self, session: Session, first: int, rows: Sequence[Row], now: int) -> None:
        """Remember of which releases this process has to say what became, here and in the database."""
        for seq, row in enumerate(rows, first):
            if row.opens:
                self.owed[row.decision] = (seq, now)
            elif row.kind == DELIVERY and (owed := self.owed.pop(row.decision, None)) is not None:
                self._settled[row.decision] = owed
        if self.owed and (not self._beaten or abs(now - self._beaten) >= _BEAT_MS):
            since = min(seq for seq, _ in self.owed.values())
            session.run(_PUT_WRITER, *Presence.own(self.name).row(), now, since)
            self._beaten = now


def _failed(error: StoreError) -> AuditError:
    hint = "; ".join(filter(None, (NOT_RELEASED, error.hint)))
    return AuditError(f"the audit record could not be written: {error}", hint=hint)
