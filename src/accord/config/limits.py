"""Bounds on one inspection as they are written."""

from __future__ import annotations

from pydantic import Field

from accord.config.base import Model
from accord.media.limits import MediaLimits

_MEDIA = MediaLimits()


class MediaModel(Model):
    """Bounds on opening one part that is no text; see `accord.media.limits.MediaLimits`."""

    bytes: int = Field(default=_MEDIA.bytes, ge=1)
    pixels: int = Field(default=_MEDIA.pixels, ge=1)
    total_pixels: int = Field(default=_MEDIA.total_pixels, ge=1)
    pages: int = Field(default=_MEDIA.pages, ge=1)
    characters: int = Field(default=_MEDIA.characters, ge=1)
    files: int = Field(default=_MEDIA.files, ge=0)
    depth: int = Field(default=_MEDIA.depth, ge=0, le=16)
    ratio: int = Field(default=_MEDIA.ratio, ge=1)
    seconds: float = Field(default=_MEDIA.seconds, gt=0)
    memory: int = Field(default=_MEDIA.memory, ge=256_000_000)
    sound_seconds: int = Field(default=_MEDIA.sound_seconds, ge=1)
    samples: int = Field(default=_MEDIA.samples, ge=1)
    channels: int = Field(default=_MEDIA.channels, ge=1, le=1024)
    dpi: int = Field(default=_MEDIA.dpi, ge=36, le=600)


class LimitsModel(Model):
    """Bounds on one inspection.

    Attributes:
        characters: longest text inspected at once.
        depth: how deep readings may nest.
        deadline: seconds an inspection may take.
        deadline_per_megabyte: seconds more for every million characters.
        workers: threads that run detectors; 1 keeps everything on one core.
        waiting: inspections that may wait for a worker at once.
        deadline_per_megapixel: seconds more for every million pixels of pictures and pages.
        deadline_per_minute: seconds more for every minute of recordings.
        media: bounds on opening one picture or document.
    """

    characters: int = Field(default=16_000_000, ge=1)
    depth: int = Field(default=4, ge=0, le=16)
    deadline: float = Field(default=30.0, gt=0)
    deadline_per_megabyte: float = Field(default=180.0, ge=0)
    workers: int = Field(default=2, ge=1, le=64)
    waiting: int = Field(default=64, ge=1)
    deadline_per_megapixel: float = Field(default=20.0, ge=0)
    deadline_per_minute: float = Field(default=60.0, ge=0)
    media: MediaModel = MediaModel()
