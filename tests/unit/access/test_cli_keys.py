"""`accord keys`: what it prints and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from accord.access.keys import DAY, ApiKeys
from accord.access.principals import Role
from accord.access.secrets import PATTERN
from accord.cli import say
from accord.cli.keys import ROLES, Span, commands
from accord.cli.options import Common
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE
from accord.vault.keys import KeyRing

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, ring: KeyRing) -> Run:
    @contextmanager
    def opened(shared: Common) -> Iterator[tuple[ApiKeys, str, str | None, Callable[[str], None]]]:
        store = Store(file_url(Path(shared.state or "") / "state.sqlite"), STATE_STORE)
        yield ApiKeys(store, ring), "local:me", None, lambda tenant: None
        store.close()

    def run(*args: str) -> Result:
        return CliRunner().invoke(commands(opened), [*args, "--state", str(tmp_path)], standalone_mode=False)

    return run


def test_the_key_is_the_last_word_and_works(run: Run, tmp_path: Path, ring: KeyRing) -> None:
    result = run("add", "--tenant", "acme", "--role", "app", "--scope", "chat", "--expires", "P90D")
    assert result.return_value == 0
    key = result.stdout.split()[-1]
    assert re.fullmatch(PATTERN, key) and result.output.count(key) == 1
    store = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    principal = ApiKeys(store, ring).check(key)
    assert (principal.tenant, principal.role, principal.scopes) == ("acme", Role.APP, {"chat"})
    [info] = ApiKeys(store, ring).list()
    assert info.expires == info.created + 90 * DAY
    store.close()
    assert key.split("_")[2] not in run("list").output


def test_json_is_one_object_a_line_oldest_first(run: Run) -> None:
    made = [json.loads(run("add", "--tenant", name, "--role", "app", "--json").stdout) for name in ("b", "a")]
    assert [one["tenant"] for one in made] == ["b", "a"] and all(re.fullmatch(PATTERN, one["key"]) for one in made)
    listed = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [one["id"] for one in listed] == [one["id"] for one in made]
    assert all(one["state"] == "active" and "key" not in one and "digest" not in one for one in listed)
    assert [json.loads(line)["tenant"] for line in run("list", "--tenant", "a", "--json").stdout.splitlines()] == [
        "a"
    ]


def test_a_key_is_replaced_and_ended(run: Run) -> None:
    first = json.loads(run("add", "--tenant", "acme", "--role", "officer", "--holder", "anna", "--json").stdout)
    second = run("rotate", first["id"], "--grace", "PT1H").stdout.split()[-1]
    listed = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(one["state"], one["holder"]) for one in listed] == [("replaced", "anna"), ("active", "anna")]
    assert listed[0]["successor"] == listed[1]["id"] == second.split("_")[1]
    assert run("revoke", first["id"]).stdout == f"revoked {first['id']}\n"
    assert "before" in run("revoke", first["id"]).stdout
    assert json.loads(run("revoke", first["id"], "--json").stdout)["changed"] is False


def test_a_list_for_people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(say, "human", lambda: True)
    assert "accord keys add" in run("list").stdout
    made = json.loads(run("add", "--tenant", "acme", "--role", "auditor", "--holder", "anna", "--json").stdout)
    shown = run("list").stdout
    assert all(word in shown for word in (made["id"], "acme", "auditor", "active", "never", "anna"))


def test_plain_lines_have_one_word_for_each_column(run: Run) -> None:
    run("add", "--tenant", "acme", "--role", "app")
    assert len(run("list").stdout.split()) == 9


@pytest.mark.parametrize(
    "args",
    [
        ("add", "--tenant", "acme"),
        ("add", "--role", "app"),
        ("add", "--tenant", "acme", "--role", "root"),
        ("add", "--tenant", "acme", "--role", "app", "--scope", "fly"),
        ("add", "--tenant", "*", "--role", "app"),
        ("add", "--tenant", "", "--role", "app"),
        ("rotate", "nobody"),
        ("revoke", "nobody"),
        ("revoke",),
    ],
)
def test_what_makes_no_sense_says_so(run: Run, args: tuple[str, ...]) -> None:
    result = run(*args)
    assert result.exception is not None and "Traceback" not in result.output
    assert not re.search(PATTERN, result.output)
    assert run("list", "--json").stdout == ""


@pytest.mark.parametrize(
    ("text", "ms"),
    [("P90D", 90 * DAY), ("P2W", 14 * DAY), ("PT12H", DAY // 2), ("P1DT2H3M4S", DAY + 7_384_000), ("PT0S", 0)],
)
def test_a_span(text: str, ms: int) -> None:
    assert Span().convert(text, None, None) == ms


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "90D", "P1Y", "P1M", "P-1D", "p1d", "P1D ", "P٣D", "P99999999W"]
)
def test_no_span(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Span().convert(text, None, None)


def test_the_roles_are_the_roles() -> None:
    assert tuple(role.value for role in Role) == ROLES
