"""The policy, read anew while serving: the next one is complete and tested before it takes the place of the last.

Requests that are under way keep the guard they began with. Processes of one server follow each other by a file whose
change means: read it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.errors import AccordError, StoreError
from accord.gateway.metrics import Metrics
from accord.guard import Guard

log = logging.getLogger("accord.reload")

Record = Callable[[Mapping[str, Any]], None]
"""Writes a record about the policy, or raises AuditError."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did.

    Attributes:
        before: digest of the policy that was in force.
        digest: digest of the one that is.
    """

    before: str
    digest: str

    @property
    def changed(self) -> bool:
        """Whether another policy is in force now; its plugins and bounds are new either way."""
        return self.before != self.digest


class Reloading:
    """The guard in force. Implements `accord.gateway.services.Guards`. Safe for threads.

    Args:
        make: reads the configuration and makes a guard of it.
        record: writes what happens into the audit log.
        metrics: what is counted.
        probe: raises AccordError where a guard does not pass its self-test.
        signal_file: a file that all processes of this server look at: its change asks them to reload.
        follow: a file whose change does the same, such as the configuration itself.
        every: seconds between two looks at these.

    Raises:
        AccordError: the first guard cannot be made.
    """

    def __init__(
        self,
        make: Callable[[], Guard],
        *,
        record: Record,
        metrics: Metrics,
        probe: Callable[[Guard], None] | None = None,
        signal_file: Path | None = None,
        follow: Path | None = None,
        every: float = 1.0,
    ) -> None:
        self._make, self._record, self._metrics, self._probe = make, record, metrics, probe
        self._signal_file, self._follow, self._every = signal_file, follow, every
        self._one_at_a_time = threading.Lock()
        self._current = make()
        self._seen = self._stamps()
        self._swapped: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.problem = ""
        metrics.policy(self._current.policy.digest)

    def __repr__(self) -> str:
        return f"<Reloading {self.digest[:12]}>"

    @property
    def current(self) -> Guard:
        """The guard for a request that begins now; it keeps it to its end."""
        return self._current

    @property
    def digest(self) -> str:
        """Digest of the policy in force."""
        return self._current.policy.digest

    def on_swap(self, swapped: Callable[[], None]) -> None:
        """Have something called after each swap, in the thread that did it."""
        self._swapped.append(swapped)

    def use(self, probe: Callable[[Guard], None]) -> None:
        """Test every further guard this way before it is used."""
        self._probe = probe

    def reload(self, by: str) -> Reloaded:
        """Read the configuration anew, and use it from now on. Takes as long as loading plugins does.

        Args:
            by: who asks, for the record.

        Raises:
            AccordError: it is not valid, or does not work; the last one stays in force.
        """
        with self._one_at_a_time:
            before = self._current
            made: Guard | None = None
            try:
                made = self._make()
                if self._probe is not None:
                    self._probe(made)
                # On record before it decides anything.
                self._record({"event": "reload", "from": before.policy.digest, "to": made.policy.digest, "by": by})
            except BaseException as error:
                if made is not None:
                    _let_go(made)
                self._refused(before, error, by)
                raise
            self._current, self.problem = made, ""
            if before.opener is not None:
                weakref.finalize(before, _close, before.opener).atexit = False
            self._metrics.policy(made.policy.digest, "swapped")
            done = Reloaded(before.policy.digest, made.policy.digest)
        log.warning("the policy was read anew", extra={"accord": {"from": done.before[:16], "to": done.digest[:16]}})
        for swapped in self._swapped:
            swapped()
        return done

    def tell(self) -> None:
        """Ask all other processes of this server to read it anew as well.

        Raises:
            StoreError: they cannot be told.
        """
        if self._signal_file is None:
            return
        try:
            self._signal_file.touch(mode=0o600)
            self._seen = self._stamps()
        except OSError as error:
            raise StoreError(f"other processes cannot be told: {error.strerror}") from None

    async def start(self) -> None:
        """Reload on SIGHUP, and when one of the files changes."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):  # only the main thread hears signals
            loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, self._tried, "signal"))
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Look no more, and close the guard."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await asyncio.to_thread(self._current.close)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            stamps = self._stamps()
            if stamps != self._seen:
                self._seen = stamps
                await asyncio.to_thread(self._tried, "file")

    def _tried(self, by: str) -> None:
        try:
            self.reload(by)
        except Exception as error:
            log.error("the policy was not read anew: %s", _code(error))

    def _refused(self, before: Guard, error: BaseException, by: str) -> None:
        self.problem = _code(error)
        self._metrics.policy(before.policy.digest, "refused")
        log.error("the policy in the file is refused, the last one stays: %s", _said(error))
        with contextlib.suppress(Exception):
            said = {"event": "reload_refused", "policy": before.policy.digest, "why": self.problem, "by": by}
            self._record(said)

    def _stamps(self) -> tuple[object, ...]:
        return tuple(_stamp(path) for path in (self._signal_file, self._follow) if path is not None)


def _let_go(guard: Guard) -> None:
    """Close what a guard has for itself, and nothing that it shares with others."""
    if guard.opener is not None:
        _close(guard.opener)


def _close(opener: object) -> None:
    close = getattr(opener, "close", None)
    if close is not None:
        close()


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, AccordError) else type(error).__name__


def _said(error: BaseException) -> str:
    return str(error) if isinstance(error, AccordError) else type(error).__name__


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
