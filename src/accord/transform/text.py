"""Rewriting text: edits go into the frame they belong to, and frames back into their source.

A value found inside base64 is replaced in the decoded text, which is encoded again, so that the result still is
base64. Where an edit cuts across the border of such a frame, the whole frame is swallowed: better too much hidden
than half a value left.

How a replacement is written depends on the syntax around it (`Field.syntax`): a JSON number becomes a string, text in
markup is escaped.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from accord.core.content import Content, Context, Modality, Part, Text
from accord.core.edit import Edit, merge, strongest
from accord.core.media import Patch
from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.tape import Lane, Tape
from accord.transform.pseudonyms import Batch, Pseudonyms, label
from accord.transform.standins_own import without_parts

NOTICE = "[withheld: this part could not be inspected]"
"""What stands in place of a part that could not be inspected and is released without it."""


@dataclass(frozen=True, slots=True, repr=False)
class _Patch:
    """A stretch of a frame and what is written there instead."""

    span: Span
    text: str


Write = Callable[[Edit, str], str]
Written = Mapping[Reading | None, Sequence[tuple[Span, str]]]


@dataclass(frozen=True, slots=True, repr=False)
class Rewritten:
    """What edits made of a content, by index of the part.

    Attributes:
        texts: the text parts that changed.
        patches: what is to be written into the strips of other parts.
        spoken: what was said, rewritten, by the lane it lies on.
    """

    texts: dict[int, Text]
    patches: dict[int, list[Patch]]
    spoken: dict[Lane, str]


class TextRewriter:
    """Carries out edits on the text parts of a content.

    Args:
        pseudonyms: issues the names that stand for values.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def rewrite(
        self,
        tape: Tape,
        roots: Sequence[Reading],
        edits: dict[Reading | None, list[Edit]],
        context: Context,
        written: Written | None = None,
    ) -> Rewritten:
        """Carry out edits.

        Args:
            tape: the texts.
            roots: the readings of the tape, whose fields tell the syntax of what stands there.
            edits: by frame; None is the tape.
            context: whose pseudonyms are used.
            written: by frame, what is written anew as it is given; an edit that touches it swallows it.

        Returns:
            What changed, by index of the part within the content.
        """
        batch: list[Batch] = []  # what keeps pseudonyms may be a database: looked up once
        if any(edits.values()):
            batch.append(self._pseudonyms.batch(context, lambda: [root.text for root in roots]))
            edits = without_parts(edits, roots, batch[0])

        def write(edit: Edit, text: str) -> str:
            value = edit.value if edit.value is not None else text
            if edit.transform != "pseudonymise":
                return self.replacement(edit, value, context)
            return batch[0].tag(edit.category, value, edit.origin)

        patches = _Frames(edits, write, written or {}).fold(roots)
        return _cut(tape, patches)

    def replacement(self, edit: Edit, value: str, context: Context) -> str:
        """What a transform writes in place of a value."""
        match edit.transform:
            case "pseudonymise":
                return self._pseudonyms.tag(context, edit.category, value, edit.origin)
            case "hash":
                return self._pseudonyms.digest(context, edit.category, value)
            case "generalise":
                return generalise(edit.category, value)
            case "mask":
                return f"[{label(edit.category)}]"
            case _:
                return ""


