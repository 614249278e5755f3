"""All text parts of one content laid end to end, so that every character has one place.

A value may be cut in two by the border between parts. On the tape it is not: adjacent parts of one message are
read as one text, and a *seam* reading runs over the borders without the character that parts them.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass

from accord.core.content import Content, Text
from accord.core.place import Span
from accord.core.reading import SEAM_READER, Reading

SEAM = 512
"""How many characters of each end of a part the seam reading takes in."""

RUN = 65_536
"""How far it goes beyond that while no blank comes: encoded text has none."""

_GAP = "\n"


@dataclass(frozen=True, slots=True, repr=False)
class Tape:
    """The text parts of one content, one character apart.

    Attributes:
        parts: index of each text part within the content.
        spans: where each of them lies on the tape.
    """

    content: Content
    parts: tuple[int, ...]
    spans: tuple[Span, ...]

    def __repr__(self) -> str:
        return f"<Tape of {len(self.parts)} text parts>"

    @classmethod
    def lay(cls, content: Content) -> Tape:
        """Lay out the text parts of a content."""
        parts, spans, at = [], [], 0
        for index, part in enumerate(content):
            if isinstance(part, Text):
                parts.append(index)
                spans.append(Span(at, at + len(part)))
                at += len(part) + len(_GAP)
        return cls(content, tuple(parts), tuple(spans))

    def text_of(self, index: int) -> Text:
        """The `index`-th text part of the tape."""
        part = self.content[self.parts[index]]
        if not isinstance(part, Text):
            raise TypeError("only text parts lie on the tape")
        return part

    def places(self, span: Span) -> list[tuple[int, Span]]:
        """The part, and the characters in it, that a stretch of tape covers; borders belong to no part."""
        first = max(0, bisect_right(self.spans, span.start, key=lambda s: s.start) - 1)
        found = []
        for index in range(first, len(self.spans)):
            lane = self.spans[index]
            if lane.start > span.end or (lane.start == span.end and span.start != span.end):
                break
            start, end = max(span.start, lane.start), min(span.end, lane.end)
            if start < end or (span.start == span.end and lane.start <= span.start <= lane.end):
                found.append((self.parts[index], Span(start - lane.start, end - lane.start)))
        return found

    def roots(self) -> list[tuple[Reading, str]]:
        """The readings of the tape, one for each run of parts that read as one text, with its media type."""
        runs: list[list[int]] = []
        for index in range(len(self.parts)):
            if runs and self._joins(runs[-1][-1], index):
                runs[-1].append(index)
            else:
                runs.append([index])
        return [(self._root(run), self.text_of(run[0]).media_type) for run in runs]

    def seams(self) -> list[Reading]:
        """One reading for each role that has several parts: what runs over their borders."""
        lanes: dict[str, list[int]] = {}
        for index in range(len(self.parts)):
            lanes.setdefault(self.text_of(index).role, []).append(index)
        return [self._seam(indices) for indices in lanes.values() if len(indices) > 1]

    def _joins(self, left: int, right: int) -> bool:
        a, b = self.text_of(left), self.text_of(right)
        adjacent = self.parts[left] + 1 == self.parts[right]
        plain = not (a.media_type or b.media_type or a.name or b.name)
        return adjacent and plain and a.role == b.role and a.message == b.message

    def _root(self, run: list[int]) -> Reading:
        text = _GAP.join(self.text_of(index).reveal() for index in run)
        return Reading(text, offset=self.spans[run[0]].start, role=self.text_of(run[0]).role)

    def _seam(self, indices: list[int]) -> Reading:
        pieces: list[str] = []
        starts = array("l")
        for index in indices:
            text, lane = self.text_of(index).reveal(), self.spans[index]
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
