"""Running a suite: what was found and decided against what should have been, stamped with what was measured.

A guard is measured as it is configured, through `inspect` and `preview`: nothing is released and nothing is written
to the audit log. Detectors can also be measured alone; then no outcomes are measured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Protocol

import numpy as np

from accord.core.content import Text
from accord.core.decision import Destination, Outcome
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Detector
from accord.core.score import Score
from accord.evaluate.metrics import Bools, auc, by_group, proportion
from accord.evaluate.spans import Labelled, SpanDocument, span_scores
from accord.evaluate.suite import Case, Suite
from accord.guard import Guard, Inspection
from accord.guard.guard import AnyDetector

Progress = Callable[[int, int], None]
"""Called after each case with how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a case did not go as it says; never a text or a value.

    Attributes:
        case: id of the case.
        problem: `missed`, `false_alarm`, `too_loose`, `too_strict` or `fault`.
        detail: the category and its place, or the destination and both outcomes.
    """

    case: str
    problem: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run measured.

    Attributes:
        suite: name of the suite.
        scores: every score by name, all with the same subject digest.
        failures: in the order of the cases.
        subject: what was measured: digests and versions by name.
        subject_digest: SHA-256 over `subject`.
    """

    suite: str
    scores: Mapping[str, Score]
    failures: tuple[Failure, ...]
    subject: Mapping[str, str]
    subject_digest: str


@dataclass(frozen=True, slots=True)
class _Examined:
    """What became of one case."""

    case: Case
    found: tuple[tuple[Span, str], ...]
    scores: Mapping[str, float]
    outcomes: Mapping[Destination, Outcome]

    @property
    def categories(self) -> frozenset[str]:
        return frozenset(category for _, category in self.found)


class _Examiner(Protocol):
    def __call__(self, case: Case) -> _Examined: ...


def run(
    subject: Guard | Sequence[Detector],
    suite: Suite,
    progress: Progress | None = None,
    models: Mapping[str, str] | None = None,
) -> Report:
    """Run every case and score what came of it.

    Args:
        subject: a guard, or detectors without one (no readers, no policy, no outcomes).
        suite: the cases.
        progress: told after each case.
        models: name and SHA-256 of weights that accord does not ship itself; part of the subject digest.
    """
    examine: _Examiner
    if isinstance(subject, Guard):
        examine, detectors, policy = _by_guard(subject), subject.detectors, subject.policy.digest
    else:
        examine, detectors, policy = _by_detectors(subject), tuple(subject), ""
    examined = []
    for number, case in enumerate(suite.cases, start=1):
        examined.append(examine(case))
        if progress is not None:
            progress(number, len(suite.cases))
    what = subject_of(detectors, policy, suite.digest, models)
    digest = digest_of(what)
    scores = {name: _stamped(score, digest) for name, score in _scores(examined).items()}
    failures = tuple(failure for item in examined for failure in _failures(item))
    return Report(suite.name, scores, failures, what, digest)


