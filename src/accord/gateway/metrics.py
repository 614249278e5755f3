"""What is counted: requests, decisions, findings, faults and times; never content, and no tenants unless asked for.

Several worker processes write into files of one folder (`shared`), and whichever of them is asked adds them up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from accord.core.content import Context
from accord.core.decision import Decision
from accord.core.taxonomy import CATEGORIES
from accord.errors import ConfigError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where workers put what they count; a folder of one run of the server."""

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_CHARACTERS = (0, 16, 64, 128, 256, 512, 1024, 4096, 8192, 65_536)


def shared(folder: Path) -> None:
    """Have all processes that are started from now on count into one folder. To be called before they are.

    Raises:
        ConfigError: this process counts already, or the folder cannot be used.
    """
    if "prometheus_client" in sys.modules and FOLDER not in os.environ:
        raise ConfigError("metrics are shared before anything is counted, or not at all")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*.db"):
            old.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"metrics cannot be kept: {error.strerror}") from None
    os.environ[FOLDER] = str(folder)


def ended(pid: int) -> None:
    """A worker has ended: what it measured of the moment is no longer true; what it counted stays."""
    if FOLDER in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one process.

    Args:
        tenants: whether decisions are counted by tenant: their names then stand in what is given out.
    """

    def __init__(self, *, tenants: bool = False) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        self._tenants = tenants
        self._pulled: list[Callable[[], None]] = []

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"accord_{name}", says, labels, registry=self._registry)

        def histogram(name: str, says: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(f"accord_{name}", says, labels, registry=self._registry, buckets=tuple(buckets))

        def gauge(name: str, says: str, mode: Any, *labels: str) -> Gauge:
            return Gauge(f"accord_{name}", says, labels, registry=self._registry, multiprocess_mode=mode)

        of = ("to", "outcome", *(("tenant",) if tenants else ()))
        self._requests = counter("requests", "Requests by door and status.", "door", "status")
        self._seconds = histogram("request_seconds", "How long requests took.", _SECONDS, "door")
        self._refused = counter("refused", "Requests that were not let in, by why.", "why")
        self._decisions = counter("decisions", "Decisions on record.", *of)
        self._degraded = counter("degraded", "Decisions made without a detector.", "detector")
        self._findings = counter("findings", "Findings that were judged.", "category")
        self._faults = counter("faults", "Faults that were judged, by what failed.", "category", "detector")
        self._audit_seconds = histogram("audit_seconds", "How long a record took to be durable.", _SECONDS)
        self._audit_failures = counter("audit_failures", "Records that could not be written.")
        self._held = histogram("held_characters", "Characters of an answer that were held back.", _CHARACTERS)
        self._unknown = counter("unknown_fields", "Fields of upstreams' answers that were dropped.", "place")
        self._shadow = counter(
            "shadow", "Decisions of the shadow policy beside the live one.", "to", "live", "shadow"
        )
        self._streams = gauge("streams_open", "Streams that are open.", "livesum")
        self._inside = gauge("requests_open", "Requests that are being served.", "livesum")
        self._memory = gauge("memory_bytes", "Resident memory of workers.", "livesum")
        self._breakers = gauge("breaker_open", "1 open, 0.5 half open, 0 closed.", "livemax", "kind", "name")
        self._ready = gauge("ready", "Whether all controls passed.", "livemin")
        self._switch = gauge("kill_switch", "Whether the kill switch is engaged.", "livemax")
        self._policy = gauge("policy", "1 for the policy in force.", "livemax", "digest")
        self._reloads = counter("reloads", "Reloads of the policy.", "result")
        self._digest = ""

    def request(self, door: str, status: int, seconds: float) -> None:
        """A request has ended."""
        self._requests.labels(door, status).inc()
        self._seconds.labels(door).observe(seconds)

    def refused(self, door: str, status: int, why: str) -> None:
        """A request was not let in."""
        self._requests.labels(door, status).inc()
        self._refused.labels(why).inc()

    def decision(self, decision: Decision, context: Context, kind: str) -> None:
        """A decision is on record: what `accord.guard.Guard` takes as `heard`."""
        if kind != "release":
            return
        of = (decision.to.value, decision.outcome.value, *((context.tenant,) if self._tenants else ()))
        self._decisions.labels(*of).inc()
        for name in decision.degraded:
            self._degraded.labels(name).inc()
        for finding in decision.findings:
            if finding.category.startswith("fault."):
                self._faults.labels(finding.category, finding.detector).inc()
            else:
                self._findings.labels(finding.category if finding.category in CATEGORIES else "other").inc()

    def audited(self, seconds: float, *, failed: bool) -> None:
        """A record was written, or could not be."""
        if failed:
            self._audit_failures.inc()
        else:
            self._audit_seconds.observe(seconds)

    def held(self, characters: int) -> None:
        """So many characters of an answer wait for what comes next."""
        self._held.observe(characters)

    def unknown(self, place: str, count: int = 1) -> None:
        """Fields of an upstream's answer were dropped.

        Args:
            place: where: `answer`, `choice`, `delta`; never their names, which an upstream can choose.
            count: how many.
        """
        self._unknown.labels(place).inc(count)

    def shadowed(self, to: str, live: str, shadow: str) -> None:
        """The shadow policy has decided."""
        self._shadow.labels(to, live, shadow).inc()

    def stream(self, change: int) -> None:
        """A stream was opened (1) or has ended (-1)."""
        self._streams.inc(change)

    def inside(self, count: int, memory: int) -> None:
        """So many requests are being served, with so many bytes resident."""
        self._inside.set(count)
        self._memory.set(memory)

    def breakers(self, kind: str, states: Mapping[str, Any]) -> None:
        """How breakers stand; `states` by name, with values like `accord.gateway.breaker.State`."""
        worth = {"closed": 0.0, "half_open": 0.5, "open": 1.0}
        for name, state in states.items():
            self._breakers.labels(kind, name).set(worth[getattr(state, "value", state)])

    def ready(self, *, ready: bool) -> None:
        """Whether all controls passed."""
        self._ready.set(ready)

    def switch(self, *, engaged: bool) -> None:
        """How the kill switch stands."""
        self._switch.set(engaged)

    def policy(self, digest: str, result: str = "") -> None:
        """The policy in force; `result` of a reload: `swapped`, `same`, `refused`."""
        if self._digest and self._digest != digest:
            self._policy.labels(self._digest[:16]).set(0)
        self._digest = digest
        self._policy.labels(digest[:16]).set(1)
        if result:
            self._reloads.labels(result).inc()

    def before(self, pull: Callable[[], None]) -> None:
        """Have something called each time before metrics are given out, to set what is of the moment."""
        self._pulled.append(pull)

    def refresh(self) -> None:
        """Set what is of the moment: to be done now and then in each of several processes, as one answers for all."""
        for pull in self._pulled:
            pull()

    def render(self) -> bytes:
        """All metrics of all workers in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        self.refresh()
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
