"""The log is durable, append only, and knows when it was touched."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from accord.audit.log import AuditRecord, delivery_of
from accord.audit.simple import SimpleLog as AuditLog
from accord.errors import AuditError, StoreError


def record(number: int) -> AuditRecord:
    return AuditRecord("release", f"d{number}", "2026-01-01T00:00:00.000+00:00", {"n": number})


def test_records_come_back_in_order_and_the_chain_holds(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "state" / "audit.sqlite")
    assert [log.append(record(i)) for i in range(5)] == [1, 2, 3, 4, 5]
    assert [r["decision"] for r in log.records()] == [f"d{i}" for i in range(5)]
    log.verify()
    log.close()
    again = AuditLog(tmp_path / "state" / "audit.sqlite")
    assert again.append(record(5)) == 6
    again.verify()
    again.close()


def test_it_is_durable_and_private(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.sqlite")
    assert log._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: on disk when append returns"
    assert log._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE((tmp_path / "audit.sqlite").stat().st_mode) == 0o600
    log.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET record='{}' WHERE seq=2", "DELETE FROM audit WHERE seq=2"])
def test_it_refuses_to_be_changed_and_shows_when_it_was(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "audit.sqlite"
    log = AuditLog(path)
    for i in range(3):
        log.append(record(i))
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        log._db.execute(statement)
    raw = sqlite3.connect(path)
    for trigger in ("audit_is_never_changed", "audit_is_never_shortened"):
        raw.execute(f"DROP TRIGGER {trigger}")
    raw.execute(statement)
    raw.commit()
    raw.close()
    with pytest.raises(AuditError, match="audit record [23] was changed or is missing"):
        log.verify()
    log.close()


def test_threads_write_one_chain(tmp_path: Path) -> None:
    log, other = AuditLog(tmp_path / "audit.sqlite"), AuditLog(tmp_path / "audit.sqlite")
    threads = [
        threading.Thread(target=lambda i=i: [(log if i % 2 else other).append(record(i)) for _ in range(10)])
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(log.records())) == 40
    log.verify()
    log.close()
    other.close()


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        AuditLog(tmp_path / "file" / "audit.sqlite")
    assert "--state" in caught.value.hint


def test_a_file_that_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "audit.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError):
        AuditLog(tmp_path / "audit.sqlite")


def test_a_record_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.sqlite")
    log.close()
    with pytest.raises(AuditError) as caught:
        log.append(record(1))
    assert caught.value.hint == "nothing was released"


def test_delivery_has_three_words() -> None:
    assert delivery_of("d", "unknown").body == {"status": "unknown"}
    with pytest.raises(ValueError, match="delivery status"):
        delivery_of("d", "maybe")
