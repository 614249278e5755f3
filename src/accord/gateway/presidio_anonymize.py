"""Presidio's anonymizer: `POST /anonymize`, `POST /deanonymize`, `GET /anonymizers`, `GET /deanonymizers`.

It does to the caller's own text what the caller says, at the places the caller says. Nothing is looked for and
nothing decided, so there is no decision to record: who has a text inspected and rewritten by the policy asks another
door.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.doors import LARGE, json_of
from accord.gateway.presidio import presidio_shape, span_of, wrong
from accord.gateway.presidio_operators import (
    ANONYMIZERS,
    DEANONYMIZERS,
    Operator,
    anonymizers_of,
    chosen,
    deanonymizers_of,
)
from accord.gateway.services import Caller, Route

MAX_RESULTS = 100_000
MANY = 1_000
"""Places from which on they are worked on in a thread of their own."""

MAX_CHARACTERS = 32_000_000
"""How long the changed text may be: places may overlap, and be replaced by something long."""

_BLANKS = re.compile(r" +\Z")


@dataclass(slots=True)
class Place:
    """A stretch of text that is to be changed."""

    start: int
    end: int
    entity: str
    score: float | None = None


class PresidioAnonymizer:
    """The doors.

    Args:
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, *, body: int, seconds: float) -> None:
        self._body, self._seconds = body, seconds

    def routes(self) -> list[Route]:
        """Where they stand."""
        made = (
            ("POST", "/anonymize", self.anonymize, "Change values in a text, as the request says."),
            ("POST", "/deanonymize", self.deanonymize, "Change encrypted values back."),
            ("GET", "/anonymizers", self.anonymizers, "List what values can be changed into."),
            ("GET", "/deanonymizers", self.deanonymizers, "List what can change them back."),
        )
        return [Route(method, path, "inspect", handler, presidio_shape, said) for method, path, handler, said in made]

    async def anonymize(self, request: Request, _caller: Caller) -> Response:
        """Answer `POST /anonymize`."""
        body = await json_of(request, self._body, self._seconds)
        return await _answered(anonymized, body)

    async def deanonymize(self, request: Request, _caller: Caller) -> Response:
        """Answer `POST /deanonymize`."""
        body = await json_of(request, self._body, self._seconds)
        return await _answered(deanonymized, body)

    async def anonymizers(self, _request: Request, _caller: Caller) -> Response:
        """Answer `GET /anonymizers`."""
        return as_json(ANONYMIZERS)

    async def deanonymizers(self, _request: Request, _caller: Caller) -> Response:
        """Answer `GET /deanonymizers`."""
        return as_json(DEANONYMIZERS)


async def _answered(work: Any, body: Mapping[str, Any]) -> Response:
    text, places = body.get("text"), body.get("analyzer_results") or body.get("anonymizer_results")
    large = (isinstance(text, str) and len(text) > LARGE) or (isinstance(places, list) and len(places) > MANY)
    return as_json(await asyncio.to_thread(work, body) if large else work(body))


def anonymized(body: Mapping[str, Any]) -> dict[str, Any]:
    """What `POST /anonymize` answers.

    Raises:
        Problem: 400 or 422, saying what is wrong.
    """
    text = _text(body, ("text", "anonymizers", "analyzer_results"))
    operators = anonymizers_of(body.get("anonymizers"))
    places = list(_places(body.get("analyzer_results"), "analyzer_results", len(text)))
    if any(place.score is None for place in places):
        raise wrong("Invalid input, analyzer result must contain score", 422)
    places.sort(key=lambda place: (place.start, place.end))
    return operated(text, _spaced(text, _outermost(_united(places))), operators)


def deanonymized(body: Mapping[str, Any]) -> dict[str, Any]:
    """What `POST /deanonymize` answers.

    Raises:
        Problem: 400 or 422, saying what is wrong.
    """
    text = _text(body, ("text", "deanonymizers", "anonymizer_results"))
    operators = deanonymizers_of(body.get("deanonymizers"))
    places = list(_places(body.get("anonymizer_results") or [], "anonymizer_results", len(text)))
    return operated(text, places, operators)


