"""Where a value is mentioned, without knowing the value: an index of keyed hashes.

Each row is an HMAC of a normalised value under the index key of a tenant, and what mentions it: the scope of
pseudonyms, or an item of custody. It is written in the same transaction as what it points to, so that nothing is
kept that erasure would not find. The index key of a tenant is never renewed: under another key nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from accord.core.taxonomy import CATEGORIES
from accord.custody.common import Normalise
from accord.store.tables.custody import mentions
from accord.vault.keys import KeyRing

PSEUDONYM = "pseudonym"
"""What mentions a value is a scope of pseudonyms; its reference is the keyed hash of the scope."""

ITEM = "item"
"""What mentions a value is an item of custody; its reference is the id, as 16 bytes."""

_TOGETHER = 400  # SQLite takes 999 variables in one statement


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that mentions a value.

    Attributes:
        kind: `pseudonym` or `item`.
        ref: which one.
    """

    kind: str
    ref: bytes


class Mentions:
    """The keyed index of values.

    Args:
        ring: has the index key of each tenant.
        normalise: gives the form in which two spellings of one value are equal.
    """

    def __init__(self, ring: KeyRing, normalise: Normalise) -> None:
        self._ring = ring
        self._normalise = normalise

    def __call__(
        self, connection: Connection, kind: str, ref: bytes, values: Iterable[tuple[str, str, str]], expires: int
    ) -> None:
        """Note that something mentions values, in the transaction that writes it.

        Args:
            connection: the transaction.
            kind: `pseudonym` or `item`.
            ref: which one.
            values: tenant, category and value of each.
            expires: when what mentions them goes.

        Raises:
            StoreError: the index key cannot be had.
        """
        hashes = {self._hash(tenant, self._normalise(category, value)) for tenant, category, value in values}
        # In one order, so that two writers never wait for each other.
        rows = [{"value": value, "kind": kind, "ref": ref, "expires": expires} for value in sorted(hashes)]
        if rows:
            connection.execute(_upsert(connection), rows)

    def forms(self, value: str) -> set[str]:
        """Every form a value has under any category."""
        return {form for category in CATEGORIES if (form := self._normalise(category, value))}

    def form(self, category: str, value: str) -> str:
        """The form of a value under a category: equal for all spellings."""
        return self._normalise(category, value)

    def find(self, connection: Connection, tenant: str, value: str) -> list[Mention]:
        """Everything of a tenant that mentions a value, whatever it was taken for.

        Raises:
            StoreError: the index key cannot be had.
        """
        found = connection.execute(
            select(mentions.c.kind, mentions.c.ref)
            .where(mentions.c.value.in_(self._hashes(tenant, value)))
            .distinct()
            .order_by(mentions.c.kind, mentions.c.ref)
        )
        return [Mention(row.kind, bytes(row.ref)) for row in found]

    def forget_value(self, connection: Connection, tenant: str, value: str) -> int:
        """Remove a value from the index, whatever mentions it; how many rows that were."""
        hashes = self._hashes(tenant, value)
        return connection.execute(delete(mentions).where(mentions.c.value.in_(hashes))).rowcount

    def _hashes(self, tenant: str, value: str) -> list[bytes]:
        return [self._hash(tenant, form) for form in sorted(self.forms(value))]

    def _hash(self, tenant: str, form: str) -> bytes:
        return self._ring.key("index", tenant).mac("mention", form.encode("utf-8", "surrogatepass"))


def forget_refs(connection: Connection, kind: str, refs: Iterable[bytes]) -> int:
    """Remove everything the index says of scopes or items; how many rows that were."""
    wanted, removed = list(refs), 0
    for start in range(0, len(wanted), _TOGETHER):
        these = wanted[start : start + _TOGETHER]
        statement = delete(mentions).where(and_(mentions.c.kind == kind, mentions.c.ref.in_(these)))
        removed += connection.execute(statement).rowcount
    return removed


def forget_rows(connection: Connection, rows: Iterable[tuple[bytes, str, bytes]]) -> int:
    """Remove rows of the index by value, kind and reference; how many that were."""
    wanted, removed = list(rows), 0
    for start in range(0, len(wanted), _TOGETHER // 4):
        these = wanted[start : start + _TOGETHER // 4]
        one_of = or_(*(and_(mentions.c.value == v, mentions.c.kind == k, mentions.c.ref == r) for v, k, r in these))
        removed += connection.execute(delete(mentions).where(one_of)).rowcount
    return removed


def _upsert(connection: Connection) -> Any:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert(mentions)
    later = case((new.excluded.expires > mentions.c.expires, new.excluded.expires), else_=mentions.c.expires)
    return new.on_conflict_do_update(
        index_elements=[mentions.c.value, mentions.c.kind, mentions.c.ref], set_={"expires": later}
    )
