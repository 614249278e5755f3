"""Metrics with their uncertainty. Pure: the same numbers in, the same `Score` out.

Intervals are 95 %. Rates over independent texts have Wilson's score interval. Everything else has a percentile
bootstrap over documents, because rows of one document, template or author are not independent; the generator is
seeded, and documents are put in a canonical order first, so that the order of rows changes nothing.

A percentile bootstrap collapses to a point where every document says the same (all found, none found). There the
interval is Wilson's with the number of units, so that three hits out of three never look like certainty.

Undefined is None, never 0: recall without positives, precision without predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.core.score import Score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SEED = 20_261_123
RESAMPLES = 1000
Z95 = 1.959963984540054
_CELLS = 4_000_000  # weights held at once: 32 MB


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson's score interval at 95 % (Wilson 1927, JASA 22:209).

    Raises:
        ValueError: `n` is not positive, or `successes` is not between 0 and `n`.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError("an interval needs 0 <= successes <= n and n > 0")
    successes, n = float(successes), float(n)
    share, squared = successes / n, Z95 * Z95
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = Z95 * sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    return low, 1.0 if successes == n else min(1.0, middle + half)


def undefined(metric: str, n: int = 0) -> Score:
    """A score that says the metric has no value here."""
    return Score(metric, None, None, None, n)


def proportion(metric: str, successes: int, n: int) -> Score:
    """A share of independent units, with Wilson's interval; None where there are none."""
    if n == 0:
        return undefined(metric)
    low, high = wilson(successes, n)
    return Score(metric, successes / n, low, high, n)


def ratio(metric: str, parts: ArrayLike, wholes: ArrayLike) -> Score:
    """A share of units that lie in documents: `sum(parts) / sum(wholes)`, one pair for each document.

    The interval is by document and never narrower than Wilson's, which would hold if units were independent.
    """
    counts = np.stack([np.asarray(parts, float), np.asarray(wholes, float)], axis=1)
    total, drawn = counts.sum(axis=0), resampled(counts)
    return share_of(metric, total[0], total[1], drawn[:, 0], drawn[:, 1])


def share_of(metric: str, part: float, whole: float, parts: Floats, wholes: Floats) -> Score:
    """`part / whole` with what both were in each resample; see `ratio`."""
    if whole == 0:
        return undefined(metric)
    low, high = wilson(part, whole)
    ends = ends_of(divide(parts, wholes))
    if ends is not None:
        low, high = min(low, ends[0]), max(high, ends[1])
    return Score(metric, float(part / whole), low, high, int(whole))


def divide(above: Floats, below: Floats) -> Floats:
    """`above / below`, not a number where `below` is 0."""
    filled: Floats = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=filled, where=below != 0)
    return filled


