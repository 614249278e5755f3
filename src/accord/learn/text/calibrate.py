"""Scores that mean one rate of false alarms, whatever the head (docs/decisions/0005-text-heads.md).

A head's raw logit is mapped, piece by piece along straight lines and always upwards, so that the policy's thresholds
are reached by agreed shares of harmless texts of sources that the encoder did not learn from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.errors import ConfigError

Floats = NDArray[np.float64]

HOLD = {"injection": 0.6}
"""The score at which the shipped policy holds a text; `HOLD_HARM` where a head is not named."""

HOLD_HARM = 0.7
BLOCK = 0.9
"""The score at which it blocks."""

HELD, BLOCKED = 0.018, 0.0045
"""Shares of harmless texts of unseen sources that may reach the two, for a detector."""

HARM_HEADS = 7
"""Heads that share the budget of the harm detector."""

CALM = 0.02
"""The score of the middle one of harmless texts."""

_TAIL = 20.0
_STEP = 1e-3
_FEWEST = 100


@dataclass(frozen=True, slots=True)
class Curve:
    """A map from raw logits to calibrated log-odds; it never falls.

    Attributes:
        raw: knots, rising.
        fair: log-odds at the knots, rising.
    """

    raw: tuple[float, ...]
    fair: tuple[float, ...]

    def __call__(self, logits: NDArray[np.floating]) -> Floats:
        """Calibrated log-odds of raw logits."""
        return np.interp(np.asarray(logits, dtype=np.float64), self.raw, self.fair)


def fit(head: str, calm: Sequence[float], sources: Sequence[str]) -> Curve:
    """A head's map, from what it says of harmless texts.

    Every source counts the same, however many texts it has. The harm heads share one budget in even parts.

    Args:
        head: which head.
        calm: raw logit of each harmless text, from an encoder that never saw its source.
        sources: where each text comes from.

    Raises:
        ConfigError: too few texts to say what one in two hundred does.
    """
    values, weights = np.asarray(calm, dtype=np.float64), even(sources)
    if values.size < _FEWEST:
        raise ConfigError(f"{values.size} harmless texts say little about rare alarms; {_FEWEST} at least")
    parts = 1 if head == "injection" else HARM_HEADS
    middle = upper_quantile(values, weights, 0.5)
    low = max(upper_quantile(values, weights, HELD / parts), middle + _STEP)
    high = max(upper_quantile(values, weights, BLOCKED / parts), low + _STEP)
    raw = (middle - _TAIL, middle, low, high, high + _TAIL)
    hold = HOLD.get(head, HOLD_HARM)
    fair = (_logit(CALM) - _TAIL, _logit(CALM), _logit(hold), _logit(BLOCK), _logit(BLOCK) + _TAIL)
    return Curve(raw, fair)


def even(sources: Sequence[str]) -> Floats:
    """Weights under which every source counts the same; they sum to one."""
    names, of, counts = np.unique(np.asarray(sources), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / len(names) / counts[of], dtype=np.float64) if len(names) else np.zeros(0)


def upper_quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value that at most `share` of the weight lies above."""
    order = np.argsort(-values, kind="stable")
    above = np.cumsum(weights[order])
    at = int(np.searchsorted(above, share, side="right"))
    return float(values[order][min(at, values.size - 1)])


def thresholds(
    scores: Mapping[str, Sequence[float]], sources: Mapping[str, Sequence[str]], rate: float = 0.01
) -> dict[str, float]:
    """For each head or type, the lowest score that at most `rate` of harmless texts lie above."""
    return {
        name: upper_quantile(np.asarray(values, dtype=np.float64), even(sources[name]), rate)
        for name, values in scores.items()
    }


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
