"""Where a server may listen: open on this machine while there is no key, elsewhere never without keys and TLS."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

from accord.errors import ConfigError

_EVERYWHERE = frozenset({"", "*"})
_UNIX = "unix:"

Resolve = Callable[[str], tuple[str, ...]]
"""The addresses of a host name; raises `OSError` where there is none."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a server may listen.

    Attributes:
        host: as it was asked for.
        port: TCP port; 0 lets the system choose.
        addresses: the IP addresses to bind, as they were checked: a name may resolve otherwise a moment later.
        unix: path of a Unix socket instead; None for TCP.
        loopback: whether only this machine reaches it.
        open: whether nobody has to say who they are. While it is, ask `ApiKeys.any` with every request: the first
            key closes it.
    """

    host: str
    port: int
    addresses: tuple[str, ...]
    unix: str | None
    loopback: bool
    open: bool


def check_listen(
    host: str,
    port: int,
    *,
    keys_exist: bool,
    oidc: bool = False,
    mtls: bool = False,
    tls: bool = False,
    behind_proxy: bool = False,
    resolve: Resolve | None = None,
) -> Listen:
    """Say where to listen, or why not.

    Args:
        host: an address, a host name, or `unix:PATH`; empty or `*` is every address of this machine.
        port: TCP port, 0 to 65535.
        keys_exist: whether there is an API key.
        oidc: whether tokens of an issuer are accepted.
        mtls: whether clients have to show a certificate.
        tls: whether TLS is served.
        behind_proxy: whether a proxy in front serves TLS and hands requests on.
        resolve: finds the addresses of a name.

    Raises:
        ConfigError: it would be open to others, in clear, or the address is none; says what to do.
    """
    authenticated = keys_exist or oidc or mtls
    path = _unix_path(host)
    if path is not None:
        where = Listen(host, 0, (), path, loopback=True, open=not authenticated)
    else:
        if not 0 <= port <= 65535:
            raise ConfigError("a port is a number from 0 to 65535")
        addresses = _addresses(host, resolve or _resolve)
        loopback = all(_is_loopback(address) for address in addresses)
        where = Listen(host, port, addresses, None, loopback, open=loopback and not authenticated)
    _judge(where, authenticated=authenticated, tls=tls or mtls, behind_proxy=behind_proxy)
    return where


def _judge(where: Listen, *, authenticated: bool, tls: bool, behind_proxy: bool) -> None:
    if not authenticated and behind_proxy:
        raise ConfigError(
            "behind a proxy, requests come from elsewhere, and there is no API key: anyone could use this server",
            hint="make one with: accord keys add --tenant NAME --role app",
        )
    if where.loopback:
        return
    shown = ", ".join(dict.fromkeys(where.addresses))
    if not authenticated:
        raise ConfigError(
            f"other machines reach {shown}, and there is no API key: anyone could use this server",
            hint="make one with: accord keys add --tenant NAME --role app; or listen on 127.0.0.1",
        )
    if not tls and not behind_proxy:
        raise ConfigError(
            f"other machines reach {shown}, and there is no TLS: keys and content would cross the network in clear",
            hint="give a certificate and its key, say --behind-proxy where a proxy serves it, or listen on 127.0.0.1",
        )


def _unix_path(host: str) -> str | None:
    if host.startswith(_UNIX):
        path = host.removeprefix(_UNIX)
    elif host.startswith("/"):
        path = host
    else:
        return None
    if not path or "\0" in path:
        raise ConfigError("a Unix socket has a path", hint="write unix:/run/accord/accord.sock")
    return path


def _addresses(host: str, resolve: Resolve) -> tuple[str, ...]:
    if host in _EVERYWHERE:
        return ("0.0.0.0", "::")  # noqa: S104 - what it means, so that it is judged as such
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return (str(ipaddress.ip_address(bare)),)
    except ValueError:
        pass
    if not bare.isprintable() or any(letter.isspace() or letter in "/[]" for letter in bare):
        raise ConfigError("this is no address and no name of a host", hint="write 127.0.0.1, and the port apart")
    try:
        found = resolve(bare)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise ConfigError("the host to listen on has no address", hint="write 127.0.0.1, and the port apart")
    return tuple(str(ipaddress.ip_address(address)) for address in found)


def _is_loopback(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback


def _resolve(host: str) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
