"""A log on each kind of database, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.audit_parts import Key, Opened

from accord.audit.log import AuditLog
from accord.audit.notes import Ed25519Signer
from accord.store.engine import Store
from accord.store.tables import STATE_STORE


@pytest.fixture
def state(database: str) -> Iterator[Store]:
    """The store of a log."""
    store = Store(database, STATE_STORE)
    yield store
    store.close()


@pytest.fixture
def opened(state: Store) -> Iterator[Opened]:
    """Opens logs on one store, and closes them."""
    made = Opened(state, Key(), Ed25519Signer(b"s" * 32))
    yield made
    made.close()


@pytest.fixture
def log(opened: Opened) -> AuditLog:
    """A log."""
    return opened()
