"""A vault of its own for each test, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.keys import changes
from accord.vault.keys import KeyRing
from accord.vault.master import FileMaster
from accord.vault.opening import open_ring


@dataclass
class Clock:
    at: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.at


@dataclass
class Vault:
    """Stores, keys and clock of one test; `again()` is what another process sees."""

    state_url: str
    keys_url: str
    folder: Path
    clock: Clock = field(default_factory=Clock)
    opened: list[Store] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.open(self.state_url, STATE_STORE)
        self.keys = self.open(self.keys_url, KEY_STORE)
        self.ring = open_ring(self.keys, self.master, now=self.clock)

    @property
    def master(self) -> Path:
        return self.folder / "master" / "master.key"

    def open(self, url, schema) -> Store:
        store = Store(url, schema)
        self.opened.append(store)
        return store

    def again(self) -> KeyRing:
        return KeyRing(self.open(self.keys_url, KEY_STORE), FileMaster(self.master), now=self.clock)


@pytest.fixture(scope="session")
def servers(postgres: str) -> Iterator[tuple[str, str]]:
    """Two PostgreSQL databases, for state and for keys; making new ones for every test would take longer than it."""
    from tests.servers import empty_database

    with empty_database(postgres) as state, empty_database(postgres) as keys:
        yield state, keys


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engines)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The addresses of an empty state and an empty key store, on each kind of database in turn."""
    if request.param == "sqlite":
        yield file_url(tmp_path / "state" / "state.sqlite"), file_url(tmp_path / "keys" / "keys.sqlite")
        return
    found = request.getfixturevalue("servers")
    yield found
    for url, schema in zip(found, (STATE_STORE, KEY_STORE), strict=True):
        store = Store(url, schema)
        with store.write() as connection:
            for table in schema.tables.sorted_tables:
                connection.execute(table.delete())
            if schema is KEY_STORE:
                connection.execute(changes.insert(), {"id": 1, "version": 1})
        store.close()


@pytest.fixture
def vault(urls: tuple[str, str], tmp_path: Path) -> Iterator[Vault]:
    made = Vault(*urls, tmp_path)
    yield made
    for store in made.opened:
        store.close()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Vault]:
    """A vault on SQLite alone, where the database makes no difference."""
    made = Vault(file_url(tmp_path / "state" / "state.sqlite"), file_url(tmp_path / "keys" / "keys.sqlite"), tmp_path)
    yield made
    for store in made.opened:
        store.close()
