"""The accord: which rule applies, whether content leaves, and how it is changed. Pure; order never matters.

The law:

1. A rule *applies* to a finding when it names its category (not excepted), its destination and its conditions.
   It is *met* when the score reaches `min_score`.
2. *Whether*: the strictest action among the rules met. *How*: the strongest transform among the transform rules
   met. Applied but none met: allow. None applies: `default`.
3. The content gets the strictest outcome any finding earns.

Merging of places (law 4) is in `accord.core.edit`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache

from accord.core.content import Context, Modality, Origin, Role
from accord.core.decision import Destination, Outcome, Verdict
from accord.core.edit import KNOWN_TRANSFORMS, strongest
from accord.core.finding import Finding
from accord.core.taxonomy import expand
from accord.errors import ConfigError

DEFAULT_RULE = "default"
"""What stands in for a rule id where no rule names a finding."""


@dataclass(frozen=True, slots=True)
class When:
    """Conditions of a rule. An empty one admits everything; conditions only restrict."""

    modality: frozenset[Modality] = frozenset()
    role: frozenset[Role] = frozenset()
    origin: frozenset[Origin] = frozenset()
    purpose: frozenset[str] = frozenset()
    tenant: frozenset[str] = frozenset()

    def admits(self, finding: Finding, context: Context) -> bool:
        """Whether the conditions hold for a finding in a context."""
        return (
            (not self.modality or finding.modality in self.modality)
            and (not self.role or finding.role in self.role)
            and (not self.origin or finding.origin in self.origin)
            and (not self.purpose or context.purpose in self.purpose)
            and (not self.tenant or context.tenant in self.tenant)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of the accord.

    Attributes:
        id: names the rule in decisions and in the audit log.
        match: the categories it names; a pattern may end in `.*`.
        excepted: categories it leaves out again.
        to: the destinations it speaks about.
        action: what follows when it is met.
        min_score: the score from which it is met.
        transform: how, for a transform rule.
        when: conditions.
        reason: a sentence for the people who read the decision.
        on_error: what follows when the transform itself fails: hold or block.
    """

    id: str
    match: tuple[str, ...]
    to: frozenset[Destination]
    action: Outcome
    excepted: tuple[str, ...] = ()
    min_score: float = 0.0
    transform: str | None = None
    when: When = field(default_factory=When)
    reason: str = ""
    on_error: Outcome = Outcome.BLOCK

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ConfigError(f"rule {self.id}: {problem}")

    def _problem(self) -> str:
        if not 0 <= self.min_score <= 1:
            return "min_score is between 0 and 1"
        if self.action is Outcome.ALLOW and self.min_score:
            return "allow takes no min_score: a weak finding is allowed anyway, a strong one should not be"
        if (self.action is Outcome.TRANSFORM) != (self.transform is not None):
            return "`with` goes with action transform, and only there"
        if self.transform is not None and self.transform not in KNOWN_TRANSFORMS:
            return f"no transform is named {self.transform!r}; there are {', '.join(sorted(KNOWN_TRANSFORMS))}"
        if self.on_error.releases:
            return "on_error is hold or block"
        if not self.categories:
            return "its exceptions leave nothing of what it matches"
        return ""

    @property
    def categories(self) -> frozenset[str]:
        """Every category the rule names."""
        return _categories(self.match, self.excepted)

    def applies(self, finding: Finding, to: Destination, context: Context) -> bool:
        """Law 1: it names the category, the destination and the conditions."""
        return to in self.to and finding.category in self.categories and self.when.admits(finding, context)


@lru_cache(maxsize=1024)
def _categories(match: tuple[str, ...], excepted: tuple[str, ...]) -> frozenset[str]:
    empty: frozenset[str] = frozenset()
    named = empty.union(*(expand(pattern) for pattern in match))
    return named - empty.union(*(expand(pattern) for pattern in excepted))


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules, and what happens where none speaks.

    Attributes:
        rules: in any order.
        default: the outcome of a finding that no rule names: hold or block.
        monitor: decide and record, change nothing. Needs an owner and an expiry; after the expiry the policy is
            enforced.
        owner: who answers for monitor mode.
        expires: the first day on which monitor mode no longer holds (UTC).
        restore: tool name to the kinds of pseudonym (`email`, `person`) restored in its arguments.
    """

    rules: tuple[Rule, ...]
    default: Outcome = Outcome.BLOCK
    monitor: bool = False
    owner: str = ""
    expires: date | None = None
    restore: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digest: str = field(init=False, default="")
    _index: Mapping[tuple[Destination, str], tuple[Rule, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.default.releases:
            raise ConfigError("default is hold or block: what no rule names is not released")
        if self.monitor and not (self.owner and self.expires):
            raise ConfigError("monitor mode needs an owner and an expiry", hint="set `owner:` and `expires:`")
        _refuse_contradictions(self.rules)
        index: dict[tuple[Destination, str], list[Rule]] = {}
        for rule in self.rules:
            for to in rule.to:
                for category in rule.categories:
                    index.setdefault((to, category), []).append(rule)
        object.__setattr__(self, "_index", {key: tuple(rules) for key, rules in index.items()})
        object.__setattr__(self, "digest", hashlib.sha256(_canonical(self)).hexdigest())

    @property
    def categories(self) -> frozenset[str]:
        """Every category that some rule names."""
        return frozenset(category for _, category in self._index)

    def enforced(self, now: datetime | None = None) -> bool:
        """Whether decisions take effect: always, except in a monitor mode that has not expired."""
        today = (now or datetime.now(UTC)).date()
        return not (self.monitor and self.expires is not None and today < self.expires)

    def naming(self, category: str, to: Destination) -> tuple[Rule, ...]:
        """The rules that name a category for a destination, whatever their conditions."""
        return self._index.get((to, category), ())

    def judge(self, finding: Finding, to: Destination, context: Context) -> Verdict:
        """Laws 1 and 2 for one finding."""
        applying = [r for r in self.naming(finding.category, to) if r.when.admits(finding, context)]
        if not applying:
            return Verdict(finding, self.default, (DEFAULT_RULE,))
        met = [rule for rule in applying if finding.score >= rule.min_score]
        if not met:
            return Verdict(finding, Outcome.ALLOW, ())
        outcome = max(rule.action for rule in met)
        named = [rule.transform for rule in met if rule.transform is not None]
        # A finding that is held or blocked still says how it would be changed: a reviewer sees it that way.
        transform = strongest(named, finding.modality) if named else None
        return Verdict(finding, outcome, tuple(sorted(rule.id for rule in met)), transform)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policy says of a whole content: law 3."""

    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


