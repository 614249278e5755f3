"""What a policy does, worked out by asking it: which outcome at which score, for every category and destination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accord.core.content import Context, Modality, Origin, Role
from accord.core.decision import Destination, Outcome, Verdict
from accord.core.finding import Finding
from accord.core.place import Span
from accord.core.taxonomy import CATEGORIES
from accord.policy import Policy, Rule, When

_MODALITY = {
    "privacy.biometric.face": Modality.IMAGE,
    "privacy.biometric.voice": Modality.AUDIO,
    "privacy.metadata.exif": Modality.IMAGE,
    "safety.gore": Modality.IMAGE,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What happens from a score on.

    Attributes:
        score: the score from which it happens.
        outcome: what happens.
        transform: how, where something is changed.
        rules: ids of the rules that are met.
    """

    score: float
    outcome: Outcome
    transform: str | None
    rules: tuple[str, ...]

    def short(self) -> str:
        """In a word or two."""
        what = self.transform if self.outcome is Outcome.TRANSFORM and self.transform else self.outcome.value
        return f"{what} ≥{self.score:g}" if self.score else what


@dataclass(frozen=True, slots=True)
class Case:
    """What happens to a category, under one set of conditions.

    Attributes:
        condition: when, in words; empty for the ordinary case.
        steps: from the highest score down.
    """

    condition: str
    steps: tuple[Step, ...]

    def short(self) -> str:
        """The steps in a few words, strictest first."""
        said = [step.short() for step in self.steps]
        if self.steps and self.steps[-1].score:
            said.append("else allow")
        return ", ".join(said) or "allow"

    @property
    def strictest(self) -> Outcome:
        """The strictest outcome of any step."""
        return max((step.outcome for step in self.steps), default=Outcome.ALLOW)


def cases(policy: Policy, category: str, to: Destination) -> list[Case]:
    """What happens to a category on its way to a destination: the ordinary case first, then conditions."""
    rules = policy.naming(category, to)
    ordinary = Case("", _steps(policy, rules, category, to, When()))
    found = [ordinary]
    for when in dict.fromkeys(one for rule in rules for one in _conditions(rule.when)):
        case = Case(condition_words(when), _steps(policy, rules, category, to, when))
        if case.steps != ordinary.steps:
            found.append(case)
    return found


def _conditions(when: When) -> Iterable[When]:
    """The conditions of a rule, and what they leave out."""
    if when != When():
        yield when
    if when.role and (others := frozenset(Role) - when.role):
        yield When(role=others)
    if when.origin and (strangers := frozenset(Origin) - when.origin):
        yield When(origin=strangers)


def _steps(policy: Policy, rules: Sequence[Rule], category: str, to: Destination, when: When) -> tuple[Step, ...]:
    scores = sorted({rule.min_score for rule in rules} | {0.0}, reverse=True)
    steps: list[Step] = []
    for score in scores:
        verdict = _judged(policy, category, score, to, when)
        if verdict.rules:
            step = Step(score, verdict.outcome, verdict.transform, verdict.rules)
            same = steps and (steps[-1].outcome, steps[-1].transform) == (step.outcome, step.transform)
            if same:
                steps.pop()
            steps.append(step)
    return tuple(steps)


def _judged(policy: Policy, category: str, score: float, to: Destination, when: When) -> Verdict:
    modality = min(when.modality) if when.modality else _MODALITY.get(category, Modality.TEXT)
    role = min(when.role) if when.role else Role.USER
    origin = min(when.origin) if when.origin else Origin.CALLER
    finding = Finding(category, score, "explain", 0, Span(0, 0), modality, role, origin)
    context = Context(tenant=min(when.tenant, default=""), purpose=min(when.purpose, default=""))
    return policy.judge(finding, to, context)


def condition_words(when: When) -> str:
    """Conditions in words."""
    said = []
    if when.origin:
        said.append(f"brought by {_any(f'the {origin.value}' for origin in sorted(when.origin))}")
    if when.role:
        said.append(f"in a message of role {_any(sorted(when.role))}")
    if when.modality:
        said.append(f"in {_any(sorted(when.modality))}")
    if when.purpose:
        said.append(f"for the purpose {_any(sorted(when.purpose))}")
    if when.tenant:
        said.append(f"for the tenant {_any(sorted(when.tenant))}")
    return " and ".join(said)


def sentence(rule: Rule) -> str:
    """A rule as a sentence."""
    what = ", ".join(rule.match) + (f" (except {', '.join(rule.excepted)})" if rule.excepted else "")
    condition = f", {condition_words(rule.when)}," if condition_words(rule.when) else ""
    score = f" at a score of {rule.min_score:g} or more" if rule.min_score else ""
    towards = _any(_TOWARDS[to] for to in Destination if to in rule.to)
    act = {
        Outcome.ALLOW: "may leave as it is",
        Outcome.TRANSFORM: f"leaves once {_CHANGED.get(rule.transform or '', rule.transform)}",
        Outcome.HOLD: "waits for a person",
        Outcome.BLOCK: "does not leave",
    }[rule.action]
    return f"On the way to {towards}: {what}{condition}{score} {act}."


_TOWARDS = {
    Destination.MODEL: "the model",
    Destination.USER: "the user",
    Destination.TOOL: "a tool",
    Destination.DATASET: "a data set",
    Destination.REVIEWER: "a reviewer",
    Destination.VENDOR: "a vendor",
}

_CHANGED = {
    "pseudonymise": "a pseudonym has taken its place",
    "hash": "a keyed hash has taken its place",
    "generalise": "it is made coarser",
    "mask": "it is masked",
    "remove": "it is taken out",
    "pixelate": "it is pixelated",
    "replace": "it is replaced",
    "fill": "it is painted over",
    "voice": "the voice is changed",
    "mute": "it is muted",
}


def _any(names: Iterable[str]) -> str:
    found = list(names)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"


def cell(policy: Policy, category: str, to: Destination) -> tuple[str, Outcome]:
    """What a matrix shows of a category and a destination, and its strictest ordinary outcome."""
    found = cases(policy, category, to)
    more = "".join(f"; {case.short()} if {_brief(case.condition)}" for case in found[1:])
    return found[0].short() + more, found[0].strictest


def _brief(condition: str) -> str:
    return condition.replace("brought by", "from").replace("in a message of role", "from role").replace(" the ", " ")


def matrix(policy: Policy, categories: Iterable[str]) -> list[tuple[str, list[tuple[str, Outcome]]]]:
    """Rows of a table, category by destination; members of one family that are alike share a row."""
    rows: dict[tuple[str, tuple[tuple[str, Outcome], ...]], list[str]] = {}
    for category in categories:
        cells = tuple(cell(policy, category, to) for to in Destination)
        rows.setdefault((_family(category), cells), []).append(category)
    return [(_row_name(names), list(cells)) for (_, cells), names in rows.items()]


def _family(category: str) -> str:
    return category.rpartition(".")[0]


def _row_name(names: list[str]) -> str:
    """One name, or a pattern with its exceptions, or a short list."""
    if len(names) == 1:
        return names[0]
    family = _family(names[0])
    others = [name.rpartition(".")[2] for name in CATEGORIES if _family(name) == family and name not in names]
    if len(others) <= 2:
        return f"{family}.*" + (f" (except {', '.join(others)})" if others else "")
    return ", ".join([names[0], *(f".{name.rpartition('.')[2]}" for name in names[1:])])
