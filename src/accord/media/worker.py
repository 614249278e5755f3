"""The process that unpacks hostile files: `python -m accord.media.worker`, spoken to over its pipes.

It is started by `accord.media.process` and is of no use on its own. Before it reads the first byte of a file it
gives up what it does not need: memory, new files, core dumps and, where the system lets it, the network.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import fields
from typing import Any

from accord.media import wire
from accord.media.limits import MediaLimits

_IDLE = 2.0
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SOFT = 0.9
_SWOLLEN = 0.3

Answer = tuple[dict[str, Any], list[bytes]]
"""Header and buffers; see `accord.media.wire`."""


def confine(limits: MediaLimits) -> None:
    """Give up what unpacking does not need. What a system does not know is left as it is."""
    import resource

    for name, most in (
        ("RLIMIT_AS", limits.memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 64),
    ):
        with suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (most, most))
    if sys.platform == "linux":
        _leave_network()


def _leave_network() -> None:
    """Go into an empty network namespace; without the right to, everything stays as it is."""
    import ctypes

    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(flags)


def allow_seconds(seconds: float) -> None:
    """Let the process use this many more seconds of processor time before the system ends it."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _read(count: int, parent: int) -> bytes:
    """Exactly so many bytes from the parent; leaves when it is gone."""
    data = io.BytesIO()  # hands over what it holds without a copy
    while data.tell() < count:
        if not select.select([0], [], [], _IDLE)[0]:
            if os.getppid() != parent:
                sys.exit(0)
            continue
        piece = os.read(0, min(count - data.tell(), 1 << 20))
        if not piece:
            sys.exit(0)
        data.write(piece)
    return data.getvalue()


def _write(pieces: list[bytes], out: int) -> None:
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(out, view) :]


def _job(parent: int) -> tuple[MediaLimits, dict[str, Any], list[bytes]]:
    text = _read(wire.header_size(_read(wire.PREFIX.size, parent)), parent)
    header, sizes = wire.read_header(text, 1 << 40)
    bounds: dict[str, Any] = header["limits"]
    limits = MediaLimits(**{f.name: bounds[f.name] for f in fields(MediaLimits)})
    return limits, header, [_read(size, parent) for size in sizes]


def answer(limits: MediaLimits, hint: str, data: bytes) -> Answer:
    """Unpack one file; whatever goes wrong is a flaw."""
    from accord.core.media import Flaw, Opening
    from accord.media.unpack import unpack

    until = time.monotonic() + _SOFT * limits.seconds
    try:
        opening = unpack(data, limits, lambda: time.monotonic() > until, hint)
        return wire.encode(opening)
    except MemoryError:
        reason = "opening the file takes more memory than it may"
    except Exception:
        reason = "the file cannot be opened"
    return wire.encode(Opening((), (Flaw("fault.undecodable", reason),)))


def rewrite(limits: MediaLimits, header: dict[str, Any], buffers: list[bytes]) -> Answer:
    """Rewrite one Office file; an answer without a file says that it cannot be rewritten."""
    from accord.media.office_write import rewrite_office

    try:
        data, item, patches, replaced = wire.decode_rewrite(header, buffers, limits)
        return {}, [rewrite_office(data, item, patches, replaced, limits=limits)]
    except Exception:
        return {}, []


def swollen(limits: MediaLimits) -> bool:
    """Whether the process has grown so large that a fresh one should take its place."""
    return _peak() > _SWOLLEN * limits.memory


def _peak() -> int:
    """The most bytes of memory the process has used at once."""
    with suppress(OSError, StopIteration, ValueError, IndexError), open("/proc/self/status", "rb") as status:  # noqa: PTH123
        # What `getrusage` says there starts with the peak of the process that started this one.
        return 1024 * int(next(line for line in status if line.startswith(b"VmHWM:")).split()[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Answer one file after the other until the parent closes its end."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent, which then closes its end
    out = os.dup(1)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)  # a library that prints must not write into an answer
    confined = False
    while True:
        limits, header, buffers = _job(parent)
        if not confined:
            confine(limits)
            confined = True
        allow_seconds(limits.seconds)
        if header["job"] == "rewrite":
            found, made = rewrite(limits, header, buffers)
        else:
            found, made = answer(limits, header["hint"], buffers[0])
        _write(wire.frame({**found, "last": swollen(limits)}, made), out)
        del header, buffers, found, made  # nothing of a file stays while the next one is waited for


if __name__ == "__main__":
    main()
