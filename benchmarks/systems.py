"""One measurement in one process: `python benchmarks/systems.py TASK …` writes a line of JSON."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

import corpus
import factory

from accord import plugins
from accord.core.reading import Reading
from accord.core.roles import Detector

Run = Callable[[str], object]

MOST = 2000
"""Texts of one measurement at most: a floor that costs next to nothing would never spend its seconds."""

DETECTORS = ("patterns", "fields", "entities", "injection", "harm")


def floor() -> Run:
    """Nothing but the loop."""
    return len


def detector(name: str) -> Run:
    """One detector on the bare text: no readers, no guard."""
    made: Detector = plugins.load("accord.detectors", name)

    def run(text: str) -> object:
        return list(made.detect([Reading(text)], lambda: False))

    return run


def inspect(detectors: str = "") -> Run:
    """The guard: readers, detectors, findings."""
    return factory.guard(detectors).inspect


def release() -> Run:
    """The guard, then a release to the model with its audit record on disk."""
    made = factory.guard()
    return lambda text: made.inspect(text).release(to="model")


SYSTEMS: dict[str, Callable[[], Run]] = {
    "floor": floor,
    **{f"{name} alone": partial(detector, name) for name in DETECTORS},
    "privacy": partial(inspect, "patterns, fields, entities"),
    "inspect": inspect,
    "release": release,
}


def timed(run: Run, texts: Iterable[str], seconds: float) -> float:
    """CPU milliseconds of one text, of all threads of this process."""
    source = iter(texts)
    for text in islice(source, 5):
        run(text)
    spent, done = 0.0, 0
    while spent < seconds and done < MOST:
        batch = list(islice(source, 20))  # made outside the clock
        start = time.process_time()
        for text in batch:
            run(text)
        spent += time.process_time() - start
        done += len(batch)
    return spent / done * 1e3


def texts_task(system: str, seconds: float, seed: int) -> dict[str, object]:
    """CPU time by kind of text."""
    run = SYSTEMS[system]()
    return {"cpu_ms": {kind: timed(run, corpus.texts(kind, seed), seconds) for kind in corpus.SIZES}}


def length_task(shape: str, sizes: Iterable[int], seed: int) -> dict[str, object]:
    """CPU milliseconds per kB of the whole guard by length, and the most memory this process held."""
    run = inspect()
    run(corpus.long_text(shape, 2000, seed))
    per_kb = {}
    for size in sizes:
        text = corpus.long_text(shape, size, seed)
        start = time.process_time()
        run(text)
        per_kb[str(size)] = (time.process_time() - start) * 1e3 / (size / 1000)
    return {"cpu_ms_per_kb": per_kb, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("texts", "length"))
    parser.add_argument("what", help="a system, or a shape of long text")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=[])
    given = parser.parse_args()
    if given.task == "texts":
        print(json.dumps(texts_task(given.what, given.seconds, given.seed)))
    else:
        print(json.dumps(length_task(given.what, given.sizes, given.seed)))


if __name__ == "__main__":
    main()
