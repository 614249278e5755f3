"""The doors beside chat, without sockets, and eyes that see colours."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image as Pictures
from tests.unit.gateway.conftest import WORDS, Answered, NoWatch, OneGuard, OpenGate

from accord import Guard
from accord.config import shipped
from accord.core.media import Sight, Strip, Surface
from accord.core.place import Box
from accord.core.roles import Stop
from accord.errors import AccessDenied
from accord.gateway.app import Gateway
from accord.gateway.asgi import Request
from accord.gateway.services import Caller, Route
from accord.media.opener import MediaOpener
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog

HARM = {
    "stab him": ("safety.violence", 0.95),
    "those people": ("safety.hate", 0.8),
    "end it all": ("safety.selfharm", 0.9),
    "rude word": ("safety.harassment", 0.3),
}
RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


class Eyes:
    """Sees a face where it is red, and unsafe content where it is green."""

    name = "eyes"
    categories = frozenset({"privacy.biometric.face", "safety.sexual"})
    floor = 0.5
    reference = "tests"

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        for colour, category in ((RED, "privacy.biometric.face"), (GREEN, "safety.sexual")):
            rows, columns = np.nonzero((surface.pixels == colour).all(axis=2))
            if len(rows):
                box = Box(
                    int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1, surface.page
                )
                yield Sight(category, 0.95, box)


class Blind:
    """Reads no letters in any picture."""

    name = "blind"

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip]:
        return []


class Gate(OpenGate):
    """Lets everybody in but one, and remembers what was asked for."""

    def __init__(self) -> None:
        self.actions: list[str] = []

    async def admit(self, request: Request, action: str) -> Caller:
        self.actions.append(action)
        if request.headers.get("who") == "nobody":
            raise AccessDenied("not for you")
        return await super().admit(request, action)


@dataclass
class Doors:
    """A gateway with some doors, a guard behind it, and its log."""

    gateway: Gateway
    guard: Guard
    log: MemoryLog
    gate: Gate

    def ask(
        self, method: str, path: str, body: Any = b"", *, kind: str = "application/json", **headers: str
    ) -> Answered:
        return asyncio.run(self.aask(method, path, body, kind=kind, **headers))

    def post(self, path: str, body: Any, **headers: str) -> Answered:
        return self.ask("POST", path, body, **headers)

    async def aask(
        self, method: str, path: str, body: Any, *, kind: str = "application/json", **headers: str
    ) -> Answered:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answered = Answered()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            elif message.get("body"):
                answered.pieces.append(message["body"])

        given = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"content-type", kind.encode()), *given],
            "client": ("127.0.0.1", 5),
        }
        await self.gateway(scope, receive, send)
        return answered

    @property
    def records(self) -> list[dict[str, Any]]:
        return list(self.log.records())


def doors(door: Any, *, words: Any = None, policy: Any = None, detectors: Sequence[Any] = (), **limits: Any) -> Doors:
    """A gateway with one door.

    Args:
        door: makes it, given the guards.
        words: what the detector finds.
        policy: the default one when not given.
        detectors: beside that one; `Eyes` when not given.
        limits: of the guard.
    """
    log, gate = MemoryLog(), Gate()
    chosen = policy or shipped("default").policy()
    found = FixedDetector({**WORDS, **HARM} if words is None else words)
    guard = Guard(
        chosen,
        [StructureReader(), EncodedReader(), Blind()],
        [found, *(detectors or [Eyes()])],
        log,
        opener=MediaOpener(),
        **limits,
    )
    made = door(OneGuard(guard))
    routes: list[Route] = made.routes()
    return Doors(Gateway(routes, gate, NoWatch()), guard, log, gate)


def picture(
    *spots: tuple[tuple[int, int, int], tuple[int, int, int, int]], size: tuple[int, int] = (64, 48)
) -> bytes:
    """A white picture with spots of a colour at left, top, right, bottom."""
    pixels = np.full((size[1], size[0], 3), 255, dtype=np.uint8)
    for colour, (left, top, right, bottom) in spots:
        pixels[top:bottom, left:right] = colour
    file = io.BytesIO()
    Pictures.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pixels_of(data: bytes) -> Any:
    with Pictures.open(io.BytesIO(data)) as seen:
        return np.array(seen.convert("RGB"))


def url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
