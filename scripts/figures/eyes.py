"""What the guard makes of a picture under the default policy, with one OCR engine or the other."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

import accord
from accord.core.content import Image as ImagePart
from accord.core.decision import Destination, Outcome
from accord.core.finding import Finding
from accord.core.media import Surface
from accord.core.place import Box
from accord.core.roles import PictureReader
from accord.errors import ModelError
from accord.guard import Guard
from accord.readers.ocr.rapid import RapidOcrReader
from accord.readers.ocr.tesseract import TesseractReader

ENGINES: Mapping[str, type[RapidOcrReader] | type[TesseractReader]] = {
    "ocr": RapidOcrReader,
    "tesseract": TesseractReader,
}
SAID = {"ocr": "RapidOCR", "tesseract": "Tesseract"}
OTHER = {"ocr": "tesseract", "tesseract": "ocr"}
"""Who judges what the other has left."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one picture.

    Attributes:
        findings: all of them, metadata and faults included.
        stopping: categories for which the default policy holds or blocks it on the way to a model.
        texts: every reading of what was read in it.
    """

    findings: tuple[Finding, ...]
    stopping: frozenset[str]
    texts: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether it would be held or blocked as unsafe."""
        return any(category.startswith("safety.") for category in self.stopping)

    @property
    def faulty(self) -> bool:
        """Whether it would be blocked because part of it could not be read."""
        return any(category.startswith("fault.") for category in self.stopping)

    def boxes(self, category: str = "") -> list[Box]:
        """Where a category was found; anything personal when none is named."""
        wanted = category or "privacy."
        return [f.place for f in self.findings if f.category.startswith(wanted) and isinstance(f.place, Box)]

    def best(self, detector: str, category: str = "") -> float:
        """The highest score a detector gave."""
        found = [f.score for f in self.findings if f.detector == detector and f.category.startswith(category)]
        return max(found, default=0.0)


class Eyes:
    """The guard as it is shipped, on one thread; what it found is kept per file, as several figures need it.

    Args:
        engine: which OCR engine reads.
    """

    def __init__(self, engine: str = "ocr") -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.engine = engine
        file = Path(self._folder.name) / "eyes.yaml"
        readers = f"readers: [structure, encoded, {engine}, codes]\n"
        file.write_text(f"version: 1\nextends: default\n{readers}limits: {{workers: 1, deadline: 600}}\n")
        self.guard: Guard = accord.load(file, state=self._folder.name)
        self._seen: dict[Path, Looked] = {}

    def close(self) -> None:
        """Let go of the guard."""
        self.guard.close()
        self._folder.cleanup()

    def file(self, path: Path) -> Looked:
        """Look at a file."""
        if path not in self._seen:
            self._seen[path] = self.look(path.read_bytes())
        return self._seen[path]

    def look(self, data: bytes) -> Looked:
        """Look at an encoded picture."""
        inspection = self.guard.inspect([ImagePart(data)])
        texts = tuple(reading.text for reading in inspection.readings)
        verdicts = inspection.preview(to=Destination.MODEL).verdicts
        stopping = frozenset(v.finding.category for v in verdicts if v.outcome >= Outcome.HOLD)
        return Looked(inspection.findings, stopping, texts)

    def released(self, data: bytes) -> Image.Image | None:
        """The picture a data set would get; None where it would get none."""
        content = self.guard.inspect([ImagePart(data)]).release(to="dataset").content
        value = content[0].reveal() if content else None
        return Image.open(BytesIO(value)).convert("RGB") if isinstance(value, bytes) else None


def engine(name: str) -> PictureReader | None:
    """An OCR engine by itself; None where it is not installed."""
    import numpy as np

    made = ENGINES[name]()
    probe = np.full((40, 120, 3), 255, np.uint8)
    probe[15:25, 20:60] = 0
    try:
        made.read_picture(Surface.of(probe), lambda: False)
    except ModelError:
        return None
    return made


def area(box: tuple[float, float, float, float], marks: Sequence[Box]) -> float:
    """The share of a box (left, top, right, bottom) that lies under marks."""
    import numpy as np

    left, top, right, bottom = (round(edge) for edge in box)
    under = np.zeros((max(1, bottom - top), max(1, right - left)), bool)
    for mark in marks:
        under[
            max(0, mark.top - top) : max(0, mark.bottom - top), max(0, mark.left - left) : max(0, mark.right - left)
        ] = True
    return float(under.mean())


def overlap(one: tuple[float, float, float, float], box: Box) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    wide = min(one[2], box.right) - max(one[0], box.left)
    high = min(one[3], box.bottom) - max(one[1], box.top)
    both = max(0.0, wide) * max(0.0, high)
    whole = (one[2] - one[0]) * (one[3] - one[1]) + (box.right - box.left) * (box.bottom - box.top) - both
    return both / whole if whole else 0.0
