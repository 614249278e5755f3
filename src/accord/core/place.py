"""Where something stands: characters, pixels, seconds or a metadata key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `[start, end)` of a text part, counted in code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return True  # an empty span is still a place

    def touches(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        """Whether every character of `other` is in this span."""
        return self.start <= other.start and other.end <= self.end

    def join(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """Pixels `[left, right) × [top, bottom)` of one page or frame, origin top left."""

    left: int
    top: int
    right: int
    bottom: int
    page: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Seconds `[start, end)` of a recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, order=True)
class Meta:
    """A metadata entry, by its key (`exif.GPSInfo`, `pdf.Author`)."""

    key: str


Place = Span | Box | Interval | Meta


def union(spans: Iterable[Span]) -> list[Span]:
    """Merge overlapping spans; the result is sorted and disjoint. Touching neighbours stay apart."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and merged[-1].touches(span):
            merged[-1] = merged[-1].join(span)
        else:
            merged.append(span)
    return merged
