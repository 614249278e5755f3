r"""Identifiers and secrets by their shape, proven by arithmetic and by the words beside them.

The rows are data (`accord.detect.tables`). A text is looked at in windows of about 1.5 kB: one pass of an RE2
`Set` says which rows can match in a window, one more which telling words stand in it, and only those rows are
then run. RE2 is linear in the text whatever the expression, and windows keep the prefilter sharp, so a text of
ten megabytes costs what its windows cost.

What RE2 cannot say (it has no look-around and its `\b` knows ASCII only) is checked afterwards: what stands
beside a value, whether the arithmetic holds, whether a telling word is near. Claims about the same characters are
then resolved to the best one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import re2

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.edges import clear, constant, named_otherwise
from accord.detect.tables.pattern import FLOOR, Edge, Pattern

TABLES: tuple[tuple[str, ...], ...] = (
    ("network", "financial", "crypto", "keys"),
    ("secrets",),
    ("accounts",),
    ("contact",),
    ("international", "europe_west"),
    ("europe_east", "americas", "asia", "africa_oceania"),
    ("plates",),
    ("address",),
    ("generic",),
    ("dates", "phone"),
)
"""The modules of `accord.detect.tables`, cheap proof first: what is proven spares later rows their checks.

Each group is one RE2 `Set`. One `Set` of all would be slower: its states are the products of what each row waits
for, so on varied text it outgrows any cache (measured: 2 ms per kB against 0.04 ms for eight).
"""

WINDOW = 2048
"""Characters whose matches belong to one window."""
TAIL = 384
"""Characters after a window that a match which begins in it may run into."""
_SNAP = 128  # how far back a window may be cut to end at a blank
_BEFORE, _AFTER = 56, 28  # where a telling word counts, in characters
_MEMORY = 32 << 20  # RE2's cache of states for one expression or set, in bytes, an upper bound
_NEST = ("privacy.contact.url", "privacy.contact.address", "privacy.credential.private_key")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ALONE = 5  # characters that a value must have to count where it stands alone
_FAR = 1000
_NEAR = 16  # a label this near makes a check count as proof of its kind
_BESIDE = 4  # a label this near is about this value and no other


class _Candidate(NamedTuple):
    start: int
    end: int
    row: Pattern
    score: float
    checked: bool
    distance: int  # to the telling word; far when there is none


@dataclass(frozen=True, slots=True)
class _Machine:
    """The tables, compiled."""

    rows: tuple[Pattern, ...]
    shapes: tuple[tuple[int, Any], ...]  # the index of the first row of each set, and the set
    expressions: tuple[Any, ...]
    groups: tuple[int, ...]  # for each row, the group of its expression that is the value
    words: Any
    word_expressions: tuple[Any, ...]
    word_index: tuple[int, ...]  # for each row, which of `word_expressions`; -1 for none


def _words(group: Iterable[str]) -> str:
    """One expression for the telling words of a row; see `accord.detect.tables.words` for what a word matches."""
    short: list[str] = []
    long: list[str] = []
    joined: list[str] = []
    for word in sorted(set(group)):
        parts = "[ _./-]{0,2}".join(re2.escape(part) for part in re.split(r"[ .]+", word) if part)
        unspaced = any(ord(c) >= 0x0E00 for c in word)
        (joined if unspaced else long if len(word) >= 5 else short).append(parts)
    spaced = [f"(?:{'|'.join(short)})(?:$|[^\\p{{L}}\\p{{N}}])"] if short else []
    branches = [f"(?:^|[^\\p{{L}}\\p{{N}}])(?:{'|'.join(long + spaced)})"] if long or spaced else []
    return f"(?i)(?:{'|'.join(branches + joined)})"


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


def _set(expressions: Iterable[str]) -> Any:
    made = re2.Set.SearchSet(_options())
    for expression in expressions:
        made.Add(expression)
    made.Compile()
    return made


@cache
def _machine() -> _Machine:
    options = _options()
    rows: tuple[Pattern, ...] = ()
    shapes = []
    for tables in TABLES:
        group = [row for name in tables for row in import_module(f"accord.detect.tables.{name}").PATTERNS]
        shapes.append((len(rows), _set(row.gate or row.regex for row in group)))
        rows += tuple(group)
    expressions = tuple(re2.compile(row.regex, options) for row in rows)
    spoken = sorted({row.context for row in rows if row.context})
    words = [_words(group) for group in spoken]
    return _Machine(
        rows=rows,
        shapes=tuple(shapes),
        expressions=expressions,
        groups=tuple(min(1, expression.groups) for expression in expressions),
        words=_set(words),
        word_expressions=tuple(re2.compile(word, options) for word in words),
        word_index=tuple(spoken.index(row.context) if row.context else -1 for row in rows),
    )


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text into windows that lie end to end; each ends at a blank where there is one near."""
    start, size = 0, len(text)
    while start < size:
        end = start + WINDOW
        if end + _SNAP >= size:
            end = size
        else:
            blank = max(text.rfind(" ", end - _SNAP, end), text.rfind("\n", end - _SNAP, end))
            end = blank if blank > start else end
        yield start, end
        start = end


