"""A state with its keys, a log that can be looked into, and a clock that can be moved."""

from __future__ import annotations

from dataclasses import dataclass, field

from accord.audit.log import AuditRecord
from accord.core.content import Content, Context, Text
from accord.core.decision import Decision, Destination, Outcome, Verdict
from accord.core.finding import Finding
from accord.core.place import Span
from accord.custody.breakglass import BreakGlass
from accord.custody.holds import Holds
from accord.custody.mentions import Mentions
from accord.custody.quarantine import Quarantine
from accord.errors import AuditError
from accord.store.engine import Store
from accord.vault.keys import KeyRing

START = 1_750_000_000_000


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> int:
        return self.at


@dataclass
class Log:
    """Keeps records in memory; breaks when told to."""

    records: list[AuditRecord] = field(default_factory=list)
    broken: bool = False

    def append(self, record: AuditRecord) -> int:
        if self.broken:
            raise AuditError("the audit record could not be written", hint="nothing was released")
        record.canonical()
        self.records.append(record)
        return len(self.records) - 1

    @property
    def events(self) -> list[str]:
        return [str(record.body["event"]) for record in self.records]

    @property
    def text(self) -> str:
        return "\n".join(record.canonical() for record in self.records)


@dataclass
class Desk:
    """Everything a test of custody needs."""

    store: Store
    ring: KeyRing
    log: Log
    clock: Clock
    mentions: Mentions
    quarantine: Quarantine
    glass: BreakGlass
    holds: Holds

    def keep(self, text: str, context: Context, outcome: Outcome = Outcome.HOLD) -> str:
        content, decision = held(text, outcome)
        return self.quarantine.keep(content, decision, context)


def held(text: str, outcome: Outcome = Outcome.HOLD, policy: str = "p1") -> tuple[Content, Decision]:
    """A text, and the decision that holds it; a word in braces is a name that was found."""
    plain = text.replace("{", "").replace("}", "")
    verdicts = []
    if "{" in text:
        start = text.index("{")
        finding = Finding("privacy.person.name", 0.9, "t", 0, Span(start, text.index("}") - 1))
        verdicts.append(Verdict(finding, outcome, ("R",)))
    decision = Decision("d1", Destination.MODEL, outcome, ("R",), (), tuple(verdicts), {}, policy, outcome)
    return (Text(plain, name="jonas.txt"),), decision
