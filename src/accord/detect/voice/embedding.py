"""What a voice is like, as 256 numbers: the GE2E encoder of Resemblyzer (Wan et al., ICASSP 2018).

Embeddings are used to tell how many speak, and to measure what a changed voice still gives away. None is ever kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from accord.models.runtime import session

Floats = NDArray[np.float32]

RATE = 16_000
"""Samples per second the encoder hears."""
WINDOW = 160
"""Frames of one embedding: 1.6 seconds."""
HOP = 160
"""Samples from one frame to the next."""

_FFT = 400
_MELS = 40
_FILE = "pretrained.pt"
_LEVEL = 10 ** (-30 / 20)  # what quiet speech is brought to, as in training
_BATCH = 64


class Encoder:
    """A recurrent network over mel spectra whose last state is the embedding.

    Args:
        session: an ONNX Runtime session on its graph; see `accord.detect.voice.graph`.
    """

    def __init__(self, session: Any) -> None:
        self._session = session

    def embed(self, windows: Floats) -> Floats:
        """Embed spectra of shape (count, frames, 40) as rows of length 1, shape (count, 256)."""
        rows = [self._batch(windows[at : at + _BATCH]) for at in range(0, max(1, len(windows)), _BATCH)]
        return np.concatenate(rows)

    def _batch(self, windows: Floats) -> Floats:
        if not len(windows):
            return np.zeros((0, self._session.get_outputs()[0].shape[1]), dtype=np.float32)
        feed = {"spectra": np.ascontiguousarray(windows.transpose(1, 0, 2), dtype=np.float32)}
        return np.asarray(self._session.run(["voices"], feed)[0], dtype=np.float32)

    def voice(self, samples: Floats) -> Floats:
        """One embedding for samples at 16,000 a second: the mean of windows that overlap by half."""
        spectra = mel_spectra(samples)
        if len(spectra) < WINDOW:
            spectra = np.pad(spectra, ((0, WINDOW - len(spectra)), (0, 0)))
        mean = self.embed(cut(spectra, WINDOW // 2)).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


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
    from accord.detect.voice.graph import encoder_graph

    return Encoder(session(name, _FILE, cache, encoder_graph))
