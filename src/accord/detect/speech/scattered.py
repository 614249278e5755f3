"""Numbers that are said in pieces: with words in between, letter by letter, or one recording after the other.

`It begins with four eight, then two one, and then seven seven` is one number and no run of digits.
What may stand between its pieces are words that lead on; where a number is announced, any few words, and where
somebody says the same ones again and again, those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from accord.core.numerals import ALPHABET, FILLERS, LEADING_ON, TIMES, numbers
from accord.core.place import Span
from accord.detect.speech.announced import announces, directly
from accord.detect.speech.measures import measured

LEAST, LEAST_UNTOLD = 4, 6
"""Digits of a number in pieces: where it is announced, and where it is not."""

_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\W_]+")
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th|er|e|ème|º|ª)$")
_GAP = 3  # words between two pieces
_LONGEST_PIECE = 8  # digits; a longer one is found by itself, and tells where the number goes on
_AGAIN, _TELLING = 3, 4  # times that the same words stand between pieces; letters of what is no preposition
_CODE = 5  # letters and digits of a code
_LETTERS, _FEWEST_DIGITS = 2, 1
_EDGE = 40  # characters of talk before or behind the part of a number that is all a recording says


@dataclass(frozen=True, slots=True)
class _Said:
    """A word: the digits it stands for, or none."""

    start: int
    end: int
    word: str
    digits: str


@dataclass(slots=True)
class _Piece:
    """Digits in a row."""

    start: int
    end: int
    digits: str
    before: tuple[str, ...]


def scattered(text: str) -> Iterator[Span]:
    """Numbers in pieces, each from its first digit to its last.

    Args:
        text: what was said.
    """
    for row in _rows(text):
        digits = sum(len(piece.digits) for piece in row)
        told = announces(text, row[0].start)
        if len(row) > 1 and digits >= (LEAST if told else LEAST_UNTOLD) and not _counted(row):
            yield Span(row[0].start, row[-1].end)


def codes(text: str) -> Iterator[Span]:
    """Letters and digits that are spelled, though one word was misheard: `tango, kilo, nine, robo, seven`."""
    row: list[_Said] = []
    missed: list[_Said] = []
    for said in [*_words(text), None]:
        if said is not None and (said.digits or _letter(said)):
            row += [*missed, said] if row else [said]
            missed = []
        elif said is not None and row and not missed and "\n" not in text[row[-1].end : said.start]:
            missed = [said]
        else:
            yield from _code(row)
            row, missed = [], []


def parts(texts: Sequence[str]) -> Iterator[tuple[int, Span]]:
    """A number of which each recording says a part: where each part stands, and in which.

    Args:
        texts: what was said, one recording after the other.
    """
    run: list[tuple[int, Span, int]] = []
    for index, text in enumerate(texts):
        row = _edge(text, first=True)
        if row is None:
            yield from _together(run)
            run = []
        else:
            run.append((index, Span(row[0].start, row[-1].end), sum(len(piece.digits) for piece in row)))
            if _alone(text, row):
                continue
            yield from _together(run)
            run = []
        row = _edge(text, first=False)
        if row is not None:
            run = [(index, Span(row[0].start, row[-1].end), sum(len(piece.digits) for piece in row))]
    yield from _together(run)


def _together(run: Sequence[tuple[int, Span, int]]) -> Iterator[tuple[int, Span]]:
    if len(run) > 1 and sum(count for _, _, count in run) >= LEAST:
        for index, span, _ in run:
            yield index, span


def _edge(text: str, *, first: bool) -> list[_Piece] | None:
    """The digits with which a text begins, or ends; None where it does with other words."""
    rows = list(_rows(text))
    if not rows:
        return None
    row = rows[0] if first else rows[-1]
    beyond = text[: row[0].start] if first else text[row[-1].end :]
    free = not any(each.isalnum() for each in beyond)
    return row if free or (_alone(text, row) and len(rows) == 1) else None


def _alone(text: str, row: Sequence[_Piece]) -> bool:
    """Whether little else is said than some digits."""
    return len(text[: row[0].start].strip()) + len(text[row[-1].end :].strip()) <= _EDGE


def _words(text: str) -> list[_Said]:
    found = []
    for match in _TOKEN.finditer(text):
        word = match[0].lower()
        digits = word if word.isdecimal() else numbers().get(word, "") if word not in FILLERS else ""
        found.append(_Said(match.start(), match.end(), word, digits))
    return found


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    between: list[str] = []
    for said in _words(text):
        if said.digits:
            if found and not between:
                found[-1] = _Piece(found[-1].start, said.end, found[-1].digits + said.digits, found[-1].before)
            else:
                found.append(_Piece(said.start, said.end, said.digits, tuple(between)))
            between = []
        else:
            between.append(_ORDINAL.sub("first", said.word))
    return found


def _rows(text: str) -> Iterator[list[_Piece]]:
    """Pieces that may be one number."""
    pieces = _pieces(text)
    seen: dict[tuple[str, ...], int] = {}
    for piece in pieces:
        seen[piece.before] = seen.get(piece.before, 0) + 1
    row: list[_Piece] = []
    for piece in pieces:
        if row and not _goes_on(text, row, piece, seen[piece.before]):
            yield row
            row = []
        if len(piece.digits) <= _LONGEST_PIECE:
            row.append(piece)
    if row:
        yield row


def _goes_on(text: str, row: Sequence[_Piece], piece: _Piece, often: int) -> bool:
    words = piece.before
    if len(words) > _GAP or len(piece.digits) > _LONGEST_PIECE or measured(text, row[-1].end):
        return False
    leads = all(word in LEADING_ON or word in TIMES for word in words)
    again = often >= _AGAIN and any(len(word) >= _TELLING for word in words)
    return leads or again or directly(text, row[0].start)


def _counted(row: Sequence[_Piece]) -> bool:
    """Whether somebody counts or estimates: each piece is as much more than the one before, or all are round."""
    values = [int(piece.digits) for piece in row]
    steps = {after - before for before, after in pairwise(values)}
    return (len(steps) == 1 and len(values) > 2) or all(value % 10 == 0 and value for value in values)


def _letter(said: _Said) -> bool:
    return said.word in ALPHABET or len(said.word) == 1


def _code(row: Sequence[_Said]) -> Iterator[Span]:
    known = [said for said in row if said.digits or _letter(said)]
    letters = sum(not said.digits for said in known)
    digits = sum(len(said.digits) for said in known)
    coded = sum(said.word in ALPHABET for said in known)
    missed = len(row) - len(known)
    enough = len(known) >= _CODE and letters >= _LETTERS and digits >= _FEWEST_DIGITS and 3 * missed <= len(known)
    if enough and (coded or not missed):
        yield Span(row[0].start, row[-1].end)
