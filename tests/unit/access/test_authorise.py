"""Who may do what: the shipped roles, what no policy lifts, and what was added."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import cedarpy
import pytest

import accord.access
from accord.access import authorise
from accord.access.actions import ACTIONS, GROUPS, Action
from accord.access.authorise import SYSTEM, Asked, Authoriser, Resource, grant, item, tenant
from accord.access.principals import Forbidden, Kind, Principal, Role, Unauthenticated, local, open_loopback
from accord.errors import ConfigError

from .conftest import NOON, Clock

HERE = Path(accord.access.__file__).parent
EVERYTHING = '@id("mine.everything") permit (principal, action, resource);'

MAY = {
    Role.APP: {"model"},
    Role.REVIEWER: {"review"},
    Role.OFFICER: {"review", "breakglass", "custody"},
    Role.OPERATOR: {"operate"},
    Role.AUDITOR: {"audit", "policy.show"},
    Role.ADMIN: {"keys", "vault", "config", "policy.show"},
}


def one(role: Role, tenant_: str = "acme", **more: object) -> Principal:
    return Principal(f"{role.value}-1", tenant_, role, **more)  # type: ignore[arg-type]


def target(action: Action, tenant_: str = "acme") -> Resource:
    family = ACTIONS[action].groups[0]
    if action in (Action.BREAKGLASS_APPROVE, Action.BREAKGLASS_OPEN, Action.BREAKGLASS_REVOKE):
        asked, approved = ("officer-1", "x") if action is Action.BREAKGLASS_OPEN else ("x", None)
        return grant("g1", tenant_, requested_by=asked, until=NOON + 1, approved_by=approved)
    if (family == "review" and action is not Action.REVIEW_LIST) or action is Action.BREAKGLASS_REQUEST:
        return item("i1", tenant_)
    return SYSTEM if family in ("operate", "config", "vault") else tenant(tenant_)


@pytest.fixture(scope="module")
def authoriser() -> Authoriser:
    return Authoriser(now=lambda: NOON)


@pytest.fixture(scope="module")
def permissive() -> Authoriser:
    """With a policy of the user that permits everything to everyone."""
    return Authoriser({"mine.cedar": EVERYTHING}, now=lambda: NOON)


def refused(authoriser: Authoriser, *args: object) -> tuple[str, ...]:
    with pytest.raises(Forbidden) as caught:
        authoriser.check(*args)  # type: ignore[arg-type]
    return caught.value.policies


@pytest.mark.parametrize(("role", "action"), list(itertools.product(Role, Action)), ids=lambda value: value.value)
def test_each_role_may_do_its_own_and_nothing_else(authoriser: Authoriser, role: Role, action: Action) -> None:
    expected = bool(MAY[role] & {*ACTIONS[action].groups[:1], action.value})
    assert authoriser.may(one(role), action, target(action)) is expected
    assert (role in authoriser.roles(action)) is expected


@pytest.mark.parametrize("action", Action, ids=lambda value: value.value)
def test_another_tenant_is_closed_even_where_everything_is_permitted(permissive: Authoriser, action: Action) -> None:
    resource = target(action, "other")
    if resource.type == "System":
        return
    for role in Role:
        assert "tenant.isolation" in refused(permissive, one(role), action, resource)


def test_those_of_all_tenants_run_the_installation_and_see_no_content(permissive: Authoriser) -> None:
    admin, auditor = one(Role.ADMIN, "*"), one(Role.AUDITOR, "*")
    assert permissive.may(admin, Action.KEYS_ADD, tenant("other"))
    assert permissive.may(auditor, Action.AUDIT_EXPORT, SYSTEM)
    for principal in (admin, auditor, one(Role.OPERATOR, "*")):
        assert refused(permissive, principal, Action.REVIEW_SHOW, item("i", "acme")) == ("staff.no-content",)
        assert refused(permissive, principal, Action.EXPORT, tenant("acme")) == ("staff.no-content",)


def test_a_principal_that_claims_all_tenants_in_a_role_with_content_cannot_be_made() -> None:
    for role in (Role.APP, Role.REVIEWER, Role.OFFICER):
        with pytest.raises(ConfigError):
            one(role, "*")


def test_the_whole_log_is_for_those_of_all_tenants(permissive: Authoriser) -> None:
    for action in (Action.AUDIT_LIST, Action.AUDIT_EXPORT):
        assert refused(permissive, one(Role.AUDITOR), action, SYSTEM) == ("tenant.whole-log",)
        assert permissive.may(one(Role.AUDITOR), action, tenant("acme"))


@pytest.mark.parametrize("action", [a for a in Action if "model" not in ACTIONS[a].groups], ids=lambda a: a.value)
def test_an_app_key_opens_the_model_api_only_whatever_was_added(permissive: Authoriser, action: Action) -> None:
    assert "app.model-only" in refused(permissive, one(Role.APP), action, target(action))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.ADMIN], ids=lambda role: role.value)
@pytest.mark.parametrize(
    "action",
    [a for a in Action if {"model", "content", "review", "breakglass"} & set(ACTIONS[a].groups)],
    ids=lambda a: a.value,
)
def test_no_content_for_those_who_run_it_whatever_was_added(
    permissive: Authoriser, role: Role, action: Action
) -> None:
    assert "staff.no-content" in refused(permissive, one(role), action, target(action))


@pytest.mark.parametrize("which", ["authoriser", "permissive"])
def test_raw_content_takes_two_persons(which: str, request: pytest.FixtureRequest) -> None:
    authoriser: Authoriser = request.getfixturevalue(which)
    anna, ben = one(Role.OFFICER, person="anna"), one(Role.OFFICER, person="ben")
    asked = grant("g", "acme", requested_by="anna", until=NOON + 1)
    assert refused(authoriser, anna, Action.BREAKGLASS_APPROVE, asked) == ("breakglass.two-persons",)
    assert authoriser.may(ben, Action.BREAKGLASS_APPROVE, asked)
    assert refused(authoriser, anna, Action.BREAKGLASS_OPEN, asked) == ("breakglass.approved",)
    alone = grant("g", "acme", requested_by="anna", until=NOON + 1, approved_by="anna")
    assert refused(authoriser, anna, Action.BREAKGLASS_OPEN, alone) == ("breakglass.approved",)
    both = grant("g", "acme", requested_by="anna", until=NOON + 1, approved_by="ben")
    assert authoriser.may(anna, Action.BREAKGLASS_OPEN, both)
    assert refused(authoriser, ben, Action.BREAKGLASS_OPEN, both) == ("breakglass.approved",)


def test_a_second_key_of_the_same_person_approves_nothing(permissive: Authoriser) -> None:
    asked = grant("g", "acme", requested_by="anna", until=NOON + 1)
    other_key = Principal("another-key", "acme", Role.OFFICER, person="anna")
    assert refused(permissive, other_key, Action.BREAKGLASS_APPROVE, asked) == ("breakglass.two-persons",)


def test_a_permission_to_see_raw_content_ends(clock: Clock) -> None:
    authoriser = Authoriser({"mine": EVERYTHING}, now=clock.now)
    anna = one(Role.OFFICER, person="anna")
    both = grant("g", "acme", requested_by="anna", until=NOON + 1000, approved_by="ben")
    assert authoriser.may(anna, Action.BREAKGLASS_OPEN, both)
    clock.ms += 1000
    assert refused(authoriser, anna, Action.BREAKGLASS_OPEN, both) == ("breakglass.expired",)


def test_scopes_narrow_and_never_widen(authoriser: Authoriser, permissive: Authoriser) -> None:
    narrow = one(Role.APP, scopes=frozenset({"embed", "review"}))
    assert authoriser.may(narrow, Action.EMBED)
    assert refused(permissive, narrow, Action.CHAT) == ("scope.limits",)
    assert "app.model-only" in refused(permissive, narrow, Action.REVIEW_LIST)
    assert authoriser.may(one(Role.APP, scopes=frozenset({"model"})), Action.CHAT)


def test_what_has_expired_since_is_refused(clock: Clock) -> None:
    authoriser = Authoriser(now=clock.now)
    principal = one(Role.APP, expires=NOON + 1)
    authoriser.check(principal, Action.CHAT)
    clock.ms += 1
    with pytest.raises(Unauthenticated, match="expired"):
        authoriser.check(principal, Action.CHAT)
    assert not authoriser.may(principal, Action.CHAT)


def test_a_server_without_keys_lets_its_machine_talk_to_models_and_look(authoriser: Authoriser) -> None:
    anyone = open_loopback()
    for action in Action:
        allowed = "model" in ACTIONS[action].groups or action in (Action.HEALTH, Action.METRICS, Action.POLICY_SHOW)
        assert authoriser.may(anyone, action, target(action, "")) is allowed


def test_the_owner_of_the_machine_has_the_role_a_command_needs(authoriser: Authoriser) -> None:
    assert authoriser.may(local(Role.OFFICER, "acme"), Action.ERASE)
    assert local(Role.OFFICER).kind is Kind.LOCAL
    asked = grant("g", "acme", requested_by=local(Role.OFFICER).person, until=NOON + 1)
    assert not authoriser.may(local(Role.OFFICER, "acme"), Action.BREAKGLASS_APPROVE, asked)


def test_a_permit_names_the_policies_for_the_audit_log(authoriser: Authoriser) -> None:
    permit = authoriser.check(one(Role.OFFICER), Action.REVIEW_LIST)
    assert permit.policies == ("role.reviewer",) and permit.principal == "officer-1"
    assert permit.body() == {
        "action": "review.list",
        "principal": "officer-1",
        "policies": ["role.reviewer"],
        "access_policy": authoriser.digest,
    }
    assert refused(authoriser, one(Role.REVIEWER), Action.ERASE) == ()


def test_the_digest_changes_with_what_is_added(authoriser: Authoriser, permissive: Authoriser) -> None:
    assert authoriser.digest == Authoriser().digest != permissive.digest


def test_added_policies_restrict_and_permit() -> None:
    authoriser = Authoriser(
        {
            "mine.cedar": """
            @id("mine.no-big-model") forbid (principal, action == Accord::Action::"chat", resource)
              when { context has model && context.model == "big" };
            @id("mine.office-only") forbid (principal in Accord::Role::"reviewer", action, resource)
              unless { context has address && context.address.isInRange(ip("10.0.0.0/8")) };
            @id("mine.auditors-see-keys")
              permit (principal in Accord::Role::"auditor", action == Accord::Action::"keys.list", resource);
            """
        }
    )
    assert authoriser.may(one(Role.APP), Action.CHAT, None, Asked(model="small"))
    assert refused(authoriser, one(Role.APP), Action.CHAT, None, Asked(model="big")) == ("mine.no-big-model",)
    assert authoriser.may(one(Role.AUDITOR), Action.KEYS_LIST)
    reviewer = one(Role.REVIEWER)
    assert authoriser.may(reviewer, Action.REVIEW_LIST, None, Asked(address="10.1.2.3"))
    assert not authoriser.may(reviewer, Action.REVIEW_LIST, None, Asked(address="192.0.2.1"))
    assert not authoriser.may(reviewer, Action.REVIEW_LIST)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (principal, action, resource);", "no name"),
        ('@id("") permit (principal, action, resource);', "no name"),
        ('@id("tenant.isolation") permit (principal, action, resource);', "two policies"),
        ('@id("a") permit (principal, action, resource); @id("a") permit (principal, action, resource);', "two"),
        ('@id("a") permit (principal, action, resource) when { principal.salary > 3 };', "salary"),
        ('@id("a") permit (principal, action == Accord::Action::"fly", resource);', "fly"),
        ('@id("a") permit (principal == ?principal, action, resource);', "templates"),
        ('@id("a") permit (principal,', "not Cedar"),
        ("\x00", "not Cedar"),
        ("// " + "x" * (1 << 18), "characters"),
    ],
)
def test_a_policy_that_is_not_valid_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        Authoriser({"mine.cedar": text})
    assert str(caught.value).startswith("mine.cedar: ") and len(str(caught.value)) < 500


def test_an_error_in_a_policy_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    # Overflow is found at evaluation only; Cedar then skips the policy, and with it what it forbids.
    authoriser = Authoriser(
        {"mine": '@id("a") forbid (principal, action, resource) when { context.now * 9223372036854775807 > 0 };'},
        now=lambda: NOON,
    )
    assert refused(authoriser, one(Role.APP), Action.CHAT) == ("role.app",)


def test_a_context_that_does_not_fit_is_a_no(authoriser: Authoriser) -> None:
    assert not authoriser.may(one(Role.APP), Action.CHAT, None, Asked(address="not an address"))
    assert not authoriser.may(one(Role.APP), Action.CHAT, SYSTEM)  # no resource of this action
    assert not authoriser.may(one(Role.REVIEWER), Action.REVIEW_SHOW, Resource("Item", "i"))  # of no tenant


@pytest.mark.parametrize("name", ["", 'a"b', "a\\", 'x", "role": "admin', "Ω\n::", "𝕏"])
def test_names_are_data_in_every_place(authoriser: Authoriser, name: str) -> None:
    principal = Principal(name, name, Role.APP, person=name or "p")
    assert authoriser.may(principal, Action.CHAT)
    assert not authoriser.may(principal, Action.CHAT, tenant(name + "x"))
    assert not authoriser.may(principal, Action.KEYS_ADD)


def test_the_schema_says_what_the_table_says() -> None:
    schema = (HERE / "schema.cedarschema").read_text()
    declared: dict[str, list[str]] = {}
    for names, groups in re.findall(r'action ((?:"[\w.]+",? ?)+)(?:in \[([^\]]+)\])?', schema):
        for name in re.findall(r'"([\w.]+)"', names):
            declared[name] = re.findall(r'"([\w.]+)"', groups)
    assert {name: groups for name, groups in declared.items() if groups} == {
        action.value: list(guarded.groups) for action, guarded in ACTIONS.items()
    }
    assert {name for name, groups in declared.items() if not groups} == set(GROUPS)
    assert set(ACTIONS) == set(Action)


def test_the_shipped_policies_are_valid_and_formatted() -> None:
    text, schema = (HERE / "roles.cedar").read_text(), (HERE / "schema.cedarschema").read_text()
    assert cedarpy.validate_policies(text, schema).validation_passed
    assert cedarpy.format_policies(text, 100, 2).strip() == text.strip()


def test_principals_that_differ_only_in_rights_are_not_mixed_up(authoriser: Authoriser) -> None:
    weak, strong = Principal("same", "acme", Role.APP), Principal("same", "acme", Role.ADMIN)
    for _ in range(3):
        assert authoriser.may(strong, Action.KEYS_ADD) and not authoriser.may(weak, Action.KEYS_ADD)


def test_what_is_remembered_is_bounded(authoriser: Authoriser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorise, "_REMEMBERED", 8)
    small = Authoriser()
    for number in range(50):
        small.check(Principal(f"k{number}", "acme", Role.APP), Action.CHAT)
    assert small._entities.cache_info().currsize == 8
