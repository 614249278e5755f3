"""Erasing a data subject, or a value wherever it is mentioned: keys first, then rows, then the traces in the files.

Every step can be repeated, and what is done is kept in a journal: an erasure that was killed half way goes on. At the
end the index is asked again, and a signed record says what was destroyed and what could not be reached.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, select

from accord.audit.log import AuditRecord
from accord.audit.notes import Signer
from accord.custody import notes
from accord.custody.common import LOCK, Log, Now, clock, person, record, when
from accord.custody.find import Finder, Found
from accord.custody.holds import OnHold, forbid
from accord.custody.items import remove, shred_items
from accord.custody.journal import BEGUN, PROVEN, RECORDED, SUBJECT, VALUE, Job, Journal
from accord.custody.keys import portions, still_there
from accord.custody.mentions import ITEM, PSEUDONYM, Mentions, forget_refs
from accord.custody.quarantine import Quarantine
from accord.custody.scopes import forgetting
from accord.errors import AccessDenied, StoreError
from accord.store.engine import Store
from accord.store.tables.custody import erasures, legal_holds
from accord.store.tables.pseudonyms import pseudonyms, scopes
from accord.vault.keys import KeyRing
from accord.vault.pseudonyms import VaultPseudonyms

_ROUNDS = 5
_LISTED = 100
_PATIENCE_SECONDS = 10.0  # beyond what the database itself waits for others


class ProvenLog(Log, Protocol):
    """The audit log, as erasure uses it."""

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        ...

    def checkpoint(self) -> str:
        """Sign the head as it is now; gives the signed note."""
        ...

    def records(self, *, kind: str | None = None, decision: str | None = None) -> Iterator[dict[str, Any]]:
        """Records, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Erased:
    """A finished erasure.

    Attributes:
        id: names it.
        tenant: whose data it was.
        of: `subject` or `value`.
        removed: how many of what.
        keys: how many keys were destroyed.
        note: the signed record.
    """

    id: str
    tenant: str
    of: str
    removed: Mapping[str, int]
    keys: int
    note: str


