"""What is kept between requests, opened together: database, keys, audit log, pseudonyms, custody, API keys.

state folder/
state.sqlite          everything but keys; PostgreSQL where the configuration says so
keys/keys.sqlite      the key store: leave it out of backups of the state, and back it up by itself
keys/master.key       what wraps the keys, unless it is in the environment
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord import config
from accord.access.keys import ApiKeys
from accord.audit.log import AuditLog, AuditRecord
from accord.audit.notes import Ed25519Signer
from accord.audit.records import clock, iso
from accord.config.state import SecretModel, address
from accord.core.content import Context
from accord.core.pseudonym import Issued, PseudonymMap, Scope
from accord.custody.keep import Keep
from accord.custody.mentions import Mentions
from accord.custody.quarantine import Quarantine
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.transform.pseudonyms import normalise
from accord.transform.scopes import MemoryMap, same
from accord.vault.keys import KeyRing
from accord.vault.opening import open_ring
from accord.vault.pseudonyms import VaultPseudonyms

_ONE_REQUEST = len(Context().scope)

MASTER_VARIABLE = "ACCORD_MASTER_KEY"


@dataclass(frozen=True, slots=True)
class State:
    """Everything that outlives a request.

    Attributes:
        folder: the state folder.
        store: the database.
        key_store: the database of keys.
        ring: the keys.
        audit: the audit log.
        vault: pseudonyms that outlive the process.
        mentions: the index of what is mentioned where.
        keep: how long what is kept.
        quarantine: content that did not leave.
    """

    folder: Path
    store: Store
    key_store: Store
    ring: KeyRing
    audit: AuditLog
    vault: VaultPseudonyms
    mentions: Mentions
    keep: Keep
    quarantine: Quarantine

    @property
    def pseudonyms(self) -> PseudonymMap:
        """Where pseudonyms are kept: those of one request only in memory, as nobody can ask for them again."""
        return _Kept(MemoryMap(), self.vault)

    def api_keys(self) -> ApiKeys:
        """The API keys; what is done to them is recorded first."""
        return ApiKeys(self.store, record=self.record)

    def record(self, kind: str, body: Mapping[str, Any], *, about: str = "") -> None:
        """Write a record that is about no decision: of keys, access, custody.

        Raises:
            AuditError: it could not be written, so nothing may happen.
        """
        self.audit.append(AuditRecord(kind, about, iso(clock()), dict(body)))

    def commitment(self, context: Context) -> str:
        """Who a record is about, so that only who has the key of that person can tell; empty where nobody is known.

        Erasing the person destroys the key, and with it what the record says of them.
        """
        if not context.subject:
            return ""
        key = self.ring.key("subject", context.tenant, context.subject)
        return hmac.digest(key.derive("audit"), context.subject.encode(), "sha256").hex()

    def close(self) -> None:
        """Close everything."""
        self.audit.close()
        self.store.close()
        self.key_store.close()


def open_state(folder: Path, chosen: config.ConfigModel) -> State:
    """Open the state, or make it.

    Raises:
        StoreError: it cannot be used, and what to do about it.
        AuditError: the audit log cannot be used.
    """
    keys = chosen.state.keys
    key_store = Store(address(keys.url) if keys.url else file_url(folder / "keys" / "keys.sqlite"), KEY_STORE)
    try:
        ring = _ring(key_store, folder, keys.master)
        store = Store(
            address(chosen.state.url) if chosen.state.url else file_url(folder / "state.sqlite"), STATE_STORE
        )
    except BaseException:
        key_store.close()
        raise
    try:
        return _assembled(folder, store, key_store, ring, chosen)
    except BaseException:
        store.close()
        key_store.close()
        raise


def _assembled(folder: Path, store: Store, key_store: Store, ring: KeyRing, chosen: config.ConfigModel) -> State:
    mentions = Mentions(ring, normalise)
    vault = VaultPseudonyms(store, ring, keep_ms=_ms(chosen.retention.pseudonyms), same=same, mentioned=mentions)
    seed, often = ring.key("audit"), chosen.state.audit.checkpoint
    audit = AuditLog(
        store,
        seed,
        Ed25519Signer(seed.derive("checkpoint signing"), chosen.state.audit.name),
        every=often.records,
        every_s=often.every.total_seconds(),
    )
    keep = Keep(quarantine=_ms(chosen.retention.quarantine), evidence=_ms(chosen.retention.evidence))
    quarantine = Quarantine(store, ring, audit, mentions=mentions, keep=keep)
    return State(folder, store, key_store, ring, audit, vault, mentions, keep, quarantine)


def _ring(store: Store, folder: Path, master: Any) -> KeyRing:
    if isinstance(master, SecretModel):
        master.reveal()
        return open_ring(store, folder / "keys" / "master.key", variable=master.env)
    if master is not None:
        return open_ring(store, Path(master.file))
    return open_ring(store, folder / "keys" / "master.key", variable=MASTER_VARIABLE)


def _ms(span: Any) -> int:
    return int(span.total_seconds() * 1000)


class _Kept:
    """Pseudonyms of sessions and people in the vault, those of single requests in memory."""

    def __init__(self, memory: PseudonymMap, vault: PseudonymMap) -> None:
        self._memory, self._vault = memory, vault

    def _of(self, scope: Scope) -> PseudonymMap:
        return self._memory if len(scope) == _ONE_REQUEST else self._vault

    def key(self, scope: Scope, subject: str = "") -> bytes:
        return self._of(scope).key(scope, subject)

    def load(self, scope: Scope) -> Mapping[str, Issued]:
        return self._of(scope).load(scope)

    def keep(self, scope: Scope, issued: Mapping[str, Issued], subject: str = "") -> None:
        self._of(scope).keep(scope, issued, subject)

    def version(self, scope: Scope) -> int:
        return self._of(scope).version(scope)

    def forget(self, scope: Scope) -> None:
        self._of(scope).forget(scope)
