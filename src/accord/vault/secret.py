"""Secrets that do not show, and the few operations everything else is made of.

One object is sealed under a key of its own, made from the sealing key, 192 random bits and the context (HKDF-Expand,
RFC 5869 section 2.3). Within it, AES-256-GCM chunks count up and the last one says so (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015). So no nonce is ever left to chance under one key, the 2^32 messages
that NIST SP 800-38D section 8.3 allows a key with random nonces are no limit here, and a key need never be renewed
because it was used often.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT = 24
"""Random bytes in front of what is sealed."""

TAG = 16
"""Bytes that GCM adds to a chunk."""

CHUNK = 1 << 16
"""Bytes of plain content in a chunk; the last may have fewer. As in age: small enough to stay in the cache."""


class Secret(bytes):
    """Bytes that no `repr`, traceback, log line or pickle shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        raise TypeError("a secret does not leave its process")


def framed(*parts: str | bytes) -> bytes:
    """Parts as bytes, so that no two sequences of parts give the same: each with its length in front."""
    found = [len(parts).to_bytes(4, "big")]
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found += (b"s" if isinstance(part, str) else b"b", len(data).to_bytes(8, "big"), data)
    return b"".join(found)


def expand(secret: bytes, info: bytes) -> Secret:
    """A 32-byte key from a uniform one: HKDF-Expand with SHA-256 (RFC 5869 section 2.3), one block."""
    return Secret(hmac.digest(secret, info + b"\x01", "sha256"))


def encrypt(secret: bytes, info: bytes, plain: bytes, head: bytes = b"") -> bytes:
    """Seal content, of any length.

    Args:
        secret: 32 bytes.
        info: what it is bound to; whoever opens it says the same.
        plain: the content.
        head: put in front of what is returned, here because a copy of large content is dear; not bound by itself.

    Returns:
        `head`, SALT random bytes, then chunks of CHUNK bytes, each TAG bytes longer.
    """
    salt = os.urandom(SALT)
    cipher = AESGCM(expand(secret, salt + info))
    last = max(0, len(plain) - 1) // CHUNK
    if not last:
        return b"".join((head, salt, cipher.encrypt(_nonce(0, last=True), plain, info)))
    out = BytesIO()
    out.write(head + salt)
    view = memoryview(plain)
    for number in range(last + 1):
        chunk = view[number * CHUNK : (number + 1) * CHUNK]
        out.write(cipher.encrypt(_nonce(number, last=number == last), chunk, info))
    return out.getvalue()


def decrypt(secret: bytes, info: bytes, sealed: bytes | memoryview) -> bytes:
    """Open what `encrypt` returned, without its head.

    Raises:
        cryptography.exceptions.InvalidTag: it is not what was sealed under this secret and info.
    """
    view = memoryview(sealed)
    cipher = AESGCM(expand(secret, bytes(view[:SALT]) + info))
    body = view[SALT:]
    size = CHUNK + TAG
    last = max(0, len(body) - 1) // size
    if not last:
        return cipher.decrypt(_nonce(0, last=True), body, info)
    out = BytesIO()
    for number in range(last + 1):
        chunk = body[number * size : (number + 1) * size]
        out.write(cipher.decrypt(_nonce(number, last=number == last), chunk, info))
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key.

    Attributes:
        id: 32 hex digits, random; stands in front of what it sealed.
        secret: 32 bytes.
        parent: the id of the key whose destruction destroys this one; empty where there is none.
    """

    id: str
    secret: Secret = field(repr=False)
    parent: str = ""
    sealing: Secret = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "secret", Secret(self.secret))
        object.__setattr__(self, "sealing", self.derive("seal"))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key does not leave its process")

    def derive(self, purpose: str) -> Secret:
        """A 32-byte key for one purpose: HKDF-Expand with SHA-256 (RFC 5869 section 2.3)."""
        return expand(self.secret, b"accord " + purpose.encode())

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256 of data under `derive(purpose)`: 32 bytes."""
        return hmac.digest(self.derive(purpose), data, "sha256")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
