"""A bundle proves itself: with the public key, one file of plain Python, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.audit_parts import Opened, edit, preview, release

from accord.audit import offline
from accord.audit.log import AuditLog, delivery_of
from accord.audit.notes import write_note
from accord.audit.offline import Untrue, check
from accord.errors import AuditError, TamperDetected


@pytest.fixture
def log(opened: Opened) -> AuditLog:
    log = opened(every=50)
    for at in range(0, 600, 60):
        log.append_many([preview(i) if i % 2 else release(i, "block") for i in range(at, at + 60)])
    return log


def alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Python without any package, any environment and any of our code but one file."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={},
        cwd="/",
    )


def test_it_verifies_where_there_is_nothing(log: AuditLog, tmp_path: Path) -> None:
    done = log.export(tmp_path / "bundle.zip")
    assert (done.entries, done.size, done.earlier) == (600, 600, 9)
    (tmp_path / "key").write_text(str(log.verifier) + "\n")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as made:
        (tmp_path / "alone.py").write_bytes(made.read("offline.py"))
    nothing = alone("-c", "import cryptography")
    assert "ModuleNotFoundError" in nothing.stderr
    ran = alone(tmp_path / "alone.py", tmp_path / "bundle.zip", "--key", tmp_path / "key")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "logged: 600, all of them" in ran.stdout and log.verifier.fingerprint in ran.stdout
    other = (tmp_path / "other").write_text(str(offline.VerifierKey(log.verifier.name, b"o" * 32)))
    assert other
    refused = alone(tmp_path / "alone.py", tmp_path / "bundle.zip", "--key", tmp_path / "other")
    assert (refused.returncode, refused.stdout[:9]) == (1, "NOT TRUE:")
    assert alone(tmp_path / "alone.py", tmp_path / "none.zip", "--key", tmp_path / "key").returncode == 2
    assert alone(tmp_path / "alone.py", tmp_path / "bundle.zip", "--key", tmp_path / "none").returncode == 2


def rewritten(source: Path, target: Path, name: str, change: Callable[[str], str | None]) -> Path:
    """The same bundle with one member changed, or left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            text: str | None = old.read(member).decode()
            if member == name:
                text = change(str(text))
            if text is not None:
                new.writestr(member, text)
    return target


