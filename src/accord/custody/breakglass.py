"""Seeing raw content: one person asks and says why, another agrees, the first one reads, for hours at most.

Every step is in the audit log before it has effect. The reason is sealed under the key of the item, because reasons
name people; the log holds a keyed hash of it, so that it can be proven as long as the item is kept, and no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, true, update

from accord.custody.common import HOUR, LOCK, Log, Now, clock, new_id, person, record, same_person, wanted, when
from accord.custody.items import item_key, standing
from accord.errors import AccessDenied, KeyLost, StoreError
from accord.store.engine import Store
from accord.store.tables.custody import grants, items
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.stamps import Stamps

_LASTS = "grant"  # a key of the ring for each grant, as long as it lasts

LONGEST = 8 * HOUR
"""How long a grant lasts at most."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A request to see raw content.

    Attributes:
        id: names it.
        item: what is to be seen.
        tenant: whose it is.
        requested_by: who is to see it.
        approved_by: who agreed; None while nobody did.
        reason: why; empty where the item is gone.
        created: when it was asked for, in milliseconds.
        expires: when it ends.
        revoked: when it was taken back, where it was.
    """

    id: str
    item: str
    tenant: str
    requested_by: str
    approved_by: str | None
    reason: str
    created: int
    expires: int
    revoked: int | None


class BreakGlass:
    """Grants to see raw content, by two persons.

    Args:
        store: the state.
        ring: the keys.
        audit: where every step is recorded before it has effect.
        now: the clock.
    """

    def __init__(self, store: Store, ring: KeyRing, audit: Log, *, now: Now = clock) -> None:
        self._store = store
        self._ring = ring
        self._stamps = Stamps(ring, grants)
        self._audit = audit
        self._now = now

    def request(self, item: str, by: str, reason: str, lasts: int = HOUR, tenant: str | None = None) -> Grant:
        """Ask to see the content of an item.

        Args:
            item: which.
            by: who is to see it.
            reason: why.
            lasts: for how many milliseconds from now, 8 hours at most.
            tenant: whose it must be.

        Raises:
            AccessDenied: nobody or no reason is named, or it would last too long.
            StoreError: there is no such item.
            AuditError: the request could not be recorded.
        """
        who, why, at, grant = person(by), wanted(reason), self._now(), new_id()
        if not 0 < lasts <= LONGEST:
            raise AccessDenied(
                "raw content is shown for eight hours at most", hint="ask for less, and again if need be"
            )
        of = items.c.tenant == tenant if tenant is not None else true()
        with self._store.read() as connection:
            row = connection.execute(select(items).where(items.c.id == item, standing(at), of)).first()
        if row is None:
            raise StoreError("there is no such item, or it has expired", hint="see `accord review list`")
        key = item_key(self._ring, row.kind, row.tenant, item)
        self._audit.append(
            record(
                "break-glass",
                row.decision,
                at,
                "requested",
                item=item,
                grant=grant,
                tenant=row.tenant,
                by=who,
                until=when(at + lasts),
                reason=key.mac("reason", f"{grant}\0{why}".encode()).hex(),
            )
        )
        with self._store.write(LOCK) as connection:
            connection.execute(
                grants.insert().values(
                    self._stamps.stamped(
                        {
                            "id": grant,
                            "item": item,
                            "tenant": row.tenant,
                            "requested_by": who,
                            "reason": seal(key, why.encode(), "reason", row.tenant, item, grant),
                            "created": at,
                            "expires": at + lasts,
                        }
                    )
                )
            )
        return self.get(grant)

    def approve(self, grant: str, by: str, tenant: str | None = None) -> Grant:
        """Agree that who asked may see it.

        Raises:
            AccessDenied: it is who asked, or nobody.
            StoreError: there is no such request, or it has ended.
            AuditError: it could not be recorded; nobody may see it.
            TamperDetected: it was edited in the database.
        """
        who, at = person(by), self._now()
        row = self._row(grant, tenant)
        self._stamps.check(row)
        if same_person(row.requested_by, who):
            raise AccessDenied("who asks cannot agree as well", hint="ask another person")
        if row.approved_by is not None or row.revoked is not None or row.expires <= at:
            raise StoreError("this was decided before, or has ended", hint="see `accord review break-glass list`")
        self._say(row, at, "agreed", who)
        self._ring.key(_LASTS, row.tenant, grant)
        with self._store.write(LOCK) as connection:
            unchanged = and_(grants.c.id == grant, grants.c.mac == row.mac)
            agreed = self._stamps.changed(row, approved_by=who)
            changed = connection.execute(update(grants).where(unchanged).values(agreed))
        if changed.rowcount == 0:
            self._say(row, at, "agreed: too late", who)
            raise StoreError("somebody else decided about it meanwhile", hint="see `accord review break-glass list`")
        return self.get(grant)

    def revoke(self, grant: str, by: str, tenant: str | None = None) -> Grant:
        """Take a request or grant back: nobody sees the content with it from now on.

        Raises:
            AccessDenied: nobody is named.
            StoreError: there is no such request.
            AuditError: it could not be recorded.
        """
        who, at = person(by), self._now()
        row = self._row(grant, tenant)
        if row.revoked is None:
            self._say(row, at, "revoked", who)
            self._ring.shred(_LASTS, row.tenant, grant)
            with self._store.write(LOCK) as connection:
                row = connection.execute(select(grants).where(grants.c.id == grant)).one()
                if row.revoked is None:
                    ended = self._stamps.changed(row, revoked=at)
                    connection.execute(update(grants).where(grants.c.id == grant).values(ended))
        return self.get(grant)

    def get(self, grant: str, tenant: str | None = None) -> Grant:
        """One request.

        Raises:
            StoreError: there is none.
        """
        return self._grant(self._row(grant, tenant))

    def list(self, tenant: str | None = None) -> list[Grant]:
        """All requests, of a tenant where one is named, newest first."""
        of = grants.c.tenant == tenant if tenant is not None else true()
        with self._store.read() as connection:
            rows = connection.execute(select(grants).where(of).order_by(grants.c.created.desc(), grants.c.id)).all()
        return [self._grant(row) for row in rows]

    def _say(self, row: Any, at: int, event: str, who: str) -> None:
        with self._store.read() as connection:
            about = connection.execute(select(items.c.decision).where(items.c.id == row.item)).scalar()
        facts = {"item": row.item, "grant": row.id, "tenant": row.tenant, "by": who}
        self._audit.append(record("break-glass", about or row.item, at, event, **facts))

    def _row(self, grant: str, tenant: str | None) -> Any:
        of = grants.c.tenant == tenant if tenant is not None else true()
        with self._store.read() as connection:
            row = connection.execute(select(grants).where(grants.c.id == grant, of)).first()
        if row is None:
            raise StoreError("there is no such request", hint="see `accord review break-glass list`")
        return row

    def _grant(self, row: Any) -> Grant:
        try:
            sealed = row.reason
            context = ("reason", row.tenant, row.item, row.id)
            reason = open_sealed(self._ring, bytes(sealed), *context).decode() if sealed is not None else ""
        except KeyLost:
            reason = ""
        return Grant(
            id=row.id,
            item=row.item,
            tenant=row.tenant,
            requested_by=row.requested_by,
            approved_by=row.approved_by,
            reason=reason,
            created=row.created,
            expires=row.expires,
            revoked=row.revoked,
        )


def check(connection: Connection, ring: KeyRing, grant: str, item: str, by: str, at: int) -> None:
    """Return when a grant says that this person may read this item now.

    Raises:
        AccessDenied: it does not, and why.
        TamperDetected: it was edited in the database.
    """
    row = connection.execute(select(grants).where(grants.c.id == grant, grants.c.item == item)).first()
    if row is None:
        raise AccessDenied("no grant to see this", hint="ask for one: `accord review break-glass request`")
    Stamps(ring, grants).check(row)
    if row.revoked is not None:
        raise AccessDenied("the grant was taken back", hint="ask for another one")
    if row.approved_by is None:
        raise AccessDenied("nobody has agreed yet", hint="another person has to: `accord review break-glass approve`")
    if row.expires <= at:
        raise AccessDenied("the grant has expired", hint="ask for another one")
    if same_person(row.requested_by, row.approved_by):
        raise AccessDenied("who asked has agreed as well", hint="another person has to agree")
    lasts = ring.find(_LASTS, row.tenant, grant)
    if lasts is None or not ring.alive(lasts.id):  # a row put back from before does not revive a grant
        raise AccessDenied("the grant was taken back", hint="ask for another one")
    if not same_person(row.requested_by, by):
        raise AccessDenied("the grant is somebody else's", hint="ask for one of your own")
