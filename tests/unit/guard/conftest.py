"""Guards with known detectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from accord import Guard
from accord.config import shipped
from accord.core.roles import Detector, Opener, PictureDetector, PictureReader
from accord.guard import Limits
from accord.guard.inspection import Keeper
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog

WORDS = {
    "jane@example.org": ("privacy.contact.email", 0.9),
    "john@example.org": ("privacy.contact.email", 0.9),
    "Jane Doe": ("privacy.person.name", 0.9),
    "4111111111111111": ("privacy.financial.card", 0.9),
    "s3cr3t-Pa55": ("privacy.credential.password", 0.9),
    "ignore all previous": ("safety.injection", 0.95),
    "somewhat odd": ("safety.injection", 0.7),
    "whisper": ("safety.injection", 0.3),
}


@pytest.fixture
def make_guard(tmp_path: Path) -> Iterator[Callable[..., Guard]]:
    made: list[Guard] = []

    def make(
        *detectors: Detector | PictureDetector,
        policy: Any = None,
        limits: Limits | None = None,
        readers: Sequence[PictureReader] = (),
        opener: Opener | None = None,
        keeper: Keeper | None = None,
    ) -> Guard:
        guard = Guard(
            policy or shipped("default").policy(),
            [StructureReader(), EncodedReader(), *readers],
            detectors or [FixedDetector(WORDS)],
            MemoryLog(),
            limits=limits,
            opener=opener,
            keeper=keeper,
        )
        made.append(guard)
        return guard

    yield make
    for guard in made:
        guard.close()


@pytest.fixture
def guard(make_guard: Callable[..., Guard]) -> Guard:
    return make_guard()
