"""Media that a request names by address: refused, unless its host is listed; then fetched by us, under narrow rules.

`https` on port 443, names and no numbers, one of the listed hosts, an address of the public internet that we looked
up ourselves and that the connection is made to, a verified certificate, no redirects, no proxies, no cookies, bounds
on bytes and seconds, and an expected kind of media: whoever writes an address can make us ask for nothing else
(OWASP's cheat sheet on server-side request forgery, case 1). The address itself leaves, too: it is text that is to be
inspected before it is fetched.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from accord.access.tls import client_context
from accord.errors import ConfigError
from accord.gateway.http_client import Attempt, NoCookies, NotedRequest, abandon, ends_with_its_connection
from accord.gateway.problems import Problem

MAX_URL = 2048

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?\Z")
_KIND = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,128}\Z")
_MEDIA = ("image/", "audio/")
_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
_READ = 65_536

# What Python calls global, and is not where a server of pictures stands: ways to write an IPv4 address (RFC 4291,
# RFC 6052, RFC 3056, RFC 4380), site-local addresses of old (RFC 3879), and the host service of a large cloud.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "::/96",
            "::ffff:0:0/96",
            "::ffff:0:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2001::/23",
            "2002::/16",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
            "168.63.129.16/32",
            "192.0.0.0/24",
            "192.88.99.0/24",
        ),
    )
)
_UNICAST = ipaddress.ip_network("2000::/3")

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The IP addresses of a host name; raises OSError where there is none."""


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """A file.

    Attributes:
        data: its bytes.
        media_type: what its server says it is.
    """

    data: bytes
    media_type: str

    def __repr__(self) -> str:
        return f"<Fetched {len(self.data)} bytes>"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, however it is written."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id is not None or found not in _UNICAST):
        return False
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback:
        return False
    return not any(found.version == network.version and found in network for network in _NEVER)


