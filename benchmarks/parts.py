"""A page of parts that are measured apart: each stands under a comment with its name."""

from __future__ import annotations

import re
from pathlib import Path

NAMES = ("text", "pictures", "sound", "state", "gateway")
"""The parts, in the order of the page; the first has no comment over it."""

_MARK = re.compile(r"^<!-- part: ([a-z]+) -->\n", re.MULTILINE)


def read(file: Path) -> dict[str, str]:
    """The parts of a page by name; none where there is no page yet."""
    if not file.is_file():
        return {}
    first, *rest = _MARK.split(file.read_text(encoding="utf-8"))
    found = {NAMES[0]: first} if first.strip() else {}
    return found | dict(zip(rest[::2], rest[1::2], strict=True))


def write(file: Path, found: dict[str, str]) -> None:
    """Write the parts in their order; one that this version does not know comes last, as it was."""
    order = [*(name for name in NAMES if name in found), *(name for name in found if name not in NAMES)]
    marks = {name: "" if name == NAMES[0] else f"<!-- part: {name} -->\n" for name in order}
    file.write_text("\n".join(marks[name] + found[name].rstrip("\n") + "\n" for name in order), encoding="utf-8")