def subject_of(
    detectors: Sequence[AnyDetector],
    policy: str,
    suite: str,
    models: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a measurement was made on: policy, suite, code with shipped weights, detectors and further models."""
    from accord import __version__

    named = {f"detector {d.name}": f"{type(d).__module__}:{type(d).__qualname__} {d.floor}" for d in detectors}
    further = {f"model {name}": digest for name, digest in (models or {}).items()}
    return {"accord": __version__, "code": code_digest(), "policy": policy, "suite": suite, **named, **further}


def digest_of(subject: Mapping[str, str]) -> str:
    """SHA-256 over a subject."""
    return hashlib.sha256(json.dumps(subject, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@cache
def code_digest() -> str:
    """SHA-256 over every file of the installed package: code, tables, shipped weights, policies."""
    total = hashlib.sha256()
    for name, file in sorted(_files(resources.files("accord"), "")):
        total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _files(folder: Traversable, prefix: str) -> Iterable[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            yield from _files(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item


def _by_guard(guard: Guard) -> _Examiner:
    def examine(case: Case) -> _Examined:
        inspection = guard.inspect(Text(case.text, role=case.role))
        outcomes = {to: inspection.preview(to).would for to in case.outcomes}
        return _Examined(case, tuple(_places(inspection)), inspection.scores, outcomes)

    return examine


def _places(inspection: Inspection) -> Iterable[tuple[Span, str]]:
    for finding in inspection.findings:
        if isinstance(finding.place, Span):
            yield finding.place, finding.category


def _by_detectors(detectors: Sequence[Detector]) -> _Examiner:
    def examine(case: Case) -> _Examined:
        reading = Reading(case.text, role=case.role)
        hits = [(d.floor, hit) for d in detectors for hit in d.detect([reading], lambda: False)]
        scores: dict[str, float] = {}
        for _, hit in hits:
            scores[hit.category] = max(scores.get(hit.category, 0.0), hit.score)
        found = tuple((hit.span, hit.category) for floor, hit in hits if hit.score >= floor)
        return _Examined(case, found, scores, {})

    return examine


def _stamped(score: Score, digest: str) -> Score:
    groups = {name: _stamped(inner, digest) for name, inner in score.groups.items()}
    return replace(score, subject_digest=digest, groups=groups)


def _scores(examined: Sequence[_Examined]) -> dict[str, Score]:
    scores = _span_scores([item for item in examined if item.case.spans is not None])
    scores |= _category_scores(examined)
    scores |= _outcome_scores(examined)
    faulty = [any(c.startswith("fault.") for c in item.categories) for item in examined]
    scores["faults"] = proportion("faults", sum(faulty), len(faulty))
    return scores


def _span_scores(examined: Sequence[_Examined]) -> dict[str, Score]:
    """Span metrics; a family (`privacy`, `safety`) is measured where some case marks a span of it."""
    if not examined:
        return {}
    gold = {category for item in examined for _, category in item.case.spans or ()}
    families = {category.partition(".")[0] for category in gold} or {"privacy"}
    documents = []
    labels = set(gold)
    for item in examined:
        found = [(s, c) for s, c in item.found if c.partition(".")[0] in families]
        labels.update(category for _, category in found)
        documents.append(SpanDocument(item.case.text, _labelled(item.case.spans or ()), _labelled(found)))
    return span_scores(documents, labels)


def _labelled(spans: Iterable[tuple[Span, str]]) -> tuple[Labelled, ...]:
    return tuple(Labelled(span.start, span.end, category) for span, category in spans)


def _category_scores(examined: Sequence[_Examined]) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    wanted = [(item, category) for item in examined for category in sorted(item.case.categories or ())]
    if wanted:
        found = [category in item.categories for item, category in wanted]
        scores["category_recall"] = _share(
            "category_recall", found, [i.case for i, _ in wanted], [c for _, c in wanted]
        )
    quiet = [item for item in examined if item.case.absent is not None]
    if quiet:
        alarms = [bool(item.categories & (item.case.absent or frozenset())) for item in quiet]
        scores["false_alarm_rate"] = _share("false_alarm_rate", alarms, [item.case for item in quiet])
    for category in sorted({category for _, category in wanted}):
        labels = {i: _label(item.case, category) for i, item in enumerate(examined)}
        known = [(examined[i].scores.get(category, 0.0), label) for i, label in labels.items() if label is not None]
        if any(label for _, label in known) and not all(label for _, label in known):
            scores[f"auc {category}"] = auc([s for s, _ in known], [y for _, y in known], metric=f"auc {category}")
    return scores


def _label(case: Case, category: str) -> bool | None:
    if category in (case.categories or ()):
        return True
    return False if category in (case.absent or ()) else None


def _outcome_scores(examined: Sequence[_Examined]) -> dict[str, Score]:
    scores = {}
    for to in Destination:
        judged = [item for item in examined if to in item.outcomes]
        pairs = [(item.outcomes[to], item.case.outcomes[to]) for item in judged]
        cases = [item.case for item in judged]
        if pairs:
            for name, test in _OUTCOMES.items():
                metric = f"{name} {to.value}"
                scores[metric] = _share(metric, [test(got, due) for got, due in pairs], cases)
    return scores


_OUTCOMES: Mapping[str, Callable[[Outcome, Outcome], bool]] = {
    "outcome_accuracy": lambda got, due: got is due,
    "too_loose": lambda got, due: got < due,
    "too_strict": lambda got, due: got > due,
}


def _share(metric: str, hits: Sequence[bool], cases: Sequence[Case], kinds: Sequence[str] = ()) -> Score:
    """A share of cases, with its breakdowns by kind, group and language."""
    fired = np.asarray(hits, bool)

    def measure(chosen: Bools) -> Score:
        return proportion(metric, int(fired[chosen].sum()), int(chosen.sum()))

    groups: dict[str, Score] = dict(by_group(measure, kinds).groups) if kinds else {}
    for prefix, names in {"group": [c.group for c in cases], "language": [c.language for c in cases]}.items():
        groups |= {f"{prefix}={name}": score for name, score in by_group(measure, names).groups.items()}
    return replace(measure(np.ones(len(fired), bool)), groups=groups)


def _failures(item: _Examined) -> Iterable[Failure]:
    case = item.case
    for span, category in case.spans or ():
        if not any(span.touches(place) and category == found for place, found in item.found):
            yield Failure(case.id, "missed", f"{category} at [{span.start}, {span.end})")
    for category in sorted((case.categories or frozenset()) - item.categories):
        yield Failure(case.id, "missed", category)
    for place, category in item.found:
        if category.startswith("fault."):
            yield Failure(case.id, "fault", category)
        elif _unwelcome(case, place, category):
            yield Failure(case.id, "false_alarm", f"{category} at [{place.start}, {place.end})")
    for to, got in item.outcomes.items():
        due = case.outcomes[to]
        if got is not due:
            problem = "too_loose" if got < due else "too_strict"
            yield Failure(case.id, problem, f"{to.value}: {got.value}, expected {due.value}")


def _unwelcome(case: Case, place: Span, category: str) -> bool:
    if category in (case.absent or ()):
        return True
    if case.spans is None or not category.startswith("privacy."):
        return False
    return not any(place.touches(span) and category == due for span, due in case.spans)
