"""Credentials of upstreams: private files, nothing shown, changes seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from accord.errors import ConfigError
from accord.gateway.upstream_key import Credential


def private(path: Path, text: str | bytes, mode: int = 0o600) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return str(path)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", " sk-1 ")
    made = Credential(env="A_KEY")
    assert made.header() == "Bearer sk-1" and "sk-1" not in repr(made)
    assert Credential().header() == ""
    monkeypatch.delenv("A_KEY")
    with pytest.raises(ConfigError, match="A_KEY is not set"):
        Credential(env="A_KEY")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="others than its owner"):
        Credential(file=private(tmp_path / "key", "sk-1", mode))
    assert Credential(file=private(tmp_path / "key", "sk-1", 0o400)).header() == "Bearer sk-1"


@pytest.mark.parametrize(
    "text", ["", "\n", "a b", "a\nb", "a\r\nX-Evil: 1", "schlüssel", b"\xff", "a\x00b", "x" * 20_000]
)
def test_what_cannot_stand_in_a_header_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        Credential(file=private(tmp_path / "key", text))
    assert "Evil" not in str(caught.value) + str(caught.value.hint)


def test_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "none", tmp_path / "pipe"):
        with pytest.raises(ConfigError):
            Credential(file=str(path))
    with pytest.raises(ConfigError):
        Credential(env="A", file="b")


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = Credential(file=private(path, "one"))
    private(path, "three")
    assert made.header() == "Bearer three"
    path.unlink()
    with pytest.raises(ConfigError):
        made.header()
    private(path, "three")
    assert made.header() == "Bearer three"
