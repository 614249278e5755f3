"""Several processes on the same sockets: one that dies is replaced, and takes only its own requests with it.

They are spawned, not forked: models have threads of their own, and those do not survive a fork.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing as mp
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from accord.errors import AccordError
from accord.gateway import metrics
from accord.gateway.server import Make, Serving, run

log = logging.getLogger("accord.gateway")

PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a worker is replaced that died again and again."""

HEALTHY = 60.0
"""Seconds after which a worker that dies counts as one that worked."""

_ENDING = 10.0  # seconds beyond the drain, for what is closed after it


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    started: float


class Workers:
    """The processes, and who looks after them.

    Args:
        make: makes the application in each of them; pickled.
        sockets: all of them listen on.
        how: their number, TLS, end.
    """

    def __init__(self, make: Make, sockets: Sequence[socket.socket], how: Serving) -> None:
        self._make, self._sockets, self._how = make, list(sockets), how
        self._context = mp.get_context("spawn")
        self._running: dict[int, _Worker] = {}
        self._due: dict[int, float] = {}
        self._deaths: dict[int, int] = {}
        self._told = threading.Event()

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until told to end.

        Args:
            ready: called once all of them answer.

        Raises:
            AccordError: one of them could not start at all.
        """
        before = {sig: signal.signal(sig, self._on_signal) for sig in _SIGNALS}
        try:
            for number in range(self._how.workers):
                self._running[number] = self._start(number)
            self._until_ready()
            if not self._told.is_set():
                ready()
            while not self._told.is_set():
                self._look_after()
        finally:
            self._end()
            for sig, handler in before.items():
                signal.signal(sig, handler)

    @property
    def pids(self) -> list[int]:
        """Their process numbers."""
        return [worker.process.pid for worker in self._running.values() if worker.process.pid]

    def _on_signal(self, sig: int, _frame: Any) -> None:
        if sig == signal.SIGHUP:
            self._tell(signal.SIGHUP)
        else:
            self._told.set()

    def _start(self, number: int) -> _Worker:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_work, args=(self._make, number, self._sockets, self._how, theirs), name=f"accord-{number}"
        )
        process.start()
        theirs.close()
        return _Worker(process, ours, time.monotonic())

    def _until_ready(self) -> None:
        waiting = dict(self._running)
        while waiting and not self._told.is_set():
            heard = wait([worker.pipe for worker in waiting.values()], timeout=0.5)
            for number, worker in list(waiting.items()):
                if worker.pipe in heard:
                    del waiting[number]
                    _said(worker.pipe)

    def _look_after(self) -> None:
        now = time.monotonic()
        for number in [number for number, due in self._due.items() if due <= now]:
            del self._due[number]
            self._running[number] = self._start(number)
        ended = wait([worker.process.sentinel for worker in self._running.values()], timeout=0.25)
        for number, worker in list(self._running.items()):
            if worker.process.sentinel in ended and not self._told.is_set():
                self._bury(number, worker)

    def _bury(self, number: int, worker: _Worker) -> None:
        worker.process.join()
        lived = time.monotonic() - worker.started
        deaths = 0 if lived > HEALTHY else self._deaths.get(number, 0)
        self._deaths[number] = deaths + 1
        pause = PAUSES[min(deaths, len(PAUSES) - 1)]
        if worker.process.pid is not None:
            metrics.ended(worker.process.pid)
        log.error("worker %d ended with %s; another one follows", number, worker.process.exitcode)
        worker.pipe.close()
        worker.process.close()
        del self._running[number]
        self._due[number] = time.monotonic() + pause

    def _tell(self, sig: signal.Signals) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)

    def _end(self) -> None:
        self._tell(signal.SIGTERM)
        for one in self._sockets:
            one.close()
        until = time.monotonic() + self._how.drain + _ENDING
        for number, worker in self._running.items():
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.exitcode is None:
                log.error("worker %d did not end in time", number)
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()


_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _said(pipe: Connection) -> None:
    try:
        said = pipe.recv()
    except EOFError:
        raise AccordError("a worker of the gateway ended before it answered", hint="its log says why") from None
    if said is not None:
        message, hint = said
        raise AccordError(message, hint=hint)


def _work(make: Make, number: int, sockets: Sequence[socket.socket], how: Serving, pipe: Connection) -> None:
    """What a worker does. Nothing of an unexpected error is told but its kind: its words may quote content."""
    threading.Thread(target=_outlive_nobody, name="accord-parent", daemon=True).start()
    said: tuple[str, str] | None
    try:
        run(make, number, sockets, how, lambda: pipe.send(None))
        return
    except AccordError as error:
        said = (str(error), error.hint)
    except Exception as error:
        said = (f"internal error: {type(error).__name__}", "")
    with contextlib.suppress(OSError):
        pipe.send(said)
    log.error("worker %d: %s", number, said[0])
    os._exit(3)


def _outlive_nobody() -> None:
    """End with the process that looks after this one, also when that was killed."""
    parent = mp.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
