"""What the commands of custody share: how they are let in, and how they write times and content."""

from __future__ import annotations

import base64
import mimetypes
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from accord.cli import say
from accord.cli.options import Command, Common
from accord.core.content import Content, Part, Text
from accord.errors import StoreError

if TYPE_CHECKING:
    from accord.custody.desk import Desk

Opened = Callable[[Common, str, str | None], AbstractContextManager["Desk"]]
"""Lets somebody in for an action (`review.list`, `erase` …), on a tenant where one is named; raises AccessDenied."""

_PRIVATE = 0o600
_WORDS = {
    "quarantine": ("item in quarantine", "items in quarantine"),
    "evidence": ("piece of evidence", "pieces of evidence"),
    "mention": ("mention in the index", "mentions in the index"),
    "api key": ("API key", "API keys"),
}


def tenant_option(required: str) -> Callable[[Command], Command]:
    """Ask whose data: an empty name is the tenant of those who name none."""
    return click.option("--tenant", default=None, metavar="NAME", help=required)


def when(ms: int | None) -> str | None:
    """A time as people and JSON read it."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(counts: Mapping[str, int]) -> str:
    """Counts in words: `2 pseudonyms, 1 scope`."""
    return ", ".join(say.plural(count, *_WORDS.get(kind, (kind,))) for kind, count in sorted(counts.items()) if count)


def part_object(part: Part) -> dict[str, Any]:
    """A part with its content, as JSON."""
    about = {"modality": part.modality.value, "role": part.role.value, "message": part.message}
    if isinstance(part, Text):
        return {**about, "text": part.reveal()}
    return {**about, "media_type": part.media_type, "base64": base64.b64encode(part.reveal()).decode()}


def show_parts(content: Content) -> None:
    """Print texts; say of everything else what it is."""
    for number, part in enumerate(content, 1):
        say.note(f"{number}. {part.modality.value}, {part.role.value}, {say.plural(len(part), _unit(part))}")
        if isinstance(part, Text):
            say.line(say.safe_lines(part.reveal()))


def write_parts(folder: Path, content: Content) -> list[str]:
    """Write every part to a file of its own, readable by its owner alone; their names.

    Raises:
        StoreError: one cannot be written, or is there already.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(error) from None
    return [
        write_private(folder / f"part-{number:03}{_suffix(part)}", _bytes(part))
        for number, part in enumerate(content, 1)
    ]


def write_private(path: Path, data: bytes) -> str:
    """Write a new file, readable by its owner alone; its path.

    Raises:
        StoreError: it cannot be written, or is there already.
    """
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE), "wb") as file:
            file.write(data)
    except OSError as error:
        raise _unwritable(error) from None
    return str(path)


def lines(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows as plain lines."""
    for row in rows:
        say.line(" ".join(say.safe(cell) for cell in row))


def _unit(part: Part) -> str:
    return "character" if isinstance(part, Text) else "byte"


def _bytes(part: Part) -> bytes:
    value = part.reveal()
    return value.encode() if isinstance(value, str) else value


def _suffix(part: Part) -> str:
    if isinstance(part, Text):
        return ".txt"
    return mimetypes.guess_extension(part.media_type.partition(";")[0].strip()) or ".bin"


def _unwritable(error: OSError) -> StoreError:
    return StoreError(
        f"the file cannot be written: {error.strerror or type(error).__name__}",
        hint="choose another place with --out",
    )
