"""The gateway as it is written: upstreams, what it does with answers, bounds, and what happens when things fail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from accord.config.base import Model
from accord.config.state import FileModel, SecretModel, Span


class UpstreamModel(Model):
    """An endpoint that speaks OpenAI's protocol.

    Attributes:
        url: its address, with the path before `/chat/completions`: https, or http on loopback and to hosts named in
            `plain_http`; `echo` is the one that comes with accord.
        key: its credential: from the environment or a file; sent as a bearer token.
        models: which models it serves, with `*` for any letters; all where there is none.
        rename: what a model is called there.
        timeout: how long an answer may take to begin.
        idle: how long a stream may say nothing.
        total: how long an answer may take.
        retries: how often a request that surely did not begin there is tried again.
        connections: how many at once.
        plain_http: the address may be http although it is not on loopback.
        ca: certificates to trust for it; the system's when not given.
        certificate: a client certificate for it (PEM, with its key).
    """

    url: str = Field(min_length=1)
    key: SecretModel | FileModel | None = None
    models: tuple[str, ...] = ("*",)
    rename: dict[str, str] = Field(default_factory=dict)
    timeout: Span = timedelta(seconds=60)
    idle: Span = timedelta(seconds=60)
    total: Span = timedelta(minutes=10)
    retries: int = Field(default=1, ge=0, le=5)
    connections: int = Field(default=100, ge=1)
    plain_http: bool = False
    ca: str | None = None
    certificate: str | None = None


class OutputModel(Model):
    """What becomes of answers.

    Attributes:
        stream: `window` shows a stream as soon as what stands around it was inspected, `buffer` only when it is
            complete, `restore_only` puts own values back and inspects nothing.
    """

    stream: Literal["window", "buffer", "restore_only"] = "window"


class FetchModel(Model):
    """Whether pictures and files that a request names by address are fetched, and from where.

    Attributes:
        hosts: names they may come from; none, so that such requests are refused, when empty.
        bytes: largest file.
        timeout: how long it may take.
    """

    hosts: tuple[str, ...] = ()
    bytes: int = Field(default=20_000_000, ge=1)
    timeout: Span = timedelta(seconds=10)


class TlsModel(Model):
    """TLS of the gateway itself.

    Attributes:
        certificate: PEM file with the chain.
        key: PEM file with the key, readable by its owner alone.
        clients: certificates of authorities whose clients may connect; then every client needs one.
    """

    certificate: str
    key: str
    clients: str | None = None


class GatewayModel(Model):
    """How the gateway serves.

    Attributes:
        body: largest body of a request, in bytes.
        patience: how long a client may take to send its body.
        budget: how long a request may take to be inspected and decided.
        concurrent: requests at once, per worker; one more is told to come again.
        memory: bytes a worker may have before it takes no more requests.
        workers: processes.
        drain: how long open requests may take to end when the gateway stops.
        tls: certificates; plain HTTP, on loopback or behind a proxy, when not given.
        behind_proxy: a proxy in front ends TLS.
        fetch: remote media.
        public_metrics: `/metrics` needs no key.
    """

    body: int = Field(default=32_000_000, ge=1024)
    patience: Span = timedelta(seconds=30)
    budget: Span = timedelta(seconds=30)
    concurrent: int = Field(default=256, ge=1)
    memory: int = Field(default=4_000_000_000, ge=500_000_000)
    workers: int = Field(default=1, ge=1, le=64)
    drain: Span = timedelta(seconds=30)
    tls: TlsModel | None = None
    behind_proxy: bool = False
    fetch: FetchModel = FetchModel()
    public_metrics: bool = False


class BreakerModel(Model):
    """When something that fails is left alone for a while.

    Attributes:
        failures: how many in a row.
        pause: how long it is left alone.
    """

    failures: int = Field(default=5, ge=1)
    pause: Span = timedelta(seconds=30)


class DegradeModel(Model):
    """A control that may be missing for a while: what is released then says so.

    Attributes:
        without: names of detectors whose absence does not stop everything.
        owner: who answers for it.
        expires: the first day on which it no longer holds.
        reason: why.
    """

    without: tuple[str, ...] = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date
    reason: str = ""


class FailsafeModel(Model):
    """What happens when something fails.

    Attributes:
        detectors: when a detector that fails is left alone; its findings are then faults.
        upstreams: when an upstream that fails is left alone.
        degrade: what may go on without a detector, with an owner and an end.
    """

    detectors: BreakerModel = BreakerModel()
    upstreams: BreakerModel = BreakerModel()
    degrade: tuple[DegradeModel, ...] = ()


class ShadowModel(Model):
    """A second policy that decides beside the first and changes nothing.

    Attributes:
        policy: its file, or the name of a shipped one.
    """

    policy: str = Field(min_length=1)
