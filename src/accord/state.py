"""What is kept between requests, opened together: database, keys, audit log, pseudonyms, custody, API keys.

state folder/
state.sqlite          everything but keys; PostgreSQL where the configuration says so
keys/keys.sqlite      the key store: leave it out of backups of the state, and back it up by itself
keys/master.key       what wraps the keys, unless it is in the environment
"""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord import config
from accord.access.keys import ApiKeys
from accord.audit.anchors import Anchor, FileAnchor, GitAnchor
from accord.audit.log import AuditLog
from accord.audit.opening import open_log
from accord.audit.records import AuditRecord, clock, iso
from accord.config.state import FileModel, SecretModel, address
from accord.core.content import Context
from accord.core.decision import Decision
from accord.core.pseudonym import Issued, PseudonymMap, Scope
from accord.custody.breakglass import BreakGlass
from accord.custody.desk import Desk
from accord.custody.erasure import Erasure
from accord.custody.export import Exporter
from accord.custody.holds import Holds
from accord.custody.items import EVIDENCE, QUARANTINE, Unsealed
from accord.custody.keep import Keep
from accord.custody.mentions import Mentions
from accord.custody.quarantine import Quarantine
from accord.custody.retention import Sweeper
from accord.errors import AuditError, ConfigError
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.transform.pseudonyms import normalise
from accord.transform.scopes import MemoryMap, same
from accord.vault.keys import KeyRing
from accord.vault.opening import open_ring
from accord.vault.pseudonyms import VaultPseudonyms

log = logging.getLogger("accord.state")

_OWN_ID = re.compile(
    r"open|demo|local:[a-z_][a-z0-9_-]{0,31}|(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{12}|(?:oidc|certificate|token):[0-9a-f]{16,64}"
)
_PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,31}")

_ONE_REQUEST = len(Context().scope)

MASTER_VARIABLE = "ACCORD_MASTER_KEY"


@dataclass(frozen=True, slots=True, repr=False)
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
        chosen: the configuration it was opened with.
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
    chosen: config.ConfigModel

    def __repr__(self) -> str:
        return f"<State {self.store!r}>"

    @property
    def pseudonyms(self) -> PseudonymMap:
        """Where pseudonyms are kept: those of one request only in memory, as nobody can ask for them again."""
        return _Kept(MemoryMap(), self.vault)

    def api_keys(self) -> ApiKeys:
        """The API keys; what is done to them is recorded first."""
        return ApiKeys(
            self.store, self.ring, record=lambda event, facts: self.record("keys", {"event": event, **facts})
        )

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
        if not context.person:
            return ""
        key = self.ring.key("subject", context.tenant, context.person)
        return hmac.digest(key.derive("audit"), context.person.encode(), "sha256").hex()

    def identify(self, context: Context) -> dict[str, str]:
        """Who asked and whom it is about, as the audit log may say it for good.

        Ids that accord gave out stand as they are. Everything else could name a person: it stands as a keyed hash,
        the data subject as a commitment that ends with their key.
        """
        principal, purpose = context.principal, context.purpose
        if principal and not _OWN_ID.fullmatch(principal):
            principal = f"hash:{self.ring.name('principal', context.tenant, principal).hex()[:32]}"
        if purpose and not _PURPOSE.fullmatch(purpose):
            purpose = f"hash:{self.ring.name('purpose', context.tenant, purpose).hex()[:32]}"
        return {"principal": principal, "purpose": purpose, "subject": self.commitment(context)}

    def desk(self, by: str, tenant: str | None, view: Callable[[Unsealed], Decision]) -> Desk:
        """All of custody, for one person.

        Args:
            by: who it is, as records name them.
            tenant: whose data they may touch; None for everybody's.
            view: what a reviewer may see of an item.
        """
        parts = (self.store, self.ring, self.audit)
        return Desk(
            by=by,
            tenant=tenant,
            quarantine=self.quarantine,
            glass=BreakGlass(*parts),
            holds=Holds(*parts),
            erasure=Erasure(
                *parts,
                self.audit.signer,
                pseudonyms=self.vault,
                mentions=self.mentions,
                quarantine=self.quarantine,
            ),
            sweeper=self.sweeper(),
            exporter=Exporter(*parts, pseudonyms=self.vault, quarantine=self.quarantine, commitment=self.commitment),
            view=view,
        )

    def sweeper(self) -> Sweeper:
        """Removes what has expired."""
        return Sweeper(self.store, self.ring, self.audit, keep=self.keep)

    def extra_policies(self) -> dict[str, str]:
        """Cedar policies that the configuration adds, by name.

        Raises:
            ConfigError: their file cannot be read.
        """
        named = self.chosen.access.policies
        if named is None:
            return {}
        try:
            return {Path(named).name: Path(named).read_text(encoding="utf-8")}
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the access policies cannot be read: {type(error).__name__}") from None

    def close(self) -> None:
        """Close everything."""
        self.audit.close()
        self.store.close()
        self.key_store.close()


