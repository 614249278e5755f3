"""What a configuration says, as the objects that rooms below are given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from accord import config
from accord.access.authenticate import Authenticator
from accord.access.certificates import Certificates, Granted
from accord.access.jwks import JwkSet
from accord.access.principals import role_of
from accord.access.tls import client_context
from accord.access.tokens import Mapped, Tokens
from accord.config.state import FileModel, SecretModel
from accord.gateway.fetch import Fetcher
from accord.gateway.upstream import Endpoint
from accord.state import State
from accord.store.switch import Ledger


def endpoints(chosen: config.ConfigModel) -> Mapping[str, Endpoint]:
    """The upstreams."""
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


def fetcher(chosen: config.ConfigModel) -> Fetcher:
    """What fetches media that requests name by address."""
    said = chosen.gateway.fetch
    return Fetcher(said.hosts, largest=said.bytes, seconds=said.timeout.total_seconds())


def issuer_keys(chosen: config.ConfigModel) -> JwkSet | None:
    """The keys of the issuer whose tokens are accepted, if there is one."""
    oidc = chosen.access.oidc
    if oidc is None:
        return None
    tls = client_context(ca=Path(oidc.ca) if oidc.ca else None) if "://" in oidc.jwks else None
    return JwkSet(oidc.jwks, tls=tls)


def granted(chosen: config.ConfigModel) -> Mapping[str, Granted]:
    """What client certificates may do here, by their names."""
    named = chosen.access.certificates
    return {name: Granted(one.tenant, role_of(one.role), frozenset(one.scopes)) for name, one in named.items()}


def authenticator(
    chosen: config.ConfigModel, kept: State, keys: JwkSet | None, *, open_loopback: bool
) -> Authenticator:
    """Who asks: by API keys, tokens of the issuer, certificates.

    Args:
        chosen: the configuration.
        kept: the state, with the API keys.
        keys: the issuer's.
        open_loopback: nobody has to say who they are, until there is a key.
    """
    oidc, tls, tokens = chosen.access.oidc, chosen.gateway.tls, None
    if oidc is not None and keys is not None:
        said = oidc.claims
        mapped = Mapped(tenant=said.tenant, role=said.role, end_user=said.end_user)
        tokens = Tokens(oidc.issuer, oidc.audience, keys, algorithms=oidc.algorithms, mapped=mapped)
    certificates = Certificates(granted(chosen)) if tls and tls.clients else None
    return Authenticator(kept.api_keys(), tokens=tokens, certificates=certificates, open_loopback=open_loopback)


def ledger(kept: State) -> Ledger:
    """Where the kill switch is on record."""
    return Ledger(lambda body: kept.record("switch", body), lambda: kept.audit.records(kind="switch"))
