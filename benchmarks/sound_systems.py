"""accord on recordings, in a process of its own: `python benchmarks/sound_systems.py TASK …` writes a line of JSON."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
import soxr
from picture_systems import cpu_seconds, peak_mb

import accord
from accord.core.content import Audio
from accord.core.decision import Outcome
from accord.guard import Guard

NOTE = Path(__file__).resolve().parents[1] / "src" / "accord" / "samples" / "voice-note.ogg"
RATE = 16_000


def guard(model: str, folder: Path, workers: int = 1) -> Guard:
    """Everything as shipped, with one Whisper or the other."""
    file = folder / "sound.yaml"
    readers = f"readers: [structure, encoded, ocr, codes, {{use: speech, options: {{model: {model}}}}}]\n"
    file.write_text(f"version: 1\nextends: default\n{readers}limits: {{workers: {workers}, deadline: 600}}\n")
    return accord.load(file, state=folder)


def talk(seconds: float, number: int = 0, folder: Path | None = None) -> bytes:
    """Somebody who talks without a long pause, as FLAC: recordings of a folder, or the voice note, one after another.

    Each copy of the note is played a little faster or slower than the one before, so that none equals another.
    """
    pieces: list[np.ndarray] = []
    files = sorted(folder.glob("*.flac")) if folder else [NOTE]
    while sum(map(len, pieces)) < seconds * RATE:
        at = len(pieces) + 7 * number
        samples, rate = soundfile.read(files[at % len(files)], dtype="float32", always_2d=True)
        pace = 1.0 if folder else 1.0 + 0.01 * (at % 9 - 4)
        pieces.append(soxr.resample(samples[:, 0], rate, RATE * pace))
    out = BytesIO()
    soundfile.write(out, np.concatenate(pieces)[: round(seconds * RATE)], RATE, format="FLAC")
    return out.getvalue()


def _whole(made: Guard, data: bytes) -> Outcome:
    return made.inspect([Audio(data)]).release(to="dataset").outcome


def length_task(model: str, lengths: list[float], repeats: int, folder: Path | None) -> dict[str, object]:
    """Inspect and release recordings of some lengths; CPU seconds of each with all processes, and the peak memory."""
    rows = []
    with tempfile.TemporaryDirectory() as state:
        made = guard(model, Path(state))
        _whole(made, talk(2.0, 99, folder))
        for seconds in lengths:
            for number in range(repeats):
                data = talk(seconds, number, folder)
                wall, cpu = time.perf_counter(), cpu_seconds()
                outcome = _whole(made, data)
                spent = cpu_seconds() - cpu
                taken = time.perf_counter() - wall
                rows.append({"seconds": seconds, "cpu_s": spent, "wall_s": taken, "outcome": outcome.name})
        memory = peak_mb()
        made.close()
    return {"recordings": rows, "peak_mb": memory}


def workers_task(model: str, workers: int, folder: Path | None) -> dict[str, object]:
    """Seconds for four recordings of half a minute, as many at once as there are workers."""
    sent = [talk(30.0, number, folder) for number in range(4)]
    with tempfile.TemporaryDirectory() as state:
        made = guard(model, Path(state), workers)
        _whole(made, talk(2.0, 99, folder))
        with ThreadPoolExecutor(workers) as pool:
            wall, cpu = time.perf_counter(), cpu_seconds()
            list(pool.map(lambda data: _whole(made, data), sent))
            spent = cpu_seconds() - cpu
            taken = time.perf_counter() - wall
        memory = peak_mb()
        made.close()
    return {"workers": workers, "wall_s": taken, "cpu_s": spent, "peak_mb": memory}


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("length", "workers"))
    parser.add_argument("--model", default="base")
    parser.add_argument("--lengths", type=float, nargs="+", default=[5, 10, 30, 60])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="of FLAC files to put together; the voice note by itself")
    given = parser.parse_args()
    if given.task == "length":
        print(json.dumps(length_task(given.model, given.lengths, given.repeats, given.folder)))
    else:
        print(json.dumps(workers_task(given.model, given.workers, given.folder)))


if __name__ == "__main__":
    main()
