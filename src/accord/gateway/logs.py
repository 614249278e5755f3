"""Logs as lines of JSON, without content: fixed words of ours, names of errors, and who asked by which door.

What other libraries say is not known to be free of content, so of them only the place is logged that says it; of an
exception its name and the lines of code it came by, never its message.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

request_id: ContextVar[str] = ContextVar("accord_request", default="")
"""Names the request that is being served."""

decision_id: ContextVar[str] = ContextVar("accord_decision", default="")
"""The last decision that was made about it."""

_OURS = ("accord", "uvicorn")
_FRAMES = 12
_PAUSE = 0.05
_LONGEST = 2000

Exc = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def begin() -> str:
    """Name the request that begins in this task, and give its name."""
    name = os.urandom(16).hex()
    request_id.set(name)
    decision_id.set("")
    return name


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record; facts are given as `extra={"accord": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        made: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "pid": os.getpid(),
        }
        made |= {name: said for name, said in _about(record).items() if said}
        facts = getattr(record, "accord", None)
        if isinstance(facts, Mapping):
            made |= {str(name): _plain(value) for name, value in facts.items() if name not in made}
        if record.exc_info:
            made["error"] = _error(record.exc_info)
        return json.dumps(made, ensure_ascii=True)


class Writer(logging.Handler):
    """Writes lines from a thread of its own: whoever reads logs slowly, or not at all, keeps no request waiting.

    Lines beyond `most` that wait are dropped, and how many is said.

    Args:
        stream: where to.
        most: lines that may wait.
    """

    def __init__(self, stream: TextIO, most: int = 20_000) -> None:
        super().__init__()
        self._stream, self._most = stream, most
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._pid = 0
        self._writing = threading.Lock()
        atexit.register(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; it is formatted at once, as only now it is known which request it belongs to."""
        if len(self._lines) >= self._most:
            self._dropped += 1
            return
        self._lines.append(self.format(record))
        if self._pid != os.getpid():  # threads do not survive a fork
            self._pid = os.getpid()
            threading.Thread(target=self._run, name="accord-log", daemon=True).start()

    def flush(self) -> None:
        """Write what waits; not for ever, where nobody reads."""
        if self._writing.acquire(timeout=1.0):
            try:
                self._write()
            finally:
                self._writing.release()

    def _run(self) -> None:
        while True:
            time.sleep(_PAUSE)
            self.flush()

    def _write(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            lines.append(
                json.dumps({"level": "error", "logger": "accord.logs", "message": "dropped", "lines": dropped})
            )
        with contextlib.suppress(OSError, ValueError):  # nowhere to write to
            if lines:
                self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()


def configure(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Log everything as JSON from now on, and nothing any other way."""
    handler = Writer(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    for old in list(root.handlers):
        old.flush()
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    for name in _OURS:
        ours = logging.getLogger(name)
        ours.handlers.clear()
        ours.propagate = True
        ours.setLevel(level)
    # Its own log of requests holds their query strings.
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    access.disabled = True
    logging.captureWarnings(True)
    logging.raiseExceptions = False


def _about(record: logging.LogRecord) -> Mapping[str, str]:
    return {"request": request_id.get(), "decision": decision_id.get()}


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in _OURS:
        return f"{record.module}:{record.lineno}"
    try:
        return record.getMessage()[:_LONGEST]
    except (TypeError, ValueError):
        return str(record.msg)[:_LONGEST]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:_LONGEST]


def _error(exc: Exc | Any) -> dict[str, Any]:
    kind, _, trace = exc if isinstance(exc, tuple) else (None, None, None)
    frames = traceback.extract_tb(trace)[-_FRAMES:] if trace is not None else []
    at = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"type": kind.__name__ if kind else "", "at": at}
