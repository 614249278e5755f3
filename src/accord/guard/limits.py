"""Bounds on one inspection."""

from __future__ import annotations

from dataclasses import dataclass, field

from accord.media.limits import MediaLimits


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one inspection.

    Attributes:
        characters: the longest text inspected at once.
        depth: how deep readings may nest.
        deadline: seconds an inspection may take.
        deadline_per_megabyte: seconds more for every million characters.
        workers: threads that run detectors.
        waiting: inspections that may be under way at once; one more waits until its deadline.
        deadline_per_megapixel: seconds more for every million pixels of pictures and pages.
        deadline_per_minute: seconds more for every minute of recordings.
        media: bounds on opening one part that is no text.
    """

    characters: int = 16_000_000
    depth: int = 4
    deadline: float = 30.0
    deadline_per_megabyte: float = 180.0
    workers: int = 2
    waiting: int = 64
    deadline_per_megapixel: float = 20.0
    deadline_per_minute: float = 60.0
    media: MediaLimits = field(default_factory=MediaLimits)
