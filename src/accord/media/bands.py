"""Which frequencies of a recording leave, those listened to and those anyone hears, and samples of which size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Samples

HEARD = 8_000
"""Hertz up to which recognisers of speech hear; see `Bands.hidden`."""
AUDIBLE = 18_000
"""Hertz up to which recordings are kept. Few adults hear more, and speech is nothing up there; microphones,
loudspeakers and models are reached by it all the same (Zhang et al., "DolphinAttack", CCS 2017)."""

_SLOPE = 1_000.0  # hertz, over which a filter closes
_DEPTH = 80.0  # decibels it takes away then
_LOW = 1_000
_FAINT = 10 ** (-55 / 10)  # of full scale: fainter bands hide nothing that survives
_SHARE = 0.002  # of the seconds that may be louder above `HEARD` than below before that counts as hidden
_TAIL = 10 ** (-60 / 10)
_SPIKES = 1e-3  # of the samples, which may be clipped for the sake of the others
_LOST = 0.5  # of the samples that are more than noise, which may vanish
_FLOOR = -12  # power of two of what is more than noise
_VANISHED = -15  # power of two of what is nothing in sixteen bits


class LowPass:
    """A filter of linear phase for blocks of one recording: what comes out lies where it went in.

    A windowed sinc with a Kaiser window (Kaiser and Schafer, 1980): 80 dB down within 1,000 Hz below the cutoff.

    Args:
        rate: samples per second.
        channels: how many.
        cutoff: in hertz; nothing at or above it is left.
    """

    def __init__(self, rate: int, channels: int, cutoff: float) -> None:
        half = int(np.ceil((_DEPTH - 8) / (2.285 * 2 * np.pi * _SLOPE / rate) / 2))
        at = np.arange(-half, half + 1)
        middle = 2 * (cutoff - _SLOPE / 2) / rate
        beta = 0.1102 * (_DEPTH - 8.7)
        taps = middle * np.sinc(middle * at) * np.kaiser(len(at), beta)
        self._taps = (taps / taps.sum()).astype(np.float32)
        self._half = half
        self._kept = np.zeros((half, channels), dtype=np.float32)
        self._spectra: dict[int, NDArray[np.complex64]] = {}

    def feed(self, block: Samples) -> Samples:
        """Filter the next samples of shape (frames, channels); what comes out lags behind by half a filter."""
        joined = np.concatenate([self._kept, block])
        ready = len(joined) - 2 * self._half
        if ready <= 0:
            self._kept = joined
            return joined[:0]
        self._kept = joined[ready:].copy()
        size = 1 << (len(joined) - 1).bit_length()
        if size not in self._spectra:
            self._spectra = {size: np.fft.rfft(self._taps, size).astype(np.complex64)}
        spectrum = np.fft.rfft(joined, size, axis=0) * self._spectra[size][:, None]
        whole = np.fft.irfft(spectrum, size, axis=0)
        # The circular part of the product ends before the first sample that is taken.
        return np.asarray(whole[2 * self._half : 2 * self._half + ready], dtype=np.float32)

    def end(self) -> Samples:
        """What is left when nothing more comes."""
        return self.feed(np.zeros((self._half, self._kept.shape[1]), dtype=np.float32))


class Bands:
    """How loud a recording is below, at and above what is listened to, second by second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._seconds = 0.0
        self._loud_above = 0.0
        self._ultrasound = 0.0
        self._window = np.zeros((0, 1), dtype=np.float32)

    def feed(self, block: Samples) -> None:
        """Take the next samples of shape (frames, channels); blocks last between a tenth and one second."""
        frames = len(block)
        if frames < self._rate // 20 or self._rate <= 2 * HEARD:
            return
        if not block.any():
            self._seconds += frames / self._rate
            return
        if len(self._window) != frames:
            self._window = np.hanning(frames).astype(np.float32)[:, None]
        window = self._window
        power = np.abs(np.fft.rfft(block * window, axis=0)) ** 2 * (16 / 3) / frames**2
        hertz = np.fft.rfftfreq(frames, 1 / self._rate)
        low, above = (hertz >= _LOW) & (hertz < HEARD), (hertz >= HEARD + _SLOPE) & (hertz < AUDIBLE)
        seconds = frames / self._rate
        self._seconds += seconds
        loud = power[above].sum(axis=0)
        if bool(((loud > _FAINT) & (loud > power[low].sum(axis=0))).any()):
            self._loud_above += seconds
        if bool((power[hertz >= AUDIBLE].sum(axis=0) > _TAIL).any()):
            self._ultrasound += seconds

    @property
    def hidden(self) -> bool:
        """Whether more is going on above what recognisers hear than below, for longer than any hiss of speech."""
        return self._loud_above >= max(0.25, _SHARE * self._seconds)

    @property
    def ultrasound(self) -> bool:
        """Whether there is anything worth telling above what people hear."""
        return self._ultrasound > 0


class Sizes:
    """How large samples in floating point are, which may be of any size: told from a count of their exponents.

    The gain brings all but one in a thousand of them between -1 and 1, so that one spike does not turn a recording
    into silence; what lies outside is clipped.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(512, dtype=np.int64)  # of powers of two from -256
        self._peak = 1.0
        self.none = False
        """Whether some are infinite, or no numbers."""

    def feed(self, block: Samples) -> None:
        """Take the next samples."""
        finite = np.abs(block[np.isfinite(block)])
        self.none = self.none or finite.size < block.size
        exponents = np.frexp(finite)[1][finite > 0]
        self._counts += np.bincount(np.clip(exponents + 256, 0, 511), minlength=512)
        self._peak = max(self._peak, float(finite.max(initial=0.0)))

    @property
    def gain(self) -> float:
        """What samples are to be multiplied with; 1 where they are of the usual size."""
        above = self._counts.sum() - np.cumsum(self._counts)
        enough = int(np.argmax(above <= _SPIKES * self._counts.sum())) - 256
        return 1.0 / min(self._peak, max(1.0, 2.0**enough))

    @property
    def lost(self) -> bool:
        """Whether the gain makes nothing of samples that could be heard without it."""
        powers = np.arange(-256, 256)
        heard = self._counts[powers > _FLOOR].sum()
        gone = self._counts[(powers > _FLOOR) & (powers + np.log2(self.gain) <= _VANISHED)].sum()
        return bool(gone > _LOST * heard)
