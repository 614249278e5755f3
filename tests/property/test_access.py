"""What holds of every decision about access, whoever asks for whatever."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from accord.access import secrets
from accord.access.actions import ACTIONS, SCOPES, Action
from accord.access.authorise import SYSTEM, Asked, Authoriser, Resource, grant, item, tenant
from accord.access.principals import Kind, Principal, Role

NOW = 1_800_000_000_000
SHIPPED = Authoriser(now=lambda: NOW)
PERMISSIVE = Authoriser({"mine": '@id("all") permit (principal, action, resource);'}, now=lambda: NOW)
BOTH = st.sampled_from([SHIPPED, PERMISSIVE])
CONTENT = {"model", "content", "review", "breakglass"}

names = st.sampled_from(["acme", "other", "", 'a"b', "ä::\n"]) | st.text(max_size=8)
persons = st.sampled_from(["anna", "ben", "carl"])
actions = st.sampled_from(Action)
asked = st.builds(Asked, model=st.text(max_size=4), purpose=st.text(max_size=4))


@st.composite
def principals(draw: st.DrawFn) -> Principal:
    role = draw(st.sampled_from(Role))
    runs = role in (Role.OPERATOR, Role.AUDITOR, Role.ADMIN)
    return Principal(
        draw(st.text(max_size=8)),
        "*" if runs and draw(st.booleans()) else draw(names.filter(lambda name: name != "*")),
        role,
        draw(st.frozensets(st.sampled_from(sorted(SCOPES)), max_size=3)),
        draw(st.sampled_from(Kind)),
        person=draw(persons),
    )


@st.composite
def resources(draw: st.DrawFn) -> Resource:
    whose = draw(names)
    until = draw(st.integers(NOW - 5, NOW + 5))
    approved = draw(st.none() | persons)
    return draw(
        st.sampled_from(
            [
                SYSTEM,
                tenant(whose),
                item("i", whose),
                grant("g", whose, requested_by=draw(persons), until=until, approved_by=approved),
            ]
        )
    )


@given(BOTH, principals(), actions, resources(), asked)
def test_what_is_permitted_is_within_the_tenant_the_scopes_and_the_role(
    authoriser: Authoriser, who: Principal, action: Action, what: Resource, context: Asked
) -> None:
    if not authoriser.may(who, action, what, context):
        return
    about, groups = dict(what.attributes), set(ACTIONS[action].groups)
    assert what is SYSTEM or who.tenant in (about["tenant"], "*")
    assert not who.scopes or who.scopes & {action.value, *groups}
    if who.role in (Role.OPERATOR, Role.AUDITOR, Role.ADMIN):
        assert not groups & CONTENT
    if who.role is Role.APP and who.kind is not Kind.OPEN:
        assert "model" in groups
    if action is Action.BREAKGLASS_APPROVE:
        assert about["requested_by"] != who.person and about["until"] > NOW
    if action is Action.BREAKGLASS_OPEN:
        assert about["requested_by"] == who.person != about["approved_by"] and about["until"] > NOW


@given(principals(), actions, resources(), asked)
def test_a_scope_and_a_forbid_only_take_away(who: Principal, action: Action, what: Resource, context: Asked) -> None:
    free = Principal(who.id, who.tenant, who.role, frozenset(), who.kind, person=who.person)
    if SHIPPED.may(who, action, what, context):
        assert SHIPPED.may(free, action, what, context) and PERMISSIVE.may(who, action, what, context)


@given(st.text(max_size=80) | st.from_regex(secrets.PATTERN, fullmatch=True))
def test_nothing_but_a_key_is_taken_for_one(text: str) -> None:
    found = secrets.id_of(text)
    if found is not None:  # one in four thousand million, or a real one
        assert re.fullmatch(secrets.PATTERN, text, re.ASCII)


@given(st.integers(0, 70), st.characters())
def test_one_wrong_character_is_told(place: int, letter: str) -> None:
    key = secrets.new_key("abcdefghijkl")
    assert len(key) == 69 and secrets.id_of(key) == "abcdefghijkl"
    changed = key[:place] + letter + key[place + 1 :]
    assert changed == key or secrets.id_of(changed) is None
