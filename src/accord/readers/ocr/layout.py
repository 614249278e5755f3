"""Puts lines in the order they are read and lays them out as one text.

A gap that recurs in row after row between two stretches of running text parts columns, so that a sentence that goes
on in the next line of its column stays together; beside a column of short labels or numbers, rows are read across.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from accord.core.along import NOWHERE
from accord.core.media import Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.readers.ocr.letters import Line

_PROSE = 6.0
_COLUMN_GAP = 0.8
_CELL_GAP = 3.0
_SAME_ROW = 0.5
_TRIES = 8
_FEW = 2
_QUARTER = float(np.pi / 2)


def strip_of(lines: Sequence[Line], page: int, item: int, reader: str = "ocr", *, hidden: bool = False) -> Strip:
    """One strip of all lines in reading order: cells apart by a tab or blank, lines by a newline."""
    text: list[str] = []
    boxes: list[NDArray[np.int32]] = []
    for row in ordered(lines):
        for before, line in zip([None, *row[:-1]], row, strict=True):
            if text:
                text.append("\n" if before is None else _between(before, line))
                boxes.append(np.full((1, 5), NOWHERE, np.int32))
            text.append(line.text)
            placed = np.concatenate([line.boxes, np.full((len(line.text), 1), page, np.int32)], axis=1)
            placed[[c.isspace() for c in line.text]] = NOWHERE
            boxes.append(placed)
    laid = np.concatenate(boxes) if boxes else np.zeros((0, 5), np.int32)
    return Strip("".join(text), reader, laid.astype(np.int32), item=item, hidden=hidden)


def ordered(lines: Sequence[Line]) -> list[list[Line]]:
    """Rows of lines in reading order; text turned another way follows after."""
    rows: list[list[Line]] = []
    groups: dict[int, list[Line]] = {}
    single = [line for line in lines if len(line.text) <= _FEW]
    for line in lines:
        if len(line.text) > _FEW or len(single) == len(lines):
            groups.setdefault(0 if len(line.text) <= _FEW else _way(line), []).append(line)
    # Which way up a letter or two stand cannot be told from themselves.
    if groups and len(single) < len(lines):
        max(groups.values(), key=lambda group: sum(len(line.text) for line in group)).extend(single)
    for quarter in sorted(groups, key=lambda q: -sum(len(line.text) for line in groups[q])):
        slant = _slant(groups[quarter], quarter)
        frames = [_Frame(line, slant) for line in groups[quarter]]
        rows += [[frame.line for frame in row] for row in _read(frames)]
    return rows


class _Frame:
    """A line with its rectangle turned so that it runs to the right."""

    __slots__ = ("bottom", "left", "line", "right", "top")

    def __init__(self, line: Line, slant: float) -> None:
        across, down = np.array([np.cos(slant), np.sin(slant)]), np.array([-np.sin(slant), np.cos(slant)])
        x, y = line.quad @ across, line.quad @ down
        self.line = line
        self.left, self.right = float(x.min()), float(x.max())
        slack = 0.2 * float(y.max() - y.min())
        self.top, self.bottom = float(y.min()) + slack, float(y.max()) - slack

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left


def _way(line: Line) -> int:
    """Which way a line runs: 0 to the right, 1 down, 2 to the left, 3 up."""
    return round(_angle(line) / _QUARTER) % 4


def _angle(line: Line) -> float:
    """Which way a line runs, in radians from the right, downward."""
    run = line.quad[1] - line.quad[0]
    return float(np.arctan2(run[1], run[0]))


def _slant(lines: list[Line], quarter: int) -> float:
    """Which way most of the text of a group of lines runs."""
    apart = sorted((_aside(_angle(line) - quarter * _QUARTER), len(line.text)) for line in lines)
    passed, half = 0, sum(length for _, length in apart) / 2
    for angle, length in apart:
        passed += length
        if passed >= half:
            return quarter * _QUARTER + angle
    return quarter * _QUARTER


def _aside(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def _read(frames: list[_Frame]) -> Iterator[list[_Frame]]:
    """Cut into columns as long as there are some, then read row by row."""
    waiting = [frames]
    while waiting:
        block = waiting.pop()
        parts = _columns(block)
        if parts:
            waiting += reversed(parts)
        else:
            yield from _rows(block)


def _columns(frames: list[_Frame]) -> list[list[_Frame]]:
    """Parted into columns and the lines that run across them; empty when rows are read across."""
    if len(frames) < 4:
        return []
    height = float(np.median([frame.height for frame in frames]))
    for at in _alleys(frames, _COLUMN_GAP * height):
        left = [frame for frame in frames if frame.right <= at]
        right = [frame for frame in frames if frame.left >= at]
        if _running(left, height) and _running(right, height):
            return _parted(frames, at)
    return []


def _alleys(frames: list[_Frame], least: float) -> list[float]:
    """Where a gap between neighbours in a row recurs in other rows, most often first; as positions from the left."""
    sides = np.array([(frame.left, frame.right, frame.top, frame.bottom) for frame in frames])
    left, right, top, bottom = sides.T
    gaps = []
    for index in range(len(frames)):
        shared = np.minimum(bottom, bottom[index]) - np.maximum(top, top[index])
        beside = (shared > 0) & (left >= right[index])
        if beside.any() and (nearest := left[beside].min()) - right[index] > least:
            gaps.append((right[index], nearest))
    if not gaps:
        return []
    spans = np.array(gaps)
    middles = spans.mean(axis=1)
    support = ((spans[:, 0] <= middles[:, None]) & (middles[:, None] <= spans[:, 1])).sum(axis=1)
    order = np.argsort(-support, kind="stable")
    return [float(middles[i]) for i in order if support[i] >= 2][:_TRIES]


def _running(frames: list[_Frame], height: float) -> bool:
    """Whether these are lines of running text, not labels or cells."""
    return len(frames) >= 2 and float(np.median([frame.width for frame in frames])) >= _PROSE * height


def _parted(frames: list[_Frame], at: float) -> list[list[_Frame]]:
    """What stands left and right of a gap, apart for every stretch between lines that run across it."""
    parts: list[list[_Frame]] = []
    left: list[_Frame] = []
    right: list[_Frame] = []
    across: list[_Frame] = []
    for frame in sorted(frames, key=lambda f: f.top + f.bottom):
        if frame.left < at < frame.right:
            parts += [left, right]
            left, right = [], []
            across.append(frame)
            continue
        parts.append(across)
        across = []
        (left if frame.right <= at else right).append(frame)
    return [part for part in (*parts, across, left, right) if part]


def _rows(frames: list[_Frame]) -> Iterator[list[_Frame]]:
    """Rows of a block whose lines overlap in height, from the top, each from the left."""
    rows: list[list[_Frame]] = []
    for frame in sorted(frames, key=lambda f: f.top + f.bottom):
        for row in rows[-3:]:
            last = row[-1]
            overlap = min(last.bottom, frame.bottom) - max(last.top, frame.top)
            if overlap >= _SAME_ROW * min(last.height, frame.height):
                row.append(frame)
                break
        else:
            rows.append([frame])
    for row in rows:
        yield sorted(row, key=lambda f: f.left)


def _between(before: Line, line: Line) -> str:
    gap = float(np.linalg.norm(line.quad[0] - before.quad[1]))
    height = float(np.linalg.norm(line.quad[3] - line.quad[0]))
    return "\t" if gap > _CELL_GAP * height else " "
