"""How a vault is opened: the master key that belongs to a key store, and the key store that belongs to a state."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from accord.store.engine import Store
from accord.store.tables.keys import data_keys
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
