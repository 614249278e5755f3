"""The parts of a scene as the page draws them: texts with marks, pages with boxes, sound with its times."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from accord.batch.kinds import SUFFIX_OF
from accord.cli import gallery, sounds, story
from accord.core.content import Audio, Document, Image, Part, Text
from accord.core.decision import Decision
from accord.core.finding import Finding
from accord.core.media import Opening, Sound
from accord.core.place import Span
from accord.transform.pseudonyms import label

_FAMILY_OF = {
    "privacy.person": "who",
    "privacy.contact": "who",
    "privacy.biometric": "who",
    "privacy.id": "number",
    "privacy.financial": "number",
    "privacy.credential": "secret",
}
_TICKS = (1, 2, 5, 10, 30, 60, 300, 600)
_MOST_TICKS = 10


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text as the page draws it."""

    text: str
    kind: str = ""
    label: str = ""
    tip: str = ""
    row: str = ""


Found = Sequence[tuple[int, Finding]]
"""Findings with their numbers."""


def family(category: str) -> str:
    """The colour family of a category."""
    if category.startswith("safety."):
        return "unsafe"
    if category.startswith("fault."):
        return "fault"
    return _FAMILY_OF.get(".".join(category.split(".")[:2]), "where")


def boards(number: int, scene: story.Scene) -> list[dict[str, Any]]:
    """The parts of a scene with what was found in them, and as they leave for everyone.

    Args:
        number: of the scene on the page.
        scene: the scene.
    """
    made = []
    for at, board in enumerate(scene.boards):
        found = [(i, f) for i, f in enumerate(scene.inspection.findings) if f.part in board.parts]
        made.append(
            {
                "id": f"s{number}b{at}",
                "name": board.name,
                "title": board.title,
                "kind": _kind(scene.content[board.parts[0]]),
                "spoken": story.SPOKEN.get(board.name, ""),
                "original": _original(number, scene, board, found),
                "releases": [_left(scene, board, decision) for decision in scene.decisions.values()],
            }
        )
    return made


def _kind(part: Part) -> str:
    return "text" if isinstance(part, Text) else "sound" if isinstance(part, Audio) else "pages"


def _original(number: int, scene: story.Scene, board: story.Board, found: Found) -> dict[str, Any]:
    """Some parts with what was found in them: in their texts, on their pages, in their sound, and beside those."""
    index = board.parts[0]
    opening = scene.inspection.openings.get(index)
    texts = [_part(number, scene, i, found) for i in board.parts if isinstance(scene.content[i], Text)]
    if opening is None:
        return {"parts": texts}
    sheets = gallery.sheets(opening, scene.inspection, index)
    return {
        "parts": texts,
        "leaves": [
            {"leaf": leaf, "areas": [_area(number, scene, a) for a in gallery.areas(leaf, found)]}
            for leaf in gallery.leaves(opening)
        ],
        "sheets": [{"key": _title(s), "pieces": _drawn(number, scene, s.text, s.placed)} for s in sheets],
        "sound": _recording(number, scene, index, found),
        "beside": [
            {
                "key": key,
                "kinds": [(c, family(c)) for c in dict.fromkeys(scene.inspection.findings[i].category for i in at)],
            }
            for key, at in gallery.beside(found, [sheet.key for sheet in sheets]).items()
        ],
    }


def _recording(number: int, scene: story.Scene, index: int, found: Found) -> dict[str, Any] | None:
    """A recording as it came, with what was found in it."""
    sound, part = _sound(scene.inspection.openings[index]), scene.content[index]
    if sound is None or not isinstance(part, Audio):
        return None
    heard = sounds.heard(found, sound.seconds)
    in_order = sorted((*heard.voices, *heard.faults, *heard.bands), key=_when)
    return _drawn_sound(part, sound, sound.loudness) | {
        "top": _top(heard.bands),
        "bands": [_band(number, scene, band, sound) for band in heard.bands],
        "voices": [_band(number, scene, band, sound) for band in heard.voices],
        "faults": [_band(number, scene, band, sound) for band in heard.faults],
        "heard": [_band(number, scene, band, sound) for band in in_order],
        "said": [_drawn(number, scene, one.text, one.placed) for one in sounds.said(scene.inspection)],
    }


