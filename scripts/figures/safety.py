"""Injection and harm: one score per text and category, and the policy's own thresholds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accord.core.decision import Outcome
from accord.core.score import Score
from accord.evaluate.metrics import auc, average_precision, proportion, recall_at_false_alarms
from figures.sets import Row, Sets
from figures.subject import Subject

INJECTION = "safety.injection"
HARMS = tuple(f"safety.{kind}" for kind in ("hate", "harassment", "violence", "gore", "sexual", "illicit", "weapons"))
SELFHARM = "safety.selfharm"
ANY = (*HARMS, SELFHARM)


@dataclass(frozen=True, slots=True)
class Sample:
    """Some texts of one set, with one score each.

    Attributes:
        scores: of the category in question, or the highest of several.
        held: whether the policy would hold or block the text on its way to a model.
        blocked: whether it would block it.
    """

    scores: list[float] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    blocked: list[bool] = field(default_factory=list)

    def add(self, subject: Subject, text: str, categories: Iterable[str]) -> None:
        """Score one more text."""
        found = subject.scores(text)
        chosen = [(found.get(category, 0.0), category) for category in categories]
        self.scores.append(max(score for score, _ in chosen))
        self.held.append(any(s >= subject.threshold(c, Outcome.HOLD) for s, c in chosen))
        self.blocked.append(any(s >= subject.threshold(c, Outcome.BLOCK) for s, c in chosen))

    @property
    def n(self) -> int:
        """How many texts."""
        return len(self.scores)

    def held_rate(self) -> Score:
        """The share that is held or blocked."""
        return proportion("held", sum(self.held), self.n)

    def blocked_rate(self) -> Score:
        """The share that is blocked."""
        return proportion("blocked", sum(self.blocked), self.n)


def gather(subject: Subject, texts: Iterable[str], categories: Iterable[str]) -> Sample:
    """Score texts."""
    chosen, made = tuple(categories), Sample()
    for text in texts:
        made.add(subject, text, chosen)
    return made


@dataclass(frozen=True, slots=True)
class Contrast:
    """What should alarm beside what should not, under one category.

    Attributes:
        name: of the set, with the part of it.
        category: what is looked for, in words.
        set: the folder of the set.
        bad: texts that should alarm.
        good: texts that should not; their number is 0 where the set has none.
    """

    name: str
    category: str
    set: str
    bad: Sample
    good: Sample

    def scores(self) -> dict[str, Score]:
        """AUC, AUPRC and recall at 1 % false alarms; each None where one side is empty."""
        values = np.array([*self.bad.scores, *self.good.scores])
        labels = np.arange(len(values)) < self.bad.n
        return {
            "auc": auc(values, labels),
            "auprc": average_precision(values, labels),
            "recall_at_1": recall_at_false_alarms(values, labels),
        }


def _contrast(
    subject: Subject,
    name: str,
    kind: str,
    folder: str,
    rows: Sequence[Row],
    bad: Callable[[Row], bool],
    categories: Sequence[str],
) -> Contrast:
    return Contrast(
        name,
        kind,
        folder,
        gather(subject, (row["text"] for row in rows if bad(row)), categories),
        gather(subject, (row["text"] for row in rows if not bad(row)), categories),
    )


def _is(key: str, value: Any = 1) -> Callable[[Row], bool]:
    """Whether a column says so; labels are written as 0 and 1 or as false and true."""
    return lambda row: bool(row[key] == value)


def _kinds(rows: Sequence[Row], key: str, least: int = 5) -> list[Any]:
    return sorted(kind for kind, n in Counter(row[key] for row in rows).items() if n >= least and kind is not None)


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row["text"] for row in rows]


BENIGN = ("notinject", "wildguard_benign", "self_instruct_benign")
"""Texts without an attack: what attacks are told from where their own set has none."""


def pool_names(sets: Sets) -> list[str]:
    """Those of `BENIGN` that are there and that the weights have not seen."""
    return [name for name in BENIGN if name not in sets.trained and sets.has(name)]


def _pool(sets: Sets, subject: Subject, categories: Iterable[str]) -> Sample:
    return gather(subject, [text for name in pool_names(sets) for text in _texts(sets.rows(name))], categories)


def injection(sets: Sets, subject: Subject) -> list[Contrast]:
    """Attacks by set, kind, task and language; those without a benign half against the pool of benign texts."""
    calm, made = _pool(sets, subject, [INJECTION]), []
    for name in ("jailbreak_templates", "cyberseceval_injection"):
        if rows := sets.rows(name):
            made.append(Contrast(name, "injection", name, gather(subject, _texts(rows), [INJECTION]), calm))
    rows = sets.rows("cyberseceval_injection")
    for key in ("type", "variant", "lang"):
        for kind in _kinds(rows, key):
            bad = gather(subject, _texts([r for r in rows if r[key] == kind]), [INJECTION])
            name = "cyberseceval_injection"
            made.append(Contrast(f"{name}, {kind}", "injection", name, bad, Sample()))
    rows, name = sets.rows("bipia_indirect"), "bipia_indirect"
    if rows:
        made.append(_contrast(subject, name, "injection", name, rows, _is("label"), [INJECTION]))
    for task in _kinds(rows, "task"):
        part = [row for row in rows if row["task"] == task]
        made.append(_contrast(subject, f"{name}, {task}", "injection", name, part, _is("label"), [INJECTION]))
    return made


_MODERATION = {
    "H": ("hate", ["safety.hate"]),
    "HR": ("harassment", ["safety.harassment"]),
    "V": ("violence", ["safety.violence"]),
    "S": ("sexual", ["safety.sexual"]),
    "SH": ("self-harm", [SELFHARM]),
}
_ELICITS = {
    "vcr": ("violence", ["safety.violence"]),
    "ncr": ("illicit", ["safety.illicit"]),
    "prv": ("illicit", ["safety.illicit"]),
    "src": ("sexual", ["safety.sexual"]),
    "sxc_prn": ("sexual", ["safety.sexual"]),
    "ssh": ("self-harm", [SELFHARM]),
    "iwp": ("weapons", ["safety.weapons"]),
    "hte": ("hate", ["safety.hate"]),
    "dfm": ("harassment", ["safety.harassment"]),
}
_ANSWERS = {
    "hate_speech": ("hate", ["safety.hate"]),
    "violence": ("violence", ["safety.violence"]),
    "SEXUAL_CONTENT": ("sexual", ["safety.sexual"]),
    "self_harm": ("self-harm", [SELFHARM]),
    "exploits": ("illicit", ["safety.illicit"]),
}
HATE = ["safety.hate"]


def harm(sets: Sets, subject: Subject) -> list[Contrast]:
    """Harm by set and category."""
    return [
        *_moderation(sets, subject),
        *_hate(sets, subject),
        *_requests(sets, subject),
        *_elicits(sets, subject),
        *_answers(sets, subject),
    ]


def _moderation(sets: Sets, subject: Subject) -> Iterable[Contrast]:
    rows, name = sets.rows("openai_moderation"), "openai_moderation"
    if not rows:
        return
    for key, (kind, categories) in _MODERATION.items():
        part = [row for row in rows if row[key] is not None]
        yield _contrast(subject, name, kind, name, part, _is(key), categories)
    yield _contrast(subject, name, "any harm", name, rows, _harmful, ANY)


def _harmful(row: Row) -> bool:
    return any(row[key] for key in ("S", "H", "V", "HR", "SH", "H2", "V2"))


def hateful(row: Row) -> bool:
    """Whether a test of HateCheck is one that must alarm."""
    return bool(row["label"] == "hateful")


def _hate(sets: Sets, subject: Subject) -> Iterable[Contrast]:
    if rows := sets.rows("hatecheck_en"):
        yield _contrast(subject, "hatecheck_en", "hate", "hatecheck_en", rows, hateful, HATE)
    rows, name = sets.rows("hatecheck_multilingual", 3000), "hatecheck_multilingual"
    for language in _kinds(rows, "lang"):
        part = [row for row in rows if row["lang"] == language]
        yield _contrast(subject, f"{name}, {language}", "hate", name, part, hateful, HATE)
    if rows := [row for row in sets.rows("davidson_tweets", 4000) if row["label"] != "offensive"]:
        name = "davidson_tweets"
        yield _contrast(subject, f"{name}, hate or neither", "hate", name, rows, _is("label", "hate"), HATE)
    if rows := sets.rows("apeach_ko"):
        yield _contrast(subject, "apeach_ko", "hate", "apeach_ko", rows, _is("hate"), HATE)
    rows, name = sets.rows("wiki_toxicity_fuzzed"), "wiki_toxicity_fuzzed"
    for key, said in {"text": "as written", "text_fuzzed": "group terms exchanged"}.items() if rows else ():
        texts = [{"text": row[key], "toxic": row["toxic"]} for row in rows]
        yield _contrast(subject, f"{name}, {said}", "any harm", name, texts, _is("toxic"), ANY)


def _requests(sets: Sets, subject: Subject) -> Iterable[Contrast]:
    if rows := sets.rows("xstest"):
        yield _contrast(subject, "xstest", "any harm", "xstest", rows, _is("label", "unsafe"), ANY)
    calm = _pool(sets, subject, ANY)
    for name in ("harmbench", "advbench"):
        if rows := sets.rows(name):
            yield Contrast(name, "any harm", name, gather(subject, _texts(rows), ANY), calm)
    rows = sets.rows("harmbench")
    for kind in _kinds(rows, "semantic_category"):
        bad = gather(subject, _texts([r for r in rows if r["semantic_category"] == kind]), ANY)
        yield Contrast(f"harmbench, {kind}", "any harm", "harmbench", bad, Sample())


def _elicits(sets: Sets, subject: Subject) -> Iterable[Contrast]:
    rows = sets.rows("ailuminate", 2000)
    for hazard, (kind, categories) in _ELICITS.items():
        for locale in _kinds(rows, "locale"):
            part = [r for r in rows if r["locale"] == locale and (r["hazard"] == hazard or r["hazard"][:3] == "spc")]
            name = f"ailuminate, {hazard} ({locale})"
            yield _contrast(subject, name, kind, "ailuminate", part, _is("hazard", hazard), categories)


def _answers(sets: Sets, subject: Subject) -> Iterable[Contrast]:
    rows, name = sets.rows("pyrit_harm_scores"), "pyrit_harm_scores"
    for source, (kind, categories) in _ANSWERS.items():
        if part := [row for row in rows if row["category"] == source]:
            yield _contrast(subject, name, kind, name, part, _rated_harmful, categories)


def _rated_harmful(row: Row) -> bool:
    return bool(row["human_score"] >= 0.5)
