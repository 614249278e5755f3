"""What was found and what would leave, drawn: marks on texts, boxes on pages, times on recordings."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from accord.core.content import Content, Part, Text
from accord.core.decision import Decision, Outcome
from accord.core.finding import Finding
from accord.core.media import Item, Sound, Surface
from accord.core.place import Box, Interval, Meta, Place, Span
from accord.core.taxonomy import CATEGORIES
from accord.guard.inspection import Inspection

MOST_PAGES = 12
"""How many pages of one file are shown."""

_WIDEST = 1240
_COLUMNS = 240
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


def findings(inspection: Inspection) -> list[dict[str, Any]]:
    """What was found: category, score and place, never a value."""
    return [
        {
            "category": one.category,
            "says": CATEGORIES.get(one.category, ""),
            "family": family(one.category),
            "score": round(one.score, 3),
            "detector": one.detector,
            "part": one.part,
            "item": one.item,
            "place": _place(one.place),
            "where": where(one.place),
            **({"reason": one.reason} if one.reason else {}),
        }
        for one in inspection.findings
    ]


def releases(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """What each destination would get, and why."""
    return [
        {
            "to": one.to.value,
            "decision": one.id,
            "outcome": one.outcome.value,
            "would": one.would.value,
            "rules": list(one.rules),
            "reasons": list(one.reasons),
            "verdicts": [
                {"outcome": v.outcome.value, "transform": v.transform, "rules": list(v.rules)} for v in one.verdicts
            ],
            "parts": None if one.content is None else [_left(part, i, one) for i, part in enumerate(one.content)],
        }
        for one in decisions
    ]


def boards(content: Content, inspection: Inspection) -> list[dict[str, Any]]:
    """The parts with what was found in them, to be drawn."""
    return [_board(index, part, inspection) for index, part in enumerate(content)]


def family(category: str) -> str:
    """The colour of a category: `privacy`, `safety` or `fault`."""
    return category.partition(".")[0]


def where(place: Place) -> str:
    """A place for people."""
    match place:
        case Span(start, end):
            return f"characters {start + 1} to {end}"
        case Box(left, top, right, bottom, page):
            return f"page {page + 1}, {right - left} × {bottom - top} pixels at {left}, {top}"
        case Interval(start, end):
            return f"{clock(start)} to {clock(end)}"
        case Meta(key):
            return "all of it" if key == "content" else key


def clock(seconds: float) -> str:
    """A time in a recording for people."""
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


def outcome_of(decision: Mapping[str, Any], number: int) -> str:
    """What becomes of one finding, in a word."""
    verdict = decision["verdicts"][number]
    return str(verdict["transform"] or verdict["outcome"])


def _place(place: Place) -> dict[str, Any]:
    kind = {Span: "text", Box: "page", Interval: "sound", Meta: "entry"}[type(place)]
    return {"kind": kind, **{name: getattr(place, name) for name in type(place).__slots__}}


def _left(part: Part, index: int, decision: Decision) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"kind": "text", "text": part.reveal()}
    kind = part.media_type or "application/octet-stream"
    said = [one.text for one in decision.transcripts if one.part == index]
    made: dict[str, Any] = {"kind": part.modality.value, "media_type": kind, "bytes": len(part)}
    made["url"] = f"data:{kind};base64,{base64.b64encode(part.reveal()).decode('ascii')}"
    made["name"] = f"{decision.to.value}-{index + 1}{_ENDINGS.get(kind, '.' + kind.rpartition('/')[2])}"
    made["shown"] = kind in _SHOWN
    return made | ({"transcript": "\n".join(said)} if said else {})


def _board(index: int, part: Part, inspection: Inspection) -> dict[str, Any]:
    mine = [(number, one) for number, one in enumerate(inspection.findings) if one.part == index]
    if isinstance(part, Text):
        return {"kind": "text", "pieces": _pieces(part.reveal(), mine)}
    opening = inspection.openings.get(index)
    items = opening.items if opening else ()
    pages = [_page(surface, mine) for item in items for surface in item.surfaces if not surface.view]
    sound = next((item.sound for item in items if item.sound is not None), None)
    return {
        "kind": part.modality.value,
        "pages": [page for page, _ in zip(pages, range(MOST_PAGES), strict=False)],
        "left_out": max(0, len(pages) - MOST_PAGES),
        "sound": _sound(part, sound, mine) if sound is not None else None,
        "texts": [text for item in items for text in _texts(item)],
        "beside": [number for number, one in mine if isinstance(one.place, Meta)],
    }


def _pieces(text: str, found: Sequence[tuple[int, Finding]]) -> list[dict[str, Any]]:
    """A text cut where findings begin and end; the shortest finding of a stretch names it, at its end."""
    placed = [(number, one.place, one) for number, one in found if isinstance(one.place, Span) and len(one.place)]
    cuts = sorted({0, len(text), *(at for _, place, _ in placed for at in (place.start, place.end))})
    made: list[dict[str, Any]] = []
    for start, end in pairwise(cuts):
        covering = sorted(
            ((len(place), number, one) for number, place, one in placed if place.covers(Span(start, end))),
            key=lambda each: each[:2],
        )
        piece: dict[str, Any] = {"text": text[start:end], "findings": [number for _, number, _ in covering]}
        if covering:
            _, number, first = covering[0]
            ends = isinstance(first.place, Span) and first.place.end == end
            piece |= {"family": family(first.category), "label": first.category if ends else "", "number": number}
        made.append(piece)
    return made


def _page(surface: Surface, found: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
    boxes: list[dict[str, Any]] = [
        {
            "x": one.place.left,
            "y": one.place.top,
            "width": max(1, one.place.right - one.place.left),
            "height": max(1, one.place.bottom - one.place.top),
            "family": family(one.category),
            "category": one.category,
            "number": number,
        }
        for number, one in found
        if isinstance(one.place, Box) and (one.item, one.place.page) == (surface.item, surface.page)
    ]
    boxes.sort(key=_area, reverse=True)
    return {"url": _picture(surface), "width": surface.width, "height": surface.height, "boxes": boxes}


def _area(box: Mapping[str, Any]) -> float:
    return float(box["width"] * box["height"])


def _length(time: Mapping[str, Any]) -> float:
    return float(time["width"])


def _picture(surface: Surface) -> str:
    from PIL import Image

    picture = Image.fromarray(surface.pixels)
    picture.thumbnail((_WIDEST, 2 * _WIDEST))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=2)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"


def _sound(part: Part, sound: Sound, found: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
    assert not isinstance(part, Text)
    seconds = max(sound.seconds, 1e-6)
    times: list[dict[str, Any]] = [
        {
            "x": round(1000 * one.place.start / seconds, 1),
            "width": max(2.0, round(1000 * (one.place.end - one.place.start) / seconds, 1)),
            "family": family(one.category),
            "category": one.category,
            "number": number,
            "when": where(one.place),
        }
        for number, one in found
        if isinstance(one.place, Interval)
    ]
    times.sort(key=_length, reverse=True)
    kind = part.media_type or "audio/wav"
    return {
        "url": f"data:{kind};base64,{base64.b64encode(part.reveal()).decode('ascii')}",
        "seconds": clock(sound.seconds),
        "times": times,
        "outline": _outline(sound),
    }


def _outline(sound: Sound) -> str:
    """Its shape as the path of an SVG, 1000 wide and 100 high."""
    import numpy as np

    if not sound.frames:
        return ""
    loud = np.abs(sound.samples).max(axis=1)
    edges = np.linspace(0, sound.frames, min(_COLUMNS, sound.frames) + 1).astype(int)
    tops = np.maximum.reduceat(loud, edges[:-1]) * (48 / max(sound.loudness, 1e-6))
    across = [1000 * i / max(1, len(tops) - 1) for i in range(len(tops))]
    upper = [f"{x:.0f},{50 - max(0.5, top):.1f}" for x, top in zip(across, tops, strict=True)]
    lower = [f"{x:.0f},{50 + max(0.5, top):.1f}" for x, top in zip(across, tops, strict=True)]
    return f"M{' '.join(upper)} {' '.join(reversed(lower))}Z"


def _texts(item: Item) -> list[str]:
    """The texts of a file that stand on no page."""
    return [strip.text for strip in item.strips if strip.boxes is None and strip.writable and strip.text.strip()]


def summary(findings_: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """Categories with their colour and count, the most frequent first."""
    counts: dict[str, int] = {}
    for one in findings_:
        counts[one["category"]] = counts.get(one["category"], 0) + 1
    return [(category, family(category), count) for category, count in sorted(counts.items(), key=lambda c: -c[1])]


WORDS = {
    Outcome.ALLOW.value: "gets it as it is",
    Outcome.TRANSFORM.value: "gets it changed",
    Outcome.HOLD.value: "gets it once a person agreed",
    Outcome.BLOCK.value: "does not get it",
}
"""What each outcome means for a destination."""
