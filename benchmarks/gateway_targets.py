"""What is measured as a gateway: accord in three forms, nginx, and LiteLLM with and without Presidio; on this machine.

Each is started before the same upstream and ended by its process number. What cannot be had is left out, with why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from tests.engines.running import Running, accord, accord_server, free_port, running  # noqa: E402

PEER = ROOT / ".venv-peer" / "bin"
PEER_SERVERS = ("presidio-anonymizer==2.2.366", "gunicorn==27.0.1")
ALONE = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
    "LITELLM_LOG": "ERROR",
    "NO_PROXY": "*",
}
MASTER = "sk-bench"

KNOWN = """\
version: 1
extends: default
readers: []
detectors: [lists]
output: {stream: restore_only}
"""
"""All of the gateway but for controls on texts: the one detector looks at pictures alone."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that is loaded.

    Attributes:
        name: in the tables.
        url: of its chat door.
        key: shown as a bearer token; "" for none.
        pids: its processes, whose children count too.
    """

    name: str
    url: str
    key: str = ""
    pids: tuple[int, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}


@dataclass(slots=True)
class Targets:
    """All that could be started.

    Attributes:
        upstream: where the upstream is.
        found: what is loaded, in order; the first is the upstream itself.
        missing: what could not be had, and why.
    """

    upstream: str
    found: list[Target] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


@contextmanager
def targets(folder: Path, peers: bool = True) -> Iterator[Targets]:
    """Start everything; it ends with the block."""
    with ExitStack() as stack:
        upstream = stack.enter_context(running([sys.executable, str(HERE / "gateway_upstream.py")]))
        port = upstream.until(r"port (\d+)", 20)[1]
        base = f"http://127.0.0.1:{port}"
        made = Targets(base, [Target("the upstream itself", f"{base}/v1/chat/completions", "", (upstream.pid,))])
        _nginx(made, stack, folder)
        _accord(made, stack, folder)
        if peers:
            _litellm(made, stack, folder)
        yield made


def _nginx(made: Targets, stack: ExitStack, folder: Path) -> None:
    program = shutil.which("nginx")
    if program is None:
        made.missing["nginx"] = "it is not installed"
        return
    port, host = free_port(), made.upstream.removeprefix("http://")
    paths = " ".join(
        f"{name}_temp_path {folder}/nginx-{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr error;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; {paths}\n"
        f"upstream up {{ server {host}; keepalive 128; }}\n"
        f"server {{ listen 127.0.0.1:{port} reuseport; keepalive_requests 1000000; client_max_body_size 40m;\n"
        'location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";'
        " proxy_buffering off; } } }\n"
    )
    server = stack.enter_context(running([program, "-c", str(config), "-p", str(folder)]))
    server.until_open(port, 20)
    made.found.append(Target("nginx", f"http://127.0.0.1:{port}/v1/chat/completions", "", (server.pid,)))


def _accord(made: Targets, stack: ExitStack, folder: Path) -> None:
    bare = [sys.executable, str(HERE / "gateway_bare.py"), "--upstream", f"{made.upstream}/v1"]
    server = stack.enter_context(running(bare))
    server.url = server.until(r"at (http://\S+)", 60)[1]
    made.found.append(_target("accord, forwarding alone", server))
    config = folder / "known.yaml"
    config.write_text(KNOWN)
    for name, chosen in (("accord, known callers and audits", config), ("accord, all text controls both ways", None)):
        state = folder / f"state-{len(made.found)}"
        key = accord(state, "keys", "add", "--tenant", "acme", "--role", "app").split()[-1]
        server = stack.enter_context(accord_server(state, f"{made.upstream}/v1", config=chosen))
        made.found.append(_target(name, server, key))


def _target(name: str, server: Running, key: str = "", *others: int) -> Target:
    return Target(name, f"{server.url}/v1/chat/completions", key, (server.pid, *others))


def _litellm(made: Targets, stack: ExitStack, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "litellm_env.py")], capture_output=True, text=True, check=False
    )
    if done.returncode:
        made.missing["LiteLLM"] = done.stderr.strip()
        return
    program = str(Path(done.stdout.strip()).with_name("litellm"))
    server = stack.enter_context(_proxy(made, folder, program, "litellm"))
    made.found.append(_target("LiteLLM", server, MASTER))
    if why := _presidio_missing():
        made.missing["LiteLLM with Presidio"] = why
        return
    analyzer = stack.enter_context(_presidio("analyzer", folder))
    anonymizer = stack.enter_context(_presidio("anonymizer", folder))
    guard = "\n".join(
        [
            "guardrails:",
            "- guardrail_name: presidio",
            "  litellm_params:",
            "    guardrail: presidio",
            "    mode: pre_call",
            "    default_on: true",
            "    output_parse_pii: true",
            "    presidio_filter_scope: input",
            f"    presidio_analyzer_api_base: {analyzer.url}",
            f"    presidio_anonymizer_api_base: {anonymizer.url}",
            "",
        ]
    )
    server = stack.enter_context(_proxy(made, folder, program, "guarded", guard))
    made.found.append(_target("LiteLLM with Presidio, one way", server, MASTER, analyzer.pid, anonymizer.pid))


@contextmanager
def _proxy(made: Targets, folder: Path, program: str, name: str, more: str = "") -> Iterator[Running]:
    models = "".join(
        f"- model_name: {model}\n  litellm_params: {{model: openai/{model}, api_base: '{made.upstream}/v1', api_key: none}}\n"
        for model in ("m", "slow")
    )
    file, port = folder / f"{name}.yaml", free_port()
    general = f"litellm_settings: {{telemetry: false}}\ngeneral_settings: {{master_key: {MASTER}}}\n"
    file.write_text(f"model_list:\n{models}{general}{more}")
    command = [program, "--config", str(file), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
    with running([*command, "--telemetry", "False"], ALONE, folder) as server:
        server.until_open(port, 120)
        server.url = f"http://127.0.0.1:{port}"
        yield server


def _presidio_missing() -> str:
    """Make the peer's REST servers ready; why that cannot be."""
    python = PEER / "python"
    if not python.exists():
        return "its environment is not there; measuring the part on texts makes it"
    if (PEER / "gunicorn").exists():
        return ""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    done = subprocess.run([*pip, *PEER_SERVERS], capture_output=True, check=False)
    return "its servers could not be installed here" if done.returncode else ""


@contextmanager
def _presidio(name: str, folder: Path) -> Iterator[Running]:
    port = free_port()
    command = [str(PEER / "gunicorn"), "--workers", "1", "--bind", f"127.0.0.1:{port}", "--keep-alive", "30"]
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    with running(
        [*command, "--timeout", "120", f"peer_presidio_rest:{name}()"], {"PYTHONPATH": path}, folder
    ) as server:
        server.until_open(port, 60)
        server.url = f"http://127.0.0.1:{port}"
        yield server
