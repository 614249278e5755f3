"""Presidio's analyzer: `POST /analyze`, `GET /recognizers`, `GET /supportedentities`.

What is found is what the guard finds, under Presidio's names; what the caller asks for only chooses among it. Nothing
is released by this door. That it was asked is on record, as a preview of what would become of the texts on their way
to a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson

from accord.core.content import Part, Text
from accord.core.decision import Decision, Destination
from accord.core.finding import Finding
from accord.core.place import Span
from accord.gateway.asgi import JSON, Request, Response, as_json
from accord.gateway.doors import MAX_TEXTS, faults, json_of, merged, not_inspected, recorded
from accord.gateway.presidio import presidio_shape, wrong
from accord.gateway.presidio_entities import NAMES, known_language, named, supported
from accord.gateway.presidio_recognizers import (
    Recognizer,
    Result,
    explained,
    expression,
    flags_of,
    recognizers_of,
    run,
    words_of,
)
from accord.gateway.services import Caller, Guards, Route, told
from accord.guard import Guard
from accord.guard.inspection import Inspection

_FIELDS = frozenset(
    "text language correlation_id score_threshold entities return_decision_process context allow_list "
    "allow_list_match regex_flags ad_hoc_recognizers log_decision_process".split()
)
_NO_MATCH = "No matching recognizers were found to serve the request."
_MAX_ENTITIES = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A request to find entities.

    Attributes:
        texts: where.
        several: whether they came as a list.
        threshold: the lowest score that is told.
        entities: the names that are told; all where there are none.
        explain: whether it is told how each was found.
        context: words that go with the texts.
        allowed: says of a value that it is let through; None where none is.
        recognizers: those that came with the request.
    """

    texts: tuple[str, ...]
    several: bool
    threshold: float
    entities: frozenset[str]
    explain: bool
    context: tuple[str, ...]
    allowed: Any
    recognizers: tuple[Recognizer, ...]


