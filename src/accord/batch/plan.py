"""Which files a job has, in an order that is the same everywhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from accord.errors import ContentError

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a job.

    Attributes:
        number: its position in the sorted input, from 1: names it where its own name may not be shown.
        path: where it is.
        relative: its path below the input.
        problem: why it is not read, in fixed words; empty where it is.
    """

    number: int
    path: Path
    relative: PurePath
    problem: str = ""

    def __repr__(self) -> str:
        return f"<Item {self.number}>"


def plan(source: Path) -> list[Item]:
    """The files of a folder, sorted by path, or the one file.

    Links to files are followed as long as they stay in the folder; links to folders are not followed, so that there
    are no circles. What is no regular file is listed with its problem.

    Raises:
        ContentError: the input is not there or cannot be listed, or holds no file.
    """
    try:
        mode = source.stat().st_mode
    except OSError as error:
        raise ContentError(f"cannot read the input: {error.strerror or type(error).__name__}") from None
    if not stat.S_ISDIR(mode):
        return [Item(1, source, PurePath(source.name), "" if stat.S_ISREG(mode) else "not a regular file")]
    root = source.resolve()
    paths = sorted(_walk(root), key=lambda pair: os.fsencode(pair[0]))
    if not paths:
        raise ContentError("the input folder holds no file")
    return [
        Item(number, path, path.relative_to(root), problem or _problem(path, root))
        for number, (path, problem) in enumerate(paths, 1)
    ]


def refuse_overlap(source: Path, target: Path) -> None:
    """Input and output must be apart, or a later run would read what an earlier one wrote.

    Raises:
        ContentError: one lies in the other.
    """
    there, here = target.resolve(), source.resolve()
    if there == here or there.is_relative_to(here) or here.is_relative_to(there):
        raise ContentError("input and output overlap", hint="name an output outside the input")


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    failed: list[str] = []
    for folder, folders, files in os.walk(root, onerror=lambda error: failed.append(str(error.filename))):
        for name in files:
            yield Path(folder, name), ""
        for name in folders:
            if Path(folder, name).is_symlink():
                yield Path(folder, name), "a link to a folder is not followed"
    for folder in failed:
        yield Path(folder), "cannot list the folder"


def _problem(path: Path, root: Path) -> str:
    try:
        mode = path.stat().st_mode
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            return "a link that leads out of the input"
    except OSError as error:
        return f"cannot read the file: {error.strerror or type(error).__name__}"
    return "" if stat.S_ISREG(mode) else "not a regular file"
