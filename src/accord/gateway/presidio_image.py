"""Presidio's image redactor: `POST /redact`, as a form or in JSON.

A picture is released as the policy releases it to a data set, the strictest of its destinations; then what was
painted over is painted in the colour that is asked for. Naming entities does not loosen the policy.
"""

from __future__ import annotations

import asyncio
import base64
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from accord.core.content import Image
from accord.core.decision import Decision, Destination, Outcome
from accord.core.place import Box
from accord.gateway import strict
from accord.gateway.asgi import Request, Response
from accord.gateway.doors import closing, faults, not_inspected, object_of
from accord.gateway.multipart import fields
from accord.gateway.presidio import presidio_shape, wrong
from accord.gateway.presidio_recognizers import words_of
from accord.gateway.problems import Problem, Stopped
from accord.gateway.services import Caller, Guards, Route, told
from accord.gateway.slots import decoded

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
BINARY = "application/octet-stream"

_COLOUR = re.compile(r"\(?\s*(\d{1,3})(?:\s*,\s*(\d{1,3})\s*,\s*(\d{1,3}))?\s*\)?")


class PresidioImage:
    """The door.

    Args:
        guards: decide.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, *, body: int, seconds: float) -> None:
        self._guards, self._body, self._seconds = guards, body, seconds

    def routes(self) -> list[Route]:
        """Where it stands."""
        said = "Paint over personal data in a picture."
        return [Route("POST", "/redact", "inspect", self.redact, presidio_shape, said)]

    async def redact(self, request: Request, caller: Caller) -> Response:
        """Answer `POST /redact`."""
        body = await request.body(self._body, self._seconds)
        kind = request.headers.get("content-type", "")
        form = kind.partition(";")[0].strip().lower() == "multipart/form-data"
        data, colour = _form(body, kind) if form else _json(await object_of(body))
        guard, context = self._guards.current, caller.context()
        inspection = await guard.ainspect([Image(data)], context)
        items = inspection.openings[0].items if 0 in inspection.openings else ()
        if items and items[0].kind != "picture":
            raise wrong("Invalid parameter, the image is no picture")
        decision = await inspection.arelease(Destination.DATASET)
        released = decision.content[0] if decision.content else None
        if not isinstance(released, Image):
            headers = dict(told(decision))
            raise Stopped(decision, headers) if not faults(decision) else _unread(decision, headers)
        made = released.reveal()
        if colour != BLACK:
            made = await asyncio.to_thread(coloured, made, released.media_type, _boxes(decision), colour)
        answer = made if form else base64.b64encode(made)
        return Response(200, answer, BINARY, told(decision), after=closing(guard, decision))


def coloured(data: bytes, media_type: str, boxes: Sequence[Box], colour: Colour) -> bytes:
    """A released picture with other colours where it was painted over.

    Args:
        data: the picture, as it was built anew.
        media_type: what it is.
        boxes: what was painted over, in its pixels.
        colour: red, green and blue.
    """
    import numpy as np
    from PIL import Image as Pictures
    from PIL import ImageSequence

    from accord.media.encode import encode_picture
    from accord.transform.image import padded

    pages = []
    with Pictures.open(io.BytesIO(data)) as picture:
        for number, page in enumerate(ImageSequence.Iterator(picture)):
            pixels = np.array(page.convert("RGB"))
            for box in boxes:
                if box.page == number and (grown := padded(box, pixels.shape[1], pixels.shape[0])) is not None:
                    pixels[grown.top : grown.bottom, grown.left : grown.right] = colour
            pages.append(pixels)
    return encode_picture(pages, media_type)[0]


def _boxes(decision: Decision) -> list[Box]:
    changed = (verdict.finding for verdict in decision.verdicts if verdict.outcome is Outcome.TRANSFORM)
    return [f.place for f in changed if isinstance(f.place, Box) and f.item == 0]


def _unread(decision: Decision, headers: Mapping[str, str]) -> Problem:
    problem = not_inspected(faults(decision))
    return Problem(problem.status, problem.code, str(problem), headers={**headers, **problem.headers})


def _form(body: bytes, content_type: str) -> tuple[bytes, Colour]:
    form = fields(body, content_type)
    if any(name not in ("image", "data") for name in form):
        raise wrong("Invalid parameter, the form has a field that is not understood", 422)
    if not form.get("image"):
        raise wrong("Invalid parameter, please add image data", 422)
    parameters: dict[str, Any] = {}
    if said := form.get("data", b"").strip():
        try:
            parameters = strict.loads_object(said)
        except Problem:  # Presidio's documentation writes it with single quotes
            parameters = strict.loads_object(said.replace(b"'", b'"'))
    if any(name not in ("color_fill", "analyzer_entities") for name in parameters):
        raise wrong("Invalid parameter, data has a field that is not understood", 422)
    words_of(parameters.get("analyzer_entities"), "analyzer_entities")
    return form["image"], _colour(parameters.get("color_fill"))


def _json(body: Mapping[str, Any]) -> tuple[bytes, Colour]:
    if any(name not in ("image", "analyzer_entities", "color_fill") for name in body):
        raise wrong("Invalid parameter, the body has a field that is not understood", 422)
    if not body.get("image"):
        raise wrong("Invalid parameter, please add image data", 422)
    words_of(body.get("analyzer_entities"), "analyzer_entities")
    return decoded(body["image"], "image"), _colour(body.get("color_fill"))


def _colour(given: Any) -> Colour:
    """A colour as `r,g,b`, or one number for a shade of grey."""
    if given is None:
        return BLACK
    found = _COLOUR.fullmatch(str(given).strip()) if isinstance(given, str | int) else None
    if found is None:
        raise wrong("Invalid parameter, color_fill must be 'r,g,b' or one number", 422)
    red, green, blue = (int(one) if one else int(found[1]) for one in found.groups())
    if max(red, green, blue) > 255:
        raise wrong("Invalid parameter, color_fill has a value above 255", 422)
    return red, green, blue
