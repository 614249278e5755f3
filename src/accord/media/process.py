"""A few processes that unpack hostile files, kept for the next one and replaced when they fail."""

from __future__ import annotations

import io
import os
import selectors
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn, TypeVar

from accord.core.media import Flaw, Item, Opening, Patch, Stop
from accord.errors import ContentError
from accord.media import wire
from accord.media.limits import MediaLimits

MOST_JOBS = 200
"""Files after which a process is replaced, so that what a decoder leaks does not add up."""

_T = TypeVar("_T")
_POLL = 0.05
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL", "TZ")
_DEADLINE = Flaw("fault.deadline", "opening the file took longer than it may")
_ENDED = Flaw("fault.undecodable", "decoding the file ended the decoder")
_NOT_STARTED = Flaw("fault.undecodable", "the decoder could not be started")


class _Late(Exception):
    """The time of a job is over."""


class _NotStarted(Exception):
    """No process could be started."""


class _Broken(Exception):
    """A process ended, or answered what it may not."""


@dataclass(eq=False)
class _Child:
    """One process and its pipes."""

    process: subprocess.Popen[bytes]
    jobs: int = 0
    round: int = 0

    @classmethod
    def start(cls, command: Iterable[str]) -> _Child:
        process = subprocess.Popen(  # noqa: S603  (our own module, by the interpreter that runs this)
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a decoder may print content
            bufsize=0,
            env=_environment(),
            cwd=os.sep,
        )
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        return cls(process)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """End it now and take its remains away."""
        with suppress(OSError):
            self.process.kill()
        self.release()
        with suppress(OSError, subprocess.TimeoutExpired):
            self.process.wait(5)

    def release(self) -> None:
        """Close this end of its pipes."""
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def disown(self) -> None:
        """Forget it in a fork: it belongs to the process that was forked."""
        self.release()
        self.process.returncode = 0


def _environment() -> dict[str, str]:
    """What a child needs to find the same modules, and none of the secrets an environment holds."""
    paths = [os.path.abspath(path) for path in sys.path if path]  # noqa: PTH100  (sys.path holds strings)
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }


@dataclass(eq=False)
class _State:
    """What the processes of one pool share; new in every fork."""

    pid: int = field(default_factory=os.getpid)
    condition: threading.Condition = field(default_factory=threading.Condition)
    idle: list[_Child] = field(default_factory=list)
    all: set[_Child] = field(default_factory=set)
    starting: int = 0
    round: int = 0

    def end(self) -> None:
        if self.pid == os.getpid():
            for child in list(self.all):
                child.end()
            self.all.clear()
            self.idle.clear()


class Decoders:
    """Unpacks files in processes of their own. Safe to use from several threads, and after a fork.

    Processes are started when they are needed. One that ends, hangs or answers nonsense costs the file it was
    given, and nothing else.

    Args:
        limits: bounds on one file with everything embedded in it.
        workers: how many files may be unpacked at once; further ones wait.
        command: what to start instead of the decoder; for tests of what happens when it fails.
    """

    def __init__(self, limits: MediaLimits, workers: int = 2, *, command: Iterable[str] = ()) -> None:
        self._limits = limits
        self._workers = max(1, workers)
        self._command = tuple(command) or (sys.executable, "-P", "-m", "accord.media.worker")
        self._renew()

    def _renew(self) -> None:
        self._state = _State()
        self._finalizer = weakref.finalize(self, self._state.end)

    def unpack(self, data: bytes, hint: str, stop: Stop) -> Opening:
        """Unpack a file; whatever goes wrong is a flaw of the opening.

        Args:
            data: the file.
            hint: a name whose suffix says what kind of text it is, if it is text.
            stop: asked all the while; when it answers yes, the process is ended.
        """
        message = self._message({"job": "open", "hint": hint}, [data])
        try:
            return self._converse(message, stop, lambda header, found: wire.decode(header, found, self._limits))
        except _Late:
            return Opening((), (_DEADLINE,))
        except _NotStarted:
            return Opening((), (_NOT_STARTED,))
        except (_Broken, OSError, MemoryError):
            return Opening((), (_ENDED,))

    def rewrite(
        self, data: bytes, item: Item, patches: Sequence[Patch], replaced: Mapping[str, bytes | None]
    ) -> bytes:
        """Rewrite an Office file, whose hostile bytes have to be read once more for it.

        Args:
            data: the file.
            item: what was found in it.
            patches: of its strips.
            replaced: embedded files by their keys; None for one that does not leave.

        Raises:
            ContentError: it cannot be rewritten.
        """
        header, buffers = wire.encode_rewrite(data, item, patches, replaced)
        message = self._message({**header, "job": "rewrite"}, buffers)
        try:
            return self._converse(message, lambda: False, lambda _, found: found[0] if found else b"") or _refuse()
        except (_Late, _NotStarted, _Broken, OSError, MemoryError):
            _refuse()

    def _message(self, header: Mapping[str, Any], buffers: Sequence[bytes]) -> list[bytes]:
        return wire.frame({**header, "limits": asdict(self._limits)}, buffers)

    def _converse(self, message: list[bytes], stop: Stop, read: Callable[[dict[str, Any], list[bytes]], _T]) -> _T:
        """Send a message to one process and read its answer, within time.

        Raises:
            _Late: the time is over.
            _NotStarted: there is no process.
            _Broken: the process ended, or answered nonsense.
        """
        if self._state.pid != os.getpid():
            for inherited in self._state.all:
                inherited.disown()
            self._finalizer.detach()
            self._renew()
        child = self._take(stop)
        fit = False
        try:
            end = time.monotonic() + self._limits.seconds
            header, found = _exchange(child.process, message, wire.most_bytes(self._limits), end, stop)
            answer = read(header, found)
            fit = header.get("last") is not True
        except wire.WireError:
            raise _Broken from None
        finally:
            self._give_back(child, fit)
        return answer

    def close(self) -> None:
        """End the processes, busy ones after their file; a later file starts new ones."""
        if self._state.pid == os.getpid():
            with self._state.condition:
                idle, self._state.idle = self._state.idle, []
                self._state.all.difference_update(idle)
                self._state.round += 1
                self._state.condition.notify_all()
            for child in idle:
                child.end()

    def _take(self, stop: Stop) -> _Child:
        """An idle process, or a new one; waits where there are enough."""
        state = self._state
        with state.condition:
            while True:
                while state.idle:
                    child = state.idle.pop()
                    if child.alive:
                        return child
                    state.all.discard(child)
                    child.end()
                if len(state.all) + state.starting < self._workers:
                    state.starting += 1
                    break
                if stop():
                    raise _Late
                state.condition.wait(_POLL)
        try:
            child = _Child.start(self._command)
        except BaseException as error:
            with state.condition:
                state.starting -= 1
                state.condition.notify()
            if isinstance(error, OSError):
                raise _NotStarted from None
            raise
        with state.condition:
            state.starting -= 1
            state.all.add(child)
            child.round = state.round
        return child

    def _give_back(self, child: _Child, fit: bool) -> None:
        state = self._state
        child.jobs += 1
        keep = fit and child.jobs < MOST_JOBS and child.round == state.round
        if not keep:
            child.end()
        with state.condition:
            if keep:
                state.idle.append(child)
            else:
                state.all.discard(child)
            state.condition.notify()


