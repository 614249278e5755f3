"""API keys: made, checked, replaced, ended. Of a key only a digest is kept; it is shown once, when it is made."""

from __future__ import annotations

import hmac
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from accord.access import secrets
from accord.access.actions import scopes_of
from accord.access.key_info import KeyInfo, info_of, row_of
from accord.access.names import checked_name, folded
from accord.access.principals import Principal, Role, Unauthenticated, role_of
from accord.errors import ConfigError
from accord.store.engine import Store
from accord.store.tables.access import api_keys, gate
from accord.vault.keys import KeyRing
from accord.vault.stamps import Stamps

FRESH_SECONDS = 1.0
"""How long what was read of a key is believed: a revoked key stops working everywhere within this time."""

DAY = 86_400_000
_REMEMBERED = 4096
_SKEW = 300_000
_NOBODY = bytes(32)
LIVES = "api key"
"""A kind of keys of the ring, one for each API key that works: a row put back from before does not revive one."""

_CLOSED = "gate"

Record = Callable[[str, Mapping[str, Any]], None]
"""Writes an audit record: what is about to be done to a key, and to which."""


@dataclass(frozen=True, slots=True)
class _Known:
    info: KeyInfo | None
    digest: bytes
    principal: Principal | None
    read: float


class ApiKeys:
    """The API keys in a store. Safe for threads and for several processes.

    Args:
        store: the state store.
        ring: the keys; who has the database without them can neither make an API key nor change one.
        now: the clock, ms since 1970, by which keys expire.
        record: called with every change before it is made, so that none goes unrecorded.
        ticks: seconds that never go back, by which what was read gets old.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        now: Callable[[], int] | None = None,
        *,
        record: Record | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._ring = ring
        self._stamps = Stamps(ring, api_keys)
        self._gate = Stamps(ring, gate)
        self._now = now or _wall
        self._record = record
        self._ticks = ticks
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._any = (False, float("-inf"))
        self._changes = 0
        _alive.add(self)

    def __repr__(self) -> str:
        return "<ApiKeys>"

    def add(
        self,
        tenant: str,
        role: Role | str,
        *,
        scopes: Iterable[str] = (),
        lifetime: int | None = None,
        holder: str = "",
        by: str = "local",
    ) -> tuple[Principal, str]:
        """Make a key.

        Args:
            tenant: whose it is; `*` for every tenant, where the role may.
            role: what it may do.
            scopes: names of actions or groups that it is limited to.
            lifetime: how long it works, in ms; for ever where None.
            holder: who holds it. Two holders count as two persons.
            by: id of the principal who makes it.

        Returns:
            Who asks with it, and the key: it is never shown again.

        Raises:
            ConfigError: an argument is not valid.
            StoreError: it could not be kept.
        """
        now = self._now()
        info = KeyInfo(
            id=secrets.new_id(),
            tenant=checked_name(tenant, "a tenant"),
            role=role if isinstance(role, Role) else role_of(role),
            scopes=scopes_of(frozenset(scopes)),
            holder=folded(checked_name(holder, "a holder")) if holder else "",
            created=now,
            expires=None if lifetime is None else now + _positive(lifetime),
            revoked=None,
            successor=None,
        )
        principal, key = info.principal(), secrets.new_key(info.id)
        self._tell("add", info, by)
        self._ring.key(_CLOSED)
        self._ring.key(LIVES, info.id)
        with self._store.write("access") as connection:
            connection.execute(api_keys.insert(), [self._stamps.stamped(row_of(info, key))])
            if connection.execute(select(gate.c.id)).first() is None:
                connection.execute(gate.insert(), [self._gate.stamped({"id": 1, "closed": now})])
        self._forget(info.id)
        return principal, key

    def check(self, key: str) -> Principal:
        """Who asks with a key.

        Raises:
            Unauthenticated: it is no key, unknown, revoked or expired; which of these is said only to its holder.
            StoreError: it cannot be looked up; nobody is let in then.
        """
        id_ = secrets.id_of(key)
        if id_ is None:
            raise Unauthenticated(
                "this is not an API key of accord, or it was mistyped or cut", hint="paste the whole key, accord_…"
            )
        known = self._look_up(id_)
        same = hmac.compare_digest(secrets.digest(key), known.digest)
        if not same or known.info is None:
            raise Unauthenticated("the API key is not known here", hint="make one with `accord keys add`")
        now = self._now()
        state = known.info.state(now)
        if state == "altered":
            raise Unauthenticated(
                f"the API key {id_} was altered in the database: nobody gets in with it",
                hint="revoke it, make another, and find out who can write the database",
            )
        if state in ("revoked", "expired"):
            raise Unauthenticated(f"the API key is {state}", hint="ask for a new one")
        if known.principal is None:
            raise Unauthenticated("the API key is not known here", hint="make one with `accord keys add`")
        if known.info.created > now + _SKEW:
            raise Unauthenticated("the API key is from the future", hint="set the clock of this machine")
        return known.principal

    def rotate(self, id_: str, *, grace: int = DAY, by: str = "local") -> tuple[Principal, str]:
        """Replace a key by another with the same rights, holder and lifetime.

        Args:
            id_: the key.
            grace: for how many ms the old one still works beside the new one; never beyond its own end.
            by: id of the principal who does it.

        Returns:
            Who asks with the new one, and the new key: it is never shown again.

        Raises:
            ConfigError: there is no such key, or it cannot be replaced any more.
            StoreError: it could not be kept.
        """
        if grace < 0:
            raise ConfigError("a grace period is not negative")
        now, (row, old) = self._now(), self._get(id_)
        if (state := old.state(now)) != "active":
            raise ConfigError(f"the key is {state}", hint="make another with `accord keys add`")
        lifetime = None if old.expires is None else old.expires - old.created
        new = KeyInfo(
            id=secrets.new_id(),
            tenant=old.tenant,
            role=old.role,
            scopes=old.scopes,
            holder=old.holder or old.id,
            created=now,
            expires=None if lifetime is None else now + lifetime,
            revoked=None,
            successor=None,
        )
        key, ends = secrets.new_key(new.id), now + grace
        self._tell("rotate", old, by, successor=new.id)
        ends = ends if old.expires is None else min(ends, old.expires)
        self._ring.key(LIVES, new.id)
        with self._store.write("access") as connection:
            changed = connection.execute(
                api_keys.update()
                .where(api_keys.c.id == id_, api_keys.c.mac == row.mac)
                .values(self._stamps.changed(row, successor=new.id, expires=ends))
            )
            if changed.rowcount != 1:
                raise ConfigError("the key was revoked or replaced meanwhile", hint="see `accord keys list`")
            connection.execute(api_keys.insert(), [self._stamps.stamped(row_of(new, key))])
        self._forget(id_)
        return new.principal(), key

    def revoke(self, id_: str, *, by: str = "local") -> bool:
        """End a key at once: here immediately, in every other process within `FRESH_SECONDS`.

        Args:
            id_: the key.
            by: id of the principal who does it.

        Returns:
            Whether it still was in force, or would have been.

        Raises:
            ConfigError: there is no such key.
            StoreError: it could not be done.
        """
        self._tell("revoke", self._get(id_)[1], by)
        lived = self._ring.shred(LIVES, id_) > 0
        with self._store.write("access") as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id_)).one()
            if lasting := row.revoked is None:
                ended = self._stamps.changed(row, revoked=self._now())
                connection.execute(api_keys.update().where(api_keys.c.id == id_).values(ended))
        self._forget(id_)
        return lasting or lived

    def list(self, tenant: str | None = None) -> tuple[KeyInfo, ...]:
        """All keys, oldest first; those of one tenant where it is named.

        Raises:
            StoreError: they cannot be read.
        """
        query = select(api_keys).order_by(api_keys.c.created, api_keys.c.id)
        with self._store.read() as connection:
            rows = connection.execute(query if tenant is None else query.where(api_keys.c.tenant == tenant)).all()
        return tuple(self._info(row) for row in rows)

    def any(self) -> bool:
        """Whether a key was ever made: from then on nobody gets in without one, even when all are revoked and gone.

        Raises:
            StoreError: it cannot be found out.
        """
        found, read = self._any
        ticks = self._ticks()
        if found or ticks - read < FRESH_SECONDS:
            return found
        with self._store.read() as connection:
            found = any(
                connection.execute(select(table.c.id).limit(1)).first() is not None for table in (gate, api_keys)
            )
        found = found or self._ring.find(_CLOSED) is not None  # emptied tables open no door
        self._any = (found, ticks)
        return found

    def _get(self, id_: str) -> tuple[Row[Any], KeyInfo]:
        with self._store.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id_)).first()
        if row is None:
            raise ConfigError("there is no such key", hint="`accord keys list` shows the ids of all")
        return row, self._info(row)

    def _info(self, row: Row[Any]) -> KeyInfo:
        whole = self._stamps.right(row) and (row.revoked is not None or self._ring.find(LIVES, row.id) is not None)
        return info_of(row, altered=not whole)

    def _look_up(self, id_: str) -> _Known:
        ticks = self._ticks()
        with self._lock:
            known = self._known.get(id_)
            if known is not None and 0 <= ticks - known.read < FRESH_SECONDS:
                self._known.move_to_end(id_)
                return known
            changes = self._changes
        with self._store.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id_)).first()
        if row is None:
            known = _Known(None, _NOBODY, None, ticks)
        else:
            info = self._info(row)
            known = _Known(info, bytes(row.digest), None if info.altered else info.principal(), ticks)
        with self._lock:
            if changes != self._changes:
                return known  # what was read may be from before a change: it serves once
            self._known[id_] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _forget(self, id_: str) -> None:
        with self._lock:
            self._changes += 1
            self._known.pop(id_, None)
        self._any = (self._any[0], float("-inf"))

    def _tell(self, what: str, info: KeyInfo, by: str, **more: str) -> None:
        if self._record is None:
            return
        body = {
            "key": info.id,
            "tenant": info.tenant,
            "role": info.role.value,
            "scopes": sorted(info.scopes),
            "by": by,
        }
        self._record(what, {**body, **more})


def _positive(lifetime: int) -> int:
    if lifetime <= 0:
        raise ConfigError("a key lives for some time", hint="write --expires P90D for ninety days")
    return lifetime


def _wall() -> int:
    return time.time_ns() // 1_000_000


_alive: weakref.WeakSet[ApiKeys] = weakref.WeakSet()


def _after_fork() -> None:
    # A lock that another thread held when the process forked would stay held in the child for ever.
    for keys in list(_alive):
        keys._lock = threading.Lock()
        keys._known.clear()


os.register_at_fork(after_in_child=_after_fork)
