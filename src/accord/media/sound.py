"""Recordings as a listener would hear them: sixteen bits, at most 48,000 samples a second, nothing inaudible."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import soxr

from accord.core.media import Flaw, Item, Sound, Stop
from accord.core.place import Interval, Meta, Place
from accord.media import sniff
from accord.media.bands import AUDIBLE, HEARD, Bands, LowPass, Sizes
from accord.media.limits import MediaLimits
from accord.media.metadata import Metadata
from accord.media.mpeg import Frames, walk
from accord.media.ogg import ended, first_link
from accord.media.parts import Opened
from accord.media.sound_tags import read_tags
from accord.media.wave import cut_off, mended

if TYPE_CHECKING:
    from accord.core.media import Samples

MOST_RATE = 48_000
"""Samples per second that are kept; recordings with more are resampled."""
SMALL_RATE = 16_000
"""Samples per second of recordings that are too long to be kept at more."""
RATES = (8_000, 192_000)
"""Samples per second of recordings that are opened."""

_CONTAINERS = {
    "audio/wav": {"WAV", "WAVEX", "RF64"},
    "audio/flac": {"FLAC"},
    "audio/ogg": {"OGG"},
    "audio/mpeg": {"MP3", "MPEG"},
    "audio/aiff": {"AIFF"},
    "audio/basic": {"AU"},
}
_EXACT = {"FLAC", "AIFF", "AU", "OGG"}
_FLOATS = {"FLOAT", "DOUBLE"}
_BLOCK = 1 << 16  # samples, all channels together
_TRIMMED = 0.75  # seconds of an MP3 file that encoders may have added and decoders take away again

BROKEN = "the recording cannot be decoded"
"""The reason given for corrupt recordings."""
EMPTY = "the recording holds no sound"
"""The reason given for recordings without a single sample."""
CUT_OFF = "the recording ends before it should"
"""The reason given for truncated recordings."""
TOO_LONG = "the recording is longer than is listened to"
"""The reason given for recordings over the limit of seconds."""
TOO_MUCH = "the recording has more samples in all its channels than are kept"
"""The reason given for recordings over the limit of samples."""
NO_SAMPLES = "the recording holds values that are no samples"
"""The reason given for infinite values and those that are no numbers."""
UNEVEN = "the recording is too loud in places for the rest to be kept"
"""The reason given for samples in floating point of which most would vanish beside the largest."""


def open_sound(data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: Stop) -> Opened:
    """Open a recording; see `accord.media.parts.Open`.

    Channels and rate are checked in the header, length while decoding, whatever the header says. What comes out is
    all there is to release: 16-bit samples, at most 48,000 a second (16,000 for recordings of many samples), and
    nothing at or above 18 kHz. Recognisers hear up to 8 kHz only; a recording that has more to say above that than
    below is kept up to 8 kHz only, and the key `sound.above-8-kHz` says so.
    """
    kind = sniff.media_type(data)
    frames = walk(data, limits.sound_seconds + 1.0) if kind == "audio/mpeg" else None
    tags = _tags(data, kind, number, limits, frames)
    work = _Decoding(number, limits, stop)
    sound = work.decode(data, kind, frames)
    metadata = (*tags.keys, *work.keys)
    item = Item(number, parent, "sound", kind, key, (), tags.strips, metadata, 1, sound)
    return Opened(item, (*work.flaws, *tags.flaws), tags.embedded)


def _tags(data: bytes, kind: str, number: int, limits: MediaLimits, frames: Frames | None) -> Metadata:
    """Tags of a broken file may be broken in any way; the samples are read all the same."""
    try:
        return read_tags(data, kind, number, limits, frames)
    except MemoryError:
        raise
    except Exception:
        return Metadata(flaws=(Flaw("fault.uninspected", "the metadata cannot be read", number, Meta("metadata")),))


def _lean(data: bytes, kind: str, frames: Frames | None) -> tuple[bytes, bool]:
    """What a decoder is given, and whether the file ends before it should."""
    if frames is not None:
        return frames.lean(data), frames.cut
    if kind == "audio/ogg":
        end = first_link(data)
        link = data if end == len(data) else data[:end]
        return link, not ended(link)
    return mended(data) if kind == "audio/wav" else (data, cut_off(data, kind))


class _Stream(io.BytesIO):
    """Bytes that a decoder may look for anywhere: what a broken header names is not there, and no error."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)  # shares the bytes as long as nobody asks for its buffer
        self._length = len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        base = (0, self.tell(), self._length)[whence]
        return super().seek(min(max(0, base + offset), 1 << 62))


