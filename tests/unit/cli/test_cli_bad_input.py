"""Whatever is thrown at the command line: a clear line or a fault that the policy judges, never a traceback."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from accord.cli.main import cli


def check(run, path: Path, data: bytes):
    path.write_bytes(data)
    ran = run("check --json", path)
    return ran.code, ran.lines[0]


def faults(found: dict) -> set[str]:
    return {f["category"] for f in found["findings"] if f["category"].startswith("fault.")}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("latin.txt", b"caf\xe9 au lait"),
        ("binary.txt", bytes(range(256)) * 20),
        ("wide.txt", "no mark".encode("utf-16-le")),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("paper.pdf", b"%PDF-1.7\n1 0 obj\n"),
        ("sheet.xlsx", b"PK\x03\x04" + bytes(64)),
        ("unknown.xyz", b"\x93NUMPY\x01\0"),
    ],
)
def test_what_cannot_be_read_is_a_fault_and_blocked(run, tmp_path, name, data) -> None:
    code, found = check(run, tmp_path / name, data)
    assert (code, found["outcome"]) == (1, "block")
    assert "F" in found["rules"]
    assert faults(found) <= {"fault.undecodable", "fault.uninspected"}
    assert faults(found)
    assert all(f["reason"] for f in found["findings"] if f["category"].startswith("fault."))
    (covered,) = found["coverage"].values()
    assert covered == {"inspected": 0, "total": len(data)}


def test_an_empty_file_may_leave(run, tmp_path) -> None:
    code, found = check(run, tmp_path / "empty.txt", b"")
    assert (code, found["outcome"], found["findings"]) == (0, "allow", [])
    assert found["coverage"] == {"text": {"inspected": 0, "total": 0}}


def test_a_megabyte_of_one_word(run, tmp_path) -> None:
    code, found = check(run, tmp_path / "word.txt", b"a" * 1_000_000)
    assert code in (0, 1)
    assert found["outcome"] == "allow" or faults(found)


def test_beyond_the_limit_is_refused(run, tmp_path) -> None:
    run.config.write_text("version: 1\nextends: default\ndetectors: [patterns]\nlimits: {characters: 1000}\n")
    code, found = check(run, tmp_path / "long.log", b"line\n" * 2000)
    assert (code, faults(found)) == (1, {"fault.uninspected"})


def test_encodings_nested_too_deep_are_a_fault(run, tmp_path) -> None:
    data = b"write to jane.miller@example.org about the invoice of last week"
    for _ in range(9):
        data = base64.b64encode(data)
    code, found = check(run, tmp_path / "deep.txt", data)
    assert (code, faults(found)) == (1, {"fault.uninspected"})


def test_json_nested_too_deep_is_no_crash(run, tmp_path) -> None:
    data = b"[" * 100_000 + b'"jane.miller@example.org"' + b"]" * 100_000
    code, found = check(run, tmp_path / "deep.json", data)
    assert code == 1 or "privacy.contact.email" in {f["category"] for f in found["findings"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nextends: default\nrulez: []\n", "rulez: unknown key; did you mean 'rules'?"),
        ("version: 1\nextends: defualt\n", "no policy is named 'defualt'"),
        ("version: 1\nrules: [\n", "policy.yaml:"),
        ("version: 7\n", "policy.yaml: version"),
        ("just words\n", "expected keys and values"),
        ("version: 1\nversion: 1\n", "stands twice"),
        (
            "version: 1\nrules:\n"
            "  - {id: A, match: ['*'], to: [model], action: allow}\n"
            "  - {id: B, match: ['*'], to: [model], action: block}\n",
            "rules A and B contradict each other",
        ),
        ("version: 1\nrules:\n  - {id: A, match: [privacy.nme], to: [model], action: allow}\n", "privacy.nme"),
        ("version: 1\nextends: default\ndetectors: [paterns]\n", "no plugin of accord.detectors is named 'paterns'"),
    ],
)
def test_a_configuration_that_is_wrong_is_said_and_nothing_runs(run, tmp_path, text, said) -> None:
    (tmp_path / "policy.yaml").write_text(text)
    (tmp_path / "a.txt").write_text("fine")
    ran = run.raw("check", tmp_path / "a.txt", "--config", tmp_path / "policy.yaml", "--state", run.state)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("accord: ")


def test_a_configuration_that_is_not_there(run, tmp_path) -> None:
    ran = run.raw("check", "-", "--config", tmp_path / "missing.yaml", stdin=b"")
    assert (ran.code, "cannot read missing.yaml" in ran.err) == (2, True)


def test_config_and_policy_are_not_both_given(run) -> None:
    ran = run("check - --policy strict", stdin=b"")
    assert (ran.code, "--config and --policy" in ran.err) == (2, True)


def test_a_state_folder_that_cannot_be_used(run, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run.raw("check", "-", "--config", run.config, "--state", tmp_path / "file", stdin=b"x")
    assert (ran.code, ran.out) == (2, "")
    assert "the state folder cannot be used" in ran.err
    assert "--state DIR" in ran.err


def test_a_missing_model_is_a_fault_with_a_way_out(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ACCORD_MODELS", str(tmp_path / "nowhere"))
    run.config.write_text("version: 1\nextends: default\ndetectors: [patterns, entities]\n")
    ran = run("check - --json", stdin=b"hello")
    assert (ran.code, faults(ran.lines[0])) == (1, {"fault.uninspected"})
    assert "run `accord models pull`" in ran.err


def test_a_folder_is_for_sanitise(run, tmp_path) -> None:
    ran = run("check", tmp_path)
    assert (ran.code, "`accord sanitise` takes folders" in ran.err) == (2, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_at_once_and_what_follows_is_checked(run, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.txt").write_text("hello")
    ran = run("check", tmp_path / "pipe", tmp_path / "a.txt", "--json")
    assert (ran.code, ran.lines[0]["error"]["message"]) == (2, "this is not a regular file")
    assert ran.lines[1]["outcome"] != "error"


@pytest.mark.parametrize("args", [["check"], ["nonsense"], ["check", "-", "--to", "moon"], ["sanitise", "a"]])
def test_wrong_usage_is_2(run, args) -> None:
    ran = run.raw(*args)
    assert ran.code == 2
    assert "Usage:" in ran.err


def test_an_unexpected_error_shows_its_kind_and_not_its_words(run, monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError("jane.miller@example.org")

    monkeypatch.setattr("accord.app.load", fail)
    ran = run("check -", stdin=b"")
    assert ran.code == 2
    assert "internal error: RuntimeError" in ran.err
    assert "jane" not in ran.out + ran.err


def test_debugging_shows_where(run, monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError("here")

    monkeypatch.setattr("accord.app.load", fail)
    monkeypatch.setenv("ACCORD_DEBUG", "1")
    with pytest.raises(RuntimeError, match="here"):
        cli.main(["check", "-"])


def test_an_interruption_is_130(run, monkeypatch) -> None:
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("accord.app.load", interrupt)
    ran = run("check -", stdin=b"")
    assert (ran.code, ran.err) == (130, "\ninterrupted\n")


def test_json_lines_with_lone_surrogates_in_names(run, tmp_path) -> None:
    odd = tmp_path / "a\udcff.txt"
    odd.write_text("fine")
    assert json.loads(run("check --json", odd).out)["outcome"] == "allow"
    assert run("check", odd).code == 0