def _sound(opening: Opening | None) -> Sound | None:
    return opening.items[0].sound if opening and opening.items else None


def _drawn_sound(part: Audio, sound: Sound, loudest: float) -> dict[str, Any]:
    encoded = base64.b64encode(part.reveal()).decode()
    step = next((s for s in _TICKS if sound.seconds / s <= _MOST_TICKS), _TICKS[-1])
    return {
        "source": f"data:{part.media_type};base64,{encoded}",
        "path": sounds.outline(sound, loudest),
        "clock": sounds.clock(sound.seconds),
        "ticks": [
            {"at": f"{100 * at / sound.seconds:.2f}", "label": sounds.clock(at).removesuffix(".0")}
            for at in range(step, int(sound.seconds) + 1, step)
            if at < 0.97 * sound.seconds
        ],
    }


def _top(bands: Sequence[sounds.Band]) -> int:
    """Where a waveform begins, in pixels: below the lines of labels."""
    return 4 + 14 * (1 + max((band.row for band in bands), default=0))


def _band(number: int, scene: story.Scene, band: sounds.Band, sound: Sound) -> dict[str, Any]:
    findings = [scene.inspection.findings[i] for i in band.findings]
    when = sounds.span_words(band.interval)
    return _stretched(band, sound) | {
        "kind": family(findings[0].category),
        "when": when,
        "categories": list(dict.fromkeys((f.category, family(f.category)) for f in findings)),
        "tip": f"{when}: " + "  ·  ".join(_tip(scene, finding) for finding in findings),
        "row": f"s{number}f{band.findings[0]}",
    }


def _when(band: sounds.Band) -> tuple[float, float]:
    return band.interval.start, -band.interval.end


def _stretched(band: sounds.Band, sound: Sound) -> dict[str, Any]:
    left, right = (100 * min(1.0, at / sound.seconds) for at in (band.interval.start, band.interval.end))
    return {"left": f"{left:.2f}", "width": f"{max(0.2, right - left):.2f}", "label": band.label, "line": band.row}


def _left(scene: story.Scene, board: story.Board, decision: Decision) -> dict[str, Any] | None:
    """Some parts as they leave, as whoever gets them would see and hear them; None where nothing leaves."""
    if decision.content is None:
        return None
    left = [decision.content[i] for i in board.parts]
    index, part = board.parts[0], left[0]
    opening = scene.opened.get(decision.to, {}).get(index)
    if isinstance(part, Text) or opening is None:
        return {"parts": [released(part) for part in left if isinstance(part, Text)]}
    return {
        "leaves": gallery.leaves(opening),
        "sheets": [{"key": _title(sheet), "pieces": tagged(sheet.text)} for sheet in gallery.sheets(opening)],
        "layer": tagged(gallery.text_layer(opening)),
        "sound": _rebuilt(scene, decision, index, opening),
        "facts": _facts(part, opening),
    }


def _facts(part: Image | Audio | Document, opening: Opening) -> str:
    left = gallery.metadata_of(opening)
    return f"Written anew as {_format(part.media_type)}, {len(part):,} bytes. Opened again, it holds " + (
        f"of metadata only {', '.join(left)}." if left else "no metadata."
    )


def _rebuilt(scene: story.Scene, decision: Decision, index: int, opening: Opening) -> dict[str, Any] | None:
    """A recording as it leaves, and what became of its times."""
    sound, before = _sound(opening), _sound(scene.inspection.openings.get(index))
    part = (decision.content or ())[index]
    if sound is None or before is None or not isinstance(part, Audio):
        return None
    changed = sounds.changed(decision.verdicts, index, before)
    return _drawn_sound(part, sound, before.loudness) | {
        "top": _top(changed),
        "bands": [
            _stretched(band, before)
            | {"kind": band.transform, "tip": f"{sounds.span_words(band.interval)}: {sounds.WORDS[band.transform]}"}
            for band in changed
        ],
        "summary": sounds.summary(decision.verdicts, index, before),
        "altered": any(v.finding.part == index and v.transform == "voice" for v in decision.verdicts),
        "said": [tagged(one.text) for one in decision.transcripts if one.part == index],
    }


