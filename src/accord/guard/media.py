"""What is in pictures, recordings and documents: opened, looked at and heard before all text is read together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field, replace
from itertools import islice

from accord.core.content import Content, Document, Text
from accord.core.finding import Finding
from accord.core.media import Flaw, Heard, Looked, Noise, Opening, Sight, Sound, Strip, Surface
from accord.core.place import Meta, Place, Span
from accord.core.roles import Media, Opener, PictureDetector, PictureReader, SoundDetector, SoundReader, Stop
from accord.errors import ModelError
from accord.guard.read import Reads
from accord.media.limits import MediaLimits

_AUTHORS = ("author", "artist", "creator", "byline", "lastmodifiedby", "ownername", "owner", "manager", "copyright")

Plugin = PictureReader | PictureDetector | SoundReader | SoundDetector
Scene = Surface | Sound
"""What can be looked at or listened to."""


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
    """What pictures, recordings and documents hold, by index of the part.

    Attributes:
        openings: the parts that are no text, opened.
        strips: their text: the part, the strip and its number among the strips of its item; -1 for what was seen
            or heard.
        enclosures: files written inside texts, by where they stand on the tape.
        spent: seconds that opening took.
        findings: what was seen in them, and what could not be.
        scores: the highest score of each category, also below the floor of its detector.
        languages: what language was spoken (BCP 47), by index of the part.
    """

    openings: dict[int, Opening] = field(default_factory=dict)
    strips: list[tuple[int, Strip, int]] = field(default_factory=list)
    enclosures: dict[Span, Enclosure] = field(default_factory=dict)
    spent: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """How much there is to read."""
        return sum(len(strip.text) for _, strip, _ in self.strips)

    def take(self, content: Content, part: int, opening: Opening, base: int = 0) -> None:
        """Add what an opened file holds to what is known of its part; its items count from `base`."""
        before = self.openings.get(part, Opening())
        self.openings[part] = Opening(before.items + opening.items, before.flaws + opening.flaws)
        self.strips += [(part, s, n) for item in opening.items for n, s in enumerate(item.strips)]
        self.findings += _flaws(content, part, opening, base)
        self.findings += _metadata(content, part, opening)

    @property
    def pixels(self) -> int:
        """How many there are in all that was opened."""
        return sum(s.width * s.height for o in self.openings.values() for item in o.items for s in item.surfaces)

    def next_item(self, part: int) -> int:
        """The number that the next file of a part gets: none has the number of another."""
        own = max((item.number for item in self.openings.get(part, Opening()).items), default=0)
        inside = (e.base + max(1, len(e.opening.items)) - 1 for e in self.enclosures.values() if e.part == part)
        return 1 + max(own, *inside, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure:
    """A file written inside a text, opened.

    Attributes:
        part: the part whose text it stands in.
        base: what was added to the numbers of its items, so that they are its own within the part.
        level: in how many other enclosed files it stands.
        file: the file as a part of its own.
        opening: how it was opened, with numbers from 0.
    """

    part: int
    base: int
    level: int
    file: Document
    opening: Opening


def scenes_of(part: int, opening: Opening) -> list[tuple[int, Scene]]:
    """What there is to look at and to hear in an opening, with the part it belongs to."""
    seen: list[tuple[int, Scene]] = [(part, surface) for item in opening.items for surface in item.surfaces]
    return seen + [(part, item.sound) for item in opening.items if item.sound is not None]


def megapixels(scenes: Iterable[tuple[int, Scene]]) -> float:
    """How much there is to look at."""
    return sum(scene.width * scene.height for _, scene in scenes if isinstance(scene, Surface)) / 1e6


def minutes(scenes: Iterable[tuple[int, Scene]]) -> float:
    """How much there is to hear."""
    return sum(scene.seconds for _, scene in scenes if isinstance(scene, Sound)) / 60


def open_all(content: Content, opener: Opener | None, limits: MediaLimits, pool: Executor) -> Seen:
    """Open every part that is no text.

    Each is bounded by the opener; together they get no more pixels and seconds than `limits` allows.
    """
    seen = Seen()
    waiting: list[tuple[int, Future[Opening]]] = []
    for index, part in enumerate(content):
        if isinstance(part, Text):
            continue
        if part.media_type.startswith("text/"):
            # It calls itself text and is not; whatever else it is, nobody asked for that.
            reason = "it is not valid text"
            seen.findings.append(fault(content, index, Meta("content"), "fault.undecodable", "guard", reason))
        elif opener is not None:
            waiting.append((index, pool.submit(_opened, opener, part)))
        else:
            reason = f"nothing here reads {part.modality.value}"
            seen.findings.append(fault(content, index, Meta("content"), "fault.uninspected", "guard", reason))
    begun = time.monotonic()
    for index, future in waiting:
        left = begun + (1 + len(waiting)) * limits.seconds - time.monotonic()
        try:
            seen.take(content, index, _affordable(seen, future.result(timeout=max(0.0, left)), limits))
        except FutureTimeout:
            future.cancel()
            seen.take(content, index, Opening((), (Flaw("fault.deadline", "it could not be opened in time"),)))
    seen.spent = time.monotonic() - begun
    return seen


def _affordable(seen: Seen, opening: Opening, limits: MediaLimits) -> Opening:
    """An opening, or none where all that was opened together would be more than is looked at."""
    pixels = sum(s.width * s.height for item in opening.items for s in item.surfaces)
    if seen.pixels + pixels <= limits.total_pixels:
        return opening
    return Opening((), (Flaw("fault.uninspected", "more pixels than are looked at in one content"),))


def open_enclosed(
    content: Content, reads: Reads, seen: Seen, opener: Opener, limits: MediaLimits, level: int
) -> list[tuple[int, Scene]]:
    """Open the files written inside texts that were not opened yet.

    Args:
        content: the parts.
        reads: what was read so far.
        seen: what is known; it grows.
        opener: opens them.
        limits: for all of them together; what is beyond stays unopened.
        level: in how many other enclosed files they stand.

    Returns:
        What is to be looked at and heard, with the parts.
    """
    fresh: list[tuple[int, Scene]] = []
    for index, file in reads.enclosed:
        span = reads.region(index, file)
        if span in seen.enclosures or len(seen.enclosures) >= limits.files or seen.spent >= limits.seconds:
            continue
        part = reads.tape.places(span)[0][0].part
        given = Document(file.data, role=content[part].role)
        begun = time.monotonic()
        opening = _affordable(seen, opener.open(given, lambda: False), limits)
        seen.spent += time.monotonic() - begun
        base = seen.next_item(part)
        seen.enclosures[span] = Enclosure(part, base, level, given, opening)
        moved = _moved(opening, base)
        seen.take(content, part, moved, base)
        fresh += scenes_of(part, moved)
    return fresh


def _moved(opening: Opening, base: int) -> Opening:
    """The same opening with other numbers."""
    items = [
        replace(
            item,
            number=item.number + base,
            parent=None if item.parent is None else item.parent + base,
            surfaces=tuple(replace(s, item=s.item + base) for s in item.surfaces),
            sound=None if item.sound is None else replace(item.sound, item=item.sound.item + base),
            strips=tuple(replace(s, item=s.item + base) for s in item.strips),
        )
        for item in opening.items
    ]
    return Opening(tuple(items), tuple(replace(flaw, item=flaw.item + base) for flaw in opening.flaws))


def _opened(opener: Opener, part: Media) -> Opening:
    return opener.open(part, lambda: False)


def _flaws(content: Content, index: int, opening: Opening, base: int) -> list[Finding]:
    found = [
        replace(fault(content, index, flaw.place, flaw.category, "opener", flaw.reason), item=flaw.item)
        for flaw in opening.flaws
    ]
    if not opening.items and not found:
        made = fault(content, index, Meta("content"), "fault.undecodable", "opener", "nothing could be opened")
        found.append(replace(made, item=base))
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
    scene: Scene
    plugin: Plugin
    future: Future[_Result]


_Result = list[Strip] | list[Sight] | list[Noise] | Heard | Looked


def look(
    seen: Seen,
    content: Content,
    scenes: Sequence[tuple[int, Scene]],
    plugins: Sequence[Plugin],
    pool: Executor,
    clock: Clock,
) -> set[str]:
    """Look at surfaces and listen to sounds; what is found is added to `seen`. Gives the names of what failed.

    They are worked on side by side, as far as the pool has threads; only a few are handed to it at a time, so that
    other inspections get their turn. One plugin that fails, or is not done in time, is a fault of the part it was
    looking at.
    """
    failed = _unread(content, scenes, plugins)
    work = iter([(part, scene, p) for part, scene in scenes for p in plugins if _suits(p, scene)])
    tasks: deque[_Task] = deque()
    while True:
        for part, scene, plugin in islice(work, _AHEAD - len(tasks)):
            tasks.append(_Task(part, scene, plugin, pool.submit(_run, plugin, scene, clock)))
        if not tasks:
            break
        task = tasks.popleft()
        found = _result(seen, content, task, clock)
        if found is not None:
            failed.setdefault((task.part, task.plugin.name), found)
    seen.findings += failed.values()
    return {one.detector for one in failed.values() if one.category != "fault.deadline"}


_AHEAD = 4


def _unread(
    content: Content, scenes: Sequence[tuple[int, Scene]], plugins: Sequence[Plugin]
) -> dict[tuple[int, str], Finding]:
    """A fault for each part with something that no reader here is for."""
    found = {}
    for part, scene in scenes:
        kind = "sound" if isinstance(scene, Sound) else "pictures"
        if _worth(scene) and not any(
            isinstance(p, PictureReader | SoundReader) and _suits(p, scene) for p in plugins
        ):
            reason = f"no reader here reads {kind}"
            found[part, kind] = fault(content, part, Meta("content"), "fault.uninspected", "guard", reason)
    return found


def _result(seen: Seen, content: Content, task: _Task, clock: Clock) -> Finding | None:
    """Take over what one task found; what went wrong is returned."""
    try:
        _take(seen, content, task, task.future.result(timeout=clock.left))
    except (FutureTimeout, TimeoutError):
        task.future.cancel()
        return _failure(content, task, "fault.deadline", "it did not finish in time")
    except ModelError as error:
        return _failure(content, task, "fault.uninspected", error.hint or "no model")
    except (Exception, SystemExit) as error:
        # Its message may quote content, so it is dropped.
        return _failure(content, task, "fault.detector", type(error).__name__)
    return None


def _suits(plugin: Plugin, scene: Scene) -> bool:
    """Whether a plugin is for this kind of thing, and there is something in it."""
    if not _worth(scene):
        return False
    wanted = SoundReader | SoundDetector if isinstance(scene, Sound) else PictureReader | PictureDetector
    return isinstance(plugin, wanted)


def _worth(scene: Scene) -> bool:
    """Whether there is anything to be found: no empty page, no silence."""
    return scene.loudness > 0 if isinstance(scene, Sound) else scene.ink > 0


def _failure(content: Content, task: _Task, category: str, reason: str) -> Finding:
    return fault(content, task.part, Meta("content"), category, task.plugin.name, reason)


def _run(plugin: Plugin, scene: Scene, stop: Stop) -> _Result:
    if stop():
        raise TimeoutError
    result = _seen_by(plugin, scene, stop)
    if stop():
        raise TimeoutError  # it may have returned early, with less than there is
    return result


def _seen_by(plugin: Plugin, scene: Scene, stop: Stop) -> _Result:
    if isinstance(scene, Sound):
        if isinstance(plugin, SoundReader):
            return plugin.read_sound(scene, stop)
        if isinstance(plugin, SoundDetector):
            return list(plugin.listen(scene, stop))
    elif isinstance(plugin, PictureReader):
        read = plugin.read_picture(scene, stop)
        return read if isinstance(read, Looked) else list(read)
    elif isinstance(plugin, PictureDetector):
        return list(plugin.look(scene, stop))
    raise TypeError("no plugin for this kind of thing")


def _take(seen: Seen, content: Content, task: _Task, result: _Result) -> None:
    item = task.scene.item
    if isinstance(result, Heard | Looked):
        for flaw in result.flaws:
            made = fault(content, task.part, flaw.place, flaw.category, task.plugin.name, flaw.reason)
            seen.findings.append(replace(made, item=item))
        if isinstance(result, Heard) and result.language:
            seen.languages.setdefault(task.part, result.language)
        result = list(result.strips)
    for one in result:
        if isinstance(one, Strip):
            seen.strips.append((task.part, replace(one, item=item, writable=False), -1))
        else:
            _note(seen, content, task, one)


def _note(seen: Seen, content: Content, task: _Task, one: Sight | Noise) -> None:
    detector = task.plugin
    place = _bounded(one, task.scene)
    if not isinstance(detector, PictureDetector | SoundDetector) or one.category not in detector.categories:
        raise ValueError("contract broken")
    if place is None or not 0.0 <= one.score <= 1.0:
        raise ValueError("contract broken")
    seen.scores[one.category] = max(seen.scores.get(one.category, 0.0), one.score)
    if one.score >= detector.floor:
        made = fault(content, task.part, place, one.category, detector.name, "")
        seen.findings.append(replace(made, score=one.score, item=task.scene.item))


def _bounded(one: Sight | Noise, scene: Scene) -> Place | None:
    """Where it is, if that is inside what was looked at."""
    if isinstance(one, Sight) and isinstance(scene, Surface):
        box = one.box
        inside = 0 <= box.left < box.right <= scene.width and 0 <= box.top < box.bottom <= scene.height
        return replace(box, page=scene.page) if inside else None
    if isinstance(one, Noise) and isinstance(scene, Sound):
        return one.interval if 0 <= one.interval.start < one.interval.end <= scene.seconds + 0.1 else None
    return None


def fault(content: Content, part: int, place: Place, category: str, detector: str, reason: str) -> Finding:
    """A finding that there is no doubt about."""
    at = content[part]
    return Finding(category, 1.0, detector, part, place, at.modality, at.role, at.origin, reason=reason)