class _File(soundfile.SoundFile):  # type: ignore[misc]  # it has no types
    """A file that is read from its start to its end."""

    def seekable(self) -> bool:
        """Never: the library seeks after every block then, which breaks MP3 apart and fails where headers lie."""
        return False


class _Decoding:
    """The samples of one recording, within bounds."""

    def __init__(self, number: int, limits: MediaLimits, stop: Stop) -> None:
        self.number = number
        self.limits = limits
        self.stop = stop
        self.flaws: list[Flaw] = []
        self.keys: list[str] = []

    def flaw(self, category: str, reason: str, place: Place | None = None) -> None:
        at = {} if place is None else {"place": place}
        self.flaws.append(Flaw(category, reason, self.number, **at))

    def decode(self, data: bytes, kind: str, frames: Frames | None) -> Sound | None:
        """Decode a file; what goes wrong is a flaw."""
        lean, missing = _lean(data, kind, frames)
        least = 0.0 if frames is None else frames.seconds - _TRIMMED
        try:
            with _File(_Stream(lean)) as file:
                if file.format not in _CONTAINERS[kind]:
                    self.flaw("fault.uninspected", f"{sniff.words_for(kind)} in this coding is not inspected")
                    return None
                return self._read(file, missing, least) if self._allowed(file) else None
        except soundfile.LibsndfileError:
            self.flaw("fault.undecodable", BROKEN)
        except MemoryError:
            self.flaw("fault.undecodable", "decoding the recording takes more memory than it may")
        except Exception:  # a decoder that raises whatever it likes for broken bytes
            self.flaw("fault.undecodable", BROKEN)
        return None

    def _allowed(self, file: _File) -> bool:
        if not 1 <= file.channels <= self.limits.channels:
            self.flaw("fault.uninspected", "the recording has more channels than are read")
        elif not RATES[0] <= file.samplerate <= RATES[1]:
            self.flaw("fault.uninspected", "the recording has a sampling rate that is not read (8 to 192 kHz are)")
        else:
            return True
        return False

    def _read(self, file: _File, missing: bool, least: float) -> Sound | None:
        """Read all of it, or as much as the limits allow.

        Args:
            file: at its start.
            missing: the file ends before it should.
            least: seconds that have to come out of it.
        """
        gain = self._gain(file) if file.subtype in _FLOATS else 1.0
        rate = self._rate(file)
        keeper = _Keeper(file.samplerate, rate, file.channels)
        frames, flaws = 0, len(self.flaws)
        for block in self._blocks(file):
            frames += len(block)
            keeper.feed(block if gain == 1.0 else np.clip(block * np.float32(gain), -1.0, 1.0))
            over = self._over(keeper.size, frames / file.samplerate)
            if over:
                self.flaw("fault.uninspected", over, Interval(frames / file.samplerate, _declared(file, frames)))
                return None  # nobody listens for minutes to an hour of what is not inspected to its end anyway
        if not frames:
            self.flaw("fault.undecodable", EMPTY)
            return None
        short = (file.format in _EXACT and frames < file.frames) or frames / file.samplerate < least
        if len(self.flaws) == flaws and (missing or short):
            end = max(frames, file.frames) / file.samplerate
            self.flaw("fault.undecodable", CUT_OFF, Interval(frames / file.samplerate, end + 1e-3))
        sound = keeper.sound(self.number)
        if keeper.bands.ultrasound:
            self.keys.append("sound.above-18-kHz")
        if keeper.bands.hidden:
            self.keys.append("sound.above-8-kHz")
            sound = lowered(sound, HEARD)
        return sound

    def _over(self, samples: int, seconds: float) -> str:
        """Which limit was passed; empty where none was."""
        if seconds > self.limits.sound_seconds:
            return TOO_LONG
        return TOO_MUCH if samples > self.limits.samples else ""

    def _gain(self, file: _File) -> float:
        """What brings samples in floating point, which may be of any size, between -1 and 1; see `Sizes`."""
        sizes, frames = Sizes(), 0
        size = max(1, _BLOCK // file.channels)
        while frames <= self.limits.sound_seconds * file.samplerate and not self.stop():
            block = file.read(size, dtype="float32", always_2d=True)
            if not len(block):
                break
            sizes.feed(block)
            frames += len(block)
        file.seek(0)
        if sizes.none:
            self.flaw("fault.undecodable", NO_SAMPLES)
        if sizes.lost:
            self.flaw("fault.uninspected", UNEVEN)
        return sizes.gain

    def _rate(self, file: _File) -> int:
        """Samples per second that are kept: fewer where there are so many that they would not fit."""
        rate = min(int(file.samplerate), MOST_RATE)
        length = min(file.frames / file.samplerate, self.limits.sound_seconds)
        many = length * rate * file.channels > self.limits.samples
        return min(rate, SMALL_RATE) if many else rate

    def _blocks(self, file: _File) -> Iterator[Samples]:
        """Blocks of under a second, finite, to the end or the first thing that cannot be read."""
        size = max(1, min(file.samplerate // 2, _BLOCK // file.channels))
        while True:
            if self.stop():
                self.flaw("fault.deadline", "the recording has a part that there was no time for")
                return
            try:
                block = file.read(size, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                self.flaw("fault.undecodable", BROKEN)
                return
            if not len(block):
                return
            yield np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _declared(file: _File, frames: int) -> float:
    """The end of a recording as its header tells, in seconds; never before what was read."""
    return max(float(file.frames), frames + 1.0) / float(file.samplerate)


class _Keeper:
    """Turns blocks as they are decoded into the samples that are kept."""

    def __init__(self, given: int, rate: int, channels: int) -> None:
        self.rate = rate
        self.channels = channels
        self.bands = Bands(given)
        self.size = 0
        self._stream: soxr.ResampleStream | None = None
        if rate != given:
            self._stream = soxr.ResampleStream(given, rate, channels, dtype="float32", quality="HQ")
        self._filter = LowPass(rate, channels, AUDIBLE) if rate > 2 * AUDIBLE else None
        self._packed = io.BytesIO()  # hands its bytes over without a copy
        self._peak = 0

    def feed(self, block: Samples) -> None:
        """Take the next samples."""
        self.bands.feed(block)
        if self._stream is not None:
            block = self._stream.resample_chunk(block)
        self._keep(block if self._filter is None else self._filter.feed(block))

    def sound(self, number: int) -> Sound:
        """Everything that was kept."""
        if self._stream is not None:
            rest = self._stream.resample_chunk(np.zeros((0, self.channels), np.float32), last=True)
            self._keep(rest if self._filter is None else self._filter.feed(rest))
        if self._filter is not None:
            self._keep(self._filter.end())
        return Sound(self.rate, self.channels, self._packed.getvalue(), number, self._peak / 32767)

    def _keep(self, block: Samples) -> None:
        if not len(block):
            return
        whole = np.ascontiguousarray(np.rint(np.clip(block, -1.0, 1.0) * 32767), dtype="<i2")
        self._peak = max(self._peak, int(whole.max()), -int(whole.min()))
        self._packed.write(whole.tobytes())
        self.size += whole.size


def lowered(sound: Sound, cutoff: float) -> Sound:
    """The same recording without what is at or above a frequency, in hertz."""
    keeper = _Keeper(sound.rate, sound.rate, sound.channels)
    keeper._filter = LowPass(sound.rate, sound.channels, cutoff)
    whole = np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)
    for at in range(0, len(whole), sound.rate):
        keeper._keep(keeper._filter.feed(whole[at : at + sound.rate].astype(np.float32) / np.float32(32767)))
    return keeper.sound(sound.item)
