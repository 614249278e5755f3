"""Serves the gateway: sockets, TLS, one process or several, and an end in which open requests are finished."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import resource
import signal
import socket
import ssl
import stat
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from accord.access.listen import Listen
from accord.access.tls import server_context
from accord.errors import AccordError, ConfigError
from accord.gateway.asgi import Receive, Scope, Send
from accord.gateway.protocol import BehindProxy, Protocol

THREADS = 32
"""Threads of one process that wait for disks and detectors."""

_BACKLOG = 2048
_FILES = 65_536
_IDLE_SECONDS = 75  # longer than what load balancers commonly wait, so that it is they who close

Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Make = Callable[[int], Application]
"""Makes the application in the process that serves it, told its number; can be pickled where there are several."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What TLS is served with.

    Attributes:
        chain: PEM file with the certificates.
        key: PEM file with the key.
        clients: PEM file with authorities; then every client needs a certificate of these.
    """

    chain: Path
    key: Path
    clients: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What to serve with.

        Raises:
            ConfigError: a file cannot be used, and why.
        """
        return server_context(self.chain, self.key, client_ca=self.clients)


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve.

    Attributes:
        workers: processes.
        drain: seconds that open requests may take to end.
        certificate: for TLS; plain HTTP without.
        behind_proxy: a proxy in front ends TLS, and says where requests came from.
    """

    workers: int = 1
    drain: float = 30.0
    certificate: Certificate | None = None
    behind_proxy: bool = False


def serve(make: Make, listen: Listen, how: Serving, ready: Callable[[str], None]) -> None:
    """Serve until told to end (SIGTERM, SIGINT).

    Args:
        make: makes the application.
        listen: where, as it was checked.
        how: processes, TLS, end.
        ready: told the address, once every process answers.

    Raises:
        ConfigError: it is not possible to listen there, or TLS cannot be served.
        AccordError: the application could not be made.
    """
    if how.certificate is not None:
        how.certificate.context()
    _allow_files()
    sockets = bind(listen)
    try:
        where = address(listen, sockets, tls=how.certificate is not None)
        if how.workers == 1:
            run(make, 0, sockets, how, lambda: ready(where))
        else:
            from accord.gateway.workers import Workers

            Workers(make, sockets, how).run(lambda: ready(where))
    finally:
        for one in sockets:
            one.close()
        if listen.unix is not None:
            with contextlib.suppress(OSError):
                Path(listen.unix).unlink()


def run(make: Make, number: int, sockets: Sequence[socket.socket], how: Serving, ready: Callable[[], None]) -> None:
    """Serve in this process until told to end.

    Args:
        make: makes the application.
        number: which process this is.
        sockets: to listen on.
        how: TLS, end.
        ready: called once it answers.

    Raises:
        AccordError: the application could not be made or started.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until somebody makes it a request to read the policy anew
    made = server(make(number), how, ready)
    try:
        made.run(list(sockets))
    except SystemExit:
        raise AccordError("the gateway could not start", hint="its log says why") from None


def server(application: Application, how: Serving, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server that is not running yet.

    Args:
        application: what it serves.
        how: TLS, end.
        ready: called once it answers.
    """
    told = logging.getLogger("uvicorn.error")
    told.setLevel(logging.WARNING)  # what it does is told by what it leads to
    if _nameless not in told.filters:
        told.addFilter(_nameless)
    certificate = how.certificate
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http=BehindProxy if how.behind_proxy else Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=[("x-content-type-options", "nosniff")],
        backlog=_BACKLOG,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=max(1, round(how.drain)),
        ssl_context_factory=(lambda _config, _default: certificate.context()) if certificate else None,
    )
    return _Server(config, ready)


class _Server(uvicorn.Server):
    """A server that says when it is ready, and whose end is no failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="accord"))
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to end: what is open is finished, and that was asked for."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()


def _nameless(record: logging.LogRecord) -> bool:
    """What uvicorn has to say, without the words of exceptions: they may quote content."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = "not served: %s", (type(record.exc_info[1]).__name__,)
        record.exc_info = record.exc_text = None
    return True


def bind(listen: Listen) -> list[socket.socket]:
    """Take the addresses that were checked; nobody is answered yet.

    Raises:
        ConfigError: one of them cannot be had.
    """
    if listen.unix is not None:
        return [_unix(Path(listen.unix))]
    made: list[socket.socket] = []
    port = listen.port
    try:
        for one in listen.addresses:
            try:
                made.append(_tcp(one, port))
            except OSError as error:
                # A machine without IPv6 can still listen everywhere else.
                if made and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    continue
                raise ConfigError(
                    f"cannot listen on {one} port {port}: {(error.strerror or type(error).__name__).lower()}",
                    hint="another program may be there; choose another port with --listen, 0 for any that is free",
                ) from None
            port = made[0].getsockname()[1]
    except BaseException:
        for taken in made:
            taken.close()
        raise
    return made


def address(listen: Listen, sockets: Sequence[socket.socket], *, tls: bool) -> str:
    """Where it can be reached, as an address for clients."""
    if listen.unix is not None:
        return f"unix:{listen.unix}"
    host, port = sockets[0].getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made


def _unix(path: Path) -> socket.socket:
    """A socket in the file system that its owner and group reach; one that nobody listens on any more is replaced."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _stale(path):
            path.unlink()
        before = os.umask(0o117)
        try:
            made.bind(str(path))
        finally:
            os.umask(before)
    except OSError as error:
        made.close()
        raise ConfigError(f"cannot listen on {path}: {(error.strerror or type(error).__name__).lower()}") from None
    return made


def _stale(path: Path) -> bool:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return False
    except OSError:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == errno.ECONNREFUSED


def _allow_files() -> None:
    """A connection is an open file, and the usual limit is low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
