"""What a channel of a recording has of its own: what no filter makes of the other channels.

Two microphones in a room hear the same talk late and coloured; a channel into which somebody else is mixed, however
faint, in whatever phase and however delayed, holds what does not follow from the others. For every band the part
that does is predicted by least squares (a Wiener filter, over a minute at a time) and taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from accord.core.media import Sound
from accord.readers.speech.activity import FRAME_S, SURE, Activity
from accord.readers.speech.features import RATE

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_SIZE, _HOP = 1024, 512
_SPAN_S = 60.0
_LOADING = 1e-4
_AROUND = 23  # frames on either side: together 1.5 s, a few syllables
_ENERGY = 4
_TOUCH = 1e-5
_STEADY = 6e-4  # decades, squared: half a decibel
_MASKED = 0.1
_LINGERS = 16  # frames: half a second
_MOST_OF = 0.6

LOUD = 0.1
"""The share of the power of its channel from which on what a channel has of its own is listened to like any sound."""

WHOLE = 0.8
"""From here on a channel has nothing but its own, and is listened to as it is."""

FOLLOWS = 0.75
"""How alike levels in decibels rise and fall (correlation) where what is left of a channel is an echo of others."""


def residue(sound: Sound, channel: int, others: Sequence[int]) -> Sound:
    """What a channel has that does not follow from others, as a recording of one channel at 16 kHz."""
    pieces = [_residue(block[:, 0], block[:, 1:]) for block in _blocks(sound, [channel, *others])]
    own = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)
    frames = round(sound.seconds * RATE)
    own = np.pad(own[:frames], (0, max(0, frames - len(own))))
    return Sound.of(own[:, None], RATE, item=sound.item)


def _blocks(sound: Sound, channels: Sequence[int]) -> Iterator[Floats]:
    """Some channels in blocks of about a minute, 16 kHz."""
    samples = np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)
    stream = soxr.ResampleStream(sound.rate, RATE, len(channels), dtype="float32", quality="HQ")
    count = max(1, round(sound.seconds / _SPAN_S))
    edges = np.linspace(0, len(samples), count + 1).round().astype(int).tolist()
    for start, end in pairwise(edges):
        block = samples[start:end, channels].astype(np.float32) / np.float32(32767)
        made = stream.resample_chunk(np.ascontiguousarray(block), last=end == edges[-1])
        yield np.asarray(made, dtype=np.float32).reshape(-1, len(channels))


def _residue(own: Floats, others: Floats) -> Floats:
    spectra = [_spectra(each) for each in (own, *others.T)]
    target, known = spectra[0], np.stack(spectra[1:], axis=-1)  # (frames, bands), (frames, bands, others)
    gram = np.einsum("tbi,tbj->bij", known.conj(), known)
    cross = np.einsum("tbi,tb->bi", known.conj(), target)
    loading = _LOADING * np.trace(gram, axis1=1, axis2=2).real / known.shape[-1] + 1e-12
    gram = gram + loading[:, None, None] * np.eye(known.shape[-1])
    filters = np.linalg.solve(gram, cross[..., None])[..., 0]
    return _samples(target - np.einsum("tbi,bi->tb", known, filters), len(own))


def _window() -> Floats:
    return np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_SIZE) / _SIZE)).astype(np.float32)


def _spectra(samples: Floats) -> NDArray[np.complex64]:
    padded = np.pad(samples, (_HOP, _SIZE + _HOP - len(samples) % _HOP))
    return np.fft.rfft(sliding_window_view(padded, _SIZE)[::_HOP] * _window(), axis=1).astype(np.complex64)


def _samples(spectra: NDArray[np.complex64], size: int) -> Floats:
    frames = (np.fft.irfft(spectra, _SIZE, axis=1) * _window()).astype(np.float32)
    halves = np.zeros((len(frames) + 1, _HOP), dtype=np.float32)
    halves[:-1] += frames[:, :_HOP]
    halves[1:] += frames[:, _HOP:]
    return halves.ravel()[_HOP : _HOP + size]


def its_own(whole: Activity, own: Activity, heard: Sequence[Activity]) -> tuple[Floats, Flags, Flags]:
    """What a channel has of its own, frame by frame.

    Args:
        whole: of the channel.
        own: of what it has of its own.
        heard: of what is listened to so far.

    Returns:
        Which share of the power is its own, whether that is no echo of what is heard anyway, and whether it is loud
        enough to be made out beside that.
    """
    size = min(len(each.levels) for each in (whole, own, *heard))
    power = [_near(np.square(each.levels[:size]), _ENERGY) for each in (own, whole)]
    share = np.asarray(power[0] / np.maximum(power[1], 1e-12), dtype=np.float32)
    others = [each.levels[:size] for each in heard]
    together = np.sqrt(np.sum(np.square(others), axis=0)).astype(np.float32)
    follows = np.max([_alike(own.levels[:size], each) for each in (*others, together)], axis=0)
    # A frame or two by themselves say nothing: levels of an echo part for a moment in every room.
    free = _near((follows < FOLLOWS).astype(np.float32), _LINGERS) >= _MOST_OF
    apart = _spread(free | ((share >= WHOLE) & (whole is not own)), _LINGERS)
    loud = sliding_window_view(np.pad(np.max(others, axis=0), _LINGERS), 2 * _LINGERS + 1).max(axis=1)
    return share, apart, np.asarray(own.levels[:size] >= _MASKED * loud)


def _spread(flags: Flags, side: int) -> Flags:
    """Flags that are set near one that is."""
    return np.asarray(sliding_window_view(np.pad(flags, side), 2 * side + 1).any(axis=1))


def kept(activity: Activity, frames: Flags) -> Activity:
    """What goes on in some frames only; in others nobody speaks."""
    size = min(len(frames), len(activity.voice))
    voice = np.where(frames[:size], activity.voice[:size], 0).astype(np.float32)
    return Activity(voice, activity.levels[:size])


def sure_s(activity: Activity) -> float:
    """Seconds in which somebody speaks for sure."""
    return float((activity.voice >= SURE).sum()) * FRAME_S


def _near(values: Floats, side: int) -> NDArray[np.float64]:
    """Means over some frames on either side."""
    total = np.cumsum(np.pad(values.astype(np.float64), (side + 1, side), mode="edge"))
    return (total[2 * side + 1 :] - total[: -2 * side - 1]) / (2 * side + 1)


def _alike(one: Floats, other: Floats) -> NDArray[np.float64]:
    """The correlation of two levels, in decibels, around each frame."""
    a, b = (np.log10(np.maximum(each, _TOUCH)) for each in (one, other))
    mean_a, mean_b = _near(a, _AROUND), _near(b, _AROUND)
    both = _near(a * b, _AROUND) - mean_a * mean_b
    # What hardly rises or falls, such as a steady tone, explains nothing.
    spread = [_near(c * c, _AROUND) - m * m + _STEADY for c, m in ((a, mean_a), (b, mean_b))]
    return np.asarray(both / np.sqrt(spread[0] * spread[1]))
