"""What Presidio's anonymizer does to values: its operators, with their parameters and formats.

Encryption is AES-CBC (NIST SP 800-38A, 6.2) with PKCS #7 padding (RFC 5652, 6.3) under a fresh IV that stands before
the ciphertext; both together are written in URL-safe base64 (RFC 4648, 5). It hides a value and does not protect it
from being altered. Presidio reads what is written here, and the other way round.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from accord.gateway.presidio import wrong

DEFAULT = "DEFAULT"
"""The entity whose operator is used for all that have none of their own."""

_BLOCK = 16
_SALT = 16
_KEYS = (16, 24, 32)
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_LONGEST = 10_000

Operate = Callable[[str, str], str]
"""Makes something else of a value, given the value and its entity."""


@dataclass(frozen=True, slots=True, repr=False)
class Operator:
    """An operator with its parameters.

    Attributes:
        name: its name.
        operate: what it does.
    """

    name: str
    operate: Operate


def encrypt(key: bytes, value: str) -> str:
    """A value as ciphertext.

    Args:
        key: 16, 24 or 32 bytes.
        value: the value.
    """
    padder = padding.PKCS7(8 * _BLOCK).padder()
    iv = os.urandom(_BLOCK)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    padded = padder.update(value.encode()) + padder.finalize()
    return base64.urlsafe_b64encode(iv + encryptor.update(padded) + encryptor.finalize()).decode("ascii")


def decrypt(key: bytes, written: str) -> str:
    """The value of a ciphertext.

    Args:
        key: 16, 24 or 32 bytes.
        written: what `encrypt` wrote.

    Raises:
        Problem: 422: it is none, or not under this key.
    """
    try:
        raw = base64.b64decode(written.encode(), altchars=b"-_", validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(raw[:_BLOCK])).decryptor()
        unpadder = padding.PKCS7(8 * _BLOCK).unpadder()
        plain = unpadder.update(decryptor.update(raw[_BLOCK:]) + decryptor.finalize()) + unpadder.finalize()
        return plain.decode()
    except (binascii.Error, ValueError):
        raise wrong("Invalid input, a value cannot be decrypted with this key", 422) from None


def anonymizers_of(given: Any) -> dict[str, Operator]:
    """The operators of a request by entity, with the one for all others.

    Raises:
        Problem: 400 or 422, saying what is wrong with one.
    """
    made = _operators(given, "anonymizers", _ANONYMIZERS)
    made.setdefault(DEFAULT, Operator("replace", _replaced("")))
    return made


def deanonymizers_of(given: Any) -> dict[str, Operator]:
    """The operators that undo, of a request, by entity.

    Raises:
        Problem: 422, saying what is wrong with one.
    """
    return _operators(given, "deanonymizers", _DEANONYMIZERS)


def chosen(operators: Mapping[str, Operator], entity: str) -> Operator:
    """The operator for an entity.

    Raises:
        Problem: 422: there is none.
    """
    found = operators.get(entity) or operators.get(DEFAULT)
    if found is None:
        raise wrong("Invalid input, there is no operator for an entity, and no DEFAULT", 422)
    return found


def _operators(
    given: Any, where: str, known: Mapping[str, Callable[[dict[str, Any]], Operate]]
) -> dict[str, Operator]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise wrong(f"Invalid input, {where} must be an object", 422)
    made = {}
    for entity, one in given.items():
        if not isinstance(one, dict):
            raise wrong(f"Invalid input, each of {where} must be an object", 422)
        name = one.get("type")
        if name == "custom":
            raise wrong("Custom type anonymizer is not supported", 400)
        if not name:
            raise wrong("Invalid input, operator config must contain operator_name", 422)
        if not isinstance(name, str) or name not in known:
            raise wrong(f"Invalid operator class in {where}; there are {', '.join(known)}.", 422)
        made[entity] = Operator(name, known[name]({key: value for key, value in one.items() if key != "type"}))
    return made


def _replace(parameters: dict[str, Any]) -> Operate:
    new = _only(parameters, "new_value").get("new_value")
    if new is not None and (not isinstance(new, str) or len(new) > _LONGEST):
        raise wrong("Invalid parameter value for new_value. Expecting 'string'.", 422)
    return _replaced(new or "")


def _replaced(new: str) -> Operate:
    return lambda _value, entity: new or f"<{entity}>"


def _redact(parameters: dict[str, Any]) -> Operate:
    _only(parameters)
    return lambda _value, _entity: ""


def _keep(parameters: dict[str, Any]) -> Operate:
    _only(parameters)
    return lambda value, _entity: value


def _mask(parameters: dict[str, Any]) -> Operate:
    _only(parameters, "masking_char", "chars_to_mask", "from_end")
    for name in ("masking_char", "chars_to_mask", "from_end"):
        if parameters.get(name) is None:
            raise wrong(f"Expected parameter {name}", 422)
    letter, count, from_end = (parameters[name] for name in ("masking_char", "chars_to_mask", "from_end"))
    if not isinstance(letter, str):
        raise wrong("Invalid parameter value for masking_char. Expecting 'string'.", 422)
    if len(letter) > 1:
        raise wrong("Invalid input, masking_char must be a character", 422)
    if not isinstance(count, int) or isinstance(count, bool):
        raise wrong("Invalid parameter value for chars_to_mask. Expecting 'number'.", 422)
    if not isinstance(from_end, bool):
        raise wrong("Invalid parameter value for from_end. Expecting 'boolean'.", 422)

    def mask(value: str, _entity: str) -> str:
        size = min(len(value), max(count, 0))
        if from_end:
            return value[: len(value) - size] + letter * size
        return letter * size + value[size:]

    return mask


def _hash(parameters: dict[str, Any]) -> Operate:
    _only(parameters, "hash_type", "salt")
    kind, salt = parameters.get("hash_type", "sha256"), parameters.get("salt")
    if not isinstance(kind, str) or kind not in _HASHES:
        raise wrong(f"Parameter hash_type is not in range of values {list(_HASHES)}", 422)
    if salt is not None and not isinstance(salt, str):
        raise wrong("Invalid parameter value for salt. Expecting 'string'.", 422)
    if salt is not None and len(salt.encode()) < _SALT:
        raise wrong("Salt must be at least 16 bytes (128 bits); without one, a random salt is used.", 422)
    made = _HASHES[kind]

    def digest(value: str, _entity: str) -> str:
        seasoned = value.encode() + (os.urandom(32) if salt is None else salt.encode())
        return made(seasoned).hexdigest()

    return digest


def _encrypt(parameters: dict[str, Any]) -> Operate:
    key = _key(parameters)
    return lambda value, _entity: encrypt(key, value)


def _decrypt(parameters: dict[str, Any]) -> Operate:
    key = _key(parameters)
    return lambda value, _entity: decrypt(key, value)


def _key(parameters: dict[str, Any]) -> bytes:
    key = _only(parameters, "key").get("key")
    if key is None:
        raise wrong("Expected parameter key", 422)
    if not isinstance(key, str):
        raise wrong("Invalid parameter value for key. Expecting 'string'.", 422)
    if len(key.encode()) not in _KEYS:
        raise wrong("Invalid input, key must be of length 128, 192 or 256 bits", 422)
    return key.encode()


def _only(parameters: dict[str, Any], *known: str) -> dict[str, Any]:
    if any(name not in known for name in parameters):
        raise wrong("Invalid input, an operator has a parameter that is not understood", 422)
    return parameters


_ANONYMIZERS: Mapping[str, Callable[[dict[str, Any]], Operate]] = {
    "encrypt": _encrypt,
    "hash": _hash,
    "keep": _keep,
    "mask": _mask,
    "redact": _redact,
    "replace": _replace,
}
_DEANONYMIZERS: Mapping[str, Callable[[dict[str, Any]], Operate]] = {"decrypt": _decrypt, "deanonymize_keep": _keep}

ANONYMIZERS, DEANONYMIZERS = tuple(_ANONYMIZERS), tuple(_DEANONYMIZERS)
"""Their names. `custom` runs a function of the caller's, which a service cannot."""
