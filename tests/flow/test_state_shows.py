"""State as its users see it: verified, edited by hand, erased, put back, and under keys that are rotated meanwhile."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
version: 1
extends: default
readers: [structure, encoded, codes]
detectors: [patterns, fields]
rules:
  - {id: T-hold, match: [privacy.financial.card], to: [vendor], action: hold}
  - {id: T-block, match: [privacy.contact.email], to: [dataset], action: block}
retention: {evidence: P7D}
state: {audit: {anchors: [{file: HEADS}]}}
"""
MAIL, CARD = "jonas.weber@example.org", "4111 1111 1111 1111"
CLEAR = (MAIL, CARD, "jonas.weber", "patient-4711", "visit-of-may")

FILL = """
import sys, accord
guard = accord.load(sys.argv[1], state=sys.argv[2])
for who, session, mail in (("patient-4711", "visit-of-may", "jonas.weber@example.org"), ("patient-0815", "of-june", "ida@example.org")):
    context = accord.Context(tenant="", principal="ward", session=session, subject=who)
    seen = guard.inspect(f"write to {mail} about card 4111 1111 1111 1111", context)
    print(*(seen.release(to=where).outcome.value for where in ("model", "vendor", "dataset")))
guard.close()
"""

LOOP = """
import sys, threading, accord
guard = accord.load(sys.argv[1], state=sys.argv[2])
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
number = 0
while not ended.is_set():
    for session in ("lasting", f"new-{number}"):
        context = accord.Context(principal="ward", session=session, subject=f"subject-{number % 7}")
        seen = guard.inspect(f"write to jonas{number % 5}@example.org", context)
        print(number, seen.release(to="model").content[0].reveal(), flush=True)
    number += 1
guard.close()
"""

RESTORE = """
import json, sys, accord
guard = accord.load(sys.argv[1], state=sys.argv[2])
for line in sys.stdin:
    session, text = json.loads(line)
    context = accord.Context(principal="ward", session=session)
    answer = accord.Text(text, role=accord.Role.ASSISTANT)
    print(guard.inspect([answer], context).release(to="user").content[0].reveal())
guard.close()
"""


class House:
    """One state folder and the commands that work on it, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.heads = folder / "elsewhere" / "heads.jsonl"
        self.config = folder / "accord.yaml"
        self.config.write_text(CONFIG.replace("HEADS", str(self.heads)))

    def run(self, *args: object, state: Path | None = None, code: int = 0, stdin: bytes = b"") -> str:
        common = ["--config", str(self.config), "--state", str(state or self.state)]
        return _ended([sys.executable, "-m", "accord", *map(str, args), *common], code, stdin)

    def json(self, *args: object, **more: Any) -> Any:
        return json.loads(self.run(*args, "--json", **more))

    def script(self, code: str, stdin: bytes = b"") -> list[str]:
        return _ended([sys.executable, "-c", code, str(self.config), str(self.state)], 0, stdin).splitlines()

    def copy(self, name: str) -> Path:
        """The state as a backup has it: without the key store."""
        made = self.folder / name
        shutil.copytree(self.state, made, ignore=shutil.ignore_patterns("keys"))
        return made

    def with_keys(self, copied: Path) -> Path:
        """The same, put back beside the key store of now."""
        shutil.copytree(self.state / "keys", copied / "keys")
        return copied


def _ended(command: list[str], code: int, stdin: bytes) -> str:
    ran = subprocess.run(command, input=stdin, capture_output=True, timeout=100, check=False)
    assert b"Traceback" not in ran.stderr
    assert ran.returncode == code, (command[2:], ran.stdout, ran.stderr)
    return ran.stdout.decode() + (ran.stderr.decode() if code else "")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A state in which two persons were spoken of; not to be changed."""
    house = House(tmp_path_factory.mktemp("house"))
    assert house.script(FILL) == ["transform hold block"] * 2
    listed = house.run("audit", "list", "--json").splitlines()
    held = house.json("audit", "verify")
    assert (held["ok"], held["size"], held["anchored"]) == (True, len(listed), len(listed)) and len(listed) > 6
    return house


@pytest.fixture
def house(lived_in: House, tmp_path: Path) -> House:
    """One of one's own."""
    own = House(tmp_path)
    shutil.copytree(lived_in.state, own.state)
    shutil.copytree(lived_in.heads.parent, own.heads.parent)
    return own


def alone(folder: Path, bundle: Path, key: str) -> subprocess.CompletedProcess[str]:
    """The checker out of a bundle, by a Python without packages, environment or anything of ours."""
    (folder / "key").write_text(key)
    with zipfile.ZipFile(bundle) as made:
        (folder / "offline.py").write_bytes(made.read("offline.py"))
    command = [sys.executable, "-I", "-S", str(folder / "offline.py"), str(bundle), "--key", str(folder / "key")]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/")


