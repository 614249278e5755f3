"""`accord audit`: what people and programs get to see, and the exit codes."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.audit_parts import START, Opened, edit, preview, release

from accord.audit.anchors import FileAnchor
from accord.audit.log import AuditLog, AuditRecord
from accord.audit.records import iso
from accord.cli.audit import audit_commands
from accord.errors import AccordError, AuditError


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Run:
    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def __call__(self, *arguments: object) -> Ran:
        group = audit_commands(lambda _shared: self.opened())
        found = CliRunner().invoke(group, [str(one) for one in arguments], standalone_mode=False)
        if found.exception is not None:
            raise found.exception
        return Ran(int(found.return_value), found.stdout, found.stderr)


@pytest.fixture
def run(opened: Opened) -> Run:
    log = opened(every=4)
    for i in range(10):
        log.append(release(i, "block") if i % 2 else preview(i))
    log.close()
    return Run(opened)


def test_list_is_one_object_a_line_oldest_first(run: Run) -> None:
    ran = run("list", "--json")
    assert ran.code == 0 and [record["seq"] for record in ran.lines] == list(range(10))
    assert [r["n"] for r in run("list", "--json", "--kind", "release", "--limit", 2).lines] == [7, 9]
    assert [r["n"] for r in run("list", "--json", "--decision", "d3").lines] == [3]
    assert [r["n"] for r in run("list", "--json", "--since", iso(START + 8)).lines] == [8, 9]
    assert len(run("list", "--json", "--since", "2026-01-01T01:00+01:00").lines) == 10
    assert run("list", "--json", "--since", "2026-01-02").out == ""
    plain = run("list", "--limit", 1)
    assert plain.out == f"9 {iso(START + 9)} release d9 n=9 outcome=block\n"


def test_lists_play_no_tricks_on_a_terminal(run: Run) -> None:
    run.opened().append(AuditRecord("preview", "x", "now", {"rules": ["a", "\x1b[2J"], "coverage": {"text": [1, 2]}}))
    assert run("list", "--limit", 1).out == "10 now preview x coverage=text:1/2 rules=a/\\x1b[2J\n"


def test_times_that_are_none(run: Run) -> None:
    from click import BadParameter

    with pytest.raises(BadParameter, match="2026-01-31"):
        run("list", "--since", "yesterday")


def test_verify_says_what_holds_and_what_it_cannot_tell(run: Run, tmp_path: Path) -> None:
    ran = run("verify")
    assert ran.code == 0 and ran.out.startswith("10 records and 3 signed heads are what was written")
    assert "could not be told" in ran.err
    FileAnchor(tmp_path / "heads").publish(run.opened().checkpoint())
    anchored = run("verify", "--anchor", tmp_path / "heads")
    assert "first 10 records are those whose head is kept elsewhere" in anchored.out and not anchored.err
    [said] = run("verify", "--json").lines
    assert said["ok"] is True and said["size"] == 10 and said["anchored"] is None


def test_verify_names_the_record_that_was_edited(run: Run) -> None:
    edit(run.opened.store, "UPDATE audit_entry SET record = replace(record, 'block', 'allow') WHERE seq = 5")
    ran = run("verify")
    assert ran.code == 1 and "audit record 5 was changed" in ran.err and ran.out == ""
    [said] = run("verify", "--json").lines
    assert (said["ok"], said["record"]) == (False, 5)
    assert run("prove", 5).code == 1
    assert "record 5 was changed" in run("prove", 4).err, "the proof of one rests on the others"


def test_a_rollback_is_told_by_an_anchor(run: Run, tmp_path: Path) -> None:
    FileAnchor(tmp_path / "heads").publish(run.opened().checkpoint())
    for table in ("audit_entry", "audit_checkpoint", "audit_head"):
        edit(run.opened.store, f"DELETE FROM {table}")
    assert run("verify").code == 0
    ran = run("verify", "--anchor", tmp_path / "heads")
    assert ran.code == 1 and "put back to an earlier state" in ran.err


def test_prove_by_number_and_by_decision(run: Run) -> None:
    [proof] = run("prove", "3", "--json").lines
    assert (proof["seq"], proof["size"]) == (3, 10) and json.loads(proof["record"])["n"] == 3
    assert [one["seq"] for one in run("prove", "d3", "--json").lines] == [3]
    plain = run("prove", 3).out
    assert all(hashed in plain for hashed in proof["hashes"]) and "— accord.audit/" in plain
    for nobody in ("d99", "99"):
        with pytest.raises(AuditError) as caught:
            run("prove", nobody)
        assert "accord audit list" in caught.value.hint


def test_export_and_check(run: Run, tmp_path: Path) -> None:
    key, bundle = tmp_path / "key", tmp_path / "bundle.zip"
    key.write_text(run("key").out)
    ran = run("export", bundle)
    assert ran.code == 0 and key.read_text().strip() in ran.out
    checked = run("check", bundle, "--key", key)
    assert checked.code == 0 and "logged: 10, all of them" in checked.out
    [said] = run("export", tmp_path / "part.zip", "--kind", "release", "--json").lines
    assert said["entries"] == 5
    [found] = run("check", tmp_path / "part.zip", "--key", key, "--json").lines
    assert (found["ok"], found["entries"], found["size"]) == (True, 5, 10)


def test_check_refuses_what_is_not_true(run: Run, tmp_path: Path) -> None:
    key, bundle = tmp_path / "key", tmp_path / "bundle.zip"
    key.write_text(run("key").out)
    run("export", bundle)
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(tmp_path / "changed.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"block", b"allow"))
    ran = run("check", tmp_path / "changed.zip", "--key", key)
    assert ran.code == 1 and "record 1 is not what was logged" in ran.err
    [said] = run("check", tmp_path / "changed.zip", "--key", key, "--json").lines
    assert (said["ok"], said["record"]) == (False, 1)
    key.write_text("no key")
    with pytest.raises(AuditError, match="no public key"):
        run("check", bundle, "--key", key)


def test_check_needs_no_state(tmp_path: Path, opened: Opened) -> None:
    log = opened()
    log.append(preview(0))
    log.export(tmp_path / "bundle.zip")
    (tmp_path / "key").write_text(str(log.verifier))

    def none(_shared: object) -> AuditLog:
        raise AccordError("there is no state here")

    arguments = ["check", str(tmp_path / "bundle.zip"), "--key", str(tmp_path / "key")]
    assert CliRunner().invoke(audit_commands(none), arguments, standalone_mode=False).return_value == 0
