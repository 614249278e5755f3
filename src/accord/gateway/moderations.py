"""`POST /v1/moderations`: what the detectors of harm say, under the names OpenAI's clients know.

Scores are those of the inspection, also below the reporting floor; whether a category is true is what the policy in
force says: it would hold or block the content on its way to a model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from accord.core.content import Content, Image, Part, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.core.roles import Detector, PictureDetector, PictureReader
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.doors import MAX_TEXTS, faults, json_of, merged, not_inspected, recorded
from accord.gateway.problems import Problem, bad, fields, unknown
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.slots import data_url
from accord.guard import Guard
from accord.guard.inspection import Inspection

Sources = tuple[tuple[str, ...], ...]

CATEGORIES: Mapping[str, Sources] = {
    "harassment": (("safety.harassment",),),
    "harassment/threatening": (("safety.harassment", "safety.violence"),),
    "hate": (("safety.hate",),),
    "hate/threatening": (("safety.hate", "safety.violence"),),
    "illicit": (("safety.illicit",),),
    "illicit/violent": (("safety.weapons",), ("safety.illicit", "safety.violence")),
    "self-harm": (("safety.selfharm",),),
    "self-harm/intent": (("safety.selfharm",),),
    "self-harm/instructions": (("safety.selfharm",),),
    "sexual": (("safety.sexual",),),
    "sexual/minors": (),
    "violence": (("safety.violence",),),
    "violence/graphic": (("safety.gore",),),
}
"""OpenAI's categories (omni-moderation), each with what it is made of: any of these groups, all of a group.

A threat against a group is hate and violence at once, so its score is the lower of the two. Nothing here tells apart
intent to harm oneself and instructions for it. `sexual/minors` has no detector: it is 0 and says nothing.
"""

DEFAULT_MODEL = "omni-moderation-latest"

_MODEL = re.compile(r"[A-Za-z0-9_.:/-]{1,256}\Z")
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}://")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be classified: contents that are classified one by one, and by what."""

    contents: tuple[Content, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Judges:
    """Which categories are judged in texts, and which in pictures."""

    text: frozenset[str]
    image: frozenset[str]

    @classmethod
    def of(cls, guard: Guard) -> Judges:
        """What the detectors of a guard judge; the text heads judge pictures as far as letters in them are read."""
        text = frozenset(c for d in guard.detectors if isinstance(d, Detector) for c in d.categories)
        image = frozenset(c for d in guard.detectors if isinstance(d, PictureDetector) for c in d.categories)
        reads = any(isinstance(reader, PictureReader) for reader in guard.readers)
        return cls(text, image | text if reads else image)


class Moderations:
    """The door.

    Args:
        guards: decide.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, *, body: int, seconds: float) -> None:
        self._guards, self._body, self._seconds = guards, body, seconds
        self._judges: tuple[Guard, Judges] | None = None

    def routes(self) -> list[Route]:
        """Where it stands."""
        said = "Classify texts and pictures by the harm in them."
        return [
            Route("POST", path, "moderate", self.handle, openai_shape, said)
            for path in ("/v1/moderations", "/moderations")
        ]

    async def handle(self, request: Request, caller: Caller) -> Response:
        """Answer a request."""
        asked = parse(await json_of(request, self._body, self._seconds))
        guard, context = self._guards.current, caller.context()
        judges = self._judges_of(guard)
        results: list[dict[str, Any]] = []
        decisions: list[Decision] = []
        for content in asked.contents:
            inspection = await guard.ainspect(content, context)
            decision = inspection.preview(Destination.MODEL)
            decisions.append(decision)
            results.append(result(inspection, decision, content, judges))
        decision = merged(decisions)
        await recorded(guard, decision, context, "preview")
        if found := faults(decision):
            raise not_inspected(found)
        made = {"id": f"modr-{decision.id}", "model": asked.model, "results": results}
        return as_json(made, headers=told(decision))

    def _judges_of(self, guard: Guard) -> Judges:
        if self._judges is None or self._judges[0] is not guard:
            self._judges = (guard, Judges.of(guard))
        return self._judges[1]


def parse(body: Mapping[str, Any]) -> Asked:
    """Take a request apart.

    Raises:
        Problem: 400, naming the field that is missing, wrong or not understood.
    """
    for name, value in body.items():
        if name not in ("input", "model") and value is not None:
            raise unknown(fields(name))
    model = body.get("model")
    if model is None:
        model = DEFAULT_MODEL
    if not isinstance(model, str) or not _MODEL.match(model):
        raise bad("invalid_value", "model is not the name of a model.", "model")
    return Asked(_contents(body.get("input")), model)


def _contents(given: Any) -> tuple[Content, ...]:
    if isinstance(given, str):
        return ((Text(given),),)
    if not isinstance(given, list) or not given:
        raise bad("invalid_value", "input is neither a text nor a list of texts or parts.", "input")
    if len(given) > MAX_TEXTS:
        raise bad("too_many_parts", f"input has more than {MAX_TEXTS} items.", "input")
    if all(isinstance(item, str) for item in given):
        return tuple((Text(item),) for item in given)
    return (tuple(_part(item, f"input[{i}]") for i, item in enumerate(given)),)


def _part(given: Any, where: str) -> Part:
    if not isinstance(given, dict):
        raise bad("invalid_value", f"{where} is not a part; texts and parts do not mix.", where)
    kind = given.get("type")
    if kind not in ("text", "image_url"):
        raise Problem(400, "unsupported_part", f"{where} is of a kind that is not understood here.", param=where)
    if any(key not in ("type", kind) and value is not None for key, value in given.items()):
        raise unknown(where)
    inner = given.get(kind)
    if kind == "text":
        if not isinstance(inner, str):
            raise bad("invalid_value", f"{where}.text is not a text.", f"{where}.text")
        return Text(inner, message=1)
    at = f"{where}.image_url"
    if not isinstance(inner, dict) or any(key != "url" and value is not None for key, value in inner.items()):
        raise bad("invalid_value", f"{at} is not an object with a url.", at)
    return picture(inner.get("url"), f"{at}.url")


def picture(url: Any, where: str) -> Image:
    """A picture out of a data URL.

    Raises:
        Problem: 400: it is none, or an address elsewhere.
    """
    if isinstance(url, str) and _REMOTE.match(url):
        text = f"{where} is an address elsewhere: what is there was not inspected. Send it as a data URL."
        raise Problem(400, "remote_media", text, param=where)
    kind, data = data_url(url, where)
    return Image(data, message=1, media_type=kind)


def result(inspection: Inspection, decision: Decision, content: Content, judges: Judges) -> dict[str, Any]:
    """One result, with every key there is."""
    stopped = {v.finding.category for v in decision.verdicts if v.outcome in (Outcome.HOLD, Outcome.BLOCK)}
    kinds = {part.modality.value for part in content}
    categories = {name: _any(sources, stopped) for name, sources in CATEGORIES.items()}
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": {name: _score(sources, inspection.scores) for name, sources in CATEGORIES.items()},
        "category_applied_input_types": {
            name: [
                kind
                for kind, judged in (("text", judges.text), ("image", judges.image))
                if kind in kinds and _any(sources, judged)
            ]
            for name, sources in CATEGORIES.items()
        },
    }


def _any(sources: Sources, held: Collection[str]) -> bool:
    return any(all(category in held for category in group) for group in sources)


def _score(sources: Sources, scores: Mapping[str, float]) -> float:
    return max((min(scores.get(category, 0.0) for category in group) for group in sources), default=0.0)
