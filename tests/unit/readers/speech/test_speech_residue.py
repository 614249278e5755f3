"""What a channel has of its own, and what is an echo of others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.media import Sound
from accord.readers.speech.activity import FRAME, Activity
from accord.readers.speech.features import RATE
from accord.readers.speech.residue import WHOLE, its_own, kept, residue, sure_s


def talk(seed: int, seconds: float = 8.0, rate: int = RATE) -> np.ndarray:
    """Noise that comes and goes like syllables."""
    rng = np.random.default_rng(seed)
    size, syllable = int(seconds * rate), rate // 5
    marks = np.arange(0, size + syllable, syllable)
    rise = np.interp(np.arange(size), marks, rng.random(len(marks)) ** 3)
    return (0.3 * rng.normal(size=size).clip(-2, 2) * rise).astype(np.float32)


def late(samples: np.ndarray, by: int, gain: float = 1.0) -> np.ndarray:
    return (gain * np.concatenate([np.zeros(by, np.float32), samples[: len(samples) - by]])).astype(np.float32)


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def own(*channels: np.ndarray, rate: int = RATE) -> np.ndarray:
    """What the last channel has beyond the others."""
    made = residue(Sound.of(np.stack(channels, axis=1), rate), len(channels) - 1, list(range(len(channels) - 1)))
    assert made.rate == RATE and made.channels == 1
    return made.samples[:, 0]


def activity(samples: np.ndarray) -> Activity:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return Activity(np.ones(len(frames), np.float32), np.sqrt(np.square(frames).mean(axis=1)))


@pytest.mark.parametrize("by", [0, 1, 40, 160])
def test_an_echo_is_taken_off(by: int) -> None:
    cover = talk(1)
    assert level(own(cover, late(cover, by, 0.4))) < 0.25 * 0.4 * level(cover)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("by", "faint", "least"), [(0, 0.02, 0.9), (0, 0.2, 0.9), (30, 0.2, 0.7)])
def test_what_is_hidden_in_phase_is_left(sign: int, by: int, faint: float, least: float) -> None:
    cover, hidden = talk(1), faint * talk(2)
    left = own(cover + sign * hidden, late(cover - sign * hidden, by))
    assert np.corrcoef(left, late(-sign * hidden, by))[0, 1] > least


def test_what_stands_alone_stays_as_it_is() -> None:
    cover, hidden = talk(1), 0.01 * talk(2)
    assert np.corrcoef(own(cover, hidden), hidden)[0, 1] > 0.95
    assert len(own(talk(1, rate=44_100), talk(2, rate=44_100), rate=44_100)) == 8 * RATE


def test_a_long_recording_is_taken_minute_by_minute() -> None:
    cover, hidden = talk(1, 125.0), 0.05 * talk(2, 125.0)
    left = own(cover, cover + hidden)
    assert len(left) == 125 * RATE
    assert np.corrcoef(left, hidden)[0, 1] > 0.9


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3000), st.integers(2, 4))
def test_any_length_and_any_number_of_channels(frames: int, channels: int) -> None:
    made = np.random.default_rng(frames).normal(size=(frames, channels)).astype(np.float32) * 0.1
    left = residue(Sound.of(made, RATE), 0, list(range(1, channels)))
    assert left.frames == frames
    silent = residue(Sound.of(np.zeros((frames, channels), np.float32), RATE), 0, list(range(1, channels)))
    assert not np.any(silent.samples)


def test_an_echo_is_told_from_a_voice_of_its_own() -> None:
    cover, hidden = talk(1), talk(2)
    echo = activity(0.3 * cover)
    _, apart, _ = its_own(activity(cover), echo, [activity(cover)])
    assert not apart.any()
    share, apart, near = its_own(activity(cover + 0.05 * hidden), activity(0.05 * hidden), [activity(cover)])
    assert apart.mean() > 0.8 and np.median(share) < WHOLE and near.mean() < 0.9
    alone = activity(0.01 * cover)
    share, apart, _ = its_own(alone, activity(0.01 * cover), [activity(cover)])
    assert apart.all() and share.min() == pytest.approx(1, abs=0.01)


def test_who_speaks_in_either_channel_is_no_third_voice_in_their_sum() -> None:
    one, other = talk(1), talk(2)
    side = activity(one - other)
    _, apart, _ = its_own(side, side, [activity(one), activity(other)])
    assert apart.mean() < 0.1


def test_frames_that_are_not_kept_are_silent() -> None:
    made = kept(activity(talk(1)), np.arange(250) < 100)
    assert sure_s(made) == pytest.approx(100 * FRAME / RATE)
