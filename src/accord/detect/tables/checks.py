"""Arithmetic that proves a value: our own where python-stdnum has none, and a lazy door to python-stdnum.

Every check takes the value as written and answers yes or no. Nothing about a value outlives the call.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from accord.detect.tables.pattern import Check


class _Numbers(Protocol):
    def is_valid(self, number: str) -> bool: ...


@cache
def _load(module: str) -> _Numbers:
    return cast(_Numbers, import_module(f"stdnum.{module}"))


_NOT_DIGITS = re.compile(r"[^0-9]+")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")


def stdnum(*modules: str) -> Check:
    """A check that one of these python-stdnum modules accepts the value; imported when first asked.

    Source: python-stdnum 2.2, which names the authority for each number.
    """

    def check(value: str) -> bool:
        return any(_load(module).is_valid(value) for module in modules)

    return check


def numerals(value: str) -> str:
    """The ASCII digits of a value, in order."""
    return _NOT_DIGITS.sub("", value)


def bare(value: str) -> str:
    """The ASCII letters and digits of a value, upper-cased."""
    return _NOT_ALPHANUMERIC.sub("", value).upper()


def luhn(value: str) -> bool:
    """The Luhn formula (ISO/IEC 7812-1, annex B) over the digits of a value."""
    total = 0
    for place, digit in enumerate(reversed(numerals(value))):
        number = int(digit)
        if place % 2:
            number = number * 2 - 9 if number > 4 else number * 2
        total += number
    return total % 10 == 0


def weighted(value: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits of a value, each times its weight."""
    return sum(int(digit) * weight for digit, weight in zip(numerals(value), weights, strict=False))


def calendar(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def mod97(value: str) -> bool:
    """ISO/IEC 7064 MOD 97-10 with the first four characters moved to the end (ISO 13616, ISO 11649)."""
    text = bare(value)
    text = text[4:] + text[:4]
    return int("".join(str(int(c, 36)) for c in text)) % 97 == 1


def varied(value: str) -> bool:
    """Whether the digits are not all one digit: such numbers pass many checks and are nobody's."""
    return len(set(numerals(value))) > 1


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(value: str) -> bool:
    """Base58Check: the last four bytes are a doubled SHA-256 of the others (Bitcoin, Litecoin, Dogecoin, Tron)."""
    number = 0
    for character in value:
        place = _BASE58.find(character)
        if place < 0:
            return False
        number = number * 58 + place
    data = number.to_bytes(25, "big") if number.bit_length() <= 200 else b""
    return len(data) == 25 and hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()[:4] == data[21:]


_BASE58_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"


def ripple(value: str) -> bool:
    """Base58Check with the alphabet of the XRP Ledger."""
    return base58check(value.translate(str.maketrans(_BASE58_RIPPLE, _BASE58)))


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_BECH32_GENERATOR):
            if (top >> place) & 1:
                checksum ^= generator
    return checksum


def bech32(value: str) -> bool:
    """Bech32 (BIP 173) or bech32m (BIP 350) checksum of a segregated-witness or other address."""
    if value not in (value.lower(), value.upper()):
        return False
    prefix, _, data = value.lower().rpartition("1")
    if not prefix or len(data) < 8 or any(c not in _BECH32 for c in data):
        return False
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return _polymod(expanded + [_BECH32.index(c) for c in data]) in (1, 0x2BC830A3)


_KECCAK_ROTATIONS = (
    (0, 36, 3, 41, 18), (1, 44, 10, 45, 2), (62, 6, 43, 15, 61), (28, 55, 25, 21, 56), (27, 20, 39, 8, 14),
)  # fmt: skip
_MASK = (1 << 64) - 1


def _round_constants() -> list[int]:
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for place in range(7):
            if register & 1:
                constant |= 1 << ((1 << place) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


_KECCAK_ROUNDS = _round_constants()


def _rotate(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK if by else lane


def _permute(state: list[list[int]]) -> None:
    for constant in _KECCAK_ROUNDS:
        column = [state[x][0] ^ state[x][1] ^ state[x][2] ^ state[x][3] ^ state[x][4] for x in range(5)]
        for x in range(5):
            mix = column[x - 1] ^ _rotate(column[(x + 1) % 5], 1)
            for y in range(5):
                state[x][y] ^= mix
        moved = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                moved[y][(2 * x + 3 * y) % 5] = _rotate(state[x][y], _KECCAK_ROTATIONS[x][y])
        for x in range(5):
            for y in range(5):
                state[x][y] = moved[x][y] ^ (~moved[(x + 1) % 5][y] & _MASK & moved[(x + 2) % 5][y])
        state[0][0] ^= constant


def keccak256(data: bytes) -> bytes:
    """Keccak-256 with the padding of the original submission, which Ethereum uses and FIPS 202 changed.

    Args:
        data: at most 135 bytes; an address has 40.
    """
    if len(data) > 135:
        raise ValueError("one block of Keccak-256 holds 135 bytes")
    block = bytearray(136)
    block[: len(data)] = data
    block[len(data)] ^= 0x01
    block[135] ^= 0x80
    state = [[0] * 5 for _ in range(5)]
    for lane in range(17):
        state[lane % 5][lane // 5] = int.from_bytes(block[lane * 8 : lane * 8 + 8], "little")
    _permute(state)
    return b"".join(state[lane % 5][lane // 5].to_bytes(8, "little") for lane in range(4))


def eip55(value: str) -> bool:
    """Mixed-case checksum of an Ethereum address (EIP-55); addresses of one case carry none and pass."""
    address = value[2:]
    if address in (address.lower(), address.upper()):
        return varied(address)
    digest = keccak256(address.lower().encode()).hex()
    return all(not c.isalpha() or c.isupper() == (int(h, 16) >= 8) for c, h in zip(address, digest, strict=False))


def mrz_digit(field: str) -> str:
    """The check digit of a machine readable zone field: weights 7, 3, 1 (ICAO Doc 9303-3, 4.9)."""
    values = (0 if c == "<" else int(c, 36) for c in field)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def mrz(value: str) -> bool:
    """Whether the second line of a TD3, or both lines of a TD1 or TD2 document, hold (ICAO Doc 9303-4 to -6)."""
    lines = [line for line in value.upper().split() if line]
    last = lines[-1]
    if len(last) in (36, 44):
        number, born, until = (last[0:9], last[9]), (last[13:19], last[19]), (last[21:27], last[27])
    elif len(last) == 30 and len(lines) >= 2:
        number, born, until = (lines[-2][5:14], lines[-2][14]), (last[0:6], last[6]), (last[8:14], last[14])
    else:
        return False
    return all(mrz_digit(field) == digit for field, digit in (number, born, until))
