"""LiteLLM, in an environment of its own: its interpreter, its SDK and its proxy. Nothing of it leaves this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.engines.running import ROOT, Running, free_port, running

ALONE = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
    "LITELLM_LOG": "ERROR",
    "NO_PROXY": "*",
    "DISABLE_ADMIN_UI": "True",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""Told to LiteLLM so that it fetches nothing and reports to nobody."""

MASTER = "sk-for-this-test"


def litellm_python() -> str:
    """Its interpreter, made at the first use on a machine; skips where it cannot be had."""
    command = [sys.executable, str(ROOT / "scripts" / "litellm_env.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        pytest.skip(done.stderr.strip() or "LiteLLM cannot be installed here")
    return done.stdout.strip()


def sdk(python: str, url: str, key: str, asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What LiteLLM's SDK makes of some requests, one after the other."""
    base = {"model": "openai/m", "api_base": f"{url}/v1", "api_key": key, "max_retries": 0}
    lines = "".join(json.dumps({**base, **one}) + "\n" for one in asked)
    done = subprocess.run(
        [python, str(Path(__file__).with_name("litellm_client.py"))],
        input=lines,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, **ALONE},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@contextmanager
def litellm_proxy(
    python: str, folder: Path, upstream: str, guardrails: Sequence[dict[str, Any]] = ()
) -> Iterator[Running]:
    """LiteLLM's proxy before an upstream, with guardrails that requests ask for by name."""
    config = {
        "model_list": [
            {"model_name": "m", "litellm_params": {"model": "openai/m", "api_base": upstream, "api_key": "none"}}
        ],
        "guardrails": list(guardrails),
        "litellm_settings": {"telemetry": False, "num_retries": 0},
        "general_settings": {"master_key": MASTER},
    }
    file = folder / "litellm.yaml"
    file.write_text(yaml.safe_dump(config))
    port = free_port()
    command = [
        str(Path(python).with_name("litellm")),
        "--config",
        str(file),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with running([*command, "--num_workers", "1", "--telemetry", "False"], ALONE, folder) as made:
        made.until_open(port, 120)
        made.url = f"http://127.0.0.1:{port}"
        yield made
