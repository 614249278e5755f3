"""`accord serve` as a program: one line when it is ready, several processes, signals, and what they leave behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.engines.running import ONE_THREAD
from tests.upstream import FakeUpstream, chunk, events

from accord.config import parse
from accord.state import open_state

FAST = "version: 1\nextends: default\nreaders: [structure]\ndetectors: [patterns, fields]\n"


class Local(http.client.HTTPConnection):
    """A connection on this machine that looks up no name."""

    def connect(self) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(self.timeout)
        self.sock.connect((self.host, self.port))


@dataclass
class Server:
    """A server that runs, with what it says apart: its line, and its log."""

    process: subprocess.Popen[bytes]
    line: str
    log: Path
    folder: Path

    @property
    def port(self) -> int:
        return int(self.line.rpartition(":")[2])

    def ask(self, method: str, path: str, body: Any = None, seconds: float = 30) -> tuple[int, bytes]:
        connection = Local("127.0.0.1", self.port, timeout=seconds)
        try:
            raw = None if body is None else json.dumps(body)
            connection.request(method, path, raw, {"content-type": "application/json"})
            got = connection.getresponse()
            return got.status, got.read()
        finally:
            connection.close()

    def chat(self, text: str = "hello", **more: Any) -> tuple[int, bytes]:
        messages = [{"role": "user", "content": text}]
        return self.ask("POST", "/v1/chat/completions", {"model": "m", "messages": messages, **more})

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"spawn_main" in stat.with_name("cmdline").read_bytes():
                    found.append(int(stat.parent.name))
            except (OSError, ValueError):
                continue
        return found

    def until(self, condition: Any, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def records(self) -> list[dict[str, Any]]:
        kept = open_state(self.folder / "state", parse(FAST, "fast"), recover=False)
        try:
            return list(kept.audit.records())
        finally:
            kept.close()


@contextmanager
def serving(folder: Path, *options: str, config: str = FAST) -> Iterator[Server]:
    """A server on a free port, ended with all its processes."""
    (folder / "accord.yaml").write_text(config)
    command = [sys.executable, "-m", "accord", "serve", "--config", "accord.yaml", "--state", "state"]
    log = folder / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*command, *(() if "--listen" in options else ("--listen", "0")), *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=told,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode().rstrip("\n")
        if "--json" in options:
            where = json.loads(line)["listening"]
        else:
            assert line.startswith("accord listens on "), log.read_text()
            where = line.removeprefix("accord listens on ")
        yield Server(process, where, log, folder)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def ended(server: Server) -> tuple[int, bytes]:
    """The exit code once it was asked to end, and what else it printed."""
    server.process.send_signal(signal.SIGTERM)
    code = server.process.wait(30)
    assert server.process.stdout is not None
    return code, server.process.stdout.read()


def test_one_line_and_nothing_else(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.line.startswith("http://127.0.0.1:")
        assert server.chat("Write to jane@example.org")[0] == 200
        server.until(lambda: server.ask("GET", "/readyz")[0] == 200)
        assert ended(server) == (0, b"")
        said = server.log.read_text()
        assert "jane" not in said and all(json.loads(line)["at"] for line in said.splitlines())
        kinds = [record["kind"] for record in server.records()]
        assert kinds.count("release") == 2 and kinds.count("delivery") == 2


def test_json_and_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with serving(tmp_path, "--json", "--listen", f"unix:{path}") as server:
        assert server.line == f"unix:{path}"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert ended(server)[0] == 0
        assert not path.exists()


def test_an_open_stream_is_finished(tmp_path: Path) -> None:
    with FakeUpstream() as upstream, serving(tmp_path, "--upstream", upstream.url) as server:
        pieces = [chunk(role="assistant"), *(chunk(f"word{n} ") for n in range(40)), chunk(finish="stop")]
        upstream.will(events(pieces, pause=0.05))
        connection = Local("127.0.0.1", server.port, timeout=30)
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        got = connection.getresponse()
        assert got.readline()
        server.process.send_signal(signal.SIGTERM)
        rest = got.read()
        connection.close()
        assert b"word39" in rest and rest.rstrip().endswith(b"data: [DONE]")
        assert server.process.wait(30) == 0


@pytest.mark.engines
def test_a_worker_that_is_killed_is_replaced_and_leaves_no_gap_in_the_record(tmp_path: Path) -> None:
    with (
        FakeUpstream() as upstream,
        serving(tmp_path, "--upstream", upstream.url, "--workers", "2") as server,
    ):
        before = server.workers
        assert len(before) == 2
        assert all(server.chat()[0] == 200 for _ in range(10))
        victim = before[0]
        os.kill(victim, signal.SIGKILL)
        assert server.chat()[0] == 200
        server.until(lambda: len(server.workers) == 2 and victim not in server.workers)
        assert all(server.chat()[0] == 200 for _ in range(10))
        assert ended(server) == (0, b"")
        assert not server.workers
        records = server.records()
        released = {r["decision"] for r in records if r["kind"] == "release" and r["to"] == "model"}
        assert len(released) == 21 == len(upstream.requests)
        settled = {r["decision"] for r in records if r["kind"] == "delivery"}
        assert released <= settled


@pytest.mark.engines
def test_workers_share_switch_policy_and_metrics(tmp_path: Path) -> None:
    config = f"{FAST}gateway: {{public_metrics: true}}\n"
    with serving(tmp_path, "--workers", "2", config=config) as server:
        for _ in range(20):
            assert server.chat("Write to jane@example.org")[0] == 200
        text = server.ask("GET", "/metrics")[1].decode()
        assert 'accord_decisions_total{outcome="transform",to="model"} 20.0' in text
        stricter = "rules:\n  - {id: X, match: [privacy.contact.email], to: [model], action: block}\n"
        (tmp_path / "accord.yaml").write_text(config + stricter)
        time.sleep(3)
        assert {server.chat("Write to jane@example.org")[0] for _ in range(20)} == {403}
        (tmp_path / "state" / "kill-switch").touch()
        time.sleep(0.5)
        assert {server.chat()[0] for _ in range(20)} == {503}


@pytest.mark.engines
def test_workers_do_not_outlive_the_one_who_looks_after_them(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        before = server.workers
        server.process.kill()
        server.process.wait()
        server.until(lambda: not any(Path(f"/proc/{pid}/stat").exists() and running(pid) for pid in before))


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.engines
def test_a_worker_that_cannot_start_is_told_in_one_error(tmp_path: Path) -> None:
    (tmp_path / "accord.yaml").write_text(f"{FAST}upstreams: {{a: {{url: 'http://model.test/v1'}}}}\n")
    command = [sys.executable, "-m", "accord", "serve", "--config", "accord.yaml", "--state", "state"]
    done = subprocess.run(
        [*command, "--listen", "0", "--workers", "2"], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2 and done.stdout == b""
    assert done.stderr.count(b"accord: upstream a: content and credentials") == 1
