"""The part of the page on recordings."""

from __future__ import annotations

import datetime
import os
import statistics

from report import SAID, Target, number, ratio, table
from sound_run import LENGTHS, MODELS, REPEATS, SoundResults

INTRO = """\
# Benchmarks on recordings

Written by `make bench`; do not edit. {date}, Python {machine}; load {load:.1f} when the measurement ended, which
tells in wall time and, through shared caches, a little in CPU time.

Somebody talks without a long pause: the voice note of `accord demo`, again and again at slightly different paces,
cut to length, one channel, 16,000 samples a second, FLAC. Each recording goes through the whole guard as it is
shipped, **all** detectors, and is released to a data set (spoken numbers muted, voice changed, encoded anew). One
thread; CPU time counts every process; medians over {repeats} different recordings of each length, after one that is
not counted. A synthesiser's clear voice is the easy case: noise and several channels cost more.
"""

REST = """\
Memory counts the guard with all its processes, each at its own peak, and pages they share once for each. *Two
workers* inspect and release four recordings of 30 s, two at once; one worker one after the other. On a machine whose
cores are busy with something else, a second worker has nothing to run on: see the load above. A ratio below
0.5 is no merit of the second worker but of a load that fell in between; it shows no more than that two do not stand
in each other's way.
"""


def targets(results: SoundResults) -> list[Target]:
    """Every promise with what was measured."""
    made = []
    for model in MODELS:
        for length in LENGTHS:
            spent = results.median(model, length)
            if length < 30:
                made.append(Target(f"{length} s, Whisper {model}", 3, "s CPU", spent))
            else:
                made.append(Target(f"{length} s, Whisper {model}", 0.15, "× length", ratio(spent, length)))
    for model in MODELS:
        made.append(Target(f"peak memory, Whisper {model}", 1000, "MB", results.peak_mb.get(model)))
    made.append(Target("peak memory, two recordings at once", 1000, "MB", results.workers.get(2, {}).get("peak_mb")))
    one, two = (results.workers.get(count, {}).get("wall_s") for count in (1, 2))
    made.append(Target("four recordings on two workers beside one", 0.75, "×", ratio(two, one)))
    return made


def page(results: SoundResults, machine: str) -> str:
    """The whole part."""
    today = datetime.datetime.now(datetime.UTC).date()
    promised = [
        [t.name, f"{number(t.value)} {t.unit}", f"≤ {t.limit:g} {t.unit}", SAID[t.met]] for t in targets(results)
    ]
    rows = []
    for (model, length), spent in results.cpu_s.items():
        middle, wall = statistics.median(spent), statistics.median(results.wall_s[model, length])
        between = f"{number(min(spent))}–{number(max(spent))}"
        rows.append([f"{model}, {length} s", number(middle), between, number(middle / length), number(wall)])
    header = ["workers", "wall s", "CPU s", "peak MB"]
    crew = [
        [str(n), number(of["wall_s"]), number(of["cpu_s"]), number(of["peak_mb"])]
        for n, of in results.workers.items()
    ]
    failed = "".join(f"{name} failed: {why}.\n" for name, why in results.failed.items())
    return "\n".join(
        [
            INTRO.format(date=today, machine=machine, load=os.getloadavg()[0], repeats=REPEATS),
            "## Targets on recordings\n",
            table(["promise", "measured", "target", ""], promised),
            "## By length of the recording\n",
            table(["Whisper, length", "CPU s", "from–to", "÷ length", "wall s"], rows),
            "## Memory, two at once\n",
            REST,
            table(["Whisper", "peak MB"], [[model, number(mb)] for model, mb in results.peak_mb.items()]),
            table(header, crew),
            failed,
        ]
    )
