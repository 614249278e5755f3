"""How content is sealed: `version | key id | salt | ciphertext`, bound to where it belongs.

The version, the id of the key and the context (tenant, table, row: whatever names the place) are associated data.
What is moved to another place, cut, reordered, altered or marked as of another version does not open.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from accord.errors import StoreError
from accord.vault.keys import DataKey, KeyRing
from accord.vault.secret import SALT, TAG, decrypt, encrypt, framed

_VERSION = b"\x01"
_ID = 16
_HEADER = len(_VERSION) + _ID
OVERHEAD = _HEADER + SALT + TAG
"""Bytes that sealing adds to content of up to one chunk."""


def seal(key: DataKey, plain: bytes, *context: str) -> bytes:
    """Seal content under a key.

    Args:
        key: from a `KeyRing`.
        plain: the content, of any length.
        context: names the place it is kept at; `open_sealed` must be told the same.
    """
    header = _VERSION + bytes.fromhex(key.id)
    return encrypt(key.sealing, framed(header, *context), plain, header)


def key_of(sealed: bytes) -> str:
    """The id of the key that opens this.

    Raises:
        StoreError: it is no sealed content.
    """
    if len(sealed) < OVERHEAD:
        raise _altered("what was kept is cut short")
    if sealed[:1] != _VERSION:
        raise StoreError(
            "what was kept is sealed in a way this accord does not know",
            hint="install the version that wrote it; if there is none, it was altered: restore a backup",
        )
    return bytes(sealed[1:_HEADER]).hex()


def open_sealed(ring: KeyRing, sealed: bytes, *context: str) -> bytes:
    """Open what `seal` sealed.

    Args:
        ring: where its key is.
        sealed: what `seal` returned.
        context: the place it was sealed for.

    Raises:
        KeyLost: its key was destroyed, or is in another key store.
        StoreError: it was altered, cut or moved, or is no sealed content.
    """
    key = ring.by_id(key_of(sealed))
    view = memoryview(sealed)
    try:
        return decrypt(key.sealing, framed(bytes(view[:_HEADER]), *context), view[_HEADER:])
    except InvalidTag:
        raise _altered("what was kept does not open: it was altered, or belongs elsewhere") from None


def _altered(message: str) -> StoreError:
    return StoreError(message, hint="restore the state from a backup, then run `accord audit verify`")