class _Frames:
    """Folds edits of nested frames outward until all of them are patches of the tape."""

    def __init__(self, edits: dict[Reading | None, list[Edit]], write: Write, written: Written) -> None:
        self._edits = {frame: list(found) for frame, found in edits.items()}
        self._write = write
        self._patches = {frame: [_Patch(span, text) for span, text in found] for frame, found in written.items()}

    def fold(self, roots: Sequence[Reading]) -> list[_Patch]:
        """The patches of the tape, sorted and disjoint."""
        inner: set[Reading] = set()
        for edited in (*self._edits, *self._patches):
            frame = edited
            while frame is not None and frame not in inner:
                inner.add(frame)
                frame = frame.source.frame if frame.source else None
        # The deepest first, so that what it becomes is part of its parent when that is folded.
        for frame in sorted(inner, key=lambda f: f.depth, reverse=True):
            self._fold_one(frame)
        lanes = _Lanes(roots)
        return self._resolve(None, lanes.fields_in, lanes.text)

    def _fold_one(self, frame: Reading) -> None:
        patches = self._resolve(frame, frame.fields_in, lambda span: frame.text[span.start : span.end])
        source, encode, region = frame.source, frame.encode, frame.region
        if source is None or encode is None or region is None:
            raise ValueError("a frame is a codec reading of a source")
        parent = source.frame
        outer = source.frame_span(region)
        self._patches.setdefault(parent, []).append(_Patch(outer, encode(_apply(frame.text, patches))))

    def _resolve(
        self, frame: Reading | None, fields_in: Callable[[Span], Sequence[Field]], text_of: Callable[[Span], str]
    ) -> list[_Patch]:
        """All patches of one frame: its own edits written out, with the frames inside it that no edit touches."""
        edits = [
            piece for edit in self._edits.get(frame, []) for piece in _fitted(edit, fields_in(edit.span), text_of)
        ]
        inner = _without_overlap(self._patches.get(frame, []))
        for patch in inner.clashing:
            edits.append(Edit(patch.span, "remove", "fault.undecodable", ()))
        merged = merge(_swallow(edits, inner.apart))
        swallowed = [edit.span for edit in merged]
        kept = [patch for patch in inner.apart if not _touching(swallowed, patch.span)]
        written = [
            _Patch(e.span, _syntax(self._write(e, text_of(e.span)), fields_in(e.span), e.span)) for e in merged
        ]
        return sorted([*kept, *written], key=lambda p: p.span)


@dataclass(frozen=True, slots=True)
class _Inner:
    apart: list[_Patch]
    clashing: list[_Patch]


def _without_overlap(patches: Sequence[_Patch]) -> _Inner:
    """Frames of one parent that overlap were read twice from the same characters; neither can be written back."""
    apart: list[_Patch] = []
    clashing: list[_Patch] = []
    for patch in sorted(patches, key=lambda p: p.span):
        if apart and apart[-1].span.touches(patch.span):
            clashing.append(_Patch(apart.pop().span.join(patch.span), ""))
        elif clashing and clashing[-1].span.touches(patch.span):
            clashing[-1] = _Patch(clashing[-1].span.join(patch.span), "")
        else:
            apart.append(patch)
    return _Inner(apart, clashing)


def _touching(spans: Sequence[Span], span: Span) -> Sequence[Span]:
    """Those of some sorted, disjoint spans that share a character with another."""
    first = bisect_right(spans, span.start, key=lambda s: s.end)
    last = bisect_left(spans, span.end, key=lambda s: s.start)
    return spans[first:last]


def _swallow(edits: Sequence[Edit], patches: Sequence[_Patch]) -> list[Edit]:
    """Extend every edit that cuts into a frame inside this one until it covers that frame."""
    inside = [patch.span for patch in patches]
    grown = []
    for edit in edits:
        cut = _touching(inside, edit.span)
        if not cut:
            grown.append(edit)
            continue
        span = edit.span.join(cut[0]).join(cut[-1])
        transform = strongest((edit.transform, "mask"), Modality.TEXT)
        grown.append(replace(edit, span=span, transform=transform, value=None))
    return grown


_STRICT = ("json.", "csv.", "html.")
"""Syntaxes in which nothing but punctuation and names stands between one field and the next."""


def _fitted(edit: Edit, fields: Sequence[Field], text_of: Callable[[Span], str]) -> list[Edit]:
    """Fit an edit to the fields it touches: each is rewritten for itself, and what parts them stays.

    A JSON number is replaced whole: half a number and half a tag would be no JSON.
    """
    if not fields:
        return [edit]
    if len(fields) == 1 and fields[0].span.covers(edit.span):
        whole = fields[0].syntax == "json.scalar" and fields[0].span != edit.span
        return [replace(edit, span=fields[0].span, value=None) if whole else edit]
    spans: list[Span | None] = []
    at = edit.span.start
    strict = any(field.syntax.startswith(_STRICT) for field in fields)
    for field in fields:
        if not strict and at < field.span.start:
            spans.append(_stripped(Span(at, field.span.start), text_of))
        inside = Span(max(field.span.start, edit.span.start), min(field.span.end, edit.span.end))
        spans.append(field.span if field.syntax == "json.scalar" else _stripped(inside, text_of))
        at = max(at, field.span.end)
    if not strict and at < edit.span.end:
        spans.append(_stripped(Span(at, edit.span.end), text_of))
    return [replace(edit, span=span, value=None) for span in spans if span is not None] or [edit]


