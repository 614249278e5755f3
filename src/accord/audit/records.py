"""What a record of the log says: what was decided, for whom, under which policy; never what about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accord.core.content import Context
from accord.core.decision import Decision, Outcome
from accord.errors import AuditError

RELEASE = "release"
DELIVERY = "delivery"
ALERT = "alert"
VERIFICATION = "verification"
STATUSES = ("delivered", "failed", "unknown")
KIND_LENGTH = 24
DECISION_LENGTH = 64

Clock = Callable[[], int]
"""Gives the time in milliseconds since 1970 (UTC)."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What was decided, for whom, under which policy; never what about.

    Attributes:
        kind: release, preview, delivery, access, keys, custody, erasure, retention, break-glass, master,
            verification or alert.
        decision: the decision it belongs to, or what else names the event; may be empty.
        at: when, ISO 8601 in UTC.
        body: everything else. Subjects are keyed commitments, so that destroying the key severs the link.
    """

    kind: str
    decision: str
    at: str
    body: dict[str, Any]

    def canonical(self) -> str:
        """Its one written form: JSON with sorted keys, no spaces and ASCII only."""
        whole = {**self.body, "kind": self.kind, "decision": self.decision, "at": self.at}
        return _written(whole)

    @property
    def owes_delivery(self) -> bool:
        """Whether content left under it, of which someone is to say what became."""
        return self.kind == RELEASE and self.body.get("outcome") in _LEAVES


_LEAVES = tuple(outcome.value for outcome in Outcome if outcome.releases)
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Row:
    """A record ready to be written.

    Attributes:
        text: its canonical form.
        kind: as in the record.
        decision: as in the record.
        opens: whether a delivery is owed.
    """

    text: str
    kind: str
    decision: str
    opens: bool


def row_of(record: AuditRecord, writer: str) -> Row:
    """A record as it will stand in the log.

    Args:
        record: what is to be logged.
        writer: names the process, in records of which it has to say what became.

    Raises:
        AuditError: it cannot be written down.
    """
    opens = record.owes_delivery
    if opens:
        record = AuditRecord(record.kind, record.decision, record.at, {**record.body, "writer": writer})
    try:
        text = record.canonical()
        short = len(record.kind) <= KIND_LENGTH and len(record.decision) <= DECISION_LENGTH
        plain = (record.kind + record.decision).isprintable()
    except (TypeError, ValueError, AttributeError, RecursionError):
        short = plain = False
    if not short or not plain:
        raise AuditError("the audit record cannot be written down", hint="nothing was released")
    return Row(text, record.kind, record.decision, opens)


def record_of(decision: Decision, context: Context, kind: str) -> AuditRecord:
    """The record of a decision; `kind` is `release` or `preview`."""
    counts = Counter(finding.category for finding in decision.findings)
    body = {
        "to": decision.to.value,
        "outcome": decision.outcome.value,
        "would": decision.would.value,
        "rules": list(decision.rules),
        "policy": decision.policy_digest,
        "findings": dict(sorted(counts.items())),
        "coverage": {m.value: [c.inspected, c.total] for m, c in sorted(decision.coverage.items())},
        "tenant": context.tenant,
        "principal": context.principal,
        "purpose": context.purpose,
        "request": context.request,
        **({"degraded": list(decision.degraded)} if decision.degraded else {}),
    }
    return AuditRecord(kind, decision.id, iso(clock()), body)


def delivery_of(decision_id: str, status: str, at: str = "", **more: str) -> AuditRecord:
    """The record that says what became of a release: `delivered`, `failed` or `unknown`."""
    if status not in STATUSES:
        raise ValueError(f"not a delivery status: {status}")
    return AuditRecord(DELIVERY, decision_id, at or iso(clock()), {"status": status, **more})


def clock() -> int:
    """The time in milliseconds since 1970 (UTC)."""
    return int(datetime.now(UTC).timestamp() * 1000)


def iso(milliseconds: int) -> str:
    """A time as records write it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
