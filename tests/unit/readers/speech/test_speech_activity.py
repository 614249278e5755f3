"""When somebody speaks: stretches and windows made of probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.models.runtime import session
from accord.readers.speech.activity import (
    FRAME,
    FRAME_S,
    Stretch,
    VoiceDetector,
    levelled,
    packed,
    split,
    stretches,
    voiced,
)
from accord.readers.speech.features import RATE


def probabilities(*parts: tuple[float, float]) -> np.ndarray:
    """Given as (seconds, probability)."""
    return np.concatenate([np.full(round(seconds / FRAME_S), value, np.float32) for seconds, value in parts])


def test_a_stretch_is_padded_and_says_how_sure_it_is() -> None:
    (found,) = stretches(probabilities((2, 0.01), (1, 0.9), (2, 0.01)), 5.0)
    assert (found.start, found.end) == (pytest.approx(1.8, abs=0.05), pytest.approx(3.2, abs=0.05))
    assert found.surest == pytest.approx(0.9)


def test_a_short_pause_does_not_end_a_stretch_and_a_long_one_does() -> None:
    assert len(stretches(probabilities((1, 0.9), (0.2, 0.0), (1, 0.9)), 2.2)) == 1
    first, second = stretches(probabilities((1, 0.9), (0.35, 0.0), (1, 0.9)), 2.35)
    assert first.end <= second.start


def test_what_is_doubtful_is_kept_and_what_is_next_to_nothing_is_not() -> None:
    assert len(stretches(probabilities((1, 0.0), (1, 0.35), (1, 0.0)), 3.0)) == 1
    assert stretches(probabilities((1, 0.0), (1, 0.2), (1, 0.0)), 3.0) == []
    assert stretches(probabilities((1, 0.0), (0.05, 0.9), (1, 0.0)), 2.05) == []
    assert stretches(np.zeros(0, np.float32), 0.0) == []


def test_stretches_stay_inside_the_recording() -> None:
    (found,) = stretches(probabilities((1, 0.9)), 1.0)
    assert (found.start, found.end) == (0.0, 1.0)


def test_a_long_stretch_is_cut_where_speech_is_least_sure() -> None:
    heard = probabilities((6, 0.9), (0.1, 0.2), (6, 0.9))
    first, second = split(Stretch(0.0, 12.1, 0.9), heard, 8.0)
    assert first.end == second.start
    assert 6.0 <= first.end <= 6.1


@given(st.floats(1.0, 200.0), st.floats(2.0, 30.0))
def test_cutting_loses_nothing_and_keeps_to_the_limit(seconds: float, limit: float) -> None:
    heard = np.full(int(seconds / FRAME_S) + 1, 0.9, np.float32)
    parts = split(Stretch(0.0, seconds, 0.9), heard, limit)
    assert parts[0].start == 0.0
    assert parts[-1].end == seconds
    assert all(a.end == b.start for a, b in zip(parts, parts[1:], strict=False))
    assert all(part.seconds <= limit + 1e-9 for part in parts)


gaps = st.lists(st.tuples(st.floats(0.1, 8.0), st.floats(0.0, 4.0)), min_size=1, max_size=30)


@given(gaps)
def test_windows_hold_every_stretch_once_and_keep_to_the_limit(parts: list[tuple[float, float]]) -> None:
    at, pieces = 0.0, []
    for seconds, pause in parts:
        pieces.append(Stretch(at, at + seconds, 0.9))
        at += seconds + pause
    windows = packed(pieces, 28.0, 2.0)
    assert [piece for window in windows for piece in window] == pieces
    for window in windows:
        assert window[-1].end - window[0].start <= 28.0 + 1e-6
        assert all(b.start - a.end <= 2.0 for a, b in zip(window, window[1:], strict=False))


def test_a_window_ends_at_its_longest_late_pause() -> None:
    pieces = [Stretch(a, b, 0.9) for a, b in ((0, 8), (9.5, 16), (16.2, 20), (21, 27), (27.2, 30))]
    first, second = packed(pieces, 28.0, 2.0)
    assert (first[-1].end, second[0].start) == (20, 21)


def test_voiced_counts_what_is_sure() -> None:
    heard = probabilities((1, 0.9), (1, 0.3), (1, 0.6))
    assert voiced(heard, 0.0, 3.0) == pytest.approx(2.0, abs=0.1)


def test_levelling_makes_quiet_and_offset_sound_alike() -> None:
    wave = np.sin(np.arange(RATE) / 20).astype(np.float32)
    assert np.abs(levelled(wave * 0.001)).max() == pytest.approx(0.5, rel=0.02)
    assert levelled(wave * 0.1 + 0.5) == pytest.approx(levelled(wave * 0.1), abs=1e-3)
    assert not levelled(np.zeros(RATE, np.float32)).any()
    assert not levelled(np.full(RATE, 0.3, np.float32)).any()


class _Counting:
    """Plays the graph: a frame speaks where its last sample is above zero."""

    def run(self, names: list[str], feed: dict[str, Any]) -> list[Any]:
        frames = feed["input"]
        assert frames.shape[1] == FRAME + 64
        return [(frames[:, -1] > 0).astype(np.float32), feed["h"] + len(frames), feed["c"]]


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6))
def test_blocks_of_any_size_give_the_same_frames(sizes: list[int]) -> None:
    sound = np.random.default_rng(1).normal(size=sum(sizes)).astype(np.float32) * 0.1
    detector, heard, at = VoiceDetector(_Counting()), [], 0
    for size in sizes:
        heard.append(detector.hear(sound[at : at + size]))
        at += size
    heard.append(detector.hear(np.zeros(0, np.float32), last=True))
    assert sum(len(voice) for voice, _ in heard) == -(-len(sound) // FRAME)
    levels = np.concatenate([level for _, level in heard])
    whole = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    assert levels == pytest.approx(np.sqrt((whole**2).mean(axis=1)), abs=1e-6)


@pytest.mark.models
@pytest.mark.parametrize("kind", ["silence", "tone", "noise", "chord", "clicks", "offset"])
def test_nobody_speaks_in_sounds_that_are_no_speech(kind: str) -> None:
    at = np.arange(5 * RATE) / RATE
    sound = {
        "silence": np.zeros(len(at)),
        "tone": 0.5 * np.sin(2 * np.pi * 440 * at),
        "noise": np.random.default_rng(0).normal(size=len(at)) * 0.1,
        "chord": sum(0.2 * np.sin(2 * np.pi * f * at) for f in (220.0, 277.2, 329.6)),
        "clicks": (np.arange(len(at)) % 8000 == 0) * 0.9,
        "offset": np.full(len(at), 0.4),
    }[kind]
    detector = VoiceDetector(session("silero-vad", "silero_vad_16k_sequence.onnx"))
    heard, _ = detector.hear(np.asarray(sound, dtype=np.float32), last=True)
    assert stretches(heard, 5.0) == []
