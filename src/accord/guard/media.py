"""What stands in pictures and documents: opened, read and looked at before the text of all parts is read together."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace

from accord.core.content import Content, Document, Image, Text
from accord.core.finding import Finding
from accord.core.media import Opening, Sight, Strip, Surface
from accord.core.place import Meta, Place, Span
from accord.core.roles import Media, Opener, PictureDetector, PictureReader, Stop
from accord.errors import ModelError
from accord.guard.read import Reads

_AUTHORS = ("author", "artist", "creator", "byline", "lastmodifiedby", "ownername", "owner", "manager", "copyright")

Plugin = PictureReader | PictureDetector


class Clock:
    """When an inspection is to be done; a `Stop` that may be given more time once it is known how much there is."""

    def __init__(self, end: float) -> None:
        self.end = end

    def __call__(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self.end

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.end - time.monotonic())


@dataclass(slots=True, repr=False)
class Seen:
    """What pictures and documents hold, by index of the part.

    Attributes:
        openings: the parts that are no text, opened.
        strips: their text: the part, the strip and its number among the strips of its item; -1 for what was read
            from pixels.
        enclosures: files written inside texts, by where they stand on the tape.
        findings: what was seen in them, and what could not be.
        scores: the highest score of each category, also below the floor of its detector.
    """

    openings: dict[int, Opening] = field(default_factory=dict)
    strips: list[tuple[int, Strip, int]] = field(default_factory=list)
    enclosures: dict[Span, Enclosure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """How much there is to read."""
        return sum(len(strip.text) for _, strip, _ in self.strips)

    def take(self, content: Content, part: int, opening: Opening) -> None:
        """Add what an opened file holds to what is known of its part."""
        before = self.openings.get(part, Opening())
        self.openings[part] = Opening(before.items + opening.items, before.flaws + opening.flaws)
        self.strips += [(part, s, n) for item in opening.items for n, s in enumerate(item.strips)]
        self.findings += _flaws(content, part, opening)
        self.findings += _metadata(content, part, opening)


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure:
    """A file written inside a text, opened.

    Attributes:
        part: the part whose text it stands in.
        base: what was added to the numbers of its items, so that they are its own within the part.
        file: the file as a part of its own.
        opening: how it was opened, with numbers from 0.
    """

    part: int
    base: int
    file: Document
    opening: Opening


def surfaces_of(part: int, opening: Opening) -> list[tuple[int, Surface]]:
    """The surfaces of an opening, with the part they belong to."""
    return [(part, surface) for item in opening.items for surface in item.surfaces]


def megapixels(surfaces: Iterable[tuple[int, Surface]]) -> float:
    """How much there is to look at."""
    return sum(surface.width * surface.height for _, surface in surfaces) / 1e6


def open_all(content: Content, opener: Opener | None, pool: Executor) -> Seen:
    """Open every part that is no text. The opener bounds how long that may take."""
    seen = Seen()
    waiting: list[tuple[int, Future[Opening]]] = []
    for index, part in enumerate(content):
        if isinstance(part, Text):
            continue
        if part.media_type.startswith("text/"):
            # It calls itself text and is not; whatever else it is, nobody asked for that.
            reason = "it is not valid text"
            seen.findings.append(fault(content, index, Meta("content"), "fault.undecodable", "guard", reason))
        elif opener is not None and isinstance(part, Image | Document):
            waiting.append((index, pool.submit(_opened, opener, part)))
        else:
            reason = f"nothing here reads {part.modality.value}"
            seen.findings.append(fault(content, index, Meta("content"), "fault.uninspected", "guard", reason))
    for index, future in waiting:
        seen.take(content, index, future.result())
    return seen


def open_enclosed(
    content: Content, reads: Reads, seen: Seen, opener: Opener, limit: int
) -> list[tuple[int, Surface]]:
    """Open the files written inside texts that were not opened yet.

    Args:
        content: the parts.
        reads: what was read so far.
        seen: what is known; it grows.
        opener: opens them.
        limit: how many may be opened in all.

    Returns:
        The surfaces that are to be looked at, with their parts.
    """
    fresh: list[tuple[int, Surface]] = []
    for index, file in reads.enclosed:
        span = reads.region(index, file)
        if span in seen.enclosures or len(seen.enclosures) >= limit:
            continue
        part = reads.tape.places(span)[0][0].part
        given = Document(file.data, role=content[part].role)
        opening = opener.open(given, lambda: False)
        base = max(1, len(seen.openings.get(part, Opening()).items))
        seen.enclosures[span] = Enclosure(part, base, given, opening)
        moved = _moved(opening, base)
        seen.take(content, part, moved)
        fresh += surfaces_of(part, moved)
    return fresh


def _moved(opening: Opening, base: int) -> Opening:
    """The same opening with other numbers."""
    items = [
        replace(
            item,
            number=item.number + base,
            parent=None if item.parent is None else item.parent + base,
            surfaces=tuple(replace(s, item=s.item + base) for s in item.surfaces),
            strips=tuple(replace(s, item=s.item + base) for s in item.strips),
        )
        for item in opening.items
    ]
    return Opening(tuple(items), tuple(replace(flaw, item=flaw.item + base) for flaw in opening.flaws))


def _opened(opener: Opener, part: Media) -> Opening:
    return opener.open(part, lambda: False)


def _flaws(content: Content, index: int, opening: Opening) -> list[Finding]:
    found = [
        replace(fault(content, index, flaw.place, flaw.category, "opener", flaw.reason), item=flaw.item)
        for flaw in opening.flaws
    ]
    if not opening.items and not found:
        found.append(fault(content, index, Meta("content"), "fault.undecodable", "opener", "nothing could be opened"))
    return found


def _metadata(content: Content, index: int, opening: Opening) -> list[Finding]:
    found = []
    for item in opening.items:
        for key in item.metadata:
            name = key.rpartition(".")[2].lower().replace("-", "").replace("_", "")
            kind = "author" if name.endswith(_AUTHORS) else "exif"
            made = fault(content, index, Meta(key), f"privacy.metadata.{kind}", "metadata", "")
            found.append(replace(made, item=item.number))
    return found


@dataclass(frozen=True, slots=True)
class _Task:
    part: int
    surface: Surface
    plugin: Plugin
    future: Future[list[Strip] | list[Sight]]


def look(
    seen: Seen,
    content: Content,
    surfaces: Sequence[tuple[int, Surface]],
    readers: Sequence[PictureReader],
    detectors: Sequence[PictureDetector],
    pool: Executor,
    clock: Clock,
) -> None:
    """Read and look at surfaces; what is found is added to `seen`.

    Surfaces are worked on side by side, as far as the pool has threads. One plugin that fails, or is not done in
    time, is a fault of the part it was looking at.
    """
    plugins: list[Plugin] = [*readers, *detectors]
    tasks = [
        _Task(part, surface, plugin, pool.submit(_run, plugin, surface, clock))
        for part, surface in surfaces
        if surface.ink
        for plugin in plugins
    ]
    failed: dict[tuple[int, str], Finding] = {}
    for task in tasks:
        name = task.plugin.name
        try:
            _take(seen, content, task, task.future.result(timeout=clock.left))
        except (FutureTimeout, TimeoutError):
            task.future.cancel()
            found = _failure(content, task, "fault.deadline", "it did not finish in time")
            failed.setdefault((task.part, name), found)
        except ModelError as error:
            found = _failure(content, task, "fault.uninspected", error.hint or "no model")
            failed.setdefault((task.part, name), found)
        except (Exception, SystemExit) as error:
            # Its message may quote content, so it is dropped.
            found = _failure(content, task, "fault.detector", type(error).__name__)
            failed.setdefault((task.part, name), found)
    seen.findings += failed.values()


def _failure(content: Content, task: _Task, category: str, reason: str) -> Finding:
    return fault(content, task.part, Meta("content"), category, task.plugin.name, reason)


def _run(plugin: Plugin, surface: Surface, stop: Stop) -> list[Strip] | list[Sight]:
    if stop():
        raise TimeoutError
    if isinstance(plugin, PictureReader):
        return list(plugin.read_picture(surface, stop))
    return list(plugin.look(surface, stop))


def _take(seen: Seen, content: Content, task: _Task, result: Iterable[Strip | Sight]) -> None:
    for one in result:
        if isinstance(one, Strip):
            seen.strips.append((task.part, replace(one, item=task.surface.item, writable=False), -1))
            continue
        detector, surface = task.plugin, task.surface
        box = one.box
        bounded = 0 <= box.left < box.right <= surface.width and 0 <= box.top < box.bottom <= surface.height
        if isinstance(detector, PictureReader) or one.category not in detector.categories:
            raise ValueError("contract broken")
        if not bounded or not 0.0 <= one.score <= 1.0:
            raise ValueError("contract broken")
        seen.scores[one.category] = max(seen.scores.get(one.category, 0.0), one.score)
        if one.score >= detector.floor:
            made = fault(content, task.part, replace(box, page=surface.page), one.category, detector.name, "")
            seen.findings.append(replace(made, score=one.score, item=surface.item))


def fault(content: Content, part: int, place: Place, category: str, detector: str, reason: str) -> Finding:
    """A finding that there is no doubt about."""
    at = content[part]
    return Finding(category, 1.0, detector, part, place, at.modality, at.role, at.origin, reason=reason)
