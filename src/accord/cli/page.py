"""The demo as one page: no script, nothing from outside, readable on a phone, in light and in dark."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from accord import __version__
from accord.batch.kinds import SUFFIX_OF
from accord.cli import explain, gallery, report, say, story
from accord.core.content import Content, Document, Image, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.core.finding import Finding
from accord.core.media import Opening
from accord.core.place import Span
from accord.core.taxonomy import CATEGORIES
from accord.guard import Guard
from accord.guard.inspection import TRANSFORM_RULE
from accord.policy import DEFAULT_RULE, Policy
from accord.transform.pseudonyms import label

FAMILIES = {
    "who": ("who", "names, user names, contacts"),
    "number": ("numbers", "cards, accounts, identifiers"),
    "secret": ("secrets", "keys, passwords, tokens"),
    "where": ("circumstances", "places, dates, networks, organisations, metadata"),
    "unsafe": ("unsafe", "hidden instructions, harm"),
    "fault": ("not inspected", "what no detector could read"),
}
"""How findings are coloured: class, name and what belongs to it."""

_FAMILY_OF = {
    "privacy.person": "who",
    "privacy.contact": "who",
    "privacy.biometric": "who",
    "privacy.id": "number",
    "privacy.financial": "number",
    "privacy.credential": "secret",
}
_TOWARDS = {
    Destination.MODEL: ("The model", "pseudonyms take the place of what identifies people"),
    Destination.REVIEWER: ("A reviewer", "sees what is unsafe, not whom it concerns"),
    Destination.DATASET: ("A data set", "nothing that could be put together again"),
    Destination.USER: ("The user", "gets the own values back"),
}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of text as the page draws it."""

    text: str
    kind: str = ""
    label: str = ""
    tip: str = ""
    row: str = ""


def render(
    scenes: Sequence[story.Scene], trip: story.RoundTrip, missing: Sequence[str], guard: Guard, records: int
) -> str:
    """The page.

    Args:
        scenes: the samples, released.
        trip: the answer on its way back.
        missing: detectors that could not run for want of weights.
        guard: the guard that decided.
        records: how many audit records there are.
    """
    style = _file("demo.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, loader=FunctionLoader(_file), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("demo.html.j2").render(
        style=Markup(style),  # noqa: S704 - our own file; a page may not hold escaped CSS
        style_digest=digest,
        version=__version__,
        scenes=[_scene(number, scene, guard.policy) for number, scene in enumerate(scenes)],
        trip=_trip(trip, guard.policy),
        missing=list(missing),
        families=FAMILIES,
        policy=guard.policy,
        mode="enforced" if guard.policy.enforced() else "watching only",
        detectors=[detector.name for detector in guard.detectors],
        readers=[reader.name for reader in guard.readers],
        records=records,
        seconds=sum(scene.seconds for scene in scenes),
    )


def _file(name: str) -> str:
    return resources.files("accord.cli").joinpath("templates", name).read_text(encoding="utf-8")


def family(category: str) -> str:
    """The colour family of a category."""
    if category.startswith("safety."):
        return "unsafe"
    if category.startswith("fault."):
        return "fault"
    return _FAMILY_OF.get(".".join(category.split(".")[:2]), "where")


def _scene(number: int, scene: story.Scene, policy: Policy) -> dict[str, Any]:
    found = list(enumerate(scene.inspection.findings))
    return {
        "id": f"s{number}",
        "name": scene.name,
        "title": scene.title,
        "about": scene.about,
        "milliseconds": round(scene.seconds * 1000),
        "counts": [(category, count, family(category)) for category, count in scene.counts],
        "visual": scene.visual,
        "parts": [] if scene.visual else [_part(number, scene, i, found) for i in range(len(scene.content))],
        "original": _original(number, scene, found),
        "hidden": _hidden(scene),
        "rows": _rows(number, scene),
        "releases": [
            _release(decision, policy) | {"view": _view(scene.opened.get(to), decision)}
            for to, decision in scene.decisions.items()
        ],
        "coverage": [
            {"modality": modality.value, "inspected": covered.inspected, "total": covered.total}
            for modality, covered in sorted(scene.inspection.coverage.items())
        ],
    }


