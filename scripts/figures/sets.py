"""The public sets accuracy is measured on: their rows, their licences, and whether the weights have seen them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a set's own page says about where it comes from."""

    name: str
    source: str
    licence: str
    attribution: str


class Sets:
    """A folder of sets, each a folder with `README.md` and `data.jsonl`.

    Args:
        folder: where they lie.
        chosen: the names to use; all when empty.
        limit: how many rows of a set at most.
        trained: sets the weights that come with accord were trained on.
    """

    def __init__(self, folder: Path, chosen: Sequence[str], limit: int, trained: frozenset[str]) -> None:
        self.folder, self.limit, self.trained = folder, limit, trained
        self._chosen = frozenset(chosen)
        self.used: dict[str, tuple[int, int]] = {}
        self._digest = hashlib.sha256()

    def has(self, name: str) -> bool:
        """Whether the set is there and wanted."""
        return (not self._chosen or name in self._chosen) and (self.folder / name / "data.jsonl").is_file()

    def rows(self, name: str, limit: int | None = None) -> list[Row]:
        """The rows of a set, or a sample that depends on the rows alone: those with the smallest hashes."""
        if not self.has(name):
            return []
        text = (self.folder / name / "data.jsonl").read_text(encoding="utf-8")
        self._digest.update(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
        lines = [line for line in text.split("\n") if line]
        most = self.limit if limit is None else limit
        kept = lines if len(lines) <= most else sample(lines, most)
        self.used[name] = (len(kept), len(lines))
        return [json.loads(line) for line in kept]

    def has_media(self, name: str) -> bool:
        """Whether a set of pictures or recordings is there and wanted."""
        return (not self._chosen or name in self._chosen) and (self.folder / name / "manifest.jsonl").is_file()

    def media(self, name: str) -> list[Row]:
        """The rows of a set of pictures or recordings, whose files lie beside `manifest.jsonl`."""
        if not self.has_media(name):
            return []
        text = (self.folder / name / "manifest.jsonl").read_text(encoding="utf-8")
        rows: list[Row] = [json.loads(line) for line in text.split("\n") if line]
        if name not in self.used:
            self._digest.update(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
        self.used[name] = (len(rows), len(rows))
        return rows

    def notice(self, name: str) -> Notice:
        """Source, licence and attribution, from the set's README."""
        page = (self.folder / name / "README.md").read_text(encoding="utf-8")
        facts = {key.lower(): value for key, value in re.findall(r"^- \*\*(.+?):\*\* (.+)$", page, re.MULTILINE)}
        return Notice(name, facts.get("source", ""), facts.get("licence", ""), facts.get("attribution", ""))

    @property
    def digest(self) -> str:
        """SHA-256 over the files that were read."""
        return self._digest.hexdigest()


def sample(lines: Sequence[str], size: int) -> list[str]:
    """`size` lines in their order, drawn by the hash of each line: the same whatever else is in the file."""
    ranked = sorted(range(len(lines)), key=lambda at: hashlib.sha256(lines[at].encode()).digest())
    return [lines[at] for at in sorted(ranked[:size])]


def trained_on(weights: Path, known: Iterable[str]) -> frozenset[str]:
    """The sets that a model card names among its training data.

    A card names them in the first column of the table under the heading "Sources"; elsewhere it may speak about
    other sets.
    """
    names: set[str] = set()
    for card in sorted(weights.glob("*.md")):
        inside = False
        for line in card.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                inside = line.strip("# ").lower() == "sources"
            elif inside and line.startswith("|"):
                names.update(re.findall(r"[\w-]+", line.split("|")[1]))
    return frozenset(names) & frozenset(known)
