"""Everything that is held about a data subject, for who may hand it out (GDPR, articles 15 and 20)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from sqlalchemy import select

from accord.audit.log import AuditRecord
from accord.core.content import Content, Context, Part, Text
from accord.custody.common import Log, Now, clock, new_id, person, record, when
from accord.custody.items import item_of, standing
from accord.custody.quarantine import Quarantine
from accord.errors import AccessDenied, KeyLost
from accord.store.engine import Store
from accord.store.tables.custody import items, legal_holds
from accord.store.tables.pseudonyms import scopes
from accord.vault.keys import KeyRing
from accord.vault.pseudonyms import VaultPseudonyms

FORMAT = "accord export 1"


class ReadLog(Log, Protocol):
    """The audit log, as an export reads it."""

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        ...

    def records(self, *, kind: str | None = None, decision: str | None = None) -> Iterator[dict[str, Any]]:
        """Records, oldest first."""
        ...


class Exporter:
    """Gathers what is held about a data subject.

    Args:
        store: the state.
        ring: the keys.
        audit: the log; that something was exported stands in it before anything is gathered.
        pseudonyms: what stands for values.
        quarantine: what is kept of content.
        commitment: what stands for the data subject of a context in records of the log, as the guard writes it.
        now: the clock.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        audit: ReadLog,
        *,
        pseudonyms: VaultPseudonyms,
        quarantine: Quarantine,
        commitment: Callable[[Context], str],
        now: Now = clock,
    ) -> None:
        self._store = store
        self._ring = ring
        self._audit = audit
        self._pseudonyms = pseudonyms
        self._quarantine = quarantine
        self._commitment = commitment
        self._now = now

    def export(self, tenant: str, subject: str, by: str) -> dict[str, Any]:
        """Everything that is held about a data subject, as JSON takes it; content in clear.

        Args:
            tenant: whose data.
            subject: the data subject, as in `Context.subject`.
            by: who exports it.

        Raises:
            AccessDenied: nobody is named.
            AuditError: it could not be recorded; nothing is given.
            StoreError: it cannot be read.
        """
        who, at = person(by), self._now()
        if not subject.strip():
            raise AccessDenied("no subject is named", hint="accord export SUBJECT")
        name = self._ring.name("subject", tenant, subject)
        known = self._ring.find("subject", tenant, subject) is not None  # the commitment would make the key
        named = {"subject": self._commitment(Context(tenant=tenant, subject=subject))} if known else {}
        self._audit.append(record("custody", new_id(), at, "exported", tenant=tenant, by=who, **named))
        return {
            "format": FORMAT,
            "at": when(at),
            "tenant": tenant,
            "subject": subject,
            "pseudonyms": self._values(tenant, subject),
            "conversations": self._conversations(name),
            "kept": list(self._kept(tenant, name)),
            "legal_holds": self._held(name),
            "records": self._records(named.get("subject", "")),
        }

    def _values(self, tenant: str, subject: str) -> list[dict[str, str]]:
        return [
            {"pseudonym": pseudonym, "value": one.value, "category": one.category, "brought_by": one.origin.value}
            for pseudonym, one in self._pseudonyms.of_subject(tenant, subject)
        ]

    def _conversations(self, name: bytes) -> list[dict[str, str]]:
        wanted = select(scopes.c.expires).where(scopes.c.subject == name).order_by(scopes.c.expires)
        with self._store.read() as connection:
            return [{"kept_until": when(at)} for at in connection.execute(wanted).scalars()]

    def _kept(self, tenant: str, name: bytes) -> Iterator[dict[str, Any]]:
        wanted = select(items).where(items.c.subject == name, standing(self._now()))
        with self._store.read() as connection:
            found = [item_of(row) for row in connection.execute(wanted.order_by(items.c.created, items.c.id))]
        for item in found:
            try:
                content: Content | None = self._quarantine.unsealed_for_release(item.id, tenant).content
            except KeyLost:
                content = None
            yield {
                "id": item.id,
                "kind": item.kind,
                "state": item.state,
                "decision": item.decision,
                "destination": item.destination,
                "categories": list(item.categories),
                "created": when(item.created),
                "expires": when(item.expires),
                "content": [_part(part) for part in content] if content is not None else None,
            }

    def _held(self, name: bytes) -> list[dict[str, Any]]:
        wanted = select(legal_holds).where(legal_holds.c.subject == name).order_by(legal_holds.c.placed)
        with self._store.read() as connection:
            rows = connection.execute(wanted).all()
        return [
            {"id": row.id, "placed": when(row.placed), "lifted": when(row.lifted) if row.lifted else None}
            for row in rows
        ]

    def _records(self, subject: str) -> list[dict[str, Any]]:
        if not subject:
            return []
        return [one for one in self._audit.records() if one.get("subject") == subject]


def _part(part: Part) -> dict[str, Any]:
    about = {"modality": part.modality.value, "role": part.role.value, "message": part.message}
    if isinstance(part, Text):
        return {**about, "text": part.reveal()}
    return {**about, "media_type": part.media_type, "base64": base64.b64encode(part.reveal()).decode()}
