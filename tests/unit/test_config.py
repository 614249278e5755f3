"""A mistake in a policy file is an error that says where and what."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from accord.config import MediaModel, parse, read
from accord.config.state import address
from accord.errors import ConfigError
from accord.media.limits import MediaLimits

RULE = "version: 1\nrules:\n  - {id: A, match: [privacy.*], to: [model], action: %s}"

BAD = [
    ("version: 1\nruls: []", r"ruls: unknown key; did you mean 'rules'\?"),
    ("version: 1\nrules: [{id: A, mtach: [privacy.*], to: [model], action: allow}]", r"rules\[0\].mtach.*'match'"),
    ("version: 1\nlimits: {dephth: 3}", r"limits.dephth: unknown key; did you mean 'depth'\?"),
    ("version: 1\nlimits: {depth: -3}", r"limits.depth"),
    ("version: 1\nversion: 1", "the key 'version' stands twice"),
    ("version: 2", "version"),
    ("rules: []", "version"),
    ("[1, 2]", "expected keys and values"),
    ("a: [b", r"p.yaml:1"),
    ("a: *nowhere", r"p.yaml:1"),
    ("", "expected keys and values"),
    ("version: 1\ndefault: allow", "default"),
    ("version: 1\nextends: defalt", "no policy is named 'defalt'"),
    ("version: 1\nrules: [{id: A, match: [privacy.nothing], to: [model], action: block}]", "no category is named"),
    ("version: 1\nrules: [{id: A, match: [privacy.*], to: [modle], action: block}]", r"rules\[0\].to"),
    (RULE % "allow, min_score: 0.5", "allow takes no min_score"),
    (RULE % "transform", "`with` goes with action transform"),
    (RULE % "block, with: mask", "`with` goes with action transform"),
    (RULE % "transform, with: blur", "no transform is named 'blur'"),
    (RULE % "block, min_score: 1.5", "min_score"),
    (RULE % "block, on_error: allow", "on_error"),
    (RULE % "block, except: [privacy.*]", "leave nothing"),
    (RULE % "block, when: {origin: [martian]}", r"rules\[0\].when.origin"),
    (RULE % "block, when: {colour: [red]}", r"rules\[0\].when.colour: unknown key"),
    (
        "version: 1\nextends: default\nrules: [{id: F, match: [safety.*], to: [model], action: block}]",
        "the id is taken",
    ),
    (
        (RULE % "block") + "\n  - {id: B, match: [privacy.*], to: [model], action: allow}",
        "rules A and B contradict each other",
    ),
    (
        (RULE % "transform, with: mask")
        + "\n  - {id: B, match: [privacy.*], to: [model], action: transform, with: hash}",
        "contradict",
    ),
    ("version: 1\nmode: monitor", "owner and an expiry"),
    ("version: 1\n!!python/object/apply:os.system ['true']: 1", "p.yaml"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_mistake_is_an_error_with_its_path(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse(text, "p.yaml").policy()


def test_a_deep_file_is_an_error_and_no_crash() -> None:
    with pytest.raises(ConfigError):
        parse("[" * 100_000, "p.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot read"):
        read(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"version: 1 # caf\xe9")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(tmp_path / "latin.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * (1 << 21))
    with pytest.raises(ConfigError, match="larger than"):
        read(tmp_path / "big.yaml")


def test_one_pattern_need_not_be_a_list() -> None:
    chosen = parse("version: 1\nrules: [{id: A, match: safety.*, to: [model], action: block}]", "p.yaml").policy()
    assert chosen.rules[0].match == ("safety.*",)


def test_the_digest_speaks_of_meaning_and_not_of_layout() -> None:
    one = parse("version: 1\nrules: [{id: A, match: [safety.*], to: [model], action: block}]", "p.yaml").policy()
    two = parse(
        "version: 1\n# why\nrules:\n  - id: A\n    action: block\n    to: [model]\n    match: safety.*", "p.yaml"
    ).policy()
    three = parse("version: 1\nrules: [{id: A, match: [safety.*], to: [model], action: hold}]", "p.yaml").policy()
    assert one.digest == two.digest != three.digest


STATE = """
version: 1
extends: default
state:
  url: {env: ACCORD_DATABASE}
  keys: {master: {file: /run/secrets/accord}}
  audit: {name: audit.example/log1, checkpoint: {records: 10, every: PT5S}, anchors: [{file: heads}, {git: repo}]}
retention: {quarantine: P2D, evidence: P90D}
pseudonyms: {style: stand-ins}
access: {oidc: {issuer: https://id.example, audience: accord, jwks: keys.json}}
"""


def test_where_state_is_kept_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = parse(STATE, "x")
    assert chosen.retention.quarantine.days == 2
    assert chosen.retention.pseudonyms.days == 30
    assert chosen.state.audit.checkpoint.every.seconds == 5
    monkeypatch.setenv("ACCORD_DATABASE", "postgresql://db/accord")
    assert address(chosen.state.url or "") == "postgresql://db/accord"
    monkeypatch.delenv("ACCORD_DATABASE")
    with pytest.raises(ConfigError, match="ACCORD_DATABASE"):
        address(chosen.state.url or "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("state: {audit: {name: with space}}", "no spaces"),
        ("retention: {quarantine: -P1D}", "not negative"),
        ("retention: {quarantin: P1D}", "did you mean 'quarantine'"),
        ("state: {keys: {mastr: {env: X}}}", "did you mean 'master'"),
        ("pseudonyms: {style: numbers}", "pseudonyms.style"),
    ],
)
def test_what_is_wrong_about_state_is_said(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        parse(f"version: 1\nextends: default\n{text}\n", "x")


def test_bounds_on_recordings_are_set_like_all_others() -> None:
    given = parse(
        "version: 1\nextends: default\nlimits: {media: {sound_seconds: 600, samples: 20000000, channels: 2}}",
        "p.yaml",
    )
    media = given.limits.media
    assert (media.sound_seconds, media.samples, media.channels) == (600, 20_000_000, 2)
    for wrong in ("sound_seconds: 0", "samples: 0", "channels: 0", "channels: 5000"):
        with pytest.raises(ConfigError, match=wrong.partition(":")[0]):
            parse(f"version: 1\nextends: default\nlimits: {{media: {{{wrong}}}}}", "p.yaml")


def test_every_bound_on_media_can_be_set() -> None:
    assert set(MediaModel.model_fields) == {field.name for field in fields(MediaLimits)}
    assert MediaLimits(**MediaModel().model_dump()) == MediaLimits()
