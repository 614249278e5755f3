"""The demo as one page: no script, nothing from outside, readable on a phone, in light and in dark."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from accord import __version__
from accord.cli import boards, explain, report, say, story
from accord.cli.person import Person
from accord.core.decision import Decision, Destination, Outcome
from accord.core.taxonomy import CATEGORIES
from accord.guard import Guard
from accord.guard.inspection import TRANSFORM_RULE
from accord.policy import DEFAULT_RULE, Policy

FAMILIES = {
    "who": ("who", "names, user names, contacts"),
    "number": ("numbers", "cards, accounts, identifiers"),
    "secret": ("secrets", "keys, passwords, tokens"),
    "where": ("circumstances", "places, dates, networks, organisations, metadata"),
    "unsafe": ("unsafe", "hidden instructions, harm"),
    "fault": ("not inspected", "what no detector could read"),
}
"""How findings are coloured: class, name and what belongs to it."""

_TOWARDS = {
    Destination.MODEL: ("The model", "pseudonyms take the place of what identifies people"),
    Destination.REVIEWER: ("A reviewer", "sees what is unsafe, not whom it concerns"),
    Destination.DATASET: ("A data set", "nothing that could be put together again"),
    Destination.USER: ("The user", "gets the own values back"),
}


def render(
    scenes: Sequence[story.Scene],
    trip: story.RoundTrip,
    missing: Sequence[str],
    guard: Guard,
    records: int,
    known: Person | None = None,
) -> str:
    """The page.

    Args:
        scenes: the samples, released.
        trip: the answer on its way back.
        missing: detectors that could not run for want of weights.
        guard: the guard that decided.
        records: how many audit records there are.
        known: somebody whom the first scene names in several ways.
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
        known=known,
        seconds=sum(scene.seconds for scene in scenes),
    )


def _file(name: str) -> str:
    return resources.files("accord.cli").joinpath("templates", name).read_text(encoding="utf-8")


def _scene(number: int, scene: story.Scene, policy: Policy) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "name": scene.name,
        "title": scene.title,
        "about": scene.about,
        "left_out": scene.left_out,
        "milliseconds": round(scene.seconds * 1000),
        "counts": [(category, count, boards.family(category)) for category, count in scene.counts],
        "visual": scene.visual,
        "boards": boards.boards(number, scene),
        "hidden": _hidden(scene),
        "rows": _rows(number, scene),
        "releases": [_release(decision, policy) for decision in scene.decisions.values()],
        "coverage": [
            {"modality": modality.value, "inspected": covered.inspected, "total": covered.total}
            for modality, covered in sorted(scene.inspection.coverage.items())
        ],
    }


def _hidden(scene: story.Scene) -> list[dict[str, Any]]:
    return [asdict(one) | {"kind": boards.family(one.category)} for one in story.hidden(scene)]


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
                "kind": boards.family(finding.category),
                "where": f"{finding.part + 1}/{where}" if len(scene.content) > 1 else where,
                "score": f"{finding.score:.2f}",
                "detector": finding.detector + boards.way(scene, finding).replace(", read through", ", through"),
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
        "leaves": decision.content is not None,
    }


def _rule(rule: str, policy: Policy) -> dict[str, str]:
    if rule == DEFAULT_RULE:
        return {"id": rule, "says": f"What no rule names: {say.WORDS[policy.default.value]}."}
    if rule == TRANSFORM_RULE:
        return {"id": rule, "says": "What should have been changed could not be, so it stays."}
    named = next(known for known in policy.rules if known.id == rule)
    return {"id": rule, "says": explain.sentence(named)}


def _trip(trip: story.RoundTrip, policy: Policy) -> dict[str, Any]:
    return {
        "answer": boards.tagged(trip.answer),
        "shown": boards.tagged(trip.shown, trip.restored),
        "release": _release(trip.decision, policy),
        "restored": len(trip.restored),
    }
