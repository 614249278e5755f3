"""Which channels of a recording are heard by themselves.

Somebody may speak on one channel only, or on two in opposite phase, which a downmix makes silent. So channels are
compared: one that is another times a number is heard once, all others by themselves; of one that is another plus
something faint, what is faint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from accord.core.media import Sound
from accord.readers.speech.features import RATE

Floats = NDArray[np.float32]

_BLOCK_S = 30
_MARGIN_S = 0.05
_SAME_DB = -60.0
_FAINT_DB = -15.0
_QUALITY = "HQ"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Track:
    """A mix of the channels of a recording that is heard by itself.

    Attributes:
        sound: the recording.
        weights: how much of each channel.
    """

    sound: Sound
    weights: Floats

    def blocks(self) -> Iterator[Floats]:
        """All of it in blocks of about half a minute, mono, 16 kHz."""
        stream = soxr.ResampleStream(self.sound.rate, RATE, 1, dtype="float32", quality=_QUALITY)
        size = _BLOCK_S * self.sound.rate
        for start in range(0, self.sound.frames, size):
            end = min(start + size, self.sound.frames)
            yield np.asarray(stream.resample_chunk(self._mixed(start, end), last=end == self.sound.frames))

    def piece(self, start: float, end: float) -> Floats:
        """What is heard between two times in seconds, mono, 16 kHz, with the loudest sample at half of full scale."""
        rate, frames = self.sound.rate, self.sound.frames
        low, high = max(0, round((start - _MARGIN_S) * rate)), min(frames, round((end + _MARGIN_S) * rate))
        mixed = np.asarray(soxr.resample(self._mixed(low, high), rate, RATE, quality=_QUALITY), dtype=np.float32)
        skipped = round((start - low / rate) * RATE)
        cut = mixed[max(0, skipped) : max(0, skipped) + round((end - start) * RATE)]
        if not len(cut):
            return cut
        cut = cut - cut.mean(dtype=np.float64).astype(np.float32)
        return np.asarray(cut * (0.5 / max(float(np.abs(cut).max()), 1e-6)), dtype=np.float32)

    def _mixed(self, start: int, end: int) -> Floats:
        return np.asarray(
            _samples(self.sound)[start:end].astype(np.float32) @ (self.weights / 32767), dtype=np.float32
        )


def _samples(sound: Sound) -> NDArray[np.int16]:
    return np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)


def tracks(sound: Sound, adds: Callable[[Track, Sequence[Track]], bool]) -> list[Track]:
    """The mixes that together hold everything that can be heard, the loudest channel first.

    Args:
        sound: the recording.
        adds: whether somebody speaks in what a channel has that those kept so far do not have.
    """
    gram = _gram(sound)
    power = np.diag(gram)
    kept: list[int] = []
    found: list[Track] = []
    for channel in sorted(range(sound.channels), key=lambda each: -power[each]):
        if power[channel] <= 0:
            continue
        weights = np.zeros(sound.channels, dtype=np.float64)
        weights[channel] = 1.0
        if not kept:
            kept.append(channel)
            found.append(Track(sound, weights.astype(np.float32)))
            continue
        rest = weights.copy()
        rest[kept] -= np.linalg.lstsq(gram[np.ix_(kept, kept)], gram[kept, channel], rcond=1e-9)[0]
        left = 10 * np.log10(max(float(rest @ gram @ rest), 1e-12) / power[channel])
        difference = Track(sound, rest.astype(np.float32))
        if left < _SAME_DB or not adds(difference, found):
            continue
        kept.append(channel)
        found.append(difference if left < _FAINT_DB else Track(sound, weights.astype(np.float32)))
    return found


def _gram(sound: Sound) -> NDArray[np.float64]:
    """How alike the channels are: sums of products of their samples, without what is constant."""
    samples = _samples(sound)
    size = max(1, _BLOCK_S * sound.rate)
    total = np.zeros((sound.channels, sound.channels), dtype=np.float64)
    for start in range(0, len(samples), size):
        block = samples[start : start + size].astype(np.float32) / 32767
        block -= block.mean(axis=0)
        total += (block.T @ block).astype(np.float64)
    return total
