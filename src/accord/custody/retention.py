"""Removes what has expired, in small steps that can break off anywhere, unless a legal hold stops it.

Keys go first, rows after: where it breaks off between, what is left cannot be read and goes next time. A step is in
the audit log before it is taken. When the clock has leapt, nothing is removed before a person says that it is right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, not_, or_, select, true, tuple_, update

from accord.access.keys import LIVES
from accord.custody.common import DAY, LOCK, Log, Now, clock, person, record, when
from accord.custody.holds import held, verify
from accord.custody.items import EVIDENCE, QUARANTINE, id_of, remove, shred_items
from accord.custody.keep import Keep
from accord.custody.keys import named_keys
from accord.custody.mentions import ITEM, PSEUDONYM, forget_refs, forget_rows
from accord.custody.scopes import (
    expired_scopes,
    forgetting,
    remove_pseudonyms,
    remove_scopes,
    stale_pseudonyms,
    unused,
)
from accord.errors import StoreError
from accord.store.engine import Store
from accord.store.tables.access import api_keys
from accord.store.tables.audit import entries
from accord.store.tables.custody import items, mentions, sweeps
from accord.store.tables.pseudonyms import pseudonyms, scopes
from accord.vault.keys import KeyRing
from accord.vault.stamps import Stamps

LEAP = 7 * DAY
"""How far the clock may go on between two sweeps without anybody being asked."""

DEAD = 30 * DAY
"""How long a key of the API is listed after it was revoked or has expired."""

_BATCH = 50


class ClockLeapt(StoreError):
    """The clock is far from where it was: whether everything has expired is for a person to say."""

    code = "store.clock"


class Sweeper:
    """Removes what has expired.

    Args:
        store: the state.
        ring: the keys.
        audit: where every step is recorded before it is taken.
        keep: how long what is kept, as it is configured now; see `Keep.explicit`.
        now: the clock.
        batch: how many things one step removes.
        leap: how many milliseconds the clock may go on between two sweeps.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        audit: Log,
        *,
        keep: Keep,
        now: Now = clock,
        batch: int = _BATCH,
        leap: int = LEAP,
    ) -> None:
        self._store = store
        self._ring = ring
        self._audit = audit
        self._keep = keep
        self._now = now
        self._batch = batch
        self._leap = leap

    def sweep(self, *, confirmed: bool = False, tenant: str | None = None, by: str = "") -> Mapping[str, int]:
        """Remove what has expired and is under no legal hold.

        Args:
            confirmed: a person says that the clock is right, however far it went.
            tenant: whose; of all where None. What belongs to no tenant is swept only then.
            by: who asks for it; empty where it happens by itself.

        Returns:
            How many of each kind were removed; kinds of which there were none are left out.

        Raises:
            ClockLeapt: the clock is further on than it may be, and nobody confirmed it.
            StoreError: something cannot be removed now; what was removed stays so.
            AuditError: a step could not be recorded; it was not taken.
            TamperDetected: what decides whether something may go was edited in the database.
        """
        at = self._now()
        about: dict[str, Any] = {"by": person(by)} if by else {}
        if tenant is not None:
            about["tenant"] = tenant
        last = self._last()
        if last is not None and at - last > self._leap and not confirmed:
            raise ClockLeapt(
                f"the clock is {(at - last) // DAY} days past the newest record: nothing was removed",
                hint=f"if it is {when(at)}, run `accord erase --expired --confirm-clock`; if not, set the clock",
            )
        removed: Counter[str] = Counter()
        for step in (self._scopes, self._pseudonyms, self._items, self._api_keys):
            for counts in step(at, tenant):
                removed.update(counts)
        if tenant is None:
            for rest in (self._keys, self._mentions):
                for counts in rest(at):
                    removed.update(counts)
        found = {kind: count for kind, count in sorted(removed.items()) if count}
        if found or by or last is None or at // DAY != last // DAY:
            about |= {"removed": found, "clock_confirmed": confirmed}
            self._audit.append(record("retention", "", at, "swept", **about))
        if tenant is None:  # one tenant does not say for all that the clock is right
            self._swept(at if confirmed or last is None else max(at, last))
        return found

    def _items(self, at: int, tenant: str | None) -> Iterator[Mapping[str, int]]:
        of = items.c.tenant == tenant if tenant is not None else true()
        due = and_(self._due(at), not_(held(items.c.tenant, items.c.subject)), of)
        wanted = select(items).where(due).order_by(items.c.expires, items.c.id)
        stamps = Stamps(self._ring, items)
        while True:
            with self._store.read() as connection:
                planned = Counter(
                    connection.execute(wanted.with_only_columns(items.c.kind).limit(self._batch)).scalars()
                )
            if not planned:
                return
            self._plan(at, planned)
            # Under the lock that placing a hold needs as well: between the question and the deed nothing changes.
            with self._store.write(LOCK) as connection:
                verify(connection, self._ring)
                found = connection.execute(wanted.limit(self._batch)).all()
                for row in found:
                    stamps.check(row)
                keys = shred_items(self._ring, [(row.kind, row.tenant, row.id) for row in found])
                remove(connection, [row.id for row in found])
            self._ring.settle(keys)
            yield Counter(row.kind for row in found)
            if planned.total() < self._batch:
                return

    def _due(self, at: int) -> ColumnElement[bool]:
        """What has expired, by what was said when it was kept, or by what somebody has written down since."""
        ways: list[ColumnElement[bool]] = [items.c.expires <= at]
        for kind, lasts in ((QUARANTINE, self._keep.quarantine), (EVIDENCE, self._keep.evidence)):
            if kind not in self._keep.explicit:
                continue
            ways.append(and_(items.c.kind == kind, items.c.created <= at - lasts))
        for pattern, lasts in self._keep.categories.items():
            sought = pattern.removesuffix("*") if pattern.endswith("*") else f"{pattern} "
            ways.append(
                and_(items.c.categories.contains(f" {sought}", autoescape=True), items.c.created <= at - lasts)
            )
        return or_(*ways)

    def _scopes(self, at: int, tenant: str | None) -> Iterator[Mapping[str, int]]:
        while True:
            with self._store.read() as connection:
                planned = len(expired_scopes(connection, at, self._batch, tenant))
            if not planned:
                return
            self._plan(at, {"scope": planned})
            with forgetting(self._store) as connection:
                verify(connection, self._ring)
                found = expired_scopes(connection, at, self._batch, tenant)
                count, keys = remove_scopes(connection, self._ring, found)
                if tenant is not None:
                    forget_refs(connection, PSEUDONYM, found)
            self._ring.settle(keys)
            yield {"scope": len(found), "pseudonym": count}
            if planned < self._batch:
                return

    def _pseudonyms(self, at: int, tenant: str | None) -> Iterator[Mapping[str, int]]:
        """Single pseudonyms of scopes that are still in use."""
        many = self._batch * 10  # no key goes with them, so a step is quick
        while True:
            with self._store.read() as connection:
                planned = len(stale_pseudonyms(connection, at, many, tenant))
            if not planned:
                return
            self._plan(at, {"pseudonym": planned})
            with forgetting(self._store) as connection:
                verify(connection, self._ring)
                count = remove_pseudonyms(connection, stale_pseudonyms(connection, at, many, tenant))
            yield {"pseudonym": count}
            if planned < many:
                return

    def _keys(self, at: int) -> Iterator[Mapping[str, int]]:
        """Keys of scopes that are older than anything they could have sealed, and seal nothing."""
        for ids in self._ring.older("scope", at - self._keep.pseudonyms - DAY):
            with forgetting(self._store) as connection:
                yield {"key": self._ring.destroy(unused(connection, ids), note=False)}

    def _plan(self, at: int, counts: Mapping[str, int]) -> None:
        """Say in the log what a step is about to remove."""
        self._audit.append(record("retention", "", at, "removes", up_to=dict(counts)))

    def _mentions(self, at: int) -> Iterator[Mapping[str, int]]:
        """Rows of the index that point to what is gone, or to a value that has expired there."""
        many = self._batch * 10
        place = tuple_(mentions.c.value, mentions.c.kind, mentions.c.ref)
        after: tuple[bytes, str, bytes] | None = None
        while True:
            page = select(mentions.c.value, mentions.c.kind, mentions.c.ref).where(mentions.c.expires <= at)
            if after is not None:
                page = page.where(place > tuple_(*after))
            with self._store.write(LOCK) as connection:
                rows = [
                    (bytes(row.value), str(row.kind), bytes(row.ref))
                    for row in connection.execute(
                        page.order_by(mentions.c.value, mentions.c.kind, mentions.c.ref).limit(many)
                    )
                ]
                stay = _standing(connection, rows)
                count = forget_rows(connection, [row for row in rows if (row[1], row[2]) not in stay])
            yield {"mention": count}
            if len(rows) < many:
                return
            after = rows[-1]

    def _api_keys(self, at: int, tenant: str | None) -> Iterator[Mapping[str, int]]:
        """Dead keys of the API; that there once was a key is kept elsewhere, so that a server stays closed."""
        dead = or_(api_keys.c.revoked <= at - DEAD, api_keys.c.expires <= at - DEAD)
        of = api_keys.c.tenant == tenant if tenant is not None else true()
        due = and_(dead, not_(held(api_keys.c.tenant, None)), of)
        with self._store.read() as connection:
            planned = connection.execute(select(func.count()).select_from(api_keys).where(due)).scalar_one()
        if planned:
            self._plan(at, {"api key": planned})
            with self._store.write(LOCK) as connection:
                verify(connection, self._ring)
                ids = list(connection.execute(select(api_keys.c.id).where(due)).scalars())
                names = [self._ring.name(LIVES, id_) for id_ in ids]
                self._ring.destroy(named_keys(self._ring, LIVES, names), note=False)
                connection.execute(delete(api_keys).where(api_keys.c.id.in_(ids)))
            yield {"api key": len(ids)}

    def _last(self) -> int | None:
        """When was last swept; before the first time, how new the newest thing is that is kept."""
        with self._store.read() as connection:
            last = connection.execute(select(sweeps.c.at)).scalar()
            if last is not None:
                return int(last)
            times = [connection.execute(select(func.max(t.c.created))).scalar() for t in (items, pseudonyms)]
            newest = connection.execute(select(entries.c.record).order_by(entries.c.seq.desc()).limit(1)).scalar()
        if newest is not None:
            times.append(_said(newest))
        return max((int(time) for time in times if time is not None), default=None)

    def _swept(self, at: int) -> None:
        with self._store.write(LOCK) as connection:
            if connection.execute(update(sweeps).values(at=at)).rowcount == 0:
                connection.execute(sweeps.insert().values(id=1, at=at))


def _standing(connection: Connection, rows: list[tuple[bytes, str, bytes]]) -> set[tuple[str, bytes]]:
    """What rows of the index point to that is still there, and stays because of a hold."""
    named = {id_of(ref): ref for _, kind, ref in rows if kind == ITEM}
    refs = [ref for _, kind, ref in rows if kind == PSEUDONYM]
    kept = connection.execute(select(items.c.id).where(items.c.id.in_(named))).scalars()
    bound = select(scopes.c.scope).where(scopes.c.scope.in_(refs), held(scopes.c.tenant, scopes.c.subject))
    return {(ITEM, named[item]) for item in kept} | {
        (PSEUDONYM, bytes(scope)) for scope in connection.execute(bound).scalars()
    }


def _said(text: str) -> int | None:
    """When a record of the audit log was written."""
    try:
        return int(datetime.fromisoformat(json.loads(text)["at"]).timestamp() * 1000)
    except (ValueError, KeyError, TypeError):
        return None
