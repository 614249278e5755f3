"""The key ring: one key for each purpose and person, wrapped in the key store, destroyed to forget."""

from __future__ import annotations

import hmac
import os
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Row, func, select

from accord.errors import KeyLost, StoreError
from accord.store.engine import Store
from accord.store.tables.keys import data_keys, destroyed
from accord.vault import rotation, rows
from accord.vault.ids import checked
from accord.vault.master import MasterKeys
from accord.vault.secret import DataKey, Secret, decrypt, encrypt, framed

__all__ = ["DataKey", "KeyRing", "now_ms"]

_ROOT = "root"
_ROOT_NAME = b"root"
_WHOSE = frozenset({"subject", "index", "quarantine", "evidence"})
_FRESH_SECONDS = 1.0
_CACHED = 8192
_ATTEMPTS = 5


def now_ms() -> int:
    """Milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


class KeyRing:
    """The keys of a key store.

    Safe for threads, forks, and several processes on one key store: those that make the same key at once get the same
    one, and what one destroys the others stop using within `_FRESH_SECONDS`. Keys never need renewing because they
    were used often (see `vault.secret`); nothing is renewed by itself, so a key may also serve MACs.

    A key of a subject, an index, quarantine or evidence lies under the key of its tenant: destroying a key destroys
    those under it.

    Args:
        store: opened with `KEY_STORE`.
        master: what wraps the keys.
        now: milliseconds since 1970 (UTC).

    Raises:
        StoreError: the master key is not the one of this key store, or the key store is damaged.
    """

    def __init__(self, store: Store, master: MasterKeys, now: Callable[[], int] = now_ms) -> None:
        self.store = store
        self.master = master
        self._now = now
        self._lock = threading.RLock()
        self._version = -1
        self._fresh_until = 0.0
        self._newest: dict[tuple[str, tuple[str, ...]], DataKey] = {}
        self._known: dict[str, DataKey] = {}
        self._naming: dict[str, Secret] = {}
        _alive.add(self)
        self._root()  # proves the master key before anything else is done

    def __repr__(self) -> str:
        return f"<KeyRing on {self.store!r}>"

    def key(self, kind: str, *names: str, under: DataKey | None = None) -> DataKey:
        """The newest key of a kind and names; made on first use.

        Args:
            kind: what for: "tenant", "subject", "scope", "index", "quarantine", "evidence", "audit" or another.
            names: whose; kept as a keyed hash only.
            under: where it is made, the key to put it under: destroying that one destroys it.

        Raises:
            KeyLost: `under` was destroyed.
            StoreError: it cannot be read or made.
        """
        return self.find(kind, *names) or self._make(kind, names, under)

    def find(self, kind: str, *names: str) -> DataKey | None:
        """The newest key of a kind and names, if there is one.

        Raises:
            StoreError: it cannot be read.
        """
        self._look()
        if (held := self._newest.get((kind, names))) is not None:
            return held
        name = self.name(kind, *names)
        with self.store.read() as connection:
            version = rows.version(connection)
            row = rows.newest(connection, kind, name)
        if row is None:
            return None
        key = self._unwrapped(row)
        self._remember(version, key, (kind, names))
        return key

    def by_id(self, key_id: str) -> DataKey:
        """The key with this id.

        Raises:
            KeyLost: it was destroyed, or is in another key store.
            StoreError: it cannot be read.
        """
        self._look()
        if (held := self._known.get(key_id)) is not None:
            return held
        with self.store.read() as connection:
            version = rows.version(connection)
            row = connection.execute(select(data_keys).where(data_keys.c.id == key_id)).one_or_none()
            gone = row is None and rows.is_destroyed(connection, key_id)
        if row is None:
            raise _lost(gone)
        key = self._unwrapped(row)
        self._remember(version, key)
        return key

    def destroyed(self, key_id: str) -> bool:
        """Whether a key was destroyed on purpose, as opposed to being in another key store; never from memory."""
        with self.store.read() as connection:
            return rows.is_destroyed(connection, key_id)

    def alive(self, *key_ids: str) -> bool:
        """Whether keys are in the key store at this moment; never answered from memory."""
        with self.store.read() as connection:
            found = select(func.count()).select_from(data_keys).where(data_keys.c.id.in_(set(key_ids)))
            return connection.execute(found).scalar_one() == len(set(key_ids))

    def name(self, kind: str, *names: str) -> bytes:
        """The 32-byte keyed hash under which something is named where it is kept.

        It stays the same when keys are renewed or wrapped anew. Only who has the key store can make or check it.

        Raises:
            StoreError: a tenant or subject has an id that cannot be kept.
        """
        return hmac.digest(self._derived("name " + kind), framed(*checked(kind, names)), "sha256")

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 of data under a key that is never renewed; only who has the key store can make or check it."""
        return hmac.digest(self._derived(purpose), data, "sha256")

    def fingerprint(self) -> bytes:
        """16 bytes that tell this key store from every other and lead nowhere."""
        return self._root().mac("fingerprint", b"")[:16]

    def renew(self, kind: str, *names: str) -> DataKey:
        """Make a new generation; what is sealed from now on uses it, older ones still open theirs.

        Raises:
            StoreError: it cannot be made.
        """
        return self.renew_named(kind, self.name(kind, *names), tenant=names[0] if names else "")

    def renew_named(self, kind: str, name: bytes, *, tenant: str = "") -> DataKey:
        """`renew`, where only the keyed hash is known: under the same key as the generation before."""
        with self.store.read() as connection:
            row = rows.newest(connection, kind, name)
        above = self.by_id(row.parent) if row is not None and row.parent else self._above(kind, tenant)
        with self.store.write(rows.LOCK) as connection:
            if above is not None and not rows.is_there(connection, above.id):
                raise _lost(True)
            key = self._insert(connection, kind, name, rows.newest(connection, kind, name), above)
            rows.bump(connection)
        self._drop()
        return key

    def shred(self, kind: str, *names: str) -> int:
        """Destroy all generations of a key, and all keys under them; returns how many.

        Nothing they sealed can be opened any more. Bytes may linger in the files of the key store until `scrub`.

        Raises:
            StoreError: the key store cannot be written.
        """
        return self.shred_named(kind, self.name(kind, *names))

    def shred_named(self, kind: str, name: bytes, *, note: bool = True) -> int:
        """`shred`, where only the keyed hash is known.

        Args:
            kind: what the key is for.
            name: what `name(kind, …)` gave.
            note: keep the ids of what was destroyed, so that it is told from what is missing.
        """
        if kind == _ROOT:
            raise StoreError("the index key of a key store cannot be destroyed", hint="remove the key store instead")
        with self.store.write(rows.LOCK) as connection:
            wanted = select(data_keys.c.id).where(data_keys.c.kind == kind, data_keys.c.name == name)
            count = rows.destroy(
                connection, list(connection.execute(wanted).scalars()), self._now() if note else None
            )
        self._drop()
        return count

    def destroy(self, ids: Collection[str], *, note: bool = True) -> int:
        """Destroy single generations, by id, and all keys under them; returns how many keys that were."""
        with self.store.write(rows.LOCK) as connection:
            wanted = [key_id for key_id in ids if rows.is_there(connection, key_id)]
            count = rows.destroy(connection, wanted, self._now() if note else None)
        self._drop()
        return count

    def forget(self) -> None:
        """Drop every key this process remembers; what is still in the key store is read anew when it is needed."""
        self._drop()

    def older(self, kind: str, before: int) -> Iterator[list[str]]:
        """The ids of keys of a kind that were made before a time, oldest first, some at a time."""
        after = (-1, "")
        while True:
            with self.store.read() as connection:
                found = rows.older(connection, kind, before, after)
            if not found:
                return
            after = found[-1]
            yield [key_id for _, key_id in found]

    def settle(self, ids: Collection[str]) -> None:
        """Forget that keys were destroyed on purpose: nothing is left that they sealed."""
        with self.store.write(rows.LOCK) as connection:
            for some in rows.batches(list(ids)):
                connection.execute(destroyed.delete().where(destroyed.c.id.in_(some)))

    def names_of(self, kind: str) -> set[bytes]:
        """The keyed hashes by which all keys of a kind are named; never from memory."""
        with self.store.read() as connection:
            found = connection.execute(select(data_keys.c.name).where(data_keys.c.kind == kind)).scalars()
            return {bytes(name) for name in found}

    def scrub(self) -> None:
        """Leave no byte of destroyed keys in the files of the key store."""
        self.store.scrub()

    def _derived(self, purpose: str) -> Secret:
        secret = self._naming.get(purpose)
        if secret is None:
            secret = self._naming[purpose] = self._root().derive(purpose)
        return secret

    def _root(self) -> DataKey:
        key = self._newest.get((_ROOT, ()))
        if key is not None:
            return key
        with self.store.read() as connection:
            row = rows.newest(connection, _ROOT, _ROOT_NAME)
        if row is None:
            return self._make(_ROOT, (), None)
        key = self._newest[_ROOT, ()] = self._unwrapped(row)
        return key

    def _above(self, kind: str, tenant: str) -> DataKey | None:
        return self.key("tenant", tenant) if kind in _WHOSE and tenant else None

    def _make(self, kind: str, names: tuple[str, ...], under: DataKey | None) -> DataKey:
        name = _ROOT_NAME if kind == _ROOT else self.name(kind, *names)
        for _ in range(_ATTEMPTS):
            above = under or self._above(kind, names[0] if names else "")
            key = None
            with self.store.write(rows.LOCK) as connection:
                version = rows.version(connection)
                row = rows.newest(connection, kind, name)
                if row is None and (above is None or rows.is_there(connection, above.id)):
                    key = self._insert(connection, kind, name, None, above)
            if row is not None:  # another process was faster
                key = self._unwrapped(row)
            if key is not None:
                self._remember(version, key, (kind, names))
                return key
            if under is not None:
                raise _lost(True)
            self._drop()  # the key of the tenant was destroyed a moment ago: a new one is made
        raise StoreError("the key store keeps changing", hint="try again")

    def _insert(
        self, connection: Connection, kind: str, name: bytes, newest: Row[Any] | None, parent: DataKey | None
    ) -> DataKey:
        if kind == _ROOT and connection.execute(select(data_keys.c.id).limit(1)).first() is not None:
            raise StoreError("the index key of the key store is missing", hint="restore the key store")
        key = DataKey(os.urandom(16).hex(), Secret(os.urandom(32)), parent.id if parent else "")
        generation = newest.generation + 1 if newest is not None else 1
        master, wrapped = self._wrapped(key.secret, key.id, kind, name, generation, parent)
        row = {
            "id": key.id,
            "kind": kind,
            "name": name,
            "generation": generation,
            "parent": key.parent or None,
            "wrapped": wrapped,
            "master": master,
            "created": self._now(),
        }
        connection.execute(data_keys.insert(), row)
        return key

    def rewrap(self, progress: rotation.Progress | None = None) -> int:
        """Wrap every key under the current version of the master key; returns how many were not.

        Goes in small steps: readers and writers go on meanwhile; what was interrupted is resumed by calling again.

        Raises:
            StoreError: a version that still wraps keys is not here, or the key store cannot be written.
        """
        return rotation.rewrap(self.store, self.master, progress)

    def retire(self, master: str) -> None:
        """Remove a version of the master key that wraps nothing any more.

        Raises:
            StoreError: it still wraps keys, is the current one, or lies in no file.
        """
        rotation.retire(self.store, self.master, master)

    def _wrapped(
        self, secret: Secret, key_id: str, kind: str, name: bytes, generation: int, parent: DataKey | None
    ) -> tuple[str, bytes]:
        context = rows.context(key_id, kind, name, generation, parent.id if parent else "")
        return self.master.wrap(encrypt(parent.sealing, context, secret) if parent else secret, context)

    def _unwrapped(self, row: Row[Any]) -> DataKey:
        context = rows.context_of(row)
        parent = self.by_id(row.parent) if row.parent else None
        inner = Secret(self.master.unwrap(row.wrapped, row.master, context))
        if parent is None:
            return DataKey(row.id, inner)
        try:
            return DataKey(row.id, Secret(decrypt(parent.sealing, context, inner)), parent.id)
        except InvalidTag:
            raise StoreError(
                "a key in the key store is damaged: the key above it does not open it",
                hint="restore the key store from its own backup",
            ) from None

    def _look(self) -> None:
        """Drop what is remembered when another process destroyed or renewed a key."""
        if time.monotonic() < self._fresh_until:
            return
        with self._lock:
            asked = time.monotonic()
            if asked < self._fresh_until:
                return
            with self.store.read() as connection:
                version = rows.version(connection)
            if version != self._version:
                self._drop()
                self._version = version
            self._fresh_until = asked + _FRESH_SECONDS

    def _remember(self, version: int, key: DataKey, place: tuple[str, tuple[str, ...]] | None = None) -> None:
        with self._lock:
            if version != self._version:  # read before something changed: not to be relied on later
                return
            if len(self._known) + len(self._newest) >= _CACHED:
                self._drop()
            self._known[key.id] = key
            if place is not None:
                self._newest[place] = key

    def _drop(self) -> None:
        with self._lock:
            root = self._newest.get((_ROOT, ()))
            self._newest = {} if root is None else {(_ROOT, ()): root}
            self._known = {}
            self._fresh_until = 0.0


def _lost(on_purpose: bool) -> KeyLost:
    if on_purpose:
        return KeyLost(
            "the key that opens this was destroyed: it was erased, or has expired",
            hint="what it sealed is gone for good",
        )
    return KeyLost(
        "the key that opens this is not in the key store",
        hint="restore the key store that belongs to this state; it is a file of its own",
    )


_alive: weakref.WeakSet[KeyRing] = weakref.WeakSet()


def _after_fork() -> None:
    # A lock that another thread held when the process forked would stay held in the child for ever.
    for ring in list(_alive):
        ring._lock = threading.RLock()
        ring._drop()


os.register_at_fork(after_in_child=_after_fork)
