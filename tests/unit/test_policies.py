"""The shipped policies name every category for every destination, and say what the design says."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from accord import Context, Destination, Finding, Meta, Modality, Origin, Outcome, Role
from accord.config import SHIPPED, parse, shipped
from accord.core.edit import TRANSFORMS
from accord.core.taxonomy import CATEGORIES
from accord.errors import ConfigError
from accord.policy import Policy

MONITOR = "version: 1\nextends: monitor\nowner: privacy team\nexpires: 2999-01-31"


def policy(name: str) -> Policy:
    return (parse(MONITOR, "m.yaml") if name == "monitor" else shipped(name)).policy()


def finding(category: str, score: float = 1.0, origin: Origin = Origin.CALLER) -> Finding:
    modality = Modality.TEXT
    if category.startswith("privacy.biometric.face"):
        modality = Modality.IMAGE
    if category.startswith("privacy.biometric.voice"):
        modality = Modality.AUDIO
    return Finding(category, score, "d", 0, Meta("x"), modality, origin=origin)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("to", list(Destination))
@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_every_cell_of_the_table_is_named(name: str, to: Destination, category: str) -> None:
    chosen = policy(name)
    assert chosen.naming(category, to), f"{name} leaves {category} to {to} to the default"
    for origin in Origin:
        for modality, role in product(Modality, Role):
            found = Finding(category, 1.0, "d", 0, Meta("x"), modality, role, origin)
            verdict = chosen.judge(found, to, Context(request="r"))
            assert verdict.rules != ("default",)
            if verdict.outcome is Outcome.TRANSFORM:
                assert verdict.transform in TRANSFORMS[modality]


CELLS = [
    ("privacy.person.name", "model", 1.0, "transform", "pseudonymise"),
    ("privacy.person.name", "dataset", 1.0, "transform", "mask"),
    ("privacy.person.name", "reviewer", 1.0, "transform", "mask"),
    ("privacy.person.name", "user", 1.0, "allow", None),
    ("privacy.contact.email", "tool", 1.0, "transform", "pseudonymise"),
    ("privacy.credential.api_key", "model", 1.0, "transform", "mask"),
    ("privacy.date.birth", "vendor", 1.0, "transform", "pseudonymise"),
    ("privacy.date.date", "model", 1.0, "allow", None),
    ("privacy.location.place", "model", 1.0, "allow", None),
    ("privacy.location.gps", "model", 1.0, "transform", "pseudonymise"),
    ("privacy.biometric.face", "model", 1.0, "transform", "fill"),
    ("privacy.biometric.voice", "model", 1.0, "allow", None),
    ("privacy.biometric.voice", "dataset", 1.0, "transform", "voice"),
    ("safety.injection", "model", 0.9, "block", None),
    ("safety.injection", "model", 0.89, "hold", None),
    ("safety.injection", "model", 0.59, "allow", None),
    ("safety.injection", "user", 0.6, "block", None),
    ("safety.hate", "model", 0.9, "block", None),
    ("safety.hate", "model", 0.7, "hold", None),
    ("safety.hate", "model", 0.69, "allow", None),
    ("safety.hate", "user", 0.7, "block", None),
    ("safety.selfharm", "model", 1.0, "allow", None),
    ("safety.hate", "reviewer", 1.0, "allow", None),
    ("fault.deadline", "model", 1.0, "block", None),
    ("fault.uninspected", "dataset", 1.0, "block", None),
    ("fault.undecodable", "reviewer", 1.0, "transform", "remove"),
]


@pytest.mark.parametrize(("category", "to", "score", "outcome", "transform"), CELLS)
def test_the_default_policy_says(category: str, to: str, score: float, outcome: str, transform: str | None) -> None:
    verdict = policy("default").judge(finding(category, score), Destination(to), Context(request="r"))
    assert (verdict.outcome.value, verdict.transform) == (outcome, transform)


@pytest.mark.parametrize(
    "category", ["privacy.credential.token", "privacy.id.national", "privacy.financial.iban", "privacy.contact.phone"]
)
def test_what_a_model_brings_up_itself_is_masked_for_the_user(category: str) -> None:
    chosen = policy("default")
    for origin in (Origin.MODEL, Origin.TOOL):
        verdict = chosen.judge(finding(category, origin=origin), Destination.USER, Context(request="r"))
        assert verdict.transform == "mask"
    assert chosen.judge(finding(category), Destination.USER, Context(request="r")).outcome is Outcome.ALLOW


def test_self_harm_is_allowed_with_a_word_of_support() -> None:
    rules = policy("default").naming("safety.selfharm", Destination.USER)
    assert any("support" in rule.reason for rule in rules)


def test_a_system_prompt_may_instruct() -> None:
    found = Finding("safety.injection", 1.0, "d", 0, Meta("x"), role=Role.SYSTEM)
    for to in Destination:
        assert policy("default").judge(found, to, Context(request="r")).outcome is Outcome.ALLOW


def test_strict_is_nowhere_looser_than_default_on_the_way_out() -> None:
    strict, default = policy("strict"), policy("default")
    for category in CATEGORIES:
        for to in (Destination.MODEL, Destination.TOOL, Destination.VENDOR, Destination.DATASET):
            for score in (0.5, 0.75, 0.95):
                one = strict.judge(finding(category, score), to, Context(request="r"))
                two = default.judge(finding(category, score), to, Context(request="r"))
                assert one.outcome >= two.outcome, (category, to, score)


def test_monitor_needs_somebody_who_answers_for_it_and_an_end() -> None:
    with pytest.raises(ConfigError, match="owner and an expiry"):
        shipped("monitor").policy()


def test_monitor_ends() -> None:
    text = MONITOR.replace("2999", "2027")
    watching = parse(text, "m.yaml").policy()
    assert not watching.enforced(datetime(2027, 1, 30, 23, tzinfo=UTC))
    assert watching.enforced(datetime(2027, 1, 31, tzinfo=UTC))


def test_what_is_extended_stays_in_force() -> None:
    text = "version: 1\nextends: default\nrules: [{id: X, match: safety.selfharm, to: [model], action: hold}]"
    extended = parse(text, "x.yaml").policy()
    assert len(extended.rules) == len(policy("default").rules) + 1
    verdict = extended.judge(finding("safety.selfharm"), Destination.MODEL, Context(request="r"))
    assert verdict.outcome is Outcome.HOLD