def _part(number: int, scene: story.Scene, index: int, found: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
    part = scene.content[index]
    text = part.reveal() if isinstance(part, Text) else ""
    mine = [(i, finding) for i, finding in found if finding.part == index]
    placed = [(i, finding.place) for i, finding in mine if isinstance(finding.place, Span)]
    return {"role": part.role.value, "pieces": _drawn(number, scene, text, placed)}


def _drawn(number: int, scene: story.Scene, text: str, placed: Sequence[tuple[int, Span]]) -> list[Stretch]:
    drawn = [_marked(number, scene, piece) for piece in story.pieces(text, placed)]
    # A finding that another one cuts in two is named once, at its end.
    last = {one.row: at for at, one in enumerate(drawn)}
    return [one if last[one.row] == at else replace(one, label="") for at, one in enumerate(drawn)]


def _format(media_type: str) -> str:
    return SUFFIX_OF.get(media_type, media_type).lstrip(".").upper()


def _title(sheet: gallery.Sheet) -> str:
    return f"{sheet.key}, what a viewer does not show" if sheet.hidden else sheet.key


def _area(number: int, scene: story.Scene, area: gallery.Area) -> dict[str, Any]:
    findings = [scene.inspection.findings[i] for i in area.findings]
    kinds = [family(finding.category) for finding in findings]
    kind = next((kind for kind in kinds if kind != "unsafe"), "unsafe")
    amid = " amid" if kind != "unsafe" and "unsafe" in kinds else ""
    return {
        "box": area.box,
        "kind": kind + amid,
        "tip": "  ·  ".join(_tip(scene, finding) for finding in findings),
        "row": f"s{number}f{area.findings[0]}",
    }


def _marked(number: int, scene: story.Scene, piece: story.Piece) -> Stretch:
    if not piece.findings:
        return Stretch(piece.text)
    # The shortest finding colours a stretch; that it is also part of something unsafe is underlined.
    findings = scene.inspection.findings
    order = sorted(piece.findings, key=lambda i: _length(findings[i]))
    tip = "  ·  ".join(_tip(scene, findings[i]) for i in order)
    first = findings[order[0]]
    kind = family(first.category)
    if kind != "unsafe" and any(family(findings[i].category) == "unsafe" for i in order):
        kind = f"{kind} amid"
    return Stretch(piece.text, kind, _label(first.category), tip, f"s{number}f{order[0]}")


def _length(finding: Finding) -> int:
    return len(finding.place) if isinstance(finding.place, Span) else 0


def _label(category: str) -> str:
    return label(category).replace("_", " ").lower()


def _tip(scene: story.Scene, finding: Finding) -> str:
    return f"{finding.category}, score {finding.score:.2f}, by {finding.detector}{way(scene, finding)}"


def way(scene: story.Scene, finding: Finding) -> str:
    """Through which readings something was found; empty where it stands there plainly."""
    if finding.reading is None:
        return ""
    path = scene.inspection.readings[finding.reading].path
    return f", read through {path.replace('>', ' › ')}" if ">" in path else ""


def released(part: Text) -> dict[str, Any]:
    """A text as it leaves."""
    return {"role": part.role.value, "pieces": tagged(part.reveal())}


def tagged(text: str, restored: Sequence[Span] = ()) -> list[Stretch]:
    """A text with pseudonyms and masks marked, and the places of values that came back."""
    marks = [(span.start, span.end, "own") for span in restored]
    marks += [(match.start(), match.end(), "tag") for match in story.MARK.finditer(text)]
    made, at = [], 0
    for start, end, kind in sorted(marks):
        if start < at:
            continue
        made += [Stretch(text[at:start]), Stretch(text[start:end], kind)]
        at = end
    return [*made, Stretch(text[at:])]
