"""How a vault is opened: the master key that belongs to a key store, and the key store that belongs to a state."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from accord.errors import KeyLost, StoreError
from accord.store.engine import Store
from accord.store.tables.keys import data_keys
from accord.store.tables.pseudonyms import bindings
from accord.vault.keys import KeyRing, now_ms
from accord.vault.master import EnvironmentMaster, FileMaster, MasterKeys

BEGIN_ANEW = "ACCORD_BEGIN_ANEW"
"""Set in the environment: the state that the keys belonged to is gone for good."""

_STATE = "state"  # a key of the ring that knows the state: it is missed when the database is deleted


def open_ring(
    keys: Store, path: Path, *, variable: str = "", now: Callable[[], int] = now_ms, state: Store | None = None
) -> KeyRing:
    """The keys of a key store, with the master key from the environment where it is set there, else from a file.

    The file is made on first use, when there are no keys yet; never beside keys that another one wraps.

    Args:
        keys: opened with `KEY_STORE`.
        path: the master key file.
        variable: the environment variable that goes first; none where empty.
        now: milliseconds since 1970 (UTC).
        state: what the keys are for, where it is open: nothing is made beside a state that belongs to other keys.

    Raises:
        KeyLost: there are no keys, and the state belongs to some.
        StoreError: the master key is missing, damaged, or another one than that of this key store.
    """
    with keys.read() as connection:
        empty = connection.execute(select(data_keys.c.id).limit(1)).first() is None
    if empty and state is not None:
        with state.read() as connection:
            if connection.execute(select(bindings.c.id)).first() is not None:
                raise _strange()
    given = bool(variable) and variable in os.environ
    master: MasterKeys = EnvironmentMaster(variable) if given else FileMaster(path, create=empty)
    return KeyRing(keys, master, now)


def bind(state: Store, ring: KeyRing) -> None:
    """Tie a state to its key store, or see that it is tied to this one.

    Under the keys of another key store nothing would be found, and it would look as if nothing were there.

    Args:
        state: opened with `STATE_STORE`.
        ring: the keys.

    Raises:
        KeyLost: the state belongs to another key store.
        StoreError: the key store belongs to another state, which is not here.
    """
    wanted = select(bindings.c.fingerprint, bindings.c.state).where(bindings.c.id == 1)
    mine = ring.fingerprint()
    with state.read() as connection:
        found = connection.execute(wanted).first()
    if found is None:
        with state.write("bind") as connection:
            found = connection.execute(wanted).first()
            if found is None:
                _forsake(ring)
                connection.execute(bindings.insert(), {"id": 1, "fingerprint": mine, "state": os.urandom(16).hex()})
                found = connection.execute(wanted).one()
    if bytes(found.fingerprint) != mine:
        raise _strange()
    if ring.find(_STATE, found.state) is None:
        _forsake(ring)
        ring.key(_STATE, found.state)


def _forsake(ring: KeyRing) -> None:
    """Return when the keys belong to no state, or somebody says that theirs is gone for good.

    Raises:
        StoreError: they belong to one.
    """
    if not (known := ring.names_of(_STATE)):
        return
    if not os.environ.get(BEGIN_ANEW):
        raise StoreError(
            "these keys belong to a state that is not here: its database was deleted, moved or replaced",
            hint=f"restore the database; if it is gone for good, set {BEGIN_ANEW}=1 once, and a new audit log begins",
        )
    for name in known:
        ring.shred_named(_STATE, name)


def _strange() -> KeyLost:
    return KeyLost(
        "this state belongs to another key store",
        hint="restore the key store it was written with; if that is gone, begin with an empty state folder",
    )
