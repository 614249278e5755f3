"""What an API key looks like: `accord_<id>_<secret>`, with a checksum, so that a slip of the hand is told from a lie.

The id is public and names the key in lists and in the audit log. The secret has 256 bits from the system's generator;
six more characters are the CRC-32 of all that stands before them, so that secret scanners recognise a key by its form
alone and a key that was cut or mistyped is told without a look at the database. A key this long cannot be guessed, so
one SHA-256 is kept of it and no slow hash.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

PATTERN = r"accord_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}"
"""The form of a key, for secret scanners."""

_KEY = re.compile(PATTERN, re.ASCII)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID = 12
_SECRET_BYTES = 32
_SECRET = 43
_CHECK = 6


def new_id() -> str:
    """A name for a new key: 71 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID))


def new_key(id_: str) -> str:
    """A new key of that name: the only time it exists in clear."""
    body = f"accord_{id_}_{_base62(int.from_bytes(secrets.token_bytes(_SECRET_BYTES)), _SECRET)}"
    return body + _checksum(body)


def id_of(key: str) -> str | None:
    """The name in a key; None where it has not the form of a key or its checksum is wrong."""
    if not _KEY.fullmatch(key) or _checksum(key[:-_CHECK]) != key[-_CHECK:]:
        return None
    return key.split("_")[1]


def digest(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("ascii")).digest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode("ascii")), _CHECK)


def _base62(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        letters.append(_ALPHABET[rest])
    return "".join(reversed(letters))
