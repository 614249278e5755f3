"""Voices: where somebody speaks, and how many there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.media.sounds import speechlike, tone

from accord.core.media import Sound
from accord.core.place import Interval
from accord.core.roles import SoundDetector
from accord.detect.voice import detector as module
from accord.detect.voice import embedding
from accord.detect.voice.activity import FRAME, RATE, probabilities, stretches
from accord.detect.voice.detector import VOICE, VoiceDetector
from accord.detect.voice.graph import network
from accord.detect.voice.speakers import grouped, turns
from accord.errors import ModelError
from accord.models.runtime import open_session


def never() -> bool:
    return False


class Loudness:
    """Stands for the network: somebody speaks where it is not silent. Its state counts the frames it was given."""

    def __init__(self) -> None:
        self.frames: list[int] = []

    def run(self, _: Any, feed: dict[str, Any]) -> list[Any]:
        given = feed["input"]
        assert given.shape[1] == FRAME + 64 and given.dtype == np.float32
        assert feed["h"].max() == sum(self.frames) % 100_000 or feed["h"].max() == 0
        self.frames.append(len(given))
        loud = (np.abs(given[:, 64:]).mean(axis=1) > 0.05).astype(np.float32) * 0.9
        return [loud, feed["h"] + len(given), feed["c"]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> VoiceDetector:
    monkeypatch.setattr(module, "session", lambda *_: Loudness())
    return VoiceDetector(encoder="")


def sound(*pieces: tuple[float, float], rate: int = RATE, channel: int = 0, channels: int = 1) -> Sound:
    """Speech-like sound of so many seconds after so many seconds of silence each, on one channel."""
    parts = [np.concatenate([np.zeros((int(q * rate), 1), np.float32), speechlike(s, rate)]) for q, s in pieces]
    samples = np.zeros((sum(map(len, parts)), channels), np.float32)
    samples[:, [channel]] = np.concatenate(parts)
    return Sound.of(samples, rate)


def test_it_plays_the_role(heard: VoiceDetector) -> None:
    assert isinstance(heard, SoundDetector)
    assert heard.categories == {VOICE} and heard.name == "voice"


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize(("channel", "channels"), [(0, 1), (1, 2), (11, 12)])
def test_a_voice_is_where_somebody_speaks_on_any_channel(
    heard: VoiceDetector, rate: int, channel: int, channels: int
) -> None:
    found = list(heard.listen(sound((1.0, 2.0), (1.5, 1.0), rate=rate, channel=channel, channels=channels), never))
    assert [noise.category for noise in found] == [VOICE, VOICE]
    for noise, (start, end) in zip(found, [(1.0, 3.0), (4.5, 5.5)], strict=True):
        assert noise.interval.start == pytest.approx(start, abs=0.15)
        assert noise.interval.end == pytest.approx(end, abs=0.15)
        assert noise.score >= heard.floor


def test_silence_has_no_voice(heard: VoiceDetector) -> None:
    assert not list(heard.listen(Sound.of(np.zeros((16_000, 2), np.float32), 16_000), never))
    assert heard.speakers(sound((0, 1.0)), never) == 1


def test_a_recording_of_minutes_is_heard_in_blocks_that_go_on() -> None:
    network = Loudness()
    likely = probabilities(network, sound((12.0, 20.0)), never)
    assert len(network.frames) > 2
    assert len(likely) == pytest.approx(32 * RATE / FRAME, abs=1)
    ((interval, _),) = stretches(likely, 0.5, 32.0)
    assert (interval.start, interval.end) == (pytest.approx(12.0, abs=0.15), pytest.approx(32.0, abs=0.15))


def test_a_deadline_is_no_silence(heard: VoiceDetector) -> None:
    with pytest.raises(TimeoutError):
        list(heard.listen(sound((0, 2.0)), lambda: True))


def test_channels_that_repeat_another_are_heard_once() -> None:
    network = Loudness()
    samples = np.repeat(speechlike(2.0), 6, axis=1)
    samples[:, 5] = 0
    probabilities(network, Sound.of(samples, RATE), never)
    assert len(network.frames) == 1


def test_stretches_join_over_short_pauses_and_end_with_the_recording() -> None:
    likely = np.zeros(200, np.float32)
    likely[10:40], likely[50:60], likely[100:101], likely[150:200] = 0.9, 0.4, 0.9, 0.7
    found = stretches(likely, 0.3, 6.35)
    assert [(round(i.start / 0.032), round(i.end / 0.032)) for i, _ in found] == [(10, 60), (150, 198)]
    assert [round(sure, 2) for _, sure in found] == [0.9, 0.7]
    assert stretches(np.zeros(0, np.float32), 0.3, 0.0) == []


def test_missing_weights_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        VoiceDetector(cache=tmp_path)


def voices(*which: int, spread: float = 0.35, seed: int = 0) -> np.ndarray:
    """Rows of length 1 around some directions."""
    rng = np.random.default_rng(seed)
    centres = np.eye(16)[:8]
    rows = centres[list(which)] + spread * rng.normal(size=(len(which), 16)) / 4
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("which", [(0,), (0, 0, 0), (0, 1, 0, 1), (2, 2, 1, 1, 0, 0, 2), (0, 0, 1, 1, 2, 2, 3, 3)])
def test_windows_that_are_alike_are_one_voice(which: tuple[int, ...]) -> None:
    labels = grouped(voices(*which)).tolist()
    assert len(set(labels)) == len(set(which))
    assert labels[0] == 0
    assert len({(a, b) for a, b in zip(labels, which, strict=True)}) == len(set(which))


def test_a_single_odd_window_is_no_further_speaker() -> None:
    assert set(grouped(voices(0, 0, 0, 5, 0, 0)).tolist()) == {0}
    assert len(set(grouped(voices(0, 5)).tolist())) == 2
    assert len(grouped(np.zeros((0, 16), np.float32))) == 0


def test_turns_join_neighbours_of_one_voice() -> None:
    windows = [(Interval(n, n + 1.0), 0.6 + n / 10) for n in range(3)] + [(Interval(9.0, 10.0), 0.9)]
    found = turns(windows, np.array([0, 0, 1, 1]))
    assert [(t.interval.start, t.interval.end, t.speaker) for t in found] == [(0, 2, 0), (2, 3, 1), (9, 10, 1)]
    assert found[0].score == pytest.approx(0.7)


class Pitch:
    """Stands for the encoder: a voice is where most of its sound is."""

    def embed(self, windows: np.ndarray) -> np.ndarray:
        assert windows.shape[1:] == (160, 40)
        return np.eye(40, dtype=np.float32)[windows.sum(axis=1).argmax(axis=1)]


def test_speakers_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "session", lambda *_: Loudness())
    monkeypatch.setattr(embedding, "encoder", lambda *_: Pitch())
    detector = VoiceDetector()
    pieces = [tone(4, hertz=h) for h in (300, 2_000, 300)]
    both = Sound.of(np.concatenate(pieces), RATE)
    found = detector.turns(both, never)
    assert [turn.speaker for turn in found] == [0, 1, 0]
    assert detector.speakers(both, never) == 2
    assert found[1].interval.start == pytest.approx(4, abs=0.9)
    assert sum(noise.interval.end - noise.interval.start for noise in detector.listen(both, never)) == pytest.approx(
        12, abs=0.2
    )


def test_without_the_encoder_voices_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "session", lambda *_: Loudness())

    def missing(*_: object) -> None:
        raise ModelError("not there")

    monkeypatch.setattr(embedding, "encoder", missing)
    assert len(list(VoiceDetector().listen(sound((0.5, 5.0)), never))) == 1


def test_mel_spectra_peak_where_the_tone_is() -> None:
    for hertz, low, high in ((200, 0, 6), (1_000, 10, 18), (6_000, 32, 39)):
        spectra = embedding.mel_spectra(tone(1, hertz=hertz)[:, 0])
        assert spectra.shape == (101, 40)
        assert low <= int(spectra[50].argmax()) <= high
    assert embedding.mel_spectra(np.zeros(0, np.float32)).shape == (0, 40)
    quiet, loud = (embedding.mel_spectra(level * tone(1)[:, 0]) for level in (1e-4, 1e-3))
    assert np.allclose(quiet, loud, rtol=1e-3)


def test_the_recurrent_network_computes_what_its_equations_say() -> None:
    rng = np.random.default_rng(0)
    weights = {"linear.weight": rng.normal(size=(5, 4)), "linear.bias": rng.normal(size=5)}
    for layer in range(3):
        weights[f"lstm.weight_ih_l{layer}"] = rng.normal(size=(16, 3 if layer == 0 else 4))
        weights[f"lstm.weight_hh_l{layer}"] = rng.normal(size=(16, 4))
        weights[f"lstm.bias_ih_l{layer}"], weights[f"lstm.bias_hh_l{layer}"] = rng.normal(size=(2, 16))
    given = rng.normal(size=(2, 7, 3)).astype(np.float32)
    made = network({name: value.astype(np.float32) for name, value in weights.items()})
    encoder = embedding.Encoder(open_session(made))
    wanted = []
    for window in given:
        values = list(window)
        for layer in range(3):
            state = cell = np.zeros(4)
            for step, value in enumerate(values):
                gates = (
                    weights[f"lstm.weight_ih_l{layer}"] @ value
                    + weights[f"lstm.bias_ih_l{layer}"]
                    + weights[f"lstm.weight_hh_l{layer}"] @ state
                    + weights[f"lstm.bias_hh_l{layer}"]
                )
                first, forget, new, out = gates.reshape(4, 4)
                cell = cell / (1 + np.exp(-forget)) + np.tanh(new) / (1 + np.exp(-first))
                state = np.tanh(cell) / (1 + np.exp(-out))
                values[step] = state
        last = np.maximum(weights["linear.weight"] @ values[-1] + weights["linear.bias"], 0)
        wanted.append(last / np.linalg.norm(last))
    assert np.allclose(encoder.embed(given), wanted, atol=1e-4)
    assert encoder.embed(given[:0]).shape == (0, 5)


@pytest.mark.models
def test_silero_and_the_encoder_hear_no_voice_in_noise_and_tones() -> None:
    rng = np.random.default_rng(0)
    detector = VoiceDetector()
    for samples in (0.1 * rng.normal(size=(48_000, 1)), tone(3), np.full((48_000, 1), 0.4)):
        found = detector.listen(Sound.of(samples.astype(np.float32), RATE), never)
        assert not [noise for noise in found if noise.score >= detector.floor]


@pytest.mark.models
def test_the_encoder_of_the_register_tells_two_buzzes_apart() -> None:
    encoder = embedding.encoder()
    same = encoder.voice(speechlike(4)[:, 0]) @ encoder.voice(speechlike(5, seed=3)[:, 0])
    other = encoder.voice(speechlike(4)[:, 0]) @ encoder.voice(tone(4, hertz=2_500)[:, 0])
    assert same > 0.9 > other
