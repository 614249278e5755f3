"""`accord serve`: the gateway."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from accord.cli import say
from accord.cli.options import Common, common, pass_common, policy_option
from accord.errors import ConfigError

if TYPE_CHECKING:
    from accord import config

UPSTREAM_KEY = "ACCORD_UPSTREAM_KEY"
"""The credential for `--upstream`; an upstream in a configuration file names its own."""

_PORT = 8080


@click.command(short_help="Serve the gateway: point your client at it.")
@click.option(
    "--listen",
    "where",
    default="127.0.0.1:8080",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen: an address and a port (0 for any free one), or unix:PATH.",
)
@click.option(
    "--upstream", metavar="URL", help=f"Where requests go: https://host/v1, or `echo`. Its key: {UPSTREAM_KEY}."
)
@click.option(
    "--upstream-timeout",
    "timeout",
    type=click.FloatRange(0.1, 3600),
    metavar="S",
    help="Seconds until an answer has to begin.",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes  [default: as configured, 1].")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front serves TLS and hands requests on.")
@policy_option
@common
@pass_common
def serve(
    shared: Common, where: str, upstream: str | None, timeout: float | None, workers: int | None, behind_proxy: bool
) -> int:
    r"""Serve the gateway. One line says when it is ready; logs go to standard error.

    \b
    accord serve                                          # answers itself: see what a model would get
    accord serve --upstream https://api.openai.com/v1     # before a provider
    accord serve --config accord.yaml --workers 4

    On this machine it is open until there is an API key (accord keys add). Elsewhere it refuses to listen without
    keys and TLS.
    """
    from accord.app import settings, state_dir
    from accord.gateway import logs, metrics
    from accord.gateway.server import serve as run
    from accord.serve import plan, serving

    logs.configure()
    host, port = address(where)
    chosen = said(settings(shared.source), upstream=upstream, timeout=timeout, workers=workers, behind=behind_proxy)
    made = plan(chosen, state_dir(shared.state), host, port, source=shared.source)
    how = serving(chosen)
    with tempfile.TemporaryDirectory(prefix="accord-metrics-") as counted:
        if how.workers > 1:
            metrics.shared(Path(counted))
        run(made, made.listen, how, lambda at: _ready(shared, at))
    return 0


def _ready(shared: Common, at: str) -> None:
    say.as_json({"listening": at}) if shared.json else say.line(f"accord listens on {at}")
    sys.stdout.flush()


def address(where: str) -> tuple[str, int]:
    """Host and port of what `--listen` says.

    Raises:
        ConfigError: it says neither an address with a port nor the path of a socket.
    """
    if where.startswith(("unix:", "/")):
        return where, 0
    host, colon, port = where.rpartition(":")
    if where.isascii() and where.isdigit():
        return "127.0.0.1", _port(where)
    if not colon or where.endswith("]") or (":" in host and not host.startswith("[")):
        try:
            ipaddress.ip_address(where.strip("[]"))
        except ValueError:
            if colon:
                raise ConfigError(
                    "this is no address to listen on", hint="write 127.0.0.1:8080 or [::1]:8080"
                ) from None
        return where, _PORT
    return host, _port(port)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ConfigError("a port is a number from 0 to 65535", hint="write 127.0.0.1:8080")
    return int(text)


def said(
    chosen: config.ConfigModel,
    *,
    upstream: str | None = None,
    timeout: float | None = None,
    workers: int | None = None,
    behind: bool = False,
) -> config.ConfigModel:
    """A configuration with what options say about it."""
    from accord.config import UpstreamModel
    from accord.config.state import SecretModel

    upstreams = dict(chosen.upstreams)
    if upstream is not None:
        key = SecretModel(env=UPSTREAM_KEY) if os.environ.get(UPSTREAM_KEY) and upstream != "echo" else None
        upstreams = {"upstream": UpstreamModel(url=upstream, key=key)}
    if timeout is not None:
        begins = {"timeout": timedelta(seconds=timeout)}
        upstreams = {name: one.model_copy(update=begins) for name, one in upstreams.items()}
    changed: dict[str, Any] = {}
    if workers is not None:
        changed["workers"] = workers
    if behind:
        changed["behind_proxy"] = True
    return chosen.model_copy(update={"upstreams": upstreams, "gateway": chosen.gateway.model_copy(update=changed)})
