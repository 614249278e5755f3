"""accord as a plain function, for harnesses that time or score any system.

    benchmarks.factory:text        factory(**options) -> callable(text) -> [(start, end, label, score)]
    benchmarks.factory:patterns    the same, patterns alone and without a guard

Labels are Presidio's entity names where Presidio has one for the category, otherwise the category.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable
from pathlib import Path

import accord
from accord.core.reading import Reading
from accord.core.taxonomy import PRESIDIO
from accord.guard import Guard

Found = list[tuple[int, int, str, float]]

_LABELS = {category: name for name, category in reversed(PRESIDIO.items())} | {"privacy.date.birth": "DATE_TIME"}


def label(category: str) -> str:
    """Presidio's name of a category, or the category."""
    return _LABELS.get(category, category)


def guard(detectors: str = "", readers: str = "") -> Guard:
    """The default policy with all detectors, or those named (separated by commas), on one thread.

    Its audit log lies in a folder that goes when the process does.
    """
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / "benchmark.yaml"
    lines = ["version: 1", "extends: default", "limits: {workers: 1}"]
    lines += [f"detectors: [{detectors}]"] if detectors else []
    lines += [f"readers: [{readers}]"] if readers else []
    file.write_text("\n".join(lines))
    made = accord.load(file, state=folder.name)
    atexit.register(folder.cleanup)
    atexit.register(made.close)
    return made


def text(detectors: str = "", safety: str = "0") -> Callable[[str], Found]:
    """Everything accord finds in a text, as it is shipped.

    Args:
        detectors: names, separated by commas; all when empty.
        safety: `1` also gives the findings of safety categories.
    """
    made = guard(detectors)
    wanted = ("privacy.", "safety.") if safety == "1" else ("privacy.",)

    def run(given: str) -> Found:
        return [
            (f.place.start, f.place.end, label(f.category), f.score)
            for f in made.inspect(given).findings
            if isinstance(f.place, accord.Span) and f.category.startswith(wanted)
        ]

    return run


def patterns() -> Callable[[str], Found]:
    """The pattern detector by itself: no readers, no guard."""
    from accord.detect.patterns import PatternDetector

    detector = PatternDetector()

    def run(given: str) -> Found:
        hits = detector.detect([Reading(given)], lambda: False)
        return [(h.span.start, h.span.end, label(h.category), h.score) for h in hits if h.score >= detector.floor]

    return run
