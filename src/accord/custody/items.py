"""One thing that is kept of content: what may be said of it, the key it is sealed under, and how it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, update

from accord.core.content import Content
from accord.custody.holds import held
from accord.custody.keys import named_keys
from accord.custody.mentions import ITEM, forget_refs
from accord.store.tables.custody import grants, items
from accord.vault.keys import DataKey, KeyRing

QUARANTINE = "quarantine"
"""Content that awaits a decision."""

EVIDENCE = "evidence"
"""Content that was blocked."""

HELD, RELEASED, DENIED, USED, CLOSED = "held", "released", "denied", "used", "closed"
"""The states of an item: awaiting a person, approved, denied, approved and sent, never to be decided."""

CATEGORIES_FIT = 2048
"""How many characters the list of categories has."""


@dataclass(frozen=True, slots=True)
class Item:
    """What anybody who reviews may know of an item; the content itself is sealed.

    Attributes:
        id: names it.
        kind: `quarantine` or `evidence`.
        state: `held`, `released`, `denied`, `used` or `closed`.
        tenant: whose it is.
        decision: the decision that kept it.
        destination: where it was to go.
        categories: what was found.
        policy: digest of the policy that held it.
        created: since when it is kept, in milliseconds.
        expires: when it goes.
        approved_until: until when it is admitted, where it was approved.
    """

    id: str
    kind: str
    state: str
    tenant: str
    decision: str
    destination: str
    categories: tuple[str, ...]
    policy: str
    created: int
    expires: int
    approved_until: int | None


@dataclass(frozen=True, slots=True)
class Unsealed:
    """An item with its content.

    Attributes:
        item: what may be said of it.
        content: the parts; their names were not kept.
    """

    item: Item
    content: Content


def item_of(row: Row[tuple[object, ...]]) -> Item:
    """An item as its row says."""
    return Item(
        id=row.id,
        kind=row.kind,
        state=row.state,
        tenant=row.tenant,
        decision=row.decision,
        destination=row.destination,
        categories=tuple(row.categories.split()),
        policy=row.policy,
        created=row.created,
        expires=row.expires,
        approved_until=row.approved_until,
    )


def written(categories: Iterable[str]) -> str:
    """Categories as they are kept: sorted, with a space around each, so that each can be searched for."""
    text = " "
    for category in sorted(set(categories)):
        if len(text) + len(category) + 1 > CATEGORIES_FIT:
            break
        text += f"{category} "
    return text


def item_key(ring: KeyRing, kind: str, tenant: str, item: str) -> DataKey:
    """The key of one item: its own, so that destroying it destroys that item in every copy of the data."""
    return ring.key(kind, tenant, item)


def item_keys(ring: KeyRing, found: Sequence[tuple[str, str, str]]) -> list[str]:
    """The ids of the keys of items, each given by kind, tenant and id."""
    ids: list[str] = []
    for kind in {kind for kind, _, _ in found}:
        names = [ring.name(kind, tenant, item) for one, tenant, item in found if one == kind]
        ids += named_keys(ring, kind, names)
    return ids


def shred_items(ring: KeyRing, found: Sequence[tuple[str, str, str]], *, note: bool = True) -> list[str]:
    """Destroy the keys of items, each given by kind, tenant and id; some may be destroyed already. Their ids."""
    if ids := item_keys(ring, found):
        ring.destroy(ids, note=note)
    return ids


def standing(at: int) -> ColumnElement[bool]:
    """What has not expired, or is under a legal hold: it can still be looked at, by those who may."""
    return or_(items.c.expires > at, held(items.c.tenant, items.c.subject))


def remove(connection: Connection, ids: Sequence[str]) -> tuple[int, int]:
    """Remove items, what the index says of them, and the reasons people gave to see them.

    Their keys are to be destroyed before: where this is then not reached, what is left cannot be read.

    Returns:
        How many items there were, and how many rows of the index.
    """
    if not ids:
        return 0, 0
    mentions = forget_refs(connection, ITEM, [ref_of(item) for item in ids])
    connection.execute(update(grants).where(grants.c.item.in_(ids)).values(reason=None))
    return connection.execute(delete(items).where(items.c.id.in_(ids))).rowcount, mentions


def ref_of(item: str) -> bytes:
    """How the index refers to an item."""
    return bytes.fromhex(item)


def id_of(ref: bytes) -> str:
    """The item a reference of the index is of."""
    return ref.hex()
