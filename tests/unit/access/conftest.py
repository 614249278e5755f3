"""A store, and clocks that tests move."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster

NOON = 1_800_000_000_000


@dataclass
class Clock:
    """Wall time in ms and ticks in seconds; they move only when told to."""

    ms: int = NOON
    seconds: float = 100.0

    def now(self) -> int:
        return self.ms

    def ticks(self) -> float:
        return self.seconds

    def pass_(self, ms: int) -> None:
        self.ms += ms
        self.seconds += ms / 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store(database, STATE_STORE)
    yield opened
    opened.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    """SQLite alone, for what no database decides."""
    opened = Store(file_url(tmp_path / "plain.sqlite"), STATE_STORE)
    yield opened
    opened.close()


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyRing]:
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(bytes(range(32))).decode())
    opened = Store(file_url(tmp_path / "keys" / "keys.sqlite"), KEY_STORE)
    yield KeyRing(opened, EnvironmentMaster("ACCORD_TEST_MASTER"))
    opened.close()
