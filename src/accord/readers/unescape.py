"""Escapes in any text: HTML entities, percent-encoding, characters by number."""

from __future__ import annotations

import re2

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned, settled
from accord.readers.escapes import entities, numeric_backslashes, percents

_GATE = re2.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31};)|%[0-9A-Fa-f]{2}|\\[ux][{0-9A-Fa-f]|\\U0")
_TELLING = re2.compile(
    r"&(?:#|amp;(?:#|[A-Za-z]{2,8};))|%[0-9A-Fa-f]{2}|\\[uxU]|&(?:[b-fh-km-pr-zA-Z]|a[^mp]|g[^t]|l[^t]|q[^u])[A-Za-z0-9]*;"
)
"""Anything but the entities that every escaped text has: `&amp; &lt; &gt; &quot; &apos;` hide nothing."""


def read_escapes(reading: Reading) -> Reading | None:
    """Decode the escapes of a text, or say None where there are none."""
    text = reading.text
    if not _GATE.search(text) or not _TELLING.search(text):
        return None
    swaps: list[Swap] = []
    if "\\" in text:
        swaps += numeric_backslashes(text)
    if "&" in text:
        swaps += entities(text, 0, len(text))
    if "%" in text:
        swaps += percents(text)
    if not swaps:
        return None
    return aligned(reading, settled(swaps), "unescaped", fields=reading.fields)
