"""Many clients at once, each with values of its own; and a server that is killed while it serves."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.engines.running import Running, accord, accord_server
from tests.upstream import FakeUpstream, Seen, answer, chunk, completion, events

pytestmark = [pytest.mark.engines, pytest.mark.models, pytest.mark.timeout(300)]

CLIENTS = 64
SECONDS = 20.0
NUMBER = re.compile(r"client(\d+)n(\d+)@example\.org")
TAG = re.compile(r"\[EMAIL_[A-Z0-9]+\]")


def tags_back(seen: Seen) -> Any:
    """Says every address that it was told, a few letters at a time where a stream was asked for."""
    text = "I wrote to " + " and ".join(TAG.findall(seen.json()["messages"][-1]["content"])) + " today."
    if not seen.json().get("stream"):
        return answer(completion(text))
    pieces = [text[at : at + 5] for at in range(0, len(text), 5)]
    return events([chunk(role="assistant"), *map(chunk, pieces), chunk(finish="stop")])


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(default=tags_back) as made:
        yield made


def body(number: int, turn: int, stream: bool) -> tuple[dict[str, Any], str]:
    own = f"client{number}n{turn}@example.org"
    text = f"Please write to {own} about parcel {turn}."
    asked = {"model": "m", "stream": stream, "user": f"u{number}", "messages": [{"role": "user", "content": text}]}
    return asked, own


async def told(response: aiohttp.ClientResponse, stream: bool) -> str:
    raw = await response.read()
    if not stream:
        return str(json.loads(raw)["choices"][0]["message"]["content"])
    lines = [line[6:] for line in raw.decode().split("\n\n") if line.startswith("data: {")]
    choices = [choice for line in lines for choice in json.loads(line)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def client(url: str, number: int, until: float, seen: Counter[str]) -> None:
    async with aiohttp.ClientSession() as session:
        turn = 0
        while time.monotonic() < until:
            stream = (number + turn) % 3 == 0
            asked, own = body(number, turn, stream)
            async with session.post(f"{url}/v1/chat/completions", json=asked) as response:
                seen[f"{response.status // 100}xx"] += 1
                if response.status == 429:
                    await response.read()
                    await asyncio.sleep(0.2)
                    continue
                assert response.status == 200, await response.text()
                text = await told(response, stream)
            assert text == f"I wrote to {own} today.", "somebody else's value, or none"
            seen["stream" if stream else "whole"] += 1
            turn += 1


def test_sixty_four_clients_do_not_hear_of_each_other(server: Running, upstream: FakeUpstream) -> None:
    seen: Counter[str] = Counter()

    async def all_of_them() -> None:
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(client(server.url, number, until, seen) for number in range(CLIENTS)))

    asyncio.run(all_of_them())
    assert seen["5xx"] == 0 and seen["stream"] > CLIENTS / 4 and seen["whole"] > CLIENTS / 2, seen
    assert not NUMBER.search(upstream.received.decode("latin-1")), "a planted value arrived"


def card(number: int) -> str:
    """A card number that checks (ISO/IEC 7812-1, annex B)."""
    body = f"4{number:014d}"
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body))]
    return body + str(-sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10)


ROWS = 14
"""Requests are told apart by how many addresses and how many cards they hold."""


def marked(number: int) -> dict[str, Any]:
    """A request that nothing but its counts tells from the others, wherever they are told."""
    mails = [f"client{number}n{at}@example.org" for at in range(1 + number // ROWS)]
    cards = [card(10_000_000 * number + 7919 * at) for at in range(number % ROWS)]
    text = f"Mail to {', '.join(mails)} about cards {', '.join(cards)}."
    return {"model": "m", "stream": number % 3 == 0, "messages": [{"role": "user", "content": text}]}


def mark_of(seen: Seen) -> tuple[int, int]:
    text = seen.json()["messages"][-1]["content"]
    return text.count("[EMAIL_"), text.count("[CARD_")


def test_a_connection_that_is_kept_serves_for_long(server: Running, upstream: FakeUpstream) -> None:
    """Many small requests, and bodies that arrive in large pieces: what was read of one is not counted to the next."""

    async def on_one_connection() -> list[int]:
        found = []
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
            for number in range(120):
                filler = "The parcel leaves on time. " * (8000 if number % 40 == 39 else 30)
                asked = {"model": "m", "messages": [{"role": "user", "content": f"{number} {filler}"}]}
                # A field that nobody knows is refused before anything is inspected, so that this takes no time.
                raw = json.dumps({**asked, "unknown": 1}).encode()
                async with session.post(f"{server.url}/v1/chat/completions", data=raw) as response:
                    await response.read()
                    found.append(response.status)
        return found

    assert set(asyncio.run(on_one_connection())) == {400}, "refused for the field, and for nothing else"


async def _until_killed(server: Running, count: int, after: int) -> int:
    """Ask so many times, some at once; kill the server after so many answers. How many were answered."""
    answered = 0

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal answered
        try:
            async with session.post(f"{server.url}/v1/chat/completions", json=marked(number)) as response:
                await response.read()
                answered += response.status == 200
        except (aiohttp.ClientError, OSError):
            return
        if answered >= after:
            server.kill()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=24)) as session:
        await asyncio.gather(*(one(session, number) for number in range(count)))
    return answered


def test_what_was_forwarded_is_on_record_whenever_it_is_killed(tmp_path: Path, upstream: FakeUpstream) -> None:
    state, forwarded = tmp_path / "state", Counter[tuple[int, int]]()
    for after in random.Random(7).sample(range(20, 160), 2):
        before = len(upstream.requests)
        with accord_server(state, upstream.url) as server:
            answered = asyncio.run(_until_killed(server, 200, after))
            assert server.process.returncode == -signal.SIGKILL
        arrived = upstream.requests[before:]
        assert after <= answered <= len(arrived) < 200, "it was killed amid them"
        forwarded += Counter(mark_of(seen) for seen in arrived)
    assert not [line for line in records(state, "release") if line["outcome"] not in ("transform", "allow")]
    recorded = Counter(
        (one["findings"].get("privacy.contact.email", 0), one["findings"].get("privacy.financial.card", 0))
        for one in records(state, "release")
        if one["to"] == "model"
    )
    assert not forwarded - recorded, "something was forwarded that is not on record"
    accord(state, "audit", "verify")
    with accord_server(state, upstream.url):
        pass
    released = {one["decision"] for one in records(state, "release")}
    told = {one["decision"]: one["status"] for one in records(state, "delivery")}
    assert released <= set(told) and "unknown" in told.values(), (
        "what was open when it was killed is closed as unknown"
    )
    accord(state, "audit", "verify")


def records(state: Path, kind: str) -> list[dict[str, Any]]:
    """The records of one kind."""
    lines = accord(state, "audit", "list", "--json").splitlines()
    return [one for one in map(json.loads, lines) if one["kind"] == kind]
