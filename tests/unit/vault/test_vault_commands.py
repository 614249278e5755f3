"""`accord vault`, as it is typed."""

from __future__ import annotations

import base64
import json
import sys

import click
import pytest
from click.testing import CliRunner
from rich.console import Console
from sqlalchemy import update

from accord.cli import say
from accord.cli import vault as module
from accord.cli.options import Common
from accord.cli.vault import vault_commands
from accord.errors import StoreError
from accord.store.tables.keys import data_keys
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster


class Run:
    def __init__(self, ring: KeyRing) -> None:
        self.recorded: list[tuple[str, dict]] = []
        self.group = vault_commands(
            lambda _: ring, lambda _, event, facts: self.recorded.append((event, dict(facts)))
        )

    def __call__(self, *args: str) -> tuple[int, str]:
        result = CliRunner().invoke(self.group, args, obj=Common(), standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.return_value, result.stdout


@pytest.fixture
def run(local) -> Run:
    local.ring.key("subject", "acme", "jonas")
    return Run(local.ring)


def test_status_says_what_there_is(run, local):
    master = local.ring.master.current
    code, out = run("status")
    assert code == 0
    assert out.splitlines() == ["keys root 1", "keys subject 1", "keys tenant 1", f"master {master} 3 current"]
    found = json.loads(run("status", "--json")[1])
    assert found["masters"] == {master: 3} and found["missing"] == []
    assert run.recorded == []


def test_status_fails_where_a_master_key_is_missing(run, local):
    with local.keys.write() as connection:
        connection.execute(update(data_keys).where(data_keys.c.kind == "subject").values(master="f" * 32))
    code, out = run("status")
    assert code == 2 and f"master {'f' * 32} 1 missing" in out


def test_rotate_makes_a_version_wraps_everything_and_records_first(run, local):
    old = local.ring.master.current
    code, out = run("rotate")
    new = local.ring.master.current
    assert code == 0 and new != old and out == f"wrapped 3 keys anew under {new}\n"
    assert run.recorded == [("rotate", {"from": old})]
    assert json.loads(run("rewrap", "--json")[1]) == {"rewrapped": 0, "master": new}
    assert run("retire") == (0, f"retired {old}\n") and local.ring.master.ids == (new,)
    assert run("retire") == (0, "every version of the master key is in use\n")
    assert run.recorded[1:] == [("rewrap", {"to": new}), ("retire", {"master": old})]


def test_what_cannot_be_recorded_does_not_happen(local):
    def fail(*_):
        raise StoreError("the audit log is full")

    group = vault_commands(lambda _: local.ring, fail)
    before = local.master.read_bytes()
    for command in ("rotate", "rewrap"):
        result = CliRunner().invoke(group, [command], obj=Common(), standalone_mode=False)
        assert isinstance(result.exception, StoreError)
    assert local.master.read_bytes() == before


def test_a_master_key_in_the_environment_is_rotated_there(local, monkeypatch):
    with local.keys.write() as connection:
        connection.execute(data_keys.delete())
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(b"m" * 32).decode())
    ring = KeyRing(local.keys, EnvironmentMaster("ACCORD_TEST_MASTER"))
    with pytest.raises(StoreError, match="in a file") as caught:
        Run(ring)("rotate")
    assert "in front of the old one" in caught.value.hint


def test_people_see_tables_and_a_bar(run, local, monkeypatch):
    shown = Console(width=100, record=True, file=sys.stderr, force_terminal=True)
    monkeypatch.setattr(say, "human", lambda: True)
    monkeypatch.setattr(say, "console", lambda **_: shown)
    assert run("status")[0] == 0
    text = shown.export_text()
    assert "subject" in text and local.ring.master.current in text and "current" in text
    local.ring.master.add()
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    with module._progress(Common()) as tell:
        assert tell is not None
        local.ring.rewrap(tell)
    text = shown.export_text()
    assert "wrapping keys anew" in text and "3/3" in text


def test_every_command_explains_itself(run):
    assert isinstance(run.group, click.Group)
    for name, command in run.group.commands.items():
        assert command.help and command.short_help, name
