"""A second policy that judges what the first one judged, and changes nothing: how they differ is counted.

It sees the same findings, so nothing is inspected twice; what it would find with other detectors it does not know.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import Any

from accord.core.content import Context
from accord.core.decision import Decision, Outcome
from accord.gateway.metrics import Metrics
from accord.policy import Policy, decide

log = logging.getLogger("accord.shadow")

_MOST = 4096


class Shadow:
    """The second policy. Safe for threads.

    Args:
        policy: the second one.
        metrics: what is counted.
    """

    def __init__(self, policy: Policy, metrics: Metrics) -> None:
        self._policy, self._metrics = policy, metrics
        self._lock = threading.Lock()
        self._decisions: Counter[tuple[str, str, str]] = Counter()
        self._findings: Counter[tuple[str, str, str, str]] = Counter()
        self._errors = 0

    def __repr__(self) -> str:
        return f"<Shadow {self._policy.digest[:12]}>"

    def heard(self, decision: Decision, context: Context, kind: str) -> None:
        """Judge what was decided once more: what `accord.guard.Guard` takes as `heard`. Never raises."""
        if kind != "release":
            return
        try:
            self._compare(decision, context)
        except Exception as error:
            with self._lock:
                self._errors += 1
            log.error("the shadow policy failed: %s", type(error).__name__)

    def _compare(self, decision: Decision, context: Context) -> None:
        judged = decide(self._policy, decision.findings, decision.to, context)
        # Rewriting names in what is allowed makes a transformation of it that no rule asked for.
        live = max((verdict.outcome for verdict in decision.verdicts), default=Outcome.ALLOW)
        if decision.item and live.releases:
            live = judged.outcome  # a person admitted it: that says nothing about the policies
        pairs = zip(decision.verdicts, judged.verdicts, strict=True)
        differing = [
            (decision.to.value, one.finding.category, one.outcome.value, other.outcome.value)
            for one, other in pairs
            if one.outcome is not other.outcome and not decision.item
        ]
        both = (decision.to.value, live.value, judged.outcome.value)
        with self._lock:
            self._decisions[both] += 1
            for key in differing:
                if key in self._findings or len(self._findings) < _MOST:
                    self._findings[key] += 1
        self._metrics.shadowed(*both)

    def report(self) -> dict[str, Any]:
        """How the two differ so far, in this process."""
        with self._lock:
            decisions, findings, errors = dict(self._decisions), dict(self._findings), self._errors
        return {
            "policy": self._policy.digest,
            "decisions": sum(decisions.values()),
            "differ": sum(count for (_, live, shadow), count in decisions.items() if live != shadow),
            "errors": errors,
            "outcomes": [
                {"to": to, "live": live, "shadow": shadow, "count": count}
                for (to, live, shadow), count in sorted(decisions.items())
            ],
            "findings": [
                {"to": to, "category": category, "live": live, "shadow": shadow, "count": count}
                for (to, category, live, shadow), count in sorted(findings.items())
            ],
        }
