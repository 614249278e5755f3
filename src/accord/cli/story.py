"""What the demo tells: shipped samples, run through a real guard, for a model, a reviewer and a data set.

The first scene is one conversation: its messages, a picture, a document and a voice note are one content, inspected
and decided as one. The other samples are scenes of their own.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from itertools import pairwise

from accord.batch.inputs import to_input
from accord.core.content import Audio, Content, Context, Image, Part, Role, Text
from accord.core.decision import Decision, Destination
from accord.core.media import Opening
from accord.core.place import Span
from accord.core.reading import Reading
from accord.guard import Guard, Inspection

TOWARDS = (Destination.MODEL, Destination.REVIEWER, Destination.DATASET)
"""Whom the demo releases to, side by side."""

CONVERSATION = "conversation.json"
ATTACHED = ("inbox.png", "letter.docx", "voice-note.ogg")
"""What belongs to the conversation."""

SCENES = (CONVERSATION, "service.log", "mail.eml", "card.jpg", "badge.png", "poster.png", "invoice.pdf")
"""The scenes of the demo, in order."""

TEXTS = SCENES[:3]
NAMES = (*SCENES, *ATTACHED)
"""All samples."""

_TITLES = {
    "conversation.json": (
        "One conversation",
        "A customer writes to a booking assistant, in three languages, and sends a screenshot, a letter and a voice"
        " note of her husband's. It is one content: inspected at once, decided at once.",
    ),
    "service.log": ("A service log", "A morning of a booking service, with one crash that says too much."),
    "mail.eml": (
        "A mail with an attack in it",
        "A price list whose web version holds white text on white, in base64, that gives orders to an assistant.",
    ),
    "inbox.png": ("A screenshot", "The inbox of a support desk, in pixels."),
    "card.jpg": ("A photo of a card", "Tilted, in uneven light, and its EXIF tells who took it, when and where."),
    "badge.png": ("A badge with a code", "A machine reads a whole business card out of the QR code."),
    "poster.png": (
        "A picture that gives orders",
        "The pale lines at its foot are meant for an assistant, not for people.",
    ),
    "invoice.pdf": (
        "An invoice",
        "Two pages of PDF, with a note stuck to one, metadata, and orders to an assistant in white on white.",
    ),
    "letter.docx": (
        "A letter",
        "A Word file with a comment, and a card number that was replaced while changes were tracked.",
    ),
    "voice-note.ogg": (
        "A voice note",
        "A man says his name, a card number digit by digit, a telephone number and an e-mail address. The voice is a"
        " synthesiser's.",
    ),
}
SPOKEN = {
    "voice-note.ogg": (
        "Hello, this is Mateo Ruiz. Please use my new card: four zero zero zero, zero five double six, double five"
        " double six, five five five six. Call me on two oh two, five five five, oh one double eight, or write to"
        " mateo dot ruiz at example dot net."
    )
}
"""What the synthesiser was given to say, to be held against what was understood."""

TAG = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[A-Z2-7]{4,16}\]")
"""What a pseudonym looks like."""

MARK = re.compile(r"\[[A-Z]+(?:_[A-Z0-9]+)*(?: \+\d+)?\]")
"""What stands in the place of a value: a pseudonym, a hash or a mask."""

_AROUND = 120
_LONGEST = 960
_SLOT = re.compile(r"\{([A-Z_]+)\|([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Scene:
    """One content, inspected once and released to everyone.

    Attributes:
        name: its file name.
        title: what it is.
        about: what it is about, in a sentence.
        content: the sample itself.
        inspection: what was found.
        seconds: how long the inspection took.
        decisions: one for each of `TOWARDS`.
        opened: what leaves, where that is no text, opened again to see what is in it: by index of the part.
        left_out: attachments that could not be inspected here, so that they are scenes of their own.
    """

    name: str
    title: str
    about: str
    content: Content
    inspection: Inspection
    seconds: float
    decisions: Mapping[Destination, Decision]
    opened: Mapping[Destination, Mapping[int, Opening]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def boards(self) -> list[Board]:
        """Its parts as they are shown: all texts together, everything else by itself."""
        texts = tuple(index for index, part in enumerate(self.content) if isinstance(part, Text))
        boards = [Board(self.name, texts, "What is written")] if texts else []
        for index, part in enumerate(self.content):
            if index not in texts:
                boards.append(Board(part.name, (index,), _TITLES.get(part.name, (part.name,))[0]))
        return boards

    @property
    def visual(self) -> bool:
        """Whether it is one picture, document or recording, and no text."""
        return len(self.content) == 1 and not isinstance(self.content[0], Text)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many findings of each category, most first."""
        counts = Counter(finding.category for finding in self.inspection.findings)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True, slots=True)
