"""What the doors beside chat have in common: a strict body, one decision for several, and its record."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from accord.core.content import Context
from accord.core.decision import Coverage, Decision, Destination, Outcome
from accord.core.finding import Finding
from accord.core.place import Meta
from accord.gateway import strict
from accord.gateway.asgi import Request
from accord.gateway.problems import Problem
from accord.guard import Guard

LARGE = 100_000
"""Bytes of a body from which on it is parsed in a thread of its own."""

MAX_TEXTS = 1_000
"""How many texts one request may hold."""


async def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, read strictly.

    Raises:
        Problem: 400.
    """
    if len(body) > LARGE:
        return await asyncio.to_thread(strict.loads_object, body)
    return strict.loads_object(body)


async def json_of(request: Request, limit: int, seconds: float) -> dict[str, Any]:
    """The JSON object of a request.

    Args:
        request: the request.
        limit: largest body, in bytes.
        seconds: how long the client may take to send it.

    Raises:
        Problem: 400, 408 or 413.
    """
    return await object_of(await request.body(limit, seconds))


def merged(decisions: Sequence[Decision]) -> Decision:
    """Several decisions about one request as one: the strictest outcome, all verdicts, all that was covered."""
    first = decisions[0]
    if len(decisions) == 1:
        return first
    inspected: Counter[Any] = Counter()
    total: Counter[Any] = Counter()
    for each in decisions:
        for modality, covered in each.coverage.items():
            inspected[modality] += covered.inspected
            total[modality] += covered.total
    return replace(
        first,
        outcome=max(each.outcome for each in decisions),
        would=max(each.would for each in decisions),
        rules=tuple(sorted({rule for each in decisions for rule in each.rules})),
        reasons=tuple(dict.fromkeys(reason for each in decisions for reason in each.reasons)),
        verdicts=tuple(verdict for each in decisions for verdict in each.verdicts),
        coverage={modality: Coverage(inspected[modality], total[modality]) for modality in total},
        item=next((each.item for each in decisions if each.item), ""),
    )


def refused(guard: Guard, context: Context, to: Destination, reason: str) -> Decision:
    """The decision about content that could not even be read, and so was not inspected: it stays.

    Args:
        guard: whose policy says so.
        context: on whose behalf.
        to: where it would have gone.
        reason: fixed words without content.
    """
    fault = Finding("fault.uninspected", 1.0, "gateway", 0, Meta("content"), reason=reason)
    verdict = guard.policy.judge(fault, to, context)
    # Whatever the policy says of faults: nothing was read, so there is nothing that could be released.
    outcome = max(verdict.outcome, Outcome.BLOCK)
    digest = guard.policy.digest
    return Decision(uuid.uuid4().hex, to, outcome, verdict.rules, (), (verdict,), {}, digest, outcome)


def faults(decision: Decision) -> list[Finding]:
    """What was not inspected, where that alone keeps content from leaving."""
    judged = (v for v in decision.verdicts if v.finding.category.startswith("fault."))
    return [verdict.finding for verdict in judged if not verdict.outcome.releases]


def not_inspected(found: Sequence[Finding]) -> Problem:
    """Content was not inspected, so nothing can be said of it: 503 where asking again may help, otherwise 400."""
    passing = any(finding.category in ("fault.deadline", "fault.detector") for finding in found)
    if passing:
        text = "The content could not be inspected in time; nothing can be said of it."
        return Problem(503, "not_inspected", text, headers={"retry-after": "1"})
    return Problem(400, "not_inspected", "Part of the content cannot be inspected; nothing can be said of it.")


async def recorded(guard: Guard, decision: Decision, context: Context, kind: str) -> None:
    """Put a decision on record, durably, before anything is said of it; `kind` is `release` or `preview`.

    Raises:
        AuditError: it could not be written.
    """
    await asyncio.to_thread(guard.recorder.record, decision, context, kind)


def closing(guard: Guard, *decisions: Decision) -> Callable[[bool], Awaitable[None]]:
    """Records what became of releases, once their answer was sent or could not be."""
    left = [decision for decision in decisions if decision.outcome.releases]

    async def after(sent: bool) -> None:
        status = "delivered" if sent else "failed"
        await asyncio.to_thread(guard.recorder.settle, Context(), delivered=[(one, status) for one in left])

    return after
