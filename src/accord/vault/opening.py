"""How a vault is opened: the master key that belongs to a key store, and the key store that belongs to a state."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from accord.errors import KeyLost
from accord.store.engine import Store
from accord.store.tables.keys import data_keys
from accord.store.tables.pseudonyms import bindings
from accord.vault.keys import KeyRing, now_ms
from accord.vault.master import EnvironmentMaster, FileMaster, MasterKeys


def open_ring(keys: Store, path: Path, *, variable: str = "", now: Callable[[], int] = now_ms) -> KeyRing:
    """The keys of a key store, with the master key from the environment where it is set there, else from a file.

    The file is made on first use, when there are no keys yet; never beside keys that another one wraps.

    Args:
        keys: opened with `KEY_STORE`.
        path: the master key file.
        variable: the environment variable that goes first; none where empty.
        now: milliseconds since 1970 (UTC).

    Raises:
        StoreError: the master key is missing, damaged, or another one than that of this key store.
    """
    master: MasterKeys
    if variable and variable in os.environ:
        master = EnvironmentMaster(variable)
    else:
        with keys.read() as connection:
            empty = connection.execute(select(data_keys.c.id).limit(1)).first() is None
        master = FileMaster(path, create=empty)
    return KeyRing(keys, master, now)


def bind(state: Store, ring: KeyRing) -> None:
    """Tie a state to its key store, or see that it is tied to this one.

    Under the keys of another key store nothing would be found, and it would look as if nothing were there.

    Args:
        state: opened with `STATE_STORE`.
        ring: the keys.

    Raises:
        KeyLost: the state belongs to another key store.
    """
    wanted = select(bindings.c.fingerprint).where(bindings.c.id == 1)
    mine = ring.fingerprint()
    with state.read() as connection:
        found = connection.execute(wanted).scalar()
    if found is None:
        with state.write("bind") as connection:
            found = connection.execute(wanted).scalar()
            if found is None:
                connection.execute(bindings.insert(), {"id": 1, "fingerprint": mine})
                return
    if bytes(found) != mine:
        raise KeyLost(
            "this state belongs to another key store",
            hint="restore the key store it was written with; if that is gone, begin with an empty state folder",
        )
