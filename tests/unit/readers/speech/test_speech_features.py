"""What Whisper is given to hear, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from accord.readers.speech.features import HOP, RATE, hertz, log_mel, mel, mel_bank


def tone(frequency: float, seconds: float = 1.0, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize(("frequency", "place"), [(0.0, 0.0), (200 / 3, 1.0), (1000.0, 15.0), (6400.0, 42.0)])
def test_the_mel_scale_is_slaneys(frequency: float, place: float) -> None:
    assert float(mel(frequency)) == pytest.approx(place)
    assert float(hertz(place)) == pytest.approx(frequency)


def test_every_filter_has_the_area_of_slaney_normalisation() -> None:
    bank = mel_bank(80)
    assert bank.shape == (80, 201)
    # Wide filters: the sum over bins of 40 Hz approaches the area, which is one in hertz.
    assert (bank[50:].sum(axis=1) * 40).tolist() == pytest.approx([1.0] * 30, rel=0.05)
    assert (bank >= 0).all()


def test_a_tone_stands_in_its_band() -> None:
    edges = hertz(np.linspace(mel(0.0), mel(8000.0), 82))
    for frequency in (300.0, 1000.0, 4000.0):
        band = int(log_mel(tone(frequency), 100)[:, 50].argmax())
        assert edges[band] <= frequency <= edges[band + 2]


def test_silence_after_the_sound_is_eight_decades_below_the_peak() -> None:
    made = log_mel(tone(1000.0), 300)
    assert made.shape == (80, 300)
    assert made.max() - made[:, 200:].max() == pytest.approx(8 / 4)


def test_loudness_shifts_the_whole() -> None:
    loud, quiet = log_mel(tone(1000.0, amplitude=0.5), 100), log_mel(tone(1000.0, amplitude=0.05), 100)
    # A tenth of the amplitude is two decades of power, a quarter of each on this scale.
    assert loud.max() - quiet.max() == pytest.approx(0.5, abs=1e-3)


def test_what_is_longer_is_cut_and_silence_is_finite() -> None:
    assert log_mel(tone(500.0, 3.0), 100).shape == (80, 100)
    assert np.isfinite(log_mel(np.zeros(HOP * 10, np.float32), 10)).all()
    assert np.isfinite(log_mel(np.zeros(0, np.float32), 10)).all()
