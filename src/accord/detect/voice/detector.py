"""Voices in recordings: when somebody speaks, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.core.media import Noise, Sound, Stop
from accord.core.place import Interval
from accord.errors import ModelError
from accord.models.runtime import session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from accord.detect.voice.speakers import Turn

    Floats = NDArray[np.float32]

VOICE = "privacy.biometric.voice"

_LEAST = 0.15
_FILE = "silero_vad_16k_sequence.onnx"
_WINDOW_S = 1.6
_SHORT_S = 0.8
_MOST_WINDOWS = 300


class VoiceDetector:
    """Hears that somebody speaks, with Silero VAD; whoever is heard can be known by it.

    Who speaks is not told. How many there are is, where the voice encoder was pulled: windows of 1.6 seconds are
    grouped by how alike they are, and each turn of one speaker is a finding of its own.

    Args:
        cache: folder of pulled weights, where it is not the user's.
        model: name of the model of voice activity in the register.
        encoder: name of the voice encoder in the register; empty to leave speakers together.

    Raises:
        ModelError: the weights of voice activity are missing or altered.
    """

    name = "voice"
    categories = frozenset({VOICE})
    floor = 0.5
    reference = "Silero VAD 6; GE2E encoder (Wan et al., ICASSP 2018, arXiv:1710.10467)"

    def __init__(
        self, cache: str | Path | None = None, model: str = "silero-vad", encoder: str = "resemblyzer"
    ) -> None:
        self._cache = Path(cache) if cache is not None else None
        self._model = model
        self._encoder = encoder
        _ = self._activity()

    def __repr__(self) -> str:
        return f"<VoiceDetector {self._model}>"

    def listen(self, sound: Sound, stop: Stop) -> Iterable[Noise]:
        """Yield a voice for each turn of a speaker, down to a score of 0.15; asks `stop()` between blocks.

        Raises:
            ModelError: the weights have gone.
            TimeoutError: `stop()` said so before everything was heard.
        """
        return [Noise(VOICE, turn.score, turn.interval) for turn in self.turns(sound, stop)]

    def speakers(self, sound: Sound, stop: Stop) -> int:
        """How many voices there are; at most 1 where the voice encoder was not pulled.

        Raises:
            ModelError: the weights of voice activity have gone.
            TimeoutError: `stop()` said so before everything was heard.
        """
        return len({turn.speaker for turn in self.turns(sound, stop) if turn.score >= self.floor})

    def turns(self, sound: Sound, stop: Stop) -> list[Turn]:
        """When which voice speaks.

        Raises:
            ModelError: the weights of voice activity have gone.
            TimeoutError: `stop()` said so before everything was heard.
        """
        from accord.detect.voice.activity import probabilities, stretches
        from accord.detect.voice.speakers import Turn

        heard = stretches(probabilities(self._activity(), sound, stop), _LEAST, sound.seconds)
        if stop():
            raise TimeoutError
        found: list[Turn] | None = None
        if self._encoder and any(sure >= self.floor for _, sure in heard):
            found = self._told_apart(sound, heard, stop)
        return found if found is not None else [Turn(interval, 0, sure) for interval, sure in heard]

    def _told_apart(self, sound: Sound, heard: list[tuple[Interval, float]], stop: Stop) -> list[Turn] | None:
        """Turns of the speakers; None where that cannot be told."""
        import numpy as np

        from accord.detect.voice.embedding import encoder
        from accord.detect.voice.speakers import grouped, turns

        try:
            network = encoder(self._encoder, self._cache)
        except ModelError:
            return None
        windows = _windows(heard)
        long = [index for index, (interval, _) in enumerate(windows) if interval.end - interval.start >= _SHORT_S]
        picked = long[:: max(1, -(-len(long) // _MOST_WINDOWS))]
        if len(picked) < 2:
            return None
        spectra = _spectra(sound, [windows[index][0] for index in picked], stop)
        groups = grouped(network.embed(spectra))
        nearest = np.abs(np.array(picked)[None, :] - np.arange(len(windows))[:, None]).argmin(axis=1)
        return turns(windows, groups[nearest])

    def _activity(self) -> Any:
        return session(self._model, _FILE, self._cache)


def _windows(heard: list[tuple[Interval, float]]) -> list[tuple[Interval, float]]:
    """Stretches of speech in pieces of about 1.6 seconds, of equal length within a stretch."""
    found = []
    for interval, sure in heard:
        count = max(1, round((interval.end - interval.start) / _WINDOW_S))
        step = (interval.end - interval.start) / count
        edges = [interval.start + index * step for index in range(count)] + [interval.end]
        found += [(Interval(a, b), sure) for a, b in pairwise(edges)]
    return found


def _spectra(sound: Sound, windows: list[Interval], stop: Stop) -> Floats:
    """Mel spectra around the middle of each window, on the channel that is loudest there."""
    import numpy as np
    import soxr

    from accord.detect.voice.activity import RATE, samples_of
    from accord.detect.voice.embedding import HOP, WINDOW, mel_spectra

    whole, size, found = samples_of(sound), WINDOW * HOP, []
    for interval in windows:
        if stop():
            raise TimeoutError
        middle, half = (interval.start + interval.end) / 2, min(_WINDOW_S, interval.end - interval.start) / 2
        piece = whole[max(0, round((middle - half) * sound.rate)) : round((middle + half) * sound.rate)]
        channel = int(np.abs(piece.astype(np.int32)).sum(axis=0).argmax())
        mono = piece[:, channel].astype(np.float32) / np.float32(32767)
        if sound.rate != RATE:
            mono = np.asarray(soxr.resample(mono, sound.rate, RATE, quality="HQ"), dtype=np.float32)
        # A short piece is repeated: silence would change what its voice is like.
        found.append(mel_spectra(np.resize(mono, size))[:WINDOW])
    return np.stack(found)
