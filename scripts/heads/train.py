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

WORST = 3.0
"""How many times the share a single large source may pass a bar."""

CALM = 0.02
"""The score of the middle one of harmless texts."""


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
    """Weights under which every source counts the same within its kind, and kinds count by `KINDS`."""
    kinds = np.array([_KIND.get(row.source, "prompts") for row in rows])
    sources = np.array([row.source for row in rows])
    weights = np.zeros(len(rows))
    for kind in sorted(set(kinds)):
        names = sorted(set(sources[kinds == kind]))
        for name in names:
            here = sources == name
            weights[here] = KINDS[kind] / len(names) / here.sum()
    return weights / weights.sum()


KINDS = {"prompts": 1 / 2, "documents": 1 / 3, "tweets": 1 / 6}
"""How much each kind of text counts: what is sent to a model and what it answers, before all."""

_KIND = {
    **dict.fromkeys(("davidson_tweets", "wnut17", "broad_twitter"), "tweets"),
    **dict.fromkeys(
        (
            "wikigold",
            "sec_filings_ner",
            "echr_anonymisation_es_fr",
            "meddocan_es",
            "presidio_synth",
            "bipia_indirect",
        ),
        "documents",
    ),
}


def quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value that a share of the weight lies above."""
    order = np.argsort(-values)
    at = np.searchsorted(np.cumsum(weights[order]), share * weights.sum())
    return float(values[order][min(int(at), values.size - 1)])


def calibrate(arrays: dict[str, Any], seen: LeftOut) -> None:
    """Choose knots so that a score means one rate of false alarms, whatever the head and the source.

    On harmless texts of unseen sources, weighted by `even`, each detector passes the hold threshold of the shipped
    policy on a share of `HELD` and the block threshold on `BLOCKED`; the harm heads share that. The middle one of
    harmless texts scores `CALM`. Between these points log-odds are linear; above them the slope is Platt's.
    """
    low, high = np.zeros(len(HEADS)), np.zeros(len(HEADS))
    for heads in (("injection",), HARM):
        low += _bars(seen, heads, HELD)
        high += _bars(seen, heads, BLOCKED)
    high = np.maximum(high, low + 0.3)
    knots, fair = [], []
    for column, head in enumerate(HEADS):
        known = [i for i, row in enumerate(seen.rows) if head in row.labels]
        rows, values = [seen.rows[i] for i in known], seen.logits[known, column]
        labels = np.array([row.labels[head] for row in rows])
        calm = np.flatnonzero(labels == 0)
        middle = min(quantile(values[calm], even([rows[i] for i in calm]), 0.5), low[column] - 0.3)
        slope = _platt_slope(values, labels, rows)
        knots.append([middle - 20, middle, low[column], high[column], high[column] + 20])
        calm_odds, top = _logit(CALM), _logit(BLOCK)
        fair.append([calm_odds - 6, calm_odds, _logit(HOLD[head]), top, top + 20 * slope])
    arrays["knots_raw"] = np.array(knots)
    arrays["knots_fair"] = np.array(fair)
    arrays["length"] = LENGTH * (high - low) / np.log(HELD / BLOCKED)


def _bars(seen: LeftOut, heads: Sequence[str], share: float) -> Floats:
    """Raw logits that harmless texts pass with equal chance on each head, on some head with chance `share`."""
    calm = [i for i, row in enumerate(seen.rows) if all(row.labels.get(head) == 0 for head in heads)]
    weights = even([seen.rows[i] for i in calm])
    columns = [HEADS.index(head) for head in heads]
    values = seen.logits[np.ix_(calm, columns)]
    sources = np.array([seen.rows[i].source for i in calm])
    least, most = share / len(heads), share
    bars = np.zeros(len(heads))
    for _ in range(20):
        each = (least + most) / 2
        bars = np.array([_bar(values[:, k], weights, sources, each) for k in range(len(heads))])
        passed = float(weights[(values > bars).any(axis=1)].sum())
        least, most = (each, most) if passed < share else (least, each)
    result = np.zeros(len(HEADS))
    result[columns] = bars
    return result


def _bar(values: Floats, weights: Floats, sources: NDArray[np.str_], share: float) -> float:
    """The logit that a share of harmless texts passes, and no source of 200 or more passes `WORST` times as often."""
    bars = [quantile(values, weights, share)]
    for name in sorted(set(sources)):
        here = sources == name
        if here.sum() >= 200:
            bars.append(quantile(values[here], np.ones(int(here.sum())), WORST * share))
    return max(bars)


LENGTH = 0.5
"""How much of the tail of harmless texts is taken back for length.

The best of n independent windows passes a bar n times as often. Near the bars the tail falls off as fast as the
distance between them says, so raising them by that slope times log n would keep the rate. Windows of one text are
alike, so half of it is taken.
"""


def _platt_slope(values: Floats, labels: NDArray[np.int64], rows: Sequence[Row]) -> float:
    weights = np.zeros(values.size)
    for side in (0, 1):
        chosen = np.flatnonzero(labels == side)
        weights[chosen] = even([rows[i] for i in chosen])
    model = LogisticRegression(C=1e3).fit(values[:, None], labels, sample_weight=weights * values.size / 2)
    return float(np.clip(model.coef_[0, 0], 0.3, 2.0))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
