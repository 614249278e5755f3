"""The gateway out of configuration and state: what is made for `accord serve`, in every process that serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from accord import config
from accord.access.authenticate import Authenticator
from accord.access.authorise import Authoriser
from accord.access.certificates import Certificates, Granted
from accord.access.jwks import JwkSet
from accord.access.listen import Listen, check_listen
from accord.access.principals import role_of
from accord.access.tls import client_context
from accord.access.tokens import Mapped, Tokens
from accord.app import guard_of, plugins_of, pseudonyms_of
from accord.audit.watch import SelfVerification
from accord.config.state import FileModel, SecretModel
from accord.core.decision import Decision
from accord.custody.items import Unsealed
from accord.errors import AccordError, AuditError
from accord.gateway.app import Gateway
from accord.gateway.chat import Chat
from accord.gateway.console import Console
from accord.gateway.gate import AccessGate
from accord.gateway.openapi import Description
from accord.gateway.origin import OwnPagesOnly
from accord.gateway.server import Application, Certificate, Serving
from accord.gateway.services import Route
from accord.gateway.upstream import Endpoint
from accord.gateway.upstreams import Upstreams
from accord.guard import Guard
from accord.state import State, open_state

log = logging.getLogger("accord.serve")

LOCAL_NAMES = frozenset({"localhost"})
"""Names of this machine that no one else can have."""

_SOON = 5.0  # seconds after the start: what has expired meanwhile goes first


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process that serves needs to know; it can be pickled.

    Attributes:
        chosen: the configuration.
        folder: the state folder.
        listen: where, as it was checked.
        source: where the configuration came from, so that it can be read anew.
    """

    chosen: config.ConfigModel
    folder: Path
    listen: Listen
    source: str | Path | None = None

    def __call__(self, number: int) -> Application:
        """Make the application, in the process of that number."""
        made = gateway(self.chosen, self.folder, number=number, open_loopback=self.listen.open)
        names = LOCAL_NAMES | {self.listen.host.lower()}
        rebound = self.listen.loopback and self.listen.unix is None and not self.chosen.gateway.behind_proxy
        return OwnPagesOnly(made, names if rebound else frozenset(), behind_proxy=self.chosen.gateway.behind_proxy)


def plan(chosen: config.ConfigModel, folder: Path, host: str, port: int, *, source: str | Path | None = None) -> Plan:
    """Check that the gateway may listen there, and finish erasures that were cut short.

    Raises:
        ConfigError: it would be open to others or in clear; says what to do.
        StoreError: the state cannot be used.
        AuditError: the audit log cannot be used.
    """
    kept = open_state(folder, chosen)
    try:
        kept.desk("accord", None, _nobody).erasure.resume()
        tls = chosen.gateway.tls
        listen = check_listen(
            host,
            port,
            keys_exist=kept.api_keys().any(),
            oidc=chosen.access.oidc is not None,
            mtls=bool(tls and tls.clients and granted(chosen)),
            tls=tls is not None,
            behind_proxy=chosen.gateway.behind_proxy,
        )
    finally:
        kept.close()
    return Plan(chosen, folder, listen, source)


def serving(chosen: config.ConfigModel) -> Serving:
    """How to serve, as configured."""
    tls, said = chosen.gateway.tls, chosen.gateway
    certificate = None
    if tls is not None:
        certificate = Certificate(Path(tls.certificate), Path(tls.key), Path(tls.clients) if tls.clients else None)
    return Serving(said.workers, said.drain.total_seconds(), certificate, said.behind_proxy)


def gateway(chosen: config.ConfigModel, folder: Path, *, number: int = 0, open_loopback: bool = False) -> Gateway:
    """The whole gateway.

    Args:
        chosen: the configuration.
        folder: the state folder.
        number: of the process; the first one also looks after the state.
        open_loopback: nobody has to say who they are, until there is a key.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: the state cannot be used.
        AuditError: the audit log cannot be used.
    """
    kept = open_state(folder, chosen)
    try:
        return _assembled(chosen, kept, number, open_loopback)
    except BaseException:
        kept.close()
        raise


def _assembled(chosen: config.ConfigModel, kept: State, number: int, open_loopback: bool) -> Gateway:
    guard = guard_of(chosen, plugins_of(chosen), kept, pseudonyms_of(chosen, kept))
    guards, watch = _Guards(guard), _Watch()
    upstreams = Upstreams(endpoints(chosen))
    keys = issuer_keys(chosen)
    gate = AccessGate(_authenticator(chosen, kept, keys, open_loopback), Authoriser(kept.extra_policies()))
    upkeep = Upkeep(chosen, kept, first=number == 0)
    routes = _routes(chosen, guards, upstreams)

    async def keys_of_the_issuer() -> None:
        if keys is not None and not await asyncio.to_thread(keys.refresh):
            log.warning("the keys of the issuer cannot be had; its tokens are refused until they can")

    async def closed() -> None:
        await asyncio.to_thread(upkeep.stop)
        guard.close()
        await asyncio.to_thread(_closed, kept)

    return Gateway(
        routes,
        gate,
        watch,
        start=(upstreams.start, keys_of_the_issuer, _hook(upkeep.start)),
        stop=(upstreams.stop, closed),
    )


