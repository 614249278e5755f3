"""The doors of models: names of the configuration, and what upstreams say, bounded and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.unit.gateway.conftest import Answered, NoWatch, OpenGate
from tests.upstream import FakeUpstream, Reply, Wait, answer, error

from accord.gateway import models as door
from accord.gateway.app import Gateway
from accord.gateway.upstream import Endpoint
from accord.gateway.upstreams import Upstreams

FAST = Endpoint("", timeout=0.3, connect=0.3, total=1.0, retries=0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asking(endpoints: dict[str, Endpoint], ask: Callable[[Callable[..., Any], Clock], Any]) -> Any:
    async def run() -> Any:
        clock, upstreams = Clock(), Upstreams(endpoints)
        gateway = Gateway(door.Models(upstreams, clock).routes(), OpenGate(), NoWatch())

        async def get(path: str) -> Answered:
            got = Answered()

            async def receive() -> dict[str, Any]:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: dict[str, Any]) -> None:
                got.status = message.get("status", got.status)
                got.pieces.append(message.get("body", b""))

            scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
            await gateway(scope, receive, send)
            return got

        await upstreams.start()
        try:
            return await ask(get, clock)
        finally:
            await upstreams.stop()

    return asyncio.run(run())


def listing(*names: Any, **more: Any) -> Reply:
    data = [{"id": name, "object": "model", "created": 7, "owned_by": "Jane Doe", **more} for name in names]
    return answer({"object": "list", "data": data})


async def ids(get: Callable[..., Any], _clock: Clock | None = None) -> list[str]:
    return [entry["id"] for entry in (await get("/v1/models")).json["data"]]


def test_names_of_the_configuration_and_of_upstreams() -> None:
    with FakeUpstream() as fake:
        fake.will(listing("b-1", "b-2", "a-1", "zz", "Jane Doe", "é", "", 7, None, "x" * 300, "b/c:d@1"))

        async def ask(get: Callable[..., Any], clock: Clock) -> None:
            got = await get("/v1/models")
            assert [entry["id"] for entry in got.json["data"]] == ["a-1", "b-1", "b-2", "b/c:d@1", "old"]
            assert got.json["data"][1] == {"id": "b-1", "object": "model", "created": 7, "owned_by": "second"}
            assert b"Jane" not in got.body
            assert (await get("/v1/models/b/c:d@1")).json["id"] == "b/c:d@1"
            for none in ("zz", "", "b-3", "../b-1", "Jane Doe"):
                missing = await get(f"/v1/models/{none}")
                assert (missing.status, missing.json["error"]["code"]) == (404, "model_not_found")
                assert b"Jane" not in missing.body
            assert fake.requests[0].path == "/v1/models" and len(fake.requests) == 1

        first = replace(FAST, url="http://127.0.0.1:9/v1", models=("a-1",))
        second = replace(FAST, url=fake.url, models=("old", "b*"), rename={"old": "b-0"})
        asking({"first": first, "second": second}, ask)


def test_it_is_asked_once_in_a_while_and_by_one_only() -> None:
    with FakeUpstream() as fake:
        fake.default = lambda _: listing(f"m{len(fake.requests)}")

        async def ask(get: Callable[..., Any], clock: Clock) -> None:
            assert await asyncio.gather(*(ids(get) for _ in range(20))) == [["m1"]] * 20
            clock.now += door.FRESH - 1
            assert await ids(get) == ["m1"]
            clock.now += 1
            assert await ids(get) == ["m2"]
            fake.default = lambda _: error(500)
            clock.now += door.FRESH
            assert await ids(get) == await ids(get) == ["m2"], "what it said before still holds"
            assert len(fake.requests) == 3

        asking({"one": replace(FAST, url=fake.url)}, ask)


def test_an_upstream_that_does_not_answer_well_hides_no_other(monkeypatch: Any) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.2)
    many = listing(*(f"m{i}" for i in range(3000)))
    for reply, count in [
        ([Wait(9)], 0),
        (error(404), 0),
        (answer([]), 0),
        (answer({"data": "Jane"}), 0),
        (answer({"data": [[], 1, "a", {}]}), 0),
        (answer(body=b'{"data":[' + b" " * 3_000_000 + b"]}"), 0),
        (many, 2000),
    ]:
        with FakeUpstream() as fake:
            fake.will(reply)
            endpoints = {"sure": replace(FAST, url="echo", models=("echo",)), "one": replace(FAST, url=fake.url)}
            got = asking(endpoints, ids)
        assert "echo" in got and len(got) == count + 1


def test_numbers_of_an_upstream_are_numbers() -> None:
    with FakeUpstream() as fake:
        fake.will(listing("m", created="Jane"))

        async def ask(get: Callable[..., Any], _clock: Clock) -> Any:
            return (await get("/v1/models/m")).json

        got = asking({"one": replace(FAST, url=fake.url)}, ask)
    assert got == {"id": "m", "object": "model", "created": 0, "owned_by": "one"}


def test_with_nothing_configured() -> None:
    assert asking({}, ids) == ["echo"]
