"""Make, once for each machine, an environment with LiteLLM in it, and print its interpreter.

    python scripts/litellm_env.py [--check]

LiteLLM is a peer that accord is tested with and measured beside; its requirements are its own, so it gets an
environment of its own in the user's cache folder. `ACCORD_LITELLM_PYTHON` names an interpreter that has it already.
Exits with 3, saying why, where it cannot be had; with --check it is looked for and not made.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from platformdirs import user_cache_path

VERSION = "1.106.2"
VARIABLE = "ACCORD_LITELLM_PYTHON"
MISSING = 3


def folder() -> Path:
    """Where the environment lies."""
    return user_cache_path("accord") / f"litellm-{VERSION}"


def ready() -> str:
    """Its interpreter; "" where there is none."""
    if named := os.environ.get(VARIABLE):
        return named
    python = folder() / "bin" / "python"
    return str(python) if (folder() / ".ready").exists() and python.exists() else ""


def make() -> str:
    """Make it; why it could not be made, or "". Whoever comes second waits for the first."""
    place = folder()
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready():
            return ""
        try:
            venv.create(place, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return f"an environment could not be made: {type(error).__name__}"
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "--retries", "1", f"litellm[proxy]=={VERSION}"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            shutil.rmtree(place, ignore_errors=True)
            return f"litellm[proxy]=={VERSION} could not be installed here"
        (place / ".ready").write_text(VERSION)
    return ""


def main() -> int:
    """Print the interpreter, or say why there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="do not make it")
    given = parser.parse_args()
    if not ready():
        why = f"LiteLLM {VERSION} is not installed; make litellm-env does that" if given.check else make()
        if why:
            print(why, file=sys.stderr)
            return MISSING
    print(ready())
    return 0


if __name__ == "__main__":
    sys.exit(main())
