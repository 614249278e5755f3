"""What an erasure has done so far, so that one that broke off goes on, wherever that was.

Who or what is erased is sealed under a key of the erasure alone, which is destroyed when it is finished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, true, update

from accord.custody.common import LOCK, Now, new_id
from accord.store.engine import Store
from accord.store.tables.custody import erasures
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing

BEGUN, PROVEN, RECORDED, FINISHED = "begun", "proven", "recorded", "finished"
"""The states of an erasure: removing, signed, in the audit log, and no trace of it in the files."""

SUBJECT, VALUE = "subject", "value"
"""What is erased: everything of a data subject, or everything that mentions a value."""


@dataclass(frozen=True, slots=True)
class Job:
    """One erasure.

    Attributes:
        id: names it.
        tenant: whose data.
        kind: `subject` or `value`.
        state: how far it is.
        by: who asked for it.
        began: when, in milliseconds.
        note: the signed record, once it is proven.
        target: who or what; empty once it is recorded.
    """

    id: str
    tenant: str
    kind: str
    state: str
    by: str
    began: int
    note: str
    target: str = field(repr=False)


@dataclass(slots=True)
class Done:
    """What an erasure has removed.

    Attributes:
        counts: how many of what.
        keys: ids of keys that are to be destroyed, or are.
        refs: scopes and items that are to go: what the index says of them goes after them.
        before: the signed head of the log when it began.
    """

    counts: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    refs: set[tuple[str, str]] = field(default_factory=set)
    before: str = ""

    def written(self) -> str:
        """As it is kept."""
        whole = {"counts": self.counts, "keys": sorted(self.keys), "refs": sorted(self.refs), "before": self.before}
        return json.dumps(whole, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Done:
        """From what is kept."""
        said = json.loads(text)
        refs = {(str(kind), str(ref)) for kind, ref in said["refs"]}
        return cls(dict(said["counts"]), set(said["keys"]), refs, str(said["before"]))


class Journal:
    """Keeps erasures.

    Args:
        store: the state.
        ring: the keys.
        now: the clock.
    """

    def __init__(self, store: Store, ring: KeyRing, now: Now) -> None:
        self._store = store
        self._ring = ring
        self._now = now

    def sealed(self, tenant: str, kind: str, target: str, by: str, refs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The row of a new erasure, to be written under the lock of custody."""
        job = new_id()
        return {
            "id": job,
            "tenant": tenant,
            "kind": kind,
            "state": BEGUN,
            "requested_by": by,
            "target": seal(self._ring.key("erasure", job), target.encode("utf-8", "surrogatepass"), "erasure", job),
            "progress": Done(refs=set(refs)).written(),
            "note": "",
            "at": self._now(),
        }

    def get(self, job: str) -> Job:
        """One erasure."""
        with self._store.read() as connection:
            row = connection.execute(select(erasures).where(erasures.c.id == job)).one()
        return self._job(row)

    def open(self, tenant: str | None = None) -> list[str]:
        """Those that are not finished, the oldest first; of a tenant where one is named."""
        of = erasures.c.tenant == tenant if tenant is not None else true()
        unfinished = select(erasures.c.id).where(erasures.c.state != FINISHED, of)
        unfinished = unfinished.order_by(erasures.c.at, erasures.c.id)
        with self._store.read() as connection:
            return list(connection.execute(unfinished).scalars())

    def done(self, job: str) -> Done:
        """What it has removed so far."""
        with self._store.read() as connection:
            return _done(connection, job)

    def plan(self, job: str, keys: Iterable[str], refs: Iterable[tuple[str, str]], before: str = "") -> None:
        """Note what is to go, before it goes."""
        with self._store.write(LOCK) as connection:
            done = _done(connection, job)
            done.keys |= set(keys)
            done.refs |= set(refs)
            done.before = done.before or before
            _write(connection, job, done)

    def count(self, connection: Connection, job: str, counts: Mapping[str, int]) -> None:
        """Note what went, in the transaction that removed it."""
        done = _done(connection, job)
        for kind, number in counts.items():
            if number:
                done.counts[kind] = done.counts.get(kind, 0) + number
        _write(connection, job, done)

    def step(self, job: str, before: str, after: str, **more: Any) -> bool:
        """Go from one state to the next; whether this call did it."""
        at = (erasures.c.id == job) & (erasures.c.state == before)
        with self._store.write(LOCK) as connection:
            return connection.execute(update(erasures).where(at).values(state=after, **more)).rowcount == 1

    def close(self, job: str) -> None:
        """Finish it: what it referred to is gone, and so are the references."""
        with self._store.write(LOCK) as connection:
            done = _done(connection, job)
            done.refs = set()
            _write(connection, job, done)
            connection.execute(update(erasures).where(erasures.c.id == job).values(state=FINISHED))

    def _job(self, row: Any) -> Job:
        target = ""
        if row.target is not None:
            target = open_sealed(self._ring, bytes(row.target), "erasure", row.id).decode("utf-8", "surrogatepass")
        return Job(row.id, row.tenant, row.kind, row.state, row.requested_by, row.at, row.note, target)


def _done(connection: Connection, job: str) -> Done:
    return Done.read(connection.execute(select(erasures.c.progress).where(erasures.c.id == job)).scalar_one())


def _write(connection: Connection, job: str, done: Done) -> None:
    connection.execute(update(erasures).where(erasures.c.id == job).values(progress=done.written()))
