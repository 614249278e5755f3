"""The keys of an issuer (JWKS, RFC 7517): a file or verified HTTPS, bounded, kept while the issuer is down."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import to_bytes, urlsafe_b64decode

from accord.access.principals import Unauthenticated
from accord.errors import ConfigError

MAX_BYTES = 1 << 18
MAX_KEYS = 64
RSA_BITS = (2048, 8192)
"""The smallest and the largest RSA modulus: a smaller one is weak, a larger one makes verifying slow."""

_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_ED25519 = frozenset({"Ed25519", "EdDSA"})

ALGORITHMS: frozenset[str] = _RSA | _ED25519 | set(_CURVES.values())
"""Every algorithm that tokens can be signed with (RFC 7518, RFC 8037, RFC 9864): asymmetric ones."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long what holds, in seconds.

    Attributes:
        fetch: the whole of one request to the issuer.
        fresh: after this a set is fetched anew, while the old one serves.
        retry: an unknown key, or a failure, causes no two requests within this.
        first: the same, as long as there are no keys at all.
        last: after this without a good answer, the old set is no longer believed.
    """

    fetch: float = 5.0
    fresh: float = 600.0
    retry: float = 60.0
    first: float = 5.0
    last: float = 86_400.0


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies.

    Attributes:
        kid: its name in the set; empty where it has none.
        algorithms: those it may be used with; a token cannot choose others.
        key: what joserfc verifies with.
    """

    kid: str
    algorithms: frozenset[str]
    key: Key


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One request under way, since `started`; those who wait for it wait for `done`."""

    done: threading.Event
    started: float


class JwkSet:
    """The public keys of one issuer. Safe for threads; a request never waits but for a key it does not know.

    Args:
        source: path of a file, or an `https` address. A file is read again when it is not fresh any more.
        tls: from `accord.access.tls.client_context`; needed for an address.
        times: how long what holds.
        ticks: seconds that never go back.

    Raises:
        ConfigError: the address is not `https`, or has no context to verify it with.
    """

    def __init__(
        self,
        source: Path | str,
        *,
        tls: ssl.SSLContext | None = None,
        times: Times | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._times = times or Times()
        self._ticks = ticks
        self._load = _loader(source, tls, self._times)
        self._lock = threading.Lock()
        self._keys: tuple[PublicKey, ...] = ()
        self._good = float("-inf")
        self._tried = float("-inf")
        self._fetching: _Fetch | None = None

    def __repr__(self) -> str:
        return f"<JwkSet of {len(self._keys)}>"

    def find(self, kid: str, algorithm: str) -> PublicKey:
        """The key that a token names.

        Args:
            kid: its name; where it is empty, the set must have one key only for the algorithm.
            algorithm: what the token says it is signed with.

        Raises:
            Unauthenticated: there is no such key, or the issuer's keys cannot be had.
        """
        self._refresh(self._times.fresh, wait=not self._usable())
        found = self._match(kid, algorithm)
        if found is None:
            self._refresh(0.0, wait=True)
            found = self._match(kid, algorithm)
        if not self._usable():
            raise Unauthenticated("the keys of the issuer cannot be had", hint="try again; see that it is reachable")
        if found is None:
            raise Unauthenticated("the token is signed with a key that the issuer does not publish")
        return found

    def refresh(self) -> bool:
        """Fetch the keys now, as a server does when it starts.

        Returns:
            Whether there are keys to verify with.
        """
        self._refresh(0.0, wait=True)
        return self._usable()

    def _usable(self) -> bool:
        return bool(self._keys) and self._ticks() - self._good < self._times.last

    def _match(self, kid: str, algorithm: str) -> PublicKey | None:
        fitting = [key for key in self._keys if algorithm in key.algorithms]
        if not kid:
            return fitting[0] if len(fitting) == 1 else None
        named = [key for key in fitting if key.kid == kid]
        return named[0] if len(named) == 1 else None

    def _refresh(self, older: float, *, wait: bool) -> None:
        """Fetch what is older than that, once for all who ask, and not again before `retry` is over."""
        with self._lock:
            ticks = self._ticks()
            fetch = self._fetching
            # One that should have ended long ago is in another process, or will never end.
            if fetch is None or ticks - fetch.started > 2 * self._times.fetch + self._times.retry:
                pause = self._times.retry if self._usable() else self._times.first
                if ticks - self._good < older or ticks - self._tried < pause:
                    return
                self._tried = ticks
                fetch = self._fetching = _Fetch(threading.Event(), ticks)
                # Apart, so that an issuer that never finishes its answer holds no request longer than `fetch`.
                threading.Thread(target=self._run, args=(fetch,), name="accord-jwks", daemon=True).start()
        if wait:
            fetch.done.wait(self._times.fetch)

    def _run(self, fetch: _Fetch) -> None:
        keys: tuple[PublicKey, ...] = ()
        try:
            keys = parse(self._load())
        except (OSError, ValueError, ConfigError, http.client.HTTPException):
            pass  # the last good set serves on
        finally:
            with self._lock:
                if keys:
                    self._keys, self._good = keys, self._ticks()
                if self._fetching is fetch:
                    self._fetching = None
            fetch.done.set()


def parse(data: bytes) -> tuple[PublicKey, ...]:
    """The keys of a set that signatures can be verified with; others are left out.

    Left out: symmetric keys, keys for encryption, RSA of an unusual size, curves without an algorithm.

    Raises:
        ConfigError: it is no set of keys, or larger than one has to be.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError(f"a set of keys has at most {MAX_BYTES:,} bytes")
    try:
        whole = json.loads(data)
        entries = whole["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError("this is no JSON Web Key Set") from None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise ConfigError(f"a set of keys has at most {MAX_KEYS} of them")
    return tuple(key for entry in entries if isinstance(entry, dict) and (key := _public(entry)) is not None)


def _public(entry: Mapping[str, Any]) -> PublicKey | None:
    kid, algorithm, operations = entry.get("kid", ""), entry.get("alg", ""), entry.get("key_ops", ["verify"])
    if not isinstance(kid, str) or not isinstance(algorithm, str) or entry.get("use", "sig") != "sig":
        return None
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    fields = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in entry}
    try:
        key, algorithms = _imported(fields)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if algorithm:
        algorithms &= _ED25519 if algorithm in _ED25519 else {algorithm}
    return PublicKey(kid, algorithms, key) if key is not None and algorithms else None


