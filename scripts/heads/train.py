"""Fitting the heads, with each source left out in turn, and making their scores mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from accord.detect.heads import TextHeads
from heads.catalogue import SOURCES
from heads.corpus import STDLIB
from heads.generate import NAME
from heads.rows import HARM, HEADS, Row

OWN_FOLDS = 5
"""Parts that the project's own phrases are split into, by template, to be left out in turn."""

FOLDS = len(SOURCES) + OWN_FOLDS
ALWAYS = -1

STRENGTH = 1.0
"""Inverse regularisation, chosen by the mean over sources left out (docs/decisions/0005-text-heads.md)."""

Floats = NDArray[np.float64]

HOLD = {"injection": 0.6, **dict.fromkeys(HARM, 0.7)}
BLOCK = 0.9
"""The thresholds of the shipped policy, which the calibration aims at."""

HELD, BLOCKED = 0.018, 0.0045
"""Shares of harmless texts of unseen sources that may reach them, for each of the two detectors."""


def fold_of(row: Row) -> int:
    """Which fold leaves a row out: its source; phrases of our own by template; code is in every fold."""
    if row.source == NAME:
        return len(SOURCES) + int(row.draw("fold") * OWN_FOLDS)
    if row.source == STDLIB:
        return ALWAYS
    return _FOLD[row.source]


_FOLD = {source.name: number for number, source in enumerate(SOURCES)}


def fit(matrix: sparse.csr_matrix, rows: Sequence[Row]) -> dict[str, Any]:
    """Weights for all heads, as the arrays of the weights file, with a calibration that changes nothing."""
    rarity = _rarity(matrix)
    scaled = matrix.copy()
    scaled.data = scaled.data * rarity[scaled.indices].astype(np.float32)
    weights = np.zeros((matrix.shape[1], len(HEADS)))
    bias = np.zeros(len(HEADS))
    for column, head in enumerate(HEADS):
        known = np.array([i for i, row in enumerate(rows) if head in row.labels])
        labels = np.array([rows[i].labels[head] for i in known])
        counts = np.array([rows[i].weight for i in known])
        for side in (0, 1):
            counts[labels == side] *= (counts.sum() / 2 / counts[labels == side].sum()) ** 0.5
        model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3)
        model.fit(scaled[known], labels, sample_weight=counts / counts.mean())
        weights[:, column], bias[column] = model.coef_[0] * rarity, model.intercept_[0]
    return quantise(weights, bias)


def _rarity(matrix: sparse.csr_matrix) -> Floats:
    """Inverse document frequency of each bucket; none for what fewer than three rows have."""
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return np.where(seen < 3, 0.0, np.log((1 + matrix.shape[0]) / (1 + seen)))


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
    """Score every row by heads trained without its source."""
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

    On harmless texts of unseen sources, each source counting the same, each detector passes the hold threshold of
    the shipped policy on a share of `HELD` and the block threshold on `BLOCKED`. The harm heads share that evenly.
    Outside these two points the slope is Platt's.
    """
    low, high = np.zeros(len(HEADS)), np.zeros(len(HEADS))
    for heads in (("injection",), HARM):
        low += _bars(seen, heads, HELD)
        high += _bars(seen, heads, BLOCKED)
    high = np.maximum(high, low + 0.3)
    arrays["knots_raw"] = np.stack((low - 20, low, high, high + 20), axis=1)
    fair = []
    for column, head in enumerate(HEADS):
        known = [i for i, row in enumerate(seen.rows) if head in row.labels]
        rows = [seen.rows[i] for i in known]
        slope = _platt_slope(seen.logits[known, column], np.array([row.labels[head] for row in rows]), rows)
        bottom, top = _logit(HOLD[head]), _logit(BLOCK)
        fair.append([bottom - 20 * slope, bottom, top, top + 20 * slope])
    arrays["knots_fair"] = np.array(fair)
    arrays["length"] = np.full(len(HEADS), LENGTH)


def _bars(seen: LeftOut, heads: Sequence[str], share: float) -> Floats:
    """Raw logits that harmless texts pass with equal chance on each head, on some head with chance `share`."""
    calm = [i for i, row in enumerate(seen.rows) if all(row.labels.get(head) == 0 for head in heads)]
    weights = even([seen.rows[i] for i in calm])
    columns = [HEADS.index(head) for head in heads]
    values = seen.logits[np.ix_(calm, columns)]
    least, most = share / len(heads), share
    bars = np.zeros(len(heads))
    for _ in range(20):
        each = (least + most) / 2
        bars = np.array([quantile(values[:, k], weights, each) for k in range(len(heads))])
        passed = float(weights[(values > bars).any(axis=1)].sum())
        least, most = (each, most) if passed < share else (least, each)
    result = np.zeros(len(HEADS))
    result[columns] = bars
    return result


LENGTH = 0.15
"""Log-odds taken back for each e-fold of pages; measured on long harmless texts."""


def _platt_slope(values: Floats, labels: NDArray[np.int64], rows: Sequence[Row]) -> float:
    weights = np.zeros(values.size)
    for side in (0, 1):
        chosen = np.flatnonzero(labels == side)
        weights[chosen] = even([rows[i] for i in chosen])
    model = LogisticRegression(C=1e3).fit(values[:, None], labels, sample_weight=weights * values.size / 2)
    return float(np.clip(model.coef_[0, 0], 0.3, 2.0))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
