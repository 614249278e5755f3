"""Streams of an upstream: events however they are cut, bounds, back-pressure, and the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.access.pki import Authority, here
from tests.upstream import (
    Close,
    FakeUpstream,
    Repeat,
    Reply,
    Reset,
    Send,
    Wait,
    answer,
    chunk,
    error,
    events,
    stream_head,
)

from accord.access.tls import server_context
from accord.gateway.upstream import Endpoint, Event, Upstream, UpstreamFailed
from accord.gateway.upstreams import Upstreams

CHAT = "/chat/completions"
FAST = Endpoint("", timeout=0.5, idle=0.5, total=3.0, connect=0.5)


def asking(fake: FakeUpstream, ask: Callable[[Upstream], Awaitable[Any]], endpoint: Endpoint = FAST) -> Any:
    async def run() -> Any:
        upstreams = Upstreams({"one": replace(endpoint, url=fake.url)})
        await upstreams.start()
        try:
            return await ask(upstreams.choose("m"))
        finally:
            await upstreams.stop()

    return asyncio.run(run())


async def read(one: Upstream, into: list[Event] | None = None) -> list[Event]:
    got = [] if into is None else into
    async with one.stream(CHAT, b"{}") as stream:
        async for event in stream:
            got.append(event)
    return got


def reading(reply: Reply, endpoint: Endpoint = FAST) -> list[Event]:
    with FakeUpstream() as fake:
        fake.will(reply)
        got: list[Event] = asking(fake, read, endpoint)
        assert fake.requests[0].headers["accept"] == "text/event-stream"
        return got


def breaking(reply: Reply, endpoint: Endpoint = FAST) -> tuple[list[Event], UpstreamFailed]:
    got: list[Event] = []
    with FakeUpstream() as fake, pytest.raises(UpstreamFailed) as caught:
        fake.will(reply)
        asking(fake, lambda one: read(one, got), endpoint)
    return got, caught.value


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_events_arrive_however_they_are_cut(cut: int) -> None:
    said = [chunk("Grüße 🎉"), b": alive\r\n\r\n", chunk("zwei"), b"event: e\r\ndata: a\rdata: b\n\r\n"]
    got = reading(events(said, cut=cut))
    assert [event.comment for event in got] == [None, b"alive", None, None, None]
    assert json.loads(got[0].data)["choices"][0]["delta"]["content"] == "Grüße 🎉"
    assert (got[3].event, got[3].data, got[4].data) == ("e", b"a\nb", b"[DONE]")
    assert "Gr" not in repr(got)


def test_a_stream_that_lasts_until_the_connection_closes() -> None:
    got = reading([*stream_head(), Send(b"data: 1\n\ndata: 2\n\ndata: never finished"), Close()])
    assert [event.data for event in got] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer({"error": "Jane"}), "upstream_garbled"),
        (stream_head("text/html"), "upstream_garbled"),
        (error(500), "upstream_error"),
        (error(400, "context_length_exceeded"), "context_length_exceeded"),
        ([Wait(9)], "upstream_timeout"),
        ([Reset()], "upstream_reset"),
    ],
)
def test_what_is_no_stream(reply: Reply, code: str) -> None:
    got, said = breaking(reply, replace(FAST, timeout=0.1, connect=0.1))
    assert not got and said.code == code and "Jane" not in repr(said)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([Reset()], "upstream_reset"),
        ([Send(b"5\r\nda"), Close()], "upstream_reset"),
        ([Send(b"XYZ\r\n")], "upstream_reset"),
        ([Wait(9)], "upstream_timeout"),
        ([Repeat(b"1\r\n:\r\n", 0.01)], "upstream_timeout"),
        ([Send(b"c\r\ndata: \xff\xfe\xfd\n\n\r\n")], "upstream_garbled"),
        ([Repeat(b"2800\r\n" + b"x" * 10_240 + b"\r\n")], "upstream_too_large"),
        ([Repeat(b"384\r\n" + b"data: ab\n" * 100 + b"\r\n")], "upstream_too_large"),
        ([Repeat(b"3e8\r\n" + b"data: ab\n\n" * 100 + b"\r\n")], "upstream_too_large"),
        ([Repeat(b"1f4\r\n" + b": a\n" * 125 + b"\r\n")], "upstream_too_large"),
    ],
)
def test_streams_that_break(steps: Reply, code: str) -> None:
    total = 0.7 if code == "upstream_timeout" else 30.0
    small = replace(
        FAST,
        idle=0.3 if code == "upstream_timeout" else 30.0,
        total=total,
        largest_event=50_000,
        longest_stream=200_000,
    )
    got, said = breaking([*events([chunk("one")], done=False, end=False), Wait(0.05), *steps], small)
    assert b"one" in got[0].data and (said.code, said.status // 100) == (code, 5)


def test_leaving_ends_it_there_at_once_and_the_connection_is_not_used_again() -> None:
    with FakeUpstream() as fake:
        fake.will([*events([chunk("one")], done=False, end=False), Repeat(b"4\r\n:ab\n\r\n", 0.05)], answer({}))

        async def leave(one: Upstream) -> None:
            async with one.stream(CHAT, b"{}") as stream:
                await anext(stream)
            assert await asyncio.to_thread(fake.wait, lambda: fake.closed == 1, 1.0)
            await one.post(CHAT, b"{}")
            with pytest.raises(StopAsyncIteration):
                await anext(stream)

        asking(fake, leave)
        assert fake.opened == 2


def test_a_cancelled_request_ends_it_there_at_once() -> None:
    with FakeUpstream() as fake:
        fake.will([Wait(9)], [*stream_head(), Wait(9)])

        async def give_up(one: Upstream) -> None:
            for closed in (1, 2):
                task = asyncio.ensure_future(read(one))
                await asyncio.to_thread(fake.wait, lambda: len(fake.requests) == closed)  # noqa: B023
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                assert await asyncio.to_thread(fake.wait, lambda: fake.closed == closed, 1.0)  # noqa: B023

        asking(fake, give_up, replace(FAST, timeout=5, idle=5, total=9))


def test_a_stream_that_ended_leaves_its_connection_for_the_next() -> None:
    with FakeUpstream() as fake:

        async def twice(one: Upstream) -> None:
            for _ in range(3):
                async with one.stream(CHAT, b'{"stream":true,"messages":[{"content":"a b"}]}') as stream:
                    while (await anext(stream)).data != b"[DONE]":
                        pass
                    await asyncio.sleep(0.01)

        asking(fake, twice)
        assert (len(fake.requests), fake.opened) == (3, 1)


def test_waiting_for_an_event_may_be_given_up_and_taken_up_again() -> None:
    with FakeUpstream() as fake:
        fake.will(events([{"i": i} for i in range(20)], pause=0.02, cut=5))

        async def impatient(one: Upstream) -> list[bytes]:
            got: list[bytes] = []
            async with one.stream(CHAT, b"{}") as stream:
                while True:
                    try:
                        got.append((await asyncio.wait_for(anext(stream), 0.003)).data)
                    except TimeoutError:
                        continue
                    except StopAsyncIteration:
                        return got

        assert asking(fake, impatient) == [b'{"i": %d}' % i for i in range(20)] + [b"[DONE]"]


def test_closing_while_somebody_waits_just_ends_it() -> None:
    with FakeUpstream() as fake:
        fake.will([*stream_head(), Wait(9)])

        async def close(one: Upstream) -> None:
            async with one.stream(CHAT, b"{}") as stream:
                waiting = asyncio.ensure_future(anext(stream, None))
                await asyncio.sleep(0.05)
            assert await waiting is None

        asking(fake, close)


def test_it_is_read_no_faster_than_it_is_taken() -> None:
    """An upstream that talks faster than anyone listens has to wait, so that nothing piles up here."""
    piece = b"data: " + b"x" * 9_992 + b"\n\n"
    with FakeUpstream() as fake:
        fake.will([*stream_head(), Repeat(piece, times=3000), Close()])

        async def slow(one: Upstream) -> int:
            async with one.stream(CHAT, b"{}") as stream:
                await anext(stream)
                await asyncio.sleep(0.4)
                waiting, count = fake.sent, 1
                async for _ in stream:
                    count += 1
            assert waiting < 20_000_000, "what lies in the buffers of the system, not all there is"
            return count

        assert asking(fake, slow, replace(FAST, idle=5, total=30)) == 3000


def test_many_at_once_do_not_mix() -> None:
    with FakeUpstream() as fake:

        async def many(one: Upstream) -> list[str]:
            async def ask(number: int) -> str:
                body = json.dumps({"stream": True, "messages": [{"content": f"{number} " * 20}]}).encode()
                said = ""
                async with one.stream(CHAT, body) as stream:
                    async for event in stream:
                        if event.data != b"[DONE]":
                            said += json.loads(event.data)["choices"][0]["delta"].get("content", "")
                return said

            return await asyncio.gather(*(ask(number) for number in range(40)))

        assert asking(fake, many, replace(FAST, connections=8, connect=9, timeout=9)) == [
            f"{number} " * 20 for number in range(40)
        ]


def test_over_tls_it_ends_at_once_as_well(tmp_path: Path) -> None:
    """Closing would be polite and wait for the other side, which goes on talking."""
    authority = Authority(tmp_path)
    pair = authority.issue("server", here())
    endpoint = replace(FAST, ca=str(authority.path), timeout=5, idle=5, total=9)
    with FakeUpstream(server_context(pair.certificate, pair.key)) as fake:
        fake.will([*stream_head(), Repeat(b": a\n\n", 0.05)], [Wait(9)])

        async def leave(one: Upstream) -> None:
            async with one.stream(CHAT, b"{}") as stream:
                await anext(stream)
            assert await asyncio.to_thread(fake.wait, lambda: fake.closed == 1, 1.0)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(one.post(CHAT, b"{}"), 0.1)
            assert await asyncio.to_thread(fake.wait, lambda: fake.closed == 2, 1.0)

        asking(fake, leave, endpoint)