_AGAIN = 32
"""How often one row looks again inside what it matched, in one window."""


def _matches(expression: Any, data: bytes, again: bool) -> Iterator[Any]:
    """Every match; with `again` also those that begin inside another.

    A word and a number before a value can look like its beginning: "is 539-40-6154 to DE89…". What a check proves is
    worth a second look there.
    """
    if not again:
        yield from expression.finditer(data)
        return
    at, left = 0, _AGAIN
    while (match := expression.search(data, at)) is not None:
        yield match
        inside = match.start() + 1
        while inside < match.end() and (
            data[inside - 1 : inside].isalnum() or not data[inside : inside + 1].isalnum()
        ):
            inside += 1
        looks = left > 0 and inside < match.end()
        left -= looks
        at = inside if looks else max(match.end(), match.start() + 1)


@dataclass(slots=True)
class _Scan:
    """One reading being looked at."""

    machine: _Machine
    reading: Reading
    text: str
    whole: tuple[int, int]
    found: list[_Candidate]
    proven: list[tuple[int, int]]
    claims: dict[str, list[tuple[int, int, float]]]
    sides: dict[tuple[int, int], tuple[bytes, bytes]]
    settled: dict[tuple[int, int], float]
    distances: dict[tuple[int, int, int], int]

    def window(self, start: int, end: int) -> None:
        """Add what begins in one window to `found`."""
        machine, text = self.machine, self.text
        region = text[start : end + TAIL]
        data = region.encode()
        shapes = [first + index for first, found in machine.shapes for index in sorted(found.Match(data) or ())]
        if not shapes:
            return
        ascii_only = len(data) == len(region)
        names = " \n".join(f.name for f in self.reading.fields_in(Span(start, end))) if self.reading.fields else ""
        spoken = text[max(0, start - _BEFORE) : start] + region + "\n" + names
        words = frozenset(machine.words.Match(spoken.encode()) or ())
        lonely = self.whole[1] - self.whole[0] < 128
        for index in shapes:
            row, group = machine.rows[index], machine.word_index[index]
            said = group in words
            if row.score < FLOOR and not said and not (lonely and row.alone >= FLOOR):
                continue
            for match in _matches(machine.expressions[index], data, row.strong):
                first, last = match.span(machine.groups[index])
                if first < 0:
                    first, last = match.span()
                if not ascii_only:
                    first, last = len(data[:first].decode()), len(data[:last].decode())
                if start + first < end:
                    self._judge(row, group if said else -1, start + first, start + last)

    def _judge(self, row: Pattern, group: int, start: int, end: int) -> None:
        """Add one match to `found` if its neighbours, its check and its score allow."""
        text = self.text
        if row.reach is not None:
            reached = row.reach(text, start, end)
            if reached is None:
                return
            start, end = reached
        if self._spoken_for(start, end, row.strong) or not clear(text, start, end, row.edge, row.strong):
            return
        if self._claimed(row.category, start, end, max(row.score, row.lifted)):
            return
        distance = 0 if row.said else self._near(group, start, end)
        score = row.score if distance == _FAR else max(row.score, row.lifted)
        if distance == _FAR and row.alone > score and self.whole == (start, end) and end - start >= _ALONE:
            field = self.reading.field_at(start)
            score = row.alone if field is None or not field.name else score
        certain = row.strong and row.category.startswith("privacy.financial.")
        if distance == _FAR and not certain and row.edge is Edge.NUMBER and named_otherwise(text, start, end):
            return
        if score < FLOOR or self._claimed(row.category, start, end, score):
            return
        if not row.strong and self.settled.get((start, end), 0.0) >= score:
            return  # a checked number with its label right beside it: no weaker row outranks that
        if row.check is not None and (constant(text[start:end]) or not row.check(text[start:end])):
            return
        checked = row.check is not None and row.proves and (row.strong or distance != _FAR)
        self.found.append(_Candidate(start, end, row, score, checked, distance))
        insort(self.claims.setdefault(row.category, []), (start, end, score))
        if checked and row.strong:
            insort(self.proven, (start, end))
        elif checked and distance <= _BESIDE:
            self.settled[start, end] = max(score, self.settled.get((start, end), 0.0))

    def _spoken_for(self, start: int, end: int, strong: bool) -> bool:
        """Whether a proven value already covers these characters."""
        place = bisect_left(self.proven, (start + 1,)) - 1
        return place >= 0 and self.proven[place][1] >= end and (not strong or self.proven[place] != (start, end))

    def _claimed(self, category: str, start: int, end: int, score: float) -> bool:
        """Whether an earlier row says the same of these characters, or of more, and is as sure."""
        claims = self.claims.get(category)
        if not claims:
            return False
        place = bisect_left(claims, (start + 1,)) - 1
        return place >= 0 and claims[place][1] >= end and claims[place][2] >= score

    def _near(self, group: int, start: int, end: int) -> int:
        """`_distance`, worked out once: many rows share a group of words and match the same characters."""
        if group < 0:
            return _FAR
        known = self.distances.get((group, start, end))
        if known is None:
            known = self.distances[group, start, end] = self._distance(group, start, end)
        return known

    def _distance(self, group: int, start: int, end: int) -> int:
        """Characters between a value and the nearest telling word of its row."""
        expression = self.machine.word_expressions[group]
        field = self.reading.field_at(start) if self.reading.fields else None
        if field is not None and field.name and expression.search(field.name):
            return 0
        before, after = self._around(start, end)
        if expression.search(before + b"\n" + after) is None:
            return _FAR
        nearest, size = _FAR, len(before.rstrip(b" :=#\t\n\"'"))
        for match in expression.finditer(before):
            nearest = max(0, size - match.end())
        if nearest <= _BESIDE:
            return nearest
        match = expression.search(after)
        return nearest if match is None else min(nearest, match.start() + _BESIDE + 1)

    def _around(self, start: int, end: int) -> tuple[bytes, bytes]:
        """What stands before and after a value on its line, or before it on the line above where it begins one."""
        known = self.sides.get((start, end))
        if known is None:
            before = self.text[max(0, start - _BEFORE) : start]
            line = before.rfind("\n")
            if line >= 0 and before[line:].strip(" \t\r\n>*-|"):
                before = before[line:]
            after = self.text[end : end + _AFTER].partition("\n")[0]
            known = self.sides[start, end] = before.encode(), after.encode()
        return known


