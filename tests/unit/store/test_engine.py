"""One database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

import accord.store
from accord.errors import StoreError
from accord.store.engine import Schema, Store, file_url
from accord.store.faults import Clash
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.access import api_keys

SCHEMAS = pytest.mark.parametrize("schema", [STATE_STORE, KEY_STORE], ids=lambda schema: schema.name)


def row(name: str = "k1", tenant: str = "acme") -> dict[str, object]:
    return {"id": name, "digest": b"d", "tenant": tenant, "role": "app", "scopes": "", "created": 1, "mac": b"m"}


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(api_keys)).scalar_one())


@SCHEMAS
def test_the_migrations_make_the_tables_the_code_sees(database: str, schema: Schema) -> None:
    store = Store(database, schema)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.tables) == []
    store.close()


@SCHEMAS
def test_the_code_knows_the_newest_migration(schema: Schema) -> None:
    folder = Path(accord.store.__file__).parent / "migrations" / schema.name
    assert ScriptDirectory(str(folder)).get_current_head() == schema.revision


@SCHEMAS
def test_every_column_says_why_and_how_long(schema: Schema) -> None:
    for table in schema.tables.sorted_tables:
        for column in table.columns:
            assert column.info.get("purpose"), f"{table.name}.{column.name}"
            assert column.info.get("retention"), f"{table.name}.{column.name}"


def test_what_is_written_is_there_and_what_raises_never_happened(database: str) -> None:
    store = Store(database, STATE_STORE)
    with store.write() as connection:
        connection.execute(api_keys.insert(), [row("a"), row("b")])
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute(api_keys.insert(), [row("c")])
        raise ZeroDivisionError
    assert count(store) == 2
    again = Store(database, STATE_STORE)
    assert count(again) == 2
    store.close()
    again.close()


def test_the_same_key_twice_is_a_clash_that_quotes_nothing(database: str) -> None:
    store = Store(database, STATE_STORE)
    with store.write() as connection:
        connection.execute(api_keys.insert(), [row("a", "jonas@example.org")])
    with pytest.raises(Clash) as caught, store.write() as connection:
        connection.execute(api_keys.insert(), [row("a", "jonas@example.org")])
    assert "jonas" not in str(caught.value) and caught.value.__cause__ is None
    store.close()


def test_writers_queue(database: str) -> None:
    store = Store(database, STATE_STORE)
    with store.write() as connection:
        connection.execute(api_keys.insert(), [{**row("sum"), "created": 0}])

    def work() -> None:
        for _ in range(20):
            with store.write("sum") as connection:
                now = connection.execute(select(api_keys.c.created)).scalar_one()
                connection.execute(api_keys.update().values(created=now + 1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.execute(select(api_keys.c.created)).scalar_one() == 80
    store.close()


def test_a_database_of_a_newer_accord_is_refused(database: str) -> None:
    store = Store(database, STATE_STORE)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="newer accord"):
        Store(database, STATE_STORE)


def test_nothing_deleted_is_left_in_the_files(tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "s.sqlite"), STATE_STORE)
    with store.write() as connection:
        connection.execute(api_keys.insert(), [row(f"k{i}", "needle-in-a-haystack") for i in range(200)])
    assert b"needle-in-a-haystack" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    with store.write() as connection:
        connection.execute(api_keys.delete())
    store.scrub()
    assert b"needle-in-a-haystack" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_the_file_belongs_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "s.sqlite"
    Store(file_url(path), STATE_STORE).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "sqlite://", "sqlite:///:memory:", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Store(url, STATE_STORE)


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"this was never a database, and it is long enough to have a header of some kind" * 20)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store(file_url(path), STATE_STORE)
    assert "backup" in caught.value.hint


def test_a_truncated_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = Store(file_url(path), STATE_STORE)
    with store.write() as connection:
        connection.execute(api_keys.insert(), [row(f"k{i}") for i in range(2000)])
    store.scrub()
    store.close()
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(StoreError):
        count(Store(file_url(path), STATE_STORE))


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="state folder"):
        Store(file_url(tmp_path / "file" / "s.sqlite"), STATE_STORE)


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "s.sqlite"), STATE_STORE)
    with store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(StoreError, match="disk is full"), store.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.execute(api_keys.insert(), [row(f"k{i}") for i in range(5000)])
    assert count(store) == 0
    store.close()


def test_a_lock_held_elsewhere_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.store.engine._BUSY_SECONDS", 0.1)
    path = tmp_path / "s.sqlite"
    store = Store(file_url(path), STATE_STORE)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="in use"), store.write() as connection:
        connection.execute(api_keys.insert(), [row()])
    other.execute("COMMIT")
    other.close()
    assert count(store) == 0
    store.close()


def test_a_child_process_writes_through_connections_of_its_own(tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "s.sqlite"), STATE_STORE)
    assert count(store) == 0
    child = os.fork()
    if child == 0:
        try:
            with store.write() as connection:
                connection.execute(api_keys.insert(), [row()])
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert count(store) == 1
    store.close()


def test_the_address_never_shows() -> None:
    with pytest.raises(StoreError) as caught:
        Store("postgresql://user:hunter2@127.0.0.1:1/none", STATE_STORE)
    assert "hunter2" not in str(caught.value) + caught.value.hint
    assert "cannot be reached" in str(caught.value)
