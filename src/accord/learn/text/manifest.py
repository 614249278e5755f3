"""What a build of training rows holds: every source with its licence, digests and counts."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from accord.errors import ConfigError
from accord.learn.text.rows import EVALUATION_ONLY, Row

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows are from and under what terms.

    Attributes:
        name: the source.
        licence: under which it may be used, as its own notes say.
        attribution: whom the licence asks to name.
        ships: whether weights derived from it may be shipped.
        synthetic: whether a program wrote its texts.
        use: what its labels mean here.
    """

    name: str
    licence: str
    attribution: str
    ships: bool
    synthetic: bool
    use: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A source in a build: its terms, how many rows, and the digest of its file."""

    origin: Origin
    rows: int
    dev: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A build of rows.

    Attributes:
        seed: what every draw depended on.
        sources: what it holds.
        missing: sources asked for that were not there, and why.
        dropped: rows left out, by reason.
        counts: rows and spans by label, head, language and source.
    """

    seed: int
    sources: tuple[Entry, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse a build that may not become weights.

        Raises:
            ConfigError: a source only measures, has no licence or attribution, or may not be shipped.
        """
        for entry in self.sources:
            origin = entry.origin
            if origin.name in EVALUATION_ONLY:
                raise ConfigError(f"{origin.name} is for evaluation only")
            if not (origin.licence and origin.attribution and origin.use):
                raise ConfigError(f"{origin.name}: licence, attribution or use is missing")
            if not origin.ships:
                raise ConfigError(f"{origin.name}: weights derived from it may not be shipped")

    def write(self, folder: Path) -> Path:
        """Write it beside the rows; gives the file."""
        path = folder / NAME
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
        return path


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def counts(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How much there is: rows by source, language and split, spans by label, rows by head and its answer."""
    found: dict[str, Counter[str]] = {
        name: Counter() for name in ("source", "language", "split", "label", "head", "characters")
    }
    for row in rows:
        found["source"][row.source] += 1
        found["language"][row.language] += 1
        found["split"][row.split] += 1
        found["characters"][row.source] += len(row.text)
        found["label"].update(label for _, _, label in row.spans or ())
        found["head"].update(f"{name} {'yes' if value >= 0.5 else 'no'}" for name, value in row.heads.items())
    return {name: dict(sorted(counter.items())) for name, counter in found.items()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a build, as it stands in its file.

    Raises:
        ConfigError: there is none.
    """
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError("the folder holds no build of rows", hint="run the build first") from error
    if not isinstance(found, dict):
        raise ConfigError("the manifest of the build is not a table")
    return found
