"""Gateways under load: requests and CPU time a request with wrk, first words and CPU time an event with a client of streams.

    python benchmarks/gateway_run.py [--rounds 3] [--seconds 4] [--no-peers]

Prints one JSON object. Everything runs on this machine, loads last so many seconds, and all targets take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import corpus
from gateway_targets import Target, Targets, targets
from gateway_upstream import plan

SIZE = 256
"""Characters of a prompt."""

BODIES = 4000
CONCURRENCY = (1, 16)
HELD = 128
"""Characters that a stream may hold back: the window."""

STREAMS = 5
"""Slow streams of each target and round."""

_TICKS = os.sysconf("SC_CLK_TCK")
_CONTENT = re.compile(rb'"content": ?"((?:[^"\\]|\\.)+)"')
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(slots=True)
class Loaded:
    """What one target did in all rounds, one entry each.

    Attributes:
        per_s: requests a second, by how many at once.
        p50_ms: median time of an answer, by how many at once.
        p99_ms: the same for the slowest of a hundred.
        cpu_ms: CPU time of all its processes for one request, by how many at once.
        errors: answers that were no success, and requests without an answer.
        first_ms: from the request to the first words of a slow stream.
        after_window_ms: from when the upstream had sent as much as a window holds to the first words.
        pieces: events with words in a slow stream.
        event_us: CPU time for one event of the upstream in streams without pauses.
        memory_mb: of all its processes at the end.
    """

    per_s: dict[int, list[float]] = field(default_factory=dict)
    p50_ms: dict[int, list[float]] = field(default_factory=dict)
    p99_ms: dict[int, list[float]] = field(default_factory=dict)
    cpu_ms: dict[int, list[float]] = field(default_factory=dict)
    errors: int = 0
    first_ms: list[float] = field(default_factory=list)
    after_window_ms: list[float] = field(default_factory=list)
    pieces: list[float] = field(default_factory=list)
    event_us: list[float] = field(default_factory=list)
    memory_mb: float = 0.0


@dataclass(slots=True)
class GatewayResults:
    """Everything a run measured.

    Attributes:
        found: by target.
        missing: what could not be had, and why.
        load: how many processes wanted a core, on average, when it began; its own servers and wrk come later.
    """

    found: dict[str, Loaded] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    load: float = 0.0


def prompts(count: int = BODIES, seed: int = 1) -> list[str]:
    """Texts of one size that never repeat, half of their sentences with personal data."""
    source, found = random.Random(f"gateway {seed}"), set[str]()
    while len(found) < count:
        found.add(corpus.text(source, SIZE + 200)[:SIZE])
    return sorted(found)


def body(text: str, *, model: str = "m", stream: bool = False) -> str:
    """A chat request."""
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]})


def measure(rounds: int = 3, seconds: int = 4, peers: bool = True) -> GatewayResults:
    """Load everything in turns."""
    results = GatewayResults(load=os.getloadavg()[0])
    if shutil.which("wrk") is None:
        results.missing["everything"] = "wrk is not installed"
        return results
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder, targets(Path(folder), peers) as made:
        results.missing = made.missing
        results.found = {target.name: Loaded() for target in made.found}
        scripts = {target.name: _script(Path(folder), target) for target in made.found}
        for number in range(rounds + 1):
            for target in made.found:
                loaded = results.found[target.name] if number else Loaded()  # the first round warms up
                for count in CONCURRENCY:
                    _load(target, scripts[target.name], count, seconds if number else 1, loaded)
                _streams(made, target, STREAMS if number else 1, loaded, number)
                print(f"gateway: round {number}, {target.name}", file=sys.stderr)
        for target in made.found:
            results.found[target.name].memory_mb = round(sum(used(pid)[0] for pid in tree(target.pids)), 1)
    return results


def _script(folder: Path, target: Target) -> str:
    """What wrk sends: a body after the other, in an order of its own for every target."""
    texts = prompts()
    random.Random(target.name).shuffle(texts)
    lines = ["local b = {", *(f"[==[{body(text)}]==]," for text in texts), "}", "local h = {"]
    lines += [f"[{json.dumps(name)}] = {json.dumps(value)}," for name, value in target.headers.items()]
    # Each run begins somewhere else, so that no text comes twice before all have come once.
    lines += [
        "}",
        "local i = 0",
        "init = function(given) i = tonumber(given[1]) end",
        "request = function() i = i % #b + 1; return wrk.format('POST', nil, h, b[i]) end",
    ]
    file = folder / f"{abs(hash(target.name))}.lua"
    file.write_text("\n".join(lines))
    return str(file)


_STARTS: dict[str, int] = {}


def _load(target: Target, script: str, count: int, seconds: int, loaded: Loaded) -> None:
    start = _STARTS.setdefault(target.name, 0)
    command = ["wrk", "-t1", f"-c{count}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script, target.url]
    before = cpu_s(target)
    done = subprocess.run([*command, "--", str(start)], capture_output=True, text=True, check=True)
    spent = cpu_s(target) - before
    requests = int(_found(r"(\d+) requests in", done.stdout))
    _STARTS[target.name] = (start + requests + count) % BODIES
    loaded.per_s.setdefault(count, []).append(float(_found(r"Requests/sec:\s+([\d.]+)", done.stdout)))
    loaded.p50_ms.setdefault(count, []).append(_ms(_found(r"\s50%\s+(\S+)", done.stdout)))
    loaded.p99_ms.setdefault(count, []).append(_ms(_found(r"\s99%\s+(\S+)", done.stdout)))
    loaded.cpu_ms.setdefault(count, []).append(spent / max(requests, 1) * 1e3)
    loaded.errors += int(_found(r"Non-2xx or 3xx responses: (\d+)", done.stdout))
    loaded.errors += sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout)))


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else "0"


def _ms(text: str) -> float:
    found = re.match(r"([\d.]+)([a-z]+)", text)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def _streams(made: Targets, target: Target, count: int, loaded: Loaded, number: int) -> None:
    texts = prompts(200, seed=1000 + number)
    told = len(_stamps(made))
    began, heard = [], []
    for text in texts[:count]:
        began.append(time.monotonic())
        heard.append(asyncio.run(listen(target, body(text, model="slow", stream=True))))
    stamps = _stamps(made)[told:]
    for start, times, sent in zip(began, heard, stamps, strict=False):
        if not times:
            loaded.errors += 1
            continue
        loaded.first_ms.append((times[0] - start) * 1e3)
        loaded.after_window_ms.append((times[0] - sent[_full()]) * 1e3)
        loaded.pieces.append(len(times))
    before, events, end = cpu_s(target), 0, time.monotonic() + (3.0 if count > 1 else 0.5)
    for text in texts[count:]:
        if time.monotonic() > end:
            break
        asyncio.run(listen(target, body(text, stream=True)))
        events += _EVENTS
    loaded.event_us.append((cpu_s(target) - before) / max(events, 1) * 1e6)


_EVENTS = len(plan(0.0, 48).events)


def _full() -> int:
    """The event with which the upstream has sent as many characters as a window holds."""
    size = 0
    for index, one in enumerate(plan(0.0, 48).events):
        found = _CONTENT.search(one)
        size += len(found[1]) if found else 0
        if size >= HELD:
            return index
    raise AssertionError("the stream is shorter than the window")


def _stamps(made: Targets) -> list[list[float]]:
    with urllib.request.urlopen(f"{made.upstream}/stamps", timeout=10) as answer:  # noqa: S310 - our own, on loopback
        found: list[list[float]] = json.loads(answer.read())
        return found


async def listen(target: Target, asked: str) -> list[float]:
    """When words of a streamed answer arrived; none where it did not end as it should."""
    parts = urlsplit(target.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in target.headers.items())
    raw = asked.encode()
    writer.write(
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{head}Content-Length: {len(raw)}\r\n\r\n".encode()
        + raw
    )
    times, rest = [], b""
    try:
        while True:
            data = await asyncio.wait_for(reader.read(65536), 30)
            now = time.monotonic()
            times += [now] * len(_CONTENT.findall(data))
            rest = (rest + data)[-4096:]
            if b"data: [DONE]" in rest:
                return times
            if not data or (b"HTTP/1.1 " in rest and b"HTTP/1.1 200" not in rest):
                return []
    except TimeoutError:
        return []
    finally:
        writer.close()


def tree(pids: Iterable[int]) -> set[int]:
    """Processes and all their children."""
    found, waiting = set(), list(pids)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def used(pid: int) -> tuple[float, float]:
    """Memory in MB and CPU seconds so far of one process."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    except OSError:
        return 0.0, 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, sum(map(int, ticks)) / _TICKS


def cpu_s(target: Target) -> float:
    """CPU seconds of a target so far."""
    return sum(used(pid)[1] for pid in tree(target.pids))


def median(values: list[float]) -> float | None:
    """The median; None of nothing."""
    return statistics.median(values) if values else None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--no-peers", action="store_true")
    given = parser.parse_args()
    print(json.dumps(asdict(measure(given.rounds, given.seconds, not given.no_peers))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
