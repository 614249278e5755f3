"""How the log is written: in batches, in one order for all processes, durable before anybody is told."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence

from accord.audit.group import GroupCommit, Ticket
from accord.audit.growth import Growth
from accord.audit.merkle import Frontier
from accord.audit.notes import Signer, write_note
from accord.audit.processes import Presence
from accord.audit.records import DELIVERY, Clock, Row
from accord.audit.seals import Head, Seals, Signed
from accord.audit.session import TAMPERED, Session
from accord.errors import AuditError, StoreError, TamperDetected
from accord.store.engine import Store
from accord.store.faults import explain

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
        self._reset()

    def _reset(self) -> None:
        self.pid = os.getpid()
        self.id = uuid.uuid4().hex
        self.owed: dict[str, tuple[int, int]] = {}
        self._group = GroupCommit(self._write)
        self._session: Session | None = None
        self._known: tuple[bytes, Growth] | None = None
        self._beaten = 0
        self._signed_at = self._now()

    def write(self, ticket: Ticket) -> Ticket:
        """Write rows; they are durable when this returns, and the ticket says where they stand.

        Raises:
            AuditError: they could not be written.
        """
        self.check_process()
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

    def close(self) -> None:
        """Close the connection."""
        self.check_process()
        if self._session is not None:
            self._session.close()
            self._session = None

    def _write(self, tickets: Sequence[Ticket]) -> None:
        session: Session | None = None
        try:
            session, head = self._begin()
            growth = self._growth(head)
            self._put(session, head, growth, tickets)
            session.commit()
        except AuditError:
            self._undo(session)
            raise
        except StoreError as error:
            self._undo(session)
            raise AuditError(_FAILED.format(error), hint=f"{NOT_RELEASED}: {error.hint}") from None
        except Exception as error:
            self._undo(session)
            if session is None or not isinstance(error, session.errors):
                raise
            told = explain(error)
            raise AuditError(_FAILED.format(told), hint=f"{NOT_RELEASED}: {told.hint}") from None
        except BaseException:
            self._undo(session)
            raise

    def _undo(self, session: Session | None) -> None:
        """Nothing known of the log holds any more; what may have been committed is owed until looked up."""
        self._known = None
        if session is not None:
            session.rollback()
            if not session.sqlite:
                session.close()
                self._session = None

    def _begin(self) -> tuple[Session, Head]:
        """The lock of the writers, on a connection that works: a server may have closed ours since the last time."""
        kept, self._session = self._session, self._session or Session(self._store)
        try:
            head = self._session.begin()
        except self._session.errors:
            if kept is None or kept.sqlite:
                raise
            kept.close()
            self._session = Session(self._store)
            head = self._session.begin()
        return self._session, head or self._first(self._session)

    def _first(self, session: Session) -> Head:
        """The head of a log in which nothing stands yet."""
        if session.all("SELECT 1 FROM audit_entry LIMIT 1"):
            raise TamperDetected("the head of the audit log is missing", hint=TAMPERED)
        head = self._seals.head(Head(0, b"", -1, self._seals.key_id))
        session.run(_NEW_HEAD, head.size, head.peaks, head.checkpoint, head.key, head.mac)
        session.commit()
        return session.begin() or head

    def _growth(self, head: Head) -> Growth:
        if self._known is not None and self._known[0] == head.mac:
            return self._known[1]
        if head.key != self._seals.key_id:
            raise AuditError(
                "the audit log was written with another key",
                hint="use the key store that belongs to this state, or restore it from its backup",
            )
        if self._seals.head(head).mac != head.mac:
            raise TamperDetected("the head of the audit log was edited", hint=TAMPERED)
        return Growth(Frontier.from_bytes(head.size, head.peaks))

    def _put(self, session: Session, head: Head, growth: Growth, tickets: Sequence[Ticket]) -> None:
        now, seals = self._now(), self._seals
        for ticket in tickets:
            if ticket.make is not None:
                ticket.rows = ticket.make(session)
        rows = [row for ticket in tickets for row in ticket.rows]
        seq = head.size
        for ticket in tickets:
            ticket.first = seq
            seq += len(ticket.rows)
        self._known = None
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
        checkpoint = self._sign(session, head, growth, now, any(ticket.sign for ticket in tickets))
        after = seals.head(Head(growth.frontier.size, growth.frontier.to_bytes(), checkpoint, head.key))
        session.run(_PUT_HEAD, after.size, after.peaks, after.checkpoint, after.key, after.mac)
        self._known = (after.mac, growth)

    def _sign(self, session: Session, head: Head, growth: Growth, now: int, asked: bool) -> int:
        """Sign the head when it is due; gives the size of the newest signed one."""
        size = growth.frontier.size
        since = size - max(head.checkpoint, 0)
        due = since >= self._every or (since > 0 and abs(now - self._signed_at) >= self._every_ms)
        if size == head.checkpoint or not (asked or due):
            return head.checkpoint
        note = write_note(size, growth.frontier.root(), self._signer)
        one = self._seals.signed(Signed(size, note, now, head.checkpoint))
        session.run(_PUT_SIGNED, one.size, one.note, one.at, one.previous, one.mac)
        self._signed_at = now
        return size

    def _owe(self, session: Session, first: int, rows: Sequence[Row], now: int) -> None:
        """Remember of which releases this process has to say what became, here and in the database."""
        for seq, row in enumerate(rows, first):
            if row.opens:
                self.owed[row.decision] = (seq, now)
            elif row.kind == DELIVERY:
                self.owed.pop(row.decision, None)
        if self.owed and (not self._beaten or abs(now - self._beaten) >= _BEAT_MS):
            since = next(iter(self.owed.values()))[0]
            session.run(_PUT_WRITER, *Presence.own(self.id).row(), now, since)
            self._beaten = now


_FAILED = "the audit record could not be written: {}"
