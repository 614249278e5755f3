"""Which channels of a recording are heard by themselves.

Somebody may speak on one channel only, or on two in opposite phase, which a downmix makes silent. So channels are
compared: one that is another times a number is heard once; of others, what does not follow from those heard before
(`residue`). Sums and differences of two channels are heard where somebody speaks in them who is in neither made out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import soxr
from numpy.typing import NDArray

from accord.core.media import Sound
from accord.readers.speech.features import RATE
from accord.readers.speech.residue import residue

Floats = NDArray[np.float32]

_BLOCK_S = 30
_MARGIN_S = 0.05
_SAME_DB = -60.0
_MOST_PAIRED, _PAIRED = 4, 10.0  # channels; how many times the power of the other
_QUALITY = "HQ"
_INAUDIBLE_HZ = 16_500
_INAUDIBLE_LEVEL = 3e-4


@dataclass(frozen=True, slots=True)
class Way:
    """A way of listening to a recording.

    Attributes:
        name: what for.
        slower: how many times slower than recorded.
        backwards: from the end.
        carried: what is carried by a tone too high to be heard, as its loudness (amplitude modulation).
    """

    name: str
    slower: float = 1.0
    backwards: bool = False
    carried: bool = False


PLAIN = Way("plain")

DISGUISES = (
    Way("twice as fast", slower=2.0),
    Way("three times as fast", slower=3.0),
    Way("half as fast", slower=0.5),
    Way("a quarter as fast", slower=0.25),
    Way("an eighth as fast", slower=0.125),
    Way("backwards", backwards=True),
    Way("too high to hear", carried=True),
)
"""Ways to hide speech from who listens plainly, that everybody's audio editor undoes."""


Key = tuple[int, bytes, Way]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Track:
    """A mix of the channels of a recording that is heard by itself.

    Attributes:
        sound: the recording.
        weights: how much of each channel.
        way: how it is listened to; times of what is heard count in that way.
        part: tells a recording that was made of a channel from the one it was made of.
        faint: it may be an echo of others, so only what is understood well counts.
    """

    sound: Sound
    weights: Floats
    way: Way = PLAIN
    part: int = 0
    faint: bool = False

    @property
    def key(self) -> Key:
        """Which track it is among those of its recording."""
        return self.part, self.weights.tobytes(), self.way

    @property
    def plainly(self) -> bool:
        """Whether all of it is listened to, and not only what is understood at once."""
        return self.way == PLAIN and not self.faint

    @property
    def seconds(self) -> float:
        """How long it takes to listen to it."""
        return self.sound.seconds * self.way.slower

    def recorded(self, start: float, end: float) -> tuple[float, float]:
        """When in the recording it is what is heard between two times."""
        low, high = start / self.way.slower, end / self.way.slower
        if self.way.backwards:
            low, high = self.sound.seconds - high, self.sound.seconds - low
        return max(0.0, low), min(self.sound.seconds, high)

    def blocks(self) -> Iterator[Floats]:
        """All of it in blocks of about half a minute, mono, 16 kHz."""
        stream = soxr.ResampleStream(self.sound.rate, self._rate, 1, dtype="float32", quality=_QUALITY)
        size, frames = _BLOCK_S * self.sound.rate, self.sound.frames
        for start in range(0, frames, size):
            end = min(start + size, frames)
            block = self._mixed(frames - end, frames - start)[::-1] if self.way.backwards else self._mixed(start, end)
            yield np.asarray(stream.resample_chunk(np.ascontiguousarray(block), last=end == frames))

    def piece(self, start: float, end: float) -> Floats:
        """What is heard between two times in seconds, mono, 16 kHz, with the loudest sample at half of full scale."""
        rate, frames = self.sound.rate, self.sound.frames
        first, last = self.recorded(start, end)
        low, high = max(0, round((first - _MARGIN_S) * rate)), min(frames, round((last + _MARGIN_S) * rate))
        if high <= low:
            return np.zeros(0, dtype=np.float32)
        mixed = np.asarray(soxr.resample(self._mixed(low, high), rate, self._rate, quality=_QUALITY))
        skipped = max(0, round((first - low / rate) * self._rate))
        cut = mixed[skipped : skipped + round((end - start) * RATE)]
        if not len(cut):
            return np.zeros(0, dtype=np.float32)
        cut = cut[::-1] if self.way.backwards else cut
        cut = cut - cut.mean(dtype=np.float64).astype(np.float32)
        return np.asarray(cut * (0.5 / max(float(np.abs(cut).max()), 1e-6)), dtype=np.float32)

    @property
    def _rate(self) -> float:
        return RATE * self.way.slower

    def _mixed(self, start: int, end: int) -> Floats:
        whole = _samples(self.sound)[start:end].astype(np.float32)
        mixed = np.asarray(whole @ (self.weights / np.float32(32767)), dtype=np.float32)
        return _envelope(mixed, self.sound.rate) if self.way.carried else mixed