def operated(text: str, places: Iterable[Place], operators: Mapping[str, Operator]) -> dict[str, Any]:
    """The text with its places changed, and what was changed, from the end of the text backwards.

    Of two places that overlap and are both kept, each is changed as a whole, and both results are written.

    Raises:
        Problem: 413: it would be too long.
    """
    pieces: list[str] = []  # from the end backwards
    items: list[dict[str, Any]] = []
    last, behind = len(text), 0
    for place in sorted(places, key=lambda p: (p.start, p.end), reverse=True):
        operator = chosen(operators, place.entity)
        between = text[min(place.end, last) : last]
        made = operator.operate(text[place.start : place.end], place.entity)
        pieces += [between, made]
        behind += len(between) + len(made)
        if behind > MAX_CHARACTERS:
            raise wrong(f"The changed text would be longer than {MAX_CHARACTERS} characters.", 413)
        last = place.start
        items.append(
            {
                "start": -behind,
                "end": -behind + len(made),
                "entity_type": place.entity,
                "text": made,
                "operator": operator.name,
                "score": place.score,
            }
        )
    size = last + behind
    for item in items:
        item["start"] += size
        item["end"] += size
    return {"text": text[:last] + "".join(reversed(pieces)), "items": items}


def _text(body: Mapping[str, Any], known: Sequence[str]) -> str:
    if not body:
        raise wrong("Invalid request json")
    if any(key not in known and value is not None for key, value in body.items()):
        raise wrong("Invalid request json: a field of it is not understood")
    text = body.get("text")
    if not isinstance(text, str):
        raise wrong("Invalid input, text must be a string", 422)
    return text


def _places(given: Any, where: str, size: int) -> Iterable[Place]:
    if given is None:
        raise wrong("Invalid input, request must contain analyzer results", 422)
    if not isinstance(given, list) or len(given) > MAX_RESULTS:
        raise wrong(f"Invalid input, {where} must be a list of at most {MAX_RESULTS}", 422)
    for i, one in enumerate(given):
        start, end, entity = span_of(one, f"{where}[{i}]", size)
        score = one.get("score")
        if score is not None and (not isinstance(score, int | float) or isinstance(score, bool)):
            raise wrong("Invalid parameter value for score. Expecting 'number'.", 422)
        yield Place(start, end, entity, score)


def _united(places: Sequence[Place]) -> list[Place]:
    """Places of one entity that overlap as one, with the highest score."""
    latest: dict[str, tuple[int, Place]] = {}
    kept: list[tuple[int, Place]] = []
    for at, place in enumerate(places):
        before = latest.get(place.entity)
        if before is not None and min(before[1].end, place.end) > max(before[1].start, place.start):
            one = before[1]
            one.end = max(one.end, place.end)
            one.score = max(one.score or 0.0, place.score or 0.0)
            latest[place.entity] = (at, one)
            continue
        if before is not None:
            kept.append(before)
        latest[place.entity] = (at, place)
    return [place for _, place in sorted((*kept, *latest.values()), key=lambda pair: pair[0])]


def _outermost(places: Sequence[Place]) -> list[Place]:
    """Places that lie in no other; of several in the same place the surest, of equally sure ones the last."""
    order = sorted(range(len(places)), key=lambda i: (places[i].start, -places[i].end))
    kept: list[int] = []
    furthest = -1
    for i in order:
        one = places[i]
        if kept and (places[kept[-1]].start, places[kept[-1]].end) == (one.start, one.end):
            if (one.score or 0.0) >= (places[kept[-1]].score or 0.0):
                kept[-1] = i
        elif one.end > furthest:
            kept.append(i)
            furthest = one.end
    return [places[i] for i in sorted(kept)]


def _spaced(text: str, places: Sequence[Place]) -> list[Place]:
    """Neighbours of one entity with nothing but blanks between them as one."""
    made: list[Place] = []
    for place in places:
        before = made[-1] if made else None
        if before and before.entity == place.entity and _BLANKS.match(text, before.end, place.start):
            place.start = before.start
            made.pop()
        made.append(place)
    return made
