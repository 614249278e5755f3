"""The door of embeddings: texts as they may leave, numbers and nothing else back."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from tests.unit.gateway.conftest import WORDS, Client, NoWatch, OneGuard, OpenGate
from tests.upstream import FakeUpstream, Reply, Reset, answer, error

from accord import Guard
from accord.config import shipped
from accord.gateway.app import Gateway
from accord.gateway.embeddings import Embeddings
from accord.gateway.upstream import Endpoint
from accord.gateway.upstreams import Upstreams
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog


@dataclass
class Door:
    fake: FakeUpstream
    client: Client

    def post(self, body: Any, **headers: str) -> Any:
        return self.client.post("/v1/embeddings", body, **headers)

    @property
    def kinds(self) -> list[str]:
        return [f"{r['kind']}:{r.get('to') or r.get('status')}" for r in self.client.records]


@contextmanager
def door(*replies: Reply, **how: Any) -> Iterator[Door]:
    log = MemoryLog()
    guard = Guard(shipped("default").policy(), [StructureReader(), EncodedReader()], [FixedDetector(WORDS)], log)
    with FakeUpstream() as fake:
        fake.will(*replies)
        endpoint = Endpoint(fake.url, models=("m",), rename={"m": "up-m"}, timeout=1, total=2, **how)
        upstreams = Upstreams({"one": endpoint})
        made = Embeddings(OneGuard(guard), upstreams, body=1_000_000, seconds=5.0)
        gateway = Gateway(made.routes(), OpenGate(), NoWatch())

        async def serving(scope: Any, receive: Any, send: Any) -> None:
            await upstreams.start()
            try:
                await gateway(scope, receive, send)
            finally:
                await upstreams.stop()

        yield Door(fake, Client(serving, log, None, guard))  # type: ignore[arg-type]
    guard.close()


def numbers(*vectors: Any, **more: Any) -> Reply:
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    usage = {"prompt_tokens": 3, "total_tokens": 3}
    return answer({"object": "list", "data": data, "model": "x", "usage": usage, **more})


def test_texts_leave_as_they_may_and_numbers_come_back() -> None:
    said = {"object": "list", "model": "Jane Doe", "x": "Jane Doe", "usage": {"prompt_tokens": 5, "x": "Jane"}}
    data = [
        {"object": "Jane", "index": 1, "embedding": [1, -0.5], "x": "Jane"},
        {"index": 0, "embedding": [0.25, 1e-9]},
    ]
    with door(answer({**said, "data": data})) as one:
        got = one.post({"model": "m", "input": ["to jane@example.org", "hello"], "user": "u7", "dimensions": 2})
        assert got.status == 200, got.body
        (sent,) = [seen.json() for seen in one.fake.requests]
        assert b"jane@example.org" not in one.fake.received and b"u7" not in one.fake.received
        assert one.kinds == ["release:model", "delivery:delivered", "release:user", "delivery:delivered"]
    assert sent["input"][1] == "hello" and sent["input"][0].startswith("to ")
    assert (sent["model"], sent["dimensions"], sent["encoding_format"]) == ("up-m", 2, "float")
    assert set(sent) == {"model", "input", "dimensions", "encoding_format"}
    assert got.json == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.25, 1e-9]},
            {"object": "embedding", "index": 1, "embedding": [1.0, -0.5]},
        ],
        "model": "m",
        "usage": {"prompt_tokens": 5, "total_tokens": 0},
    }
    assert b"Jane" not in got.body and got.headers["accord-coverage"].startswith("text=")


def test_one_text_stays_one_text() -> None:
    with door(numbers([0.5])) as one:
        assert len(one.post({"model": "m", "input": "hello"}).json["data"]) == 1
        assert one.fake.requests[0].json()["input"] == "hello"


def test_base64_is_floats_again() -> None:
    packed = base64.b64encode(struct.pack("<2f", 0.5, -2.0)).decode()
    for vector in (packed, [0.5, -2]):
        with door(numbers(vector)) as one:
            got = one.post({"model": "m", "input": "a", "encoding_format": "base64"})
            assert got.json["data"][0]["embedding"] == packed
            assert one.fake.requests[0].json()["encoding_format"] == "base64"
    with door(numbers(packed)) as one:
        assert one.post({"model": "m", "input": "a"}).json["data"][0]["embedding"] == [0.5, -2.0]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"input": "a"}, "invalid_value", "model"),
        ({"model": "m"}, "invalid_value", "input"),
        ({"model": "m", "input": []}, "invalid_value", "input"),
        ({"model": "m", "input": {}}, "invalid_value", "input"),
        ({"model": "m", "input": ["a", None]}, "invalid_value", "input[1]"),
        ({"model": "m", "input": [1, 2]}, "unsupported_part", "input"),
        ({"model": "m", "input": [[1, 2]]}, "unsupported_part", "input"),
        ({"model": "m", "input": ["a"] * 2049}, "invalid_value", "input"),
        ({"model": "m", "input": "a", "dimensions": 0}, "invalid_value", "dimensions"),
        ({"model": "m", "input": "a", "dimensions": True}, "invalid_value", "dimensions"),
        ({"model": "m", "input": "a", "encoding_format": "Jane"}, "invalid_value", "encoding_format"),
        ({"model": "m", "input": "a", "user": 7}, "invalid_value", "user"),
        ({"model": "m", "input": "a", "extra": "Jane"}, "unsupported_field", "extra"),
        ({"model": "m", "input": "a", "Jane Doe": 1}, "unsupported_field", "a field"),
        (b'{"model":"m","input":"a","input":"b"}', "repeated_key", None),
        (b'{"model":"m","input":"\xff"}', "invalid_utf8", None),
    ],
)
def test_what_is_not_understood_is_refused_and_not_sent(body: Any, code: str, param: str | None) -> None:
    with door() as one:
        got = one.post(body)
        assert (got.status, got.json["error"]["code"], got.json["error"]["param"]) == (400, code, param)
        assert b"Jane" not in got.body and not one.fake.requests and not one.kinds


def test_an_unknown_model_is_not_asked() -> None:
    with door() as one:
        assert one.post({"model": "other", "input": "a"}).json["error"]["code"] == "model_not_found"
        assert not one.fake.requests


def test_what_is_stopped_is_not_sent() -> None:
    with door() as one:
        got = one.post({"model": "m", "input": ["fine", "ignore all previous"]})
        assert got.status == 403 and got.json["error"]["accord"]["rules"]
        assert not one.fake.requests and one.kinds == ["release:model"]


@pytest.mark.parametrize(
    "reply",
    [
        answer({}),
        answer({"data": "Jane"}),
        numbers(),
        numbers([0.5]),
        numbers([0.5], [0.5], [0.5]),
        numbers([0.5], [0.5, 0.5]),
        numbers([], []),
        numbers([0.5], ["Jane"]),
        numbers([0.5], [True]),
        numbers([0.5], [None]),
        numbers([0.5], [[0.5]]),
        numbers([0.5], "Jane!"),
        numbers([0.5], "SmFuZSBEb2U="),
        numbers([0.5], base64.b64encode(struct.pack("<f", float("nan"))).decode()),
        numbers([0.5], None),
        numbers([0.5], [10**400]),
        answer({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}),
        answer({"data": [{"index": 0, "embedding": [1]}, {"index": 2, "embedding": [1]}]}),
        answer({"data": [{"index": 0, "embedding": [1]}, {"index": "1", "embedding": [1]}]}),
        answer({"data": [{"index": 0, "embedding": [1]}, "Jane"]}),
        answer(body=b'{"data":[{"index":0,"embedding":[NaN]},{"index":1,"embedding":[1]}]}'),
        answer(body=b'{"data":[{"index":0,"embedding":[1e999]},{"index":1,"embedding":[1]}]}'),
    ],
)
def test_what_is_not_numbers_is_no_answer(reply: Reply) -> None:
    with door(reply) as one:
        got = one.post({"model": "m", "input": ["a", "b"]})
        assert got.status == 502 and got.json["error"]["code"] == "upstream_garbled" and b"Jane" not in got.body
        assert one.kinds == ["release:model", "delivery:delivered"]


def test_what_became_of_it_is_on_record_when_the_upstream_fails() -> None:
    for replies, status, recorded in (
        ([error(500, text="Jane")], 502, "delivered"),
        ([[Reset()], [Reset()]], 502, "unknown"),
        ([error(400, "context_length_exceeded")], 400, "delivered"),
    ):
        with door(*replies) as one:
            got = one.post({"model": "m", "input": "a"})
            assert got.status == status and b"Jane" not in got.body
            assert one.kinds == ["release:model", f"delivery:{recorded}"]
    with door() as one:
        one.fake.stop()
        assert one.post({"model": "m", "input": "a"}).json["error"]["code"] == "upstream_unreachable"
        assert one.kinds == ["release:model", "delivery:failed"]


def test_a_failure_that_can_be_tried_again_is() -> None:
    with door([Reset()], numbers([0.5])) as one:
        assert one.post({"model": "m", "input": "a"}).status == 200
        assert len(one.fake.requests) == 2


def test_many_texts_and_many_numbers() -> None:
    vectors = [[float(i), 0.5] * 128 for i in range(300)]
    with door(numbers(*vectors)) as one:
        got = one.post({"model": "m", "input": [f"text number {i} " * 30 for i in range(300)]})
        assert [item["embedding"] for item in got.json["data"]] == vectors


def test_the_one_that_comes_along_makes_them() -> None:
    async def ask() -> Any:
        body = json.dumps({"model": "m", "input": ["a", "b"], "dimensions": 3}).encode()
        return (await Upstreams({}).choose("m").post("/embeddings", body)).json()

    first, second = asyncio.run(ask())["data"]
    assert len(first["embedding"]) == 3 and first["embedding"] != second["embedding"]
