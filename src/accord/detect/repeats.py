"""A value found once is looked for everywhere: the sentence that gave it away is not the only one that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop

_WORD = re.compile(r"\w+")
_FAMILIES = (
    "privacy.person.",
    "privacy.contact.",
    "privacy.id.",
    "privacy.financial.",
    "privacy.credential.",
)
_MIN_VALUE = 5
_MIN_NAME = 3
_SURE = 0.8
_ASK = 4096  # words between two looks at the clock
COMMON = frozenset(
    """
    Will May June April August Mark Grace Hope Faith Joy Rose Bill Rich Young King Long Day Street Church Park Hill
    Wood Stone Green White Black Brown Bush Field Page Price Case Best Good Summer Autumn Friday Sunday Monday
    """.split()
)
"""Given names and surnames that are more often something else."""


def repeats(readings: Sequence[Reading], hits: Sequence[Hit], stop: Stop) -> list[Hit]:
    """Hits for further occurrences of values already found, in one pass over the text.

    Whole values are looked for in every family; of a name of several words, also each capitalised word.
    """
    values = _values(readings, hits)
    if not values:
        return []
    sizes: dict[str, set[int]] = {}
    for value in values:
        head = _WORD.match(value)
        if head is not None:
            sizes.setdefault(head[0], set()).add(len(value))
    taken = {(hit.reading, hit.span.start, hit.category) for hit in hits}
    return [
        hit
        for index, reading in enumerate(readings)
        if not reading.is_seam
        for hit in _occurrences(index, reading.text, sizes, values, stop)
        if (index, hit.span.start, hit.category) not in taken
    ]


def _values(readings: Sequence[Reading], hits: Sequence[Hit]) -> dict[str, Hit]:
    values: dict[str, Hit] = {}
    for hit in hits:
        if not hit.category.startswith(_FAMILIES):
            continue
        value = readings[hit.reading].text[hit.span.start : hit.span.end]
        if len(value) >= _MIN_VALUE and _WORD.match(value):
            values.setdefault(value, hit)
        if hit.category == "privacy.person.name" and hit.score >= _SURE:
            for word in value.split():
                if len(word) >= _MIN_NAME and word.istitle() and word.isalpha() and word not in COMMON:
                    values.setdefault(word, hit)
    return values


def _occurrences(
    index: int, text: str, sizes: dict[str, set[int]], values: dict[str, Hit], stop: Stop
) -> Iterator[Hit]:
    """Values that begin at a word; `sizes` says, by first word, how long those that begin with it are."""
    for count, word in enumerate(_WORD.finditer(text)):
        if count % _ASK == 0 and stop():
            return
        start = word.start()
        for size in sizes.get(word[0], ()):
            end = start + size
            hit = values.get(text[start:end])
            if hit is None or (end < len(text) and text[end].isalnum() and text[end - 1].isalnum()):
                continue
            yield Hit(index, Span(start, end), hit.category, hit.score, hit.checked)
