"""The upstream that comes along: what it says is what it was told, whole and word by word."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from typing import Any

import pytest

from accord.gateway.echo import DIMENSIONS, Echo
from accord.gateway.upstream import UpstreamFailed

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("first", "second")]


def whole(content: Any = "Hello,  big\nworld ", path: str = "/chat/completions", **more: Any) -> dict[str, Any]:
    body = {
        "model": "m",
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": content}],
    }
    made: dict[str, Any] = asyncio.run(Echo().post(path, json.dumps({**body, **more}).encode())).json()
    return made


def streamed(content: Any = "Hello,  big\nworld ", **more: Any) -> list[Any]:
    body = {"model": "m", "messages": [{"role": "user", "content": content}], "stream": True, **more}

    async def ask() -> list[Any]:
        async with Echo().stream("/chat/completions", json.dumps(body).encode()) as events:
            return [event.data async for event in events]

    *events, last = asyncio.run(ask())
    assert last == b"[DONE]"
    return [json.loads(event) for event in events]


def deltas(events: list[Any], index: int = 0) -> list[dict[str, Any]]:
    return [c["delta"] for event in events for c in event["choices"] if c["index"] == index]


def test_it_says_what_the_user_said_last() -> None:
    got = whole()
    (choice,) = got["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Hello,  big\nworld ", "refusal": None}
    assert (got["model"], got["object"], choice["finish_reason"]) == ("m", "chat.completion", "stop")
    assert got["usage"] == {"prompt_tokens": 6, "completion_tokens": 4, "total_tokens": 10}
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    assert whole(parts)["choices"][0]["message"]["content"] == "a\n[image_url]"
    assert whole("")["choices"][0]["message"]["content"] == ""
    assert whole(messages=[{"role": "assistant", "content": "only"}])["choices"][0]["message"]["content"] == "only"


@pytest.mark.parametrize("text", ["Hello,  big\nworld ", "", " ", "a", "  a", "a\u00a0b c\u3000d", "\n\n", "🎉 ü"])
def test_word_by_word_it_says_the_same(text: str) -> None:
    pieces = [delta["content"] for delta in deltas(streamed(text)) if delta.get("content")]
    assert "".join(pieces) == text
    assert len(pieces) >= len(text.split())


def test_several_answers_and_what_was_used() -> None:
    events = streamed("a b", n=3, stream_options={"include_usage": True})
    for index in range(3):
        assert "".join(delta.get("content", "") for delta in deltas(events, index)) == "a b"
    assert events[-1]["choices"] == [] and events[-1]["usage"]["completion_tokens"] == 6
    assert [choice["index"] for choice in whole("a", n=3)["choices"]] == [0, 1, 2]
    assert "usage" not in streamed("a")[-1]


def test_limits_stops_and_structure() -> None:
    short = whole("a b c d", max_tokens=2)["choices"][0]
    assert (short["message"]["content"], short["finish_reason"]) == ("a b", "length")
    assert whole("a b c d", max_completion_tokens=4)["choices"][0]["finish_reason"] == "stop"
    assert whole("one STOP two", stop="STOP")["choices"][0]["message"]["content"] == "one "
    assert whole("one two three", stop=["three", "two", ""])["choices"][0]["message"]["content"] == "one "
    structured = whole('say "hi"', response_format={"type": "json_object"})["choices"][0]["message"]["content"]
    assert json.loads(structured) == {"echo": 'say "hi"'}


@pytest.mark.parametrize(
    ("choice", "name"),
    [("required", "first"), ({"type": "function", "function": {"name": "second"}}, "second")],
)
def test_a_tool_is_called_where_one_must_be(choice: Any, name: str) -> None:
    (got,) = whole('a "b" c', tools=TOOLS, tool_choice=choice)["choices"]
    (call,) = got["message"]["tool_calls"]
    assert got["finish_reason"] == "tool_calls" and got["message"]["content"] is None
    assert call["function"]["name"] == name and json.loads(call["function"]["arguments"]) == {"echo": 'a "b" c'}
    events = streamed('a "b" c', tools=TOOLS, tool_choice=choice)
    calls = [delta["tool_calls"][0] for delta in deltas(events) if "tool_calls" in delta]
    assert calls[0]["function"]["name"] == name and calls[0]["id"] and len(calls) > 2
    assert json.loads("".join(one["function"]["arguments"] for one in calls)) == {"echo": 'a "b" c'}
    assert events[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_no_tool_is_called_where_none_must_be() -> None:
    for choice in (None, "auto", "none"):
        assert whole("a", tools=TOOLS, tool_choice=choice)["choices"][0]["message"]["content"] == "a"
    assert whole("a", tool_choice="required")["choices"][0]["message"]["content"] == "a"
    old = whole("a", functions=[{"name": "f"}], function_call={"name": "f"})["choices"][0]
    assert old["message"]["function_call"] == {"name": "f", "arguments": '{"echo":"a"}'}


def test_embeddings_depend_on_the_text_alone() -> None:
    one, two = (whole(path="/embeddings", input=["a", "b", "a"]) for _ in range(2))
    assert one["data"] == two["data"] and one["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    first, other, again = (item["embedding"] for item in one["data"])
    assert first == again != other and len(first) == DIMENSIONS
    assert sum(number * number for number in first) == pytest.approx(1.0)
    packed = whole(path="/embeddings", input="a", dimensions=7, encoding_format="base64")["data"][0]["embedding"]
    assert struct.unpack("<7f", base64.b64decode(packed)) == pytest.approx(
        whole(path="/embeddings", input="a", dimensions=7)["data"][0]["embedding"]
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"nothing"])
def test_what_is_no_request(body: bytes) -> None:
    with pytest.raises(UpstreamFailed):
        asyncio.run(Echo().post("/chat/completions", body))
    for ask in (Echo().post("/audio/speech", b"{}"), Echo().get("/files")):
        with pytest.raises(UpstreamFailed) as caught:
            asyncio.run(ask)
        assert caught.value.status == 404


def test_leaving_early_ends_it() -> None:
    async def leave() -> None:
        body = json.dumps({"messages": [{"role": "user", "content": "a b c"}]}).encode()
        async with Echo("own", {"a": "b"}).stream("/chat/completions", body) as events:
            await anext(events)
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    asyncio.run(leave())
    assert Echo("own", {"a": "b"}).rename("a") == "b" and repr(Echo("own")) == "<Echo own>"
