"""One database: opened, migrated, locked and closed the same way on SQLite and on PostgreSQL.

SQLite runs in WAL mode with `synchronous=FULL` (a commit is on disk when it returns) and `secure_delete` (what is
deleted is overwritten). Writers begin with `BEGIN IMMEDIATE`, so that two processes queue and neither fails half way.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from accord.errors import StoreError
from accord.store.faults import explain
from accord.store.migrate import upgrade

_BUSY_SECONDS = 30.0
_POSTGRES = "postgresql"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database holds.

    Attributes:
        name: the folder of its migrations.
        tables: the tables as the code sees them.
        revision: the newest migration; a database that is further on belongs to a newer accord.
    """

    name: str
    tables: MetaData
    revision: str


class Store:
    """A database with its tables in place.

    Safe for threads, for forks, and for several processes on the same database.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.
        schema: what it holds.

    Raises:
        StoreError: it cannot be reached, read or migrated, and what to do about it.
    """

    def __init__(self, url: str, schema: Schema) -> None:
        self.url = _parsed(url)
        self.schema = schema
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.path = Path(self.url.database) if self.sqlite and self.url.database else None
        if self.path is not None:
            _prepare(self.path)
        self._engine = _engine(self.url, self.sqlite)
        _alive.add(self._engine)
        try:
            with _told():
                self._migrate()
        except BaseException:
            self._engine.dispose()
            raise

    def __repr__(self) -> str:
        return f"<Store {self.schema.name} on {self.url.get_backend_name()}>"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database.

        Raises:
            StoreError: it cannot be read.
        """
        with _told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, lock: str = "") -> Iterator[Connection]:
        """A connection whose changes are durable when the block ends, or never happened when it raises.

        On SQLite writers queue for the whole database; on PostgreSQL those that name the same `lock` queue.

        Raises:
            StoreError: it cannot be written.
        """
        with _told(), self._engine.connect().execution_options(accord_write=True) as connection, connection.begin():
            if lock and not self.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(lock.encode())})
            yield connection

    def scrub(self) -> None:
        """Leave no byte of what was deleted in the files of the database.

        SQLite writes its file anew and empties its log; PostgreSQL writes the tables anew. What a file system, a
        replica or a backup keeps is beyond its reach.

        Raises:
            StoreError: it cannot be done now.
        """
        with _told():
            if self.sqlite:
                self._vacuum()
                return
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in self.schema.tables.sorted_tables:
                    connection.exec_driver_sql(f'VACUUM FULL "{table.name}"')

    def _vacuum(self) -> None:
        raw = self._engine.raw_connection()  # outside of any transaction, which SQLAlchemy would begin
        try:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.cursor().execute(statement)
        finally:
            raw.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _migrate(self) -> None:
        with self.read() as connection:
            found = revision_of(connection)
        if found == self.schema.revision:
            return
        with self.write("migrate") as connection:
            upgrade(connection, self.schema.name, self.schema.revision)


def revision_of(connection: Connection) -> str | None:
    """The migration a database is at; None where there is nothing yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def file_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the address of the database is not understood",
            hint="write sqlite:///FILE or postgresql://USER@HOST/NAME",
        ) from None
    backend = parsed.get_backend_name()
    if backend == _POSTGRES:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError(
            "state is kept in an SQLite file or in PostgreSQL", hint="write sqlite:///FILE or postgresql://…"
        )
    return parsed.set(drivername="sqlite")


def _prepare(path: Path) -> None:
    """The folder and the file belong to their owner alone."""
    try:
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir(exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"the state folder cannot be used: {error.strerror or type(error).__name__}",
            hint="choose another with --state DIR",
        ) from None


def _engine(url: URL, sqlite: bool) -> Engine:
    try:
        if sqlite:
            engine = create_engine(
                url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}
            )
            event.listen(engine, "connect", _pragmas)
            event.listen(engine, "begin", _begin)
            return engine
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except (NoSuchModuleError, ModuleNotFoundError):
        raise StoreError("PostgreSQL needs a driver", hint="pip install 'accord[postgres]'") from None


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("accord_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    """What the database says, in our words: its own may quote what was to be written."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error) from None


_alive: weakref.WeakSet[Engine] = weakref.WeakSet()


def _after_fork() -> None:
    # A connection belongs to the process that opened it: the child opens its own, and closes none of its parent's.
    for engine in list(_alive):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_after_fork)
