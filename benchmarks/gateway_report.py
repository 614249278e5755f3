"""The part of the page on gateways."""

from __future__ import annotations

import datetime

from gateway_run import CONCURRENCY, HELD, SIZE, GatewayResults, Loaded, median
from report import SAID, Target, number, ratio, table

BARE = "accord, forwarding alone"
KNOWN = "accord, known callers and audits"
FULL = "accord, all text controls both ways"
PEER = "LiteLLM with Presidio, one way"

INTRO = """\
# Benchmarks as a gateway

Written by `make bench`; do not edit. {date}, Python {machine}; {load:.1f} processes wanted a core before this began.

One process of each gateway, all before the same upstream, which answers at once; they take turns, and wrk, the upstream
and everything else share the machine with them. **CPU time counts all processes of a gateway and is what to compare**;
times and requests a second suffer from whoever else is at work. Prompts have {size} characters, half of their sentences
with personal data, and never repeat. {missing}

- *{bare}*: the chat door without detectors, keys or a log on disk.
- *{known}*: an API key is checked, access policies are asked, the release of the request and that of the answer are on
  disk before either leaves, and what became of them is recorded; no text is inspected.
- *{full}*: as shipped: all of that, all readers and detectors on texts, pseudonyms kept and put back.
- *LiteLLM* 1.106.2 checks its master key. *{peer}*: its guardrail `presidio` before the call, put back afterwards;
  Presidio with a small model, analyzer and anonymizer under gunicorn, one worker each.
"""

STREAMS = """\
One stream at a time. *First words*: of a stream that sends a word every 20 ms, from the request on. *After the window*:
from when the upstream had sent {held} characters, which is what a window holds back; below zero where a gateway does not
wait for that. What is shown ends with a word, so accord waits for one word more, which the upstream sends 20 ms later:
they are in the figure. *Events with words* arrive of 48. *CPU an event* is measured in streams without pauses, over all that they
cost, the request included. Where own values are put back LiteLLM answers in one piece.
"""


def _cpu(results: GatewayResults, name: str) -> float | None:
    found = results.found.get(name)
    return median(found.cpu_ms.get(CONCURRENCY[-1], [])) if found else None


def targets(results: GatewayResults) -> list[Target]:
    """Every promise with what was measured."""
    full = results.found.get(FULL, Loaded())
    many = median(full.per_s.get(CONCURRENCY[-1], []))
    event = median(full.event_us)
    return [
        Target("forwarding alone, CPU a request", 0.25, "ms", _cpu(results, BARE)),
        Target("with authentication, authorisation and both audits, CPU", 0.7, "ms", _cpu(results, KNOWN)),
        Target(f"all text controls both ways, {SIZE} B, median", 30, "ms", median(full.p50_ms.get(1, []))),
        Target("the same, a request of a worker (40 a second)", 25, "ms", 1e3 / many if many else None),
        Target("first words after the window is full", 15, "ms", median(full.after_window_ms)),
        Target("CPU an event of a stream", 0.3, "ms", event / 1e3 if event else None),
    ]


def page(results: GatewayResults, machine: str) -> str:
    """The whole part."""
    promised = [
        [t.name, f"{number(t.value)} {t.unit}", f"≤ {t.limit:g} {t.unit}", SAID[t.met]] for t in targets(results)
    ]
    missing = " ".join(f"Missing: {name}: {why}." for name, why in results.missing.items())
    intro = INTRO.format(
        date=datetime.datetime.now(datetime.UTC).date(),
        machine=machine,
        load=results.load,
        size=SIZE,
        missing=missing,
        bare=BARE,
        known=KNOWN,
        full=FULL,
        peer=PEER,
    )
    header = ["", "CPU ms a request", f"÷ {PEER}", "requests/s", "median ms", "99 % ms", "errors", "MB"]
    parts = [intro, "## Targets as a gateway\n", table(["promise", "measured", "target", ""], promised)]
    for count in CONCURRENCY:
        parts += [
            f"## {count} at once\n" if count > 1 else "## One at a time\n",
            table(header, _rows(results, count)),
        ]
    shown = ["", "first words, ms", "after the window, ms", "events with words", "CPU an event, ms"]
    return "\n".join([*parts, "## Streams\n", STREAMS.format(held=HELD), table(shown, _streams(results))])


def _rows(results: GatewayResults, count: int) -> list[list[str]]:
    peer = results.found.get(PEER, Loaded())
    rows = []
    for name, one in results.found.items():
        cpu = median(one.cpu_ms.get(count, []))
        beside = ratio(cpu, median(peer.cpu_ms.get(count, [])))
        found = (median(kind.get(count, [])) for kind in (one.per_s, one.p50_ms, one.p99_ms))
        cells = [number(cpu), number(beside), *map(number, found), str(one.errors), number(one.memory_mb)]
        rows.append([name, *cells])
    return rows


def _streams(results: GatewayResults) -> list[list[str]]:
    rows = []
    for name, one in results.found.items():
        event = median(one.event_us)
        after = median(one.after_window_ms)
        waited = "–" if after is None else f"{after:.0f}"
        pieces = number(median(one.pieces))
        rows.append([name, number(median(one.first_ms)), waited, pieces, number(event / 1e3 if event else None)])
    return rows
