"""What a guard writes down: decisions before they take effect, and what became of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from accord.audit.records import AuditRecord, delivery_of, record_of
from accord.core.content import Context
from accord.core.decision import Decision


class Log(Protocol):
    """Where decisions are recorded: `accord.audit.log.AuditLog`, or a fake of it in tests."""

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        ...

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Write records at once: all of them, or none."""
        ...

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first."""
        ...

    def verify(self) -> object:
        """Raise TamperDetected unless the log is what was written."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


Heard = Callable[[Decision, Context, str], None]
"""Told of decisions that are on record, with `release` or `preview`; what goes wrong there changes nothing."""


Identify = Callable[[Context], Mapping[str, str]]
"""Who asked and whom it is about, in words that may stand for good: `principal`, `purpose`, `subject`."""


class Recorder:
    """Writes decisions to a log.

    Args:
        log: where they are recorded.
        identify: says in a record who asked and whom it is about, so that only who holds a key can tell who a
            person is.
        heard: told of every decision once it is on record.
    """

    def __init__(self, log: Log, identify: Identify | None = None, heard: Heard | None = None) -> None:
        self._log, self._identify, self._heard = log, identify, heard

    def record(self, decision: Decision, context: Context, kind: str) -> None:
        """Write a decision; `kind` is `release` or `preview`.

        Raises:
            AuditError: it could not be written.
        """
        self._log.append(self._record_of(decision, context, kind))
        self._tell([decision], context, kind)

    def settle(
        self,
        context: Context,
        *,
        delivered: Sequence[tuple[Decision, str]] = (),
        released: Sequence[Decision] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Write several records at once: what became of releases, and releases that `decide` decided.

        Args:
            context: on whose behalf.
            delivered: decisions that are on record, each with `delivered`, `failed` or `unknown`.
            released: decisions that are not on record yet.
            more: further words for what became of releases.

        Raises:
            AuditError: they could not be written.
        """
        records = [delivery_of(decision.id, status, **(more or {})) for decision, status in delivered]
        records += [self._record_of(decision, context, "release") for decision in released]
        if records:
            self._log.append_many(records)
        self._tell(released, context, "release")

    def _tell(self, decisions: Sequence[Decision], context: Context, kind: str) -> None:
        if self._heard is not None:
            for decision in decisions:
                with contextlib.suppress(Exception):
                    self._heard(decision, context, kind)

    def _record_of(self, decision: Decision, context: Context, kind: str) -> AuditRecord:
        made = record_of(decision, context, kind)
        more = {"item": decision.item, **(self._identify(context) if self._identify else {})}
        return replace(made, body=made.body | {name: said for name, said in more.items() if said})
