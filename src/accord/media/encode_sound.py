"""Fresh containers made of samples, and of nothing else."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

from accord.core.media import Sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORMS = {
    "audio/wav": ("WAV", "PCM_16"),
    "audio/flac": ("FLAC", "PCM_16"),
    "audio/ogg": ("OGG", "VORBIS"),
    "audio/mpeg": ("MP3", "MPEG_LAYER_III"),
}
_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_MOST_FLAC = 8  # channels
_BLOCK = 1 << 15  # samples: libsndfile ends the process when it is given many seconds for Vorbis at once
_SERIAL = 1
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def encode_sound(sound: Sound, media_type: str) -> tuple[bytes, str]:
    """Encode samples as a sound file without any metadata; the same samples give the same bytes.

    WAV stays WAV (16 bits), FLAC stays FLAC, Ogg becomes Ogg Vorbis and MP3 stays MP3, whose rates are few: at
    others the recording is resampled to the next one. What a container cannot hold (AIFF, AU, more channels than
    FLAC, Vorbis or MP3 have) becomes WAV.

    Args:
        sound: what is released.
        media_type: what the recording was.

    Returns:
        The file and its media type.

    Raises:
        RuntimeError: the encoder fails.
    """
    import numpy as np
    import soundfile

    kind = media_type if _fits(sound, media_type) else "audio/wav"
    form, coding = _FORMS[kind]
    whole = np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)
    rate = sound.rate
    if kind == "audio/mpeg" and rate not in _MP3_RATES:
        rate = next((each for each in _MP3_RATES if each >= rate), _MP3_RATES[-1])
        whole = _resampled(whole, sound.rate, rate)
    out = io.BytesIO()
    size = max(1, min(rate // 2, _BLOCK // sound.channels))
    with soundfile.SoundFile(out, "w", rate, sound.channels, coding, format=form) as file:
        for at in range(0, len(whole), size):
            file.write(whole[at : at + size])
    made = out.getvalue()
    return (_renumbered(made) if kind == "audio/ogg" else made), kind


def _fits(sound: Sound, media_type: str) -> bool:
    most = {"audio/wav": 1024, "audio/flac": _MOST_FLAC, "audio/ogg": 8, "audio/mpeg": 2}.get(media_type, 0)
    return sound.channels <= most


def _resampled(whole: NDArray[np.int16], given: int, wanted: int) -> NDArray[np.int16]:
    import numpy as np
    import soxr

    return np.asarray(soxr.resample(whole, given, wanted, quality="HQ"), dtype="<i2")


def _renumbered(data: bytes) -> bytes:
    """An Ogg file with a fixed number for its stream, which the encoder draws by chance (RFC 3533, section 6)."""
    made, at = bytearray(data), 0
    while made[at : at + 4] == b"OggS":
        lacing = made[at + 27 : at + 27 + made[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        made[at + 14 : at + 18] = _SERIAL.to_bytes(4, "little")
        made[at + 22 : at + 26] = bytes(4)
        made[at + 22 : at + 26] = _checksum(bytes(made[at:end])).to_bytes(4, "little")
        at = end
    return bytes(made)


def _checksum(page: bytes) -> int:
    """The CRC of Ogg: that of zlib with bits mirrored, and without its inversions."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{mirrored:032b}"[::-1], 2)
