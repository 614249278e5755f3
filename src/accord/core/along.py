"""Places of characters joined into places of values: along lines that run across or down, and along time."""

from __future__ import annotations

from collections.abc import Sequence

from accord.core.place import Box, Interval

NOWHERE = -1
"""The page of a character that has no place: a blank between words."""

PAUSE = 4.0
"""Seconds between two words of one value that still make one interval: who reads out a number takes their time, and a
recogniser drops digits in between."""


def stretches(rows: Sequence[Sequence[float]]) -> list[Interval]:
    """Times of characters joined where no long pause parts them and time does not run back."""
    joined: list[Interval] = []
    for start, end in rows:
        if start < 0:
            continue
        if joined and joined[-1].start <= start <= joined[-1].end + PAUSE:
            joined[-1] = Interval(min(joined[-1].start, start), max(joined[-1].end, end))
        else:
            joined.append(Interval(start, end))
    return joined


def lines(rows: Sequence[Sequence[int]]) -> list[Box]:
    """Boxes of characters joined along their lines, which run across, up or down."""
    joined: list[Box] = []
    along = ""
    for left, top, right, bottom, page in rows:
        if page == NOWHERE:
            continue
        box = Box(left, top, right, bottom, page)
        way = _way(joined[-1], box, along) if joined else ""
        if not way:
            joined.append(box)
            along = ""
            continue
        last, along = joined[-1], way
        joined[-1] = Box(
            min(last.left, left), min(last.top, top), max(last.right, right), max(last.bottom, bottom), page
        )
    return joined


def _way(last: Box, box: Box, along: str) -> str:
    """Which way a line goes on from one box to the next: `across`, `down` or not at all. It never turns."""
    if last.page != box.page:
        return ""
    across = _goes_on((last.left, last.right), (box.left, box.right), (last.top, last.bottom), (box.top, box.bottom))
    if across and along != "down":
        return "across"
    down = _goes_on((last.top, last.bottom), (box.top, box.bottom), (last.left, last.right), (box.left, box.right))
    return "down" if down and along != "across" else ""


_Side = tuple[int, int]


def _goes_on(last: _Side, box: _Side, last_beside: _Side, box_beside: _Side) -> bool:
    """Whether a box follows another along one axis: near on it, and level with it on the other."""
    size = min(last_beside[1] - last_beside[0], box_beside[1] - box_beside[0])
    level = min(last_beside[1], box_beside[1]) - max(last_beside[0], box_beside[0])
    gap = max(box[0] - last[1], last[0] - box[1])
    return 2 * level >= size and gap <= 3 * max(1, size)