class Board:
    """Some parts of a scene that are shown together.

    Attributes:
        name: of the file.
        parts: indices of the parts.
        title: what it is.
    """

    name: str
    parts: tuple[int, ...]
    title: str


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A made-up answer on its way back.

    Attributes:
        answer: as the model wrote it, with the pseudonyms it was given.
        decision: the release to the user.
        restored: the places, in what the user gets, of the user's own values.
    """

    answer: str
    decision: Decision
    restored: tuple[Span, ...]

    @property
    def shown(self) -> str:
        """What the user gets; empty where nothing is released."""
        return text_of(self.decision.content) if self.decision.content else ""


def sample(name: str) -> str:
    """The text of a shipped sample."""
    return sample_bytes(name).decode("utf-8")


def sample_bytes(name: str) -> bytes:
    """A shipped sample."""
    return resources.files("accord").joinpath("samples", name).read_bytes()


def conversation(without: Sequence[str] = ()) -> tuple[Content, str]:
    """The messages of the conversation as parts, and the answer that a model might give.

    Args:
        without: names of attachments to be left out.
    """
    whole = json.loads(sample(CONVERSATION))
    parts: list[Part] = []
    for number, message in enumerate(whole["messages"]):
        role = Role(message["role"])
        parts.append(Text(message["content"], role=role, message=number))
        for name in message.get("attachments", ()):
            if name not in without:
                attached = to_input(sample_bytes(name), name=name, role=role).part
                parts.append(replace(attached, message=number))
    return tuple(parts), whole["answer"]


def text_of(content: Content) -> str:
    """The text parts of a content, one after the other."""
    return "\n".join(part.reveal() for part in content if isinstance(part, Text))


def scenes(guard: Guard, context: Context) -> list[Scene]:
    """All scenes; what had to be left out of the conversation comes after it."""
    made: list[Scene] = []
    for name in SCENES:
        made.append(scene(guard, name, context))
        made += [scene(guard, each, context) for each in made[-1].left_out]
    return made


def scene(guard: Guard, name: str, context: Context) -> Scene:
    """Inspect a sample, or the whole conversation, and release it to everyone.

    An attachment that cannot be inspected here, because weights are missing, would hold up everything that was said:
    it is left out of the conversation.
    """
    content: Content = (to_input(sample_bytes(name), name=name).part,)
    if name == CONVERSATION:
        content, _ = conversation()
    begun = time.perf_counter()
    inspection = guard.inspect(content, context)
    left_out = _unread(content, inspection) if name == CONVERSATION else ()
    if left_out:
        content, _ = conversation(left_out)
        begun = time.perf_counter()
        inspection = guard.inspect(content, context)
    seconds = time.perf_counter() - begun
    decisions = {to: inspection.release(to) for to in TOWARDS}
    title, about = _TITLES[name]
    opened = {to: _opened(guard, decision) for to, decision in decisions.items()}
    return Scene(name, title, about, content, inspection, seconds, decisions, opened, left_out)


def _unread(content: Content, inspection: Inspection) -> tuple[str, ...]:
    """Names of the parts that are no text and have a fault."""
    faulty = {finding.part for finding in inspection.findings if finding.category.startswith("fault.")}
    return tuple(part.name for index, part in enumerate(content) if index in faulty and not isinstance(part, Text))


def _opened(guard: Guard, decision: Decision) -> dict[int, Opening]:
    if guard.opener is None:
        return {}
    parts = enumerate(decision.content or ())
    return {i: guard.opener.open(part, lambda: False) for i, part in parts if not isinstance(part, Text)}


def round_trip(guard: Guard, told: Decision, context: Context) -> RoundTrip:
    """Let a made-up answer come back: the user's own values are restored, new ones are judged.

    Args:
        guard: the guard that released the conversation.
        told: what the model was given.
        context: the same session.
    """
    _, template = conversation()
    given = text_of(tuple(part for part in told.content or () if part.role is Role.USER))
    answer = _SLOT.sub(lambda slot: _first_tag(given, slot[1]) or slot[2], template)
    decision = guard.inspect(Text(answer, role=Role.ASSISTANT), context).release(Destination.USER)
    shown = text_of(decision.content) if decision.content else ""
    return RoundTrip(answer, decision, _restored(guard, context, answer, shown))


def _first_tag(text: str, label: str) -> str:
    found = re.search(rf"\[{label}_[A-Z2-7]{{4,16}}\]", text)
    return found[0] if found else ""


def _restored(guard: Guard, context: Context, answer: str, shown: str) -> tuple[Span, ...]:
    """Where the values behind the pseudonyms of an answer stand in what the user gets."""
    spans, at = [], 0
    for tag in TAG.finditer(answer):
        value = guard.pseudonyms.restore(context, tag[0])
        start = shown.find(value, at)
        if value != tag[0] and start >= 0:
            at = start + len(value)
            spans.append(Span(start, at))
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something refused, in words that a plain look at the sample does not show.

    Attributes:
        category: what it is.
        path: the readings that led to it.
        how: why a plain look does not show it.
        before: what stands before it there.
        text: the words themselves.
        after: what follows.
    """

    category: str
    path: str
    how: str
    before: str
    text: str
    after: str


