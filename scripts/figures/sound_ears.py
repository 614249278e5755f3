"""What the guard makes of a recording under the default policy, and what a recogniser hears in what it releases."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

import accord
from accord.core.content import Audio, Text
from accord.core.decision import Outcome
from accord.core.media import Sound
from accord.core.numerals import numbers
from accord.core.place import Interval
from accord.core.reading import Reading
from accord.core.score import Score
from accord.evaluate.metrics import draws, ends_of, wilson
from accord.guard import Guard
from accord.readers.speech.reader import SpeechReader
from accord.readers.spoken import read_spoken

Samples = NDArray[np.float32]

OTHER = {"base": "tiny.en", "tiny.en": "base"}
"""Who judges what the other has left."""

_SILENT = 2.5 / 32767
_BLOCK_S = 0.01
_WORD = re.compile(r"[^\W\d_]+|\d")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording before and after.

    Attributes:
        before: samples, one channel.
        after: as many samples; None where nothing was released.
        rate: samples per second.
        found: categories and when they were heard.
        text: what the guard understood.
    """

    before: Samples
    after: Samples | None
    rate: int
    found: tuple[tuple[str, Interval], ...]
    text: str = ""

    def muted(self, start: float = 0.0, end: float = 1e9) -> tuple[float, float]:
        """Seconds between two times that are silent now and were not, and those that were not; told from samples."""
        size = round(self.rate * _BLOCK_S)
        loud = _loud(self.before, size)
        silent = np.ones_like(loud) if self.after is None else ~_loud(self.after, size)[: len(loud)]
        low, high = round(max(0.0, start) / _BLOCK_S), round(min(end, len(loud) * _BLOCK_S) / _BLOCK_S)
        return float((loud & silent)[low:high].sum() * _BLOCK_S), float(loud[low:high].sum() * _BLOCK_S)


def _loud(samples: Samples, size: int) -> NDArray[np.bool_]:
    whole = samples[: len(samples) // size * size]
    return np.asarray(np.abs(whole.reshape(-1, size)).max(axis=1) > _SILENT)


class Ears:
    """The guard as it is shipped, on one thread, without what looks at pictures.

    Args:
        model: which Whisper reads.
    """

    def __init__(self, model: str = "base") -> None:
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "ears.yaml"
        readers = f"readers: [structure, encoded, {{use: speech, options: {{model: {model}}}}}]\n"
        listed = "patterns, fields, entities, injection, harm, spoken, lists, voice"
        limits = "limits: {workers: 1, deadline: 600}\n"
        file.write_text(f"version: 1\nextends: default\n{readers}detectors: [{listed}]\n{limits}")
        self.model = model
        self.guard: Guard = accord.load(file, state=self._folder.name)

    def close(self) -> None:
        """Let go of the guard."""
        self.guard.close()
        self._folder.cleanup()

    def release(self, data: bytes, to: str = "dataset", beside: str = "") -> Kept:
        """Inspect a recording, with a text before it where there is one, and release it."""
        inspection = self.guard.inspect([*([Text(beside)] if beside else []), Audio(data)])
        decision = inspection.release(to=to)
        before, rate = decoded(data)
        value = decision.content[-1].reveal() if decision.content and decision.outcome < Outcome.HOLD else None
        after = decoded(value)[0] if isinstance(value, bytes) else None
        found = tuple((f.category, f.place) for f in inspection.findings if isinstance(f.place, Interval))
        said = [one.text for one in inspection.readings if one.reader == "speech"]
        return Kept(before, after, rate, found, "\n".join(said))


def decoded(data: bytes) -> tuple[Samples, int]:
    """The first channel of a recording, and its rate."""
    samples, rate = soundfile.read(BytesIO(data), dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples[:, 0]), int(rate)


def encoded(samples: Samples, rate: int) -> bytes:
    """Samples as FLAC."""
    out = BytesIO()
    soundfile.write(out, samples, rate, format="FLAC")
    return out.getvalue()


@cache
def _reader(model: str) -> SpeechReader:
    return SpeechReader(model=model, language="en")


def transcript(samples: Samples, rate: int, model: str) -> str:
    """What a recogniser hears, in any way it listens."""
    heard = _reader(model).read_sound(Sound.of(samples[:, None], rate), lambda: False)
    return "\n".join(strip.text for strip in heard.strips)


def digits(text: str) -> str:
    """The digits of a transcript in order, those said in words included; anything between them is left out."""
    reading = read_spoken(Reading(text))
    said = text if reading is None else reading.text
    return "".join(word if word.isdigit() else numbers().get(word.lower(), "") for word in _WORD.findall(said))


def words(text: str) -> list[str]:
    """Words of a transcript without case and punctuation."""
    return re.findall(r"[\w']+", text.lower())


def distance(due: Sequence[Any], said: Sequence[Any]) -> int:
    """Insertions, deletions and substitutions from one sequence to the other (Levenshtein)."""
    row = list(range(len(said) + 1))
    for at, one in enumerate(due, 1):
        before, row[0] = row[0], at
        for there, other in enumerate(said, 1):
            before, row[there] = row[there], min(row[there] + 1, row[there - 1] + 1, before + (one != other))
    return row[-1]


def rate_of(metric: str, parts: Sequence[float], wholes: Sequence[float]) -> Score:
    """`sum(parts) / sum(wholes)` over recordings; a bootstrap over them, never narrower than Wilson's for as many.

    The `n` is that of recordings, because digits and seconds of one recording are not independent.
    """
    above, below = np.asarray(parts, float), np.asarray(wholes, float)
    if not len(above) or not below.sum():
        return Score(metric, None, None, None, 0)
    value = float(above.sum() / below.sum())
    drawn = [w @ np.stack([above, below], axis=1) for w in draws(len(above))] if len(above) > 1 else []
    ends = ends_of(np.concatenate([each[:, 0] / np.maximum(each[:, 1], 1e-9) for each in drawn])) if drawn else None
    low, high = wilson(min(1.0, value) * len(above), len(above))
    if ends is not None:
        low, high = min(low, ends[0]), max(high, ends[1])
    return Score(metric, value, low, high, len(above))
