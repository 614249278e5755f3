"""Text as hashed n-grams: folded code points, then character 3- to 5-grams and word 1- to 2-grams.

Everything is vectorised over the whole text and keeps the position of each n-gram, so that no caller has to
cut a text before it knows where to look.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

BITS = 18
"""Buckets are numbered with this many bits."""

ORDERS = (2, 3, 4, 5)
"""Lengths of the character n-grams."""

CELL = 256
"""Folded characters within which an n-gram counts once."""

NOTHING = 0
"""The bucket without weight."""

_TABLE = 0x20000
_SPACE = 32
_DROP = 0
_DIGIT = ord("0")
_LONGEST = 64

U32 = NDArray[np.uint32]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Grams:
    """The n-grams of a text.

    Attributes:
        codes: folded code points, with one space before and after the text.
        places: for every folded code point, its position in the text.
        chars: one row of buckets for each length in `ORDERS`; entry `i` starts at `codes[i]`.
        word_starts: where each word begins in `codes`.
        words: buckets of word 1-grams and 2-grams, one row each; entry `i` starts at word `i`.
    """

    codes: U32
    places: Index
    chars: tuple[U32, ...]
    word_starts: Index
    words: tuple[U32, ...]


def hash_text(text: str) -> Grams:
    """Fold a text and hash its n-grams. Same text, same buckets, on every machine."""
    codes, places = fold(text)
    mixed = _mix(codes)
    starts, hashes = _words(codes, mixed)
    at = np.arange(codes.size, dtype=np.uint64)
    chars = tuple(_once(row, at[: row.size]) for row in _char_grams(mixed))
    words = tuple(_once(row, starts[: row.size].astype(np.uint64)) for row in _word_grams(hashes))
    return Grams(codes, places, chars, starts, words)


def _once(buckets: U32, at: NDArray[np.uint64]) -> U32:
    """Leave each n-gram its first place in every cell; its repeats go to the bucket that no head weighs.

    Tables, code and logs say the same word many times; without this, a page of them adds up to any score.
    """
    keys = buckets.astype(np.uint64) << np.uint64(32) | at
    order = np.argsort(keys)
    keys = keys[order]
    cells = keys & np.uint64(0xFFFFFFFF << 32) | (keys & np.uint64(0xFFFFFFFF)) // np.uint64(CELL)
    result = buckets.copy()
    result[order[1:][cells[1:] == cells[:-1]]] = NOTHING
    return result


def fold(text: str) -> tuple[U32, Index]:
    """Code points without case, accents, width, invisible marks or long runs, and where each one stood."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _fold_table()
    codes = np.where(raw < _TABLE, table[np.minimum(raw, _TABLE - 1)], raw)
    kept = np.flatnonzero(codes != _DROP)
    codes = codes[kept]
    if codes.size > 1:
        again = np.zeros(codes.size, dtype=bool)
        again[1:] = (codes[1:] == codes[:-1]) & (codes[1:] == _SPACE)
        again[2:] |= (codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2])
        codes, kept = codes[~again], kept[~again]
    edge = np.array([_SPACE], dtype=np.uint32)
    last = max(0, len(text) - 1)
    return np.concatenate((edge, codes, edge)), np.concatenate(([0], kept, [last])).astype(np.int64)


@cache
def _fold_table() -> U32:
    table = np.arange(_TABLE, dtype=np.uint32)
    for code in (*range(0x3400), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F200)):
        table[code] = _fold_code(chr(code))
    return table


def _fold_code(char: str) -> int:
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or (category == "Mn" and ord(char) < 0x900) or char == "\u0640":
        return _DROP
    if char.isspace() or category[0] == "Z" or category == "Cc":
        return _SPACE
    if category == "Nd":
        return _DIGIT
    if category in ("Pi", "Pf") or char == "`":
        return ord("'")
    if category == "Pd":
        return ord("-")
    code = ord(char)
    apart = code < 0x900 or 0x1E00 <= code < 0x3000 or code >= 0x1D400
    folded = unicodedata.normalize("NFKD" if apart else "NFKC", char).casefold().lstrip(" ")
    return ord(folded[0]) if folded else _SPACE


@cache
def _word_class() -> NDArray[np.uint8]:
    """0: between words; 1: within a word; 2: a word of its own, as in scripts that do not part words."""
    kinds = np.zeros(_TABLE, dtype=np.uint8)
    for code in range(0x3000):
        char = chr(code)
        kinds[code] = char.isalnum() or unicodedata.category(char)[0] == "M" or char == "'"
    kinds[0x0E00:0x0E80] = 2
    kinds[0x3005:0x3100] = 2
    kinds[0x3400:0xA000] = 2
    kinds[0xAC00:0xD7B0] = 1
    kinds[0xF900:0xFB00] = 2
    return kinds


def _mix(codes: U32) -> U32:
    mixed = codes * np.uint32(0x9E3779B1)
    return mixed ^ (mixed >> np.uint32(15))


def _bucket(hashes: U32, seed: int) -> U32:
    spread = (hashes ^ np.uint32(seed)) * np.uint32(0x85EBCA6B)
    spread ^= spread >> np.uint32(13)
    spread *= np.uint32(0xC2B2AE35)
    return spread >> np.uint32(32 - BITS)


def _char_grams(mixed: U32) -> tuple[U32, ...]:
    grams, running = [], mixed
    for length in range(2, ORDERS[-1] + 1):
        running = running[:-1] * np.uint32(0x01000193) ^ mixed[length - 1 :]
        if length in ORDERS:
            grams.append(_bucket(running, length * 0x1B873593 & 0xFFFFFFFF))
    return tuple(grams)


def _words(codes: U32, mixed: U32) -> tuple[Index, U32]:
    kinds = _word_class()[np.minimum(codes, _TABLE - 1)]
    before = np.concatenate((np.zeros(1, np.uint8), kinds[:-1]))
    starts = np.flatnonzero((kinds == 2) | ((kinds == 1) & (before != 1)))
    if not starts.size:
        return starts, np.zeros(0, np.uint32)
    inside = np.where(kinds > 0, mixed, np.uint32(0))[starts[0] :]
    begins = np.zeros(inside.size, dtype=np.int64)
    begins[starts - starts[0]] = 1
    offset = np.arange(inside.size) - (starts - starts[0])[np.cumsum(begins) - 1]
    weighted = inside * _powers()[np.minimum(offset, _LONGEST - 1)]
    return starts, np.add.reduceat(weighted, starts - starts[0], dtype=np.uint32)


@cache
def _powers() -> U32:
    powers = np.ones(_LONGEST, dtype=np.uint32)
    powers[1:] = np.uint32(0x0019660D)
    return np.cumprod(powers, dtype=np.uint32)


def _word_grams(hashes: U32) -> tuple[U32, ...]:
    pairs = hashes[:-1] * np.uint32(0x01000193) ^ hashes[1:]
    return _bucket(hashes, 0x5BD1E995), _bucket(pairs, 0x27D4EB2F)
