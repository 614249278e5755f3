from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from accord import config
from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.evaluate import suite
from accord.evaluate.run import Report, code_digest, run
from accord.guard import Guard
from accord.testing import MemoryLog


class Words:
    """Finds fixed words; a word's score is its own."""

    name = "words"
    joins = False
    floor = 0.5
    reference = "test"

    def __init__(self, words: dict[str, tuple[str, float]], broken: bool = False) -> None:
        self._words, self._broken = words, broken
        self.categories = frozenset(category for category, _ in words.values())

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        if self._broken:
            raise RuntimeError("secret text")
        for index, reading in enumerate(readings):
            for word, (category, score) in self._words.items():
                at = reading.text.find(word)
                if at >= 0:
                    yield Hit(index, Span(at, at + len(word)), category, score)


NAME, HATE = "privacy.person.name", "safety.hate"
WORDS = Words({"Ann": (NAME, 0.9), "vile": (HATE, 0.95), "rude": (HATE, 0.3)})
SPANS = [{"value": "Ann", "category": NAME}]
CASES = "\n".join(
    json.dumps(row)
    for row in (
        {"id": "hit", "text": "Ann is here", "spans": SPANS, "outcomes": {"model": "transform"}, "group": "g1"},
        {
            "id": "miss",
            "text": "Bob is here",
            "spans": [{"value": "Bob", "category": NAME}],
            "outcomes": {"model": "transform"},
            "group": "g2",
            "language": "en",
        },
        {"id": "harm", "text": "a vile thing", "categories": [HATE], "outcomes": {"model": "block"}},
        {"id": "weak", "text": "a rude thing", "categories": [HATE], "language": "en"},
        {
            "id": "calm",
            "text": "Ann is vile",
            "spans": [],
            "absent": ["safety.*"],
            "outcomes": {"model": "allow"},
            "group": "g1",
        },
        {"id": "quiet", "text": "nothing", "absent": ["*"], "group": "g2"},
    )
)


@pytest.fixture
def guard(tmp_path: Path) -> Iterable[Guard]:
    made = Guard(config.shipped("default").policy(), (), (WORDS,), MemoryLog())
    yield made
    made.close()


def cases() -> suite.Suite:
    return suite.parse(CASES, "mine.jsonl")


def test_a_guard_is_scored_on_spans_categories_and_outcomes(guard: Guard) -> None:
    report = run(guard, cases())
    values = {name: score.value for name, score in report.scores.items()}
    assert values["overlap_recall"] == 0.5
    assert values["overlap_precision"] == 0.5
    assert values["category_recall"] == 0.5
    assert values["false_alarm_rate"] == 0.5
    assert values["outcome_accuracy model"] == 0.5
    assert values["too_loose model"] == 0.25
    assert values["too_strict model"] == 0.25
    assert values["auc safety.hate"] == 0.625  # .95 and .3 against .95 and 0: two wins, one loss, one tie
    assert values["faults"] == 0.0
    assert report.scores["false_alarm_rate"].groups["group=g1"].value == 1.0
    assert report.scores["category_recall"].groups["language=en"].value == 0.0
    assert report.scores["category_recall"].groups[HATE].n == 2


def test_failures_say_what_went_wrong_without_content(guard: Guard) -> None:
    found = [(f.case, f.problem, f.detail) for f in run(guard, cases()).failures]
    assert found == [
        ("miss", "missed", "privacy.person.name at [0, 3)"),
        ("miss", "too_loose", "model: allow, expected transform"),
        ("weak", "missed", "safety.hate"),
        ("calm", "false_alarm", "privacy.person.name at [0, 3)"),
        ("calm", "false_alarm", "safety.hate at [7, 11)"),
        ("calm", "too_strict", "model: block, expected allow"),
    ]


def test_nothing_is_written_to_the_audit_log(guard: Guard) -> None:
    run(guard, cases())
    assert list(guard.audit.records()) == []


def test_detectors_alone_have_no_outcomes() -> None:
    report = run([WORDS], cases())
    assert report.scores["overlap_recall"].value == 0.5
    assert not [name for name in report.scores if name.startswith("outcome")]


def test_a_broken_detector_is_counted(guard: Guard, tmp_path: Path) -> None:
    broken = Words({"x": (NAME, 1.0)}, broken=True)
    made = Guard(guard.policy, (), (broken,), MemoryLog())
    report = run(made, cases())
    made.close()
    assert report.scores["faults"].value == 1.0
    assert ("hit", "fault") in {(f.case, f.problem) for f in report.failures}
    assert "secret" not in repr(report.failures)


def test_progress_counts_every_case(guard: Guard) -> None:
    told: list[tuple[int, int]] = []
    run(guard, cases(), lambda done, total: told.append((done, total)))
    assert told == [(at, 6) for at in range(1, 7)]


def test_the_subject_digest_is_of_what_was_measured(guard: Guard) -> None:
    def digest(report: Report) -> str:
        assert {score.subject_digest for score in report.scores.values()} == {report.subject_digest}
        return report.subject_digest

    first = digest(run(guard, cases()))
    assert first == digest(run(guard, cases()))
    fewer = suite.parse(CASES.strip().partition("\n")[2], "mine.jsonl")
    others = [run(guard, fewer), run([WORDS], cases()), run(guard, cases(), models={"mine": "ab" * 32})]
    assert len({first, *(digest(report) for report in others)}) == 4
    assert len(code_digest()) == 64


def test_the_shipped_suite_runs_on_the_pattern_detector() -> None:
    from accord.detect.patterns import PatternDetector

    report = run([PatternDetector()], suite.load("smoke"))
    recall, covered = report.scores["overlap_recall"].value, report.scores["covered"].value
    assert recall is not None and recall > 0.9
    assert covered is not None and covered > 0.9
