"""`models`, `doctor`, `sanitise` and help: what they print and how they end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from accord import __version__
from accord.cli import models as models_command
from accord.cli import say
from accord.cli.main import cli
from accord.errors import ModelError
from accord.models import fetch
from accord.models.cache import Status
from accord.models.fetch import Step

HELP = """\
Usage: accord [OPTIONS] COMMAND [ARGS]...

  Decides what may leave: one policy over privacy and safety.

  Exit codes: 0 admitted, 1 refused, 2 error or cannot decide.

Options:
  --version      Show the version and exit.
  --json         Print JSON and nothing else.
  --config FILE  Configuration or policy file [default: the default policy].
  --state DIR    Folder of everything kept [default: the user's state folder].
  -h, --help     Show this message and exit.

Commands:
  demo      Show what accord does, on samples that come with it.
  serve     Serve the gateway: point your client at it.
  check     Say what is in a file and what would be decided.
  sanitise  Make a file or a folder safe to pass on.
  models    Bring in, list and prove model weights.
  policy    Say what a policy does.
  doctor    Say whether everything accord needs is there and works.
  kill      Stop everything at once, and let it go on.
  audit     List, verify, prove and export what was decided.
  review    Decide about what is held.
  erase     Erase a person, a value, or what has expired.
  export    Give out everything held about a person.
  hold      Keep data from being deleted, for a legal matter.
  keys      Make, list, replace and end API keys.
  vault     Show, rotate and wrap anew the keys of the state.
"""


def commands(group: click.Group = cli, *before: str) -> Iterator[str]:
    """Every command that does something, as it is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield " ".join((*before, name))


def test_help(run) -> None:
    assert run.raw("--help").out == HELP
    assert run.raw("--version").out == f"accord {__version__}\n"


def test_there_are_commands() -> None:
    assert {"check", "audit verify", "review break-glass open", "erase", "vault rotate"} <= set(commands())


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_has_help_and_the_common_options(run, command) -> None:
    ran = run.raw(*command.split(), "--help")
    assert ran.code == 0
    for option in ("--json", "--config FILE", "--state DIR"):
        assert option in ran.out


STATUSES = [
    Status("rampart", "1.4.0", "entities", "package", "ready", "", Path("/cache/rampart"), 34_000_000),
    Status("heads", "1", "injection", "shipped", "altered", "heads.npz was altered", Path("/cache"), 100),
]


def test_models_are_listed(run, monkeypatch) -> None:
    monkeypatch.setattr(models_command, "_status", lambda: STATUSES)
    ran = run.raw("models", "list")
    assert ran.code == 2
    assert ran.out.splitlines()[0] == "rampart 1.4.0 entities ready 34000000"
    found = run.raw("models", "list", "--json").lines
    assert [(m["name"], m["state"]) for m in found] == [("rampart", "ready"), ("heads", "altered")]
    monkeypatch.setattr(say, "human", lambda: True)
    assert "34.0 MB" in run.raw("models", "list").out


def test_models_are_pulled_with_progress(run, monkeypatch) -> None:
    def pull(names, progress=None):
        if progress:
            progress(Step("rampart", "download rampart.whl", 0, 3))
        return list(names) or ["rampart"]

    monkeypatch.setattr(fetch, "pull", pull)
    ran = run.raw("models", "pull")
    assert (ran.code, ran.out, ran.err) == (0, "pulled rampart\n", "rampart: download rampart.whl\n")
    assert run.raw("models", "pull", "heads", "--json").json == {"pulled": ["heads"]}


def test_a_model_that_fails_to_verify_is_2(run, monkeypatch) -> None:
    def verify(names):
        raise ModelError("model rampart: model.onnx was altered", hint="run `accord models pull`")

    monkeypatch.setattr(fetch, "verify", verify)
    ran = run.raw("models", "verify")
    assert (ran.code, ran.err) == (2, "accord: model rampart: model.onnx was altered\n  run `accord models pull`\n")


def test_an_unknown_model_is_said(run) -> None:
    ran = run.raw("models", "pull", "nonesuch")
    assert (ran.code, "no model is called nonesuch" in ran.err) == (2, True)


def ready(run, monkeypatch) -> None:
    monkeypatch.setattr("accord.models.cache.status", lambda: STATUSES[:1])


def test_the_doctor_finds_a_healthy_house(run, monkeypatch) -> None:
    ready(run, monkeypatch)
    ran = run("doctor --json")
    found = {check["name"]: check for check in ran.json["checks"]}
    assert (ran.code, ran.json["ok"]) == (0, True)
    assert list(found) == [
        "accord", "packages", "model rampart", "policy", "state", "self-test", "audit",
        "keys", "switch", "listen", "upstream echo",
    ]  # fmt: skip
    assert "open to everyone on it; not elsewhere" in found["listen"]["detail"]
    assert "all is well" in run("doctor").out


def test_the_doctor_finds_a_changed_audit_log(run, monkeypatch) -> None:
    ready(run, monkeypatch)
    run("doctor")
    database = sqlite3.connect(run.state / "state.sqlite")
    database.execute("UPDATE audit_entry SET record = replace(record, 'transform', 'allow')")
    database.commit()
    database.close()
    ran = run("doctor")
    assert ran.code == 2
    assert "FAIL audit        audit record 0" in ran.out


def test_the_doctor_finds_a_missing_model(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ACCORD_MODELS", str(tmp_path / "nowhere"))
    run.config.write_text("version: 1\nextends: default\ndetectors: [patterns, entities]\n")
    ran = run("doctor")
    assert ran.code == 2
    assert "FAIL model" in ran.out
    assert "FAIL self-test" in ran.out
    assert "accord models pull" in ran.out


def test_the_doctor_finds_a_wrong_policy(run, monkeypatch) -> None:
    ready(run, monkeypatch)
    run.config.write_text("version: 1\nextends: default\nrulez: []\n")
    ran = run("doctor")
    assert ran.code == 2
    assert "FAIL policy" in ran.out
    assert "did you mean 'rules'" in ran.out


def test_sanitise_lists_what_it_refused(run, tmp_path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "jane.miller@example.org.txt").write_bytes(b"\xff\xff\xff")
    (source / "a.txt").write_text("write to jane.miller@example.org")
    ran = run("sanitise", source, tmp_path / "out")
    assert ran.code == 1
    assert "block #2 EMAIL.txt: F; not valid UTF-8 at byte 0" in ran.out
    assert "2 files to dataset: 1 block, 1 transform; 1 file written" in ran.out
    assert "jane" not in ran.out + ran.err
    assert (tmp_path / "out" / "a.txt").read_text() == "write to [EMAIL]"


def test_sanitise_says_it_in_json(run, tmp_path) -> None:
    (tmp_path / "a.txt").write_text("fine")
    ran = run("sanitise --json --dry-run", tmp_path / "a.txt", tmp_path / "b.txt")
    assert (ran.code, ran.json["dry_run"], ran.json["counts"]) == (0, True, {"allow": 1})
    assert not (tmp_path / "b.txt").exists()


def test_sanitise_for_people(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(say, "human", lambda: True)
    (tmp_path / "a.txt").write_text("write to jane.miller@example.org")
    ran = run("sanitise", tmp_path / "a.txt", tmp_path / "b.txt")
    assert "privacy.contact.email" in ran.out
    assert "jane" not in ran.out


def test_a_key_makes_pseudonyms_last(run, tmp_path) -> None:
    (tmp_path / "a.txt").write_text("write to jane.miller@example.org")
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    for name in ("one", "two"):
        assert run("sanitise --to model --key", tmp_path / "key", tmp_path / "a.txt", tmp_path / name).code == 0
    assert run("sanitise --to model", tmp_path / "a.txt", tmp_path / "three").code == 0
    one, two, three = ((tmp_path / name).read_text() for name in ("one", "two", "three"))
    assert one == two != three


@pytest.mark.parametrize(("key", "said"), [(b"short", "shorter than 16 bytes"), (None, "cannot read the key file")])
def test_a_bad_key(run, tmp_path, key, said) -> None:
    (tmp_path / "a.txt").write_text("fine")
    if key is not None:
        (tmp_path / "key").write_bytes(key)
    ran = run("sanitise --key", tmp_path / "key", tmp_path / "a.txt", tmp_path / "b.txt")
    assert (ran.code, said in ran.err) == (2, True)


def test_the_manifest_on_disk_is_what_was_printed(run, tmp_path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("fine")
    ran = run("sanitise --json", tmp_path / "in", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == ran.json
