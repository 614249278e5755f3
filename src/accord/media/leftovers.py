"""Bytes of a file that no rebuild keeps and no reader knows: text is read, files are opened, noise is noise.

What hides there never leaves. Letters that happen to stand in samples or in packed data are no text, and handing
them to readers of text would drown what a file says in names that nobody wrote.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from accord.media import sniff
from accord.media.exif import MOST_TEXT, decoded
from accord.media.parts import Embedded

if TYPE_CHECKING:
    from accord.media.metadata import Found

_PADDING = b"\0\r\n\t \xff"
_PRINTABLE = bytes(range(0x20, 0x7F))
_BLANKS = b"\0\t\n\r"
_CONTROLS = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_EMBEDDED = re.compile(
    rb"PK\x03\x04|%PDF-|\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xc0-\xfe]|GIF8[79]a|RIFF....(?:WEBP|AVI |WAVE)|....ftyp"
    rb"|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.DOTALL,
)
_RUN = re.compile(rb"[\x20-\x7e]{6,}|(?:[\x20-\x7e]\0){6,}")
_TELLING = re.compile(r"[A-Za-z]{3}|\d{6}|@")
_SURE = re.compile(r"\d{9,}|[\w.+-]{2,}@[\w-]{2,}\.[a-z]{2,}")
_BETWEEN = re.compile(r"[ ,.:;/'\"()\-_=@#&+?!]+")
_WORD = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]{2,}|\d+")
_LETTERS = re.compile(r"(?=([A-Za-z]{2}))")
_WINDOW, _SAMPLE = 4_096, 1_024  # bytes, of which so many at the start are looked at
_SAMPLES = 64  # that the whole is judged by
_SCATTERED = 0.05  # of the bytes that are letters, but no words: more is noise
_LISTED = 0.9  # of the bytes that are letters and blanks: texts, one after the other
_FEW = 16  # letters by themselves that make no noise of a few bytes
_STEP = 10
_SHORTEST = 12  # letters of text in noise
_MOST_SEGMENTS = 1_000
_MOST_RUNS = 100_000


def read_leftover(key: str, data: bytes, found: Found) -> None:
    """Read bytes that stand where nothing should: padding is nothing, text is read, files are opened.

    Args:
        key: where they stand, in fixed words.
        data: the bytes.
        found: takes what is in them; noise gives the key alone.
    """
    if not data.strip(_PADDING):
        return
    text = sniff.text_of(data)
    if text is not None:
        if len(text) > MOST_TEXT:
            found.cut.append(key)
        found.add(key, text)
        return
    read_bytes(key, data, found)
    start = file_in(data)
    if start is not None:
        found.embedded.append(Embedded(key, data[start:]))


def embed(key: str, data: bytes, found: Found) -> None:
    """Keep a file inside a file to be opened; one that is no kind of file, and no text, is a leftover.

    Args:
        key: where it stands, in fixed words.
        data: its bytes.
        found: takes it.
    """
    if not data:
        return
    if sniff.media_type(data) == sniff.UNKNOWN and sniff.text_of(data) is None:
        read_leftover(key, data, found)
    else:
        found.embedded.append(Embedded(key, data))


def read_bytes(key: str, data: bytes, found: Found, name: str = "") -> None:
    """Note bytes of an unknown make with the text among them.

    Args:
        key: where they stand, in fixed words.
        data: the bytes.
        found: takes them.
        name: what is put before the text.
    """
    text, more = legible(data)
    if more:
        found.cut.append(key)
    found.add(key, text, name)


def said(body: bytes) -> str:
    """What an entry that should be text says: decoded where it is text, the text among its bytes where it is not."""
    return legible(body)[0] if binary(body) else decoded(body)


def binary(body: bytes) -> bool:
    """Whether so many control characters stand in it that it is no text in any coding of one byte."""
    body = body.strip(b"\0")
    controls = len(body) - len(body.translate(None, _CONTROLS))
    return len(body) >= 32 and (50 * controls > len(body) or 4 * body.count(0) > len(body))


def read_trailing(data: bytes, found: Found) -> None:
    """Bytes after the end of a file; see `read_leftover`."""
    read_leftover("trailing", data, found)


def file_in(data: bytes) -> int | None:
    """Where a file starts within other bytes; None where there is none."""
    for match in _EMBEDDED.finditer(data):
        if not match[0].startswith(b"\xff\xd8") or _segments(data, match.start() + 2):
            return match.start()
    return None


def _segments(data: bytes, at: int) -> bool:
    """Whether JPEG segments up to the first scan stand there: a few bytes alone turn up in noise and samples."""
    framed = False
    for _ in range(_MOST_SEGMENTS):
        if data[at : at + 1] != b"\xff":
            return False
        marker = data[at + 1 : at + 2]
        if marker == b"\xda":
            return framed
        if marker == b"\xff":
            at += 1
            continue
        framed = framed or b"\xc0" <= marker <= b"\xcf"
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return False


def legible(raw: bytes) -> tuple[str, bool]:
    """What can be read in bytes of an unknown make: runs of ASCII, also as UTF-16, that are no letters by chance.

    Returns:
        The runs as lines, within `MOST_TEXT` characters, and whether there may be more.
    """
    lines: list[str] = []
    room = MOST_TEXT
    scattered: dict[int, bool] = {}
    step = max(_WINDOW, len(raw) // _SAMPLES)
    overall = _scattered(b"".join([raw[start : start + _SAMPLE] for start in range(0, len(raw), step)]))
    for seen, (text, at, _, wide) in enumerate(_runs(raw)):
        if room < 0 or seen >= _MOST_RUNS:
            return "\n".join(lines)[:MOST_TEXT], True
        if wide and not _plain(text):
            continue
        window = at // _WINDOW
        if window not in scattered:
            scattered[window] = _scattered(raw[window * _WINDOW : window * _WINDOW + _SAMPLE])
        if not (overall or scattered[window]) or _worded(text):
            lines.append(text)
            room -= len(text) + 1
    return "\n".join(lines)[:MOST_TEXT], room < 0


def _runs(raw: bytes) -> Iterator[tuple[str, int, int, bool]]:
    """Runs with where they start and end, and whether there is a zero after every letter."""
    for found in _RUN.finditer(raw):
        wide = found[0][1] == 0
        text = found[0][: 2 * MOST_TEXT].replace(b"\0", b"").decode("ascii").strip()
        if len(text) >= 6 and _TELLING.search(text):
            yield text, found.start(), found.end(), wide


def _scattered(sample: bytes) -> bool:
    """Whether letters turn up by chance in some bytes, as they do in samples and in packed data."""
    letters = len(sample) - len(sample.translate(None, _PRINTABLE))
    blanks = len(sample) - len(sample.translate(None, _BLANKS))
    if letters + blanks >= _LISTED * len(sample):  # texts with zeros between them
        return False
    written = sum(end - at for text, at, end, _ in _runs(sample) if _worded(text))
    return letters - written > max(_SCATTERED * len(sample), _FEW)


def _plain(text: str) -> bool:
    """Whether a run of wide letters is made of words and numbers; quiet samples of 16 bits make slopes."""
    if any(_steep(sure[0]) for sure in _SURE.finditer(text)):
        return True
    slope = sum(abs(ord(a) - ord(b)) <= _STEP for a, b in itertools.pairwise(text))
    return slope <= 0.8 * (len(text) - 1) and _share(text)[1] >= 0.7


def _worded(text: str) -> bool:
    """Whether a run looks written: several words or long numbers, not the slopes of a wave."""
    pairs = _LETTERS.findall(text)
    if len(pairs) >= 5 and sum(abs(ord(a) - ord(b)) <= 4 for a, b in pairs) > 0.6 * len(pairs):
        return False
    if any(_steep(sure[0]) for sure in _SURE.finditer(text)):
        return True
    words, share = _share(text)
    return len(text) >= _SHORTEST and words >= 2 and share >= 0.7


def _steep(text: str) -> bool:
    """Whether neighbours differ by more than the samples of a slope."""
    return 2 * sum(abs(ord(a) - ord(b)) > 1 for a, b in itertools.pairwise(text)) >= len(text)


def _share(text: str) -> tuple[int, float]:
    """How many words and numbers there are, and which share of the text they are."""
    words = [len(piece) for piece in _BETWEEN.split(text) if len(piece) > 1 and _WORD.fullmatch(piece)]
    return len(words), sum(words) / len(text)
