"""All of custody over a real audit log and a real vault."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.custody.desks import Clock, held

from accord.audit.log import AuditLog
from accord.audit.notes import Ed25519Signer
from accord.core.content import Context, Origin
from accord.core.decision import Outcome
from accord.core.pseudonym import Issued
from accord.custody.breakglass import BreakGlass
from accord.custody.erasure import Erasure
from accord.custody.export import Exporter
from accord.custody.holds import Holds
from accord.custody.keep import Keep
from accord.custody.mentions import Mentions
from accord.custody.quarantine import Quarantine
from accord.custody.retention import Sweeper
from accord.store.engine import Store
from accord.transform.pseudonyms import normalise
from accord.vault.keys import KeyRing
from accord.vault.pseudonyms import VaultPseudonyms

DAY = 86_400_000


@dataclass
class Rooms:
    """Everything that keeps something, over one state and one key store."""

    store: Store
    ring: KeyRing
    clock: Clock
    audit: AuditLog
    signer: Ed25519Signer
    pseudonyms: VaultPseudonyms
    quarantine: Quarantine
    glass: BreakGlass
    holds: Holds
    erasure: Erasure
    sweeper: Sweeper
    exporter: Exporter

    @property
    def events(self) -> list[str]:
        return [str(one["event"]) for one in self.audit.records()]

    def name(self, context: Context, pseudonym: str, value: str, category: str = "privacy.person.name") -> None:
        """Let a pseudonym stand for a value."""
        self.pseudonyms.keep(context.scope, {pseudonym: Issued(value, category, Origin.CALLER)}, context.subject)

    def keep(self, text: str, context: Context, outcome: Outcome = Outcome.HOLD) -> str:
        """Hold or block a text; a word in braces is a name that was found."""
        content, decision = held(text, outcome)
        return self.quarantine.keep(content, decision, context)


def rooms(store: Store, ring: KeyRing, clock: Clock, keep: Keep | None = None) -> Rooms:
    """All of custody, as a composition root would make it."""
    keep = keep or Keep(evidence=90 * DAY)
    signer = Ed25519Signer(bytes(range(32)), "accord.test/log")
    audit = AuditLog(store, ring.key("audit"), signer, now=clock)
    mentions = Mentions(ring, normalise)
    pseudonyms = VaultPseudonyms(store, ring, keep_ms=keep.pseudonyms, now=clock, mentioned=mentions)
    quarantine = Quarantine(store, ring, audit, mentions=mentions, keep=keep, now=clock)
    return Rooms(
        store=store,
        ring=ring,
        clock=clock,
        audit=audit,
        signer=signer,
        pseudonyms=pseudonyms,
        quarantine=quarantine,
        glass=BreakGlass(store, ring, audit, now=clock),
        holds=Holds(store, ring, audit, now=clock),
        erasure=Erasure(
            store, ring, audit, signer, pseudonyms=pseudonyms, mentions=mentions, quarantine=quarantine, now=clock
        ),
        sweeper=Sweeper(store, ring, audit, keep=keep, now=clock),
        exporter=Exporter(
            store,
            ring,
            audit,
            pseudonyms=pseudonyms,
            quarantine=quarantine,
            commitment=lambda context: ring.key("subject", context.tenant, context.subject).derive("audit").hex(),
            now=clock,
        ),
    )
