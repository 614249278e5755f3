"""Detectors that fail again and again are left alone: a fault each time, unless somebody answers for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from accord.core.content import Content
from accord.core.finding import Finding
from accord.core.media import Sound
from accord.core.place import Meta
from accord.core.roles import Detector, PictureDetector, SoundDetector
from accord.guard.media import Plugin, Scene, fault

AnyPlugin = TypeVar("AnyPlugin", bound=Detector | Plugin)

REASON = "left alone after it failed repeatedly"


class Breaker(Protocol):
    """Remembers what fails; see `accord.gateway.breaker`."""

    def allow(self, name: str) -> bool:
        """Whether to ask it now; where it was left alone, one asks and the others wait for how that goes."""
        ...

    def closed(self, name: str) -> bool:
        """Whether it works, as far as is known."""
        ...

    def success(self, name: str) -> None:
        """It did what it should."""
        ...

    def failure(self, name: str) -> None:
        """It failed."""
        ...


Agreed = Callable[[str], bool]
"""Whether somebody answers today for the absence of a detector, by its name."""


class Turn:
    """One inspection: which detectors run in it, which are missing from it, and how those that ran did.

    Args:
        breaker: remembers what fails; None where nothing is left alone.
        agreed: whether a detector may be missing.

    Attributes:
        degraded: detectors that did not inspect this although they should have, and may be missing.
    """

    __slots__ = ("_agreed", "_asked", "_breaker", "_trials", "degraded")

    def __init__(self, breaker: Breaker | None, agreed: Agreed | None) -> None:
        self._breaker, self._agreed = breaker, agreed
        self._asked: dict[str, bool] = {}
        self._trials: set[str] = set()
        self.degraded: set[str] = set()

    def runs(self, name: str) -> bool:
        """Whether a detector runs in this inspection: once answered, the answer stays."""
        if self._breaker is None:
            return True
        if name not in self._asked:
            if not self._breaker.closed(name):
                self._trials.add(name)
            self._asked[name] = self._breaker.allow(name)
        return self._asked[name]

    def excused(self, name: str) -> bool:
        """Whether a detector that was left alone may be missing; if so, that is remembered.

        What fails for the first time may have failed because of this very content, and is not excused.
        """
        if name not in self._trials or self._agreed is None or not self._agreed(name):
            return False
        self.degraded.add(name)
        return True

    def did(self, name: str, *, well: bool) -> None:
        """A detector has run."""
        if self._breaker is not None:
            (self._breaker.success if well else self._breaker.failure)(name)

    def split(self, plugins: Sequence[AnyPlugin]) -> tuple[list[AnyPlugin], list[str]]:
        """Those that run, and the names of those that are missing and may not be."""
        running, missing = [], []
        for plugin in plugins:
            if not isinstance(plugin, Detector | PictureDetector | SoundDetector) or self.runs(plugin.name):
                running.append(plugin)
            elif not self.excused(plugin.name):
                missing.append(plugin.name)
        return running, missing

    def lookers(
        self, content: Content, scenes: Sequence[tuple[int, Scene]], plugins: Sequence[Plugin]
    ) -> tuple[list[Plugin], list[Finding]]:
        """Of those that look and listen, the ones that run, and faults of the parts that others should have seen."""
        if self._breaker is None or not scenes:
            return list(plugins), []
        wanted = [plugin for plugin in plugins if any(_for(plugin, scene) for _, scene in scenes)]
        running, missing = self.split(wanted)
        kinds = {plugin.name: plugin for plugin in wanted}
        faults = {
            (part, name): fault(content, part, Meta("content"), "fault.detector", name, REASON)
            for part, scene in scenes
            for name in missing
            if _for(kinds[name], scene)
        }
        return running, list(faults.values())

    def looked(self, running: Sequence[Plugin], failed: set[str], found: list[Finding]) -> list[Finding]:
        """Note how those that looked did; gives what was found without the faults of those that may be missing."""
        if self._breaker is None:
            return found
        excused = set()
        for name in {p.name for p in running if isinstance(p, PictureDetector | SoundDetector)}:
            self.did(name, well=name not in failed)
            if name in failed and self.excused(name):
                excused.add(name)
        return [one for one in found if one.detector not in excused or not one.category.startswith("fault.")]


def _for(plugin: Plugin, scene: Scene) -> bool:
    return hasattr(plugin, "listen" if isinstance(scene, Sound) else "look") or not isinstance(
        plugin, PictureDetector | SoundDetector
    )
