"""`accord kill`: engaged at once, whatever the database does; released by somebody who may, on record."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from accord import config
from accord.cli import kill
from accord.cli.options import Common
from accord.errors import AccessDenied, AuditError
from accord.state import open_state
from accord.store.switch import Ledger, Switch


class Site:
    """The command over a real state; opening it can fail or hang."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.fails = folder, [], None
        self.hangs = 0.0

    def bare(self, _shared: Common) -> Switch:
        return Switch(self.folder)

    def recorded(self, _shared: Common, action: str) -> tuple[Switch, str]:
        self.asked.append(action)
        time.sleep(self.hangs)
        if self.fails is not None:
            raise self.fails
        kept = open_state(self.folder, config.shipped("default"), recover=False)
        click.get_current_context().call_on_close(kept.close)
        ledger = Ledger(lambda body: kept.record("switch", body), lambda: kept.audit.records(kind="switch"))
        return Switch(self.folder, ledger), "local:jo"

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(
            kill.commands(self.bare, self.recorded), list(words), obj=Common(), standalone_mode=True
        )

    def records(self) -> list[dict[str, Any]]:
        kept = open_state(self.folder, config.shipped("default"), recover=False)
        try:
            return list(kept.audit.records(kind="switch"))
        finally:
            kept.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_on_status_off(site: Site) -> None:
    assert "not engaged" in site.run("status").output
    on = site.run("on", "--reason", "a leak")
    assert on.exit_code == 0 and "engaged" in on.output and "not on record" not in on.output
    assert Switch(site.folder).engaged
    said = json.loads(site.run("status", "--json").output)
    assert said["engaged"] and said["reason"] == "a leak" and said["by"].startswith("local:")
    off = site.run("off", "--reason", "mended")
    assert off.exit_code == 0 and not Switch(site.folder).engaged
    assert [(r["state"], r["reason"]) for r in site.records()] == [("engaged", "a leak"), ("released", "mended")]
    assert site.asked == ["switch.engage", "switch.release"]
    assert "it was not engaged" in site.run("off", "--reason", "again").output


@pytest.mark.parametrize("reason", [[], ["--reason", " "]])
def test_a_release_needs_a_reason(site: Site, reason: list[str]) -> None:
    site.run("on")
    assert site.run("off", *reason).exit_code == 2 and Switch(site.folder).engaged


@pytest.mark.parametrize("error", [AuditError("no"), AccessDenied("no")])
def test_it_engages_without_a_database(site: Site, error: Exception) -> None:
    site.fails = error
    on = site.run("on", "--json")
    assert json.loads(on.output)["recorded"] is False and Switch(site.folder).engaged
    assert isinstance(site.run("off", "--reason", "x").exception, type(error))
    assert Switch(site.folder).engaged


def test_it_engages_before_it_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kill, "WAIT", 0.05)
    site.hangs = 0.5
    on = site.run("on")
    assert "not on record yet" in on.output and Switch(site.folder).engaged
    time.sleep(0.6)