Judge = Callable[[Track | None, Track, Sequence[Track]], Track | None]
"""Which of a channel, and what it has of its own, is to be heard beside some tracks; None for neither of them."""


def _envelope(samples: Floats, rate: int) -> Floats:
    """How loud is what lies above hearing; nothing where there is next to nothing."""
    spectrum = np.fft.rfft(samples)
    spectrum[: int(_INAUDIBLE_HZ * len(samples) / rate)] = 0
    above = np.abs(np.fft.irfft(spectrum, len(samples))).astype(np.float32)
    return above if float(np.sqrt(np.mean(above**2))) > _INAUDIBLE_LEVEL else np.zeros_like(above)


def _samples(sound: Sound) -> NDArray[np.int16]:
    return np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)


def tracks(sound: Sound, judge: Judge) -> list[Track]:
    """The mixes that together hold everything that can be heard, the loudest channel first.

    Args:
        sound: the recording.
        judge: says how what is mixed is to be heard beside what is heard so far.
    """
    gram = _gram(sound)
    power = np.diag(gram)
    kept: list[int] = []
    found: list[Track] = []
    for channel in sorted(range(sound.channels), key=lambda each: -power[each]):
        if power[channel] <= 0:
            continue
        plain = Track(sound, np.eye(sound.channels, dtype=np.float32)[channel])
        if not kept:
            kept.append(channel)
            found.append(plain)
            continue
        if _left(gram, channel, kept) < _SAME_DB:
            continue
        rest = Track(residue(sound, channel, kept), np.ones(1, np.float32), part=channel + 1)
        chosen = judge(plain, rest, found)
        if chosen is not None:
            kept.append(channel)
            found.append(chosen)
    return [*found, *_sides(sound, gram, judge, found)]


def _left(gram: NDArray[np.float64], channel: int, kept: Sequence[int]) -> float:
    """How loud a channel is without those kept so far, in decibels below itself."""
    rest = np.eye(len(gram))[channel]
    rest[list(kept)] -= np.linalg.lstsq(gram[np.ix_(kept, kept)], gram[kept, channel], rcond=1e-9)[0]
    return float(10 * np.log10(max(float(rest @ gram @ rest), 1e-12) / gram[channel, channel]))


def _sides(sound: Sound, gram: NDArray[np.float64], judge: Judge, found: Sequence[Track]) -> list[Track]:
    """Sums and differences of channels of about one loudness in which somebody speaks who is in neither made out."""
    power = np.diag(gram)
    loudest = [int(each) for each in np.argsort(-power)[:_MOST_PAIRED] if power[each] > 0]
    more: list[Track] = []
    for one, other in combinations(loudest, 2):
        if power[one] > _PAIRED * power[other] or _left(gram, other, [one]) < _SAME_DB:
            continue
        for sign in (-1.0, 1.0):
            weights = np.zeros(sound.channels, dtype=np.float32)
            weights[[one, other]] = 1.0, sign
            chosen = judge(None, Track(sound, weights), [*found, *more])
            more += [chosen] if chosen is not None else []
    return more


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
