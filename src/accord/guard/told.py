"""Who listens to recordings is told the names that may be said in them, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from accord.core.media import Sound
from accord.guard.media import Plugin, Scene

Expected = Callable[[], Sequence[str]]
"""Finds out which names may be said; asked only where there is something to listen to."""


@runtime_checkable
class Tellable(Protocol):
    """A reader that hears names better which it knows."""

    def told(self, names: Sequence[str]) -> Plugin:
        """A reader like this one that knows these names."""
        ...


def told(lookers: Sequence[Plugin], scenes: Sequence[tuple[int, Scene]], expected: Expected) -> Sequence[Plugin]:
    """The same plugins; those that can be told names know them where there is a recording with sound."""
    if not any(isinstance(scene, Sound) and scene.loudness > 0 for _, scene in scenes):
        return lookers
    if not any(isinstance(looker, Tellable) for looker in lookers) or not (names := expected()):
        return lookers
    return [looker.told(names) if isinstance(looker, Tellable) else looker for looker in lookers]
