"""`accord sanitise` as a process: folders of many kinds of file, and what is left when it is killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FAST = "version: 1\nextends: default\nreaders: [structure, encoded, codes]\ndetectors: [patterns, fields]\n"
ACCORD = [sys.executable, "-m", "accord"]


@pytest.fixture
def common(tmp_path: Path) -> list[str]:
    (tmp_path / "fast.yaml").write_text(FAST)
    return ["--config", str(tmp_path / "fast.yaml"), "--state", str(tmp_path / "state")]


def fill(folder: Path, count: int) -> None:
    folder.mkdir()
    line = "2026-03-02 user=casey.morgan from=192.0.2.7 mail=casey.morgan@example.org card 4111 1111 1111 1111\n"
    for number in range(count):
        (folder / f"{number:03}.log").write_text(line * 200)


def test_structure_survives(common, tmp_path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.json").write_text('{"email": "casey@example.org", "note": "call +1 202 555 0143", "n": 3}')
    (source / "b.csv").write_text('id,email\n1,"casey@example.org"\n2,\n')
    (source / "c.jsonl").write_text('{"ip": "192.0.2.7"}\n{"ip": "192.0.2.8"}\n')
    ran = subprocess.run(
        [*ACCORD, "sanitise", str(source), str(tmp_path / "out"), *common], capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    parsed = json.loads((tmp_path / "out" / "a.json").read_text())
    assert (parsed["email"], parsed["n"]) == ("[EMAIL]", 3)
    assert (tmp_path / "out" / "b.csv").read_text().startswith("id,email\n1,")
    assert [json.loads(row)["ip"] for row in (tmp_path / "out" / "c.jsonl").read_text().splitlines()] == ["[IP]"] * 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_it_leaves_whole_files_only(common, tmp_path, how) -> None:
    fill(tmp_path / "in", 25)
    out = tmp_path / "out"
    running = subprocess.Popen(
        [*ACCORD, "sanitise", str(tmp_path / "in"), str(out), *common], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < end and len(list(out.glob("*.log"))) < 3:
        time.sleep(0.005)
    assert running.poll() is None, "it was done before it could be killed"
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert running.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL)
    assert b"Traceback" not in said
    named = [path for path in out.iterdir() if re.fullmatch(r"\d+\.log", path.name)]
    assert 3 <= len(named) < 25
    for path in named:
        assert len(path.read_text().splitlines()) == 200
        assert "@example.org" not in path.read_text()
    assert not (out / "manifest.json").exists()  # it stands for a job that was finished
    if how is signal.SIGINT:
        assert len(list(out.iterdir())) == len(named)

    again = subprocess.run(
        [*ACCORD, "sanitise", "--force", str(tmp_path / "in"), str(out), *common], capture_output=True, check=False
    )
    assert again.returncode == 0
    assert len(list(out.iterdir())) == 26
    assert json.loads((out / "manifest.json").read_text())["counts"] == {"transform": 25}


def test_big_logs_are_done_or_refused(common, tmp_path) -> None:
    line = "2026-03-02T08:15:52Z INFO gateway user=casey ip=192.0.2.7 mail=casey.morgan@example.org took 38 ms\n"
    (tmp_path / "big.log").write_text(line * (600_000 // len(line)))
    (tmp_path / "too-big.log").write_text(line * (9_000_000 // len(line)))
    Path(common[1]).write_text(Path(common[1]).read_text() + "limits: {characters: 1000000}\n")
    done = subprocess.run(
        [*ACCORD, "sanitise", str(tmp_path / "big.log"), str(tmp_path / "big.clean.log"), *common], check=False
    )
    assert done.returncode == 0
    assert "casey.morgan@example.org" not in (tmp_path / "big.clean.log").read_text()
    refused = subprocess.run(
        [*ACCORD, "sanitise", str(tmp_path / "too-big.log"), str(tmp_path / "no.log"), *common],
        capture_output=True,
        check=False,
    )
    assert refused.returncode == 1
    assert b"longer than 1000000 characters" in refused.stdout
    assert not (tmp_path / "no.log").exists()


def test_an_output_that_cannot_be_written(common, tmp_path) -> None:
    (tmp_path / "a.txt").write_text("fine")
    (tmp_path / "file").write_text("in the way")
    ran = subprocess.run(
        [*ACCORD, "sanitise", str(tmp_path / "a.txt"), str(tmp_path / "file" / "b.txt"), *common],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith(b"accord: ")
