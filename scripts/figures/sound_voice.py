"""Voices: how well a speaker is known again before and after the voice is changed, and what that costs in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from accord.core.media import Cut
from accord.core.place import Interval
from accord.core.score import Score
from accord.detect.voice.embedding import encoder
from accord.evaluate.metrics import RESAMPLES, SEED, proportion
from accord.transform.audio import apply
from figures.pictures import Figure, rows
from figures.sets import Sets
from figures.sound_ears import Samples, decoded, distance, rate_of, transcript, words

TALK = "librispeech_speakers"

Floats = NDArray[np.float64]

_HEARD = 10  # recordings whose words are compared


def changed(samples: Samples, rate: int) -> Samples:
    """The whole recording in another voice, drawn from the sound as the guard draws it."""
    whole = Cut(Interval(0.0, len(samples) / rate), "voice")
    return np.ascontiguousarray(apply(samples[:, None], rate, [whole])[:, 0])


def equal_error(same: Floats, other: Floats) -> float:
    """Where as many pairs of one speaker are refused as pairs of two are taken for one."""
    steps = np.sort(np.concatenate([same, other]))
    refused = np.searchsorted(np.sort(same), steps) / len(same)
    taken = 1 - np.searchsorted(np.sort(other), steps) / len(other)
    at = int(np.argmin(np.abs(refused - taken)))
    return float((refused[at] + taken[at]) / 2)


def known_again(sets: Sets) -> tuple[list[Figure], list[Figure]]:
    """Equal error rates and speakers named, by what the attacker has; words heard differently after the change."""
    found = rows(sets, TALK)
    if not found:
        return [], []
    plain = [decoded(row["path"].read_bytes()) for row in found]
    moved = [changed(*one) for one in plain]
    network, names = encoder(), [row["speaker"] for row in found]
    before = np.stack([network.voice(samples) for samples, _ in plain]).astype(float)
    after = np.stack([network.voice(samples) for samples in moved]).astype(float)
    ways = {
        "before: originals against originals": (before, before),
        "after, ignorant attacker: changed against originals": (before, after),
        "after, lazy-informed attacker: changed against changed": (after, after),
    }
    made = [_attack(name, *each, names) for name, each in ways.items()]
    return made, [_words(plain[:: len(plain) // _HEARD], moved[:: len(plain) // _HEARD])]


def _attack(name: str, enrolled: Floats, tried: Floats, names: Sequence[str]) -> Figure:
    """Figures of one attacker: every pair of recordings, and naming one of the speakers from all other recordings."""
    scores = tried @ enrolled.T
    speakers = sorted(set(names))
    who = np.array([speakers.index(name) for name in names])
    right = 0
    for at in range(len(who)):
        others = np.arange(len(who)) != at
        means = [enrolled[others & (who == speaker)].mean(axis=0) for speaker in range(len(speakers))]
        right += int(np.argmax([tried[at] @ mean / np.linalg.norm(mean) for mean in means])) == who[at]
    named = proportion("named", right, len(who))
    return Figure(name, {"equal error rate": _error(scores, who), f"named among {len(speakers)}": named})


def _error(scores: Floats, who: NDArray[np.int64]) -> Score:
    """The equal error rate over pairs, with a bootstrap over recordings."""
    pairs = np.array(list(combinations(range(len(who)), 2)))
    values = (scores[pairs[:, 0], pairs[:, 1]] + scores[pairs[:, 1], pairs[:, 0]]) / 2
    same = who[pairs[:, 0]] == who[pairs[:, 1]]
    value = equal_error(values[same], values[~same])
    generator, drawn = np.random.default_rng(SEED), []
    for _ in range(RESAMPLES):
        count = np.bincount(generator.integers(0, len(who), len(who)), minlength=len(who))
        times = count[pairs[:, 0]] * count[pairs[:, 1]]
        drawn.append(equal_error(np.repeat(values[same], times[same]), np.repeat(values[~same], times[~same])))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Score("eer", value, min(float(low), value), max(float(high), value), len(pairs))


def _words(plain: Sequence[tuple[Samples, int]], moved: Sequence[Samples]) -> Figure:
    """Words that Whisper base hears differently, of those it heard before; there are no transcripts."""
    errors, wholes = [], []
    for (samples, rate), other in zip(plain, moved, strict=True):
        due = words(transcript(samples, rate, "base"))
        errors.append(distance(due, words(transcript(other, rate, "base"))))
        wholes.append(len(due))
    return Figure(f"{sum(wholes)} words", {"heard differently": rate_of("differently", errors, wholes)})
