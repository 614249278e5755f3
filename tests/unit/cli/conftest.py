"""Commands run in this process, without models."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from accord.cli.main import cli

FAST = "version: 1\nextends: default\nreaders: [structure, encoded, codes]\ndetectors: [patterns, fields]\n"


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Run:
    def __init__(self, tmp_path: Path) -> None:
        self.config = tmp_path / "fast.yaml"
        self.config.write_text(FAST)
        self.state = tmp_path / "state"

    def raw(self, *args: object, stdin: bytes | None = None) -> Ran:
        """Run with nothing but these arguments."""
        given = io.BytesIO(stdin) if stdin is not None else None
        result = CliRunner().invoke(cli, [str(arg) for arg in args], input=given)
        assert "Traceback" not in result.output
        return Ran(result.exit_code, result.stdout, result.stderr)

    def __call__(self, command: str, *args: object, stdin: bytes | None = None) -> Ran:
        """Run with the fast configuration and a state folder of its own."""
        return self.raw("--config", self.config, "--state", self.state, *command.split(), *args, stdin=stdin)


@pytest.fixture(scope="session")
def make_run() -> type[Run]:
    """Makes what runs commands, for fixtures that last longer than a test."""
    return Run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home-state"))
    monkeypatch.delenv("ACCORD_STATE", raising=False)
    monkeypatch.delenv("ACCORD_DEBUG", raising=False)
    return Run(tmp_path)
