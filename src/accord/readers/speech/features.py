"""What Whisper is given to hear: the logarithm of a mel spectrogram.

The constants are those of the model definition: 16 kHz, windows of 400 samples every 160, Slaney's mel scale
(Auditory Toolbox, 1998: linear below 1 kHz, logarithmic above, triangles of equal area).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE = 16_000
"""Samples per second that the models hear."""

HOP = 160
"""Samples from one frame to the next: 100 frames a second."""

WINDOW_S = 30
"""Seconds the model hears at once."""

_FFT = 400
_LINEAR_HZ = 200 / 3  # one mel below the break
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27  # one mel above the break


def mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """A frequency in hertz on Slaney's mel scale."""
    given = np.asarray(hertz, dtype=np.float64)
    above = _BREAK_HZ / _LINEAR_HZ + np.log(np.maximum(given, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.where(given < _BREAK_HZ, given / _LINEAR_HZ, above)


def hertz(mels: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """The frequency in hertz of a place on Slaney's mel scale."""
    given = np.asarray(mels, dtype=np.float64)
    corner = _BREAK_HZ / _LINEAR_HZ
    above = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(given, corner) - corner))
    return np.where(given < corner, given * _LINEAR_HZ, above)


@cache
def mel_bank(bands: int) -> Floats:
    """Triangular filters of shape (bands, 201) over 0 to 8 kHz, each of area 2 divided by its width in hertz."""
    edges = hertz(np.linspace(mel(0.0), mel(RATE / 2), bands + 2))
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - left) / (middle - left)
    falling = (right - bins) / (right - middle)
    bank = np.maximum(0, np.minimum(rising, falling)) * (2 / (right - left))
    return np.asarray(bank, dtype=np.float32)


@cache
def _hann() -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT), dtype=np.float32)


def log_mel(samples: Floats, frames: int, *, bands: int = 80) -> Floats:
    """The log-mel spectrogram of a piece of sound, padded with silence.

    Args:
        samples: mono, 16 kHz, between -1 and 1.
        frames: how many frames to give; what is longer is cut.
        bands: mel bands of the model.

    Returns:
        An array of shape (bands, frames): decades above a floor 8 decades below the peak, shifted and scaled to about
        -1 to 1 as the model was trained with.
    """
    whole = np.zeros(frames * HOP, dtype=np.float32)
    kept = min(len(samples), len(whole))
    whole[:kept] = samples[:kept]
    padded = np.pad(whole, _FFT // 2, mode="reflect")
    cut = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP][:frames]
    power = np.abs(np.fft.rfft(cut * _hann(), axis=-1)) ** 2
    logs = np.log10(np.maximum(mel_bank(bands) @ power.T.astype(np.float32), 1e-10))
    return np.asarray((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0, dtype=np.float32)
