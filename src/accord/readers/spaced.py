"""Words and numbers written letter by letter: `i g n o r e`, `j.o.h.n`, `4 1 1 1`."""

from __future__ import annotations

import re
from collections import Counter

import re2

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned

_SEPARATOR = r"(?:[ \t.\-_*/|~·•]{1,5}|\s{1,5})"  # a line that begins with a sign is an item of a list
_UNIT = r"A-Za-z0-9\x{80}-\x{10ffff}"  # all letters of all scripts would be a program of ten thousand steps
_GATE = re2.compile(rf"(?:^|[^{_UNIT}])(?:[{_UNIT}@]{_SEPARATOR}){{4}}[{_UNIT}@](?:[^{_UNIT}]|$)")
_RUN = re.compile(rf"(?<![^\W_])[^\W_](?:{_SEPARATOR}(?:[^\W_](?![^\W_])|@)){{4,}}+")
_GAP = re.compile(r"[ \t.\-_*/|~·•]+(?=[\w@])|\s+")
_ENOUGH_DIGITS = 8
_ENOUGH_LETTERS = 4  # fewer are sizes (`6 x 6 x 5`) and table heads
_NUMBER = re.compile(r"\d(?:[ \t.\-_*/|~·•\r\n]{1,5}+\d){7,}+")  # a number this long is no part of a word
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
    if letters < _ENOUGH_LETTERS and "@" not in run and sum(c.isdigit() for c in run) < _ENOUGH_DIGITS:
        return []
    gaps = [(match.start() + start, match.end() + start, match.group()) for match in _GAP.finditer(run)]
    counts = Counter(gap for _, _, gap in gaps)
    base = max(counts, key=lambda gap: (counts[gap], -len(gap)))
    usual = {base}
    if base.isspace():
        usual |= {gap for gap, count in counts.items() if count >= _USUAL and len(gap) == 1 and not gap.isspace()}
    numbers = {at + start for m in _NUMBER.finditer(run) for at in (m.start() - 1, m.end())}
    swaps = []
    for a, b, gap in gaps:
        beside_at = gap.isspace() and "@" in (text[a - 1], text[b])
        at_number = (a in numbers or b - 1 in numbers) and _turns(text, a, b)
        joins = beside_at or (gap in usual and not at_number)
        swaps.append((a, b, "" if joins else _residue(gap, base)))
    return swaps


def _turns(text: str, start: int, end: int) -> bool:
    """Whether a gap stands between a digit and something else."""
    return text[start - 1].isdigit() != text[end].isdigit()


def _residue(gap: str, base: str) -> str:
    """What a wider gap means: the sign within it, or the blank between words."""
    rest = gap.removeprefix(base).removesuffix(base).strip()
    return rest if rest else " "
