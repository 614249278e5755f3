"""What is asked of the tables of the key store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from accord.errors import StoreError
from accord.store.tables.keys import changes, data_keys, destroyed
from accord.vault.secret import framed

LOCK = "keys"
"""What writers of the key store queue for, where it is PostgreSQL."""

_BATCH = 400  # SQLite takes a limited number of values in one statement


def context(key_id: str, kind: str, name: bytes, generation: int, parent: str) -> bytes:
    """What a wrapped key is bound to: it unwraps in no other row."""
    return framed("accord key", key_id, kind, name, str(generation), parent)


def context_of(row: Row[Any]) -> bytes:
    """`context` of a row of the key table."""
    return context(row.id, row.kind, row.name, row.generation, row.parent or "")


def newest(connection: Connection, kind: str, name: bytes) -> Row[Any] | None:
    """The newest generation of a key."""
    wanted = select(data_keys).where(data_keys.c.kind == kind, data_keys.c.name == name)
    return connection.execute(wanted.order_by(data_keys.c.generation.desc()).limit(1)).one_or_none()


def is_there(connection: Connection, key_id: str) -> bool:
    """Whether a key is in the key store."""
    return connection.execute(select(data_keys.c.id).where(data_keys.c.id == key_id)).first() is not None


def is_destroyed(connection: Connection, key_id: str) -> bool:
    """Whether a key was destroyed on purpose."""
    return connection.execute(select(destroyed.c.id).where(destroyed.c.id == key_id)).first() is not None


def with_children(connection: Connection, ids: Sequence[str]) -> list[str]:
    """The ids of keys and of all keys under them."""
    found = list(dict.fromkeys(ids))
    level = found
    while level:
        known = set(found)
        below: list[str] = []
        for some in batches(level):
            below += connection.execute(select(data_keys.c.id).where(data_keys.c.parent.in_(some))).scalars()
        level = [one for one in dict.fromkeys(below) if one not in known]
        found += level
    return found


def version(connection: Connection) -> int:
    """The number of changes so far.

    Raises:
        StoreError: the table that counts them is empty.
    """
    found = connection.execute(select(changes.c.version).where(changes.c.id == 1)).scalar()
    if found is None:
        raise StoreError("the key store is damaged", hint="restore the key store from its own backup")
    return int(found)


def bump(connection: Connection) -> int:
    """Count a change: other processes drop the keys they remember. Returns the new number."""
    number = version(connection) + 1
    connection.execute(changes.update().where(changes.c.id == 1).values(version=number))
    return number


def batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in portions that fit into one statement."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
