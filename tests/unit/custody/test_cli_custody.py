"""The commands of custody: `accord review`, `erase`, `hold` and `export`."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from tests.unit.custody.desks import held
from tests.unit.custody.rooms import DAY, Rooms

from accord.cli import erase, export, hold, review
from accord.cli.main import _Accord
from accord.cli.options import Common
from accord.core.content import Context, Image, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.custody.desk import Desk
from accord.custody.items import Unsealed
from accord.errors import AccessDenied

JONAS = Context(tenant="acme", principal="app", session="s1", subject="patient-4711")


class Door:
    """Lets in who is named, for everything but what is forbidden; notes what was asked for."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.by = "anna"
        self.forbidden: set[str] = set()
        self.asked: list[tuple[str, str | None]] = []
        self.outcome = Outcome.TRANSFORM

    @contextmanager
    def __call__(self, shared: Common, action: str, tenant: str | None) -> Iterator[Desk]:
        self.asked.append((action, tenant))
        if action in self.forbidden or tenant not in (None, "acme"):
            raise AccessDenied("you may not do this")
        rooms = self.rooms
        yield Desk(
            self.by,
            "acme",
            rooms.quarantine,
            rooms.glass,
            rooms.holds,
            rooms.erasure,
            rooms.sweeper,
            rooms.exporter,
            self.view,
        )

    def view(self, unsealed: Unsealed) -> Decision:
        masked = tuple(
            part.with_value(part.reveal().replace("Jonas Weber", "[PERSON]")) if isinstance(part, Text) else part
            for part in unsealed.content
        )
        _, decision = held("x")
        shown = masked if self.outcome.releases else None
        return replace(decision, to=Destination.REVIEWER, outcome=self.outcome, content=shown)

    def run(self, *args: object, stdin: str | bytes | None = None) -> Result:
        group = _Accord("accord")
        for command in (review.commands(self), erase.command(self), hold.commands(self), export.command(self)):
            group.add_command(command)
        ran = CliRunner().invoke(group, [str(arg) for arg in args], input=stdin)
        assert "Traceback" not in ran.output
        return ran

    def json(self, *args: object, stdin: str | bytes | None = None) -> Any:
        ran = self.run(*args, "--json", stdin=stdin)
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)


