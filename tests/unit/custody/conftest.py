"""A desk of custody on each database."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.custody.desks import Clock, Desk, Log
from tests.unit.custody.rooms import Rooms, rooms

from accord.custody.breakglass import BreakGlass
from accord.custody.holds import Holds
from accord.custody.keep import Keep
from accord.custody.mentions import Mentions
from accord.custody.quarantine import Quarantine
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.transform.pseudonyms import normalise
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[KeyRing]:
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(bytes(range(32))).decode())
    store = Store(file_url(tmp_path / "keys" / "keys.sqlite"), KEY_STORE)
    yield KeyRing(store, EnvironmentMaster("ACCORD_TEST_MASTER"), clock)
    store.close()


@pytest.fixture
def state(database: str) -> Iterator[Store]:
    store = Store(database, STATE_STORE)
    yield store
    store.close()


@pytest.fixture
def desk(state: Store, keys: KeyRing, clock: Clock) -> Desk:
    log, mentions = Log(), Mentions(keys, normalise)
    keep = Keep(evidence=7 * 86_400_000)
    return Desk(
        store=state,
        ring=keys,
        log=log,
        clock=clock,
        mentions=mentions,
        quarantine=Quarantine(state, keys, log, mentions=mentions, keep=keep, now=clock),
        glass=BreakGlass(state, keys, log, now=clock),
        holds=Holds(state, keys, log, now=clock),
    )


@pytest.fixture
def all_rooms(state: Store, keys: KeyRing, clock: Clock) -> Iterator[Rooms]:
    made = rooms(state, keys, clock)
    yield made
    made.audit.close()
