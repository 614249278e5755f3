"""The audit log: what one record costs beside a bare durable insert in the same run, and what proofs cost.

    python benchmarks/audit_run.py [--records 1000000] [--postgres URL] [--json]

A bare insert is one row with the same text in a table of its own, in a database of its own on the same disk, with the
same pragmas, committed by itself. The two take turns, one by one, so that a slow disk is slow for both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from accord.audit.log import AuditLog, AuditRecord
from accord.audit.notes import Ed25519Signer
from accord.audit.records import clock, iso
from accord.audit.session import Session
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE

BATCH = 1000
PROOF_MS = 5.0
PER_S = 20_000
RATIO = 1.3


class Key:
    """A key of the log."""

    id = "0" * 32

    def derive(self, purpose: str) -> bytes:
        """A secret for a purpose."""
        return purpose.encode().ljust(32, b"\0")[:32]


@dataclass(frozen=True, slots=True)
class AuditResults:
    """What was measured, on one kind of database.

    Attributes:
        database: sqlite or postgresql.
        bare_us: median microseconds of a bare durable insert.
        single_us: median microseconds of a record by itself.
        ratio: of the two medians.
        bare_cpu_us: CPU microseconds of this process for a bare insert.
        single_cpu_us: the same for a record.
        batched_per_s: records a second in batches of 1000, each batch durable.
        threads_per_s: records a second from 16 threads that write one by one.
        records: how many there are when proofs are measured.
        proof_ms: median milliseconds of an inclusion proof, read and checked.
        proof_worst_ms: the slowest.
        consistency_ms: median milliseconds of a consistency proof.
        verify_per_s: records verified a second.
        bytes_per_record: on disk.
    """

    database: str
    bare_us: float
    single_us: float
    ratio: float
    bare_cpu_us: float
    single_cpu_us: float
    batched_per_s: float
    threads_per_s: float
    records: int
    proof_ms: float
    proof_worst_ms: float
    consistency_ms: float
    verify_per_s: float
    bytes_per_record: float


def record(number: int, chance: random.Random) -> AuditRecord:
    """As large as those of a guard."""
    body = {
        "to": "model",
        "outcome": "block",
        "would": "block",
        "rules": ["privacy", "safety.injection"],
        "policy": f"{chance.getrandbits(256):064x}",
        "findings": {"privacy.contact.email": number % 7, "privacy.person.name": 1},
        "coverage": {"text": [1200, 1200]},
        "tenant": "acme",
        "principal": "desk",
        "purpose": "support",
        "request": f"{chance.getrandbits(128):032x}",
    }
    return AuditRecord("release", f"{chance.getrandbits(128):032x}", iso(clock()), body)


def measure(url: str, bare: Bare, records: int = 1_000_000, singles: int = 1500, seed: int = 1) -> AuditResults:
    """Fill a log and measure it."""
    chance = random.Random(seed)
    store = Store(url, STATE_STORE)
    log = AuditLog(store, Key(), Ed25519Signer(b"b" * 32))
    made = [record(number, chance) for number in range(50_000)]
    began = time.perf_counter()
    for at in range(0, len(made), BATCH):
        log.append_many(made[at : at + BATCH])
    batched = len(made) / (time.perf_counter() - began)
    threads = _threads(log, chance)
    bare_us, single_us, bare_cpu, single_cpu = _turns(log, bare, singles, chance)
    size = log.append(record(0, chance)) + 1
    while size < records:
        some = made[: min(records - size, 4 * BATCH)]
        log.append_many(some)
        size += len(some)
    head = log.checkpoint()
    assert head
    proofs = [_timed(lambda: log.prove(chance.randrange(size))) * 1e3 for _ in range(300)]
    continued = [_timed(lambda: log.consistency(chance.randrange(1, size), size)) * 1e3 for _ in range(100)]
    verified = size / _timed(log.verify)
    stored = _stored(store)
    log.close()
    store.close()
    return AuditResults(
        "sqlite" if store.sqlite else "postgresql",
        bare_us,
        single_us,
        single_us / bare_us,
        bare_cpu,
        single_cpu,
        batched,
        threads,
        size,
        statistics.median(proofs),
        max(proofs),
        statistics.median(continued),
        verified,
        stored / size,
    )


Bare = Callable[[int, str], None]
"""Inserts one row with a text, durably."""


def _turns(log: AuditLog, bare: Bare, count: int, chance: random.Random) -> tuple[float, float, float, float]:
    made = [record(number, chance) for number in range(count)]
    times: dict[str, list[float]] = {"bare": [], "single": []}
    spent = {"bare": 0.0, "single": 0.0}
    for number, one in enumerate(made):
        calls = {"bare": partial(bare, number, one.canonical()), "single": partial(log.append, one)}
        for name, call in calls.items():
            cpu = time.process_time()
            times[name].append(_timed(call) * 1e6)
            spent[name] += time.process_time() - cpu
    bare_us, single_us = (statistics.median(times[name]) for name in ("bare", "single"))
    return bare_us, single_us, spent["bare"] / count * 1e6, spent["single"] / count * 1e6


def _threads(log: AuditLog, chance: random.Random, count: int = 16, each: int = 200) -> float:
    made = [[record(number, chance) for number in range(each)] for _ in range(count)]
    threads = [threading.Thread(target=lambda some=some: [log.append(one) for one in some]) for some in made]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count * each / (time.perf_counter() - began)


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _stored(store: Store) -> float:
    session = Session(store)
    try:
        if store.sqlite:
            return float(session.all("PRAGMA page_count")[0][0] * session.all("PRAGMA page_size")[0][0])
        tables = "'audit_entry', 'audit_tile'"
        return float(session.all(f"SELECT sum(pg_total_relation_size(t)) FROM unnest(ARRAY[{tables}]) AS t")[0][0])  # noqa: S608
    finally:
        session.close()


@contextlib.contextmanager
def bare_sqlite(path: Path) -> Iterator[Bare]:
    """A durable insert into an SQLite file, with the pragmas of the store."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("CREATE TABLE bare (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)")

    def insert(number: int, text: str) -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO bare VALUES (?, ?)", (number, text))
        raw.execute("COMMIT")

    yield insert
    raw.close()


