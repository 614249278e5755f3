"""What was decided, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from accord.core.content import Content, Modality
from accord.core.finding import Finding


class Destination(StrEnum):
    """Where content may go. Logs, metrics, traces and the audit log are not among them."""

    MODEL = "model"
    USER = "user"
    TOOL = "tool"
    DATASET = "dataset"
    REVIEWER = "reviewer"
    VENDOR = "vendor"


class Outcome(Enum):
    """What a decision says, in order of strictness."""

    ALLOW = "allow"
    TRANSFORM = "transform"
    HOLD = "hold"
    BLOCK = "block"

    @property
    def strictness(self) -> int:
        """0 for allow to 3 for block."""
        return _ORDER.index(self)

    def __lt__(self, other: Outcome) -> bool:
        return self.strictness < other.strictness

    def __le__(self, other: Outcome) -> bool:
        return self.strictness <= other.strictness

    def __gt__(self, other: Outcome) -> bool:
        return self.strictness > other.strictness

    def __ge__(self, other: Outcome) -> bool:
        return self.strictness >= other.strictness

    @property
    def releases(self) -> bool:
        """Whether content leaves under this outcome."""
        return self in (Outcome.ALLOW, Outcome.TRANSFORM)


_ORDER = [Outcome.ALLOW, Outcome.TRANSFORM, Outcome.HOLD, Outcome.BLOCK]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was inspected of how much there was: characters of text, otherwise bytes."""

    inspected: int
    total: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says of one finding."""

    finding: Finding
    outcome: Outcome
    rules: tuple[str, ...]
    transform: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Transcript:
    """What is said in a recording, as it may leave: pseudonyms and masks stand where the sound was changed.

    Attributes:
        part: index of the part.
        item: which file within the part: 0 for the part itself.
        text: what was understood, rewritten like any other text.
    """

    part: int
    item: int
    text: str

    def __repr__(self) -> str:
        return f"<Transcript of part {self.part}, {len(self.text)} characters>"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to "may this leave, for there?".

    Attributes:
        id: names the decision in the audit log.
        to: where it would go.
        outcome: what happens now.
        rules: ids of all rules that were met, sorted; `default` where no rule names a finding.
        reasons: what those rules say for people to read, in the same order, without repeats.
        verdicts: finding by finding.
        coverage: what was inspected of what there was, per modality.
        policy_digest: SHA-256 of the policy that decided.
        would: what the policy would do if it were enforced; differs from `outcome` in monitor mode only.
        content: what may leave; None unless the outcome releases it.
        transcripts: what is said in the recordings that leave.
        item: what custody keeps of it: content that was held or blocked, or the approval that admitted it.
        degraded: detectors that did not inspect it, for whose absence somebody answers until a date.
    """

    id: str
    to: Destination
    outcome: Outcome
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    coverage: Mapping[Modality, Coverage]
    policy_digest: str
    would: Outcome
    content: Content | None = field(default=None, repr=False)
    transcripts: tuple[Transcript, ...] = field(default=(), repr=False)
    item: str = ""
    degraded: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that were judged."""
        return tuple(verdict.finding for verdict in self.verdicts)
