"""Pseudonyms that outlive the process: encrypted, expiring, bound to their scope and their data subject.

What is kept of one scope lies under one key for each data subject it is about, and that key under the key of the
subject: destroying the key of the subject destroys it, whatever copies of the state there are.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, text, update

from accord.core.content import Origin
from accord.core.pseudonym import Issued, Scope
from accord.errors import KeyLost, StoreError
from accord.store.engine import Store
from accord.store.faults import Clash
from accord.store.tables.pseudonyms import pseudonyms, scopes
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import DataKey, KeyRing, now_ms
from accord.vault.opening import bind
from accord.vault.rows import batches

DAY = 86_400_000
"""A day in milliseconds."""

Mentioned = Callable[[Connection, str, bytes, Iterable[tuple[str, str, str]], int], None]
"""Told in the transaction that keeps values: connection, "pseudonym", scope, (tenant, category, value)s, expiry."""

_ATTEMPTS = 5
_LOCK = "pseudonyms"
_BLOCK = 64  # bytes; the length of what is sealed tells the length of a value no closer


@dataclass(frozen=True, slots=True, repr=False)
class _Place:
    """Where the pseudonyms of a scope that are about one data subject are kept; everything hashed but the tenant."""

    scope: bytes
    session: bytes
    tenant: str
    subject: bytes | None


class VaultPseudonyms:
    """Keeps pseudonyms in the state, sealed under keys of the key store; a `core.pseudonym.PseudonymMap`.

    Args:
        store: opened with `STATE_STORE`.
        ring: the keys.
        keep_ms: how long a pseudonym is kept after it was last used, in milliseconds.
        now: milliseconds since 1970 (UTC).
        same: whether two values with the same pseudonym are one; equality where not given.
        mentioned: notes which values are kept where.

    Raises:
        KeyLost: the state belongs to another key store.
        StoreError: it cannot be read.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        *,
        keep_ms: int = 30 * DAY,
        now: Callable[[], int] = now_ms,
        same: Callable[[Issued, Issued], bool] | None = None,
        mentioned: Mentioned | None = None,
    ) -> None:
        self._store = store
        self._ring = ring
        self._keep_ms = keep_ms
        self._now = now
        self._same = same or (lambda one, other: one.value == other.value)
        self._mentioned = mentioned
        bind(store, ring)

    def __repr__(self) -> str:
        return f"<VaultPseudonyms on {self._store!r}>"

    def key(self, scope: Scope, subject: str = "") -> bytes:
        """The 32-byte key from which the pseudonyms of a scope are derived; see `PseudonymMap.key`."""
        return self._key(scope, subject).derive("pseudonyms")

    def load(self, scope: Scope) -> Mapping[str, Issued]:
        """Everything kept for a scope and not expired, by pseudonym, the oldest first.

        Raises:
            KeyLost: it was sealed under a key of another key store.
            StoreError: it cannot be read.
        """
        wanted = pseudonyms.c.session == self._session(scope)
        with self._store.read() as connection:
            found = self._rows(connection, wanted & (pseudonyms.c.expires > self._now()))
        issued: dict[str, Issued] = {}
        for _, pseudonym, one in self._opened(found):
            held = issued.get(pseudonym)
            if held is None or held.origin is not Origin.CALLER:  # kept for two subjects, one of them as the caller's
                issued[pseudonym] = one
        return issued

    def version(self, scope: Scope) -> int:
        """Changes with every change of what is kept for the scope, by one when it is kept; 0 where nothing is."""
        wanted = select(func.sum(scopes.c.version)).where(scopes.c.session == self._session(scope))
        with self._store.read() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def keep(self, scope: Scope, issued: Mapping[str, Issued], subject: str = "") -> None:
        """Keep pseudonyms; durable when this returns.

        Raises:
            StoreError: it cannot be written, or a pseudonym stands for another value there.
        """
        if not issued:
            return
        place = self._place(scope, subject)
        names = {self._ring.name("pseudonym", *scope, pseudonym): pseudonym for pseudonym in issued}
        for _ in range(_ATTEMPTS):
            key = self._key(scope, subject)
            with self._writing(place.session) as connection:
                # Asked under the lock that forgetting needs too: what was destroyed before is seen here, what is
                # destroyed later takes along what is written here.
                if self._ring.alive(key.id):
                    self._write(connection, place, key, {name: (p, issued[p]) for name, p in names.items()})
                    return
            self._ring.forget()
        raise StoreError("the key of the scope keeps being destroyed", hint="try again")

    def forget(self, scope: Scope) -> None:
        """Forget everything of a scope, keys and all; who calls this asks for legal holds first (`Erasure` does).

        Raises:
            StoreError: it cannot be written; what was destroyed stays so, and it can be repeated.
        """
        self._ring.shred("scope", *scope, "")
        session = self._session(scope)
        with self._forgetting() as connection:
            wanted = select(scopes.c.scope).where(scopes.c.session == session)
            self._remove(connection, [bytes(found) for found in connection.execute(wanted).scalars()])
            connection.execute(delete(pseudonyms).where(pseudonyms.c.session == session))

    def forget_subject(self, tenant: str, subject: str) -> int:
        """Destroy the key of a data subject, and remove everything kept that is about them.

        Returns:
            How many pseudonyms were removed.

        Raises:
            StoreError: it cannot be written; what was destroyed stays so, and it can be repeated.
        """
        self._ring.shred("subject", tenant, subject)
        whose = self._ring.name("subject", tenant, subject)
        with self._forgetting() as connection:
            wanted = select(scopes.c.scope).where(scopes.c.subject == whose)
            return self._remove(connection, [bytes(found) for found in connection.execute(wanted).scalars()])

    def forget_matching(self, ref: bytes, matches: Callable[[Issued], bool]) -> int:
        """Remove single values from what is kept of one scope about one subject; the rest is sealed anew.

        The key they were sealed under is destroyed, so that no copy of the state gives them back.

        Args:
            ref: which scope; what `mentioned` was told.
            matches: whether a value is to go.

        Returns:
            How many pseudonyms were removed.
        """
        with self._forgetting() as connection:
            found = list(self._opened(self._rows(connection, pseudonyms.c.scope == ref)))
            gone = [row.id for row, _, one in found if matches(one)]
            if not gone:
                return 0
            if len(gone) == len(found):
                return self._remove(connection, [ref])
            old = {row.key_id for row, _, _ in found}
            key = self._ring.renew_named("scope", ref)
            for some in batches(gone):
                connection.execute(delete(pseudonyms).where(pseudonyms.c.id.in_(some)))
            for row, pseudonym, one in found:
                if row.id not in gone:
                    self._reseal(connection, row, key, pseudonym, one)
            connection.execute(update(scopes).where(scopes.c.scope == ref).values(version=scopes.c.version + 1))
        self._ring.destroy(old)
        return len(gone)

    def telling(self, tenant: str, matches: Callable[[Issued], bool]) -> tuple[list[bytes], int]:
        """The scopes of a tenant in which some value matches, as `forget_matching` takes them; every value is read.

        Returns:
            The scopes, and how many values were read.
        """
        with self._store.read() as connection:
            wanted = select(scopes.c.scope).where(scopes.c.tenant == tenant).order_by(scopes.c.scope)
            refs = [bytes(found) for found in connection.execute(wanted).scalars()]
        telling, read = [], 0
        for ref in refs:
            with self._store.read() as connection:
                values = [one for _, _, one in self._opened(self._rows(connection, pseudonyms.c.scope == ref))]
            read += len(values)
            if any(matches(one) for one in values):
                telling.append(ref)
        return telling, read

    def of_subject(self, tenant: str, subject: str) -> list[tuple[str, Issued]]:
        """Everything kept about a data subject and not expired: pseudonyms and what they stand for."""
        whose = self._ring.name("subject", tenant, subject)
        of = pseudonyms.c.scope.in_(select(scopes.c.scope).where(scopes.c.subject == whose))
        with self._store.read() as connection:
            found = self._rows(connection, of & (pseudonyms.c.expires > self._now()))
        return [(pseudonym, one) for _, pseudonym, one in self._opened(found)]

    def sweep(self, now: int | None = None) -> int:
        """Remove what has expired, and destroy keys that seal nothing any more. Knows no legal holds: custody does.

        Args:
            now: milliseconds since 1970 (UTC); the clock where not given.

        Returns:
            How many pseudonyms were removed.
        """
        at = self._now() if now is None else now
        with self._forgetting() as connection:
            found = select(scopes.c.scope).where(scopes.c.expires <= at)
            count = self._remove(connection, [bytes(one) for one in connection.execute(found).scalars()], note=False)
            due = pseudonyms.c.expires <= at
            changed = select(pseudonyms.c.scope).where(due).distinct()
            connection.execute(update(scopes).where(scopes.c.scope.in_(changed)).values(version=scopes.c.version + 1))
            count += connection.execute(delete(pseudonyms).where(due)).rowcount
        self._drop_unused(at)
        return count

    def _drop_unused(self, at: int) -> None:
        """Destroy keys of scopes that are older than anything they could have sealed, and seal nothing."""
        for ids in self._ring.older("scope", at - self._keep_ms - DAY):
            with self._forgetting() as connection:
                wanted = select(pseudonyms.c.key_id).where(pseudonyms.c.key_id.in_(ids)).distinct()
                used = set(connection.execute(wanted).scalars())
                self._ring.destroy([key_id for key_id in ids if key_id not in used], note=False)

    def _session(self, scope: Scope) -> bytes:
        return self._ring.name("session", *scope)

    def _place(self, scope: Scope, subject: str) -> _Place:
        tenant = tenant_of(scope)
        whose = self._ring.name("subject", tenant, subject) if subject else None
        return _Place(self._ring.name("scope", *scope, subject), self._session(scope), tenant, whose)

    def _key(self, scope: Scope, subject: str) -> DataKey:
        if scope[:1] == ("hash",) and len(scope) == 2:  # hashes of a tenant stay the same for good: never swept
            return self._ring.key("hash", *scope[1:], under=self._ring.key("tenant", scope[1]))
        held = self._ring.find("scope", *scope, subject)
        if held is not None:
            return held
        for _ in range(_ATTEMPTS):
            tenant = tenant_of(scope)
            under = self._ring.key("subject", tenant, subject) if subject else self._ring.key("tenant", tenant)
            try:
                return self._ring.key("scope", *scope, subject, under=under)
            except KeyLost:  # destroyed a moment ago, by another process: a new one is made
                self._ring.forget()
        raise StoreError("the key of the data subject keeps being destroyed", hint="try again")

    @contextmanager
    def _writing(self, session: bytes) -> Iterator[Connection]:
        """Writers of one session queue; those of others go on, unless something is being forgotten."""
        with self._store.write(f"{_LOCK} {session.hex()}") as connection:
            if not self._store.sqlite:
                shared = text("SELECT pg_advisory_xact_lock_shared(:key)")
                connection.execute(shared, {"key": zlib.crc32(_LOCK.encode())})
            yield connection

    @contextmanager
    def _forgetting(self) -> Iterator[Connection]:
        with self._store.write(_LOCK) as connection:
            yield connection

    def _write(
        self, connection: Connection, place: _Place, key: DataKey, issued: Mapping[bytes, tuple[str, Issued]]
    ) -> None:
        now = self._now()
        expires = now + self._keep_ms
        mine: dict[bytes, tuple[Row[Any], Issued]] = {}
        unreadable: list[int] = []
        for some in batches(list(issued)):
            wanted = (pseudonyms.c.session == place.session) & pseudonyms.c.pseudonym.in_(some)
            found = self._rows(connection, wanted)
            opened = {row.id: one for row, _, one in self._opened(found)}
            unreadable += [row.id for row in found if row.id not in opened]
            for row in found:
                if (one := opened.get(row.id)) is not None:
                    if not self._same(one, issued[bytes(row.pseudonym)][1]):
                        if row.expires <= now:  # the sweeper takes the others, and asks whether they may go
                            unreadable.append(row.id)
                            continue
                        raise Clash("a pseudonym stands for another value", hint="load the scope, and issue anew")
                    if bytes(row.scope) == place.scope:
                        mine[bytes(row.pseudonym)] = row, one
        for some_ids in batches(unreadable):
            connection.execute(delete(pseudonyms).where(pseudonyms.c.id.in_(some_ids)))
        self._put(connection, place, key, issued, mine, now)
        self._touch(connection, place, expires)
        if self._mentioned is not None:
            values = ((place.tenant, one.category, one.value) for _, one in issued.values())  # shows in no traceback
            self._mentioned(connection, "pseudonym", place.scope, values, expires)

    def _put(
        self,
        connection: Connection,
        place: _Place,
        key: DataKey,
        issued: Mapping[bytes, tuple[str, Issued]],
        mine: Mapping[bytes, tuple[Row[Any], Issued]],
        now: int,
    ) -> None:
        expires = now + self._keep_ms
        new = []
        refreshed = []
        for name, (pseudonym, one) in issued.items():
            row, before = mine.get(name, (None, None))
            if row is None:
                sealed = seal(key, _packed(pseudonym, one), *_where(place.scope, name))
                fixed = {"scope": place.scope, "session": place.session, "pseudonym": name, "key_id": key.id}
                new.append({**fixed, "sealed": sealed, "created": now, "expires": expires})
                continue
            refreshed.append(row.id)
            if before != one:
                self._reseal(connection, row, key, pseudonym, one)
        if new:
            connection.execute(pseudonyms.insert(), new)
        for some in batches(refreshed):
            connection.execute(update(pseudonyms).where(pseudonyms.c.id.in_(some)).values(expires=expires))

    def _reseal(self, connection: Connection, row: Row[Any], key: DataKey, pseudonym: str, one: Issued) -> None:
        sealed = seal(key, _packed(pseudonym, one), *_where(bytes(row.scope), bytes(row.pseudonym)))
        connection.execute(update(pseudonyms).where(pseudonyms.c.id == row.id).values(sealed=sealed, key_id=key.id))

    def _touch(self, connection: Connection, place: _Place, expires: int) -> None:
        mine = scopes.c.scope == place.scope
        held = connection.execute(select(scopes.c.version, scopes.c.expires).where(mine)).one_or_none()
        if held is None:
            # Begins anywhere, so that a scope that was forgotten is never at a version it had before.
            row = {"scope": place.scope, "session": place.session, "tenant": place.tenant, "subject": place.subject}
            connection.execute(scopes.insert(), {**row, "version": 1 + secrets.randbits(48), "expires": expires})
            return
        later = max(held.expires, expires)
        connection.execute(update(scopes).where(mine).values(version=held.version + 1, expires=later))

    def _remove(self, connection: Connection, found: list[bytes], *, note: bool = True) -> int:
        """Remove scopes, keys first: where it breaks off between, what is left cannot be read."""
        count = 0
        for scope in found:
            self._ring.shred_named("scope", scope, note=note)
            count += connection.execute(delete(pseudonyms).where(pseudonyms.c.scope == scope)).rowcount
            connection.execute(delete(scopes).where(scopes.c.scope == scope))
        return count

    def _rows(self, connection: Connection, wanted: ColumnElement[bool]) -> list[Row[Any]]:
        return list(connection.execute(select(pseudonyms).where(wanted).order_by(pseudonyms.c.id)))

    def _opened(self, found: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], str, Issued]]:
        """What rows hold, without those whose key was destroyed on purpose."""
        gone: set[str] = set()
        for row in found:
            if row.key_id in gone:
                continue
            try:
                plain = open_sealed(self._ring, bytes(row.sealed), *_where(bytes(row.scope), bytes(row.pseudonym)))
            except KeyLost:
                if not self._ring.destroyed(row.key_id):
                    raise
                gone.add(row.key_id)
                continue
            yield row, *_unpacked(plain)


def tenant_of(scope: Scope) -> str:
    """The tenant of a scope; see `Context.scope`."""
    return scope[0] if scope else ""


def _where(scope: bytes, pseudonym: bytes) -> tuple[str, ...]:
    return "pseudonym", scope.hex(), pseudonym.hex()


def _packed(pseudonym: str, one: Issued) -> bytes:
    data = json.dumps([pseudonym, one.value, one.category, one.origin.value], separators=(",", ":")).encode("ascii")
    return data + b" " * (-len(data) % _BLOCK)


def _unpacked(plain: bytes) -> tuple[str, Issued]:
    pseudonym, value, category, origin = json.loads(plain)
    return pseudonym, Issued(value, category, Origin(origin))
