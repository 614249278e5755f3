"""Quiet speech is brought to the loudness of loud speech; silence stays silent."""

from __future__ import annotations

import numpy as np
import pytest

from accord.readers.speech.activity import FRAME
from accord.readers.speech.features import RATE
from accord.readers.speech.loudness import TOP, evened


def said(level: float, seconds: float = 2.0) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 200 * at)).astype(np.float32)


@pytest.mark.parametrize("decibels", [10, 20, 30])
def test_what_is_said_quietly_after_a_loud_sentence_becomes_as_loud(decibels: int) -> None:
    samples = np.concatenate([said(TOP), said(TOP * 10 ** (-decibels / 20))])
    made = evened(samples, np.ones(len(samples) // FRAME, dtype=np.float32))
    assert len(made) == len(samples)
    assert np.abs(made[3 * RATE :]).max() == pytest.approx(TOP, rel=0.05)
    assert np.abs(made[:RATE]).max() == pytest.approx(TOP, rel=0.05)


def test_where_nobody_speaks_nothing_becomes_louder() -> None:
    samples = np.concatenate([said(TOP), said(0.001)])
    voice = np.zeros(len(samples) // FRAME, dtype=np.float32)
    voice[: 2 * RATE // FRAME] = 1
    assert np.abs(evened(samples, voice)[3 * RATE :]).max() == pytest.approx(0.001, rel=0.05)


@pytest.mark.parametrize("count", [0, 1, FRAME - 1, FRAME, 5 * FRAME + 3])
def test_any_length_is_kept_and_full_scale_is_not_passed(count: int) -> None:
    samples = np.full(count, TOP, dtype=np.float32)
    made = evened(samples, np.ones(3, dtype=np.float32))
    assert len(made) == count and (np.abs(made) <= 1).all()
