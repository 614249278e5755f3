"""How much of a text that is still being written can be restored already, as it will be when all of it is there.

A pseudonym is at most `MAX` characters long as it is written, and what follows it within `LOOKAHEAD` may make it
part of an address. So nothing that begins before the last `MAX + LOOKAHEAD` characters can still change, and a
pseudonym that lies across that border begins at most `MAX` before it.
"""

from __future__ import annotations

import re

from accord.transform.restore_standins import Index
from accord.transform.restore_tags import BETWEEN, LABELS, MAX, WORD, WORDS, cores_in, tags_in
from accord.transform.restore_view import View
from accord.transform.surroundings import LOOKAHEAD

HELD = 2 * MAX + LOOKAHEAD
"""How many characters are held back at most."""

_WINDOW = HELD + 2 * MAX
_BLANK = " \t\r\n\f\v"
_OPENING = "[({<【〔⟦"
_BEFORE = f"{_OPENING} *_`~\"'"
_LOOSE = r"[ *`_\-]{0,6}"


def _beginnings() -> str:
    """The labels of several words, cut off after the first word or later, as a regular expression."""
    cut = {word[:at].lower() for word in WORDS if "_" in word for at in range(word.index("_"), len(word))}
    return "|".join(begun.replace("_", BETWEEN) for begun in sorted(cut, key=len, reverse=True))


_BEGUN = re.compile(rf"(?<![{WORD}])(?:(?:{LABELS})(?:{BETWEEN}[a-z2-7]{{0,16}})?|{_beginnings()}){_LOOSE}$")


def settled(text: str, index: Index | None = None) -> int:
    """How long the prefix of a text is that holds no unfinished pseudonym, however the text goes on.

    It can be restored as in the whole, given what stands before and what is held back: at most `HELD` characters.

    Args:
        text: what there is of the text.
        index: the stand-ins of the scope, if there are any.
    """
    certain = max(len(text) - MAX - LOOKAHEAD, 0)
    end = certain if index else _hazard(text, certain)
    lead = max(len(text) - _WINDOW, 0)
    window = text[lead:]
    view = View.of(window)
    spans = [(span.start + lead, span.end + lead) for span in tags_in(window, view)]
    if index:
        spans += [(one.start + lead, one.end + lead) for one in index.find(window, view)]
    for start, stop in sorted(spans, reverse=True):
        if start < end < stop:
            end = start
    return end


def _hazard(text: str, certain: int) -> int:
    """From where on a tag may be unfinished, or not yet known to be part of no address."""
    view = View.of(text[certain:])
    found = [start for start, _ in cores_in(view)]
    if begun := _BEGUN.search(view.text):
        found.append(begun.start())
    first = len(text)
    if found:
        at = back = min(found)
        while back > 0 and view.text[back - 1] in _BEFORE:
            back -= 1
            at = back if view.text[back] in _OPENING else at
        first = certain + view.span(at, at + 1)[0]
    elif set(view.text[len(rest := view.text.rstrip(_BEFORE)) :]) & set(_OPENING):
        first = certain + (view.span(len(rest) - 1, len(rest))[1] if rest else 0)
    while first > certain and text[first - 1] not in _BLANK:
        first -= 1
    return first