def line(number: int, change: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        lines = text.splitlines()
        item = json.loads(lines[number])
        change(item)
        lines[number] = json.dumps(item)
        return "\n".join(lines) + "\n"

    return changed


@pytest.mark.parametrize(
    ("name", "change", "says", "record"),
    [
        ("entries.jsonl", line(7, lambda e: e.update(record=e["record"].replace("allow", "block"))), "record 7 ", 7),
        ("entries.jsonl", line(9, lambda e: e.update(seq=10)), "record 10 ", 10),
        ("entries.jsonl", line(9, lambda e: e["proof"].reverse()), "record 9 ", 9),
        ("entries.jsonl", line(9, lambda e: e["proof"].pop()), "record 9 ", 9),
        ("entries.jsonl", lambda text: "".join(text.splitlines(True)[:-1]), "missing", None),
        ("entries.jsonl", lambda text: "".join(text.splitlines(True)[::-1]), "order", None),
        ("entries.jsonl", lambda text: text.splitlines(True)[0] * 2, "order", None),
        ("entries.jsonl", lambda _: "[]\n", "no object", None),
        ("entries.jsonl", lambda _: "{\n", "damaged", None),
        ("entries.jsonl", lambda _: None, "damaged", None),
        ("entries.jsonl", line(1, lambda e: e.update(seq=True)), "order", None),
        ("checkpoint", lambda text: text.replace("600", "601"), "signature", None),
        ("checkpoint", lambda _: " " * (1 << 21), "too large", None),
        ("bundle.json", lambda _: " " * (1 << 21), "too large", None),
        ("entries.jsonl", lambda text: " " * (1 << 25) + text, "too long", None),
        ("checkpoint", lambda _: "", "no signed checkpoint", None),
        ("consistency.jsonl", line(0, lambda e: e["proof"].pop()), "does not continue", None),
        (
            "consistency.jsonl",
            line(0, lambda e: e.update(note=e["note"].replace("\n5", "\n6"))),
            "signature|checkpoint",
            None,
        ),
        ("bundle.json", lambda _: "{}", "no bundle", None),
        ("bundle.json", lambda _: "[]", "no bundle", None),
    ],
)
def test_what_was_changed_is_refused(
    log: AuditLog, tmp_path: Path, name: str, change: Callable[[str], str | None], says: str, record: int | None
) -> None:
    log.export(tmp_path / "bundle.zip")
    changed = rewritten(tmp_path / "bundle.zip", tmp_path / "changed.zip", name, change)
    with pytest.raises(Untrue, match=says) as caught:
        check(changed, log.verifier)
    assert record is None or caught.value.record == record


def test_a_bundle_of_another_log_and_no_bundle_at_all(log: AuditLog, tmp_path: Path) -> None:
    log.export(tmp_path / "bundle.zip")
    with pytest.raises(Untrue, match="another log"):
        check(tmp_path / "bundle.zip", offline.VerifierKey("other.example", log.verifier.public))
    whole = (tmp_path / "bundle.zip").read_bytes()
    half = len(whole) // 2
    for raw in (b"", b"PK", whole[:half], whole[:half] + b"x" * 50 + whole[half + 50 :]):
        (tmp_path / "broken").write_bytes(raw)
        with pytest.raises(Untrue):
            check(tmp_path / "broken", log.verifier)


def test_a_part_of_the_log(log: AuditLog, tmp_path: Path) -> None:
    done = log.export(tmp_path / "part.zip", wanted=lambda record: record["decision"] in ("d5", "d255", "d599"))
    found = check(tmp_path / "part.zip", log.verifier)
    assert (done.entries, found.entries, found.checkpoint.size, found.complete) == (3, 3, 600, False)
    log.append(delivery_of("d5", "delivered"))
    log.export(tmp_path / "whole.zip")
    assert check(tmp_path / "whole.zip", log.verifier).complete, "the head is signed when the bundle is made"


def test_a_head_that_an_auditor_kept_must_be_continued(log: AuditLog, opened: Opened, tmp_path: Path) -> None:
    kept = log.checkpoint()
    log.append_many([preview(i) for i in range(300)])
    log.checkpoint()
    log.export(tmp_path / "bundle.zip", wanted=lambda _: False, heads=[kept])
    assert 600 in check(tmp_path / "bundle.zip", log.verifier, kept).earlier
    forged = write_note(600, b"x" * 32, opened.signer)
    with pytest.raises(Untrue, match="does not show that it continues the head of 600"):
        check(tmp_path / "bundle.zip", log.verifier, forged)
    log.export(tmp_path / "forged.zip", wanted=lambda _: False, heads=[forged])
    with pytest.raises(Untrue, match="does not continue its head of 600"):
        check(tmp_path / "forged.zip", log.verifier, forged)
    with pytest.raises(TamperDetected, match="put back"):
        log.export(tmp_path / "later.zip", heads=[write_note(9000, b"x" * 32, opened.signer)])
    assert not (tmp_path / "later.zip").exists()


def test_what_was_edited_is_not_exported(log: AuditLog, opened: Opened, tmp_path: Path) -> None:
    edit(opened.store, "UPDATE audit_entry SET record = '{}' WHERE seq = 33")
    with pytest.raises(TamperDetected, match="record 33 "):
        log.export(tmp_path / "bundle.zip")
    edit(opened.store, "DELETE FROM audit_entry WHERE seq = 32")
    with pytest.raises(TamperDetected, match="record 32 "):
        log.export(tmp_path / "bundle.zip")
    assert list(tmp_path.glob("*.zip*")) == [] == list(tmp_path.glob(".bundle*"))


def test_a_bundle_that_cannot_be_written(log: AuditLog, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="cannot be written"):
        log.export(tmp_path / "none" / "bundle.zip")
    with pytest.raises(AuditError, match="cannot be written"):
        log.export(tmp_path)
