"""What a voice is like, as 256 numbers: the GE2E encoder of Resemblyzer (Wan et al., ICASSP 2018), in NumPy.

Embeddings are used to tell how many speak, and to measure what a changed voice still gives away. None is ever kept.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from accord.detect.voice.checkpoint import read_checkpoint
from accord.models.cache import cache_dir, read_checked
from accord.models.register import register

Floats = NDArray[np.float32]

RATE = 16_000
"""Samples per second the encoder hears."""
WINDOW = 160
"""Frames of one embedding: 1.6 seconds."""
HOP = 160
"""Samples from one frame to the next."""

_FFT = 400
_MELS = 40
_LAYERS = 3
_LEVEL = 10 ** (-30 / 20)  # what quiet speech is brought to, as in training
_BATCH = 64

_LOADED: dict[tuple[int, str, str], Encoder] = {}
_LOCK = threading.Lock()


class Encoder:
    """A recurrent network over mel spectra whose last state is the embedding.

    Args:
        weights: its tensors, by name.
    """

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._layers = [
            (
                np.ascontiguousarray(weights[f"lstm.weight_ih_l{layer}"].T),
                np.ascontiguousarray(weights[f"lstm.weight_hh_l{layer}"].T),
                weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"],
            )
            for layer in range(_LAYERS)
        ]
        self._out = np.ascontiguousarray(weights["linear.weight"].T)
        self._bias = weights["linear.bias"]

    def embed(self, windows: Floats) -> Floats:
        """Embed spectra of shape (count, frames, 40) as rows of length 1, shape (count, 256)."""
        rows = [self._batch(windows[at : at + _BATCH]) for at in range(0, len(windows), _BATCH)]
        return np.concatenate(rows) if rows else np.zeros((0, len(self._bias)), dtype=np.float32)

    def _batch(self, windows: Floats) -> Floats:
        values = np.ascontiguousarray(windows.transpose(1, 0, 2))
        for inner, across, bias in self._layers:
            given = values @ inner + bias
            values = np.empty((*given.shape[:2], across.shape[0]), dtype=np.float32)
            state = np.zeros((given.shape[1], across.shape[0]), dtype=np.float32)
            cell = state
            size = across.shape[0]
            for step in range(len(given)):
                gates = given[step] + state @ across
                opened = _sigmoid(gates[:, : 2 * size])
                cell = opened[:, size:] * cell + opened[:, :size] * np.tanh(gates[:, 2 * size : 3 * size])
                state = _sigmoid(gates[:, 3 * size :]) * np.tanh(cell)
                values[step] = state
        last = np.maximum(values[-1] @ self._out + self._bias, 0)
        return np.asarray(last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-6), dtype=np.float32)

    def voice(self, samples: Floats) -> Floats:
        """One embedding for samples at 16,000 a second: the mean of windows that overlap by half."""
        spectra = mel_spectra(samples)
        if len(spectra) < WINDOW:
            spectra = np.pad(spectra, ((0, WINDOW - len(spectra)), (0, 0)))
        mean = self.embed(cut(spectra, WINDOW // 2)).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * values), dtype=np.float32)


def cut(spectra: Floats, step: int) -> Floats:
    """Windows of 1.6 seconds, `step` frames apart, as shape (count, 160, 40)."""
    views = sliding_window_view(spectra, WINDOW, axis=0)[::step]
    return np.ascontiguousarray(views.transpose(0, 2, 1))


def mel_spectra(samples: Floats) -> Floats:
    """Mel power spectra of samples at 16,000 a second, shape (frames, 40): 25 ms every 10 ms, Slaney's scale."""
    if not len(samples):
        return np.zeros((0, _MELS), dtype=np.float32)
    level = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    gain = max(1.0, _LEVEL / level) if level > 0 else 1.0
    padded = np.pad(samples * np.float32(gain), _FFT // 2)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
    frames = sliding_window_view(padded, _FFT)[::HOP] * window
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    return np.asarray(power @ _mel_bank(), dtype=np.float32)


def _mel_bank() -> Floats:
    """Triangles between equal steps of Slaney's mel scale, of equal area, shape (201, 40)."""
    log_step = np.log(6.4) / 27
    top = 15 + np.log(8.0) / log_step
    mels = np.linspace(0, top, _MELS + 2)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(log_step * (mels - 15)))
    at = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, None]
    low, middle, high = hertz[:-2], hertz[1:-1], hertz[2:]
    bank = np.maximum(0, np.minimum((at - low) / (middle - low), (high - at) / (high - middle)))
    return np.asarray(bank * (2 / (high - low)), dtype=np.float32)


def encoder(name: str = "resemblyzer", cache: Path | None = None) -> Encoder:
    """Load the encoder by its name in the register; threads of a process share one.

    Raises:
        ModelError: its file is missing, altered or no such checkpoint.
    """
    key = (os.getpid(), name, str(cache_dir(cache)))
    with _LOCK:
        found = _LOADED.get(key)
        if found is None:
            entry = register().entry(name)
            file = next(each for each in entry.files if each.name.endswith(".pt"))
            weights = read_checkpoint(read_checked(entry, file, cache), "model_state")
            found = _LOADED[key] = Encoder(weights)
        return found
