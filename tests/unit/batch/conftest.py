"""A guard with toy detectors, and a folder to work in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from accord import config
from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.guard import Guard, Limits
from accord.testing import MemoryLog


class Toy:
    """Finds e-mail addresses, two names and one sentence."""

    name = "toy"
    joins = True
    floor = 0.5
    reference = ""
    _ROWS = (
        ("privacy.contact.email", re.compile(r"[\w.]+@[\w.]+\w")),
        ("privacy.person.name", re.compile(r"\b(?:Jane Doe|John Smith)\b")),
        ("safety.injection", re.compile("ignore previous instructions")),
    )
    categories = frozenset(category for category, _ in _ROWS)

    def detect(self, readings: Sequence[Reading], stop) -> Iterable[Hit]:
        for index, reading in enumerate(readings):
            for category, shape in self._ROWS:
                for match in shape.finditer(reading.text):
                    yield Hit(index, Span(*match.span()), category, 0.95)


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    made = Guard(
        config.shipped("default").policy(),
        (),
        [Toy()],
        MemoryLog(),
        limits=Limits(characters=5000),
    )
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder
