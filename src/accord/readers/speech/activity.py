"""When somebody speaks: Silero's probabilities, and the stretches and windows made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.readers.speech.features import RATE

Floats = NDArray[np.float32]

FRAME = 512
"""Samples one probability stands for: 32 ms."""

FRAME_S = FRAME / RATE

SURE = 0.5
"""Silero's own threshold: from here on somebody speaks."""

# A stretch starts and ends below that. What is no speech after all gives no words; what is left out is never heard.
_ON = 0.3
_OFF = 0.15

_CONTEXT = 64
_SUBBLOCK = 5 * RATE
_AT_ONCE = 256  # frames: more need more memory and no less time
_LOUDEST_GAIN = 1000.0
_MIN_SILENCE_S = 0.3
_MIN_SPEECH_S = 0.09
_PAD_S = 0.2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody speaks without a pause.

    Attributes:
        start: in seconds, with padding.
        end: in seconds, with padding.
        surest: the highest probability within.
    """

    start: float
    end: float
    surest: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Activity:
    """What goes on in a recording, frame by frame.

    Attributes:
        voice: probability that somebody speaks.
        levels: root of the mean square of the samples.
    """

    voice: Floats
    levels: Floats


class VoiceDetector:
    """Hears, block by block, where somebody speaks; one for each recording.

    Each block is heard as it is and brought to an even level, so that neither a whisper nor what follows a bang is
    missed; the higher probability counts.

    Args:
        session: an ONNX Runtime session of Silero VAD's 16 kHz graph over sequences of frames.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        zero = np.zeros((1, 1, 128), dtype=np.float32)
        self._states = [(zero, zero), (zero, zero)]
        self._before = [np.zeros(_CONTEXT, dtype=np.float32)] * 2
        self._rest = np.zeros(0, dtype=np.float32)

    def hear(self, samples: Floats, *, last: bool = False) -> tuple[Floats, Floats]:
        """Probabilities and levels of the frames that are complete with this block, one for each 512 samples.

        Args:
            samples: the next samples, 16 kHz, between -1 and 1.
            last: the recording ends here: an incomplete frame is filled up with silence.
        """
        block = np.concatenate([self._rest, samples])
        if last and len(block) % FRAME:
            block = np.concatenate([block, np.zeros(FRAME - len(block) % FRAME, dtype=np.float32)])
        count = len(block) // FRAME
        self._rest = block[count * FRAME :]
        if not count:
            return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32)
        block = block[: count * FRAME]
        heard = [self._pass(number, view) for number, view in enumerate((block, levelled(block)))]
        levels = np.sqrt(np.square(block.reshape(count, FRAME)).mean(axis=1))
        return np.maximum(heard[0], heard[1]), levels

    def _pass(self, number: int, block: Floats) -> Floats:
        joined = np.concatenate([self._before[number], block])
        self._before[number] = joined[-_CONTEXT:]
        frames = np.lib.stride_tricks.sliding_window_view(joined, FRAME + _CONTEXT)[::FRAME]
        h, c = self._states[number]
        heard = []
        for at in range(0, len(frames), _AT_ONCE):
            feed = {"input": np.ascontiguousarray(frames[at : at + _AT_ONCE]), "h": h, "c": c}
            each, h, c = self._session.run(["speech_probs", "hn", "cn"], feed)
            heard.append(np.asarray(each, dtype=np.float32))
        self._states[number] = (h, c)
        return np.concatenate(heard)


def levelled(samples: Floats) -> Floats:
    """The same sound with an even loudness: every five seconds are brought to half of full scale."""
    if not len(samples):
        return samples
    # A constant offset is no sound.
    centred = samples - samples.mean(dtype=np.float64).astype(np.float32)
    starts = np.arange(0, len(samples), _SUBBLOCK)
    tops = [float(np.percentile(np.abs(centred[s : s + _SUBBLOCK]), 99.5)) for s in starts]
    gains = [min(_LOUDEST_GAIN, 0.5 / max(top, 1e-6)) for top in tops]
    middles = [min(s + _SUBBLOCK / 2, len(samples)) for s in starts]
    gain = np.interp(np.arange(len(samples)), middles, gains).astype(np.float32)
    return np.asarray(np.clip(centred * gain, -1.0, 1.0), dtype=np.float32)


def stretches(probabilities: Floats, seconds: float) -> list[Stretch]:
    """Where somebody speaks: from a rise above the threshold to a fall that lasts.

    Args:
        probabilities: one for each frame.
        seconds: how long the recording is; padding ends there.
    """
    runs = _runs(probabilities)
    found = []
    for number, (first, last) in enumerate(runs):
        if (last - first) * FRAME_S < _MIN_SPEECH_S:
            continue
        before = runs[number - 1][1] * FRAME_S if number else 0.0
        after = runs[number + 1][0] * FRAME_S if number + 1 < len(runs) else seconds
        start, end = first * FRAME_S, last * FRAME_S
        padded = max(start - _PAD_S, (before + start) / 2 if number else 0.0)
        ending = min(end + _PAD_S, (end + after) / 2 if number + 1 < len(runs) else seconds)
        if ending > padded:
            found.append(Stretch(max(0.0, padded), ending, float(probabilities[first:last].max())))
    return found


def _runs(probabilities: Floats) -> list[tuple[int, int]]:
    """Frames from a rise above the upper threshold to a lasting fall below the lower."""
    patience = round(_MIN_SILENCE_S / FRAME_S)
    found: list[tuple[int, int]] = []
    start, quiet = -1, 0
    for at, value in enumerate(probabilities.tolist()):
        if start < 0:
            if value >= _ON:
                start, quiet = at, 0
        elif value < _OFF:
            quiet += 1
            if quiet >= patience:
                found.append((start, at + 1 - quiet))
                start = -1
        else:
            quiet = 0
    if start >= 0:
        found.append((start, len(probabilities) - quiet))
    return found


def split(stretch: Stretch, probabilities: Floats, limit: float) -> list[Stretch]:
    """Cut a stretch that is longer than `limit` seconds where speech is least sure."""
    if stretch.seconds <= limit:
        return [stretch]
    low = round((stretch.start + limit * 0.6) / FRAME_S)
    high = round((stretch.start + limit) / FRAME_S)
    cut = (low + int(np.argmin(probabilities[low:high])) + 0.5) * FRAME_S
    cut = min(max(cut, stretch.start + limit * 0.5), stretch.start + limit)
    first = Stretch(stretch.start, cut, stretch.surest)
    return [first, *split(Stretch(cut, stretch.end, stretch.surest), probabilities, limit)]


def packed(pieces: Iterable[Stretch], limit: float, pause: float) -> list[tuple[Stretch, ...]]:
    """Put stretches together to windows.

    Args:
        pieces: in order, none longer than `limit`.
        limit: seconds a window may last.
        pause: seconds of silence that end a window.

    Returns:
        Windows in order; where one would get too long, it ends at the longest pause of its second half.
    """
    windows: list[tuple[Stretch, ...]] = []
    current: list[Stretch] = []
    for piece in pieces:
        if current and piece.start - current[-1].end > pause:
            windows.append(tuple(current))
            current = []
        while current and piece.end - current[0].start > limit:
            at = _longest_pause([*current, piece])
            windows.append(tuple(current[:at]))
            current = current[at:]
        current.append(piece)
    return [*windows, tuple(current)] if current else windows


def _longest_pause(pieces: Sequence[Stretch]) -> int:
    """Before which piece to end a window: at the longest pause of its second half."""
    middle = (pieces[0].start + pieces[-1].end) / 2
    late = [at for at in range(1, len(pieces)) if pieces[at - 1].end >= middle] or [len(pieces) - 1]
    return max(late, key=lambda at: pieces[at].start - pieces[at - 1].end)


def voiced(probabilities: Floats, start: float, end: float) -> float:
    """Seconds between two times in which somebody speaks for sure."""
    low, high = max(0, round(start / FRAME_S)), max(0, round(end / FRAME_S))
    return float((probabilities[low:high] >= SURE).sum()) * FRAME_S