def _part(number: int, scene: story.Scene, index: int, found: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
    part = scene.content[index]
    text = part.reveal() if isinstance(part, Text) else ""
    mine = [(i, finding) for i, finding in found if finding.part == index]
    placed = [(i, finding.place) for i, finding in mine if isinstance(finding.place, Span)]
    return {"role": part.role.value, "pieces": _drawn(number, scene, text, placed)}


def _drawn(number: int, scene: story.Scene, text: str, placed: Sequence[tuple[int, Span]]) -> list[_Stretch]:
    drawn = [_marked(number, scene, piece) for piece in story.pieces(text, placed)]
    # A finding that another one cuts in two is named once, at its end.
    last = {one.row: at for at, one in enumerate(drawn)}
    return [one if last[one.row] == at else replace(one, label="") for at, one in enumerate(drawn)]


def _original(number: int, scene: story.Scene, found: Sequence[tuple[int, Finding]]) -> dict[str, Any]:
    """A picture or document with what was found in it: on its pages, in its texts, and beside them."""
    opening = scene.inspection.openings.get(0)
    if opening is None:
        return {}
    leaves, sheets = gallery.leaves(opening), gallery.sheets(opening, scene.inspection)
    beside = gallery.beside(found, [sheet.key for sheet in sheets])
    return {
        "leaves": [
            {"leaf": leaf, "areas": [_area(number, scene, a) for a in gallery.areas(leaf, found)]} for leaf in leaves
        ],
        "sheets": [{"key": _title(s), "pieces": _drawn(number, scene, s.text, s.placed)} for s in sheets],
        "beside": [
            {
                "key": key,
                "kinds": [(c, family(c)) for c in dict.fromkeys(scene.inspection.findings[i].category for i in at)],
            }
            for key, at in beside.items()
        ],
    }


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


def _view(opening: Opening | None, decision: Decision) -> dict[str, Any] | None:
    """What leaves, where that is no text, as whoever gets it would see it."""
    part = decision.content[0] if decision.content else None
    if opening is None or not isinstance(part, Image | Document):
        return None
    left = gallery.metadata_of(opening)
    return {
        "leaves": gallery.leaves(opening),
        "sheets": [{"key": _title(sheet), "pieces": _tagged(sheet.text)} for sheet in gallery.sheets(opening)],
        "layer": _tagged(gallery.text_layer(opening)),
        "facts": f"Written anew as {_format(part.media_type)}, {len(part):,} bytes. Opened again, it holds "
        + (f"of metadata only {', '.join(left)}." if left else "no metadata."),
    }


def _marked(number: int, scene: story.Scene, piece: story.Piece) -> _Stretch:
    if not piece.findings:
        return _Stretch(piece.text)
    # The shortest finding colours a stretch; that it is also part of something unsafe is underlined.
    findings = scene.inspection.findings
    order = sorted(piece.findings, key=lambda i: _length(findings[i]))
    tip = "  ·  ".join(_tip(scene, findings[i]) for i in order)
    first = findings[order[0]]
    kind = family(first.category)
    if kind != "unsafe" and any(family(findings[i].category) == "unsafe" for i in order):
        kind = f"{kind} amid"
    return _Stretch(piece.text, kind, _label(first.category), tip, f"s{number}f{order[0]}")


def _length(finding: Finding) -> int:
    return len(finding.place) if isinstance(finding.place, Span) else 0


def _label(category: str) -> str:
    return label(category).replace("_", " ").lower()


def _tip(scene: story.Scene, finding: Finding) -> str:
    return f"{finding.category}, score {finding.score:.2f}, by {finding.detector}{_way(scene, finding)}"


def _way(scene: story.Scene, finding: Finding) -> str:
    if finding.reading is None:
        return ""
    path = scene.inspection.readings[finding.reading].path
    return f", read through {path.replace('>', ' › ')}" if ">" in path else ""


def _hidden(scene: story.Scene) -> list[dict[str, Any]]:
    return [asdict(one) | {"kind": family(one.category)} for one in story.hidden(scene)]


def _rows(number: int, scene: story.Scene) -> list[dict[str, Any]]:
    lines = report.lines_of(scene.content)
    verdicts = [decision.verdicts for decision in scene.decisions.values()]
    rows = []
    for index, finding in enumerate(scene.inspection.findings):
        where = report.where(scene.inspection, finding, lines)
        rows.append(
            {
                "id": f"s{number}f{index}",
                "category": finding.category,
                "meaning": CATEGORIES[finding.category],
                "kind": family(finding.category),
                "where": f"{finding.part + 1}/{where}" if len(scene.content) > 1 else where,
                "score": f"{finding.score:.2f}",
                "detector": finding.detector + _way(scene, finding).replace(", read through", ", through"),
                "outcomes": [
                    {"word": v[index].transform if v[index].outcome is Outcome.TRANSFORM else v[index].outcome.value,
                     "outcome": v[index].outcome.value}
                    for v in verdicts
                ],
            }
        )  # fmt: skip
    return rows


def _release(decision: Decision, policy: Policy) -> dict[str, Any]:
    title, about = _TOWARDS[decision.to]
    outcome = decision.outcome.value
    return {
        "to": decision.to.value,
        "title": title,
        "about": about,
        "outcome": outcome,
        "verdict": say.verdict(decision),
        "words": say.WORDS[outcome],
        "id": decision.id,
        "reasons": decision.reasons,
        "rules": [_rule(rule, policy) for rule in decision.rules],
        "parts": None if decision.content is None else [_released(part) for part in _texts(decision.content)],
    }


def _rule(rule: str, policy: Policy) -> dict[str, str]:
    if rule == DEFAULT_RULE:
        return {"id": rule, "says": f"What no rule names: {say.WORDS[policy.default.value]}."}
    if rule == TRANSFORM_RULE:
        return {"id": rule, "says": "What should have been changed could not be, so it stays."}
    named = next(known for known in policy.rules if known.id == rule)
    return {"id": rule, "says": explain.sentence(named)}


def _texts(content: Content) -> list[Text]:
    return [part for part in content if isinstance(part, Text)]


def _released(part: Text) -> dict[str, Any]:
    return {"role": part.role.value, "pieces": _tagged(part.reveal())}


def _tagged(text: str, restored: Sequence[Span] = ()) -> list[_Stretch]:
    marks = [(span.start, span.end, "own") for span in restored]
    marks += [(match.start(), match.end(), "tag") for match in story.MARK.finditer(text)]
    made, at = [], 0
    for start, end, kind in sorted(marks):
        if start < at:
            continue
        made += [_Stretch(text[at:start]), _Stretch(text[start:end], kind)]
        at = end
    return [*made, _Stretch(text[at:])]


def _trip(trip: story.RoundTrip, policy: Policy) -> dict[str, Any]:
    return {
        "answer": _tagged(trip.answer),
        "shown": _tagged(trip.shown, trip.restored),
        "release": _release(trip.decision, policy),
        "restored": len(trip.restored),
    }
