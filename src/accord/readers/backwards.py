"""Text written backwards, shown backwards by direction overrides, or turned by thirteen letters."""

from __future__ import annotations

import re
from array import array

import re2

from accord.core.reading import Reading

_TURN = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm"
)
_COMMON = (
    "the you and for with this that have your are what how from all not can will about please ignore previous "
    "instructions password secret reveal prompt system rules bomb kill make build write steal hack"
)
_SHORT = frozenset(
    ("dna", "eht", "rof", "ton", "nac", "lla", "era", "gur", "naq", "sbe", "abg", "ner", "pna", "nyy", "woh")
)
_TURNED = sorted(word.translate(_TURN) for word in _COMMON.split())
_BACK = sorted(word[::-1] for word in _COMMON.split())
_GATE = re2.compile(
    rf"(?i)\b(?:{'|'.join(_TURNED)}|{'|'.join(_BACK)})\b|@[a-z.\-]+\.(?:pbz|bet|arg|rqh)\b|\b(?:moc|gro|ten|ude)\.[a-z.\-]+@"
)
_IS_TURNED = re.compile(rf"(?i)\b(?:{'|'.join(_TURNED)})\b|@[a-z.\-]+\.(?:pbz|bet|arg|rqh)\b")
_IS_BACK = re.compile(rf"(?i)\b(?:{'|'.join(_BACK)})\b|\b(?:moc|gro|ten|ude)\.[a-z.\-]+@")
_OVERRIDE = re.compile("[\u202e\u2067]([^\u202c\u2069\n]{2,})")
_LINE = re.compile(r"[^\r\n]{2,}")


def read_overrides(reading: Reading) -> Reading | None:
    """Read what a direction override shows backwards in the order it is seen (Unicode Annex 9)."""
    text = reading.text
    if text.isascii() or ("\u202e" not in text and "\u2067" not in text):
        return None
    return _reversed(reading, [match.span(1) for match in _OVERRIDE.finditer(text)])


def read_backwards(reading: Reading) -> Reading | None:
    """Read lines backwards where that makes words."""
    if not _GATE.search(reading.text):
        return None
    spans = [m.span() for m in _LINE.finditer(reading.text) if _evidence(_IS_BACK, m.group())]
    return _reversed(reading, spans)


def read_turned(reading: Reading) -> Reading | None:
    """Undo ROT13 where that makes words."""
    text = reading.text
    if not _GATE.search(text) or not _evidence(_IS_TURNED, text):
        return None
    places = range(len(text)), range(1, len(text) + 1)
    return Reading(text.translate(_TURN), "rot13", reading, *places, role=reading.role, disguise=True)


def _evidence(pattern: re.Pattern[str], text: str) -> bool:
    """Whether two different words, or one long one, tell."""
    found: set[str] = set()
    for match in pattern.finditer(text):
        word = match.group().lower()
        if len(word) >= 6:
            return True
        found.add(word)
        if len(found) >= 3 or (len(found) == 2 and not found <= _SHORT):
            return True
    return False


def _reversed(reading: Reading, spans: list[tuple[int, int]]) -> Reading | None:
    if not spans:
        return None
    text = reading.text
    pieces: list[str] = []
    starts = array("i")
    at = 0
    for start, end in spans:
        pieces += (text[at:start], text[start:end][::-1])
        starts.extend(range(at, start))
        starts.extend(range(end - 1, start - 1, -1))
        at = end
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    ends = array("i", [place + 1 for place in starts])
    return Reading("".join(pieces), "reversed", reading, starts, ends, role=reading.role, disguise=True)
