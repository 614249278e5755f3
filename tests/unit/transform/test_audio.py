"""Nothing of what was said in a cut is left, and all else stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.media.sounds import level, speechlike, tone

from accord.core.media import Cut, Sound
from accord.core.place import Interval
from accord.transform import voice
from accord.transform.audio import PAD, applied, apply, regions

RATE = 8_000
FADE = int(0.005 * RATE)


def cut(start: float, end: float, transform: str) -> Cut:
    return Cut(Interval(start, end), transform)


def test_padding_is_at_least_80_milliseconds() -> None:
    assert PAD >= 0.08


@settings(max_examples=40)
@given(
    cuts=st.lists(
        st.tuples(st.floats(0, 2), st.floats(0.0, 0.7), st.sampled_from(["mute", "replace", "remove"])),
        min_size=1,
        max_size=4,
    ),
    channels=st.integers(1, 3),
    whole=st.booleans(),
    also_voice=st.booleans(),
)
def test_what_stood_in_a_cut_makes_no_difference(
    cuts: list[tuple[float, float, str]], channels: int, whole: bool, also_voice: bool
) -> None:
    marks = [cut(start, start + length, transform) for start, length, transform in cuts]
    taken = regions(marks, RATE, 2 * RATE)
    one = np.repeat(speechlike(2, RATE), channels, axis=1)
    other = one.copy()
    rng = np.random.default_rng(len(cuts))
    for start, end, _ in taken:
        other[start:end] = rng.uniform(-1, 1, (end - start, channels))
    if also_voice:
        marks.append(cut(0.5, 1.5, "voice"))
    if whole:
        got = [applied(Sound.of(each, RATE), marks).packed for each in (one, other)]
        assert got[0] == got[1]
    else:
        assert np.array_equal(apply(one, RATE, marks), apply(other, RATE, marks))


@given(start=st.floats(0, 2.5), length=st.floats(0, 1), transform=st.sampled_from(["mute", "replace", "remove"]))
def test_all_else_stays_sample_for_sample(start: float, length: float, transform: str) -> None:
    samples = speechlike(2, RATE)
    marks = [cut(start, start + length, transform)]
    made = apply(samples, RATE, marks)
    if start - PAD >= 2:
        assert np.array_equal(made, samples)
        return
    ((first, last, _),) = regions(marks, RATE, len(samples))
    assert first <= max(0, (start - 0.08) * RATE) and last >= min(len(samples), (start + length + 0.08) * RATE)
    assert np.array_equal(made[: max(0, first - FADE)], samples[: max(0, first - FADE)])
    rest = samples[last + FADE :]
    assert np.array_equal(made[len(made) - len(rest) :], rest)
    assert len(made) == len(samples) - (last - first if transform == "remove" else 0)


def test_silence_is_silent_and_a_tone_is_heard_on_all_channels() -> None:
    samples = tone(3, RATE, channels=3)
    muted, replaced = (apply(samples, RATE, [cut(1, 2, each)]) for each in ("mute", "replace"))
    assert not muted[RATE : 2 * RATE].any()
    assert (np.abs(replaced[RATE : 2 * RATE]).max(axis=0) > 0.03).all()
    assert np.abs(replaced[RATE : 2 * RATE]).max() < 0.1
    edge = int((1 - PAD) * RATE)
    assert np.abs(np.diff(replaced[edge - 200 : edge + 200, 0])).max() < 0.15
    assert np.abs(replaced[edge]).max() < 0.01


def test_cuts_that_overlap_are_one_and_the_strongest_wins() -> None:
    assert [r[2] for r in regions([cut(1, 2, "replace"), cut(1.5, 3, "mute")], RATE, 9 * RATE)] == ["mute"]
    assert [r[2] for r in regions([cut(1, 2, "mute"), cut(4, 5, "replace")], RATE, 9 * RATE)] == ["mute", "replace"]
    one, two = [cut(1, 2, "replace"), cut(1.5, 3, "remove")], [cut(1.5, 3, "remove"), cut(1, 2, "replace")]
    samples = speechlike(4, RATE)
    assert np.array_equal(apply(samples, RATE, one), apply(samples, RATE, two))
    assert len(apply(samples, RATE, one)) == pytest.approx((4 - 2 - 2 * PAD) * RATE, abs=2)


def test_times_the_wrong_way_round_and_outside_and_of_other_kinds() -> None:
    samples = speechlike(2, RATE)
    assert np.array_equal(apply(samples, RATE, [cut(1.5, 1, "mute")]), apply(samples, RATE, [cut(1, 1.5, "mute")]))
    assert np.array_equal(apply(samples, RATE, [cut(5, 6, "mute")]), samples)
    assert not apply(samples, RATE, [cut(-5, 60, "mute")]).any()
    assert len(apply(samples, RATE, [cut(-5, 60, "remove")])) == 0
    assert not apply(samples, RATE, [cut(0, 2, "something else")]).any()


def test_the_original_is_left_alone() -> None:
    samples = speechlike(1, RATE)
    before = samples.copy()
    apply(samples, RATE, [cut(0, 1, "mute"), cut(0, 1, "voice")])
    assert np.array_equal(samples, before)
    sound = Sound.of(samples, RATE)
    packed = bytes(sound.packed)
    assert applied(sound, [cut(0.2, 0.5, "replace")]).packed != packed == sound.packed
    assert applied(sound, []) is sound


def test_a_changed_voice_is_changed_in_its_time_only() -> None:
    samples = speechlike(4, 16_000)
    made = apply(samples, 16_000, [cut(1, 2, "voice")])
    assert len(made) == len(samples)
    assert np.array_equal(made[: 16_000 - int(PAD * 16_000) - 1], samples[: 16_000 - int(PAD * 16_000) - 1])
    inside = slice(17_000, 31_000)
    assert np.corrcoef(made[inside, 0], samples[inside, 0])[0, 1] < 0.5
    assert level(made[inside]) == pytest.approx(level(samples[inside]), rel=0.5)


def test_a_changed_voice_lies_under_the_other_cuts() -> None:
    made = apply(speechlike(3, RATE), RATE, [cut(0, 3, "voice"), cut(1, 1.5, "mute")])
    assert not made[RATE : RATE + RATE // 2].any()
    assert level(made[: RATE // 2]) > 0.01


def test_a_voice_is_drawn_anew_for_each_recording_and_can_be_repeated() -> None:
    one, other = speechlike(1.5, RATE), speechlike(1.5, RATE, seed=1)
    marks = [cut(0, 2, "voice")]
    assert np.array_equal(apply(one, RATE, marks), apply(one, RATE, marks))
    assert not np.array_equal(apply(one, RATE, marks, seed=1), apply(one, RATE, marks, seed=2))
    voices = {voice.Voice.drawn(seed) for seed in range(50)}
    assert len(voices) == 50
    assert all(0.74 < v.pitch < 1.34 and abs(v.pitch - 1) > 0.12 and 0.84 <= v.formants <= 1.16 for v in voices)
    assert all(0.7 <= v.power <= 0.85 for v in voices)
    assert not np.array_equal(apply(one, RATE, marks), apply(other, RATE, marks))


def _peak(samples: np.ndarray, low: float, high: float) -> float:
    """The strongest frequency between two, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hertz = np.fft.rfftfreq(len(samples), 1 / voice.RATE)
    chosen = (hertz >= low) & (hertz < high)
    return float(hertz[chosen][np.argmax(spectrum[chosen])])


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_pitch_is_moved_by_its_factor(factor: float) -> None:
    given = tone(2, hertz=400)[:, 0]
    made = voice.shifted(given, factor, factor)
    assert len(made) == len(given)
    assert _peak(made[4_000:-4_000], 50, 3_000) == pytest.approx(400 * factor, rel=0.02)


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.5])
def test_stretching_changes_length_and_no_pitch(factor: float) -> None:
    made = voice.stretched(tone(2, hertz=300)[:, 0], factor)
    assert len(made) == round(32_000 * factor)
    assert _peak(made[4_000:-4_000], 50, 3_000) == pytest.approx(300, rel=0.02)
    assert level(made[4_000:-4_000]) == pytest.approx(level(tone(2)), rel=0.1)


