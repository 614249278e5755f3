"""Keys as custody destroys them: by the keyed hash they are named by, with everything under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import select

from accord.store.tables.keys import data_keys
from accord.vault.keys import KeyRing

_T = TypeVar("_T")
_TOGETHER = 400  # SQLite takes 999 variables in one statement


def named_keys(ring: KeyRing, kind: str, names: Sequence[bytes]) -> list[str]:
    """The ids of all generations of keys of a kind, by the keyed hashes they are named by."""
    found: list[str] = []
    with ring.store.read() as connection:
        for some in portions(names):
            wanted = select(data_keys.c.id).where(data_keys.c.kind == kind, data_keys.c.name.in_(some))
            found += connection.execute(wanted).scalars()
    return found


def with_children(ring: KeyRing, ids: Collection[str]) -> set[str]:
    """The ids of keys and of all keys under them: destroying those destroys these."""
    found, level = set(ids), list(ids)
    with ring.store.read() as connection:
        while level:
            below: set[str] = set()
            for some in portions(level):
                below |= set(connection.execute(select(data_keys.c.id).where(data_keys.c.parent.in_(some))).scalars())
            level = list(below - found)
            found |= below
    return found


def still_there(ring: KeyRing, ids: Collection[str]) -> set[str]:
    """Those keys that are in the key store at this moment."""
    found: set[str] = set()
    with ring.store.read() as connection:
        for some in portions(sorted(ids)):
            found |= set(connection.execute(select(data_keys.c.id).where(data_keys.c.id.in_(some))).scalars())
    return found


def portions(found: Sequence[_T], size: int = _TOGETHER) -> Iterator[Sequence[_T]]:
    """A sequence in pieces that fit into one statement."""
    for start in range(0, len(found), size):
        yield found[start : start + size]
