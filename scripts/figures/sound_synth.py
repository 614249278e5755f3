"""Sentences spoken by synthesisers, joined from pieces so that it is known when each piece is said.

Synthesisers are programs of their own that stand beside accord: eSpeak NG and Piper are under the GPL. None of them
is a dependency, none is imported, and nothing that they make is kept.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from figures.sound_ears import Samples

RATE = 16_000
"""Samples per second of everything that is joined."""

_ESPEAK = {
    "en-us": "American", "en-gb": "British", "en-gb-scotland": "Scottish", "en-029": "Caribbean",
    "en-gb-x-gbcwmd": "West Midlands", "en-us-nyc": "New York City", "en-us+f3": "American",
    "en-gb-x-rp+f2": "Received Pronunciation",
}  # fmt: skip
_FLITE = {"slt": "American", "rms": "American", "awb": "Scottish"}
_PIPER = {"en_US-joe-medium": "American"}

_SILENT = 0.004  # of full scale
_EDGE_S, _GAP_S = 0.02, 0.05
_LEVEL = 0.5
_HISS = 0.0012  # no recording is perfectly silent between two words
_LIMIT_S = 300


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one synthesiser.

    Attributes:
        engine: `espeak-ng`, `flite` or `piper`.
        name: of the voice.
        accent: as the synthesiser labels it.
        program: its path.
        model: of the voice, where it is a file.
    """

    engine: str
    name: str
    accent: str
    program: str
    model: str = ""

    def __str__(self) -> str:
        return f"{self.engine} {self.name}, {self.accent}"

    def speak(self, texts: Sequence[str]) -> list[Samples]:
        """Each text by itself, 16 kHz, without the silence around it.

        Raises:
            RuntimeError: the program failed or said nothing.
        """
        with tempfile.TemporaryDirectory() as folder:
            return [_trimmed(path) for path in self._files(texts, Path(folder))]

    def _files(self, texts: Sequence[str], folder: Path) -> list[Path]:
        if self.engine == "piper":
            script = folder / "texts"
            script.write_text("".join(f"{text}\n" for text in texts))
            _run([self.program, "-m", self.model, "-i", str(script), "-d", str(folder), *_STEADY])
            return sorted(folder.glob("*.wav"), key=lambda path: int(path.stem))
        made = [folder / f"{at}.wav" for at in range(len(texts))]
        for path, text in zip(made, texts, strict=True):
            if self.engine == "flite":
                _run([self.program, "-voice", self.name, "-t", text, "-o", str(path)])
            else:
                _run([self.program, "-v", self.name, "-s", "160", "-w", str(path), text])
        return made


_STEADY = ("--noise-scale", "0", "--noise-w-scale", "0")  # the same sound each time


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_LIMIT_S, stdin=subprocess.DEVNULL)
    except (subprocess.SubprocessError, OSError) as error:
        raise RuntimeError(f"{Path(command[0]).name} failed: {type(error).__name__}") from None


def voices(programs: Sequence[str]) -> list[Voice]:
    """The voices of the synthesisers that are there.

    Args:
        programs: names or paths of `espeak-ng` and `flite`; for Piper `PROGRAM=MODEL`, the model an ONNX file.
    """
    found: list[Voice] = []
    for each in programs:
        name, _, model = each.partition("=")
        path = shutil.which(name)
        if path is None:
            continue
        engine = Path(path).name
        if engine == "espeak-ng":
            found += [Voice(engine, voice, accent, path) for voice, accent in _ESPEAK.items()]
        elif engine == "flite":
            found += [Voice(engine, voice, accent, path) for voice, accent in _FLITE.items()]
        elif engine == "piper" and Path(model).is_file():
            voice = Path(model).stem
            found.append(Voice(engine, voice, _PIPER.get(voice, "not labelled"), path, model))
    return found


def _trimmed(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = np.asarray(soxr.resample(samples[:, 0], rate, RATE), dtype=np.float32)
    loud = np.flatnonzero(np.abs(mono) > _SILENT)
    if not len(loud):
        raise RuntimeError("a synthesiser said nothing")
    edge = round(_EDGE_S * RATE)
    return mono[max(0, int(loud[0]) - edge) : int(loud[-1]) + edge]


def joined(pieces: Sequence[Samples], seed: int) -> tuple[Samples, list[tuple[float, float]]]:
    """Pieces one after the other with a breath between them; and when each is said, in seconds."""
    gap = np.zeros(round(_GAP_S * RATE), dtype=np.float32)
    rest = np.zeros(round(0.4 * RATE), dtype=np.float32)
    row: list[Samples] = [rest]
    times: list[tuple[float, float]] = []
    for piece in pieces:
        start = sum(map(len, row))
        times.append((start / RATE, (start + len(piece)) / RATE))
        row += [piece, gap]
    whole = np.concatenate([*row, rest])
    hiss = np.random.default_rng(seed).normal(0.0, _HISS, len(whole))
    spoken = whole * (_LEVEL / float(np.abs(whole).max())) + hiss
    return np.asarray(spoken, dtype=np.float32), times