class Erasure:
    """Erases, and proves it.

    Args:
        store: the state.
        ring: the keys.
        audit: the log that says so.
        signer: signs the records, as it signs the heads of the log.
        pseudonyms: what stands for values.
        mentions: the index of values.
        quarantine: what is kept of content.
        now: the clock.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        audit: ProvenLog,
        signer: Signer,
        *,
        pseudonyms: VaultPseudonyms,
        mentions: Mentions,
        quarantine: Quarantine,
        now: Now = clock,
    ) -> None:
        self._store = store
        self._ring = ring
        self._audit = audit
        self._signer = signer
        self._pseudonyms = pseudonyms
        self._mentions = mentions
        self._now = now
        self._journal = Journal(store, ring, now)
        self._finder = Finder(store, ring, mentions, quarantine, pseudonyms)

    def erase(self, tenant: str, by: str, *, subject: str = "", value: str = "") -> Erased:
        """Erase everything of a data subject, or everything that mentions a value.

        Args:
            tenant: whose data.
            by: who asks for it.
            subject: the data subject, as in `Context.subject`.
            value: the value, in any spelling.

        Raises:
            AccessDenied: nobody is named, or not exactly one of subject and value.
            OnHold: a legal hold forbids it; nothing was erased.
            StoreError: it cannot be done now, or more keeps arriving; it goes on with `resume`.
            AuditError: it could not be recorded; nothing was erased, or it goes on with `resume`.
        """
        who, kind, target = person(by), *_named(subject, value)
        found = self._finder.search(tenant, kind, target)
        row = self._journal.sealed(tenant, kind, target, who, _refs(found))
        try:
            with self._store.write(LOCK) as connection:
                forbid(connection, self._ring, tenant, found.subjects)
                connection.execute(erasures.insert().values(row))
        except OnHold as error:
            self._ring.shred("erasure", row["id"])
            refused = {"tenant": tenant, "of": kind, "by": who, "holds": list(error.holds)}
            self._audit.append(record("erasure", row["id"], self._now(), "refused", **refused))
            raise
        self._say(row["id"], "begun", tenant=tenant, of=kind, by=who)
        return self._carry_out(row["id"])

    def preview(self, tenant: str, *, subject: str = "", value: str = "") -> Mapping[str, int]:
        """How many of what `erase` would remove; changes nothing.

        Raises:
            AccessDenied: not exactly one of subject and value is named.
            OnHold: a legal hold would forbid it.
        """
        found = self._finder.search(tenant, *_named(subject, value))
        with self._store.write(LOCK) as connection:
            forbid(connection, self._ring, tenant, found.subjects)
        whole = {"scope": len(found.scopes), "item": len(found.items), "key": len(found.keys)}
        return {kind: count for kind, count in whole.items() if count}

    def resume(self, tenant: str | None = None, by: str = "") -> list[Erased]:
        """Finish the erasures that broke off, in any process; to be called whenever one starts.

        Args:
            tenant: whose; all where None.
            by: who asks for it; empty where it happens by itself.

        Raises:
            StoreError: one cannot be finished now.
            AuditError: one could not be recorded.
        """
        finished = []
        for job in self._journal.open(tenant):
            self._say(job, "resumed", **({"by": person(by)} if by else {}))
            finished.append(self._carry_out(job))
        return finished

    def list(self, tenant: str | None = None) -> list[Erased]:
        """The erasures that were proven, the newest first."""
        wanted = select(erasures).where(erasures.c.note != "").order_by(erasures.c.at.desc(), erasures.c.id)
        with self._store.read() as connection:
            rows = connection.execute(wanted if tenant is None else wanted.where(erasures.c.tenant == tenant)).all()
        return [self._erased(self._journal.get(row.id)) for row in rows]

    def _carry_out(self, name: str) -> Erased:
        job = self._journal.get(name)
        if job.state == BEGUN:
            read = self._remove_all(job)
            self._journal.step(name, BEGUN, PROVEN, note=notes.write(self._facts(job, read), self._signer))
            job = self._journal.get(name)
        if job.state == PROVEN:
            told = self._audit.records(kind="erasure", decision=name)
            if not any(one.get("event") == "erased" for one in told):
                self._say(name, "erased", note=job.note)
            self._journal.step(name, PROVEN, RECORDED, target=None)
            job = self._journal.get(name)
        if job.state == RECORDED:
            self._ring.shred("erasure", name)
            _scrub(self._store)
            _scrub(self._ring.store)
            self._say(name, "scrubbed")
            self._journal.close(name)
        return self._erased(self._journal.get(name))

    def _remove_all(self, job: Job) -> Mapping[str, int]:
        """Remove until nothing is found any more; what was read the last time, to find nothing."""
        for _ in range(_ROUNDS):
            known = [ref for kind, ref in self._journal.done(job.id).refs if kind == ITEM]
            found = self._finder.search(job.tenant, job.kind, job.target, known)
            if not found:
                self._forget_index(job)
                return found.read
            with self._store.write(LOCK) as connection:
                forbid(connection, self._ring, job.tenant, found.subjects)
            self._journal.plan(job.id, found.keys, _refs(found), self._audit.checkpoint())
            self._remove(job, found)
        raise StoreError(
            "what is to be erased keeps arriving", hint="stop what sends it, then run `accord erase --resume`"
        )

    def _remove(self, job: Job, found: Found) -> None:
        with self._store.read() as connection:
            before = _held_in(connection, found.scopes)
        if job.kind == SUBJECT:
            self._pseudonyms.forget_subject(job.tenant, job.target)
        else:
            matches = self._finder.matcher(job.target)
            for ref in found.scopes:
                self._pseudonyms.forget_matching(ref, matches)
        shred_items(self._ring, [(one.kind, job.tenant, one.id) for one in found.items])
        with forgetting(self._store) as connection:
            after = _held_in(connection, found.scopes)
            counts = Counter({"pseudonym": before[0] - after[0], "scope": before[1] - after[1]})
            for one in found.items:
                gone, named = remove(connection, [one.id])
                counts.update({one.kind: gone, "mention": named})
            if job.kind == VALUE:
                counts["mention"] += self._mentions.forget_value(connection, job.tenant, job.target)
            else:
                counts["lifted hold"] += self._forget_holds(connection, job)
            self._journal.count(connection, job.id, counts)

    def _forget_holds(self, connection: Connection, job: Job) -> int:
        """Holds of the subject that have ended name it; the audit log proves that there were some."""
        whose = self._ring.name("subject", job.tenant, job.target)
        ended = legal_holds.c.lifted.is_not(None) & (legal_holds.c.subject == whose)
        return connection.execute(delete(legal_holds).where(ended)).rowcount

    def _forget_index(self, job: Job) -> None:
        """Remove what the index says of scopes that are gone."""
        refs = [bytes.fromhex(ref) for kind, ref in self._journal.done(job.id).refs if kind == PSEUDONYM]
        with forgetting(self._store) as connection:
            there = _there(connection, refs)
            count = forget_refs(connection, PSEUDONYM, [ref for ref in refs if ref not in there])
            self._journal.count(connection, job.id, {"mention": count})

    def _facts(self, job: Job, read: Mapping[str, int]) -> Mapping[str, Any]:
        done = self._journal.done(job.id)
        destroyed = sorted(done.keys - still_there(self._ring, done.keys))
        return {
            "erasure": job.id,
            "tenant": job.tenant,
            "of": job.kind,
            "began": when(job.began),
            "ended": when(self._now()),
            "removed": done.counts,
            "keys": {
                "destroyed": len(destroyed),
                "ids": destroyed[:_LISTED],
                "sha256": hashlib.sha256("\n".join(destroyed).encode()).hexdigest(),
            },
            "left": 0,
            "searched": notes.searched(job.kind == VALUE, read),
            "before": done.before,
            "after": self._audit.checkpoint(),
            "beyond": notes.BEYOND,
        }

    def _erased(self, job: Job) -> Erased:
        done = self._journal.done(job.id)
        destroyed = len(done.keys - still_there(self._ring, done.keys))
        return Erased(job.id, job.tenant, job.kind, done.counts, destroyed, job.note)

    def _say(self, job: str, event: str, **facts: Any) -> None:
        self._audit.append(record("erasure", job, self._now(), event, **facts))


def _named(subject: str, value: str) -> tuple[str, str]:
    if bool(subject.strip()) == bool(value.strip()):
        raise AccessDenied("name a subject or a value, one of the two", hint="accord erase --subject ID | --value -")
    return (SUBJECT, subject) if subject.strip() else (VALUE, value)


def _refs(found: Found) -> list[tuple[str, str]]:
    return [(PSEUDONYM, ref.hex()) for ref in found.scopes] + [(ITEM, one.id) for one in found.items]


def _held_in(connection: Connection, refs: Sequence[bytes]) -> tuple[int, int]:
    """How many pseudonyms there are in scopes, and how many of the scopes there are."""
    inside = there = 0
    for some in portions(refs):
        held = select(func.count()).select_from(pseudonyms).where(pseudonyms.c.scope.in_(some))
        inside += connection.execute(held).scalar_one()
        there += len(_there(connection, some))
    return inside, there


def _there(connection: Connection, refs: Sequence[bytes]) -> set[bytes]:
    """Those scopes that are there."""
    found: set[bytes] = set()
    for some in portions(refs):
        wanted = select(scopes.c.scope).where(scopes.c.scope.in_(some))
        found |= {bytes(scope) for scope in connection.execute(wanted).scalars()}
    return found


def _scrub(store: Store) -> None:
    """Leave no byte of what was deleted in the files, the write-ahead log of SQLite included."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        store.scrub()
        if store.path is None:
            return
        log = store.path.with_name(f"{store.path.name}-wal")
        if not log.exists() or log.stat().st_size == 0:
            return
        if time.monotonic() > end:
            raise StoreError(
                "what was deleted is still in the files: another process reads without a pause",
                hint="everything is erased and proven; run `accord erase --resume` to clean the files",
            )
        time.sleep(0.1)  # somebody is reading: what they read stays in the log until they are done
