"""The threads of a guard, made when they are first needed and made anew in a forked process."""

from __future__ import annotations

import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

_FRONT = 32
_ALL: weakref.WeakSet[Pools] = weakref.WeakSet()


def _after_fork() -> None:
    for pools in list(_ALL):
        pools.after_fork()


os.register_at_fork(after_in_child=_after_fork)


class Pools:
    """Threads for text, for pictures and sound, for opening files, and for callers that must not block.

    Each kind has its own, so that a long document never keeps a short text waiting. A fork leaves threads behind:
    the child makes its own.

    Args:
        workers: threads of each kind.
        waiting: inspections that may be under way at once.
    """

    def __init__(self, workers: int, waiting: int) -> None:
        self._workers, self._waiting = workers, waiting
        self._lock = threading.Lock()
        self._closed = False
        self._renew()
        _ALL.add(self)

    def _renew(self) -> None:
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self.room = threading.BoundedSemaphore(self._waiting)

    def after_fork(self) -> None:
        """Forget the threads of the parent."""
        self._lock = threading.Lock()
        self._renew()

    def get(self, kind: str) -> ThreadPoolExecutor:
        """The threads of a kind: `text`, `look`, `open` or `front`.

        Raises:
            RuntimeError: the guard was closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the guard is closed")
            if kind not in self._pools:
                size = min(_FRONT, self._waiting) if kind == "front" else self._workers
                self._pools[kind] = ThreadPoolExecutor(size, thread_name_prefix=f"accord-{kind}")
            return self._pools[kind]

    def close(self) -> None:
        """Let go of all threads."""
        with self._lock:
            self._closed = True
            for pool in self._pools.values():
                pool.shutdown(wait=False, cancel_futures=True)