class PresidioAnalyzer:
    """The doors.

    Args:
        guards: find.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, *, body: int, seconds: float) -> None:
        self._guards, self._body, self._seconds = guards, body, seconds

    def routes(self) -> list[Route]:
        """Where they stand."""
        return [
            Route("POST", "/analyze", "inspect", self.analyze, presidio_shape, "Find personal data in texts."),
            Route("GET", "/recognizers", "inspect", self.recognizers, presidio_shape, "List what finds."),
            Route("GET", "/supportedentities", "inspect", self.entities, presidio_shape, "List what is found."),
        ]

    async def analyze(self, request: Request, caller: Caller) -> Response:
        """Answer `POST /analyze`."""
        asked = parse(await json_of(request, self._body, self._seconds))
        guard, context = self._guards.current, caller.context()
        inspections: list[Inspection] = []
        for text in asked.texts:
            inspections.append(await guard.ainspect(_content(text, asked.context), context))
        decisions = [inspection.preview(Destination.MODEL) for inspection in inspections]
        decision = merged(decisions) if decisions else None
        headers: Mapping[str, str] = {}
        if decision is not None:
            headers = told(decision)
            await recorded(guard, decision, context, "preview")
            _complete(decision)
        if asked.recognizers or len(asked.texts) > 1:
            results = await asyncio.to_thread(_all, asked, inspections)
        else:
            results = _all(asked, inspections)
        body = orjson.dumps(results if asked.several else results[0], option=orjson.OPT_SORT_KEYS)
        return Response(200, body, JSON, headers)

    async def recognizers(self, request: Request, _caller: Caller) -> Response:
        """Answer `GET /recognizers`."""
        _check_language(request)
        guard = self._guards.current
        return as_json(sorted({_recognizer(detector.name) for detector in guard.detectors}))

    async def entities(self, request: Request, _caller: Caller) -> Response:
        """Answer `GET /supportedentities`."""
        _check_language(request)
        return as_json(supported(_categories(self._guards.current)))


def parse(body: Mapping[str, Any]) -> Asked:
    """Take a request apart.

    Raises:
        Problem: 400, or 500 where Presidio answers so; saying what is wrong.
    """
    if any(key not in _FIELDS and value is not None for key, value in body.items()):
        raise wrong("Failed to parse /analyze request: a field of it is not understood.")
    texts = _texts(body.get("text"))
    language = body.get("language")
    if language is None or language == "":
        raise wrong("No language provided", 500)
    if not isinstance(language, str) or not known_language(language):
        raise wrong(_NO_MATCH, 500)
    recognizers = tuple(one for one in recognizers_of(body.get("ad_hoc_recognizers")) if one.language == language)
    entities = words_of(body.get("entities"), "entities")
    if len(entities) > _MAX_ENTITIES:
        raise wrong(f"entities has more than {_MAX_ENTITIES} items.")
    if entities and not any(name in NAMES or name in {one.entity for one in recognizers} for name in entities):
        raise wrong(_NO_MATCH, 500)
    explain = body.get("return_decision_process")
    if explain is not None and not isinstance(explain, bool):
        raise wrong("Failed to parse /analyze request: return_decision_process must be true or false.")
    correlation = body.get("correlation_id")
    if correlation is not None and not isinstance(correlation, str | int):
        raise wrong("Failed to parse /analyze request: correlation_id must be a string.")
    return Asked(
        texts,
        isinstance(body["text"], list),
        _threshold(body.get("score_threshold")),
        frozenset(entities),
        bool(explain),
        words_of(body.get("context"), "context"),
        _allowed(body),
        recognizers,
    )


def _texts(given: Any) -> tuple[str, ...]:
    if given is None or given in ("", []):
        raise wrong("No text provided", 500)
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) for one in texts):
        raise wrong("Failed to parse /analyze request: text must be a string or a list of strings.")
    if len(texts) > MAX_TEXTS:
        raise wrong(f"Failed to parse /analyze request: text has more than {MAX_TEXTS} items.")
    return tuple(texts)


def _threshold(given: Any) -> float:
    if given is None:
        return 0.0
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise wrong("Failed to parse /analyze request: score_threshold must be a number.")
    return float(given)


def _allowed(body: Mapping[str, Any]) -> Any:
    allowed = words_of(body.get("allow_list"), "allow_list")
    how = body.get("allow_list_match")
    if how not in (None, "exact", "regex"):
        raise wrong("allow_list_match must either be set to 'exact' or 'regex'.")
    flags = flags_of(body.get("regex_flags"), "regex_flags")
    if how == "regex":
        sources = [source for source in allowed if source]
        if not sources:
            return None
        for i, source in enumerate(sources):
            expression(source, flags, f"allow_list[{i}]")
        found = expression("|".join(f"(?:{source})" for source in sources), flags, "allow_list")
        return lambda value: found.search(value) is not None
    return frozenset(allowed).__contains__ if allowed else None


def _content(text: str, context: Sequence[str]) -> list[Part]:
    """What is inspected: the text, behind the words that are said to go with it."""
    return [Text(" ".join(context)), Text(text)] if context else [Text(text)]


def _complete(decision: Decision) -> None:
    """See that all of it was inspected: an empty answer is read as "nothing there".

    Raises:
        Problem: something was not.
    """
    if found := faults(decision):
        raise not_inspected(found)


def _all(asked: Asked, inspections: Sequence[Inspection]) -> list[list[dict[str, Any]]]:
    pairs = zip(asked.texts, inspections, strict=True)
    return [[_shown(one, asked) for one in _found(asked, text, inspection)] for text, inspection in pairs]


def _shown(one: Result, asked: Asked) -> dict[str, Any]:
    return {
        "entity_type": one.entity,
        "start": one.start,
        "end": one.end,
        "score": one.score,
        "analysis_explanation": one.why if asked.explain else None,
    }


def _found(asked: Asked, text: str, inspection: Inspection) -> list[Result]:
    part = 1 if asked.context else 0
    found = [
        one for f in inspection.findings if f.part == part and (one := _result(f, inspection, asked)) is not None
    ]
    said = tuple(word.lower() for word in asked.context)
    wanted = [one for one in asked.recognizers if not asked.entities or one.entity in asked.entities]
    found += run(wanted, text, said)
    kept = [one for one in found if one.score >= asked.threshold and one.score > 0]
    kept = distinct(kept)
    if asked.allowed is not None:
        kept = [one for one in kept if not asked.allowed(text[one.start : one.end])]
    return sorted(kept, key=lambda one: (-one.score, one.start, one.start - one.end))


def _result(finding: Finding, inspection: Inspection, asked: Asked) -> Result | None:
    place = finding.place
    if not isinstance(place, Span) or finding.reading is None or finding.span is None:
        return None
    value = inspection.readings[finding.reading].text[finding.span.start : finding.span.end]
    name = named(finding.category, value, asked.entities)
    if not name:
        return None
    why: dict[str, Any] = {}
    if asked.explain:
        recognizer = _recognizer(finding.detector)
        said = f"Identified as {finding.category} by accord's {finding.detector} detector"
        why = explained(recognizer, finding.score, finding.score, textual_explanation=said)
    return Result(name, place.start, place.end, finding.score, why)


def distinct(results: Sequence[Result]) -> list[Result]:
    """Without what lies inside another stretch of the same entity that is at least as sure."""
    kept: list[Result] = []
    surest: dict[str, list[Result]] = {}
    for one in sorted(results, key=lambda r: (r.start, -r.end, -r.score)):
        over = [other for other in surest.get(one.entity, ()) if other.end >= one.start]
        if not any(other.end >= one.end and other.score >= one.score for other in over):
            over.append(one)
            kept.append(one)
        surest[one.entity] = over
    return kept


def _recognizer(detector: str) -> str:
    return f"{''.join(word.capitalize() for word in detector.split('_'))}Recognizer"


def _categories(guard: Guard) -> set[str]:
    return {category for detector in guard.detectors for category in detector.categories}


def _check_language(request: Request) -> None:
    given = parse_qs(request.query.decode("latin-1")).get("language", ["en"])
    if len(given) != 1 or not known_language(given[0]):
        raise wrong(_NO_MATCH, 500)
