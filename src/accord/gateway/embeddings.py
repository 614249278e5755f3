"""`POST /v1/embeddings`: texts go to the model as far as they may, and nothing but numbers comes back."""

from __future__ import annotations

import array
import asyncio
import base64
import binascii
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from accord.core.content import Content, Context, Role, Text
from accord.core.decision import Decision, Destination
from accord.gateway import strict
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.problems import Problem, Stopped, bad, fields, unknown
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.upstream import Answer, Upstream, UpstreamFailed, garbled
from accord.gateway.upstreams import Upstreams
from accord.guard import Guard

MAX_INPUTS = 2048
MAX_DIMENSIONS = 65_536

_LARGE = 100_000  # bytes from which on JSON is parsed in a thread of its own
_KNOWN = frozenset({"model", "input", "dimensions", "encoding_format", "user"})
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,256}\Z")


@dataclass(frozen=True, slots=True, repr=False)
class EmbeddingRequest:
    """A request for embeddings.

    Attributes:
        model: what makes them.
        content: the texts, in order.
        single: whether one text was given, and no list.
        base64: whether numbers are wanted as base64 of 32-bit floats, little-endian.
        dimensions: how many numbers each; None for the model's own.
        user: who asks behind the application, as it says; it stays here.
    """

    model: str
    content: Content
    single: bool
    base64: bool
    dimensions: int | None
    user: str

    def __repr__(self) -> str:
        return f"<EmbeddingRequest of {len(self.content)} texts>"

    def rebuilt(self, released: Content, model: str) -> bytes:
        """The body that goes to the upstream.

        Args:
            released: what may leave, text by text.
            model: what it is called there.
        """
        texts = [part.reveal() for part in released if isinstance(part, Text)]
        if len(texts) != len(self.content):
            raise TypeError("a text is released as a text")
        made: dict[str, Any] = {"model": model, "input": texts[0] if self.single else texts}
        made["encoding_format"] = "base64" if self.base64 else "float"
        if self.dimensions is not None:
            made["dimensions"] = self.dimensions
        return orjson.dumps(made)


def parse(body: Mapping[str, Any]) -> EmbeddingRequest:
    """Take a request apart.

    Raises:
        Problem: 400, naming the field that is missing, wrong or not understood.
    """
    for name in body:
        if name not in _KNOWN:
            raise unknown(fields(name))
    model, dimensions, encoding = body.get("model"), body.get("dimensions"), body.get("encoding_format")
    if not isinstance(model, str) or not _NAME.match(model):
        raise bad("invalid_value", "model is not the name of a model.", "model")
    if dimensions is not None and (type(dimensions) is not int or not 1 <= dimensions <= MAX_DIMENSIONS):
        raise bad("invalid_value", f"dimensions is not a number from 1 to {MAX_DIMENSIONS}.", "dimensions")
    if encoding not in (None, "float", "base64"):
        raise bad("invalid_value", "encoding_format is neither float nor base64.", "encoding_format")
    user = body.get("user") or ""
    if not isinstance(user, str) or len(user) > 512:
        raise bad("invalid_value", "user is not a short text.", "user")
    given = body.get("input")
    content = _texts([given] if isinstance(given, str) else given)
    return EmbeddingRequest(model, content, isinstance(given, str), encoding == "base64", dimensions, user)


def _texts(given: Any) -> Content:
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_INPUTS:
        raise bad("invalid_value", f"input is neither a text nor a list of 1 to {MAX_INPUTS} texts.", "input")
    for i, text in enumerate(given):
        if isinstance(text, int | list):
            said = "input holds tokens: what they say cannot be inspected. Send texts."
            raise Problem(400, "unsupported_part", said, param="input")
        if not isinstance(text, str):
            raise bad("invalid_value", f"input[{i}] is not a text.", f"input[{i}]")
    return tuple(Text(text, role=Role.USER, message=i + 1) for i, text in enumerate(given))