def decide(policy: Policy, findings: Iterable[Finding], to: Destination, context: Context) -> Judgement:
    """Judge every finding; the content gets the strictest outcome any of them earns."""
    verdicts = tuple(policy.judge(finding, to, context) for finding in findings)
    outcome = max((verdict.outcome for verdict in verdicts), default=Outcome.ALLOW)
    rules = tuple(sorted({rule for verdict in verdicts for rule in verdict.rules}))
    said = {rule.id: rule.reason for rule in policy.rules}
    reasons = tuple(dict.fromkeys(said[rule] for rule in rules if said.get(rule)))
    return Judgement(outcome, verdicts, rules, reasons)


def approved(judgement: Judgement) -> Judgement:
    """The judgement once a person has admitted what was held: everything else that was asked for still happens."""
    verdicts = tuple(
        replace(v, outcome=Outcome.TRANSFORM if v.transform else Outcome.ALLOW) if v.outcome is Outcome.HOLD else v
        for v in judgement.verdicts
    )
    outcome = max((verdict.outcome for verdict in verdicts), default=Outcome.ALLOW)
    return replace(judgement, outcome=outcome, verdicts=verdicts)


def on_error(policy: Policy, verdicts: Sequence[Verdict]) -> Outcome:
    """What follows when a transform fails: the strictest `on_error` among the rules that asked for one."""
    asking = {rule for verdict in verdicts if verdict.outcome is Outcome.TRANSFORM for rule in verdict.rules}
    transforms = [rule for rule in policy.rules if rule.id in asking and rule.action is Outcome.TRANSFORM]
    return max((rule.on_error for rule in transforms), default=Outcome.BLOCK)


def _refuse_contradictions(rules: Sequence[Rule]) -> None:
    """Refuse two rules of one id, and two rules that say different things of exactly the same case."""
    seen_ids: set[str] = set()
    seen: dict[object, Rule] = {}
    for rule in rules:
        if rule.id in seen_ids or rule.id == DEFAULT_RULE:
            raise ConfigError(f"rule {rule.id}: the id is taken", hint="every rule needs an id of its own")
        seen_ids.add(rule.id)
        key = (rule.categories, rule.to, rule.min_score, rule.when)
        other = seen.setdefault(key, rule)
        if other is not rule and (other.action, other.transform) != (rule.action, rule.transform):
            raise ConfigError(
                f"rules {other.id} and {rule.id} contradict each other: same categories, destinations and "
                f"conditions, but {_says(other)} and {_says(rule)}",
                hint="keep the one you mean; exceptions are written with `except`",
            )


def _says(rule: Rule) -> str:
    return f"{rule.action.value} with {rule.transform}" if rule.transform else rule.action.value


def _canonical(policy: Policy) -> bytes:
    rules = [
        {
            "id": rule.id,
            "match": sorted(rule.match),
            "except": sorted(rule.excepted),
            "to": sorted(rule.to),
            "action": rule.action.value,
            "min_score": rule.min_score,
            "with": rule.transform,
            "when": {name: sorted(getattr(rule.when, name)) for name in When.__dataclass_fields__},
            "reason": rule.reason,
            "on_error": rule.on_error.value,
        }
        for rule in sorted(policy.rules, key=lambda r: r.id)
    ]
    whole = {
        "default": policy.default.value,
        "monitor": policy.monitor,
        "owner": policy.owner,
        "expires": policy.expires.isoformat() if policy.expires else None,
        "restore": {tool: sorted(kinds) for tool, kinds in sorted(policy.restore.items())},
        "rules": rules,
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