def open_state(folder: Path, chosen: config.ConfigModel, *, recover: bool = True) -> State:
    """Open the state, or make it.

    Args:
        folder: where what is no address lies.
        chosen: the configuration.
        recover: close releases that processes left open which run no more; not to be done by those who only read.

    Raises:
        StoreError: it cannot be used, and what to do about it.
        AuditError: the audit log cannot be used.
    """
    opened: list[Store] = []
    try:
        at, keys_at = chosen.state.url, chosen.state.keys.url
        opened.append(Store(address(keys_at) if keys_at else file_url(folder / "keys" / "keys.sqlite"), KEY_STORE))
        opened.append(Store(address(at) if at else file_url(folder / "state.sqlite"), STATE_STORE))
        ring = _ring(opened[0], opened[1], folder, chosen.state.keys.master)
        return _assembled(folder, opened[1], opened[0], ring, chosen, recover)
    except BaseException:
        for store in opened:
            store.close()
        raise


def _assembled(
    folder: Path, store: Store, key_store: Store, ring: KeyRing, chosen: config.ConfigModel, recover: bool
) -> State:
    mentions = Mentions(ring, normalise)
    vault = VaultPseudonyms(store, ring, keep_ms=_ms(chosen.retention.pseudonyms), same=same, mentioned=mentions)
    logged = chosen.state.audit
    audit = open_log(
        store,
        ring,
        name=logged.name or None,
        anchors=[_anchor(item) for item in logged.anchors],
        every=logged.checkpoint.records,
        every_s=logged.checkpoint.every.total_seconds(),
        alert=_alert,
        recover=recover,
    )
    keep = Keep(
        quarantine=_ms(chosen.retention.quarantine),
        evidence=_ms(chosen.retention.evidence),
        pseudonyms=_ms(chosen.retention.pseudonyms),
        categories={pattern: _ms(lasts) for pattern, lasts in chosen.retention.categories.items()},
        explicit=frozenset({QUARANTINE, EVIDENCE} & chosen.retention.model_fields_set),
    )
    quarantine = Quarantine(store, ring, audit, mentions=mentions, keep=keep)
    return State(folder, store, key_store, ring, audit, vault, mentions, keep, quarantine, chosen)


def _alert(error: AuditError) -> None:
    log.error("the audit log: %s", error)


def _anchor(item: Any) -> Anchor:
    return FileAnchor(Path(item.file)) if isinstance(item, FileModel) else GitAnchor(Path(item.git))


def _ring(key_store: Store, store: Store, folder: Path, master: Any) -> KeyRing:
    if isinstance(master, SecretModel):
        master.reveal()
        return open_ring(key_store, folder / "keys" / "master.key", variable=master.env, state=store)
    if master is not None:
        return open_ring(key_store, Path(master.file), state=store)
    return open_ring(key_store, folder / "keys" / "master.key", variable=MASTER_VARIABLE, state=store)


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
