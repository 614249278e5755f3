"""A new version of the master key, without a pause: keys are wrapped anew, one small step after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from accord.errors import StoreError
from accord.store.engine import Store
from accord.store.tables.keys import data_keys, destroyed
from accord.vault.master import FileMaster, MasterKeys
from accord.vault.rows import LOCK, context_of
from accord.vault.secret import Secret

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

_STEP = 100  # keys in one transaction: others wait for milliseconds


def used(store: Store) -> dict[str, int]:
    """How many keys each version of the master key wraps."""
    wanted = select(data_keys.c.master, func.count()).group_by(data_keys.c.master).order_by(data_keys.c.master)
    with store.read() as connection:
        return {str(master): int(count) for master, count in connection.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Status:
    """What is in a key store.

    Attributes:
        kinds: how many keys of each kind there are.
        masters: how many keys each version of the master key wraps, the current one first; with those that wrap none.
        missing: versions that wrap keys and are not here.
        current: the version that wraps now.
        oldest: when the oldest key was made, in milliseconds since 1970; None where there is none.
        destroyed: how many keys were destroyed on purpose.
    """

    kinds: Mapping[str, int]
    masters: Mapping[str, int]
    missing: tuple[str, ...]
    current: str
    oldest: int | None
    destroyed: int


def status(store: Store, master: MasterKeys) -> Status:
    """What is in a key store."""
    kinds = select(data_keys.c.kind, func.count()).group_by(data_keys.c.kind).order_by(data_keys.c.kind)
    with store.read() as connection:
        found = {str(kind): int(count) for kind, count in connection.execute(kinds)}
        oldest = connection.execute(select(func.min(data_keys.c.created))).scalar()
        gone = connection.execute(select(func.count()).select_from(destroyed)).scalar_one()
    wraps = used(store)
    ids = master.ids
    missing = tuple(name for name in wraps if name not in ids)
    return Status(
        kinds=found,
        masters={name: wraps.get(name, 0) for name in (*ids, *missing)},
        missing=missing,
        current=master.current,
        oldest=oldest,
        destroyed=int(gone),
    )


def add(master: MasterKeys) -> str:
    """Make a new version of the master key, which wraps from now on; returns its id.

    Raises:
        StoreError: it lies in no file, or that cannot be written.
    """
    if not isinstance(master, FileMaster):
        raise StoreError(
            "only a master key in a file gets a new version here",
            hint="put a new key in front of the old one where it is kept, then run `accord vault rewrap`",
        )
    return master.add()


def rewrap(store: Store, master: MasterKeys, progress: Progress | None = None) -> int:
    """Wrap every key under the current version of the master key; see `KeyRing.rewrap`."""
    with store.write(LOCK):
        pass  # who wrapped under an older version before is through, and who wraps from now on sees the current one
    current = master.current
    waiting = {name: count for name, count in used(store).items() if name != current}
    if missing := [name for name in waiting if name not in master.ids]:
        raise StoreError(
            f"keys are still wrapped by a master key that is not here ({missing[0][:12]}…)",
            hint="restore that version of the master key; nothing was changed",
        )
    total = sum(waiting.values())
    done = 0
    if progress is not None:
        progress(0, total)
    for old in waiting:
        after = ""
        while batch := _next(store, old, after):
            after = batch[-1].id
            done += _step(store, master, batch)
            if progress is not None:
                progress(done, max(total, done))
    left = sum(count for name, count in used(store).items() if name in waiting and name != master.current)
    if left:
        raise StoreError(
            f"{done:,} keys were wrapped anew, {left:,} are still under an older master key",
            hint="end processes that know only the older one, and run it again; what stays then is damaged: "
            "restore the key store from its own backup",
        )
    return done


def _next(store: Store, master: str, after: str) -> list[Row[Any]]:
    wanted = select(data_keys).where(data_keys.c.master == master, data_keys.c.id > after)
    with store.read() as connection:
        return list(connection.execute(wanted.order_by(data_keys.c.id).limit(_STEP)))


def _step(store: Store, master: MasterKeys, batch: list[Row[Any]]) -> int:
    opened = []
    for row in batch:
        with suppress(StoreError):  # one damaged key does not keep the others from being wrapped anew
            opened.append((row, Secret(master.unwrap(row.wrapped, row.master, context_of(row)))))
    done = 0
    with store.write(LOCK) as connection:  # under which nobody retires the version that wraps here
        for row, inner in opened:
            name, wrapped = master.wrap(inner, context_of(row))
            # Only where nobody destroyed it or wrapped it anew since it was read.
            changed = connection.execute(
                data_keys.update()
                .where(data_keys.c.id == row.id, data_keys.c.wrapped == row.wrapped)
                .values(master=name, wrapped=wrapped)
            )
            done += changed.rowcount
    return done


def retire(store: Store, master: MasterKeys, wanted: str) -> None:
    """Remove a version of the master key that wraps nothing any more; see `KeyRing.retire`."""
    if not isinstance(master, FileMaster):
        raise StoreError(
            "only a master key in a file is retired here", hint="remove the old version where it is kept"
        )
    with store.write(LOCK) as connection:  # nobody wraps while we look; afterwards the file says what wraps
        row = select(func.count()).select_from(data_keys).where(data_keys.c.master == wanted)
        count = connection.execute(row).scalar_one()
        if count:
            raise StoreError(
                f"this version of the master key still wraps {count:,} keys", hint="run `accord vault rewrap` first"
            )
        master.retire(wanted)
