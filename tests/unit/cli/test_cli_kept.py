"""Commands about state, by the owner of the machine and by people with an API key of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.cli.conftest import FAST, Ran, Run

import accord

HOLDS = "rules:\n  - {id: T-hold, match: [privacy.financial.card], to: [vendor], action: hold}\n"
COMMANDS = {
    "audit list": {"auditor"},
    "audit verify": {"auditor"},
    "audit prove 0": {"auditor"},
    "audit key": {"auditor"},
    "keys list": {"admin"},
    "vault status": {"admin"},
    "review list": {"reviewer", "officer"},
    "review break-glass list": {"officer"},
    "hold list": {"officer"},
    "erase --subject nobody --dry-run": {"officer"},
    "erase --expired": {"officer"},
    "export nobody": {"officer"},
}
ROLES = ("app", "reviewer", "officer", "operator", "auditor", "admin")

As = Callable[..., Ran]


@pytest.fixture
def house(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A state in which something of tenant acme is held."""
    monkeypatch.delenv("ACCORD_API_KEY", raising=False)
    run.config.write_text(FAST + HOLDS)
    guard = accord.load(run.config, state=run.state)
    context = accord.Context(tenant="acme", principal="shop", session="s1", subject="patient-4711")
    assert guard.inspect("card 4111 1111 1111 1111", context).release("vendor").outcome.value == "hold"
    guard.close()
    return run


@pytest.fixture
def key(house: Run) -> Callable[..., str]:
    def made(role: str, tenant: str = "acme", holder: str = "") -> str:
        more = ["--holder", holder] if holder else []
        ran = house("keys add", "--tenant", tenant, "--role", role, *more)
        assert ran.code == 0, ran.err
        return ran.out.split()[-1]

    return made


@pytest.fixture
def by(house: Run, monkeypatch: pytest.MonkeyPatch) -> As:
    def ran(key: str, command: str, *args: Any) -> Ran:
        with monkeypatch.context() as own:
            own.setenv("ACCORD_API_KEY", key)
            return house(command, *args)

    return ran


@pytest.mark.parametrize("role", ROLES)
def test_a_key_opens_the_commands_of_its_role_and_no_other(by: As, key: Callable[..., str], role: str) -> None:
    mine = key(role, "*" if role in ("operator", "auditor", "admin") else "acme")
    for command, roles in COMMANDS.items():
        ran = by(mine, command)
        if role in roles:
            assert ran.code == 0, (command, ran.err)
        else:
            assert ran.code == 2 and "may not" in ran.err and ran.out == "", command


def test_the_owner_of_the_machine_needs_no_key(house: Run) -> None:
    assert {command: house(command).code for command in COMMANDS} == dict.fromkeys(COMMANDS, 0)


def test_a_key_that_is_none_opens_nothing(by: As, key: Callable[..., str], house: Run) -> None:
    mine = key("auditor", "*")
    assert by(mine, "audit verify").code == 0
    assert house("keys revoke", mine.split("_")[1]).code == 0
    for shown in (mine, mine[:-1], "sk-something"):
        ran = by(shown, "audit verify")
        assert ran.code == 2 and mine[20:] not in ran.err


def test_of_another_tenant_nobody_sees_or_changes_anything(by: As, key: Callable[..., str], house: Run) -> None:
    other = key("officer", "other")
    item = house("review list --json").json["id"]
    assert by(other, "review list").out == ""
    for command in (
        "review list --tenant acme",
        "export patient-4711 --tenant acme",
        "hold place --tenant acme --reason x",
    ):
        assert by(other, command).code == 2, command
    assert by(other, "erase --yes --tenant acme --subject patient-4711").code == 2
    for command in ("review show", "review release", "review deny"):
        assert by(other, command, item).code == 2, command
    assert house("review list --json").json["state"] == "held"


def test_raw_content_takes_the_keys_of_two_persons(by: As, key: Callable[..., str], house: Run) -> None:
    anna, again, berta = key("officer", holder="anna"), key("officer", holder="anna"), key("officer", holder="berta")
    item = house("review list --json").json["id"]
    request = by(anna, "review break-glass request --reason complaint", item).out.strip()
    assert by(anna, "review break-glass open", request).code == 2
    assert by(anna, "review break-glass approve", request).code == 2
    assert by(again, "review break-glass approve", request).code == 2, "another key of the same person"
    assert by(berta, "review break-glass approve", request).code == 0
    assert by(berta, "review break-glass open", request).code == 2, "not who asked"
    ran = by(anna, "review break-glass open", request)
    assert ran.code == 0 and "4111 1111 1111 1111" in ran.out
    seen = [json.loads(line) for line in house("audit list --json --kind break-glass").out.splitlines()]
    assert [(one["event"], one["by"]) for one in seen][-1] == ("read", "anna")
    assert {one["by"] for one in seen} == {"anna", "berta"}


def test_who_does_it_is_on_record(by: As, key: Callable[..., str], house: Run) -> None:
    assert by(key("officer", holder="olga"), "erase --yes --subject patient-4711").code == 0
    begun = next(json.loads(line) for line in house("audit list --json --kind erasure").out.splitlines())
    assert begun["by"] == "olga"
    assert house("review list --json").out == ""
