"""One person in the conversation of the demo: wherever the name stands, in letters, pixels or sound, one pseudonym.

Nothing is taken for granted: a place is only told of where the pseudonym was found in what leaves, or, in a picture,
where what leaves can be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from accord.cli import gallery, sounds, story
from accord.core.content import Audio, Image, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.core.finding import Finding
from accord.core.media import Opening
from accord.core.place import Box, Interval, Span
from accord.detect.speech.echoes import NAME, sounds_like
from accord.guard import Guard

_AROUND = 44


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few words around a value."""

    before: str
    value: str
    after: str


@dataclass(frozen=True, slots=True, repr=False)
class Spot:
    """One place of the person.

    Attributes:
        where: what it is, for people: `the picture`.
        place: where in it.
        file: the name of the sample it stands in.
        said: the words there, as they were read or heard.
        gets: the words there as they leave; None for pixels.
        before: the pixels there.
        after: the pixels as they leave.
    """

    where: str
    place: str
    file: str
    said: Snippet
    gets: Snippet | None = None
    before: gallery.Leaf | None = None
    after: gallery.Leaf | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the conversation names in several ways.

    Attributes:
        name: as the caller wrote it.
        tag: the pseudonym.
        spots: at most one for each board of the scene, in their order.
    """

    name: str
    tag: str
    spots: tuple[Spot, ...]


def person(guard: Guard, scene: story.Scene) -> Person | None:
    """Whoever is named in the most boards of a scene, as the model gets to know of them.

    Args:
        guard: the guard that released the scene.
        scene: a scene.

    Returns:
        None where nothing leaves for the model, or nobody is named.
    """
    decision = scene.decisions[Destination.MODEL]
    if decision.content is None:
        return None
    spots: dict[str, dict[str, Spot]] = {}
    values: dict[str, str] = {}
    boards = {index: board.name for board in scene.boards for index in board.parts}
    for number, verdict in enumerate(decision.verdicts):
        finding = verdict.finding
        if finding.category != NAME or verdict.outcome is not Outcome.TRANSFORM:
            continue
        value = _meant(guard, scene, finding)
        tag = guard.pseudonyms.tag(scene.inspection.context, NAME, value, finding.origin)
        board = boards[finding.part]
        if board not in spots.setdefault(tag, {}):
            spot = _spot(scene, decision, number, finding, tag)
            if spot is not None:
                spots[tag][board] = spot
                values.setdefault(tag, value)
    if not values:
        return None
    best = max(values, key=lambda tag: len(spots[tag]))
    return Person(values[best], best, tuple(spots[best].values()))


def _meant(guard: Guard, scene: story.Scene, finding: Finding) -> str:
    """The name of a finding; of what was heard, the known name that it sounds like."""
    value = _value(scene, finding)
    return sounds_like(value, guard.pseudonyms.names(scene.inspection.context)) or value


def _value(scene: story.Scene, finding: Finding) -> str:
    if finding.reading is None or finding.span is None:
        return ""
    return scene.inspection.readings[finding.reading].text[finding.span.start : finding.span.end]


def _spot(scene: story.Scene, decision: Decision, number: int, finding: Finding, tag: str) -> Spot | None:
    part = scene.content[finding.part]
    opened = scene.opened[decision.to]
    if isinstance(part, Text):
        return _written(scene, decision, finding, tag)
    if isinstance(part, Image):
        return _painted(scene, opened, finding)
    if isinstance(part, Audio):
        return _spoken(scene, decision, number, finding, tag)
    for sheet in gallery.sheets(scene.inspection.openings[finding.part], scene.inspection, finding.part):
        span = dict(sheet.placed).get(number)
        after = next(_tagged((s.text for s in gallery.sheets(opened[finding.part])), tag), None)
        if span is not None and after is not None:
            return Spot("the document", sheet.key, part.name, _around(sheet.text, span), after)
    return None


def _written(scene: story.Scene, decision: Decision, finding: Finding, tag: str) -> Spot | None:
    part, left = scene.content[finding.part], (decision.content or ())[finding.part]
    if not (isinstance(part, Text) and isinstance(left, Text) and isinstance(finding.place, Span)):
        return None
    after = next(_tagged([left.reveal()], tag), None)
    before = _around(part.reveal(), finding.place)
    return Spot("the text", f"message {part.message + 1}", scene.name, before, after) if after else None


def _painted(scene: story.Scene, opened: Mapping[int, Opening], finding: Finding) -> Spot | None:
    part, place = scene.content[finding.part], finding.place
    if not isinstance(place, Box):
        return None
    before = gallery.crop(scene.inspection.openings[finding.part], finding.item, place)
    after = gallery.crop(opened[finding.part], finding.item, place)
    if before is None or after is None:
        return None
    where = f"{place.left},{place.top}–{place.right},{place.bottom}"
    return Spot("the picture", where, part.name, Snippet("", _value(scene, finding), ""), None, before, after)


def _spoken(scene: story.Scene, decision: Decision, number: int, finding: Finding, tag: str) -> Spot | None:
    part = scene.content[finding.part]
    after = next(_tagged((t.text for t in decision.transcripts if t.part == finding.part), tag), None)
    if after is None or not isinstance(finding.place, Interval):
        return None
    for one in sounds.said(scene.inspection):
        span = dict(one.placed).get(number)
        if span is not None:
            when = sounds.span_words(finding.place)
            return Spot("the voice note", when, part.name, _around(one.text, span), after)
    return None


def _tagged(texts: Iterable[str], tag: str) -> Iterator[Snippet]:
    for text in texts:
        at = text.find(tag)
        if at >= 0:
            yield _around(text, Span(at, at + len(tag)))


def _around(text: str, span: Span) -> Snippet:
    """The words around a place, on its line."""
    start = max(text.rfind("\n", 0, span.start) + 1, span.start - _AROUND)
    line = text.find("\n", span.end)
    end = min(line if line >= 0 else len(text), span.end + _AROUND)
    before, after = text[start : span.start], text[span.end : end]
    if start > 0 and text[start - 1] != "\n":
        before = "…" + re.sub(r"^\S*\s", " ", before)
    if end < len(text) and text[end] != "\n":
        after = re.sub(r"\s\S*$", " ", after) + "…"
    return Snippet(before, text[span.start : span.end], after)
