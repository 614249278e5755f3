"""The command line as people use it: as a process, with pipes, signals and a real exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FAST = "version: 1\nextends: default\nreaders: [structure, encoded, codes]\ndetectors: [patterns, fields]\n"
ACCORD = [sys.executable, "-m", "accord"]


@pytest.fixture
def common(tmp_path: Path) -> list[str]:
    (tmp_path / "fast.yaml").write_text(FAST)
    return ["--config", str(tmp_path / "fast.yaml"), "--state", str(tmp_path / "state")]


def accord(*args: object, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    ran = subprocess.run(
        [*ACCORD, *map(str, args)],
        input=stdin,
        capture_output=True,
        timeout=100,
        env={**os.environ, **env},
        check=False,
    )
    assert b"Traceback" not in ran.stderr
    return ran


def test_a_pipe(common) -> None:
    ran = accord("check", "-", "--json", *common, stdin=b"card 4111 1111 1111 1111")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["outcome"] == "transform"


def test_a_refusal_is_1_and_an_error_is_2(common, tmp_path) -> None:
    assert accord("check", "-", *common, stdin=b"\xff").returncode == 1
    assert accord("check", tmp_path / "missing", *common).returncode == 2
    assert accord("check", "--nonsense").returncode == 2


def test_a_pipe_is_plain(common) -> None:
    ran = accord("check", "-", *common, stdin=b"card 4111 1111 1111 1111")
    assert b"\x1b" not in ran.stdout
    assert "│" not in ran.stdout.decode()


def test_a_terminal_without_unicode(common) -> None:
    ran = accord("policy", "explain", *common, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert ran.returncode == 0


def test_a_reader_that_goes_away_early(common, tmp_path) -> None:
    (tmp_path / "many.txt").write_text("".join(f"user{n}@example.org\n" for n in range(4000)))
    command = [*ACCORD, "check", "--all", str(tmp_path / "many.txt"), *common]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    running.wait(60)
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said


def test_ctrl_c_ends_at_once_with_130(common, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [*ACCORD, "check", str(tmp_path / "pipe"), *common]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with (tmp_path / "pipe").open("wb"):  # opened once the other side reads
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def test_the_state_folder_of_the_user_is_used_when_none_is_named(common, tmp_path) -> None:
    ran = accord("check", "-", *common[:2], stdin=b"hello", XDG_STATE_HOME=str(tmp_path / "home"))
    assert ran.returncode == 0
    assert (tmp_path / "home" / "accord" / "state.sqlite").exists()


def test_nothing_planted_is_printed(common, tmp_path) -> None:
    planted = ["quill.raven@example.org", "5555 5555 5555 4444", "198.51.100.77", "hunter2-raven-quill"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.log").write_text("\n".join(f"password={value} ip={value}" for value in planted))
    (tmp_path / "in" / "b.txt").write_bytes(("\n".join(planted)).encode() + b"\xff")
    seen = b""
    for args in (
        ["check", tmp_path / "in" / "a.log", tmp_path / "in" / "b.txt"],
        ["check", "--json", "--all", tmp_path / "in" / "a.log", tmp_path / "in" / "b.txt"],
        ["sanitise", tmp_path / "in", tmp_path / "out"],
        ["sanitise", "--json", "--force", tmp_path / "in", tmp_path / "out"],
    ):
        ran = accord(*args, *common)
        seen += ran.stdout + ran.stderr
    for file in [*(tmp_path / "out").rglob("*"), *(tmp_path / "state").rglob("*")]:
        seen += file.read_bytes() if file.is_file() else b""
    for value in planted:
        assert value.encode() not in seen


def test_a_damaged_state_file(common, tmp_path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.sqlite").write_bytes(b"this is no database" * 100)
    ran = accord("check", "-", *common, stdin=b"hello")
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert b"the state is damaged" in ran.stderr