def hidden(scene: Scene) -> list[Hidden]:
    """What is refused somewhere and was found by reading what was encoded or disguised."""
    found: dict[str, Hidden] = {}
    for index, finding in enumerate(scene.inspection.findings):
        refused = any(not d.verdicts[index].outcome.releases for d in scene.decisions.values())
        if not refused or finding.reading is None or finding.span is None:
            continue
        reading, span = _decoded(scene.inspection.readings, finding.reading, finding.span)
        how = _how(scene.content[finding.part], reading)
        if not how:
            continue
        start, end = max(0, span.start - _AROUND), min(len(reading.text), span.end + _AROUND)
        words = reading.text[span.start : span.end]
        one = Hidden(
            finding.category,
            reading.path.replace(">", " › "),
            how,
            ("… " if start else "") + reading.text[start : span.start],
            words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …",
            reading.text[span.end : end] + (" …" if end < len(reading.text) else ""),
        )
        found.setdefault(" ".join(words.split()), one)
    return list(found.values())


def _decoded(readings: Sequence[Reading], index: int, span: Span) -> tuple[Reading, Span]:
    """Where the words of a finding can be read: where it covers something encoded, in what that says."""
    place = readings[index].tape_span(span)
    for reading in readings:
        whole = Span(0, len(reading.text))
        if readings[index].source is None and reading.is_decoded and place.covers(reading.tape_span(whole)):
            return reading, whole
    return readings[index], span


def _how(part: Part, reading: Reading) -> str:
    if isinstance(part, Text):
        return "A plain search of the sample finds none of these words." if reading.source else ""
    if reading.root.disguise:
        return "Whoever looks at the file does not see these words."
    if isinstance(part, Audio):
        return "They are spoken: no search for text finds them."
    return "They stand in pixels: no search for text finds them." if isinstance(part, Image) else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with the findings that cover it."""

    text: str
    findings: tuple[int, ...] = ()


def pieces(text: str, found: Sequence[tuple[int, Span]]) -> list[Piece]:
    """Cut a text where findings begin and end.

    Args:
        text: a text.
        found: the numbers of its findings, each with its characters.
    """
    placed = [(number, place) for number, place in found if len(place)]
    cuts = sorted({0, len(text), *(at for _, place in placed for at in (place.start, place.end))})
    made = []
    for start, end in pairwise(cuts):
        covering = tuple(number for number, place in placed if place.start <= start and end <= place.end)
        made.append(Piece(text[start:end], covering))
    return made
