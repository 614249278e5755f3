"""The upstream that comes with accord: says what it was told. In this process, without a socket.

It makes a gateway work before there is anything to forward to, and shows what a model would have seen.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
import re
import struct
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from accord.gateway.upstream import Answer, Event, UpstreamFailed, garbled

DIMENSIONS = 256
"""Length of an embedding where none is asked for."""

_MAX_DIMENSIONS = 8192
_MODELS = {"object": "list", "data": [{"id": "echo", "object": "model", "created": 0, "owned_by": "accord"}]}
_JSON = {"content-type": "application/json"}


class Echo:
    """Answers chats with the last message of the user, embeddings with vectors of a hash.

    A tool is called where one must be, with the message as its argument. `n`, `stop`, the token limits and structured
    output are followed; a token is a word.

    Args:
        name: what it is called in the configuration.
        rename: what a model is called there.
    """

    def __init__(self, name: str = "echo", rename: Mapping[str, str] | None = None) -> None:
        self._name, self._rename = name, dict(rename or {})

    def __repr__(self) -> str:
        return f"<Echo {self._name}>"

    @property
    def name(self) -> str:
        """What it is called in the configuration."""
        return self._name

    def rename(self, model: str) -> str:
        """What a model is called there."""
        return self._rename.get(model, model)

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""

    async def get(self, path: str) -> Answer:
        """The list of models.

        Raises:
            UpstreamFailed: it was asked for something else.
        """
        if path != "/models":
            raise _unknown()
        return Answer(200, _JSON, orjson.dumps(_MODELS))

    async def post(
        self, path: str, body: bytes, *, idempotent: bool = False, accept: str = "application/json"
    ) -> Answer:
        """Answer a chat or make embeddings.

        Raises:
            UpstreamFailed: it was asked for something else, or not in JSON.
        """
        asked = _asked(body)
        if path == "/chat/completions":
            return Answer(200, _JSON, orjson.dumps(_completion(asked)))
        if path == "/embeddings":
            return Answer(200, _JSON, orjson.dumps(_embeddings(asked)))
        raise _unknown()

    @asynccontextmanager
    async def stream(self, path: str, body: bytes) -> AsyncIterator[EchoEvents]:
        """Answer a chat word by word.

        Raises:
            UpstreamFailed: it was asked for something else, or not in JSON.
        """
        if path != "/chat/completions":
            raise _unknown()
        events = EchoEvents(_chunks(_asked(body)))
        try:
            yield events
        finally:
            events.close()


class EchoEvents:
    """The events of one answer."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks: Iterator[bytes] | None = chunks

    def __aiter__(self) -> EchoEvents:
        return self

    async def __anext__(self) -> Event:
        """The next event."""
        await asyncio.sleep(0)  # a long answer leaves room for others
        chunk = next(self._chunks, None) if self._chunks is not None else None
        if chunk is None:
            raise StopAsyncIteration
        return Event(chunk)

    def close(self) -> None:
        """End it."""
        self._chunks = None