@contextlib.contextmanager
def bare_postgres(url: str) -> Iterator[Bare]:
    """A durable insert into PostgreSQL."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute("CREATE TABLE bare (seq bigint PRIMARY KEY, record text NOT NULL)")

        def insert(number: int, text: str) -> None:
            raw.execute("INSERT INTO bare VALUES (%s, %s)", (number, text))

        yield insert


def run(records: int = 1_000_000, postgres: str = "", folder: Path | None = None) -> list[AuditResults]:
    """Measure on SQLite, and on an empty PostgreSQL database where one is given."""
    found = []
    with tempfile.TemporaryDirectory(dir=folder) as named:
        place = Path(named)
        with bare_sqlite(place / "bare.sqlite") as bare:
            found.append(measure(file_url(place / "state.sqlite"), bare, records))
    if postgres:
        with bare_postgres(postgres) as bare:
            found.append(measure(postgres, bare, records))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--postgres", default=os.environ.get("ACCORD_BENCH_POSTGRES", ""), help="an empty database")
    parser.add_argument("--folder", type=Path, help="where the databases are, on a real disk")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for one in run(given.records, given.postgres, given.folder):
        if given.json:
            print(json.dumps(asdict(one)))
            continue
        print(f"{one.database}:")
        print(
            f"  alone      {one.single_us:8.0f} µs, bare insert {one.bare_us:.0f} µs: {one.ratio:.2f} × (at most {RATIO})"
        )
        print(f"  CPU        {one.single_cpu_us:8.0f} µs, bare insert {one.bare_cpu_us:.0f} µs")
        print(f"  batched    {one.batched_per_s:8.0f} records/s (at least {PER_S})")
        print(f"  16 threads {one.threads_per_s:8.0f} records/s, each waits for its own")
        print(
            f"  proof      {one.proof_ms:8.2f} ms among {one.records:,}, worst {one.proof_worst_ms:.2f} (at most {PROOF_MS})"
        )
        print(f"  consistent {one.consistency_ms:8.2f} ms")
        print(f"  verify     {one.verify_per_s:8.0f} records/s")
        print(f"  stored     {one.bytes_per_record:8.0f} bytes a record")


if __name__ == "__main__":
    main()
