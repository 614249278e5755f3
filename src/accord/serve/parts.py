"""What the doors of one process share, and those who watch them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import text

from accord import config
from accord.app import guard_of, plugins_of, pseudonyms_of, settings
from accord.audit.log import AuditLog
from accord.audit.records import AuditRecord
from accord.core.content import Context
from accord.core.decision import Decision
from accord.errors import AuditError
from accord.gateway.breaker import Absence, Breakers, agreed
from accord.gateway.health import Health, probe
from accord.gateway.metrics import Metrics
from accord.gateway.reload import Reloading
from accord.gateway.room import Room
from accord.gateway.shadow import Shadow
from accord.gateway.upstreams import Upstreams
from accord.gateway.watch import Watch
from accord.guard import Guard
from accord.serve.objects import endpoints, ledger
from accord.state import State
from accord.store.switch import Switch

RELOAD = "reload"
"""The file in the state folder whose change tells all processes to read the policy anew."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the configuration of a guard says beside its policy."""

    mode: str
    agreed: Callable[[str], bool]


class Parts:
    """What doors and those who watch them share.

    Args:
        chosen: the configuration.
        kept: the state.
        source: where policy, plugins, bounds and `output` are read from when they are read anew.

    Raises:
        ConfigError: the configuration is wrong.
    """

    def __init__(self, chosen: config.ConfigModel, kept: State, source: str | Path | None) -> None:
        self.chosen, self.kept, self._source = chosen, kept, source
        self._next: config.ConfigModel | None = chosen
        self._said: WeakKeyDictionary[Guard, _Said] = WeakKeyDictionary()
        self.metrics = Metrics()
        self.shadow = None
        if chosen.shadow is not None:
            self.shadow = Shadow(settings(chosen.shadow.policy).policy(), self.metrics)
        self.detectors = _breakers(chosen.failsafe.detectors, "detector")
        self.answering = _breakers(chosen.failsafe.upstreams, "upstream")
        self.switch = Switch(kept.folder, ledger(kept))
        self.upstreams = Upstreams(endpoints(chosen), self.answering)
        self.guards = self._reloading()
        said = chosen.gateway
        room = Room(said.concurrent, said.memory, said.body, said.budget.total_seconds())
        self.watch = Watch(room, self.switch, self.metrics)
        self.health = self._health()
        self.guards.on_swap(self.health.soon)
        self.metrics.before(self._count_breakers)

    def mode(self) -> str:
        """How answers are released now."""
        return self._now.mode

    def agreed(self, name: str) -> bool:
        """Whether somebody answers today for the absence of a detector."""
        return self._now.agreed(name)

    @property
    def _now(self) -> _Said:
        return self._said[self.guards.current]

    def _guard(self) -> Guard:
        """A guard of what the configuration says now; upstreams and the server itself stay as they were begun."""
        chosen, self._next = self._next or settings(self._source), None
        absences = (Absence(frozenset(one.without), one.owner, one.expires) for one in chosen.failsafe.degrade)
        said = _Said(chosen.output.stream, agreed(absences))
        made = guard_of(
            chosen,
            plugins_of(chosen),
            self.kept,
            pseudonyms_of(chosen, self.kept),
            breaker=self.detectors,
            agreed=said.agreed,
            heard=self._heard,
            log=TimedLog(self.kept.audit, self.metrics.audited),
        )
        self._said[made] = said
        return made

    def _heard(self, decision: Decision, context: Context, kind: str) -> None:
        self.metrics.decision(decision, context, kind)
        if self.shadow is not None:
            self.shadow.heard(decision, context, kind)

    def _reloading(self) -> Reloading:
        return Reloading(
            self._guard,
            record=lambda body: self.kept.record("policy", body),
            metrics=self.metrics,
            probe=lambda guard: probe(guard, self._said[guard].agreed),
            signal_file=self.kept.folder / RELOAD,
            follow=self._source if isinstance(self._source, Path) else None,
        )

    def _health(self) -> Health:
        return Health(
            self.guards,
            self.switch,
            lambda body: self.kept.record("verification", body),
            self.metrics,
            controls={"store": lambda: _readable(self.kept)},
            agreed=self.agreed,
            upstreams=lambda: {name: state.value for name, state in self._answer_states().items()},
            blocked=lambda: "memory" if self.watch.full else "",
        )

    def _answer_states(self) -> Mapping[str, Any]:
        return self.answering.states(upstream.name for upstream in self.upstreams)

    def _count_breakers(self) -> None:
        names = (detector.name for detector in self.guards.current.detectors)
        self.metrics.breakers("detector", self.detectors.states(names))
        self.metrics.breakers("upstream", self._answer_states())


class TimedLog:
    """The audit log, with how long each record took. Implements `accord.guard.recording.Log`.

    Args:
        log: the log.
        took: told the seconds, and whether it failed.
    """

    def __init__(self, log: AuditLog, took: Callable[..., None]) -> None:
        self._log, self._took = log, took

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        return self.append_many((record,)).start

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Write records at once: all of them, or none."""
        began = time.perf_counter()
        try:
            made = self._log.append_many(records)
        except AuditError:
            self._took(time.perf_counter() - began, failed=True)
            raise
        self._took(time.perf_counter() - began, failed=False)
        return made

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first."""
        return self._log.records()

    def verify(self) -> object:
        """Raise TamperDetected unless the log is what was written."""
        return self._log.verify()

    def close(self) -> None:
        """Close it."""
        self._log.close()


def _breakers(said: Any, kind: str) -> Breakers:
    return Breakers(said.failures, said.pause.total_seconds(), kind=kind)


def _readable(kept: State) -> None:
    with kept.store.read() as connection:
        connection.execute(text("SELECT 1"))
