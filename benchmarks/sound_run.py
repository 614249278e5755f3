"""Recordings: CPU time by length, memory, and two at once."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODELS = ("base", "tiny.en")
LENGTHS = (5, 10, 30, 60)
REPEATS = 3

Call = Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(slots=True)
class SoundResults:
    """Everything a run measured on recordings.

    Attributes:
        cpu_s: by model and length in seconds, one figure for each recording.
        wall_s: the same.
        peak_mb: by model, the most memory the guard held with all its processes.
        workers: by number of workers, what four recordings of half a minute took: `wall_s`, `cpu_s`, `peak_mb`.
        failed: what could not be measured, and why.
    """

    cpu_s: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    wall_s: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    workers: dict[int, Mapping[str, float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def median(self, model: str, length: int) -> float | None:
        """CPU seconds of a recording, median; None where it was not measured."""
        found = self.cpu_s.get((model, length), [])
        return statistics.median(found) if found else None


def measure(call: Call) -> SoundResults:
    """Everything on recordings.

    Args:
        call: runs one measurement in a process and gives back what it says.
    """
    results = SoundResults()
    lengths = [str(length) for length in LENGTHS]
    for model in MODELS:
        answer = _try(
            results, model, call, "length", "--model", model, "--lengths", *lengths, "--repeats", str(REPEATS)
        )
        for row in answer.get("recordings", []):
            key = model, round(row["seconds"])
            results.cpu_s.setdefault(key, []).append(row["cpu_s"])
            results.wall_s.setdefault(key, []).append(row["wall_s"])
        if answer:
            results.peak_mb[model] = answer["peak_mb"]
    for count in (1, 2):
        answer = _try(results, f"{count} workers", call, "workers", "--workers", str(count))
        if answer:
            results.workers[count] = {key: float(answer[key]) for key in ("wall_s", "cpu_s", "peak_mb")}
    return results


def _try(results: SoundResults, name: str, call: Call, *given: str) -> Mapping[str, Any]:
    try:
        answer = call([sys.executable, str(HERE / "sound_systems.py"), *given])
    except RuntimeError as error:
        results.failed[name] = str(error)
        print(f"sound, {name}: failed: {error}", file=sys.stderr)
        return {}
    print(f"sound, {name}: measured", file=sys.stderr)
    return answer
