"""Which upstream answers for a model."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from accord.errors import ConfigError
from accord.gateway.echo import Echo
from accord.gateway.problems import Problem
from accord.gateway.upstream import ECHO, Breaker, Endpoint, NoBreaker, Upstream

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


class Upstreams:
    """Endpoints by model: the first whose names fit answers. Without any, `echo` does.

    Args:
        endpoints: by name, in order of preference.
        breaker: leaves those alone that fail.

    Raises:
        ConfigError: an address, credential or certificate cannot be used.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], breaker: Breaker | None = None) -> None:
        named = dict(endpoints) or {ECHO: Endpoint(ECHO)}
        chosen = breaker or NoBreaker()
        self._all: list[tuple[Upstream, Endpoint, re.Pattern[str]]] = [
            (_made(name, endpoint, chosen), endpoint, _pattern(endpoint.models)) for name, endpoint in named.items()
        ]

    def __repr__(self) -> str:
        return f"<Upstreams {', '.join(upstream.name for upstream in self)}>"

    def __iter__(self) -> Iterator[Upstream]:
        return (upstream for upstream, _, _ in self._all)

    def __len__(self) -> int:
        return len(self._all)

    def choose(self, model: str) -> Upstream:
        """The upstream for a model.

        Raises:
            Problem: 404: none serves it.
        """
        for upstream, _, names in self._all:
            if names.fullmatch(model):
                return upstream
        raise Problem(404, "model_not_found", "There is no such model here.", param="model")

    @property
    def models(self) -> list[tuple[str, str]]:
        """The models that are named exactly in the configuration, each with the upstream that serves it."""
        named: dict[str, str] = {}
        for upstream, endpoint, _ in self._all:
            for model in endpoint.models:
                if "*" not in model and self.choose(model) is upstream:
                    named.setdefault(model, upstream.name)
        return list(named.items())

    async def start(self) -> None:
        """Get ready; in the event loop that asks."""
        for upstream in self:
            await upstream.start()

    async def stop(self) -> None:
        """Let go of connections."""
        for upstream in self:
            await upstream.stop()


def _made(name: str, endpoint: Endpoint, breaker: Breaker) -> Upstream:
    if not _NAME.match(name):
        raise ConfigError("the name of an upstream has letters, digits, '.', '_' and '-' only")
    if not endpoint.models:
        raise ConfigError(f"upstream {name}: serves no models", hint='write models: ["*"] for all')
    if endpoint.url == ECHO:
        return Echo(name, endpoint.rename)
    _check(name, endpoint)
    from accord.gateway.upstream_http import HttpUpstream

    try:
        return HttpUpstream(name, endpoint, breaker)
    except ConfigError as error:
        raise ConfigError(f"upstream {name}: {error}", hint=error.hint) from None


def _check(name: str, endpoint: Endpoint) -> None:
    """That an address says all of where content goes, and that it goes there protected."""
    try:
        parts = urlsplit(endpoint.url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("https", "http") or not host or not endpoint.url.isascii() or " " in endpoint.url:
        raise ConfigError(f"upstream {name}: no address", hint="write https://host/v1, or echo")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"upstream {name}: credentials do not stand in an address", hint="use key: {env: NAME}")
    if parts.query or parts.fragment:
        raise ConfigError(f"upstream {name}: an address ends with a path", hint="write https://host/v1")
    if parts.scheme == "http" and not endpoint.plain_http and not _loopback(host):
        raise ConfigError(
            f"upstream {name}: content and credentials would cross the network in clear",
            hint="write https://…, or set plain_http: true where the network is protected otherwise",
        )
    if parts.scheme == "http" and (endpoint.ca or endpoint.certificate):
        raise ConfigError(f"upstream {name}: certificates are for https")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pattern(models: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(".*".join(map(re.escape, model.split("*"))) for model in models), re.DOTALL)
