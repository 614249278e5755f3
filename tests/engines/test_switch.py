"""The kill switch over several workers with streams open: all of it ends, it stays so, and one who may lets it go on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.engines.running import Running, accord, accord_server
from tests.upstream import FakeUpstream, answer, chunk, completion, events

pytestmark = [pytest.mark.engines, pytest.mark.timeout(180)]

FAST = "version: 1\nextends: default\nreaders: [structure]\ndetectors: [patterns, fields]\n"
STREAMS = 6
SOON = 0.5
"""Seconds from the switch to the end of everything, as promised."""


def endless(_seen: Any) -> Any:
    """A stream of half a minute: nothing but the switch ends it while a test runs."""
    words = [chunk(f"word{number} ") for number in range(600)]
    return events([chunk(role="assistant"), *words, chunk(finish="stop")], pause=0.05)


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(default=endless) as made:
        yield made


def body(stream: bool = True) -> dict[str, Any]:
    return {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "Tell me something."}]}


async def listen(url: str, begun: asyncio.Semaphore) -> tuple[float, bytes]:
    """When a stream ended, and what it said; tells when its first words are there."""
    got, told = b"", False
    async with aiohttp.ClientSession() as session, session.post(f"{url}/v1/chat/completions", json=body()) as answer:
        assert answer.status == 200
        try:
            async for piece in answer.content.iter_any():
                got += piece
                if not told and b"word" in got:
                    told = True
                    begun.release()
        except aiohttp.ClientPayloadError:
            pass  # cut off is an end as well
    return time.time(), got


async def statuses(url: str, count: int) -> set[int]:
    """Answers over connections of their own, so that all workers are asked."""
    found = set()
    for _ in range(count):
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{url}/v1/chat/completions", json=body(False)) as answer,
        ):
            await answer.read()
            found.add(answer.status)
    return found


async def _engaged_amid_streams(server: Running, state: Path) -> tuple[float, list[tuple[float, bytes]], set[int]]:
    begun = asyncio.Semaphore(0)
    streams = [asyncio.ensure_future(listen(server.url, begun)) for _ in range(STREAMS)]
    for _ in range(STREAMS):
        await asyncio.wait_for(begun.acquire(), 30)
    await asyncio.to_thread(accord, state, "kill", "on", "--reason", "a drill")
    # The command goes on to write its record after the switch is engaged: the file says when that was.
    at = (state / "kill-switch").stat().st_mtime
    await asyncio.sleep(max(0.0, at + SOON - time.time()))
    refused = await statuses(server.url, 12)
    return at, await asyncio.wait_for(asyncio.gather(*streams), 30), refused


def records(state: Path, kind: str) -> list[dict[str, Any]]:
    lines = accord(state, "audit", "list", "--json").splitlines()
    return [one for one in map(json.loads, lines) if one["kind"] == kind]


def test_all_workers_stop_and_open_streams_end_and_it_stays_so(tmp_path: Path, upstream: FakeUpstream) -> None:
    state, config = tmp_path / "state", tmp_path / "accord.yaml"
    config.write_text(FAST)
    with accord_server(state, upstream.url, config=config, more=("--workers", "2")) as server:
        at, ended, refused = asyncio.run(_engaged_amid_streams(server, state))
        assert refused == {503}
        late = [when - at for when, _ in ended if when - at > SOON]
        assert not late, "streams went on"
        assert all(b"word599" not in got for _, got in ended), "they were stopped, not finished"
        forwarded = len(upstream.requests)
    assert forwarded == STREAMS
    with accord_server(state, upstream.url, config=config) as server:
        assert asyncio.run(statuses(server.url, 4)) == {503}, "it survives a restart"
        assert len(upstream.requests) == forwarded
        accord(state, "kill", "off", "--reason", "the drill is over")
        upstream.default = lambda _seen: answer(completion("Good."))
        until = time.monotonic() + 10
        while (found := asyncio.run(statuses(server.url, 1))) == {503} and time.monotonic() < until:
            time.sleep(0.1)
        assert found == {200}, "it was released"
    assert [one["state"] for one in records(state, "switch")] == ["engaged", "released"]
    accord(state, "audit", "verify")
