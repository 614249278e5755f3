"""Speech brought to one loudness, so that a number murmured after a loud sentence is heard as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accord.readers.speech.activity import FRAME

Floats = NDArray[np.float32]

TOP = 0.5
"""What the loudest sample near by is brought to, of full scale."""

_MOST = 100.0  # 40 dB
_VOICE = 0.15
_NEAR = 12  # frames on either side: together 0.8 s, a few syllables
_SMOOTH = 9


def evened(samples: Floats, voice: Floats) -> Floats:
    """The same sound in which every syllable is about as loud as any other; where nobody speaks it stays as it is.

    Args:
        samples: mono, 16 kHz, the loudest at `TOP` or below.
        voice: the probability that somebody speaks, for each 512 samples; what is missing counts as 0.

    Returns:
        As many samples, between -1 and 1.
    """
    count = len(samples) // FRAME
    if not count:
        return samples
    tops = np.abs(samples[: count * FRAME]).reshape(count, FRAME).max(axis=1)
    spoken = np.zeros(count, dtype=np.float32)
    spoken[: min(count, len(voice))] = voice[:count]
    heard = np.pad(np.where(spoken >= _VOICE, tops, 0.0), _NEAR)
    near = np.lib.stride_tricks.sliding_window_view(heard, 2 * _NEAR + 1).max(axis=1)
    gains = np.clip(TOP / np.where(near > 0, near, TOP), 1.0, _MOST)
    side = _SMOOTH // 2
    smooth = np.convolve(np.pad(gains, side, mode="edge"), np.full(_SMOOTH, 1 / _SMOOTH), "valid")
    middles = (np.arange(count) + 0.5) * FRAME
    gain = np.interp(np.arange(len(samples)), middles, smooth).astype(np.float32)
    return np.asarray(np.clip(samples * gain, -1.0, 1.0), dtype=np.float32)
