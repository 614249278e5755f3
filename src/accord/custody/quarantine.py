"""Content that did not leave: sealed, listed without showing it, and admitted once when a person says so.

An approval is of one thing: this content, from this principal, to this destination, under this policy, once, within
24 hours. Whoever sent it cannot approve it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true, update

from accord.access.names import folded
from accord.core.content import Content, Context, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.core.place import Span
from accord.custody import breakglass
from accord.custody.common import DAY, LOCK, Log, Now, clock, new_id, person, record
from accord.custody.container import pack, unpack
from accord.custody.items import (
    CLOSED,
    DENIED,
    EVIDENCE,
    HELD,
    QUARANTINE,
    RELEASED,
    USED,
    Item,
    Unsealed,
    item_of,
    ref_of,
    shred_items,
    standing,
    written,
)
from accord.custody.keep import Keep
from accord.custody.mentions import ITEM, Mentions
from accord.errors import AccessDenied, StoreError
from accord.store.engine import Store
from accord.store.tables.custody import items
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.stamps import Stamps

_APPROVAL = "approval"  # a key of the ring for each approval, until it is used

MAX_BYTES = 256_000_000
"""How large content may be to be kept."""


class Quarantine:
    """Keeps content that was held, and, where retention asks for it, content that was blocked.

    Args:
        store: the state.
        ring: the keys; every item has one of its own.
        audit: where every step is recorded before it happens.
        mentions: the index of what is mentioned where.
        keep: how long what is kept.
        now: the clock.
        limit: how many bytes content may have to be kept.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        audit: Log,
        *,
        mentions: Mentions,
        keep: Keep,
        now: Now = clock,
        limit: int = MAX_BYTES,
    ) -> None:
        self._store = store
        self._ring = ring
        self._stamps = Stamps(ring, items)
        self._audit = audit
        self._mentions = mentions
        self._keep = keep
        self._now = now
        self._limit = limit

    def keep(
        self,
        content: Content,
        decision: Decision,
        context: Context,
        values: Iterable[tuple[str, str]] | None = None,
    ) -> str:
        """Keep what did not leave, as long as retention says.

        The same content of the same subject, from the same principal to the same destination, is kept once while it
        awaits a decision.

        Args:
            content: the parts.
            decision: what held or blocked it.
            context: on whose behalf.
            values: category and value of what was found, so that erasing a value finds it; what stands at the
                places of the findings in texts when not given.

        Returns:
            The id it is kept under; empty where nothing is kept.

        Raises:
            ContentError: it is too large to be kept.
            StoreError: it cannot be kept.
            AuditError: that it is kept could not be recorded.
        """
        kind = QUARANTINE if decision.outcome is Outcome.HOLD else EVIDENCE
        categories = sorted({finding.category for finding in decision.findings})
        at = self._now()
        expires = self._keep.until(kind, categories, at)
        if decision.outcome.releases or expires <= at:
            return ""
        packed = pack(content, self._limit)
        whose = context.person
        row: dict[str, Any] = {
            "kind": kind,
            "state": HELD if kind == QUARANTINE else CLOSED,
            "tenant": context.tenant,
            "content": self._digest(context.tenant, packed),
            "principal": self._principal(context.tenant, context.principal),
            "destination": decision.to.value,
            "policy": decision.policy_digest,
            "subject": self._ring.name("subject", context.tenant, whose) if whose else None,
        }
        alike = and_(*(items.c[name] == value for name, value in row.items()), items.c.expires > at)
        with self._store.read() as connection:
            if known := _first(connection, alike):
                return known
        item = new_id()
        row |= {"id": item, "decision": decision.id, "categories": written(categories)}
        row |= {"created": at, "expires": expires}
        self._audit.append(record("custody", decision.id, at, "kept", item=item, of=kind, tenant=context.tenant))
        # Under the key of the subject, where one is known: it goes with that.
        under = self._ring.key("subject", context.tenant, whose) if whose else None
        key = self._ring.key(kind, context.tenant, item, under=under)
        row["sealed"] = seal(key, packed, kind, context.tenant, item)
        known = self._write(row, alike, _said(content, decision) if values is None else values)
        if known != item:  # another process kept the same meanwhile
            shred_items(self._ring, [(kind, context.tenant, item)], note=False)
            self._audit.append(record("custody", decision.id, at, "kept already", item=item, instead=known))
        return known

    def _write(self, row: dict[str, Any], alike: ColumnElement[bool], values: Iterable[tuple[str, str]]) -> str:
        """Write an item with what the index says of it, unless its like is there; the id of the one that is."""
        mentioned = [(row["tenant"], category, value) for category, value in values]
        with self._store.write(LOCK) as connection:
            if known := _first(connection, alike):
                return known
            connection.execute(items.insert().values(self._stamps.stamped(row)))
            self._mentions(connection, ITEM, ref_of(row["id"]), mentioned, row["expires"])
        return str(row["id"])

    def list(self, tenant: str | None = None, *, kind: str | None = None, state: str | None = None) -> list[Item]:
        """What is kept, newest first, without its content; also what has expired, while a legal hold keeps it.

        Args:
            tenant: whose; all where None.
            kind: `quarantine` or `evidence`; both where None.
            state: `held`, `released`, `denied`, `used` or `closed`; all where None.
        """
        wanted: list[ColumnElement[bool]] = [standing(self._now())]
        for column, value in ((items.c.tenant, tenant), (items.c.kind, kind), (items.c.state, state)):
            wanted.append(column == value if value is not None else true())
        with self._store.read() as connection:
            rows = connection.execute(select(items).where(*wanted).order_by(items.c.created.desc(), items.c.id))
            return [item_of(row) for row in rows]

    def get(self, item: str, tenant: str | None = None) -> Item:
        """What may be said of one item.

        Raises:
            StoreError: there is none, or it is another tenant's.
        """
        return item_of(self._row(item, tenant))

    def unsealed_for_release(self, item: str, tenant: str | None = None) -> Unsealed:
        """An item with its content, to be inspected and released to somebody in this process; never to be shown.

        Raises:
            StoreError: there is none, or it cannot be opened.
        """
        row = self._row(item, tenant)
        return Unsealed(item_of(row), self._opened(row.kind, row.tenant, row.id, bytes(row.sealed)))

    def shown(self, item: str, by: str, tenant: str | None = None) -> Unsealed:
        """An item with its content, to be shown to somebody as the policy lets a reviewer see it.

        Raises:
            AccessDenied: nobody is named.
            StoreError: there is none, or it cannot be opened.
            AuditError: that it is looked at could not be recorded; it is not given.
            TamperDetected: it was edited in the database.
        """
        who, row = person(by), self._row(item, tenant)
        self._stamps.check(row)
        seen = record("custody", row.decision, self._now(), "shown", item=item, tenant=row.tenant, by=who)
        unsealed = Unsealed(item_of(row), self._opened(row.kind, row.tenant, row.id, bytes(row.sealed)))
        self._audit.append(seen)
        return unsealed

    def content(self, item: str, grant: str, by: str) -> Content:
        """The raw content, for who holds a grant of break-glass.

        Args:
            item: which.
            grant: the grant, as `BreakGlass.request` named it.
            by: who reads: the person who requested it, and nobody else.

        Raises:
            AccessDenied: the grant does not say that this person may read this item now.
            StoreError: there is no such item, or it cannot be opened.
            AuditError: that it is read could not be recorded; it is not shown.
        """
        who, at = person(by), self._now()
        row = self._row(item, None)
        with self._store.read() as connection:
            breakglass.check(connection, self._ring, grant, item, who, at)
        self._stamps.check(row)
        content = self._opened(row.kind, row.tenant, row.id, bytes(row.sealed))
        seen = record("break-glass", row.decision, at, "read", item=item, grant=grant, tenant=row.tenant, by=who)
        self._audit.append(seen)
        return content

    def approve(self, item: str, by: str, tenant: str | None = None, *, lasts: int = DAY) -> Item:
        """Let this content leave once, from the same principal to the same destination.

        Args:
            item: which.
            by: who says so.
            tenant: whose it must be.
            lasts: for how many milliseconds; 24 hours at most.

        Raises:
            AccessDenied: nobody is named, or it is who sent it.
            StoreError: there is no such item, or it does not await a decision.
            AuditError: the approval could not be recorded; it does not count.
        """
        at = self._now()
        return self._decide(item, by, tenant, RELEASED, at, at + max(0, min(lasts, DAY)))

    def deny(self, item: str, by: str, tenant: str | None = None) -> Item:
        """Let this content not leave.

        Raises:
            AccessDenied: nobody is named, or it is who sent it.
            StoreError: there is no such item, or it does not await a decision.
            AuditError: it could not be recorded.
        """
        return self._decide(item, by, tenant, DENIED, self._now(), None)

    def admits(self, content: Content, to: Destination, context: Context, policy: str = "") -> str:
        """Use up an approval of this very content, for there, by this principal.

        Of several processes that ask at once, one is told.

        Args:
            content: what is to leave.
            to: where to.
            context: on whose behalf.
            policy: digest of the policy that holds it now, which must be the one that held it then; any when empty.

        Returns:
            The id of the item that was approved; empty where there is none.

        Raises:
            StoreError: it cannot be read or written.
            AuditError: it could not be recorded; the approval is used up, and nothing may leave.
            TamperDetected: the approval was edited in the database.
        """
        at = self._now()
        approved = and_(
            items.c.tenant == context.tenant,
            items.c.content == self._digest(context.tenant, pack(content, self._limit)),
            items.c.principal == self._principal(context.tenant, context.principal),
            items.c.destination == Destination(to).value,
            items.c.policy == policy if policy else true(),
            items.c.state == RELEASED,
            items.c.approved_until > at,
            items.c.expires > at,
        )
        with self._store.read() as connection:
            if _first(connection, approved) is None:
                return ""
        with self._store.write(LOCK) as connection:
            first = select(items).where(approved).order_by(items.c.approved_until, items.c.id)
            row = connection.execute(first.limit(1)).first()
            if row is None:
                return ""
            self._stamps.check(row)
            if self._ring.shred_named(_APPROVAL, self._ring.name(_APPROVAL, row.tenant, row.id), note=False) != 1:
                return ""  # it was used before, and the row put back
            connection.execute(
                update(items).where(items.c.id == row.id).values(self._stamps.changed(row, state=USED))
            )
        self._audit.append(record("custody", row.decision, at, "admitted", item=row.id, tenant=context.tenant))
        return str(row.id)

    def _decide(self, item: str, by: str, tenant: str | None, state: str, at: int, until: int | None) -> Item:
        who = person(by)
        row = self._row(item, tenant)
        self._stamps.check(row)
        if hmac.compare_digest(self._principal(row.tenant, who), bytes(row.principal)):
            raise AccessDenied("who sent it cannot decide about it", hint="ask another person")
        awaits = and_(items.c.id == item, items.c.mac == row.mac)
        if row.expires <= at:
            raise StoreError("this has expired: a legal hold keeps it, but nobody can release it any more")
        if row.state != HELD:
            raise StoreError("this was decided before, or awaits no decision", hint="see `accord review show`")
        self._audit.append(record("custody", row.decision, at, state, item=item, tenant=row.tenant, by=who))
        if state == RELEASED:
            own = self._ring.find(row.kind, row.tenant, item)
            if own is None:
                raise StoreError("this is gone: its key was destroyed", hint="see `accord review list`")
            self._ring.key(_APPROVAL, row.tenant, item, under=own)
        with self._store.write(LOCK) as connection:
            decided = self._stamps.changed(row, state=state, approved_until=until)
            changed = connection.execute(update(items).where(awaits).values(decided))
        if changed.rowcount == 0:
            self._audit.append(record("custody", row.decision, at, f"{state}: too late", item=item, by=who))
            raise StoreError("somebody else decided about it meanwhile", hint="see `accord review show`")
        return self.get(item)

    def _row(self, item: str, tenant: str | None) -> Any:
        of = items.c.tenant == tenant if tenant is not None else true()
        with self._store.read() as connection:
            row = connection.execute(select(items).where(items.c.id == item, standing(self._now()), of)).first()
        if row is None:
            raise StoreError("there is no such item, or it has expired", hint="see `accord review list`")
        return row

    def _opened(self, kind: str, tenant: str, item: str, sealed: bytes) -> Content:
        return unpack(open_sealed(self._ring, sealed, kind, tenant, item))

    def _principal(self, tenant: str, principal: str) -> bytes:
        return self._ring.name("principal", tenant, folded(principal))

    def _digest(self, tenant: str, packed: bytes) -> bytes:
        return self._ring.key("index", tenant).mac("content", hashlib.sha256(packed).digest())


def _first(connection: Connection, which: ColumnElement[bool]) -> str | None:
    found = connection.execute(select(items.c.id).where(which).limit(1)).scalar()
    return str(found) if found is not None else None


def _said(content: Content, decision: Decision) -> list[tuple[str, str]]:
    """What stands at the places of the findings in texts."""
    texts = {index: part.reveal() for index, part in enumerate(content) if isinstance(part, Text)}
    return [
        (finding.category, texts[finding.part][finding.place.start : finding.place.end])
        for finding in decision.findings
        if isinstance(finding.place, Span) and finding.part in texts
    ]