@pytest.fixture
def door(all_rooms: Rooms) -> Door:
    return Door(all_rooms)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The commands do the same on every database."""
    from accord.store.engine import file_url

    yield file_url(tmp_path / "state" / "state.sqlite")


@pytest.fixture
def item(all_rooms: Rooms) -> str:
    return all_rooms.keep("{Jonas Weber} is held", JONAS)


def test_what_is_held_is_listed_without_its_content(door: Door, item: str) -> None:
    ran = door.run("review", "list")
    assert ran.exit_code == 0 and item in ran.stdout and "Weber" not in ran.output
    assert ran.stdout.splitlines() == [f"{item} quarantine held acme model 2025-06-22T15:06:40Z privacy.person.name"]
    (one,) = [json.loads(line) for line in door.run("review", "list", "--json").stdout.splitlines()]
    assert (one["id"], one["state"], one["to"], one["categories"]) == (item, "held", "model", ["privacy.person.name"])
    assert door.run("review", "list", "--only", "denied").stdout == ""
    assert door.run("review", "list", "--tenant", "other").exit_code == 2


def test_it_is_shown_masked(door: Door, item: str, tmp_path: Path) -> None:
    ran = door.run("review", "show", item)
    assert ran.exit_code == 0 and "[PERSON] is held" in ran.stdout and "Weber" not in ran.output
    assert door.json("review", "show", item)["content"][0]["text"] == "[PERSON] is held"
    ran = door.run("review", "show", item, "--out", tmp_path / "seen")
    written = tmp_path / "seen" / "part-001.txt"
    assert written.read_text() == "[PERSON] is held" and stat.S_IMODE(written.stat().st_mode) == 0o600
    assert door.run("review", "show", item, "--out", tmp_path / "seen").exit_code == 2, "never written over"
    door.outcome = Outcome.BLOCK
    ran = door.run("review", "show", item)
    assert ran.exit_code == 1 and "PERSON" not in ran.output


@pytest.mark.parametrize("word", ["release", "approve"])
def test_it_is_released_once(door: Door, item: str, word: str) -> None:
    ran = door.run("review", word, item)
    assert ran.exit_code == 0 and "once, until" in ran.stdout
    assert door.asked == [("review.release", None)]
    assert door.run("review", "deny", item).exit_code == 2
    content, _ = held("{Jonas Weber} is held")
    assert door.rooms.quarantine.admits(content, Destination.MODEL, JONAS, "p1") == item


def test_it_is_denied(door: Door, item: str) -> None:
    assert door.json("review", "deny", item)["state"] == "denied"
    assert "nothing" not in door.run("review", "list").stdout


def test_who_may_not_does_not(door: Door, item: str) -> None:
    door.forbidden = {"review.release", "erase", "export", "hold.place", "review.show", "breakglass.request"}
    for line in (
        f"review release {item}",
        f"review show {item}",
        "erase --subject patient-4711 --yes",
        "export patient-4711",
        "hold place --reason case",
        f"review break-glass request {item} --reason case",
    ):
        ran = door.run(*line.split())
        assert ran.exit_code == 2 and "may not" in ran.stderr and not ran.stdout, line
    door.by = "app"
    assert "who sent it" in door.run("review", "deny", item).stderr
    assert [one.state for one in door.rooms.quarantine.list()] == ["held"]


def test_raw_content_is_seen_by_two_persons(door: Door, item: str, tmp_path: Path) -> None:
    glass = ("review", "break-glass")
    grant = door.run(*glass, "request", item, "--reason", "complaint 12", "--for", "PT2H").stdout.strip()
    assert door.run(*glass, "open", grant).exit_code == 2
    assert door.run(*glass, "approve", grant).exit_code == 2
    door.by = "berta"
    assert door.run(*glass, "approve", grant).exit_code == 0
    assert door.run(*glass, "open", grant).exit_code == 2
    door.by = "anna"
    assert door.run(*glass, "open", grant).stdout == "Jonas Weber is held\n"
    assert door.json(*glass, "open", grant)["content"][0]["text"] == "Jonas Weber is held"
    assert door.run(*glass, "open", grant, "--out", tmp_path / "raw").exit_code == 0
    assert (tmp_path / "raw" / "part-001.txt").read_text() == "Jonas Weber is held"
    assert "complaint 12" in door.run(*glass, "list").stdout
    assert door.run(*glass, "revoke", grant).exit_code == 0
    ran = door.run(*glass, "open", grant)
    assert ran.exit_code == 2 and "taken back" in ran.stderr and not ran.stdout
    assert door.run(*glass, "request", item, "--reason", "more", "--for", "PT9H").exit_code == 2


def test_a_subject_is_erased(door: Door, item: str) -> None:
    ran = door.run("erase", "--subject", "patient-4711", "--dry-run")
    assert ran.stdout == "would remove 1 item, 2 keys\n" and door.rooms.quarantine.list()
    ran = door.run("erase", "--subject", "patient-4711")
    assert ran.exit_code == 2 and "--yes" in ran.stderr and door.rooms.quarantine.list()
    ran = door.run("erase", "--subject", "patient-4711", "--yes")
    assert ran.exit_code == 0 and ran.stdout.startswith(
        "erased 1 mention in the index, 1 item in quarantine\ndestroyed 2 keys\n"
    )
    assert "cannot reach" in ran.stderr
    assert door.rooms.quarantine.list() == []


def test_a_value_is_read_from_standard_input_only(door: Door, item: str) -> None:
    ran = door.run("erase", "--value", "Jonas Weber", "--yes")
    assert ran.exit_code == 2 and "standard input" in ran.stderr
    assert door.run("erase", "--value", "-", "--yes", stdin="\n").exit_code == 2
    assert door.run("erase", "--value", "-", "--subject", "x", "--yes").exit_code == 2
    assert door.run("erase", "--yes").exit_code == 2
    assert door.run("erase", "--value", "-", "--yes", stdin=b"\xff\xfe").exit_code == 2
    erased = door.json("erase", "--value", "-", "--yes", stdin="jonas WEBER\r\n")
    assert erased["removed"]["quarantine"] == 1 and erased["record"].startswith("accord erasure record 1\n")
    assert door.rooms.quarantine.list() == []


def test_a_hold_refuses_an_erasure(door: Door, item: str) -> None:
    made = door.run("hold", "place", "--reason", "case 12", "--subject", "patient-4711").stdout.strip()
    for more in ("--yes", "--dry-run"):
        ran = door.run("erase", "--subject", "patient-4711", more)
        assert ran.exit_code == 1 and made in ran.stderr
    assert door.json("hold", "list")["reason"] == "case 12" and "patient" not in door.run("hold", "list").stdout
    assert door.run("hold", "lift", made).exit_code == 0
    assert door.run("hold", "lift", made).exit_code == 2
    assert door.run("erase", "--subject", "patient-4711", "--yes").exit_code == 0


def test_what_has_expired_is_swept(door: Door, item: str) -> None:
    assert door.run("erase", "--expired").stdout == "nothing has expired\n"
    door.rooms.clock.at += 8 * DAY
    ran = door.run("erase", "--expired")
    assert ran.exit_code == 2 and "--confirm-clock" in ran.stderr
    assert door.json("erase", "--expired", "--confirm-clock") == {"removed": {"quarantine": 1}}
    assert door.run("erase", "--resume").stdout == "no erasure broke off\n"


def test_everything_of_a_subject_is_given_out(door: Door, item: str, tmp_path: Path) -> None:
    given = door.json("export", "patient-4711")
    assert given["kept"][0]["content"][0]["text"] == "Jonas Weber is held" and given["tenant"] == "acme"
    out = tmp_path / "given.json"
    ran = door.run("export", "patient-4711", "--out", out)
    assert ran.exit_code == 0 and ran.stdout.startswith("wrote 1 item") and "Weber" not in ran.output
    assert json.loads(out.read_text())["kept"] and stat.S_IMODE(out.stat().st_mode) == 0o600
    exported = door.rooms.events.count("exported")
    assert door.run("export", "patient-4711", "--out", out).exit_code == 2
    assert door.rooms.events.count("exported") == exported


def test_content_cannot_steer_a_terminal(door: Door, all_rooms: Rooms) -> None:
    content, decision = held("red \x1b[31m alert")
    item = all_rooms.quarantine.keep((*content, Image(b"\x89PNG", media_type="image/png")), decision, JONAS)
    ran = door.run("review", "show", item)
    assert "\x1b" not in ran.output and "\\x1b[31m" in ran.stdout and "image" in ran.stderr


def test_commands_explain_themselves() -> None:
    for made in (review.commands, hold.commands):
        group = made(_never)
        assert isinstance(group, click.Group) and group.commands
    for line in (["review"], ["review", "break-glass"], ["hold"]):
        group = click.Group("accord", commands=[review.commands(_never), hold.commands(_never)])
        assert CliRunner().invoke(group, [*line, "--help"]).exit_code == 0


def _never(shared: Common, action: str, tenant: str | None) -> Any:
    raise AssertionError("not asked for")
