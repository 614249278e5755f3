"""The whole gateway: its doors, who is let in, and what is begun and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from accord import config
from accord.access.authorise import Authoriser
from accord.errors import AccordError
from accord.gateway.admin import Admin
from accord.gateway.app import Gateway
from accord.gateway.chat import Chat
from accord.gateway.console import Console
from accord.gateway.embeddings import Embeddings
from accord.gateway.fetch import FILES, IMAGES
from accord.gateway.gate import AccessGate
from accord.gateway.guardrail import Guardrail
from accord.gateway.models import Models
from accord.gateway.moderations import Moderations
from accord.gateway.openapi import Description
from accord.gateway.presidio import health_routes
from accord.gateway.presidio_analyze import PresidioAnalyzer
from accord.gateway.presidio_anonymize import PresidioAnonymizer
from accord.gateway.presidio_image import PresidioImage
from accord.gateway.services import Route
from accord.gateway.upkeep import Upkeep
from accord.serve.objects import authenticator, fetcher, issuer_keys
from accord.serve.parts import Parts
from accord.state import State, open_state

log = logging.getLogger("accord.serve")


def gateway(
    chosen: config.ConfigModel,
    folder: Path,
    *,
    number: int = 0,
    open_loopback: bool = False,
    source: str | Path | None = None,
) -> Gateway:
    """The whole gateway.

    Args:
        chosen: the configuration.
        folder: the state folder.
        number: of the process; the first one also looks after the state.
        open_loopback: nobody has to say who they are, until there is a key.
        source: where policy, plugins, bounds and `output` are read from when they are read anew.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: the state cannot be used.
        AuditError: the audit log cannot be used.
    """
    kept = open_state(folder, chosen)
    try:
        return _assembled(Parts(chosen, kept, source), number, open_loopback)
    except BaseException:
        kept.close()
        raise


def doors(parts: Parts) -> list[Route]:
    """All doors."""
    said = parts.chosen.gateway
    body, seconds = said.body, said.patience.total_seconds()
    files = fetcher(parts.chosen)

    async def fetch(url: str, where: str) -> tuple[str, bytes]:
        got = await files.fetch(url, where, kinds=FILES if where.endswith(".file_data") else IMAGES)
        return got.media_type, got.data

    budget = said.budget.total_seconds()
    chat = Chat(
        parts.guards,
        parts.upstreams,
        parts.mode,
        body=body,
        seconds=seconds,
        budget=budget,
        fetch=fetch,
        counts=parts.metrics,
    )
    admin = Admin(
        parts.health,
        parts.metrics,
        parts.switch,
        parts.guards,
        parts.shadow,
        public_metrics=said.public_metrics,
    )
    routes = [
        *chat.routes(),
        *Embeddings(parts.guards, parts.upstreams, body=body, seconds=seconds).routes(),
        *Models(parts.upstreams).routes(),
        *Moderations(parts.guards, body=body, seconds=seconds).routes(),
        *PresidioAnalyzer(parts.guards, body=body, seconds=seconds).routes(),
        *PresidioAnonymizer(body=body, seconds=seconds).routes(),
        *PresidioImage(parts.guards, body=body, seconds=seconds).routes(),
        *health_routes(),
        *Guardrail(parts.guards, parts.mode, body=body, seconds=seconds).routes(),
        *admin.routes(),
        *Console(parts.guards, body=body, seconds=seconds).routes(),
    ]
    return [*routes, *Description(routes).routes()]


def _assembled(parts: Parts, number: int, open_loopback: bool) -> Gateway:
    chosen, kept = parts.chosen, parts.kept
    keys = issuer_keys(chosen)
    known = authenticator(chosen, kept, keys, open_loopback=open_loopback)
    gate = AccessGate(known, Authoriser(kept.extra_policies()))
    first = number == 0
    upkeep = Upkeep(
        kept.audit,
        lambda: kept.sweeper().sweep(),
        sweep_every=chosen.retention.sweep_every.total_seconds() if first else 0.0,
        verify_every=chosen.state.audit.verify_every.total_seconds() if first else 0.0,
    )

    async def keys_of_the_issuer() -> None:
        if keys is not None and not await asyncio.to_thread(keys.refresh):
            log.warning("the keys of the issuer cannot be had; its tokens are refused until they can")

    start = (
        _apart(parts.switch.start),
        parts.watch.start,
        parts.upstreams.start,
        keys_of_the_issuer,
        parts.guards.start,
        parts.health.start,
        _apart(upkeep.start),
    )
    stop = (
        parts.health.stop,
        _apart(upkeep.stop),
        parts.watch.stop,
        parts.upstreams.stop,
        parts.guards.stop,
        _apart(parts.switch.stop),
        _apart(lambda: _closed(kept)),
    )
    return Gateway(parts.watch.over(doors(parts)), gate, parts.watch, start, stop)


def _apart(run: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def hook() -> None:
        await asyncio.to_thread(run)

    return hook


def _closed(kept: State) -> None:
    """Sign the log as it is at the end, and close."""
    with contextlib.suppress(AccordError):
        kept.audit.checkpoint()
    kept.close()