def _rank(candidate: _Candidate) -> tuple[bool, bool, bool, bool, float, float, int, int]:
    return (
        candidate.checked and candidate.row.strong,
        candidate.checked and candidate.distance <= _NEAR,
        candidate.distance <= _BESIDE,
        candidate.checked,
        candidate.score,
        candidate.row.score,
        -candidate.distance,
        candidate.end - candidate.start,
    )


def _resolve(found: list[_Candidate]) -> list[_Candidate]:
    """Keep the best claim about each character; what covers a kept claim stays only where it says more."""
    kept: list[_Candidate] = []
    taken: list[tuple[int, int]] = []
    for candidate in sorted(found, key=_rank, reverse=True):
        place = bisect_left(taken, (candidate.start, candidate.end))
        around = taken[max(0, place - 1) : place + 1]
        if place < len(taken):
            touching = [t for t in around if t[0] < candidate.end and candidate.start < t[1]]
        else:
            touching = [t for t in around if t[1] > candidate.start]
        if not touching:
            insort(taken, (candidate.start, candidate.end))
            kept.append(candidate)
        elif candidate.row.category in _NEST and not any(
            t[0] <= candidate.start and candidate.end <= t[1] for t in touching
        ):
            kept.append(candidate)
    return kept


class PatternDetector:
    """Finds identifiers, contacts, numbers and secrets by pattern, checksum and context.

    Scores: 0.85 and more is proof or a clear label; 0.6 is plausible; nothing is reported below `floor`.
    """

    name = "patterns"
    joins = True
    floor = FLOOR
    reference = "accord tables of patterns; checksums by python-stdnum 2.2, telephone numbers by libphonenumber"

    def __init__(self) -> None:
        """Compile the tables, so that the first text does not wait for it."""
        self.categories = frozenset(row.category for row in _machine().rows)

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield the best hit for each value of each reading; stops between windows when told to."""
        for number, reading in enumerate(readings):
            for candidate in _resolve(self._candidates(reading, stop)):
                span = Span(candidate.start, candidate.end)
                yield Hit(number, span, candidate.row.category, candidate.score, candidate.checked)
            if stop():
                return

    def _candidates(self, reading: Reading, stop: Stop) -> list[_Candidate]:
        text = reading.text
        if _SURROGATE.search(text):
            text = _SURROGATE.sub("\ufffd", text)
        stripped = text.strip(" \t\r\n.,;:!?\"'()[]<>")
        lead = text.find(stripped) if stripped else 0
        scan = _Scan(_machine(), reading, text, (lead, lead + len(stripped)), [], [], {}, {}, {}, {})
        for start, end in windows(text):
            if stop():
                break
            scan.window(start, end)
        return scan.found
