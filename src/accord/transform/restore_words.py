"""The words of a text in which stand-ins are looked for, and what may be around and at the end of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.core.pseudonym import Issued
from accord.transform.restore_view import View
from accord.transform.standins_draw import HAN, plain

_MARKED = re.compile(r"[ *_`~]+")
RUN = re.compile(f"[{HAN}]+")
"""Text of scripts that do not part words."""


@dataclass(frozen=True, slots=True, repr=False)
class Restored:
    """A stretch of a text and the value, or the part of a value, that belongs there.

    Attributes:
        start: where it begins.
        end: where it ends.
        value: what belongs there.
        tail: what follows the value, such as the s of a genitive; never escaped.
        issued: what the pseudonym stands for.
    """

    start: int
    end: int
    value: str
    tail: str
    issued: Issued


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """What is written, what it stands for, and what stands between its words."""

    pseudonym: str
    value: str
    issued: Issued
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The words and numbers of a text."""

    text: str
    view: View
    tokens: list[tuple[int, int, str]]

    def gap(self, index: int) -> str:
        """What stands before a token and after the one before it."""
        return self.view.text[self.tokens[index - 1][1] : self.tokens[index][0]] if index else ""

    def length(self, first: int, last: int) -> int:
        """How many characters of the text tokens take up."""
        start, end = self.view.span(self.tokens[first][0], self.tokens[last][1])
        return end - start

    def capital(self, at: int, like: str) -> bool:
        """Whether a token begins with a capital letter where another does."""
        start = self.view.span(self.tokens[at][0], self.tokens[at][0] + 1)[0]
        return not like[:1].isupper() or not self.text[start].islower()

    def fits(self, first: int, last: int, entry: Entry) -> bool:
        """Whether there is between the tokens what is between the words of a stand-in."""
        for index, wanted in enumerate(entry.gaps):
            gap = self.gap(first + index + 1)
            if gap == wanted:
                continue
            mine, other = _MARKED.sub("", gap), _MARKED.sub("", wanted)
            loose = entry.pseudonym[:1].isdecimal() and {mine, other} <= {"", ".", "/", "-"}
            if len(gap) > 6 or (mine != other and not loose and {mine, other} != {"", "-"}) or not gap.strip("*_`~"):
                return False
        return True

    def apart(self, first: int, last: int) -> bool:
        """Whether nothing goes on before or after tokens: no e-mail address, no handle, no double name."""
        text, start, end = self.view.text, self.tokens[first][0], self.tokens[last][1]
        left, right = text[start - 1 : start] if start else "", text[end : end + 1]
        beyond = text[end + 1 : end + 2]
        if left == "_" or right == "_":
            outer = text[start - 2 : start - 1] if start > 1 else ""
            if left != right or outer.isalnum() or beyond.isalnum():
                return False
        if (left and left in "@#/\\") or (right and right in "@\\"):
            return False
        if left and left in "-." and start > 1 and text[start - 2].isalnum() and (left == "-" or start < 2):
            return False
        if right == "-" and beyond.isalnum():
            return False
        return not (right and right in "./:" and beyond.isalnum())

    def ends(self, first: int, last: int) -> bool:
        """Whether a number neither begins nor goes on outside of tokens."""
        text, start, end = self.view.text, self.tokens[first][0], self.tokens[last][1]
        before = start > 1 and text[start - 1] in "-./_@" and text[start - 2].isalnum()
        return not before and not (
            text[end : end + 1] in ("-", ".", "/", "_", "@") and text[end + 1 : end + 2].isalnum()
        )

    def restored(self, first: int, last: int, entry: Entry, value: str = "") -> tuple[Restored, int]:
        """What belongs in the place of tokens, and the token after them."""
        start, end = self.tokens[first][0], self.tokens[last][1]
        lead = re.match(r"\W*", entry.pseudonym)
        trail = re.search(r"\W*$", entry.pseudonym)
        if lead and lead[0] and self.view.text.endswith(plain(lead[0]), 0, start):
            start -= len(plain(lead[0]))
        if trail and trail[0] and self.view.text.startswith(plain(trail[0]), end):
            end += len(plain(trail[0]))
        # Where Markdown begins or ends between the words, its other end goes as well.
        marks = "".join(c for index in range(first + 1, last + 1) for c in self.gap(index) if c in "*_`~")
        if marks and self.view.text.startswith(marks, end):
            end += len(marks)
        elif marks and self.view.text.endswith(marks, 0, start):
            start -= len(marks)
        one = placed(self.view, start, end, entry)
        return (Restored(one.start, one.end, value, "", one.issued) if value else one), last + 1


def placed(view: View, start: int, end: int, entry: Entry) -> Restored:
    """What belongs in the place of a stretch of a view."""
    first, last = view.span(start, end)
    return Restored(first, last, entry.value, "", entry.issued)


_ENDINGS = (
    "s",
    "es",
    "а",
    "у",
    "ом",
    "ым",
    "е",
    "ы",
    "и",
    "ой",
    "ою",
    "ю",
    "ей",
    "owi",
    "em",
    "iem",
    "a",
    "ą",
    "ę",
    "y",
)
_ENDINGS_BY_SIZE = sorted((plain(ending) for ending in _ENDINGS), key=len, reverse=True)
_NOMINATIVE = ("a", "а", "я")
_VOWEL = re.compile(r"[aeiouyаеёиоуыэюя]$")


def stems(token: str) -> Iterator[tuple[str, str]]:
    """What an inflected name may be a form of, and the ending it then has."""
    for ending in _ENDINGS_BY_SIZE:
        stem = token.removesuffix(ending)
        if stem == token or len(stem) < 3 or stem.isascii() != ending.isascii():
            continue
        yield stem, ending
        for nominative in _NOMINATIVE:
            if nominative != ending and nominative.isascii() == ending.isascii() and ending not in ("s", "es"):
                yield stem + nominative, "-"


def joined(value: str, ending: str) -> str:
    """A name with an ending where it can be appended; as it is where it cannot."""
    if ending in ("", "-") or (ending not in ("s", "es") and _VOWEL.search(value.casefold())):
        return value
    return value + (ending.upper() if value.isupper() and len(value) > 1 else ending)


_BEFORE = frozenset("请给向与和对是由叫为让跟及找被从把问告诉联系的，")
_AFTER = frozenset("先女小同的说在是和与及了，也都将会有于对请向以为已被把从到去来可能要老医经总主博教")


def parted(text: str, start: int, end: int) -> bool:
    """Whether a name that no blanks part from what is around it ends where it seems to."""
    left, right = text[start - 1 : start] if start else "", text[end : end + 1]
    return _fine(left, text[start], _BEFORE) and _fine(right, text[end - 1], _AFTER)


_PARTICLES = frozenset("은는이가을를의에와과도로님씨께")


def _fine(beside: str, own: str, known: frozenset[str]) -> bool:
    if not beside or not RUN.fullmatch(beside) or beside in known or beside in _PARTICLES:
        return True
    # Kana beside a Japanese name in Han characters are particles.
    return ("\u3040" <= beside <= "\u30ff") != ("\u3040" <= own <= "\u30ff")
