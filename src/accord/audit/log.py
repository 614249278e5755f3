"""The audit log: append only, durable before a release returns, provable, without content.

Entries are the leaves of a Merkle tree (RFC 6962) whose head is signed now and then. Every stored row carries a code
under a key that is kept elsewhere. Several threads share one commit; several processes share one log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from accord.audit import reading as read
from accord.audit.anchors import Anchor, kept
from accord.audit.bundle import Exported, Wanted, export
from accord.audit.group import Ticket
from accord.audit.notes import Signer, verifier
from accord.audit.proofs import Proof
from accord.audit.records import AuditRecord, Clock, Row, clock, delivery_of, record_of, row_of
from accord.audit.recovery import close_dead, close_open, close_own, dead
from accord.audit.seals import RowKey, Seals
from accord.audit.session import Sessions
from accord.audit.verify import Progress, Report, verify
from accord.audit.writer import Writer
from accord.errors import AuditError
from accord.store.engine import Store

__all__ = ["AuditLog", "AuditRecord", "delivery_of", "record_of"]

_OWED = 100_000
"""Releases of which this process may have to say what became, at most."""


class AuditLog:
    """An append-only log in a database, safe for threads, forks and several processes.

    Args:
        store: the database.
        key: makes the codes of the rows; a data key of the vault.
        signer: signs heads; its name is the origin of the log.
        anchors: where signed heads are kept outside of the store.
        alert: told when a head could not be kept there; the record itself is safe.
        now: the time, in milliseconds since 1970 (UTC).
        every: sign a head at least every so many records …
        every_s: … or so many seconds, with the next record.
        overdue_s: a release of which nobody says within so many seconds what became is closed as `unknown`.
    """

    def __init__(
        self,
        store: Store,
        key: RowKey,
        signer: Signer,
        *,
        anchors: Sequence[Anchor] = (),
        alert: Callable[[AuditError], None] | None = None,
        now: Clock = clock,
        every: int = 10_000,
        every_s: float = 60.0,
        overdue_s: float = 3600.0,
    ) -> None:
        self.signer = signer
        self.verifier = verifier(signer)
        self.anchors = tuple(anchors)
        self._alert = alert
        self._seals = Seals(key)
        self._now = now
        self._overdue_ms = int(overdue_s * 1000)
        self._sessions = Sessions(store)
        self._writer = Writer(store, self._seals, signer, now, every, int(every_s * 1000))

    def __repr__(self) -> str:
        return f"<AuditLog {self.verifier.name}>"

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number, counted from 0.

        Raises:
            AuditError: it could not be written, so nothing may leave.
        """
        return self._write(Ticket(self._rows((record,)))).first

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Write records at once: all of them, or none. Gives their numbers.

        Raises:
            AuditError: they could not be written, so nothing may leave.
        """
        ticket = self._write(Ticket(self._rows(records)))
        return range(ticket.first, ticket.first + len(records))

    def recover(self) -> int:
        """Close releases that processes left open which run no more. Gives how many those were.

        Raises:
            AuditError: the log cannot be read or written.
        """
        own, now = self._writer.name, self._now()
        with self._sessions.reading() as session:
            if not dead(session, own, now):
                return 0
        return len(self._write(Ticket(make=lambda session: close_dead(session, own, now))).rows)

    def checkpoint(self) -> str:
        """Sign the head as it is now; gives the signed note.

        Raises:
            AuditError: it could not be written.
        """
        ticket = self._write(Ticket(sign=True))
        return ticket.note or read.newest(self._sessions) or ""

    def upkeep(self) -> None:
        """What is due from time to time in a process that runs long: heads, a sign of life, overdue releases.

        Raises:
            AuditError: the log cannot be written.
        """
        if self._writer.used:
            self._close_overdue(_OWED // 2)
            self._write(Ticket())

    def records(
        self,
        *,
        kind: str | None = None,
        decision: str | None = None,
        since: str | None = None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Records, oldest first, each with its number as `seq`.

        Args:
            kind: only of this kind.
            decision: only of this decision.
            since: only from this time on, ISO 8601.
            limit: only the newest so many.

        Raises:
            AuditError: the log cannot be read.
        """
        return read.records(self._sessions, kind=kind, decision=decision, since=since, limit=limit)

    def verify(self, anchored: Sequence[str] = (), progress: Progress | None = None) -> Report:
        """Check the whole log against itself, its signed heads, and heads kept outside.

        Args:
            anchored: signed notes kept outside of the store, besides those of the anchors.
            progress: told now and then how many entries are checked, of how many.

        Raises:
            TamperDetected: something is not what was written; names the record where it is one.
            AuditError: the log cannot be read.
        """
        return verify(self._sessions, self._seals, self.verifier, [*kept(self.anchors), *anchored], progress)

    def prove(self, seq: int) -> Proof:
        """Prove that a record stands in the log, under a signed head.

        Raises:
            TamperDetected: it cannot be proved: the log is not what was written.
            AuditError: there is no such record, or the log cannot be read.
        """
        proof = read.prove(self._sessions, self._seals, self.verifier, seq)
        if proof is None:
            self.checkpoint()
            proof = read.prove(self._sessions, self._seals, self.verifier, seq)
        if proof is None:
            raise AuditError(f"no signed head vouches for audit record {seq}")
        return proof

    def consistency(self, first: int, second: int) -> list[bytes]:
        """What proves that the log of `second` records continues that of `first` (RFC 9162 section 2.1.4).

        Raises:
            AuditError: there are not so many, or the log cannot be read.
        """
        return read.consistency(self._sessions, self._seals, first, second)

    def export(
        self,
        target: Path,
        *,
        wanted: Wanted | None = None,
        heads: Iterable[str] = (),
        progress: Progress | None = None,
    ) -> Exported:
        """Write a bundle that proves itself with the public key alone; see `audit.bundle`.

        Args:
            target: the file.
            wanted: takes a record and says whether it is to be in the bundle; all when not given.
            heads: further signed heads that are to be shown as continued.
            progress: told how many records were looked at, of how many.

        Raises:
            TamperDetected: a record cannot be proved.
            AuditError: the bundle cannot be written.
        """
        self.checkpoint()
        return export(
            self._sessions, self._seals, self.verifier, target, wanted=wanted, heads=heads, progress=progress
        )

    def close(self) -> None:
        """Close what this process left open as `unknown`, sign the last head, and close the connection.

        Raises:
            AuditError: it could not be written; what is open is closed by the next one who opens the log.
        """
        writer, now = self._writer, self._now()
        try:
            if writer.used:
                owed = list(writer.owed)
                self._write(Ticket(make=lambda session: close_own(session, writer.name, owed, now), sign=True))
        finally:
            writer.close()
            self._sessions.close()

    def _rows(self, records: Sequence[AuditRecord]) -> list[Row]:
        self._writer.check_process()
        return [row_of(record, self._writer.name) for record in records]

    def _write(self, ticket: Ticket) -> Ticket:
        self._writer.write(ticket)
        if ticket.note is not None:
            self._publish(ticket.note)
        if len(self._writer.owed) > _OWED:
            self._close_overdue(_OWED // 2)
        return ticket

    def _publish(self, note: str) -> None:
        """Keep a head outside. The records it vouches for are safe, so that this fails nothing else."""
        for anchor in self.anchors:
            try:
                anchor.publish(note)
            except AuditError as error:
                if self._alert is not None:
                    self._alert(error)

    def _close_overdue(self, most: int) -> None:
        now = self._now()
        overdue = self._writer.overdue(now - self._overdue_ms, most)
        if overdue:
            self._writer.write(Ticket(make=lambda session: close_open(session, overdue, now, "overdue")))
            self._writer.forget(overdue)
