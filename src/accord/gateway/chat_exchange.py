"""One exchange of the chat door: what was asked, what was decided about it, and what goes on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from accord.core.content import Context
from accord.core.decision import Decision
from accord.gateway import tracing
from accord.gateway.chat_answer import Answer
from accord.gateway.chat_request import ChatRequest
from accord.gateway.chat_said import garbled
from accord.gateway.threads import Threads
from accord.gateway.upstream import UpstreamFailed
from accord.guard import Guard


class Counts(Protocol):
    """Counts what is told of answers: `accord.gateway.metrics.Metrics`."""

    def held(self, characters: int) -> None:
        """So many characters of an answer wait for what comes next."""
        ...

    def unknown(self, place: str, count: int = 1) -> None:
        """Fields of an answer were dropped."""
        ...


class Uncounted:
    """Counts nothing."""

    def held(self, characters: int) -> None:
        """Nothing follows."""

    def unknown(self, place: str, count: int = 1) -> None:
        """Nothing follows."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was released to the model.

    Attributes:
        asked: the request.
        guard: decides, from its beginning to its end.
        context: on whose behalf.
        decision: what was released to the model.
        answer: takes what the upstream says.
        headers: of the answer.
        id: of the decision about the answer.
        threads: where inspections run.
        counts: told of what was held and dropped.
        provider: name of the upstream.
    """

    asked: ChatRequest
    guard: Guard
    context: Context
    decision: Decision
    answer: Answer
    headers: Mapping[str, str]
    id: str
    threads: Threads
    counts: Counts
    provider: str


async def settled(exchange: Exchange, status: str, decision: Decision | None = None) -> None:
    """Record what became of the request, and the answer that is about to leave."""
    answers = [decision] if decision is not None else []
    delivered, recorder = [(exchange.decision, status)], exchange.guard.recorder
    await exchange.threads.run(lambda: recorder.settle(exchange.context, delivered=delivered, released=answers))


def noted(exchange: Exchange) -> None:
    """Say in traces and metrics what the upstream said of its answer; never what the answer is."""
    answer = exchange.answer
    used = answer.usage or {}
    tracing.genai(
        "chat",
        model=exchange.asked.model,
        provider=exchange.provider,
        tokens_in=used.get("prompt_tokens"),
        tokens_out=used.get("completion_tokens"),
    )
    if answer.unknown:
        exchange.counts.unknown("answer", answer.unknown)


def arrived(error: BaseException) -> str:
    """What is known of a request that got no answer: `failed` only where it surely did not arrive."""
    return error.delivery if isinstance(error, UpstreamFailed) else "unknown"


async def answered(exchange: Exchange, decision: Decision, sent: bool) -> None:
    """Record what became of the answer, with all that was decided about it in the end."""
    status = "delivered" if sent else "failed"
    final = exchange.answer.decision(exchange.id)
    found = {"outcome": final.outcome.value, "rules": " ".join(final.rules)}
    called = [(one, status) for one in exchange.answer.called if one.outcome.releases]
    both = [*called, (decision, status)] if decision.outcome.releases else called
    recorder = exchange.guard.recorder
    await exchange.threads.run(lambda: recorder.settle(exchange.context, delivered=both, more=found))


def named(answer: Answer) -> dict[str, Any]:
    """What an answer says of the system that made it."""
    return {name: answer.head[name] for name in ("service_tier",) if name in answer.head}


def object_of(body: bytes) -> Mapping[str, Any]:
    """What an upstream said.

    Raises:
        Problem: 502: it is no JSON object.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise garbled() from None
    if not isinstance(said, dict):
        raise garbled()
    return said