EDITS = {
    "changed": "UPDATE audit_entry SET record = replace(record, '\"hold\"', '\"allow\"') WHERE seq = ?",
    "renamed": "UPDATE audit_entry SET kind = 'preview' WHERE seq = ?",
    "removed": "DELETE FROM audit_entry WHERE seq = ?",
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_told_with_the_record(house: House, edit: str) -> None:
    listed = map(json.loads, house.run("audit", "list", "--json").splitlines())
    held = next(one["seq"] for one in listed if one.get("outcome") == "hold")
    database = sqlite3.connect(house.state / "state.sqlite")
    assert database.execute(EDITS[edit], (held,)).rowcount == 1
    database.commit()
    database.close()
    said = house.json("audit", "verify", code=1)
    assert (said["ok"], said["record"]) == (False, held)
    assert f"record {held}" in house.run("audit", "verify", code=1)


def test_after_an_erasure_nothing_is_left_proofs_hold_and_copies_are_closed(house: House) -> None:
    key, bundle = house.run("audit", "key"), house.folder / "before.zip"
    house.run("audit", "export", bundle)
    before = house.json("export", "patient-4711")
    assert MAIL in json.dumps(before) and len(before["kept"]) == 2
    database = sqlite3.connect(house.state / "state.sqlite")
    sealed = [
        bytes(one)
        for (one,) in database.execute("SELECT sealed FROM custody_item UNION SELECT sealed FROM pseudonym")
    ]
    database.close()
    copied = house.copy("backup")
    there = b"".join(file.read_bytes() for file in copied.iterdir())
    assert len(sealed) > 4 and all(one[:48] in there for one in sealed)

    house.run("erase", "--subject", "patient-4711", "--yes")
    house.run("erase", "--value", "-", "--yes", stdin=b"IDA@example.org")

    kept = {file.name: file.read_bytes() for file in house.state.rglob("*") if file.is_file()}
    assert {"state.sqlite", "keys.sqlite", "master.key"} <= set(kept)
    for name, data in kept.items():
        assert [clear for clear in (*CLEAR, "ida@example.org") if clear.encode() in data] == [], name
        assert not any(one[:48] in data for one in sealed), name
    assert house.json("export", "patient-4711")["pseudonyms"] == []
    assert house.json("audit", "verify")["anchored"] > 0
    # What was given out before still proves itself, where there is nothing of ours.
    ran = alone(house.folder, bundle, key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert house.run("audit", "key") == key

    # A copy without its keys is closed; beside the keys of now it is empty of the person, and told as old.
    assert "another key store" in house.run("review", "list", state=copied, code=2)
    shutil.rmtree(copied / "keys")
    again = house.with_keys(copied)
    assert "put back" in house.run("audit", "verify", state=again, code=1)
    given = house.json("export", "patient-4711", state=again)
    assert MAIL not in json.dumps(given) and given["pseudonyms"] == []


def test_rotating_under_load_loses_and_blocks_nothing(house: House) -> None:
    command = [sys.executable, "-c", LOOP, str(house.config), str(house.state)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as working:
        told = _collected(working)
        _until(told, 40)
        masters = {house.json("vault", "rotate")["master"] for _ in range(2)}
        retired = set(house.json("vault", "retire")["retired"])
        _until(told, len(told) + 40)
        assert working.stdin is not None and working.stderr is not None
        working.stdin.close()
        assert working.wait(60) == 0, working.stderr.read()
        assert b"Traceback" not in working.stderr.read()
    assert len(masters) == 2 and len(retired) == 2
    status = house.json("vault", "status")
    assert set(status["masters"]) == masters - retired and status["missing"] == []
    lines = [line.split(" ", 1) for line in told]
    assert len({text for number, text in lines[::2] if int(number) % 5 == 0}) == 1, (
        "one value, one pseudonym, throughout"
    )
    asked = [("lasting" if at % 2 == 0 else f"new-{number}", text) for at, (number, text) in enumerate(lines)]
    given = house.script(RESTORE, "".join(json.dumps(one) + "\n" for one in asked).encode())
    assert given == [f"write to jonas{int(number) % 5}@example.org" for number, _ in lines]
    recorded = house.run("audit", "list", "--kind", "release", "--json").splitlines()
    assert len(recorded) == 6 + 2 * len(lines)
    assert house.json("audit", "verify")["ok"]


def _collected(working: subprocess.Popen[bytes]) -> list[str]:
    """The lines a process prints, as they come."""
    lines: list[str] = []
    out = working.stdout
    assert out is not None
    threading.Thread(target=lambda: lines.extend(line.decode().rstrip() for line in out), daemon=True).start()
    return lines


def _until(lines: list[str], count: int) -> None:
    for _ in range(6000):
        if len(lines) >= count:
            return
        time.sleep(0.01)
    raise AssertionError("it does not go on")
