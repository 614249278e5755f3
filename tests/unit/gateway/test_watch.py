"""The watch: room, memory, the kill switch amid requests and streams, the time a request has."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.gateway.conftest import Answered, Client, OneGuard, OpenGate, chunks, completion

from accord import Guard
from accord.config import shipped
from accord.gateway.app import Gateway
from accord.gateway.asgi import EVENTS, Request, Response, as_json
from accord.gateway.chat import Chat
from accord.gateway.metrics import Metrics
from accord.gateway.problems import Problem
from accord.gateway.room import Memory, Room
from accord.gateway.services import Caller, Route, openai_shape
from accord.gateway.watch import Watch, within
from accord.store.switch import Ledger, Switch
from accord.testing import FixedDetector, MemoryLog

Handler = Callable[[Request, Caller], Awaitable[Response]]


class Given(Memory):
    def __init__(self, bytes_: int = 0) -> None:
        super().__init__()
        self.bytes, self.given_back = bytes_, 0

    def resident(self) -> int:
        return self.bytes

    def give_back(self) -> None:
        self.given_back += 1


class Place:
    """A gateway with one door, and all that watches over it."""

    def __init__(self, folder: Path, handler: Handler, room: Room | None = None) -> None:
        self.memory, self.metrics = Given(), Metrics()
        records: list[dict[str, Any]] = []
        self.switch = Switch(folder, Ledger(records.append, lambda: list(records)), every=0.02)
        self.switch.start()
        self.watch = Watch(room or Room(), self.switch, self.metrics, self.memory)
        doors = [
            Route("POST", "/door", "chat", handler, openai_shape),
            Route("GET", "/healthz", "", handler, openai_shape),
            Route("DELETE", "/admin/switch", "switch.release", handler, openai_shape),
        ]
        hooks = {"start": [self.watch.start], "stop": [self.watch.stop]}
        gateway = Gateway(self.watch.over(doors), OpenGate(), self.watch, **hooks)  # type: ignore[arg-type]
        self.client = Client(gateway, None, None, None)  # type: ignore[arg-type]

    def run(self, story: Callable[[], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            await self.watch.start()
            try:
                return await story()
            finally:
                await self.watch.stop()

        try:
            return asyncio.run(whole())
        finally:
            self.switch.stop()

    async def ask(self, method: str = "POST", path: str = "/door", body: Any = None, **more: Any) -> Answered:
        return await self.client.apost(method, path, {} if body is None else body, **more)

    def counted(self, line: str) -> bool:
        return line in self.metrics.render().decode().splitlines()


async def fine(_request: Request, _caller: Caller) -> Response:
    return as_json({"ok": True})


def code(answered: Answered) -> tuple[int, str]:
    return answered.status, answered.json["error"]["code"]


def test_what_is_served_is_counted_and_named(tmp_path: Path) -> None:
    place = Place(tmp_path, fine)

    async def story() -> Answered:
        await place.ask(path="/nowhere/jane@example.org")
        return await place.ask()

    answered = place.run(story)
    assert answered.status == 200 and len(answered.headers["accord-request"]) == 32
    assert place.counted('accord_requests_total{door="/door",status="200"} 1.0')
    assert place.counted('accord_requests_total{door="none",status="404"} 1.0')
    assert "jane" not in place.metrics.render().decode()
    assert place.watch.inside == 0 and place.watch.places.reserved == 0


def test_one_more_than_there_is_room_for_comes_again(tmp_path: Path) -> None:
    gates: list[asyncio.Event] = []

    async def waits(request: Request, _caller: Caller) -> Response:
        await gates[0].wait()
        return as_json({})

    place = Place(tmp_path, waits, Room(concurrent=2))

    async def story() -> list[Answered]:
        gates.append(asyncio.Event())
        inside = [asyncio.ensure_future(place.ask()) for _ in range(2)]
        await asyncio.sleep(0.01)
        more = await place.ask()
        gates[0].set()
        return [more, *(await asyncio.gather(*inside)), await place.ask()]

    answers = place.run(story)
    assert code(answers[0]) == (429, "busy") and answers[0].headers["retry-after"] == "1"
    assert answers[0].json["error"]["type"] == "rate_limit_error"
    assert [one.status for one in answers[1:]] == [200, 200, 200]


def test_without_memory_nobody_comes_in_but_health_answers(tmp_path: Path) -> None:
    place = Place(tmp_path, fine, Room(memory=1000))
    place.memory.bytes = 1000

    async def story() -> list[Answered]:
        full = [await place.ask(), await place.ask("GET", "/healthz")]
        place.memory.bytes = 999
        return [*full, await place.ask()]

    shed, health, again = place.run(story)
    assert code(shed) == (429, "no_memory") and "retry-after" in shed.headers
    assert health.status == 200 and again.status == 200 and place.memory.given_back == 1


def test_memory_is_kept_free_for_bodies(tmp_path: Path) -> None:
    gates: list[asyncio.Event] = []

    async def waits(request: Request, _caller: Caller) -> Response:
        await request.body(200, 5)
        await gates[0].wait()
        return as_json({})

    place = Place(tmp_path, waits, Room(memory=1000, body=200))
    large = b" " * 150

    async def story() -> list[Answered]:
        gates.append(asyncio.Event())
        first = asyncio.ensure_future(place.ask(body=large, content_length="150"))
        await asyncio.sleep(0.01)
        small = asyncio.ensure_future(place.ask(content_length="2"))
        await asyncio.sleep(0.01)
        more = [await place.ask(body=large, content_length="150"), await place.ask()]
        gates[0].set()
        return [await first, await small, *more, await place.ask(body=large, content_length="150")]

    first, small, again, unknown, after = place.run(story)
    assert [one.status for one in (first, small, after)] == [200, 200, 200]
    assert code(again) == code(unknown) == (429, "no_memory")
    assert place.watch.places.reserved == 0


def test_who_sends_slowly_keeps_nobody_out(tmp_path: Path) -> None:
    async def reads(request: Request, _caller: Caller) -> Response:
        await request.body(200, 5)
        return as_json({})

    place = Place(tmp_path, reads, Room(concurrent=2, memory=1000, body=200))

    async def story() -> list[Any]:
        ends = asyncio.Event()
        slow = [asyncio.ensure_future(place.ask(until=ends, content_length="180")) for _ in range(2)]
        await asyncio.sleep(0.01)
        quick = await place.ask(content_length="2", who="somebody")
        third = await place.ask(content_length="2")
        ends.set()
        return [quick, third, *(await asyncio.gather(*slow))]

    quick, third, *slow = place.run(story)
    assert quick.status == 200 and [one.status for one in slow] == [200, 200]
    assert code(third) == (429, "busy"), "of one caller no more than are served at once are on their way"
    assert place.watch.inside == place.watch.places.reserved == 0 and not place.watch.places._arriving


def test_bodies_that_are_all_here_at_once_wait_no_longer_than_there_is_room(tmp_path: Path) -> None:
    gates: list[asyncio.Event] = []

    async def reads(request: Request, _caller: Caller) -> Response:
        await request.body(200, 5)
        await gates[0].wait()
        return as_json({})

    place = Place(tmp_path, reads, Room(concurrent=1))

    async def story() -> list[Answered]:
        gates.append(asyncio.Event())
        ends = asyncio.Event()
        late = asyncio.ensure_future(place.ask(until=ends))
        await asyncio.sleep(0.01)
        first = asyncio.ensure_future(place.ask(who="somebody"))
        await asyncio.sleep(0.01)
        ends.set()
        refused = await late
        gates[0].set()
        return [refused, await first]

    late, first = place.run(story)
    assert code(late) == (429, "busy") and first.status == 200


@pytest.mark.parametrize("kind", ["problem", "error", "answer"])
def test_nothing_stays_reserved_however_it_ends(tmp_path: Path, kind: str) -> None:
    async def ends(_request: Request, _caller: Caller) -> Response:
        if kind == "problem":
            raise Problem(400, "x", "y")
        if kind == "error":
            raise ValueError("jane@example.org")
        return as_json({})

    place = Place(tmp_path, ends)
    answered = place.run(lambda: place.ask(content_length="2"))
    assert answered.status in (200, 400, 500) and "jane" not in answered.body.decode()
    assert place.watch.places.reserved == place.watch.inside == 0 and not place.watch._served


def test_the_kill_switch_stops_every_door_but_those_that_tell_and_end_it(tmp_path: Path) -> None:
    place = Place(tmp_path, fine)

    async def story() -> list[Answered]:
        before = await place.ask()
        (tmp_path / "kill-switch").touch()
        during = [await place.ask(), await place.ask(path="/nowhere")]
        allowed = [await place.ask("GET", "/healthz"), await place.ask("DELETE", "/admin/switch")]
        await asyncio.to_thread(place.switch.release, "officer", "mended")
        return [before, *during, *allowed, await place.ask()]

    answers = place.run(story)
    assert [one.status for one in answers] == [200, 503, 503, 200, 200, 200]
    assert code(answers[1]) == (503, "kill_switch")
    assert place.counted('accord_refused_total{why="kill_switch"} 2.0')


def test_a_request_that_is_under_way_is_ended(tmp_path: Path) -> None:
    ended: list[str] = []

    async def waits(_request: Request, _caller: Caller) -> Response:
        try:
            async with within(60):
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return as_json({"leaked": True})

    place = Place(tmp_path, waits)

    async def story() -> Answered:
        under_way = asyncio.ensure_future(place.ask())
        await asyncio.sleep(0.02)
        (tmp_path / "kill-switch").touch()
        return await asyncio.wait_for(under_way, 5)

    answered = place.run(story)
    assert code(answered) == (503, "kill_switch") and ended == ["cancelled"]
    assert "accord-request" in answered.headers and place.watch.inside == 0


def test_an_answer_that_is_ready_too_late_does_not_leave(tmp_path: Path) -> None:
    told: list[bool] = []

    async def stubborn(_request: Request, _caller: Caller) -> Response:
        await asyncio.to_thread((tmp_path / "kill-switch").touch)

        async def after(sent: bool) -> None:
            told.append(sent)

        response = as_json({"leaked": True})
        response.after = after
        return response

    place = Place(tmp_path, stubborn)
    answered = place.run(place.ask)
    assert code(answered) == (503, "kill_switch") and told == [False]


def test_an_open_stream_ends_with_an_event_that_says_so(tmp_path: Path) -> None:
    closed, told = [], []

    async def streams(_request: Request, _caller: Caller) -> Response:
        async def events() -> AsyncIterator[bytes]:
            try:
                yield b"data: 1\n\n"
                await asyncio.sleep(60)
                yield b"data: 2\n\n"
            finally:
                closed.append(True)

        async def after(sent: bool) -> None:
            told.append(sent)

        return Response(200, media_type=EVENTS, stream=events(), after=after)

    place = Place(tmp_path, streams)

    async def story() -> Answered:
        under_way = asyncio.ensure_future(place.ask())
        await asyncio.sleep(0.02)
        assert place.counted("accord_streams_open 1.0")
        (tmp_path / "kill-switch").touch()
        return await asyncio.wait_for(under_way, 5)

    answered = place.run(story)
    assert answered.status == 200 and answered.body.startswith(b"data: 1\n\n") and b"data: 2" not in answered.body
    assert json.loads(answered.pieces[-1][6:])["error"]["code"] == "kill_switch"
    assert closed == [True] and told == [False]
    assert place.counted("accord_streams_open 0.0") and place.watch.inside == place.watch.places.reserved == 0


@pytest.mark.parametrize("leave_after", [None, 2])
def test_a_stream_that_ends_by_itself_or_with_its_client_is_let_go(tmp_path: Path, leave_after: int | None) -> None:
    told: list[bool] = []

    async def streams(_request: Request, _caller: Caller) -> Response:
        async def events() -> AsyncIterator[bytes]:
            for number in range(5):
                yield b"data: %d\n\n" % number

        async def after(sent: bool) -> None:
            told.append(sent)

        return Response(200, media_type=EVENTS, stream=events(), after=after)

    place = Place(tmp_path, streams)

    place.run(lambda: place.ask(leave_after=leave_after))
    assert told == [leave_after is None]
    assert place.counted("accord_streams_open 0.0") and not place.watch._served and place.watch.places.reserved == 0


def test_the_time_of_a_request_is_bounded() -> None:
    async def slow() -> None:
        async with within(0.01):
            await asyncio.sleep(60)

    async def own() -> None:
        async with within(60):
            raise TimeoutError

    with pytest.raises(Problem) as caught:
        asyncio.run(slow())
    assert (caught.value.status, caught.value.code) == (503, "too_slow")
    with pytest.raises(TimeoutError):
        asyncio.run(own())


@pytest.mark.parametrize(("action", "status"), [("inspect", 503), ("moderate", 503), ("chat", 200)])
def test_who_asks_no_upstream_has_so_much_time(tmp_path: Path, action: str, status: int) -> None:
    async def slow(_request: Request, _caller: Caller) -> Response:
        await asyncio.sleep(0.2)
        return as_json({})

    place = Place(tmp_path, slow, Room(seconds=0.01))
    doors = place.watch.over([Route("POST", "/door", action, slow, openai_shape)])
    place.client.gateway = Gateway(doors, OpenGate(), place.watch)
    assert place.run(place.ask).status == status


def test_resident_memory_is_read_now_and_then() -> None:
    now = [0.0]
    memory = Memory(lambda: now[0])
    first = memory.resident()
    held = bytearray(60_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert 5_000_000 < first == memory.resident()
    now[0] = 1.0
    assert memory.resident() > first + 30_000_000
    memory.give_back()


def test_logs_of_requests_say_which_and_nothing_of_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = Place(tmp_path, fine)
    with caplog.at_level(logging.INFO, logger="accord.access"):
        place.run(lambda: place.ask(body={"a": "jane@example.org"}))
    (line,) = [record for record in caplog.records if record.name == "accord.access"]
    assert line.accord["door"] == "/door" and line.accord["status"] == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", [True, False])
def test_chat_under_the_kill_switch_is_recorded_as_not_delivered(tmp_path: Path, stream: bool) -> None:
    log = MemoryLog()
    guard = Guard(shipped("default").policy(), [], [FixedDetector({"jane": ("privacy.person.name", 0.9)})], log)
    place = Place(tmp_path, fine)
    long = ["some words of an answer that goes on and on "] * 12

    class Slow:
        def choose(self, _model: str) -> Any:
            return self

        def rename(self, model: str) -> str:
            return model

        async def post(self, _path: str, _body: bytes) -> Any:
            await asyncio.sleep(60)
            return completion("x")

        def stream(self, _path: str, _body: bytes) -> Any:
            return _Slowly([*chunks(long)[:13]])

    chat = Chat(OneGuard(guard), Slow(), lambda: "window", body=100_000, seconds=5.0)
    gateway = Gateway(place.watch.over(chat.routes()), OpenGate(), place.watch)
    place.client = Client(gateway, log, None, guard)  # type: ignore[arg-type]
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi jane"}], "stream": stream}

    async def story() -> Answered:
        under_way = asyncio.ensure_future(place.ask(path="/v1/chat/completions", body=asked))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if len(list(log.records())) >= (3 if stream else 1):
                break
        (tmp_path / "kill-switch").touch()
        return await asyncio.wait_for(under_way, 10)

    try:
        answered = place.run(story)
    finally:
        guard.close()
    said = [(r["kind"], r.get("status")) for r in log.records()]
    if stream:
        assert b"some words" in answered.body and answered.events[-1]["error"]["code"] == "kill_switch"
        assert said[-1] == ("delivery", "failed") and [kind for kind, _ in said].count("release") == 2
    else:
        assert code(answered) == (503, "kill_switch")
        # The upstream was being asked: nobody knows whether it heard.
        assert said == [("release", None), ("delivery", "unknown")]


class _Slowly:
    def __init__(self, events: list[Any]) -> None:
        self._events = events

    async def __aenter__(self) -> AsyncIterator[Any]:
        return self._all()

    async def __aexit__(self, *_: object) -> None:
        pass

    async def _all(self) -> AsyncIterator[Any]:
        from tests.unit.gateway.conftest import Event

        for one in self._events:
            yield Event(json.dumps(one).encode())
        await asyncio.sleep(60)