def _refuse() -> NoReturn:
    raise ContentError("the file cannot be rewritten")


def _exchange(
    process: subprocess.Popen[bytes], message: list[bytes], most: int, end: float, stop: Stop
) -> tuple[dict[str, Any], list[bytes]]:
    """Send a message and read the answer, within time.

    Raises:
        _Late: the time is over.
        _Broken: the process ended.
        WireError: it answered nonsense.
    """
    assert process.stdin is not None and process.stdout is not None
    given, taken = process.stdin.fileno(), process.stdout.fileno()
    pieces = [memoryview(piece) for piece in message if piece]
    answer = _Answer(most)
    with selectors.DefaultSelector() as selector:
        selector.register(given, selectors.EVENT_WRITE)
        selector.register(taken, selectors.EVENT_READ)
        while not answer.complete:
            if time.monotonic() > end or stop():
                raise _Late
            for key, _ in selector.select(_POLL):
                if key.fd == taken:
                    answer.feed(_received(taken))
                elif pieces:
                    pieces[0] = pieces[0][_sent(given, pieces[0]) :]
                    if not pieces[0]:
                        pieces.pop(0)
                else:
                    selector.unregister(given)
    return answer.header, answer.buffers()


def _sent(pipe: int, piece: memoryview) -> int:
    try:
        return os.write(pipe, piece[: 1 << 20])
    except BlockingIOError:
        return 0
    except OSError:
        raise _Broken from None


def _received(pipe: int) -> bytes:
    try:
        data = os.read(pipe, 1 << 20)
    except BlockingIOError:
        return b""
    if not data:
        raise _Broken
    return data


class _Answer:
    """An answer that comes in pieces; its sizes are checked before it is waited for, and no buffer is held twice."""

    def __init__(self, most: int) -> None:
        self.header: dict[str, Any] = {}
        self._most = most
        self._head = bytearray()
        self._wanted = wire.PREFIX.size
        self._named = 0
        self._sizes: list[int] | None = None
        self._done: list[bytes] = []
        self._open = io.BytesIO()

    @property
    def complete(self) -> bool:
        return self._sizes is not None and len(self._done) == len(self._sizes)

    def feed(self, data: bytes) -> None:
        rest = memoryview(data)
        while self._sizes is None and rest:
            taken = self._wanted - len(self._head)
            self._head += rest[:taken]
            rest = rest[taken:]
            if len(self._head) == self._wanted:
                self._begin()
        while rest and not self.complete:
            taken = self._next - self._open.tell()
            self._open.write(rest[:taken])
            rest = rest[taken:]
            self._finish()
        if rest:
            raise wire.WireError("more than was announced")

    def buffers(self) -> list[bytes]:
        return self._done

    @property
    def _next(self) -> int:
        assert self._sizes is not None
        return self._sizes[len(self._done)]

    def _begin(self) -> None:
        """Read what is known of the header: its size, then itself."""
        if not self._named:
            self._named = wire.header_size(bytes(self._head))
            self._wanted += self._named
            return
        self.header, self._sizes = wire.read_header(bytes(self._head[wire.PREFIX.size :]), self._most)
        self._head.clear()
        self._finish()

    def _finish(self) -> None:
        """Put buffers aside that are whole; a stream of bytes hands over what it holds without a copy."""
        while not self.complete and self._open.tell() == self._next:
            self._done.append(self._open.getvalue())
            self._open = io.BytesIO()
