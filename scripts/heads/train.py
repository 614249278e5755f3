"""Fitting the heads, with each source left out in turn, and making their scores mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from accord.detect.heads import LONGEST, TextHeads
from heads.corpus import STDLIB
from heads.generate import NAME
from heads.rows import HEADS, Row
from heads.sources import SOURCES

FOLDS = 5
ALWAYS = -1

STRENGTH = 10.0
"""Inverse regularisation, chosen by the mean over sources left out (docs/decisions/0005-text-heads.md)."""

Floats = NDArray[np.float64]

_LOW = {"injection": (0.6, 0.015), **dict.fromkeys(HEADS[1:], (0.7, 0.003))}
_HIGH = {"injection": (0.9, 0.004), **dict.fromkeys(HEADS[1:], (0.9, 0.0008))}


def fold_of(row: Row) -> int:
    """Which fold leaves a row out; phrases of our own are split by template, code is in every fold."""
    if row.source == NAME:
        return int(row.draw("fold") * FOLDS)
    if row.source == STDLIB:
        return ALWAYS
    return next(source.fold for source in SOURCES if source.name == row.source)


def fit(matrix: sparse.csr_matrix, rows: Sequence[Row]) -> dict[str, Any]:
    """Weights for all heads, as the arrays of the weights file, with a calibration that changes nothing."""
    weights = np.zeros((matrix.shape[1], len(HEADS)))
    bias = np.zeros(len(HEADS))
    for column, head in enumerate(HEADS):
        known = np.array([i for i, row in enumerate(rows) if head in row.labels])
        labels = np.array([rows[i].labels[head] for i in known])
        counts = np.array([rows[i].weight for i in known])
        rare = (counts.sum() / 2 / counts[labels == 1].sum()) ** 0.5
        common = (counts.sum() / 2 / counts[labels == 0].sum()) ** 0.5
        model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3)
        model.fit(matrix[known], labels, sample_weight=counts * np.where(labels == 1, rare, common))
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return quantise(weights, bias)


def quantise(weights: Floats, bias: Floats) -> dict[str, Any]:
    """Eight bits a weight; the few largest of a head are clipped so that the many keep their detail."""
    reach = np.quantile(np.abs(weights), 0.9999, axis=0)
    scale = reach / 127
    plain = np.tile(np.array([-60.0, 60.0]), (len(HEADS), 1))
    return {
        "weights": np.clip(np.rint(weights / scale), -127, 127).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32),
        "knots_raw": plain,
        "knots_fair": plain.copy(),
        "length": np.zeros(len(HEADS)),
        "heads": np.array(HEADS),
    }


def highest(arrays: dict[str, Any], texts: Sequence[str]) -> Floats:
    """The highest raw logit over all windows, for every text and head: what a decision rests on."""
    heads = TextHeads(arrays)
    return np.array([heads.raw(text).max(axis=0, initial=-60.0) for text in texts])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows with the logits of heads that never saw their source."""

    rows: list[Row]
    logits: Floats


def leave_out(matrix: sparse.csr_matrix, cut: Sequence[Row], rows: Sequence[Row]) -> LeftOut:
    """Score every row by heads trained without its fold."""
    of_cut = np.array([fold_of(row) for row in cut])
    scored_rows: list[Row] = []
    logits = []
    for fold in range(FOLDS):
        kept = np.flatnonzero(of_cut != fold)
        arrays = fit(matrix[kept], [cut[i] for i in kept])
        out = [row for row in rows if fold_of(row) == fold]
        scored_rows += out
        logits.append(highest(arrays, [row.text for row in out]))
    return LeftOut(scored_rows, np.concatenate(logits))


def even(rows: Sequence[Row]) -> Floats:
    """Weights under which every source counts the same."""
    sources = np.array([row.source for row in rows])
    names, counts = np.unique(sources, return_counts=True)
    share = {name: 1 / count for name, count in zip(names, counts, strict=True)}
    return np.array([share[name] for name in sources]) / len(names)


def quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value that a share of the weight lies above."""
    order = np.argsort(-values)
    at = np.searchsorted(np.cumsum(weights[order]), share * weights.sum())
    return float(values[order][min(int(at), values.size - 1)])


def calibrate(arrays: dict[str, Any], seen: LeftOut) -> None:
    """Choose knots so that a score means one rate of false alarms, whatever the head and the source.

    On texts of unseen sources, each source counting the same, the hold threshold of the shipped policy is passed by
    the share in `_LOW` of harmless texts, and the block threshold by that in `_HIGH`. Outside these two points the
    slope is Platt's.
    """
    for column, head in enumerate(HEADS):
        known = [i for i, row in enumerate(seen.rows) if head in row.labels]
        rows = [seen.rows[i] for i in known]
        values = seen.logits[known, column]
        labels = np.array([row.labels[head] for row in rows])
        calm = labels == 0
        weights = even([row for row, zero in zip(rows, calm, strict=True) if zero])
        low_p, low_share = _LOW[head]
        high_p, high_share = _HIGH[head]
        low = quantile(values[calm], weights, low_share)
        high = max(quantile(values[calm], weights, high_share), low + 0.3)
        slope = _platt_slope(values, labels, rows)
        fair = [_logit(low_p) - 20 * slope, _logit(low_p), _logit(high_p), _logit(high_p) + 20 * slope]
        arrays["knots_raw"] = _grow(arrays["knots_raw"], 4)
        arrays["knots_fair"] = _grow(arrays["knots_fair"], 4)
        arrays["knots_raw"][column] = [low - 20, low, high, high + 20]
        arrays["knots_fair"][column] = fair
        arrays["length"][column] = LENGTH


LENGTH = 0.15
"""Log-odds taken back for each e-fold of pages; measured on long harmless texts."""


def _grow(knots: Floats, width: int) -> Floats:
    return knots if knots.shape[1] == width else np.zeros((knots.shape[0], width))


def _platt_slope(values: Floats, labels: NDArray[np.int64], rows: Sequence[Row]) -> float:
    weights = np.zeros(values.size)
    for side in (0, 1):
        chosen = np.flatnonzero(labels == side)
        weights[chosen] = even([rows[i] for i in chosen])
    model = LogisticRegression(C=1e3).fit(values[:, None], labels, sample_weight=weights * values.size / 2)
    return float(np.clip(model.coef_[0, 0], 0.3, 2.0))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


__all__ = ["FOLDS", "LONGEST", "LeftOut", "calibrate", "even", "fit", "highest", "leave_out", "quantile"]