def resampled(counts: Floats, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Sums of counts over documents drawn with replacement.

    Args:
        counts: one row for each document.
        resamples: how often the documents are drawn.
        seed: of the generator.

    Returns:
        One row of sums for each resample; none where there are fewer than two documents.
    """
    if len(counts) < 2:
        return np.empty((0, counts.shape[1]))
    ordered = counts[np.lexsort(counts.T)]
    return np.concatenate([weights @ ordered for weights in draws(len(ordered), resamples, seed)])


def draws(n: int, resamples: int = RESAMPLES, seed: int = SEED) -> Iterator[Floats]:
    """How often each of `n` documents is in each resample, in blocks of rows."""
    generator = np.random.default_rng(seed)
    rows = max(1, _CELLS // n)
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        picks = generator.integers(0, n, size=(size, n))
        picks += np.arange(size)[:, None] * n
        yield np.bincount(picks.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def ends_of(values: Floats) -> tuple[float, float] | None:
    """The 2.5th and 97.5th percentile of what the resamples say; None where none says anything."""
    kept = values[~np.isnan(values)]
    if not kept.size:
        return None
    low, high = np.percentile(kept, [2.5, 97.5])
    return float(low), float(high)


def _checked(scores: ArrayLike, positive: ArrayLike) -> tuple[Floats, Bools]:
    values, labels = np.asarray(scores, float), np.asarray(positive, bool)
    if values.ndim != 1 or values.shape != labels.shape:
        raise ValueError("scores and labels are two lists of one length")
    if np.isnan(values).any():
        raise ValueError("a score is not a number")
    return values, labels


class _Curve:
    """Rows sorted by score, with ties as one step: what every ranking metric is computed from."""

    def __init__(self, scores: Floats, positive: Bools, documents: Sequence[str] | None) -> None:
        order = np.lexsort((positive, scores))[::-1]
        ranked = scores[order]
        self.positive = positive[order].astype(np.float64)
        self.steps = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
        if documents is None:
            self.document: Ints = np.arange(len(order))
        else:
            self.document = np.unique(np.asarray(documents, str), return_inverse=True)[1][order]
        self.documents = int(self.document.max()) + 1

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Positives and negatives at each distinct score, highest first; one row for each row of weights."""
        hits = np.add.reduceat(weights * self.positive, self.steps, axis=1)
        alarms = np.add.reduceat(weights * (1 - self.positive), self.steps, axis=1)
        return hits, alarms


Statistic = Callable[[Floats, Floats], Floats]


def _auc(hits: Floats, alarms: Floats) -> Floats:
    above = np.cumsum(hits, axis=1) - hits / 2  # a tie counts half
    return divide((above * alarms).sum(axis=1), hits.sum(axis=1) * alarms.sum(axis=1))


def _average_precision(hits: Floats, alarms: Floats) -> Floats:
    found = np.cumsum(hits, axis=1)
    precision = np.nan_to_num(divide(found, found + np.cumsum(alarms, axis=1)))
    return divide((precision * hits).sum(axis=1), hits.sum(axis=1))


def _recall_at(rate: float) -> Statistic:
    def statistic(hits: Floats, alarms: Floats) -> Floats:
        allowed = np.floor(alarms.sum(axis=1, keepdims=True) * rate + 1e-9)
        within = np.cumsum(alarms, axis=1) <= allowed
        return divide((hits * within).sum(axis=1), hits.sum(axis=1))

    return statistic


def _ranking(
    metric: str, statistic: Statistic, scores: ArrayLike, positive: ArrayLike, documents: Sequence[str] | None
) -> Score:
    values, labels = _checked(scores, positive)
    size, hits = len(values), int(labels.sum())
    if documents is not None and len(documents) != size:
        raise ValueError("every row has a document")
    if hits in (0, size):
        return undefined(metric, size)
    curve = _Curve(values, labels, documents)
    value = float(statistic(*curve.counts(np.ones((1, size))))[0])
    made = []
    for weights in draws(curve.documents) if curve.documents > 1 else ():
        rows = max(1, _CELLS // (4 * size))
        blocks = [weights[at : at + rows] for at in range(0, len(weights), rows)]
        made += [statistic(*curve.counts(block[:, curve.document])) for block in blocks]
    ends = ends_of(np.concatenate(made)) if made else None
    if ends is None or ends[1] - ends[0] < 1e-12:
        units = min(hits, size - hits)
        ends = wilson(value * units, units)
    return Score(metric, value, min(ends[0], value), max(ends[1], value), size)


def auc(
    scores: ArrayLike, positive: ArrayLike, *, documents: Sequence[str] | None = None, metric: str = "auc"
) -> Score:
    """Area under the ROC curve: the chance that a positive outranks a negative, a tie counting half.

    Args:
        scores: one for each row, higher meaning more likely positive.
        positive: the label of each row.
        documents: what rows belong together when resampling; each row by itself when not given.
        metric: the name of the score.

    Raises:
        ValueError: the lists differ in length, or a score is not a number.
    """
    return _ranking(metric, _auc, scores, positive, documents)


def average_precision(
    scores: ArrayLike, positive: ArrayLike, *, documents: Sequence[str] | None = None, metric: str = "auprc"
) -> Score:
    """Area under the precision-recall curve as average precision: precision at each step, weighted by its recall.

    Rows of one score are one step, and nothing is interpolated (Davis and Goadrich, ICML 2006).
    """
    return _ranking(metric, _average_precision, scores, positive, documents)


def recall_at_false_alarms(
    scores: ArrayLike,
    positive: ArrayLike,
    rate: float = 0.01,
    *,
    documents: Sequence[str] | None = None,
    metric: str = "",
) -> Score:
    """Recall at the lowest threshold that alarms on at most `rate` of the negatives.

    Rows of one score pass or stay together: a tie that would break the limit is left out whole. Of `n` negatives
    `floor(rate * n)` may alarm, so with fewer than 100 negatives and a rate of 1 % none may.
    """
    if not 0 <= rate < 1:
        raise ValueError("a rate is at least 0 and below 1")
    return _ranking(metric or f"recall_at_{rate:.0%}_false_alarms", _recall_at(rate), scores, positive, documents)


def recall(scores: ArrayLike, positive: ArrayLike, threshold: float, *, metric: str = "recall") -> Score:
    """The share of positives that reach a threshold, with Wilson's interval."""
    values, labels = _checked(scores, positive)
    return proportion(metric, int((values[labels] >= threshold).sum()), int(labels.sum()))


def false_alarm_rate(
    scores: ArrayLike, positive: ArrayLike, threshold: float, *, metric: str = "false_alarm_rate"
) -> Score:
    """The share of negatives that reach a threshold, with Wilson's interval."""
    values, labels = _checked(scores, positive)
    return proportion(metric, int((values[~labels] >= threshold).sum()), int((~labels).sum()))


def by_group(measure: Callable[[Bools], Score], groups: Sequence[str]) -> Score:
    """One score over all rows, with the same score within each named group.

    Args:
        measure: from a selection of rows to a score.
        groups: the group of each row; rows of the group "" count in the whole only.
    """
    names = np.asarray(groups, str)
    inner = {str(name): measure(names == name) for name in np.unique(names) if name}
    return replace(measure(np.ones(len(names), bool)), groups=inner)


def bias_aucs(scores: ArrayLike, positive: ArrayLike, member: ArrayLike) -> Mapping[str, Score]:
    """How well positives and negatives are told apart when one of them mentions a group.

    `subgroup_auc` looks at the group alone. `bpsn_auc` (background positive, subgroup negative) is low where the
    harmless about the group outrank the harmful about others: false alarms. `bnsp_auc` is low where the harmful
    about the group are missed. Source: Borkan et al., "Nuanced Metrics" (WWW 2019).
    """
    values, labels = _checked(scores, positive)
    within = np.asarray(member, bool)
    chosen = {"subgroup_auc": within, "bpsn_auc": within ^ labels, "bnsp_auc": within == labels}
    return {name: auc(values[mask], labels[mask], metric=name) for name, mask in chosen.items()}


def rate_gap(alarms: ArrayLike, groups: Sequence[str], *, metric: str = "false_alarm_gap") -> Score:
    """The largest difference in alarm rate between two groups; `groups` of the score has each rate.

    The interval is a bootstrap within groups. The gap of a sample is never negative and grows with the number of
    groups, so read it beside the rates.
    """
    fired, names = np.asarray(alarms, bool), np.asarray(groups, str)
    kinds = [name for name in np.unique(names) if name]
    rates = {
        str(kind): proportion("rate", int(fired[names == kind].sum()), int((names == kind).sum())) for kind in kinds
    }
    total = int((names != "").sum())
    if len(kinds) < 2:
        return replace(undefined(metric, total), groups=rates)
    generator = np.random.default_rng(SEED)
    shares = [score.value or 0.0 for score in rates.values()]
    drawn = np.stack(
        [
            generator.binomial(score.n, share, RESAMPLES) / score.n
            for score, share in zip(rates.values(), shares, strict=True)
        ]
    )
    low, high = np.percentile(drawn.max(axis=0) - drawn.min(axis=0), [2.5, 97.5])
    value = max(shares) - min(shares)
    if high == 0:  # nobody alarmed: the gap could still be as wide as the widest interval
        high = max(score.high or 0.0 for score in rates.values())
    return Score(metric, value, min(float(low), value), max(float(high), value), total, groups=rates)
