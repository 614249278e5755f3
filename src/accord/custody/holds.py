"""Legal holds: what may not be deleted while one lasts, neither by the sweeper nor by an erasure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, false, or_, select, true, update

from accord.custody.common import LOCK, Log, Now, clock, new_id, person, record, wanted
from accord.errors import AccordError, KeyLost, StoreError, TamperDetected
from accord.store.engine import Store
from accord.store.tables.custody import erasures, legal_holds
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.stamps import Stamps

_LASTS = "hold"  # a key of the ring for each hold, as long as it lasts


class OnHold(AccordError):
    """It may not be deleted: a legal hold says so.

    Args:
        holds: ids of the holds.
    """

    code = "custody.hold"

    def __init__(self, holds: Collection[str]) -> None:
        named = ", ".join(sorted(holds))
        super().__init__(
            f"nothing was deleted: legal hold {named}", hint=f"`accord hold lift` ends it, once it may: {named}"
        )
        self.holds = tuple(sorted(holds))


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold.

    Attributes:
        id: names it.
        tenant: whose data.
        of_subject: it is of one subject; of everything the tenant has where this is false.
        placed_by: who placed it.
        placed: when it began, in milliseconds.
        lifted: when it ended; None while it lasts.
        reason: the matter it serves; empty where the key of the reason was destroyed.
    """

    id: str
    tenant: str
    of_subject: bool
    placed_by: str
    placed: int
    lifted: int | None
    reason: str


class Holds:
    """Places and lifts legal holds.

    Args:
        store: the state.
        ring: the keys.
        audit: where every step is recorded before it happens.
        now: the clock.
    """

    def __init__(self, store: Store, ring: KeyRing, audit: Log, *, now: Now = clock) -> None:
        self._store = store
        self._ring = ring
        self._stamps = Stamps(ring, legal_holds)
        self._audit = audit
        self._now = now

    def place(self, tenant: str, by: str, reason: str, subject: str = "") -> str:
        """Let nothing of a tenant, or of one subject, be deleted from now on; the id of the hold.

        Raises:
            AccessDenied: nobody or no reason is named.
            StoreError: an erasure that would be stopped half way is going on.
        """
        who, why, at, hold = person(by), wanted(reason), self._now(), new_id()
        key = self._ring.key("subject", tenant, subject) if subject else self._ring.key("tenant", tenant)
        name = self._ring.name("subject", tenant, subject) if subject else None
        scope = "subject" if subject else "tenant"
        self._audit.append(record("custody", hold, at, "hold placed", tenant=tenant, of=scope, by=who))
        with self._store.write(LOCK) as connection:
            going = connection.execute(
                select(erasures.c.id).where(and_(erasures.c.tenant == tenant, erasures.c.state == "begun"))
            ).first()
            if going is not None:
                raise StoreError("an erasure is going on", hint="finish it first: `accord erase --resume`")
            connection.execute(
                legal_holds.insert().values(
                    self._stamps.stamped(
                        {
                            "id": hold,
                            "tenant": tenant,
                            "subject": name,
                            "placed_by": who,
                            "reason": seal(key, why.encode(), "hold", tenant, hold),
                            "placed": at,
                        }
                    )
                )
            )
        self._ring.key(_LASTS, hold)  # from now on the row is missed when somebody removes it
        return hold

    def lift(self, hold: str, by: str, tenant: str | None = None) -> None:
        """End a hold.

        Raises:
            AccessDenied: nobody is named.
            StoreError: there is no such hold, or it has ended.
            TamperDetected: it was edited in the database.
        """
        who = person(by)
        found = next((h for h in self.list(tenant) if h.id == hold and h.lifted is None), None)
        if found is None:
            raise StoreError("there is no such hold, or it has ended", hint="see `accord hold list`")
        at = self._now()
        self._audit.append(record("custody", hold, at, "hold lifted", tenant=found.tenant, by=who))
        with self._store.write(LOCK) as connection:
            lasting = and_(legal_holds.c.id == hold, legal_holds.c.lifted.is_(None))
            row = connection.execute(select(legal_holds).where(lasting)).first()
            if row is not None:
                self._stamps.check(row)
                self._ring.shred(_LASTS, hold)
                connection.execute(update(legal_holds).where(lasting).values(self._stamps.changed(row, lifted=at)))

    def list(self, tenant: str | None = None) -> list[Hold]:
        """All holds, of a tenant where one is named, oldest first."""
        of = legal_holds.c.tenant == tenant if tenant is not None else true()
        with self._store.read() as connection:
            rows = connection.execute(select(legal_holds).where(of).order_by(legal_holds.c.placed)).all()
        return [
            Hold(
                id=row.id,
                tenant=row.tenant,
                of_subject=row.subject is not None,
                placed_by=row.placed_by,
                placed=row.placed,
                lifted=row.lifted,
                reason=self._reason(row.tenant, row.id, bytes(row.reason)),
            )
            for row in rows
        ]

    def _reason(self, tenant: str, hold: str, sealed: bytes) -> str:
        try:
            return open_sealed(self._ring, sealed, "hold", tenant, hold).decode()
        except KeyLost:
            return ""


def held(tenant: ColumnElement[str], subject: ColumnElement[bytes] | None) -> ColumnElement[bool]:
    """Whether a row is under a hold, as a condition of SQL.

    Args:
        tenant: the column that says whose it is.
        subject: the column with the keyed hash of the subject; None where a table has none, and only holds of the
            whole tenant count.
    """
    whose: ColumnElement[bool] = legal_holds.c.subject == subject if subject is not None else false()
    source: FromClause = legal_holds
    return exists(
        select(legal_holds.c.id)
        .select_from(source)
        .where(
            legal_holds.c.lifted.is_(None),
            legal_holds.c.tenant == tenant,
            or_(legal_holds.c.subject.is_(None), whose),
        )
    )


def verify(connection: Connection, ring: KeyRing) -> None:
    """Return when the legal holds are what was placed and lifted.

    A hold that was removed is missed, because the key store knows which ones last.

    Raises:
        TamperDetected: one was edited or removed in the database: nothing may be deleted.
    """
    stamps = Stamps(ring, legal_holds)
    lasting: set[bytes] = set()
    for row in connection.execute(select(legal_holds)):
        stamps.check(row)
        if row.lifted is None:
            lasting.add(ring.name(_LASTS, row.id))
    if ring.names_of(_LASTS) - lasting:
        raise TamperDetected(
            "a legal hold that lasts was removed from the database: nothing was deleted",
            hint="restore a backup of the state; `accord audit list --kind custody` shows which holds were placed",
        )


def forbid(connection: Connection, ring: KeyRing, tenant: str, subjects: Collection[bytes]) -> None:
    """Return when nothing forbids to delete what a tenant has of some subjects.

    Args:
        connection: the transaction that deletes, or begins to.
        ring: the keys.
        tenant: whose data.
        subjects: keyed hashes of those whose data it is.

    Raises:
        OnHold: a hold forbids it.
        TamperDetected: holds were edited or removed in the database.
    """
    verify(connection, ring)
    rows = connection.execute(
        select(legal_holds.c.id, legal_holds.c.subject).where(
            legal_holds.c.lifted.is_(None), legal_holds.c.tenant == tenant
        )
    )
    stops = [row.id for row in rows if row.subject is None or bytes(row.subject) in subjects]
    if stops:
        raise OnHold(stops)
