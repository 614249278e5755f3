"""Traces by OpenTelemetry, where it is installed; names, numbers and decisions in them, and never content.

Attributes follow OpenTelemetry's conventions for HTTP servers and for generative AI. Without `opentelemetry-api`
nothing happens here.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

propagate: Any = None
trace: Any = None
with contextlib.suppress(ImportError):
    propagate = importlib.import_module("opentelemetry.propagate")
    trace = importlib.import_module("opentelemetry.trace")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_CARRIED = ("traceparent",)


class Span:
    """One request in a trace; does nothing where there is no trace."""

    __slots__ = ("_span",)

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def note(self, facts: Mapping[str, str | int | float | bool]) -> None:
        """Note facts without content."""
        if self._span is not None:
            self._span.set_attributes(dict(facts))

    def end(self, status: int) -> None:
        """It was answered, with this HTTP status code."""
        if self._span is None:
            return
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


_NOTHING = Span()
_current: ContextVar[Span | None] = ContextVar("accord_span", default=None)


def begin(method: str, door: str, headers: Mapping[str, str]) -> Span:
    """A request begins in this task.

    Args:
        method: of the request.
        door: the path as it is served, not as it was asked for.
        headers: of the request; a trace that it belongs to is gone on with.
    """
    if trace is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return _NOTHING  # nobody collects traces
    carried = {name: headers[name] for name in _CARRIED if name in headers}
    made = trace.get_tracer("accord").start_span(
        f"{method} {door}",
        context=propagate.extract(carried) if carried else None,
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": method, "http.route": door},
        record_exception=False,
        set_status_on_exception=False,
    )
    span = Span(made)
    _current.set(span)
    return span


def decided(decision: str, policy: str, outcome: str = "") -> None:
    """A decision was made about the request that is being served: its id, the policy's digest, the outcome."""
    facts = {"accord.decision": decision, "accord.policy": policy, "accord.outcome": outcome}
    _note({name: said for name, said in facts.items() if said})


def genai(
    operation: str,
    *,
    model: str = "",
    answered_by: str = "",
    provider: str = "",
    tokens_in: int | None = None,
    tokens_out: int | None = None,
) -> None:
    """Say what was asked of a model in the request that is being served.

    Args:
        operation: `chat`, `embeddings`.
        model: the one that was asked for; left out where it does not look like the name of a model.
        answered_by: the one that answered, likewise.
        provider: name of the upstream.
        tokens_in: tokens of the request, as the upstream counted.
        tokens_out: tokens of the answer, likewise.
    """
    names = {
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": model,
        "gen_ai.response.model": answered_by,
        "gen_ai.provider.name": provider,
    }
    counts = {"gen_ai.usage.input_tokens": tokens_in, "gen_ai.usage.output_tokens": tokens_out}
    facts: dict[str, str | int] = {name: said for name, said in names.items() if _NAME.fullmatch(said)}
    facts |= {name: count for name, count in counts.items() if isinstance(count, int)}
    _note(facts)


def _note(facts: Mapping[str, str | int]) -> None:
    span = _current.get()
    if span is not None:
        span.note(facts)
