"""The Containerfile, read: there is no container engine in these tests, so it is not built here."""

from __future__ import annotations

import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import click
import pytest

from accord.app import STATE_VARIABLE
from accord.cli.main import cli
from accord.models.cache import VARIABLE

ROOT = Path(__file__).parents[2]


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions with their arguments, continued lines joined."""
    kept = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(kept))
    return [(words[0].upper(), words[1].strip()) for line in joined.splitlines() if (words := line.split(maxsplit=1))]


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """The stages, in order; the last one is what runs."""
    made: list[list[tuple[str, str]]] = []
    for name, said in instructions((ROOT / "Containerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            made.append([])
        made[-1].append((name, said))
    return made


def one(stage: list[tuple[str, str]], name: str) -> str:
    (said,) = [said for each, said in stage if each == name]
    return said


def environment(stage: list[tuple[str, str]]) -> dict[str, str]:
    pairs = [word.partition("=") for name, said in stage if name == "ENV" for word in shlex.split(said)]
    return {name: value for name, _, value in pairs}


def test_every_instruction_is_one(stages: list[list[tuple[str, str]]]) -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ARG", "ENV", "LABEL", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL"}
    known |= {"HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {name for stage in stages for name, _ in stage} <= known


def test_images_are_named_in_full_and_by_version(stages: list[list[tuple[str, str]]]) -> None:
    for stage in stages:
        assert re.match(r"docker\.io/library/python:3\.\d+-slim-\w+( AS \w+)?$", one(stage, "FROM"))


def test_it_runs_as_nobody_in_particular(stages: list[list[tuple[str, str]]]) -> None:
    user = one(stages[-1], "USER")
    uid = user.partition(":")[0]
    assert uid.isdigit() and int(uid) >= 10_000
    assert f"--uid {uid}" in " ".join(said for name, said in stages[-1] if name == "RUN")
    order = [name for name, _ in stages[-1]]
    assert "RUN" not in order[order.index("USER") :] and "COPY" not in order[order.index("USER") :]


def test_what_is_written_lies_in_the_volume(stages: list[list[tuple[str, str]]]) -> None:
    said = environment(stages[-1])
    assert json.loads(one(stages[-1], "VOLUME")) == [said[STATE_VARIABLE]]
    assert said["HOME"] == "/tmp" and said["PYTHONDONTWRITEBYTECODE"] == "1"
    assert not said[VARIABLE].startswith(said[STATE_VARIABLE])


def test_weights_come_with_it_or_are_mounted(stages: list[list[tuple[str, str]]]) -> None:
    build, run = stages
    assert environment(build)[VARIABLE] == environment(run)[VARIABLE]
    assert any(name == "RUN" and "accord models pull" in said for name, said in build)
    assert any(name == "COPY" and environment(run)[VARIABLE] in said for name, said in run)


def test_the_command_is_understood(stages: list[list[tuple[str, str]]]) -> None:
    entry, words = json.loads(one(stages[-1], "ENTRYPOINT")), json.loads(one(stages[-1], "CMD"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert entry == ["accord"] and "accord" in scripts
    command = cli.commands[words[0]]
    context = command.make_context("serve", list(words[1:]), parent=click.Context(cli))
    assert context.params["where"] == "0.0.0.0:8080" and context.params["behind_proxy"] is True
    assert one(stages[-1], "EXPOSE") == "8080" and one(stages[-1], "STOPSIGNAL") == "SIGTERM"


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_the_door_that_is_there(
    stages: list[list[tuple[str, str]]], status: int, code: int
) -> None:
    asked: list[str] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        words = json.loads(one(stages[-1], "HEALTHCHECK").partition("CMD ")[2])
        assert words[:2] == ["python", "-c"] and "8080" in words[2]
        check = words[2].replace("8080", str(server.server_address[1]))
        assert subprocess.run([sys.executable, "-c", check], check=False).returncode == code
        server.shutdown()
    assert asked == ["/healthz"]


def test_what_is_copied_is_there_and_nothing_else_is(stages: list[list[tuple[str, str]]]) -> None:
    copied = {
        word for name, said in stages[0] if name == "COPY" and "--from" not in said for word in shlex.split(said)[:-1]
    }
    assert copied and all((ROOT / name).exists() for name in copied)
    allowed = (ROOT / ".containerignore").read_text().splitlines()
    assert "*" in allowed and {line[1:] for line in allowed if line.startswith("!")} == copied


def test_nothing_secret_is_in_it(stages: list[list[tuple[str, str]]]) -> None:
    for stage in stages:
        assert not [name for name in environment(stage) if re.search("KEY|SECRET|TOKEN|PASSWORD", name)]
    assert not re.search(r"\b(curl|wget|ADD|sudo|apt-get)\b", (ROOT / "Containerfile").read_text())
