"""Changing a voice so that a listener does not know it again, while the words stay.

Two methods, one after the other, with parameters drawn for each recording:

* pitch and formants are shifted apart from each other, as a vocoder with separate source and filter does (Morise et
  al., "WORLD: a vocoder-based high-quality speech synthesis system", 2016): time is stretched by overlap and add of
  similar waves (Verhelst and Roelands, WSOLA, 1993), played faster or slower, and the spectral envelope is moved to
  where it shall be;
* the angles of the poles of linear prediction are raised to a power, the McAdams coefficient (Patino et al.,
  "Speaker anonymisation using the McAdams coefficient", Interspeech 2021).

**The voice is changed, not the person hidden.** Signal processing of this kind gives almost no protection against
somebody who trains on recordings changed the same way (VoicePrivacy 2024, baseline B2), nor against what is said and
how. Whoever needs more drops the sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

RATE = 16_000
"""Samples per second at which voices are changed; above 8 kHz nothing of a changed voice is left."""

_CHUNK = 20 * RATE
_SEAM = RATE // 5
_ORDER = 20
_FRAME = 320
_HOP = 160
_STRETCH = 512
_SEARCH = 200
_WARP = 512
_WARP_HOP = 128
_LIFTER = 36


@dataclass(frozen=True, slots=True)
class Voice:
    """How a voice is changed.

    Attributes:
        pitch: what the fundamental frequency is multiplied by.
        formants: what the frequencies of resonances are multiplied by.
        power: the McAdams coefficient: the power that angles of poles, in radians, are raised to.
    """

    pitch: float = 1.0
    formants: float = 1.0
    power: float = 1.0

    @classmethod
    def drawn(cls, seed: int) -> Voice:
        """Draw parameters: pitch up or down by 2.5 to 5 semitones, formants up or down by 8 to 16 percent."""
        chance = np.random.default_rng(seed)
        pitch = 2.0 ** (chance.choice([-1.0, 1.0]) * chance.uniform(2.5, 5.0) / 12)
        formants = 1.0 + chance.choice([-1.0, 1.0]) * chance.uniform(0.08, 0.16)
        return cls(float(pitch), float(formants), float(chance.uniform(0.7, 0.85)))


def changed(mono: Floats, rate: int, voice: Voice) -> Floats:
    """Change the voice in samples of one channel.

    Args:
        mono: shape (frames,), between -1 and 1.
        rate: samples per second.
        voice: how.

    Returns:
        As many samples, as loud as before.
    """
    if not len(mono) or not mono.any():
        return mono.copy()
    import soxr

    given = mono if rate == RATE else soxr.resample(mono, rate, RATE, quality="HQ")
    made = _in_chunks(np.asarray(given, dtype=np.float32), voice)
    back = made if rate == RATE else soxr.resample(made, RATE, rate, quality="HQ")
    return np.clip(_sized(np.asarray(back, dtype=np.float32), len(mono)), -1.0, 1.0)


def _sized(samples: Floats, size: int) -> Floats:
    """As many samples as wanted: the rest is cut off, what is missing is silence."""
    return samples[:size] if len(samples) >= size else np.pad(samples, (0, size - len(samples)))


def _in_chunks(mono: Floats, voice: Voice) -> Floats:
    """Change some seconds after the other, faded into each other."""
    out = np.zeros(len(mono), dtype=np.float32)
    ramp = np.linspace(0, 1, _SEAM, dtype=np.float32)
    for start in range(0, len(mono), _CHUNK):
        first = max(0, start - _SEAM)
        piece = mono[first : start + _CHUNK]
        made = _one(piece, voice)
        if start:
            made[:_SEAM] *= ramp[: len(made)]
            out[first:start] *= ramp[::-1]
        out[first : first + len(made)] += made
    return out


def _one(mono: Floats, voice: Voice) -> Floats:
    made = mono
    if voice.pitch != 1.0 or voice.formants != 1.0:
        made = shifted(made, voice.pitch, voice.formants)
    if voice.power != 1.0:
        made = mcadams(made, voice.power)
    before, after = float(np.sqrt(np.mean(mono**2))), float(np.sqrt(np.mean(made**2)))
    made = made * np.float32(before / after if after > 1e-9 else 1.0)
    peak = float(np.abs(made).max())
    return np.asarray(made / np.float32(max(1.0, peak)), dtype=np.float32)


def shifted(mono: Floats, pitch: float, formants: float) -> Floats:
    """Move pitch and formants of samples at 16,000 a second, each by its own factor; the length stays."""
    import soxr

    size = len(mono)
    moved = mono
    if pitch != 1.0:
        moved = soxr.resample(stretched(mono, pitch), RATE * pitch, RATE, quality="HQ")
        moved = _sized(np.asarray(moved, dtype=np.float32), size)
    return _warped(moved, formants / pitch)


def stretched(mono: Floats, factor: float) -> Floats:
    """Make samples last `factor` times as long without changing what they sound like (WSOLA)."""
    hop, size = _STRETCH // 2, max(1, round(len(mono) * factor))
    padded = np.pad(mono, (_SEARCH + hop, _STRETCH + 2 * _SEARCH + hop))
    window = np.hanning(_STRETCH + 1)[:-1].astype(np.float32)
    out = np.zeros(size + 2 * _STRETCH, dtype=np.float32)
    last = _SEARCH
    out[:_STRETCH] += padded[last : last + _STRETCH] * window
    for at in range(hop, size + hop, hop):
        wanted = min(int(at / factor) + _SEARCH, len(padded) - _STRETCH - _SEARCH)
        follows = padded[last + hop : last + hop + _STRETCH]
        if len(follows) < _STRETCH:
            break
        near = padded[wanted - _SEARCH : wanted + _SEARCH + _STRETCH]
        last = wanted - _SEARCH + int(np.argmax(np.correlate(near, follows, "valid")))
        out[at : at + _STRETCH] += padded[last : last + _STRETCH] * window
    return out[hop : hop + size]


def _warped(mono: Floats, factor: float) -> Floats:
    """Move the spectral envelope of samples by a factor, and leave the harmonics where they are."""
    if factor == 1.0:
        return mono
    padded = np.pad(mono, (_WARP, _WARP + _WARP_HOP))
    window = np.sqrt(np.hanning(_WARP + 1)[:-1]).astype(np.float32)
    frames = sliding_window_view(padded, _WARP)[::_WARP_HOP] * window
    spectra = np.fft.rfft(frames, axis=1)
    logs = np.log(np.abs(spectra) + 1e-5)
    cepstra = np.fft.irfft(logs, axis=1)
    cepstra[:, _LIFTER : _WARP - _LIFTER + 1] = 0
    envelopes = np.fft.rfft(cepstra, axis=1).real
    at = np.minimum(np.arange(_WARP // 2 + 1) / factor, _WARP // 2)
    low = np.minimum(at.astype(int), _WARP // 2 - 1)
    part = at - low
    moved = envelopes[:, low] * (1 - part) + envelopes[:, low + 1] * part
    gains = np.exp(np.clip(moved - envelopes, -6.0, 3.0))
    made = np.fft.irfft(spectra * gains, axis=1) * window
    return _overlapped(made, _WARP_HOP, len(padded))[_WARP : _WARP + len(mono)] / np.float32(_WARP / 2 / _WARP_HOP)


def _overlapped(frames: NDArray[np.floating], hop: int, size: int) -> Floats:
    """Frames added where they overlap; their length is a multiple of the hop."""
    count, length = frames.shape
    out = np.zeros((count + length // hop, hop), dtype=np.float64)
    for piece in range(length // hop):
        out[piece : piece + count] += frames[:, piece * hop : (piece + 1) * hop]
    return _sized(out.ravel().astype(np.float32), size)


def mcadams(mono: Floats, power: float) -> Floats:
    """Move the resonances of samples at 16,000 a second by raising the angles of their poles to a power, 0.5 to 1."""
    padded = np.pad(mono, (_FRAME, _FRAME + _HOP)).astype(np.float64)
    window = np.sqrt(np.hanning(_FRAME + 1)[:-1])
    frames = sliding_window_view(padded, _FRAME)[::_HOP] * window
    loud = (frames**2).mean(axis=1) > 1e-10
    made = np.zeros_like(frames)
    made[loud] = _moved(frames[loud], power)
    return _overlapped(made * window, _HOP, len(padded))[_FRAME : _FRAME + len(mono)]


def _moved(frames: Doubles, power: float) -> Doubles:
    """Frames with their poles moved: predicted, filtered to what is left, and built up again."""
    if not len(frames):
        return frames
    coefficients = _prediction(frames)
    companions = np.zeros((len(frames), _ORDER, _ORDER))
    companions[:, np.arange(1, _ORDER), np.arange(_ORDER - 1)] = 1
    companions[:, 0, :] = -coefficients[:, 1:]
    poles = np.linalg.eigvals(companions)
    angles = np.angle(poles)
    turned = np.where(np.abs(poles.imag) > 1e-9, np.sign(angles) * np.abs(angles) ** power, angles)
    # Real poles stay where they are, alone at the edge of the spectrum, and would ring there.
    radii = np.minimum(np.abs(poles), np.where(np.abs(poles.imag) > 1e-9, 0.985, 0.9))
    fresh = _polynomials(radii * np.exp(1j * np.clip(turned, -np.pi, np.pi)))
    rest = frames.copy()
    for lag in range(1, _ORDER + 1):
        rest[:, lag:] += coefficients[:, lag, None] * frames[:, :-lag]
    return _built(rest, fresh)


def _prediction(frames: Doubles) -> Doubles:
    """Coefficients of linear prediction of frames (Levinson and Durbin), the first of which is 1."""
    spectra = np.abs(np.fft.rfft(frames, 2 * frames.shape[1], axis=1)) ** 2
    lags = np.fft.irfft(spectra, axis=1)[:, : _ORDER + 1]
    lags[:, 0] = lags[:, 0] * (1 + 1e-5) + 1e-9
    made = np.zeros((len(frames), _ORDER + 1))
    made[:, 0] = 1
    error = lags[:, 0].copy()
    for order in range(1, _ORDER + 1):
        share = -(made[:, :order] * lags[:, order:0:-1]).sum(axis=1) / error
        made[:, 1 : order + 1] += share[:, None] * made[:, order - 1 :: -1][:, :order]
        error *= np.maximum(1 - share**2, 1e-9)
    return made


def _polynomials(roots: NDArray[np.complex128]) -> Doubles:
    """Coefficients of the polynomials that have these roots."""
    made = np.zeros((len(roots), _ORDER + 1), dtype=np.complex128)
    made[:, 0] = 1
    for index in range(_ORDER):
        made[:, 1 : index + 2] -= roots[:, index, None] * made[:, : index + 1]
    return np.asarray(made.real)


def _built(rest: Doubles, coefficients: Doubles) -> Doubles:
    """Frames that linear prediction makes of what is left, all frames one sample after the other."""
    count, size = rest.shape
    out = np.zeros((size + _ORDER, count))
    back = np.ascontiguousarray(coefficients[:, :0:-1].T)
    for at in range(size):
        out[at + _ORDER] = rest[:, at] - (back * out[at : at + _ORDER]).sum(axis=0)
    return out[_ORDER:].T
