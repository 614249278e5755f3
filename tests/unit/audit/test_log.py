"""The log is durable, in one order for all, and tells what became of everything that left."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from tests.audit_parts import START, Key, Opened, edit, preview, release, rows

from accord.audit.log import AuditLog, AuditRecord, delivery_of
from accord.audit.notes import Ed25519Signer, read_note
from accord.audit.records import iso
from accord.errors import AuditError, TamperDetected
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE


def statuses(log: AuditLog) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record in log.records(kind="delivery"):
        found.setdefault(record["decision"], []).append(record["status"])
    return found


def test_records_come_back_in_order_and_counted_from_zero(opened: Opened) -> None:
    log = opened()
    assert [log.append(preview(i)) for i in range(5)] == [0, 1, 2, 3, 4]
    assert log.append_many([preview(i) for i in range(5, 9)]) == range(5, 9)
    assert [(r["seq"], r["decision"], r["n"]) for r in log.records()] == [(i, f"d{i}", i) for i in range(9)]
    log.close()
    again = opened()
    assert again.append(preview(9)) == 9
    assert again.verify().size == 10


def test_it_grows_over_tiles_whatever_the_batches(opened: Opened) -> None:
    log, written = opened(every=100), 0
    for size in (1, 254, 1, 1, 300, 513, 0, 7, 256, 1):
        log.append_many([preview(written + i) for i in range(size)])
        written += size
    report = log.verify()
    assert (report.size, report.signed) == (written, 1333) and report.checkpoints >= 4
    levels = rows(opened.store, "SELECT level, count(*) FROM audit_tile GROUP BY level ORDER BY level")
    assert levels == [(0, 5), (1, 1)]
    for seq in (0, 255, 256, 1279, 1280, written - 1):
        assert json.loads(log.prove(seq).record)["n"] == seq


def test_several_logs_on_one_store_make_one_order(opened: Opened) -> None:
    logs = [opened() for _ in range(3)]
    for i in range(600):
        assert logs[i * 7 % 3].append(preview(i)) == i
    assert logs[1].verify().size == 600


def test_threads_share_commits_and_nothing_is_lost(opened: Opened) -> None:
    logs = [opened(), opened()]
    given: list[tuple[int, int]] = []

    def work(own: int) -> None:
        for i in range(40):
            given.append((logs[own % 2].append(preview(own * 1000 + i)), own * 1000 + i))

    threads = [threading.Thread(target=work, args=(own,)) for own in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(r["seq"], r["n"]) for r in logs[0].records()} == set(given)
    assert sorted(seq for seq, _ in given) == list(range(240))
    assert logs[0].verify().size == 240


def test_filters(log: AuditLog) -> None:
    for i in range(6):
        log.append(release(i) if i % 2 else preview(i))
    assert [r["n"] for r in log.records(kind="release")] == [1, 3, 5]
    assert [r["n"] for r in log.records(decision="d4")] == [4]
    assert [r["n"] for r in log.records(since=iso(START + 3))] == [3, 4, 5]
    assert [r["n"] for r in log.records(limit=2)] == [4, 5], "the newest, oldest first"
    assert [r["n"] for r in log.records(kind="release", limit=2)] == [3, 5]
    assert [r["n"] for r in log.records(since=iso(START + 2), kind="preview", limit=1)] == [4]
    assert list(log.records(decision="nobody")) == [] == list(log.records(limit=0))


def test_many_records_are_read_in_pages(log: AuditLog) -> None:
    log.append_many([preview(i) for i in range(2500)])
    assert [r["n"] for r in log.records()] == list(range(2500))
    assert [r["n"] for r in log.records(limit=1500)] == list(range(1000, 2500))


@pytest.mark.parametrize(
    "record",
    [
        AuditRecord("k" * 25, "d", "now", {}),
        AuditRecord("release", "d" * 65, "now", {}),
        AuditRecord("release", "d\0", "now", {}),
        AuditRecord("release", "d", "now", {"n": float("nan")}),
        AuditRecord("release", "d", "now", {"n": object()}),
        AuditRecord("release", "d", "now", {1: 2, "a": 3}),  # type: ignore[dict-item]
    ],
)
def test_what_cannot_be_written_down_is_refused_and_harms_nobody(log: AuditLog, record: AuditRecord) -> None:
    log.append(preview(0))
    with pytest.raises(AuditError) as caught:
        log.append_many([preview(1), record])
    assert "nothing was released" in caught.value.hint
    assert log.append(preview(1)) == 1
    assert log.verify().size == 2


def test_a_body_never_stands_in_for_what_the_record_is() -> None:
    record = AuditRecord("release", "d", "now", {"kind": "preview", "decision": "other", "at": "never", "b": 1})
    assert record.canonical() == '{"at":"now","b":1,"decision":"d","kind":"release"}'


def test_heads_are_signed_by_number_by_time_on_demand_and_at_the_end(opened: Opened) -> None:
    now = [START]
    log = opened(every=10, every_s=60, now=lambda: now[0])

    def sizes() -> list[int]:
        return [size for (size,) in rows(opened.store, "SELECT size FROM audit_checkpoint ORDER BY size")]

    for i in range(25):
        log.append(preview(i))
    assert sizes() == [10, 20]
    now[0] += 61_000
    log.append(preview(25))
    assert sizes() == [10, 20, 26]
    log.append(preview(26))
    now[0] -= 10_000_000
    log.append(preview(27))
    assert sizes() == [10, 20, 26, 28], "a clock that jumps back delays no head"
    log.append(preview(28))
    head = read_note(log.checkpoint(), log.verifier)
    assert (head.size, head.root.hex()) == (29, log.verify().root)
    assert log.checkpoint() == log.checkpoint(), "nothing new, nothing signed"
    log.append(preview(29))
    log.close()
    assert sizes() == [10, 20, 26, 28, 29, 30]


def test_what_is_open_is_closed_as_unknown_at_the_end(opened: Opened) -> None:
    log = opened()
    log.append_many([release(0), release(1, "transform"), release(2, "block"), release(3, "hold"), preview(4)])
    log.append(delivery_of("d0", "delivered"))
    log.close()
    assert statuses(opened()) == {"d0": ["delivered"], "d1": ["unknown"]}
    assert rows(opened.store, "SELECT id FROM audit_writer") == []


def test_another_process_may_say_what_became(opened: Opened) -> None:
    log, other = opened(), opened()
    log.append(release(0))
    other.append(delivery_of("d0", "failed"))
    log.close()
    assert statuses(other) == {"d0": ["failed"]}


def test_what_stays_open_too_long_is_closed_and_may_still_be_delivered(opened: Opened) -> None:
    now = [START]
    log = opened(overdue_s=60, now=lambda: now[0])
    log.append(release(0))
    log.upkeep()
    assert statuses(log) == {}
    now[0] += 61_000
    log.append(release(1))
    log.upkeep()
    assert statuses(log) == {"d0": ["unknown"]}
    log.append(delivery_of("d0", "delivered"))
    log.append(delivery_of("d1", "delivered"))
    log.close()
    assert statuses(opened()) == {"d0": ["unknown", "delivered"], "d1": ["delivered"]}


def test_what_a_process_owes_is_bounded(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.audit.log._OWED", 10)
    log = opened()
    log.append_many([release(i) for i in range(12)])
    assert set(statuses(log)) == {f"d{i}" for i in range(7)}, "the oldest"
    log.close()
    assert set(statuses(opened())) == {f"d{i}" for i in range(12)}


def test_what_a_living_process_left_open_is_left_alone(opened: Opened) -> None:
    log = opened()
    log.append(release(0))
    assert opened().recover() == 0
    assert statuses(log) == {}


@pytest.mark.parametrize(
    ("change", "closed"),
    [
        ("pid = 999999999", 1),
        ("started = started + 1", 1),
        ("boot = 'another'", 1),
        ("host = 'elsewhere'", 0),
        ("host = 'elsewhere', seen = seen - 3600000", 1),
        ("seen = seen - 3600000", 0),
    ],
)
def test_who_is_dead(opened: Opened, change: str, closed: int) -> None:
    log = opened()
    log.append_many([release(0), release(1)])
    log.append(delivery_of("d1", "delivered"))
    assert edit(opened.store, f"UPDATE audit_writer SET {change}") == 1
    assert (opened().recover(), opened().recover()) == (closed, 0)
    assert statuses(log) == {"d1": ["delivered"], **({"d0": ["unknown"]} if closed else {})}
    assert log.verify().size == 3 + closed


def test_a_child_process_is_a_writer_of_its_own(opened: Opened) -> None:
    log = opened()
    log.append(release(0))
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if (log.append(release(1)), len(list(log.records()))) == (1, 2) else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert log.append(preview(2)) == 2
    assert opened().recover() == 1
    assert statuses(log) == {"d1": ["unknown"]}, "the child ended without a word; we are still there"
    assert log.verify().size == 4


def test_another_key_writes_nothing(opened: Opened) -> None:
    opened().append(preview(0))
    other = opened(key=Key("b" * 32, b"other"))
    with pytest.raises(AuditError, match="another key"):
        other.append(preview(1))
    with pytest.raises(AuditError, match="another key"):
        other.verify()
    assert opened().append(preview(1)) == 1


def test_an_empty_log_holds(log: AuditLog) -> None:
    report = log.verify()
    assert (report.size, report.checkpoints, list(log.records())) == (0, 0, [])
    log.checkpoint()
    log.append(preview(0))
    assert log.verify().checkpoints == 1
    for nobody in (1, -1, 2**70):
        with pytest.raises(AuditError, match=f"no audit record {nobody}"):
            log.prove(nobody)


def test_every_commit_is_on_disk(tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    log = Opened(store, Key(), Ed25519Signer(b"s" * 32))()
    log.append(preview(0))
    session = log._writer._session
    assert session is not None
    assert session.all("PRAGMA synchronous") == [(2,)] and session.all("PRAGMA journal_mode") == [("wal",)]
    log.close()
    store.close()


def test_what_is_closed_is_read_but_not_written(opened: Opened) -> None:
    log = opened()
    log.append(preview(0))
    log.close()
    assert log.verify().size == 1
    with pytest.raises(AuditError, match="closed") as caught:
        log.append(preview(1))
    assert caught.value.hint == "nothing was released"
    log.close()


@pytest.mark.parametrize("change", ["pid = -1", "pid = 0", "pid = 4611686018427387904"])
def test_numbers_that_are_no_process(opened: Opened, change: str) -> None:
    log = opened()
    log.append(release(0))
    edit(opened.store, f"UPDATE audit_writer SET {change}")
    assert opened().recover() == 1


def test_an_edited_record_stops_recovery_and_is_named(opened: Opened) -> None:
    opened().append(release(0))
    edit(opened.store, "UPDATE audit_writer SET pid = 999999999")
    edit(opened.store, "UPDATE audit_entry SET record = '{' WHERE seq = 0")
    with pytest.raises(TamperDetected, match="record 0 "):
        opened().recover()


def test_delivery_has_three_words() -> None:
    assert delivery_of("d", "unknown").body == {"status": "unknown"}
    with pytest.raises(ValueError, match="delivery status"):
        delivery_of("d", "maybe")


def test_a_locked_database_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.store.engine._BUSY_SECONDS", 0.1)
    path = tmp_path / "state.sqlite"
    store = Store(file_url(path), STATE_STORE)
    log = Opened(store, Key(), Ed25519Signer(b"s" * 32))()
    log.append(preview(0))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(AuditError, match="in use") as caught:
        log.append(release(1))
    assert "nothing was released" in caught.value.hint
    other.execute("ROLLBACK")
    other.close()
    assert log.append(release(2)) == 1
    log.close()
    store.close()
