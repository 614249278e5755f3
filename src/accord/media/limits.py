"""Bounds on opening one part: checked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Bounds on one part that is no text, with everything embedded in it.

    Attributes:
        bytes: of the encoded part, and of everything unpacked from an archive together.
        pixels: of one picture, page or frame, decoded.
        total_pixels: of all surfaces together.
        pages: of a document, or frames of a picture.
        characters: of text read out of it, without OCR.
        files: embedded files, at any depth.
        depth: how deep files may be embedded in files.
        ratio: how much larger an archive member may be than its compressed form.
        seconds: opening may take, in a process of its own that is ended then.
        memory: bytes of address space that process may use.
        sound_seconds: of one recording.
        samples: of one recording, all channels together; they are kept in two bytes each. Two channels of
            `sound_seconds` fit in at 16,000 samples a second, which is what long recordings are kept at.
        channels: of one recording.
        dpi: pixels per inch at which document pages are drawn.
    """

    bytes: int = 64_000_000
    pixels: int = 40_000_000
    total_pixels: int = 800_000_000
    pages: int = 200
    characters: int = 8_000_000
    files: int = 256
    depth: int = 3
    ratio: int = 200
    seconds: float = 60.0
    memory: int = 2_000_000_000
    sound_seconds: int = 3_600
    samples: int = 120_000_000
    channels: int = 32
    dpi: int = 150
