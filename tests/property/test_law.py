"""The law of the policy holds for every policy and every finding, not only for the shipped ones."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from accord import Context, Destination, Finding, Modality, Origin, Outcome, Role, Span
from accord.core.edit import KNOWN_TRANSFORMS, TRANSFORMS, Edit, merge, strongest
from accord.core.place import union
from accord.core.taxonomy import CATEGORIES
from accord.errors import ConfigError
from accord.policy import Policy, Rule, When, decide

CATEGORY = st.sampled_from(sorted(CATEGORIES))
PATTERN = st.one_of(
    CATEGORY, st.sampled_from(["privacy.*", "privacy.id.*", "safety.*", "fault.*", "privacy.contact.*"])
)
SCORE = st.floats(0, 1)
TO = st.sampled_from(list(Destination))
CONTEXT = Context(purpose="support", tenant="a", request="r")


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    start = draw(st.integers(0, 50))
    return Finding(
        category=draw(CATEGORY),
        score=draw(SCORE),
        detector="d",
        part=0,
        place=Span(start, start + draw(st.integers(1, 10))),
        modality=draw(st.sampled_from(list(Modality))),
        role=draw(st.sampled_from(list(Role))),
        origin=draw(st.sampled_from(list(Origin))),
    )


@st.composite
def rules(draw: st.DrawFn, name: str) -> Rule:
    action = draw(st.sampled_from(list(Outcome)))
    when = When(
        modality=draw(st.frozensets(st.sampled_from(list(Modality)), max_size=2)),
        origin=draw(st.frozensets(st.sampled_from(list(Origin)), max_size=2)),
        role=draw(st.frozensets(st.sampled_from(list(Role)), max_size=2)),
        purpose=draw(st.sampled_from([frozenset(), frozenset({"support"}), frozenset({"other"})])),
    )
    return Rule(
        id=name,
        match=tuple(draw(st.lists(PATTERN, min_size=1, max_size=3))),
        to=draw(st.frozensets(TO, min_size=1)),
        action=action,
        min_score=0.0 if action is Outcome.ALLOW else draw(SCORE),
        transform=draw(st.sampled_from(sorted(KNOWN_TRANSFORMS))) if action is Outcome.TRANSFORM else None,
        when=when,
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    made = [draw(rules(f"R{index}")) for index in range(draw(st.integers(0, 6)))]
    try:
        return Policy(tuple(made), default=draw(st.sampled_from([Outcome.HOLD, Outcome.BLOCK])))
    except ConfigError:
        assume(False)
        raise


@given(policies(), st.lists(findings(), max_size=6), findings(), TO)
def test_one_more_finding_never_loosens(policy: Policy, some: list[Finding], more: Finding, to: Destination) -> None:
    before = decide(policy, some, to, CONTEXT)
    after = decide(policy, [*some, more], to, CONTEXT)
    assert after.outcome >= before.outcome
    assert set(after.rules) >= set(before.rules)


@given(policies(), findings(), SCORE, TO)
def test_a_higher_score_never_loosens(policy: Policy, finding: Finding, other: float, to: Destination) -> None:
    low, high = sorted([finding.score, other])
    weak = policy.judge(replace(finding, score=low), to, CONTEXT)
    strong = policy.judge(replace(finding, score=high), to, CONTEXT)
    assert strong.outcome >= weak.outcome
    if weak.transform is not None:
        names = TRANSFORMS[finding.modality]
        assert strong.transform is not None
        assert names.index(strong.transform) >= names.index(weak.transform)


@given(policies(), st.lists(findings(), max_size=5), TO, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_findings_never_matters(
    policy: Policy, some: list[Finding], to: Destination, rnd
) -> None:
    shuffled = list(policy.rules)
    rnd.shuffle(shuffled)
    other = Policy(tuple(shuffled), default=policy.default)
    assert other.digest == policy.digest
    mixed = list(some)
    rnd.shuffle(mixed)
    one, two = decide(policy, some, to, CONTEXT), decide(other, mixed, to, CONTEXT)
    assert (one.outcome, one.rules) == (two.outcome, two.rules)
    assert set(one.verdicts) == set(two.verdicts)


@given(policies(), findings(), TO)
def test_what_no_rule_names_gets_the_default(policy: Policy, finding: Finding, to: Destination) -> None:
    if not any(rule.applies(finding, to, CONTEXT) for rule in policy.rules):
        verdict = policy.judge(finding, to, CONTEXT)
        assert verdict.outcome is policy.default
        assert verdict.rules == ("default",)


@given(rules("R"), findings(), TO)
def test_conditions_only_restrict(rule: Rule, finding: Finding, to: Destination) -> None:
    if rule.applies(finding, to, CONTEXT):
        assert replace(rule, when=When()).applies(finding, to, CONTEXT)


EDITS = st.lists(
    st.builds(
        lambda start, size, how, category, rule: Edit(Span(start, start + size), how, category, (rule,)),
        st.integers(0, 60),
        st.integers(1, 12),
        st.sampled_from(TRANSFORMS[Modality.TEXT]),
        CATEGORY,
        st.sampled_from("ABC"),
    ),
    max_size=12,
)


@given(EDITS)
def test_overlapping_places_merge_to_their_union(edits: list[Edit]) -> None:
    merged = merge(edits)
    assert [edit.span for edit in merged] == union(edit.span for edit in edits)
    for edit in merged:
        group = [e for e in edits if e.span.touches(edit.span)]
        assert edit.transform == strongest((e.transform for e in group), Modality.TEXT)
        assert set(edit.rules) == {rule for e in group for rule in e.rules}
        longest = max(len(e.span) for e in group)
        assert any(e.category == edit.category and len(e.span) == longest for e in group)


@given(EDITS)
def test_merging_twice_changes_nothing(edits: list[Edit]) -> None:
    once = merge(edits)
    assert [(e.span, e.transform, e.rules) for e in merge(once)] == [(e.span, e.transform, e.rules) for e in once]


@given(st.lists(st.sampled_from(sorted(KNOWN_TRANSFORMS)), min_size=1), st.sampled_from(list(Modality)))
def test_every_transform_has_a_form_in_every_modality(names: list[str], modality: Modality) -> None:
    assert strongest(names, modality) in TRANSFORMS[modality]