def _stripped(span: Span, text_of: Callable[[Span], str]) -> Span | None:
    """A span without the punctuation and blanks at its ends; None where there is nothing else."""
    worth = [index for index, character in enumerate(text_of(span)) if character.isalnum()]
    return Span(span.start + worth[0], span.start + worth[-1] + 1) if worth else None


def _syntax(text: str, fields: Sequence[Field], span: Span) -> str:
    """Write a replacement the way the text around it needs it."""
    if any(field.syntax == "json.scalar" for field in fields):
        return json.dumps(text, ensure_ascii=False)
    if len(fields) != 1 or not fields[0].span.covers(span):
        return text
    match fields[0].syntax:
        case "json.string" | "code.string":
            return json.dumps(text, ensure_ascii=False)[1:-1]
        case "csv.quoted":
            return text.replace('"', '""')
        case "csv.bare":
            return re.sub(r'[,;\t"\r\n]', " ", text)
        case "html.text" | "html.attribute":
            return html.escape(text)
        case _:
            return text


def _apply(text: str, patches: Sequence[_Patch]) -> str:
    pieces, at = [], 0
    for patch in patches:
        pieces += [text[at : patch.span.start], patch.text]
        at = patch.span.end
    return "".join([*pieces, text[at:]])


class _Lanes:
    """The readings of the tape by where they lie on it."""

    def __init__(self, roots: Sequence[Reading]) -> None:
        self._roots = sorted((root for root in roots if root.starts is None), key=lambda r: r.offset)
        self._offsets = [root.offset for root in self._roots]

    def _at(self, at: int) -> Reading | None:
        index = bisect_right(self._offsets, at) - 1
        return self._roots[index] if index >= 0 else None

    def fields_in(self, span: Span) -> Sequence[Field]:
        """The fields that share a character with a stretch of tape, placed on the tape."""
        root = self._at(span.start)
        if root is None or not root.fields:
            return ()
        shift = root.offset
        inside = root.fields_in(Span(span.start - shift, max(span.start, span.end) - shift))
        return [replace(f, span=Span(f.span.start + shift, f.span.end + shift)) for f in inside]

    def text(self, span: Span) -> str:
        """What stands on a stretch of tape."""
        root = self._at(span.start)
        return root.text[span.start - root.offset : span.end - root.offset] if root else ""


def _cut(tape: Tape, patches: Sequence[_Patch]) -> Rewritten:
    """Give each text its patches; one that runs over a border is written in the first text it touches."""
    mine: dict[Lane, list[_Patch]] = {}
    for patch in patches:
        text = patch.text
        for lane, span in tape.places(patch.span):
            mine.setdefault(lane, []).append(_Patch(span, text))
            text = ""
    made = Rewritten({}, {}, {})
    for lane, own in mine.items():
        old = tape.content[lane.part]
        if lane.strip is not None and lane.strip.times is not None:
            made.spoken[lane] = _apply(lane.strip.text, own)
        elif lane.strip is not None:
            item, number = lane.strip.item, lane.number
            made.patches.setdefault(lane.part, []).extend(Patch(number, p.span, p.text, item) for p in own)
        elif isinstance(old, Text):
            made.texts[lane.part] = old.with_value(_apply(old.reveal(), own))
    return made


def withhold(part: Part) -> Text:
    """A notice in place of a part that could not be inspected."""
    return Text(NOTICE, role=part.role, message=part.message)


def splice(content: Content, changed: Mapping[int, Part]) -> Content:
    """The content with some parts replaced."""
    return tuple(changed.get(index, part) for index, part in enumerate(content))


_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


def generalise(category: str, value: str) -> str:
    """A coarser statement of the same kind: the year of a date, the network of an address, the country of a phone.

    What has no coarser form is masked.
    """
    if category.startswith("privacy.date.") and (year := _YEAR.search(value)):
        return year[1]
    if category == "privacy.network.ip":
        try:
            address = ip_address(value.strip("[]"))
        except ValueError:
            return "[IP]"
        return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
    if category == "privacy.location.gps" and len(found := re.findall(r"-?\d+\.\d", value)) == 2:
        return ", ".join(found)
    if category == "privacy.contact.phone" and (code := re.match(r"\+(1|7|\d{2})(?=[\s.\-(]|\d{6})", value)):
        return f"[PHONE +{code[1]}]"
    return f"[{label(category)}]"
