"""`accord check`: what it says, how it ends, and what it never shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accord.cli import say
from accord.core.taxonomy import CATEGORIES

VALUES = ("jane.miller@example.org", "4111 1111 1111 1111", "192.0.2.44", "AKIAIOSFODNN7EXAMPLE")
TEXT = "Write to {}\nthe card is {}\nfrom {}, key {}\n".format(*VALUES)

KEYS = ["input", "to", "outcome", "decision_id", "policy_digest", "rules", "coverage", "findings", "scores"]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    (tmp_path / "letter.txt").write_text(TEXT)
    return tmp_path / "letter.txt"


def no_values(text: str) -> None:
    for value in VALUES:
        assert value not in text


def test_json_is_one_object_an_input_as_specified(run, letter) -> None:
    ran = run("check --json", letter)
    (found,) = ran.lines
    assert (ran.code, ran.err) == (0, "")
    assert list(found) == KEYS
    assert (found["input"], found["to"], found["outcome"]) == (str(letter), "model", "transform")
    assert len(found["decision_id"]) == 32
    assert len(found["policy_digest"]) == 64
    assert found["rules"] == ["P-credential", "P-identity"]
    assert found["coverage"] == {"text": {"inspected": len(TEXT), "total": len(TEXT)}}
    categories = [f["category"] for f in found["findings"]]
    assert categories == [
        "privacy.contact.email",
        "privacy.financial.card",
        "privacy.network.ip",
        "privacy.credential.api_key",
    ]
    for finding, value in zip(found["findings"], VALUES, strict=True):
        assert list(finding) == ["category", "score", "detector", "part", "place"]
        assert finding["category"] in CATEGORIES
        assert 0 <= finding["score"] <= 1
        place = finding["place"]
        assert (place["kind"], finding["part"]) == ("span", 0)
        assert TEXT[place["start"] : place["end"]] == value
        row = TEXT.split("\n")[place["line"] - 1]
        assert row[place["column"] - 1 :].startswith(value)
    assert set(categories) <= set(found["scores"])
    no_values(ran.out)


def test_every_input_has_its_line_and_the_worst_code_wins(run, letter, tmp_path) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\x7fELF\xff")
    ran = run("check --json", letter, tmp_path / "binary.txt", tmp_path / "missing")
    fine, binary, missing = ran.lines
    assert [fine["outcome"], binary["outcome"], missing["outcome"]] == ["transform", "block", "error"]
    assert missing["error"]["message"] == "cannot read the file: No such file or directory"
    assert ran.code == 2
    assert run("check", letter, tmp_path / "binary.txt").code == 1


def test_standard_input(run) -> None:
    ran = run("check - --json", stdin=TEXT.encode())
    assert ran.lines[0]["input"] == "-"
    assert len(ran.lines[0]["findings"]) == 4


def test_plain_lines_have_places_and_no_values(run, letter) -> None:
    ran = run("check", letter)
    assert f"{letter}: transform to model: P-credential, P-identity" in ran.out
    assert f"{letter}:2:13: privacy.financial.card" in ran.out
    assert "inspected 94 of 94" in ran.out or f"inspected {len(TEXT)} of {len(TEXT)} characters" in ran.out
    no_values(ran.out + ran.err)


def test_for_people_text_is_shown_masked(run, letter, monkeypatch) -> None:
    monkeypatch.setattr(say, "human", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    ran = run("check", letter)
    assert "the card is [CARD]" in ran.out
    no_values(ran.out)
    assert "[CARD]" not in run("check --no-excerpt", letter).out


@pytest.mark.parametrize("to", ["model", "user", "tool", "dataset", "reviewer", "vendor"])
def test_every_destination_can_be_asked(run, letter, to) -> None:
    ran = run("check --json --to", to, letter)
    assert ran.lines[0]["to"] == to
    assert ran.code == 0


def test_common_options_stand_before_or_after(run, letter) -> None:
    common = ["--json", "--config", run.config, "--state", run.state]
    before, after = run.raw(*common, "check", letter), run.raw("check", letter, *common)
    assert before.code == after.code == 0
    assert before.lines[0]["findings"] == after.lines[0]["findings"]


def test_a_check_is_a_preview_on_record(run, letter) -> None:
    from accord.app import load

    decision = run("check --json", letter).lines[0]["decision_id"]
    guard = load(run.config, state=run.state)
    (record,) = guard.audit.records()
    guard.close()
    assert (record["kind"], record["decision"]) == ("preview", decision)
    no_values(json.dumps(record))


def test_who_speaks_matters(run, letter) -> None:
    own = run("check --json --to user", letter).lines[0]
    new = run("check --json --to user --role tool", letter).lines[0]
    assert (own["outcome"], new["outcome"]) == ("allow", "transform")


def test_names_cannot_steer_the_terminal(run, tmp_path) -> None:
    odd = tmp_path / "a\x1b[2J\u202eb.txt"
    odd.write_text("fine")
    ran = run("check", odd)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "a\\x1b[2J\\u202eb.txt" in ran.out
    assert json.loads(run("check --json", odd).out)["input"] == str(odd)


def test_many_findings_are_counted_and_all_shows_them(run, tmp_path) -> None:
    (tmp_path / "many.txt").write_text("".join(f"user{n}@example.org\n" for n in range(60)))
    assert "and 20 more; --all shows them" in run("check", tmp_path / "many.txt").out
    assert run("check --all", tmp_path / "many.txt").out.count("privacy.contact.email") == 60


def test_a_policy_that_only_watches_says_what_it_would_do(run, tmp_path) -> None:
    watching = tmp_path / "watch.yaml"
    watching.write_text(
        "version: 1\nextends: monitor\nowner: privacy@example.org\nexpires: 2999-01-01\ndetectors: [patterns]\n"
    )
    (tmp_path / "binary").write_bytes(b"\xff\xff\xff\xff")
    ran = run.raw("check", tmp_path / "binary", "--config", watching, "--state", run.state)
    assert ran.code == 0
    assert "allow (would block if enforced)" in ran.out
