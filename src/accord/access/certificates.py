"""Who asks, by the certificate a client showed in the TLS handshake (mTLS)."""

from __future__ import annotations

import hashlib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accord.access.principals import Kind, Principal, Role, Unauthenticated

_SAN = {"DNS": "dns", "URI": "uri", "email": "email", "IP Address": "ip"}


@dataclass(frozen=True, slots=True)
class Granted:
    """What the holder of a certificate is here.

    Attributes:
        tenant: whose data it may deal with.
        role: what it is here for.
        scopes: further limits.
    """

    tenant: str
    role: Role
    scopes: frozenset[str] = frozenset()


class Certificates:
    """The certificates that are let in, by their names.

    Args:
        granted: by a name as `names` gives it: `dns:billing.internal`, `uri:spiffe://acme/billing`, `cn:billing`.
        now: the clock, ms since 1970.
    """

    def __init__(self, granted: Mapping[str, Granted], now: Callable[[], int] | None = None) -> None:
        self._granted = dict(granted)
        self._now = now or (lambda: time.time_ns() // 1_000_000)

    def check(self, peer: Mapping[str, Any] | None) -> Principal:
        """Who asks.

        Args:
            peer: what `ssl.SSLSocket.getpeercert()` says; the handshake has verified it.

        Raises:
            Unauthenticated: there is no certificate, it has expired since, or nothing is granted to it.
        """
        if not peer:
            raise Unauthenticated("no client certificate was shown", hint="connect with one, or show an API key")
        expires = int(ssl.cert_time_to_seconds(str(peer["notAfter"])) * 1000)
        if expires <= self._now():
            raise Unauthenticated("the client certificate has expired", hint="renew it")
        found = [(name, self._granted[name]) for name in names(peer) if name in self._granted]
        if not found:
            raise Unauthenticated(
                "nothing is granted to this client certificate", hint="name it in the configuration"
            )
        if any(other != found[0][1] for _, other in found):
            raise Unauthenticated("the names of this client certificate are granted different things")
        name, granted = found[0]
        id_ = f"certificate:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        return Principal(id_, granted.tenant, granted.role, granted.scopes, Kind.CERTIFICATE, expires)


def names(peer: Mapping[str, Any]) -> tuple[str, ...]:
    """What a certificate calls its holder: alternative names (RFC 5280, 4.2.1.6) first, then common names."""
    return tuple(dict.fromkeys(_names(peer)))


def _names(peer: Mapping[str, Any]) -> Iterator[str]:
    for kind, value in peer.get("subjectAltName", ()):
        if kind in _SAN:
            yield f"{_SAN[kind]}:{value}"
    for relative in peer.get("subject", ()):
        for kind, value in relative:
            if kind == "commonName":
                yield f"cn:{value}"
