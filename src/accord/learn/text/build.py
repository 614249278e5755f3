"""One build: every source read, cleared of repeats, split, checked and written, with its manifest."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from accord.errors import ConfigError
from accord.learn.text import generate, hard
from accord.learn.text.manifest import Entry, Manifest, Origin, counts, digest
from accord.learn.text.rows import Row, key, normal, write
from accord.learn.text.sources import SOURCES, load

SHINGLE = 8
"""Words of a shingle (Broder 1997)."""

ALIKE = 0.5
"""Share of its shingles that a text of the smaller split may have in common with the larger one."""


@dataclass(frozen=True, slots=True)
class Config:
    """What to build.

    Attributes:
        data: folder of the sets of others; None leaves them out.
        corpora: folder of the corpora taken out of a package; None leaves them out.
        sources: which sets; None means all.
        generated: how many texts of our own with personal data.
        hard: about how many texts of our own for the heads; 0 leaves them out.
        seed: what every draw depends on.
        dev: share of families in the split that is not trained on.
        avoid: file of digests (`accord.learn.text.rows.key`), one a line, of texts that must not be learned from.
    """

    data: Path | None = None
    corpora: Path | None = None
    sources: tuple[str, ...] | None = None
    generated: int = 24000
    hard: int = 12000
    seed: int = 7
    dev: float = 0.06
    avoid: Path | None = None


def build(config: Config, out: Path) -> Manifest:
    """Write `rows/*.jsonl` and `manifest.json` to a folder.

    Returns:
        What was written, what was missing and what was left out.

    Raises:
        ConfigError: a row or a source is not what it should be.
    """
    missing: dict[str, str] = {}
    found = _gather(config, missing)
    avoided = frozenset(config.avoid.read_text("ascii").split()) if config.avoid else frozenset()
    rows, dropped = cleared((row for _, some in found for row in some), config, avoided)
    entries = []
    for origin, _ in found:
        own = [row for row in rows if row.source == origin.name]
        path = out / "rows" / f"{origin.name}.jsonl"
        total = write(own, path)
        entries.append(Entry(origin, total, sum(row.split == "dev" for row in own), digest(path)))
    manifest = Manifest(config.seed, tuple(entries), missing, dict(dropped), counts(rows))
    manifest.check()
    manifest.write(out)
    return manifest


def _gather(config: Config, missing: dict[str, str]) -> list[tuple[Origin, list[Row]]]:
    wanted = [source.origin for source in SOURCES if config.sources is None or source.origin.name in config.sources]
    unknown = set(config.sources or ()) - {origin.name for origin in wanted}
    for name in sorted(unknown):
        load(name, None, None)
    found: list[tuple[Origin, list[Row]]] = []
    for origin in wanted:
        try:
            found.append((origin, load(origin.name, config.data, config.corpora)))
        except ConfigError as error:
            missing[origin.name] = str(error)
    for own, make in _own():
        found.append((own, make(config)))
    return found


def _own() -> list[tuple[Origin, Callable[[Config], list[Row]]]]:
    return [
        (generate.ORIGIN, lambda config: list(generate.generate(config.generated, config.seed))),
        (hard.ORIGIN, lambda config: list(hard.hard(config.hard, config.seed))),
    ]


def shingles(text: str) -> set[bytes]:
    """Digests of the runs of eight words in a text; of the whole text where it has fewer."""
    words = normal(text).split()
    runs = (" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))
    return {hashlib.blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest() for run in runs}


def cleared(rows: Iterable[Row], config: Config, avoided: frozenset[str]) -> tuple[list[Row], Counter[str]]:
    """Rows once each, with their split; of the smaller split those that are not like any of the larger one."""
    dropped: Counter[str] = Counter()
    seen: set[tuple[str, bool]] = set()
    train: list[Row] = []
    dev: list[Row] = []
    for row in rows:
        name = key(row.text)
        mark = (name, row.spans is None)
        if not normal(row.text):
            dropped["empty"] += 1
        elif name in avoided:
            dropped["to be avoided"] += 1
        elif mark in seen:
            dropped["repeated"] += 1
        else:
            seen.add(mark)
            aside = row.draw(f"split {config.seed}") < config.dev
            (dev if aside else train).append(replace(row, split="dev" if aside else "train"))
    known = set[bytes]().union(*(shingles(row.text) for row in train)) if dev else set()
    kept = [row for row in dev if _new(shingles(row.text), known)]
    dropped["like one of the other split"] = len(dev) - len(kept)
    return train + kept, dropped


def _new(own: set[bytes], known: set[bytes]) -> bool:
    return len(own & known) <= ALIKE * len(own)
