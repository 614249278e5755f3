"""What a policy is said to do is what it does."""

from __future__ import annotations

import pytest

from accord import config
from accord.cli import explain as words
from accord.core.content import Context, Origin
from accord.core.decision import Destination, Outcome
from accord.core.finding import Finding
from accord.core.place import Span
from accord.core.taxonomy import CATEGORIES


@pytest.fixture(params=["default", "strict"])
def policy(request):
    return config.shipped(request.param).policy()


def test_every_step_is_what_the_policy_decides(policy) -> None:
    for category in CATEGORIES:
        for to in Destination:
            ordinary = words.cases(policy, category, to)[0]
            for score in (0.0, 0.3, 0.5, 0.599, 0.6, 0.7, 0.8, 0.899, 0.9, 1.0):
                said = next((step for step in ordinary.steps if score >= step.score), None)
                finding = Finding(category, score, "d", 0, Span(0, 1), words._MODALITY.get(category, "text"))
                verdict = policy.judge(finding, to, Context())
                assert verdict.outcome is (said.outcome if said else Outcome.ALLOW), (category, to, score)
                if said:
                    assert verdict.transform == said.transform


def test_conditions_are_told_apart() -> None:
    policy = config.shipped("default").policy()
    own, new = words.cases(policy, "privacy.contact.email", Destination.USER)
    assert (own.short(), own.condition) == ("allow", "")
    assert (new.short(), new.condition) == ("mask", "brought by the model or the tool")
    brought = Finding("privacy.contact.email", 1.0, "d", 0, Span(0, 1), origin=Origin.MODEL)
    assert policy.judge(brought, Destination.USER, Context()).transform == "mask"


def test_the_matrix_names_every_category_once(policy) -> None:
    names = " ".join(name for name, _ in words.matrix(policy, CATEGORIES))
    for category in CATEGORIES:
        family, _, leaf = category.rpartition(".")
        assert category in names or f"{family}.*" in names or f".{leaf}" in names


OWN = """\
version: 1
rules:
  - {id: A, match: [safety.*], except: [safety.gore], to: [model, tool], min_score: 0.6, action: hold,
     when: {role: [user, tool]}}
  - {id: B, match: [safety.*], to: [model], action: allow}
  - {id: C, match: ["privacy.*"], to: [dataset], action: transform, with: mask, when: {purpose: [training]}}
"""


def test_sentences_say_conditions_scores_and_exceptions() -> None:
    rules = {rule.id: words.sentence(rule) for rule in config.parse(OWN, "own.yaml").policy().rules}
    assert rules["A"] == (
        "On the way to the model or a tool: safety.* (except safety.gore), in a message of role tool or user,"
        " at a score of 0.6 or more waits for a person."
    )
    assert rules["C"] == ("On the way to a data set: privacy.*, for the purpose training, leaves once it is masked.")


def test_what_a_condition_leaves_out_is_said_too() -> None:
    policy = config.parse(OWN, "own.yaml").policy()
    usual, other = words.cases(policy, "safety.hate", Destination.MODEL)
    assert usual.short() == "hold ≥0.6, allow"
    assert (other.short(), other.condition) == ("allow", "in a message of role assistant or system")
    usual, training = words.cases(policy, "privacy.date.date", Destination.DATASET)
    assert (usual.short(), training.short()) == ("block", "mask")


def test_the_command_says_so(run) -> None:
    ran = run("policy explain safety.injection --to model")
    assert ran.code == 0
    assert "block ≥0.9, hold ≥0.6, else allow" in ran.out
    assert "from 0.60: hold (S-injection-grey" in ran.out


def test_the_whole_policy(run) -> None:
    ran = run("policy explain")
    assert "privacy.person.* to model: pseudonymise" in ran.out
    assert "P-credential: On the way to" in ran.out


def test_json(run) -> None:
    found = run("policy explain --json privacy.contact.email").json
    assert found["default"] == "block"
    assert found["categories"]["privacy.contact.email"]["user"][1] == {
        "when": "brought by the model or the tool",
        "steps": [{"from": 0.0, "outcome": "transform", "with": "mask", "rules": ["U-new", "U-own"]}],
    }
    assert {rule["id"] for rule in found["rules"]} >= {"P-identity", "F"}


def test_an_unknown_category(run) -> None:
    ran = run("policy explain privacy.shoe")
    assert (ran.code, "no category is named 'privacy.shoe'" in ran.err) == (2, True)


def test_another_policy(run) -> None:
    assert "block" in run.raw("policy", "explain", "privacy.credential.token", "--policy", "strict").out