class Embeddings:
    """The door.

    What is decided about the texts is on record before the upstream hears of them. The answer has no text; that it
    leaves is on record before its first byte all the same.

    Args:
        guards: decide.
        upstreams: answer.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
    """

    def __init__(self, guards: Guards, upstreams: Upstreams, *, body: int, seconds: float) -> None:
        self._guards, self._upstreams = guards, upstreams
        self._body, self._seconds = body, seconds

    def routes(self) -> list[Route]:
        """Its doors."""
        said = "Have embeddings made of texts, as far as these may leave."
        return [
            Route("POST", path, "embed", self.handle, openai_shape, said)
            for path in ("/v1/embeddings", "/embeddings")
        ]

    async def handle(self, request: Request, caller: Caller) -> Response:
        """Answer a request."""
        body = await request.body(self._body, self._seconds)
        if len(body) > _LARGE:
            asked = await asyncio.to_thread(lambda: parse(strict.loads_object(body)))
        else:
            asked = parse(strict.loads_object(body))
        upstream = self._upstreams.choose(asked.model)
        context = caller.context(user=asked.user, session=request.headers.get("accord-session", ""))
        guard = self._guards.current
        decision = await (await guard.ainspect(asked.content, context)).arelease(Destination.MODEL)
        if decision.content is None:
            raise Stopped(decision, told(decision))
        out = asked.rebuilt(decision.content, upstream.rename(asked.model))
        made = await _asked(guard, context, decision, upstream, out, asked)
        answer = (await guard.ainspect((), context)).decide(Destination.USER)
        await _settled(guard, context, decision, "delivered", answer)
        response = as_json(made, headers=told(decision))
        response.after = lambda sent: _settled(guard, context, answer, "delivered" if sent else "failed")
        return response


async def _asked(
    guard: Guard, context: Context, decision: Decision, upstream: Upstream, body: bytes, asked: EmbeddingRequest
) -> dict[str, Any]:
    """What the upstream says, checked; where it fails, what became of the request is recorded."""
    status = "unknown"
    try:
        reply = await upstream.post("/embeddings", body, idempotent=True)
        status = "delivered"
        if len(reply.body) > _LARGE:
            return await asyncio.to_thread(checked, reply, asked)
        return checked(reply, asked)
    except BaseException as error:
        if isinstance(error, UpstreamFailed):
            status = error.delivery
        await _settled(guard, context, decision, status)
        raise


async def _settled(
    guard: Guard, context: Context, decision: Decision, status: str, released: Decision | None = None
) -> None:
    await asyncio.to_thread(
        guard.recorder.settle,
        context,
        delivered=[(decision, status)],
        released=[released] if released is not None else [],
    )


def checked(reply: Answer, asked: EmbeddingRequest) -> dict[str, Any]:
    """An answer, built anew of its numbers alone.

    Raises:
        UpstreamFailed: 502: it is not one embedding for each text.
    """
    said = reply.json()
    data, count = said.get("data"), len(asked.content)
    if not isinstance(data, list) or len(data) != count:
        raise garbled()
    vectors: dict[int, array.array[float]] = {}
    for position, item in enumerate(data):
        index = item.get("index", position) if isinstance(item, dict) else None
        if type(index) is not int or not 0 <= index < count or index in vectors:
            raise garbled()
        vectors[index] = _numbers(item.get("embedding"))
    if len({len(vector) for vector in vectors.values()}) != 1:
        raise garbled()
    made = [
        {"object": "embedding", "index": i, "embedding": _written(vectors[i], asked.base64)} for i in range(count)
    ]
    return {"object": "list", "data": made, "model": asked.model, "usage": _usage(said.get("usage"))}


def _numbers(vector: Any) -> array.array[float]:
    if isinstance(vector, str):
        try:
            data = base64.b64decode(vector, validate=True)
        except (binascii.Error, ValueError):
            raise garbled() from None
        if len(data) % 4:
            raise garbled()
        numbers = array.array("f", data)
        if sys.byteorder == "big":
            numbers.byteswap()
    elif isinstance(vector, list) and set(map(type, vector)) <= {float, int}:
        try:
            numbers = array.array("d", vector)
        except OverflowError:
            raise garbled() from None
    else:
        raise garbled()
    if not 1 <= len(numbers) <= MAX_DIMENSIONS or not all(map(math.isfinite, numbers)):
        raise garbled()
    return numbers


def _written(numbers: array.array[float], as_base64: bool) -> str | list[float]:
    if not as_base64:
        return numbers.tolist()
    try:
        single = array.array("f", numbers)
    except OverflowError:
        raise garbled() from None
    if sys.byteorder == "big":
        single.byteswap()
    return base64.b64encode(single.tobytes()).decode("ascii")


def _usage(usage: Any) -> dict[str, int]:
    given = usage if isinstance(usage, dict) else {}
    return {
        name: value if type(value := given.get(name)) is int and 0 <= value < 1 << 53 else 0
        for name in ("prompt_tokens", "total_tokens")
    }
