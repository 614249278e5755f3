"""Processes killed at any point, disks that are full, servers that go: nothing leaves unrecorded, nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.audit_parts import Key, Opened, edit, preview, release
from tests.servers import running_postgres

from accord.audit.log import AuditLog, delivery_of
from accord.audit.notes import Ed25519Signer
from accord.audit.session import Session
from accord.errors import AuditError
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE

KILLS = 200
AT_ONCE = 2
STEPS = ("begin", "all", "run", "add_entries", "commit")


@pytest.fixture
def opened(database: str) -> Iterator[Opened]:
    store = Store(database, STATE_STORE)
    made = Opened(store, Key(), Ed25519Signer(b"s" * 32))
    yield made
    made.close()
    store.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Opened]:
    store = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    made = Opened(store, Key(), Ed25519Signer(b"s" * 32))
    yield made
    made.close()
    store.close()


def stop_at(count: int) -> None:
    """End this process, without a chance to say anything, before or after the step with this number."""
    left = [count]

    def tick() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def ticking(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            tick()
            found = step(*given, **named)
            tick()
            return found

        return run

    for name in STEPS:
        setattr(Session, name, ticking(getattr(Session, name)))


def releases_until_killed(opened: Opened, name: str, told: Path, chance: random.Random) -> None:
    """What a guard does, again and again: record, release, record what became of it.

    A line in `told` is content that left, or a delivery that was recorded: it is written when that is certain.
    """
    log = AuditLog(opened.store, opened.key, opened.signer, every=7)
    out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    number = 0
    while True:
        some = [release(0) for _ in range(chance.choice([1, 1, 1, 2, 40]))]
        records = []
        for record in some:
            number += 1
            records.append(type(record)(record.kind, f"{name}-{number}", record.at, record.body))
        first = log.append_many(records).start
        for seq, record in enumerate(records, first):
            os.write(out, f"left {seq} {record.decision}\n".encode())
        if chance.random() < 0.8:
            log.append_many([delivery_of(record.decision, "delivered") for record in records])
            for record in records:
                os.write(out, f"delivered 0 {record.decision}\n".encode())


def killed(opened: Opened, name: str, told: Path, chance: random.Random) -> int:
    """A child process that will be killed."""
    child = os.fork()
    if child:
        return child
    try:
        stop_at(chance.randrange(1, 100))
        releases_until_killed(opened, name, told, chance)
    finally:
        os._exit(1)


def check(log: AuditLog, told: Path) -> int:
    """Everything that left is recorded where it was said to be, and closed in one way."""
    kinds: dict[str, dict[str, Any]] = {}
    for record in log.records():
        if record["kind"] == "release":
            assert record["decision"] not in kinds, "recorded twice"
            kinds[record["decision"]] = {"seq": record["seq"], "became": []}
        elif record["kind"] == "delivery":
            kinds[record["decision"]]["became"].append(record["status"])
    lines = told.read_text().splitlines() if told.exists() else []
    for line in lines:
        what, seq, decision = line.split()
        assert decision in kinds, "it left without a record"
        if what == "left":
            assert kinds[decision]["seq"] == int(seq)
        else:
            assert kinds[decision]["became"] == ["delivered"], "what was recorded is lost, or closed again"
    for decision, one in kinds.items():
        assert one["became"] in (["delivered"], ["unknown"]), decision
    return len(lines)


def test_killed_at_any_point(opened: Opened, tmp_path: Path) -> None:
    chance, told = random.Random(9), tmp_path / "told"
    opened(every=100).append_many([preview(i) for i in range(240)])
    rounds = (KILLS if opened.store.sqlite else KILLS // 4) // AT_ONCE
    for number in range(rounds):
        seeds = [random.Random(chance.random()) for _ in range(AT_ONCE)]
        children = [killed(opened, f"{number}-{who}", told, seed) for who, seed in enumerate(seeds)]
        if number % 3 == 0:  # at any time, besides at any step
            time.sleep(chance.random() * 0.03)
            for child in children:
                os.kill(child, signal.SIGKILL)
        for child in children:
            _, how = os.waitpid(child, 0)
            assert os.WIFSIGNALED(how) and os.WTERMSIG(how) == signal.SIGKILL
        log = AuditLog(opened.store, opened.key, opened.signer)
        log.recover()
        if number % 4 == 0:
            log.verify()
            check(log, told)
        log.close()
    assert check(opened(), told) > rounds
    assert opened().verify().checkpoints > rounds // 4


def test_who_lives_is_left_alone_when_others_are_killed(on_sqlite: Opened, tmp_path: Path) -> None:
    log = on_sqlite()
    log.append(release(1))
    child = os.fork()
    if not child:
        try:
            own = AuditLog(on_sqlite.store, on_sqlite.key, on_sqlite.signer)
            own.append(release(2))
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    assert on_sqlite().recover() == 1
    assert [r["decision"] for r in log.records(kind="delivery")] == ["d2"]
    log.append(delivery_of("d1", "delivered"))
    assert on_sqlite().recover() == 0


def test_a_full_disk_releases_nothing_and_loses_nothing(on_sqlite: Opened) -> None:
    log = on_sqlite()
    log.append(preview(0))
    session = log._writer._session
    assert session is not None
    [(pages,)] = session.all("PRAGMA page_count")
    session.all(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(AuditError, match="the disk is full") as caught:
        log.append_many([release(i) for i in range(1, 600)])
    assert caught.value.hint.startswith("nothing was released; free some space")
    session.all("PRAGMA max_page_count = 1000000")
    assert log.append(release(1)) == 1
    assert log.verify().size == 2


def test_a_state_that_is_read_only_releases_nothing(on_sqlite: Opened) -> None:
    log = on_sqlite()
    log.append(preview(0))
    session = log._writer._session
    assert session is not None
    session.all("PRAGMA query_only = ON")
    with pytest.raises(AuditError, match="read-only") as caught:
        log.append(release(1))
    assert "nothing was released" in caught.value.hint and "right to write" in caught.value.hint
    session.all("PRAGMA query_only = OFF")
    assert log.append(release(1)) == 1


def test_a_database_without_its_tables_says_what_to_do(opened: Opened) -> None:
    log = opened()
    log.append(preview(0))
    edit(opened.store, "DROP TABLE audit_checkpoint")
    with pytest.raises(AuditError, match="table is missing") as caught:
        log.verify()
    assert "backup" in caught.value.hint


def test_a_truncated_file_is_no_log(on_sqlite: Opened, tmp_path: Path) -> None:
    log = on_sqlite()
    log.append_many([preview(i) for i in range(3000)])
    log.close()
    on_sqlite.store.close()
    path = tmp_path / "state.sqlite"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AuditError):
        on_sqlite().verify()
    with pytest.raises(AuditError) as caught:
        on_sqlite().append(release(1))
    assert "nothing was released" in caught.value.hint


@pytest.mark.engines
def test_a_server_that_goes_and_comes_back() -> None:
    with running_postgres() as server:
        store = Store(server.get_uri(), STATE_STORE)
        made = Opened(store, Key(), Ed25519Signer(b"s" * 32))
        log = made()
        log.append(release(0))
        server.stop()
        for _ in range(2):
            with pytest.raises(AuditError, match="cannot be reached") as caught:
                log.append(release(1))
            assert "nothing was released" in caught.value.hint and "PostgreSQL is running" in caught.value.hint
        with pytest.raises(AuditError, match="cannot be read"):
            list(log.records())
        server.start()
        assert log.append(release(2)) == 1
        assert log.verify().size == 2
        log.append(delivery_of("d0", "delivered"))
        log.close()
        assert [(r["decision"], r["status"]) for r in made().records(kind="delivery")] == [
            ("d0", "delivered"),
            ("d2", "unknown"),
        ]
        made.close()
        store.close()


@pytest.mark.engines
def test_a_connection_cut_in_the_middle_is_replaced(postgres: str) -> None:
    from tests.servers import empty_database

    with empty_database(postgres) as address:
        store = Store(address, STATE_STORE)
        made = Opened(store, Key(), Ed25519Signer(b"s" * 32))
        log = made()
        log.append(preview(0))
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with store.read() as connection:
            connection.exec_driver_sql(cut)
        assert log.append(preview(1)) == 1, "between two records nobody notices"
        assert [record["n"] for record in log.records()] == [0, 1]
        made.close()
        store.close()