def _routes(chosen: config.ConfigModel, guards: Any, upstreams: Upstreams) -> Iterable[Route]:
    body, seconds = chosen.gateway.body, chosen.gateway.patience.total_seconds()
    chat = Chat(guards, upstreams, lambda: chosen.output.stream, body=body, seconds=seconds)
    routes = [*chat.routes(), *Console(guards, body=body, seconds=seconds).routes()]
    return [*routes, *Description(routes).routes()]


class _Guards:
    def __init__(self, guard: Guard) -> None:
        self.current = guard


class _Watch:
    def enter(self, route: Route) -> None: ...
    def leave(self, route: Route, status: int, seconds: float) -> None: ...


def _hook(run: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def hook() -> None:
        await asyncio.to_thread(run)

    return hook


def _closed(kept: State) -> None:
    with contextlib.suppress(AuditError):
        kept.audit.checkpoint()
    kept.close()


def _nobody(_item: Unsealed) -> Decision:
    raise AccordError("a server shows nothing that is held")


def endpoints(chosen: config.ConfigModel) -> Mapping[str, Endpoint]:
    """The upstreams of a configuration."""
    return {name: _endpoint(one) for name, one in chosen.upstreams.items()}


def _endpoint(one: config.UpstreamModel) -> Endpoint:
    return Endpoint(
        one.url,
        key_env=one.key.env if isinstance(one.key, SecretModel) else "",
        key_file=one.key.file if isinstance(one.key, FileModel) else "",
        models=one.models,
        rename=one.rename,
        timeout=one.timeout.total_seconds(),
        idle=one.idle.total_seconds(),
        total=one.total.total_seconds(),
        retries=one.retries,
        connections=one.connections,
        plain_http=one.plain_http,
        ca=one.ca,
        certificate=one.certificate,
    )


def issuer_keys(chosen: config.ConfigModel) -> JwkSet | None:
    """The keys of the issuer whose tokens are accepted, if there is one."""
    oidc = chosen.access.oidc
    if oidc is None:
        return None
    tls = client_context(ca=Path(oidc.ca) if oidc.ca else None) if "://" in oidc.jwks else None
    return JwkSet(oidc.jwks, tls=tls)


def granted(chosen: config.ConfigModel) -> Mapping[str, Granted]:
    """What client certificates may do here, by their names."""
    named: Mapping[str, Any] = getattr(chosen.access, "certificates", {})
    return {name: Granted(one.tenant, role_of(one.role), frozenset(one.scopes)) for name, one in named.items()}


def _authenticator(
    chosen: config.ConfigModel, kept: State, keys: JwkSet | None, open_loopback: bool
) -> Authenticator:
    oidc, tls, tokens = chosen.access.oidc, chosen.gateway.tls, None
    if oidc is not None and keys is not None:
        said = oidc.claims
        mapped = Mapped(tenant=said.tenant, role=said.role, end_user=said.end_user)
        tokens = Tokens(oidc.issuer, oidc.audience, keys, algorithms=oidc.algorithms, mapped=mapped)
    certificates = Certificates(granted(chosen)) if tls and tls.clients else None
    return Authenticator(kept.api_keys(), tokens=tokens, certificates=certificates, open_loopback=open_loopback)


class Upkeep:
    """What the state needs while a server runs: what has expired goes, the log is verified and signed.

    Args:
        chosen: says how often; zero is never.
        kept: the state.
        first: whether this process does it for all; others only give signs of life.
    """

    def __init__(self, chosen: config.ConfigModel, kept: State, *, first: bool) -> None:
        self._kept = kept
        self._every = chosen.retention.sweep_every.total_seconds() if first else 0.0
        verify = chosen.state.audit.verify_every if first else timedelta(0)
        self._verifies = SelfVerification(kept.audit, verify.total_seconds(), _alarm) if verify else None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        if self._verifies is not None:
            self._verifies.start()
        else:
            self._begin("accord-upkeep", self._living)
        if self._every:
            self._begin("accord-sweep", self._sweeping)

    def stop(self) -> None:
        """End, after what is under way."""
        self._stopped.set()
        if self._verifies is not None:
            self._verifies.stop()
        for thread in self._threads:
            thread.join()

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _living(self) -> None:
        while not self._stopped.wait(30.0):
            with contextlib.suppress(AuditError):  # whoever appends next is told
                self._kept.audit.upkeep()

    def _sweeping(self) -> None:
        pause = min(_SOON, self._every)
        while not self._stopped.wait(pause):
            pause = self._every
            try:
                self._kept.sweeper().sweep()
            except AccordError as error:
                log.error("what has expired stays for now: %s", error)


def _alarm(error: AuditError) -> None:
    log.critical("the audit log does not verify: %s", error)
