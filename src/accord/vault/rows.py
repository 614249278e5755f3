"""What is asked of the tables of the key store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select, tuple_

from accord.errors import StoreError
from accord.store.tables.keys import changes, data_keys, destroyed
from accord.vault.secret import framed

LOCK = "keys"
"""What writers of the key store queue for, where it is PostgreSQL."""

_T = TypeVar("_T")
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


def older(connection: Connection, kind: str, before: int, after: tuple[int, str]) -> list[tuple[int, str]]:
    """Age and id of the next keys of a kind that were made before a time, behind a given age and id."""
    place = tuple_(data_keys.c.created, data_keys.c.id)
    wanted = select(data_keys.c.created, data_keys.c.id).where(data_keys.c.kind == kind, data_keys.c.created < before)
    later = wanted.where(place > tuple_(*after)).order_by(data_keys.c.created, data_keys.c.id)
    found = connection.execute(later.limit(_BATCH))
    return [(int(created), str(key_id)) for created, key_id in found]


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


def destroy(connection: Connection, ids: Sequence[str], at: int | None) -> int:
    """Delete keys and all keys under them.

    Args:
        connection: a writer that holds `LOCK`.
        ids: the keys.
        at: when, where it is to be remembered that they were destroyed.

    Returns:
        How many keys that were.
    """
    gone = with_children(connection, ids)
    for some in batches(gone):
        if at is not None:
            connection.execute(destroyed.insert(), [{"id": key_id, "at": at} for key_id in some])
        connection.execute(data_keys.delete().where(data_keys.c.id.in_(some)))
    if gone:
        bump(connection)
    return len(gone)


def batches(found: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Things in portions that fit into one statement."""
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]
