from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from accord.evaluate import metrics


def rows(n: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    positive = random.random(n) < 0.3
    return np.round(random.normal(size=n) + positive, 1), positive  # rounded, so that there are ties


def test_wilson_agrees_with_the_published_example() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263 and 0 of 20.
    assert metrics.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert metrics.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize("case", [(0, 0), (3, 2), (-1, 2)])
def test_wilson_refuses_what_is_no_proportion(case: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="successes"):
        metrics.wilson(*case)


def test_nothing_measured_has_no_value() -> None:
    score = metrics.proportion("recall", 0, 0)
    assert (score.value, score.low, score.high, score.n) == (None, None, None, 0)
    assert metrics.ratio("covered", [], []).value is None
    assert metrics.ratio("covered", [0, 0], [0, 0]).value is None


@pytest.mark.parametrize("seed", range(5))
def test_ranking_metrics_agree_with_scikit_learn(seed: int) -> None:
    scores, positive = rows(seed=seed)
    assert metrics.auc(scores, positive).value == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    expected = average_precision_score(positive, scores)
    assert metrics.average_precision(scores, positive).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 1, 1], []])
def test_ranking_needs_both_kinds(labels: list[int]) -> None:
    for measure in (metrics.auc, metrics.average_precision, metrics.recall_at_false_alarms):
        score = measure([0.5] * len(labels), labels)
        assert score.value is None
        assert score.n == len(labels)


def test_all_tied_is_chance() -> None:
    assert metrics.auc([0.2] * 6, [0, 1, 0, 1, 0, 1]).value == 0.5
    assert metrics.average_precision([0.2] * 4, [0, 1, 0, 0]).value == 0.25


def test_recall_at_one_percent_counts_allowed_alarms() -> None:
    negatives = np.linspace(0, 1, 200)  # two may alarm: 1.0 and 0.995; the third, 0.98995, may not
    positives = [1.0, 0.9975, 0.996, 0.985, 0.5]
    scores = np.concatenate([negatives, positives])
    labels = np.array([0] * 200 + [1] * 5)
    assert metrics.recall_at_false_alarms(scores, labels).value == pytest.approx(3 / 5)


def test_below_a_hundred_negatives_none_may_alarm() -> None:
    scores, labels = [0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0]
    assert metrics.recall_at_false_alarms(scores, labels).value == 0.5


def test_a_tie_that_breaks_the_limit_is_left_out_whole() -> None:
    scores, labels = [0.9, 0.9, 0.1], [1, 0, 0]
    assert metrics.recall_at_false_alarms(scores, labels).value == 0.0


def test_thresholds_are_reached_by_equality() -> None:
    scores, labels = [0.7, 0.69, 0.7, 0.1], [1, 1, 0, 0]
    assert metrics.recall(scores, labels, 0.7).value == 0.5
    assert metrics.false_alarm_rate(scores, labels, 0.7).value == 0.5
    assert metrics.recall(scores, labels, 0.7).n == 2


def test_a_perfect_small_sample_is_not_certain() -> None:
    score = metrics.auc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    assert score.value == 1.0
    assert score.low is not None and score.low < 0.5
    ratio = metrics.ratio("covered", [1, 1, 1], [1, 1, 1])
    assert ratio.low is not None and ratio.low < 0.6


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    # The AUC of two normals one deviation apart is Phi(1/sqrt(2)).
    truth, hits = 0.7602499, 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        positive = np.arange(120) < 50
        score = metrics.auc(random.normal(size=120) + positive, positive)
        hits += score.low is not None and score.high is not None and score.low <= truth <= score.high
    assert 34 <= hits <= 40


def test_documents_widen_the_interval() -> None:
    scores, positive = rows(100)
    again = np.tile(scores, 10), np.tile(positive, 10)
    names = [str(at) for at in range(100)] * 10
    alone, clustered = metrics.auc(*again), metrics.auc(*again, documents=names)
    assert alone.value == clustered.value
    assert clustered.high is not None and clustered.low is not None
    assert alone.high is not None and alone.low is not None
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)


def test_groups_are_measured_each_by_itself() -> None:
    scores, labels = np.array([0.9, 0.1, 0.1, 0.9]), np.array([1, 0, 1, 0])
    groups = ["a", "a", "b", "b"]
    score = metrics.by_group(lambda chosen: metrics.auc(scores[chosen], labels[chosen]), groups)
    assert score.value == 0.5
    assert {name: inner.value for name, inner in score.groups.items()} == {"a": 1.0, "b": 0.0}


def test_bias_aucs_tell_false_alarms_from_misses() -> None:
    member = [1, 1, 0, 0]
    labels = [1, 0, 1, 0]
    scores = [0.9, 0.8, 0.5, 0.1]  # the harmless about the group outrank the harmful about others
    found = {name: score.value for name, score in metrics.bias_aucs(scores, labels, member).items()}
    assert found == {"subgroup_auc": 1.0, "bpsn_auc": 0.0, "bnsp_auc": 1.0}


def test_rate_gap_keeps_every_rate() -> None:
    score = metrics.rate_gap([1, 1, 0, 0, 0, 0], ["a", "a", "b", "b", "b", ""])
    assert score.value == 1.0
    assert score.n == 5
    assert {name: (inner.value, inner.n) for name, inner in score.groups.items()} == {"a": (1.0, 2), "b": (0.0, 3)}
    assert metrics.rate_gap([1], ["a"]).value is None


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        metrics.auc([float("nan"), 0.1], [1, 0])
    with pytest.raises(ValueError, match="one length"):
        metrics.auc([0.1], [1, 0])
    with pytest.raises(ValueError, match="document"):
        metrics.auc([0.1, 0.2], [1, 0], documents=["a"])
    with pytest.raises(ValueError, match="rate"):
        metrics.recall_at_false_alarms([0.1, 0.2], [1, 0], 1.0)
