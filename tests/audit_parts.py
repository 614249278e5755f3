"""What tests of the audit log share: records, a key, logs that are closed in the end, and edits by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accord.audit.log import AuditLog
from accord.audit.notes import Ed25519Signer
from accord.audit.records import AuditRecord, iso
from accord.store.engine import Store

START = 1_767_225_600_000
"""2026-01-01, in milliseconds."""


@dataclass(frozen=True)
class Key:
    """A key as the vault gives them."""

    id: str = "a" * 32
    secret: bytes = b"k" * 32

    def derive(self, purpose: str) -> bytes:
        return (purpose.encode() + self.secret)[:32].ljust(32, b"\0")


@dataclass
class Opened:
    """Opens logs on one store."""

    store: Store
    key: Key
    signer: Ed25519Signer
    logs: list[AuditLog] = field(default_factory=list)

    def __call__(self, **settings: Any) -> AuditLog:
        settings.setdefault("now", lambda: START)
        key, signer = settings.pop("key", self.key), settings.pop("signer", self.signer)
        log = AuditLog(self.store, key, signer, **settings)
        self.logs.append(log)
        return log

    def close(self) -> None:
        for log in self.logs:
            with contextlib.suppress(Exception):  # a test may have left the log in pieces
                log.close()


def release(number: int, outcome: str = "allow") -> AuditRecord:
    return AuditRecord("release", f"d{number}", iso(START + number), {"outcome": outcome, "n": number})


def preview(number: int) -> AuditRecord:
    return AuditRecord("preview", f"d{number}", iso(START + number), {"outcome": "allow", "n": number})


def edit(store: Store, sql: str, values: Sequence[Any] = ()) -> int:
    """Change what is stored behind the back of the log; gives how many rows that were."""
    with store.write() as connection:
        if not store.sqlite:
            sql = sql.replace("?", "%s")
        return connection.exec_driver_sql(sql, tuple(values)).rowcount


def rows(store: Store, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """What is stored."""
    with store.read() as connection:
        if not store.sqlite:
            sql = sql.replace("?", "%s")
        return [tuple(row) for row in connection.exec_driver_sql(sql, tuple(values))]
