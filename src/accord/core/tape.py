"""All text of one content laid end to end, so that every character has one place.

A value may be cut in two by the border between parts. On the tape it is not: adjacent parts of one message are
read as one text, and a *seam* reading runs over the borders without the character that parts them. Behind the text
parts lie the strips: what was read out of pictures and documents.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from accord.core.content import Content, Text
from accord.core.media import Strip
from accord.core.place import Place, Span
from accord.core.reading import SEAM_READER, Reading

SEAM = 512
"""How many characters of each end of a part the seam reading takes in."""

RUN = 65_536
"""How far it goes beyond that while no blank comes: encoded text has none."""

_GAP = "\n"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Lane:
    """A stretch of tape that one text lies on.

    Attributes:
        part: index within the content of the part it belongs to.
        span: where it lies on the tape.
        strip: what was read out of that part; None for a text part itself.
        number: which of the strips of its item that is, as they were opened; -1 for what was read from pixels.
    """

    part: int
    span: Span
    strip: Strip | None = None
    number: int = -1

    def places(self, span: Span) -> list[Place]:
        """Where characters of this lane stand in the part."""
        return [span] if self.strip is None else self.strip.places(span)


@dataclass(frozen=True, slots=True, repr=False)
class Tape:
    """The texts of one content, one character apart.

    Attributes:
        lanes: the texts in order, text parts first.
    """

    content: Content
    lanes: tuple[Lane, ...]

    def __repr__(self) -> str:
        return f"<Tape of {len(self.lanes)} texts>"

    @classmethod
    def lay(cls, content: Content, strips: Sequence[tuple[int, Strip, int]] = ()) -> Tape:
        """Lay out the text parts of a content.

        Args:
            content: the parts.
            strips: what was read out of parts: the part, the strip and its number; see `Lane`.
        """
        lanes: list[Lane] = []
        at = 0

        def put(part: int, length: int, strip: Strip | None = None, number: int = -1) -> None:
            nonlocal at
            lanes.append(Lane(part, Span(at, at + length), strip, number))
            at += length + len(_GAP)

        for index, part in enumerate(content):
            if isinstance(part, Text):
                put(index, len(part))
        for index, strip, number in strips:
            put(index, len(strip.text), strip, number)
        return cls(content, tuple(lanes))

    def text_of(self, index: int) -> Text:
        """The text part on the `index`-th lane."""
        part = self.content[self.lanes[index].part]
        if not isinstance(part, Text):
            raise TypeError("only text parts lie on the tape themselves")
        return part

    def places(self, span: Span) -> list[tuple[Lane, Span]]:
        """The lanes, and the characters of each, that a stretch of tape covers; borders belong to none."""
        first = max(0, bisect_right(self.lanes, span.start, key=lambda lane: lane.span.start) - 1)
        found = []
        for index in range(first, len(self.lanes)):
            lane = self.lanes[index]
            at = lane.span
            if at.start > span.end or (at.start == span.end and span.start != span.end):
                break
            start, end = max(span.start, at.start), min(span.end, at.end)
            if start < end or (span.start == span.end and at.start <= span.start <= at.end):
                found.append((lane, Span(start - at.start, end - at.start)))
        return found

    def roots(self) -> list[tuple[Reading, str]]:
        """The readings of the tape, with media types: one for each run of parts that read as one text, and strip."""
        runs: list[list[int]] = []
        for index in self._texts():
            if runs and self._joins(runs[-1][-1], index):
                runs[-1].append(index)
            else:
                runs.append([index])
        roots = [(self._root(run), self.text_of(run[0]).media_type) for run in runs]
        for lane in self.lanes:
            if lane.strip is not None:
                roots.append((self._strip_root(lane, lane.strip), lane.strip.media_type))
        return roots

    def seams(self) -> list[Reading]:
        """One reading for each role that has several parts: what runs over their borders."""
        lanes: dict[str, list[int]] = {}
        for index in self._texts():
            lanes.setdefault(self.text_of(index).role, []).append(index)
        return [self._seam(indices) for indices in lanes.values() if len(indices) > 1]

    def _texts(self) -> list[int]:
        return [index for index, lane in enumerate(self.lanes) if lane.strip is None]

    def _strip_root(self, lane: Lane, strip: Strip) -> Reading:
        role = self.content[lane.part].role
        return Reading(strip.text, reader=strip.reader, offset=lane.span.start, role=role, disguise=strip.hidden)

    def _joins(self, left: int, right: int) -> bool:
        a, b = self.text_of(left), self.text_of(right)
        adjacent = self.lanes[left].part + 1 == self.lanes[right].part
        plain = not (a.media_type or b.media_type or a.name or b.name)
        return adjacent and plain and a.role == b.role and a.message == b.message

    def _root(self, run: list[int]) -> Reading:
        text = _GAP.join(self.text_of(index).reveal() for index in run)
        return Reading(text, offset=self.lanes[run[0]].span.start, role=self.text_of(run[0]).role)

    def _seam(self, indices: list[int]) -> Reading:
        pieces: list[str] = []
        starts = array("l")
        for index in indices:
            text, lane = self.text_of(index).reveal(), self.lanes[index].span
            if len(text) <= 2 * SEAM:
                pieces.append(text)
                starts.extend(range(lane.start, lane.end))
                continue
            head, tail = _ends(text)
            if head >= tail:
                pieces.append(text)
                starts.extend(range(lane.start, lane.end))
                continue
            pieces += [text[:head], _GAP, text[tail:]]
            starts.extend(range(lane.start, lane.start + head + len(_GAP)))
            starts.extend(range(lane.start + tail, lane.end))
        ends = array("l", [start + 1 for start in starts])
        return Reading(
            "".join(pieces), reader=SEAM_READER, starts=starts, ends=ends, role=self.text_of(indices[0]).role
        )


_BLANK = re.compile(r"\s")


def _ends(text: str) -> tuple[int, int]:
    """Where the beginning of a long text ends for a seam, and where its end begins."""
    blank = _BLANK.search(text, SEAM, SEAM + RUN)
    head = blank.start() if blank else min(len(text), SEAM + RUN)
    before = text[max(0, len(text) - SEAM - RUN) : len(text) - SEAM]
    blanks = [match.end() for match in _BLANK.finditer(before)]
    return head, len(text) - SEAM - len(before) + (blanks[-1] if blanks else 0)
