"""Where a data subject is kept, or a value is mentioned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from accord.core.content import Text
from accord.core.pseudonym import Issued
from accord.custody.items import id_of, item_keys
from accord.custody.journal import SUBJECT
from accord.custody.keys import named_keys, portions, with_children
from accord.custody.mentions import ITEM, PSEUDONYM, Mentions
from accord.custody.quarantine import Quarantine
from accord.custody.spelled import teller
from accord.errors import StoreError
from accord.store.engine import Store
from accord.store.tables.custody import items
from accord.store.tables.pseudonyms import scopes
from accord.vault.keys import KeyRing
from accord.vault.pseudonyms import VaultPseudonyms
from accord.vault.stamps import Stamps


@dataclass(frozen=True, slots=True)
class Kept:
    """An item that is to go.

    Attributes:
        id: which.
        kind: `quarantine` or `evidence`.
        subject: whose data it holds, as a keyed hash, where known.
    """

    id: str
    kind: str
    subject: bytes | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is to go.

    Attributes:
        scopes: scopes of pseudonyms, as keyed hashes.
        items: items of custody.
        keys: ids of the keys under which all of it is sealed.
        subjects: whose data it is, as keyed hashes: a legal hold of any of them forbids to delete.
        read: what was read to find a value: how many pseudonyms, items, and parts in which it could not be read.
    """

    scopes: list[bytes] = field(default_factory=list)
    items: list[Kept] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    subjects: set[bytes] = field(default_factory=set)
    read: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.scopes or self.items or self.keys)


class Finder:
    """Finds what is kept.

    Args:
        store: the state.
        ring: the keys.
        mentions: the index of values.
        quarantine: opens what is kept of content.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        mentions: Mentions,
        quarantine: Quarantine,
        pseudonyms: VaultPseudonyms,
    ) -> None:
        self._store = store
        self._ring = ring
        self._mentions = mentions
        self._quarantine = quarantine
        self._pseudonyms = pseudonyms
        self._stamps = Stamps(ring, items)

    def search(self, tenant: str, kind: str, target: str, known: Iterable[str] = ()) -> Found:
        """Everything of a subject, or that mentions a value; for a value, all that is kept as text is read.

        Args:
            tenant: whose data.
            kind: `subject` or `value`.
            target: who, or what.
            known: ids of items that were found before.

        Raises:
            StoreError: it cannot be read.
            TamperDetected: what says whose it is was edited in the database.
        """
        if kind == SUBJECT:
            return self._of_subject(tenant, target)
        read: Counter[str] = Counter()
        telling = [*known, *self._telling(tenant, target, read)]
        tells = self.matcher(target)
        refs, read["pseudonyms"] = self._pseudonyms.telling(tenant, tells)
        return self._of_value(tenant, target, telling, refs, read)

    def matcher(self, value: str) -> Callable[[Issued], bool]:
        """Says whether what a pseudonym stands for is a value, or holds it in any spelling."""
        forms, tells = self._mentions.forms(value), teller(value)
        return lambda one: self._mentions.form(one.category, one.value) in forms or tells(one.value)

    def _of_subject(self, tenant: str, subject: str) -> Found:
        whose = self._ring.name("subject", tenant, subject)
        with self._store.read() as connection:
            refs = [
                bytes(r)
                for r in connection.execute(select(scopes.c.scope).where(scopes.c.subject == whose)).scalars()
            ]
            rows = connection.execute(select(items).where(items.c.subject == whose)).all()
        for row in rows:
            self._stamps.check(row)
        kept = [Kept(row.id, row.kind, whose) for row in rows]
        above = named_keys(self._ring, "subject", [whose])
        return Found(refs, kept, with_children(self._ring, [*above, *self._keys(tenant, refs, kept)]), {whose})

    def _of_value(
        self, tenant: str, value: str, more: Iterable[str], holding: Sequence[bytes], read: Mapping[str, int]
    ) -> Found:
        with self._store.read() as connection:
            found = self._mentions.find(connection, tenant, value)
        refs = list(dict.fromkeys([*(one.ref for one in found if one.kind == PSEUDONYM), *holding]))
        named = {id_of(one.ref) for one in found if one.kind == ITEM} | set(more)
        kept: list[Kept] = []
        subjects: set[bytes] = set()
        with self._store.read() as connection:
            for some in portions(sorted(named)):
                wanted = select(items).where(items.c.id.in_(some))
                rows = connection.execute(wanted.where(items.c.tenant == tenant)).all()
                for row in rows:
                    self._stamps.check(row)
                kept += [Kept(r.id, r.kind, bytes(r.subject) if r.subject is not None else None) for r in rows]
            for part in portions(refs):
                whose = select(scopes.c.subject).where(scopes.c.scope.in_(part), scopes.c.subject.is_not(None))
                subjects |= {bytes(one) for one in connection.execute(whose).scalars()}
        subjects |= {one.subject for one in kept if one.subject is not None}
        return Found(refs, kept, with_children(self._ring, self._keys(tenant, refs, kept)), subjects, read)

    def _keys(self, tenant: str, refs: list[bytes], kept: list[Kept]) -> list[str]:
        mine = item_keys(self._ring, [(one.kind, tenant, one.id) for one in kept])
        return [*named_keys(self._ring, "scope", refs), *mine]

    def _telling(self, tenant: str, value: str, read: Counter[str]) -> Iterator[str]:
        """Items in whose texts a value stands, found by a detector or not."""
        tells = teller(value)
        for item in self._quarantine.list(tenant):
            try:
                content = self._quarantine.unsealed_for_release(item.id, tenant).content
            except StoreError:  # its key is destroyed, or it went meanwhile, or it is damaged
                read["items that do not open"] += 1
                continue
            read["items"] += 1
            texts = [part.reveal() for part in content if isinstance(part, Text)]
            read["parts that are no text"] += len(content) - len(texts)
            if any(tells(text) for text in texts):
                yield item.id