def test_mcadams_moves_a_resonance_as_the_power_says() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=32_000)
    angle, radius = 2 * np.pi * 1_000 / voice.RATE, 0.98
    rung = np.zeros(32_000)
    for at in range(2, 32_000):
        rung[at] = noise[at] + 2 * radius * np.cos(angle) * rung[at - 1] - radius**2 * rung[at - 2]
    given = (0.1 * rung / np.abs(rung).max()).astype(np.float32)
    for power in (0.6, 0.75, 1.0):
        made = voice.mcadams(given, power)
        spectrum = np.convolve(np.abs(np.fft.rfft(made)) ** 2, np.ones(200), "same")
        got = np.fft.rfftfreq(len(made), 1 / voice.RATE)[int(np.argmax(spectrum))]
        assert got == pytest.approx(angle**power / (2 * np.pi) * voice.RATE, rel=0.06)


def test_seams_between_pieces_are_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    given = speechlike(6)[:, 0]
    monkeypatch.setattr(voice, "_CHUNK", 2 * voice.RATE)
    made = voice.changed(given, voice.RATE, voice.Voice(1.2, 0.9, 0.8))
    assert len(made) == len(given) and np.isfinite(made).all()
    for seam in (2 * voice.RATE, 4 * voice.RATE):
        assert np.abs(np.diff(made[seam - 50 : seam + 50])).max() < 3 * np.abs(np.diff(made)).std() * 3


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
@pytest.mark.parametrize("size", [0, 1, 100, 5_000])
def test_short_pieces_of_any_rate(rate: int, size: int) -> None:
    rng = np.random.default_rng(2)
    given = rng.uniform(-1, 1, size).astype(np.float32)
    made = voice.changed(given, rate, voice.Voice.drawn(1))
    assert made.shape == given.shape and np.isfinite(made).all()
    assert size == 0 or np.abs(made).max() <= 1.001


def test_silence_and_full_scale_stay_finite() -> None:
    for samples in (np.zeros(9_000), np.ones(9_000), np.tile([1.0, -1.0], 4_500)):
        made = voice.changed(samples.astype(np.float32), 16_000, voice.Voice.drawn(3))
        assert np.isfinite(made).all()