def _asked(body: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise garbled() from None
    if not isinstance(asked, dict):
        raise garbled()
    return asked


def _unknown() -> UpstreamFailed:
    text = "The upstream does not know what was asked for."
    return UpstreamFailed(404, "upstream_not_found", text, delivery="delivered")


def _said(asked: Mapping[str, Any]) -> str:
    """The text of the user's last message; of the last message at all where they said nothing."""
    messages = [one for one in asked.get("messages") or () if isinstance(one, dict)]
    users = [one for one in messages if one.get("role") == "user"]
    content = (users or messages or [{}])[-1].get("content")
    if isinstance(content, list):
        return "\n".join(_part(part) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _part(part: Mapping[str, Any]) -> str:
    kind = str(part.get("type"))
    text = part.get(kind) if kind in ("text", "refusal") else None
    return text if isinstance(text, str) else f"[{kind}]"


def _words(text: str) -> list[str]:
    """The text in pieces, one for each word; together they are the text."""
    return re.findall(r"\s*\S+", text) + re.findall(r"\s+\Z", text) if text.strip() else [text][: len(text)]


def _reply(asked: Mapping[str, Any]) -> tuple[list[str], str]:
    """The pieces of the answer, and why it ends."""
    text = _said(asked)
    kind = (asked.get("response_format") or {}).get("type")
    if kind in ("json_object", "json_schema"):
        text = orjson.dumps({"echo": text}).decode()
    stop = asked.get("stop") or []
    for word in [stop] if isinstance(stop, str) else stop:
        text = text.split(word)[0] if word else text
    pieces = _words(text)
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
    if isinstance(limit, int) and len(pieces) > limit:
        return pieces[:limit], "length"
    return pieces, "stop"


def _called(asked: Mapping[str, Any]) -> tuple[str, str]:
    """The field in which a tool is called and its name; "" where none must be."""
    choice, tools = asked.get("tool_choice"), asked.get("tools") or []
    if tools and isinstance(choice, dict):
        return "tool_calls", str(choice["function"]["name"])
    if tools and choice == "required":
        return "tool_calls", str(tools[0]["function"]["name"])
    chosen = asked.get("function_call")
    if asked.get("functions") and isinstance(chosen, dict):
        return "function_call", str(chosen["name"])
    return "", ""


def _head(kind: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    made = {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time())}
    return {**made, "model": asked.get("model", "echo"), "system_fingerprint": "echo"}


def _usage(asked: Mapping[str, Any], written: int) -> dict[str, int]:
    read = sum(
        len(_words(_said({"messages": [one]}))) for one in asked.get("messages") or () if isinstance(one, dict)
    )
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _choices(asked: Mapping[str, Any]) -> int:
    count = asked.get("n")
    return count if isinstance(count, int) else 1


def _completion(asked: Mapping[str, Any]) -> dict[str, Any]:
    pieces, reason = _reply(asked)
    field, tool = _called(asked)
    choices: list[dict[str, Any]] = []
    for index in range(_choices(asked)):
        message: dict[str, Any] = {"role": "assistant", "content": "".join(pieces), "refusal": None}
        if field:
            call = {"name": tool, "arguments": orjson.dumps({"echo": _said(asked)}).decode()}
            message["content"] = None
            message[field] = [_call(call)] if field == "tool_calls" else call
            reason = field
        choices.append({"index": index, "message": message, "logprobs": None, "finish_reason": reason})
    usage = _usage(asked, len(pieces) * len(choices))
    return {**_head("chat.completion", asked), "choices": choices, "usage": usage}


def _call(function: Mapping[str, str]) -> dict[str, Any]:
    return {"id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": function}


def _chunks(asked: Mapping[str, Any]) -> Iterator[bytes]:
    head = _head("chat.completion.chunk", asked)
    pieces, reason = _reply(asked)
    field, tool = _called(asked)
    count = _choices(asked)

    def chunk(index: int, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return orjson.dumps({**head, "choices": [choice]})

    for index in range(count):
        yield chunk(index, {"role": "assistant", "content": None if field else ""})
    if field:
        reason, pieces = field, _words(orjson.dumps({"echo": _said(asked)}).decode())
        for index in range(count):
            begun = {"name": tool, "arguments": ""}
            first = {"tool_calls": [{"index": 0, **_call(begun)}]} if field == "tool_calls" else {field: begun}
            yield chunk(index, first)
    for piece in pieces:
        for index in range(count):
            more: dict[str, Any] = {"content": piece}
            if field == "tool_calls":
                more = {field: [{"index": 0, "function": {"arguments": piece}}]}
            elif field:
                more = {field: {"arguments": piece}}
            yield chunk(index, more)
    for index in range(count):
        yield chunk(index, {}, reason)
    if (asked.get("stream_options") or {}).get("include_usage"):
        yield orjson.dumps({**head, "choices": [], "usage": _usage(asked, len(pieces) * count)})
    yield b"[DONE]"


def _embeddings(asked: Mapping[str, Any]) -> dict[str, Any]:
    given = asked.get("input")
    texts = [given] if isinstance(given, str) else [one for one in given or () if isinstance(one, str)]
    wanted = asked.get("dimensions")
    size = min(wanted, _MAX_DIMENSIONS) if isinstance(wanted, int) else DIMENSIONS
    data: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        vector: Any = _vector(text, size)
        if asked.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{size}f", *vector)).decode("ascii")
        data.append({"object": "embedding", "index": index, "embedding": vector})
    read = sum(len(_words(text)) for text in texts)
    usage = {"prompt_tokens": read, "total_tokens": read}
    return {"object": "list", "data": data, "model": asked.get("model", "echo"), "usage": usage}


def _vector(text: str, size: int) -> list[float]:
    """A unit vector that depends on nothing but the text."""
    noise = struct.unpack(f"<{size}h", hashlib.shake_256(text.encode()).digest(2 * size))
    length = math.sqrt(sum(number * number for number in noise)) or 1.0
    return [number / length for number in noise]