def _imported(fields: dict[str, Any]) -> tuple[Key | None, frozenset[str]]:
    kind = fields.get("kty")
    if kind == "RSA":
        bits = int.from_bytes(urlsafe_b64decode(to_bytes(fields["n"]))).bit_length()
        return (RSAKey.import_key(fields), _RSA) if RSA_BITS[0] <= bits <= RSA_BITS[1] else (None, frozenset())
    if kind == "EC":
        algorithm = _CURVES.get(fields.get("crv", ""))
        return (ECKey.import_key(fields), frozenset({algorithm})) if algorithm else (None, frozenset())
    if kind == "OKP" and fields.get("crv") == "Ed25519":
        return OKPKey.import_key(fields), _ED25519
    return None, frozenset()


def _loader(source: Path | str, tls: ssl.SSLContext | None, times: Times) -> Callable[[], bytes]:
    if isinstance(source, Path) or "://" not in source:
        path = Path(source)
        return lambda: _read(path)
    if urlsplit(source).scheme != "https" or not urlsplit(source).hostname:
        raise ConfigError("the keys of an issuer are fetched over https only", hint="write https://…, or give a file")
    if tls is None:
        raise ConfigError("the address of the issuer's keys needs certificates to verify it with")
    if tls.verify_mode is not ssl.CERT_REQUIRED or not tls.check_hostname:
        raise ConfigError("the issuer would not be verified")
    opener = urllib.request.OpenerDirector()  # neither proxies of the environment nor redirects nor other schemes
    for handler in (urllib.request.HTTPSHandler(context=tls), urllib.request.HTTPErrorProcessor(), _Refuse()):
        opener.add_handler(handler)
    request = urllib.request.Request(source, headers={"Accept": "application/json"})  # noqa: S310 - https, above
    return lambda: _fetch(opener, request, times.fetch)


def _fetch(opener: urllib.request.OpenerDirector, request: urllib.request.Request, seconds: float) -> bytes:
    ends = time.monotonic() + seconds
    data = b""
    with opener.open(request, timeout=seconds) as answer:
        while part := answer.read1(65_536):
            data += part
            if len(data) > MAX_BYTES or time.monotonic() > ends:
                raise ConfigError("the issuer's keys are too large or too slow")
    return data


class _Refuse(urllib.request.BaseHandler):
    """Every answer but 200 is none: redirects are not followed."""

    def http_error_default(self, *_: Any) -> None:
        raise ConfigError("the issuer did not answer with keys")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
