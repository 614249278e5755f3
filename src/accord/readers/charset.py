"""From bytes to text, with the bytes of every character."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Decoded:
    """Text and, for every character, the bytes `[start, end)` it was decoded from."""

    text: str
    charset: str
    starts: Sequence[int]
    ends: Sequence[int]


_LONG = 24  # bytes; so many are printable by chance once in ten thousand million
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
_WHITE = {ord("\n"): " ", ord("\r"): " ", ord("\t"): " "}


def decode_with_places(data: bytes, charset: str) -> Decoded | None:
    """Decode bytes strictly, keeping the place of every character.

    Returns:
        None where the bytes are not valid in that charset, or the charset is not known.
    """
    try:
        codec = codecs.lookup(charset)
        text = data.decode(codec.name)
    except (LookupError, UnicodeDecodeError):
        return None
    if len(text) == len(data):
        return Decoded(text, codec.name, range(len(data)), range(1, len(data) + 1))
    if codec.name == "utf-8":
        starts = [i for i, byte in enumerate(data) if byte & 0xC0 != 0x80]
        return Decoded(text, codec.name, starts, [*starts[1:], len(data)])
    return _step_by_step(data, codec)


def _step_by_step(data: bytes, codec: codecs.CodecInfo) -> Decoded:
    decoder = codec.incrementaldecoder("strict")
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    for index in range(len(data)):
        piece = decoder.decode(data[index : index + 1], index == len(data) - 1)
        if piece:
            pieces.append(piece)
            starts += [begin] * len(piece)
            ends += [index + 1] * len(piece)
            begin = index + 1
    return Decoded("".join(pieces), codec.name, starts, ends)


def decode_plausible(data: bytes, *, strict: bool = False) -> Decoded | None:
    """Decode bytes that nobody vouches for, if they are text that somebody could have written.

    UTF-8, UTF-16 with or without a byte-order mark, then Windows-1252 where almost everything is ASCII.

    Args:
        data: the bytes.
        strict: ask for letters, digits and blanks nearly throughout; for so few bytes that chance could write them.
    """
    share = 0.9 if strict else 0.6 if len(data) < _LONG else 0.25
    for charset in _charsets(data):
        found = decode_with_places(data, charset)
        if found is not None and plausible(found.text, share):
            return found
    return None


def _charsets(data: bytes) -> tuple[str, ...]:
    if data[:3] == b"\xef\xbb\xbf":
        return ("utf-8-sig",)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ("utf-16",)
    if len(data) >= 8 and len(data) % 2 == 0:
        if data[1::2].count(0) * 4 >= len(data):
            return ("utf-16-le",)
        if data[::2].count(0) * 4 >= len(data):
            return ("utf-16-be",)
    high = sum(byte >= 0x80 for byte in data[:4096])
    if high and high * 10 <= min(len(data), 4096) and len(data) >= 24:
        return ("utf-8", "cp1252")
    return ("utf-8",)


def plausible(text: str, letters: float) -> bool:
    """Whether a text is printable and a given share of it letters, digits and blanks of few scripts.

    What is invisible does not count: that is for the next reader to see through.
    """
    sample = text[:8192].translate(_WHITE)
    if not sample.isascii():
        sample = "".join(c for c in sample if c not in _UNSEEN and unicodedata.category(c) not in {"Cf", "Mn", "Me"})
    if not sample.strip():
        return len(text) >= _LONG  # nothing but what hides something
    if not sample.isprintable():
        bad = sum(unicodedata.category(c) in {"Cc", "Cn", "Co"} for c in sample)
        if bad * 50 > len(sample):
            return False
    if sum(c.isalnum() or c == " " for c in sample) < letters * len(sample):
        return False
    return sample.isascii() or _few_scripts(sample)


def _few_scripts(sample: str) -> bool:
    """Real text keeps to a block or two; bytes that are UTF-8 by chance do not."""
    blocks = {ord(c) >> 7 for c in sample if c > "\x7f" and c.isalpha() and not "\u2e80" <= c <= "\uffff"}
    wide = any("\u2e80" <= c <= "\uffff" for c in sample)
    return len(blocks) + wide <= max(2, len(sample) // 8)
