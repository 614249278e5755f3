"""Words and numbers written letter by letter: `i g n o r e`, `j.o.h.n`, `4 1 1 1`."""

from __future__ import annotations

import re
from collections import Counter

import re2

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned

_GATE = re2.compile(r"(?:^|[^\pL\pN])(?:[\pL\pN@][ \t.\-_*/|~·•\r\n]{1,5}){4}[\pL\pN@](?:[^\pL\pN]|$)")
_RUN = re.compile(r"(?<![^\W_])[^\W_](?:[ \t.\-_*/|~·•\r\n]{1,5}+(?:[^\W_](?![^\W_])|@)){4,}+")
_GAP = re.compile(r"[ \t.\-_*/|~·•\r\n]+")
_ENOUGH_DIGITS = 8
_USUAL = 3  # a gap met this often separates letters, not words


def read_spaced(reading: Reading) -> Reading | None:
    """Join runs of single letters or digits, or say None where there are none."""
    text = reading.text
    if not _GATE.search(text):
        return None
    swaps: list[Swap] = []
    for match in _RUN.finditer(text):
        swaps += _joined(text, match.start(), match.end())
    if not swaps:
        return None
    return aligned(reading, swaps, "spaced", fields=reading.fields, disguise=True)


def _joined(text: str, start: int, end: int) -> list[Swap]:
    run = text[start:end]
    letters = sum(c.isalpha() for c in run)
    if letters == 0 and sum(c.isdigit() for c in run) < _ENOUGH_DIGITS:
        return []
    gaps = [(match.start() + start, match.end() + start, match.group()) for match in _GAP.finditer(run)]
    counts = Counter(gap for _, _, gap in gaps)
    usual = {gap for gap, count in counts.items() if count >= _USUAL and len(gap) <= 2}
    if not usual:
        usual = {counts.most_common(1)[0][0]}
    base = min(usual, key=len)
    return [(a, b, "" if gap in usual else _residue(gap, base)) for a, b, gap in gaps]


def _residue(gap: str, base: str) -> str:
    """What a wider gap means: the sign within it, or the blank between words."""
    rest = gap.removeprefix(base).removesuffix(base).strip()
    return rest if rest else " "
