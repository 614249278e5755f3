"""A text as it is meant: without case, width, accents, escapes and characters that do not show.

Models write names back in other case, escaped for JSON, Markdown or HTML, with characters that do not show. All of
that is undone once, in a view in which every character knows where it comes from, so that whatever looks for
pseudonyms need not know about it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field

UNSEEN = "\u200b"
"""What characters that do not show are folded to, before they are left out."""

_PLAIN = {"’": "'", "‘": "'", "ʼ": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"', "−": "-"}
_REMEMBERED = 50_000  # of all characters there are; the rest is computed anew each time


class _Fold(dict[int, str]):
    """One character for each, so that places do not move."""

    def __missing__(self, code: int) -> str:
        made = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = made
        return made


def _unseen(character: str) -> bool:
    code = ord(character)
    return (
        0x300 <= code <= 0x36F  # accents that stand for themselves
        or 0x64B <= code <= 0x652  # Arabic short vowels
        or code in (0x640, 0x34F)
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or unicodedata.category(character) == "Cf"
    )


def _folded(character: str) -> str:
    if _unseen(character):
        return UNSEEN
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Pd":
        return "-"
    wide = unicodedata.normalize("NFKC", character).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", wide) if not 0x300 <= ord(c) <= 0x36F)
    bare = unicodedata.normalize("NFC", bare)
    if len(bare) != 1:
        bare = character
    return _PLAIN.get(bare, bare)


_FOLD = _Fold()

_WRITTEN = re.compile(
    r"\u200b+"
    r"|\\{1,4}u[0-9a-f]{4}"
    r"|\\{1,4}[nrt]"
    r"|\\{1,4}[!-/:-@\[\]-`{-~]"
    r"|&(?:amp;)?(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});"
)


def fold(text: str) -> str:
    """A text folded character by character; as long as the text."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """A text as it is meant.

    Attributes:
        text: folded to lower case, with escapes undone and what does not show left out.
    """

    text: str
    _at: list[int] = field(default_factory=list)
    _pieces: list[tuple[int, int]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<View of {len(self.text)} characters>"

    @classmethod
    def of(cls, source: str) -> View:
        """View a text."""
        folded = fold(source)
        made: list[str] = []
        at: list[int] = []
        pieces: list[tuple[int, int]] = []
        size = done = 0

        def put(text: str, start: int, length: int) -> None:
            nonlocal size
            if text:
                made.append(text)
                at.append(size)
                pieces.append((start, length))
                size += len(text)

        for match in _WRITTEN.finditer(folded):
            put(folded[done : match.start()], done, 0)
            put(_meant(match[0]), match.start(), len(match[0]))
            done = match.end()
        if not pieces and not done:
            return cls(folded)
        put(folded[done:], done, 0)
        return cls("".join(made), at, pieces)

    @property
    def same(self) -> bool:
        """Whether every character stands where it stands in the text."""
        return not self._at

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the view, at least one character long, stands in the text."""
        return self._place(start)[0], self._place(end - 1)[1]

    def index(self, place: int) -> int:
        """Where a place in the text is in the view: the first character that begins there or later."""
        if not self._at:
            return place
        piece = bisect_right(self._pieces, (place, 1 << 62)) - 1
        start, length = self._pieces[piece]
        size = (self._at[piece + 1] if piece + 1 < len(self._at) else len(self.text)) - self._at[piece]
        if length:
            return self._at[piece] + (size if place > start else 0)
        return self._at[piece] + min(place - start, size)

    def _place(self, index: int) -> tuple[int, int]:
        if not self._at:
            return index, index + 1
        piece = bisect_right(self._at, index) - 1
        start, length = self._pieces[piece]
        if length:
            return start, start + length
        return start + index - self._at[piece], start + index - self._at[piece] + 1


def _meant(written: str) -> str:
    """The character that an escape stands for, folded; nothing for what does not show."""
    if written[0] == UNSEEN:
        return ""
    if written[0] == "&":
        meant = html.unescape(html.unescape(written))
    else:
        rest = written.lstrip("\\")
        if rest in ("n", "r", "t"):
            meant = " "
        elif len(rest) == 5:
            meant = chr(int(rest[1:], 16))
        else:
            meant = rest or "\\"
    return fold(meant).replace(UNSEEN, "")