async def look_up(host: str) -> Sequence[str]:
    """The addresses of a host, as the system knows them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


class Fetcher:
    """Fetches media of listed hosts.

    Args:
        hosts: names they may come from, or `*.example.org` for every name under it; without any, all is refused.
        largest: bytes of a file.
        seconds: for one file, from looking up its host to its last byte.
        tls: verifies servers; those that the system trusts when not given.
        resolve: finds the addresses of a host.
        allowed: judges an address.
        port: where connections go.

    Raises:
        ConfigError: a host is not the name of one.
    """

    def __init__(
        self,
        hosts: Sequence[str] = (),
        *,
        largest: int = 20_000_000,
        seconds: float = 10.0,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = look_up,
        allowed: Callable[[str], bool] = is_public,
        port: int = 443,
    ) -> None:
        self._exact: set[str] = set()
        self._under: list[str] = []
        for host in hosts:
            name = host.lower().removeprefix("*.")
            if not _HOST.match(name):
                raise ConfigError(f"{host[:64]!r} is not the name of a host", hint="files.example.org, *.example.org")
            if name != host.lower():
                self._under.append(f".{name}")
            else:
                self._exact.add(name)
        self._largest, self._seconds, self._port = largest, seconds, port
        self._tls, self._resolve, self._allowed = tls, resolve, allowed

    def __repr__(self) -> str:
        return f"<Fetcher of {len(self._exact) + len(self._under)} hosts>"

    @property
    def enabled(self) -> bool:
        """Whether anything is fetched at all."""
        return bool(self._exact or self._under)

    async def fetch(self, url: str, where: str, *, kinds: Sequence[str] = _MEDIA) -> Fetched:
        """Fetch one file.

        Args:
            url: its address, as the request has it.
            where: the field it stands in.
            kinds: media types that may be, or beginnings of them that end in `/`; documents go by their full names.

        Raises:
            Problem: 400: it is not fetched, or not of such a kind; 413: it is too large; 502, 504: its host failed.
        """
        if not self.enabled:
            text = f"{where} is an address elsewhere: what is there was not inspected. Send it as a data URL."
            raise Problem(400, "remote_media", text, param=where)
        host, path = self._target(url, where)
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._addresses(host, where)
                return await self._got(host, path, addresses, where, kinds)
        except TimeoutError:
            text = f"{where}: the file did not arrive in time."
            raise Problem(504, "remote_media_timeout", text, param=where) from None

    def _target(self, url: str, where: str) -> tuple[str, str]:
        """Host and path of an address that may be asked for."""
        refused = _refused(where, "is not an address that is fetched: https, without port, user or fragment.")
        if len(url) > MAX_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\<>\"^`{|}]", url):
            raise refused
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            raise refused from None
        if parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc or parts.fragment:
            raise refused
        if not _HOST.match(host) or not (host in self._exact or any(host.endswith(end) for end in self._under)):
            raise _refused(where, "is at a host that nothing is fetched from.")
        return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    async def _addresses(self, host: str, where: str) -> list[str]:
        """The addresses of a host, if all of them may be asked: one that may not is no accident."""
        try:
            found = list(dict.fromkeys(await self._resolve(host)))
        except OSError:
            found = []
        if not found:
            raise _failed(where)
        if not all(self._allowed(address) for address in found):
            raise _refused(where, "is at a host that nothing is fetched from.")
        return found[:4]

    async def _got(self, host: str, path: str, addresses: list[str], where: str, kinds: Sequence[str]) -> Fetched:
        pinned = _Pinned(host, addresses, self._port)
        tls = self._tls or client_context()
        connector = aiohttp.TCPConnector(resolver=pinned, ssl=tls, use_dns_cache=False, limit=1)
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "accord"}
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=NoCookies(),
            request_class=NotedRequest,
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=_READ,
        )
        noted = Attempt()
        noted.begin()
        try:
            async with session:
                address = URL(f"https://{host}{path}", encoded=True)
                response = await session.get(address, headers=headers, allow_redirects=False)
                try:
                    return await self._file(response, where, kinds)
                finally:
                    abandon(response)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise _failed(where) from None
        finally:
            noted.abandon()

    async def _file(self, response: aiohttp.ClientResponse, where: str, kinds: Sequence[str]) -> Fetched:
        if 300 <= response.status < 400:
            raise _refused(where, "is elsewhere now; redirects are not followed.")
        if response.status != 200 or response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise _failed(where)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        fits = any(kind.startswith(one) if one.endswith("/") else kind == one for one in kinds)
        if not fits or not _KIND.match(kind):
            raise _refused(where, "is not of a kind of media that is taken there.")
        data = bytearray()
        ends_with_its_connection(response)
        if (response.content_length or 0) > self._largest:
            raise self._too_large(where)
        while piece := await response.content.readany():
            data += piece
            if len(data) > self._largest:
                raise self._too_large(where)
        return Fetched(bytes(data), kind)

    def _too_large(self, where: str) -> Problem:
        return Problem(413, "too_large", f"{where}: the file is larger than {self._largest} bytes.", param=where)


IMAGES: Sequence[str] = ("image/",)
"""Kinds of pictures."""

FILES: Sequence[str] = tuple(sorted(_DOCUMENTS))
"""Kinds of documents."""


class _Pinned(AbstractResolver):
    """Says what was looked up and judged before, and nothing else."""

    def __init__(self, host: str, addresses: Sequence[str], port: int) -> None:
        self._host, self._addresses, self._port = host, addresses, port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of the one host."""
        if host != self._host:
            raise OSError("another host")
        return [
            {
                "hostname": host,
                "host": address,
                "port": self._port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


def _refused(where: str, said: str) -> Problem:
    return Problem(400, "remote_media", f"{where} {said}", param=where)


def _failed(where: str) -> Problem:
    return Problem(502, "remote_media_failed", f"{where}: the file could not be fetched.", param=where)
