"""A connection of the log's own: the statements of the log go straight to the driver, which halves what one costs."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from accord.audit.seals import TAMPERED, Head
from accord.errors import AuditError, StoreError, TamperDetected
from accord.store.engine import Store
from accord.store.faults import explain

_HEAD = "SELECT size, peaks, checkpoint, key, mac FROM audit_head WHERE id = 1"
_ENTRY = "audit_entry (seq, record, kind, decision, mac)"
_PUT_ENTRY = f"INSERT INTO {_ENTRY} VALUES (?, ?, ?, ?, ?)"  # noqa: S608
_abandoned: list[Any] = []


class Session:
    """One connection, outside the pool of the store.

    Args:
        store: the database.

    Raises:
        StoreError: it cannot be reached.
    """

    def __init__(self, store: Store) -> None:
        self.sqlite = store.sqlite
        self.errors = _complaints(store.sqlite)
        try:
            pooled = store._engine.raw_connection()
        except self.errors as error:
            raise explained(error) from None
        raw: Any = pooled.driver_connection
        self.raw = raw
        pooled.detach()
        # A server is told what is to be written together with the commit: one journey instead of one each.
        self._later: list[str] = []
        if not self.sqlite:
            import psycopg

            self._quoting = psycopg.ClientCursor(raw)
            self.raw.autocommit = True
            self.raw.execute("SET synchronous_commit = on")

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Every row of an answer."""
        self._tell()
        rows: list[tuple[Any, ...]] = self.raw.execute(self._said(sql), values).fetchall()
        return rows

    def run(self, sql: str, *values: Any) -> None:
        """Execute a statement, at the latest with the commit."""
        if self.sqlite:
            self.raw.execute(sql, values)
        else:
            self._later.append(self._quoting.mogrify(self._said(sql), values))

    def begin(self) -> tuple[Any, ...] | None:
        """Begin to write: nobody else does until this ends. Gives the row of the head; None for a log without one."""
        if self.sqlite:
            self.raw.execute("BEGIN IMMEDIATE")
            row: tuple[Any, ...] | None = self.raw.execute(_HEAD).fetchone()
        else:
            cursor = self.raw.execute(f"BEGIN; {_HEAD} FOR UPDATE")  # both in one journey
            cursor.nextset()
            row = cursor.fetchone()
        return row

    @contextmanager
    def exact(self) -> Iterator[None]:
        """Read text byte by byte: what an editor left that is no UTF-8 is an edit to be named, not a fault."""
        if not self.sqlite:
            yield
            return
        self.raw.text_factory = _text
        try:
            yield
        finally:
            self.raw.text_factory = str

    def add_entries(self, rows: Sequence[tuple[int, str, str, str, bytes]]) -> None:
        """Write entries."""
        if self.sqlite:
            self.raw.executemany(_PUT_ENTRY, rows)
        elif len(rows) == 1:
            self.run(_PUT_ENTRY, *rows[0])
        else:
            with self.raw.cursor() as cursor, cursor.copy(f"COPY {_ENTRY} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    def answers(self) -> bool:
        """Whether the connection still works; a server may have closed it."""
        if not self.sqlite:
            try:
                self.raw.execute("SELECT 1")
            except self.errors:
                return False
        return True

    def commit(self) -> None:
        """Make it durable."""
        self._tell("COMMIT")

    def rollback(self) -> None:
        """Forget what was written since `begin`; never fails."""
        self._later.clear()
        with suppress(*self.errors):  # there may be no transaction any more, or no connection
            self.raw.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        with suppress(*self.errors):  # the server may have closed it before us
            self.raw.close()

    def abandon(self) -> None:
        """Leave a connection to the process that opened it: a child must neither use nor close it."""
        _abandoned.append(self.raw)

    def _tell(self, *last: str) -> None:
        told, self._later = [*self._later, *last], []
        if told:
            self.raw.execute("; ".join(told))

    def _said(self, sql: str) -> str:
        return sql if self.sqlite else sql.replace("?", "%s")


def head_of(row: Sequence[Any]) -> Head:
    """A head from its row.

    Raises:
        TamperDetected: its columns hold something else.
    """
    kinds = (int, bytes, int, str, bytes)
    if any(type(value) is not kind for value, kind in zip(row, kinds, strict=True)):
        raise TamperDetected("the head of the audit log was edited", hint=TAMPERED)
    return Head(*row)


class Sessions:
    """Connections to read with, kept for the next time.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._idle: list[Session] = []
        self._pid = os.getpid()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A connection of which each statement sees one state of the database.

        Raises:
            AuditError: the log cannot be read.
        """
        with told("the audit log cannot be read"):
            session = self._taken()
            try:
                with session.exact():
                    yield session
            except BaseException as error:
                session.close()
                if isinstance(error, session.errors):
                    raise explained(error) from None
                raise
            self._idle.append(session)

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            session = self._idle.pop()
            if self._pid == os.getpid():
                session.close()
            else:
                session.abandon()

    def _taken(self) -> Session:
        if self._pid != os.getpid():
            self.close()
            self._pid = os.getpid()
        while self._idle:
            session = self._idle.pop()
            if session.answers():
                return session
            session.close()
        return Session(self._store)


def _complaints(sqlite: bool) -> tuple[type[Exception], ...]:
    """What the driver raises."""
    if sqlite:
        return sqlite3.Error, SQLAlchemyError, UnicodeDecodeError
    import psycopg

    return psycopg.Error, SQLAlchemyError


def explained(error: Exception) -> StoreError:
    """What a database complains about, in our words."""
    if isinstance(error, UnicodeDecodeError):  # a damaged file is complained about in words that quote the damage
        return StoreError("the state is damaged", hint="restore it from a backup, then run `accord audit verify`")
    return explain(error)


@contextmanager
def told(message: str, hint: str = "") -> Iterator[None]:
    """What goes wrong with the database, as an error of the log."""
    try:
        yield
    except StoreError as error:
        raise AuditError(f"{message}: {error}", hint="; ".join(filter(None, (hint, error.hint)))) from None


def pages(session: Session, low: int, high: int, step: int = 1024) -> Iterable[list[tuple[Any, ...]]]:
    """The entries from `low` up to `high` in order: sequence number, record, kind, decision, code."""
    sql = "SELECT seq, record, kind, decision, mac FROM audit_entry WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?"
    while low < high:
        found = session.all(sql, low, high, step)
        yield found
        if len(found) < step:
            return
        low = found[-1][0] + 1


def raw_of(record: Any) -> bytes:
    """What a stored record says, byte by byte; nothing where it is no text."""
    return record.encode("utf-8", "surrogateescape") if type(record) is str else b""


def said_by(seq: int, record: Any) -> dict[str, Any]:
    """What a stored record says.

    Raises:
        TamperDetected: it is none.
    """
    try:
        said = json.loads(raw_of(record))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TamperDetected(f"audit record {seq} was changed", record=seq, hint=TAMPERED)
    return said


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
