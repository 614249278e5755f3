"""Programs that tests run beside themselves, each in a process group of its own, ended by its number and never by name."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass
class Running:
    """A program that runs.

    Attributes:
        process: its process, the leader of its group.
        said: the lines it wrote, standard error among them.
        url: where it listens, once that is known.
    """

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    def until(self, pattern: str, seconds: float) -> re.Match[str]:
        """Wait for words that it writes.

        Raises:
            AssertionError: they do not come; with what came.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := re.search(pattern, self.text):
                return found
            assert self.process.poll() is None or re.search(pattern, self.text), f"it ended: {self.text[-2000:]}"
            time.sleep(0.02)
        raise AssertionError(f"it did not say {pattern}: {self.text[-2000:]}")

    def until_open(self, port: int, seconds: float) -> None:
        """Wait until a port of this machine is listened on."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            assert self.process.poll() is None, f"it ended: {self.text[-2000:]}"
            time.sleep(0.1)
        raise AssertionError(f"nobody listens: {self.text[-2000:]}")

    def kill(self) -> None:
        """End it at once, with all its children (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, seconds: float = 20.0) -> int:
        """Ask it to end, and insist."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self.kill()
        return code


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[Running]:
    """Run a program until the block ends."""
    process = subprocess.Popen(
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **ONE_THREAD, **(env or {})},
        cwd=cwd,
        start_new_session=True,
    )
    made = Running(process)

    def read() -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                made.said.append(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield made
    finally:
        made.end()
        reader.join(10)


@contextmanager
def accord_server(
    state: Path,
    upstream: str = "echo",
    *,
    config: Path | None = None,
    more: Sequence[str] = (),
    seconds: float = 60.0,
) -> Iterator[Running]:
    """`accord serve` on a free port of this machine."""
    command = [sys.executable, "-m", "accord", "serve", "--json", "--listen", "127.0.0.1:0", "--state", str(state)]
    command += ["--upstream", upstream] if upstream else []
    command += ["--config", str(config)] if config else []
    with running([*command, *more], {"NO_PROXY": "*"}) as made:
        made.url = json.loads('"' + made.until(r'"listening": ?"([^"]+)"', seconds)[1] + '"')
        yield made


def accord(state: Path, *arguments: str) -> str:
    """What an `accord` command prints."""
    command = [sys.executable, "-m", "accord", *arguments, "--state", str(state)]
    env = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
