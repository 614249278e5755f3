"""The former audit log: a hash chain in one file; goes when nothing opens it any more.

Each record is one row of canonical JSON, chained to the one before by SHA-256, so that a changed or missing row
shows. The file is SQLite in WAL mode with `synchronous=FULL`: when `append` returns, the record is on disk.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accord.audit.records import AuditRecord
from accord.errors import AuditError, StoreError

GENESIS = "0" * 64

_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_never_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;
"""


class SimpleLog:
    """An append-only log in one SQLite file, safe for threads and for several processes."""

    def __init__(self, path: Path) -> None:
        """Open or create the log.

        Raises:
            StoreError: the folder cannot be made or written.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"the state folder cannot be used: {getattr(error, 'strerror', None) or type(error).__name__}",
                hint="choose another with --state DIR",
            ) from None

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number.

        Raises:
            AuditError: it could not be written, so nothing may leave.
        """
        text = record.canonical()
        try:
            with self._lock, self._transaction() as db:
                last = db.execute("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
                link = _link(last[0] if last else GENESIS, text)
                cursor = db.execute("INSERT INTO audit (record, hash) VALUES (?, ?)", (text, link))
                return int(cursor.lastrowid or 0)
        except sqlite3.Error as error:
            raise AuditError(
                f"the audit record could not be written: {type(error).__name__}", hint="nothing was released"
            ) from None

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first.

        Raises:
            AuditError: the log cannot be read.
        """
        try:
            for (text,) in self._db.execute("SELECT record FROM audit ORDER BY seq"):
                yield json.loads(text)
        except (sqlite3.Error, ValueError) as error:
            raise AuditError(f"the audit log cannot be read: {type(error).__name__}") from None

    def verify(self) -> None:
        """Check the whole chain; returns when it holds.

        Raises:
            AuditError: a record was changed, removed or cannot be read.
        """
        link, expected = GENESIS, 1
        try:
            for seq, text, stored in self._db.execute("SELECT seq, record, hash FROM audit ORDER BY seq"):
                link = _link(link, text)
                if seq != expected or link != stored:
                    raise AuditError(f"audit record {expected} was changed or is missing")
                expected += 1
            last = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        except sqlite3.Error as error:
            raise AuditError(f"the audit log cannot be read: {type(error).__name__}") from None
        if (last[0] if last else 0) != expected - 1:
            raise AuditError(f"audit record {expected} was changed or is missing")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def _link(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
