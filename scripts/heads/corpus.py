"""All rows, without repeats and without anything that evaluation sets hold, cut into the windows heads see."""

from __future__ import annotations

import hashlib
import json
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from accord.detect.windows import LONGEST, segments, windows
from heads.catalogue import SOURCES
from heads.generate import carried, phrases
from heads.rows import Row, benign

KEPT_FOR_EVALUATION = (
    "openai_moderation", "hatecheck_en", "hatecheck_multilingual", "harmbench", "xstest", "notinject",
    "wiki_toxicity_fuzzed", "bias_madlibs", "apeach_ko", "wildguard_benign", "uner_en_ewt", "figstep",
)  # fmt: skip
"""Sets no row of which may be trained, tuned or calibrated on."""

STDLIB = "python-stdlib"

_PACKAGES = (
    "asyncio", "collections", "concurrent", "email", "http", "importlib", "json", "logging", "multiprocessing",
    "unittest", "urllib", "xml", "sqlite3", "wsgiref",
)  # fmt: skip


def load(data: Path, corpora: Path, seed: int) -> tuple[list[Row], Counter[str]]:
    """Every training row once, and how many rows were dropped and why."""
    banned, dropped = evaluation_keys(data), Counter[str]()
    seen: set[str] = set()
    rows: list[Row] = []
    for row in _all(data, corpora, seed):
        key = row.key()
        digest = hashlib.sha256(key.encode()).hexdigest()
        if not key:
            dropped["empty"] += 1
        elif key in banned:
            dropped["in an evaluation set"] += 1
        elif digest in seen:
            dropped["repeated"] += 1
        else:
            seen.add(digest)
            rows.append(row)
    return rows, dropped


def _all(data: Path, corpora: Path, seed: int) -> Iterator[Row]:
    for source in SOURCES:
        yield from source.load(corpora if source.corpus else data / source.name)
    yield from phrases(seed)
    yield from carried(seed)
    yield from code_rows()


def evaluation_keys(data: Path) -> set[str]:
    """The texts of the evaluation sets, normalised."""
    keys = set()
    for name in KEPT_FOR_EVALUATION:
        path = data / name / "data.jsonl"
        if not path.exists():
            continue
        for line in path.read_text("utf-8").split("\n"):
            if line and isinstance(text := json.loads(line).get("text"), str):
                keys.add(Row(text, name, {}).key())
    return keys


def code_rows(every: int = 6) -> Iterator[Row]:
    """Code and its comments: pieces of the interpreter's own standard library."""
    root = Path(sysconfig.get_path("stdlib"))
    for package in _PACKAGES:
        for path in sorted((root / package).glob("*.py")):
            text = path.read_text("utf-8")
            for start in range(0, len(text), 900 * every):
                yield Row(text[start : start + 900], STDLIB, benign(), 0.6, path.name)


def windowed(rows: Sequence[Row], seed: int, most: int = 12) -> list[Row]:
    """Rows cut as they are at run time.

    A text up to the largest window stays whole. Of a longer one, and beside a harmless one, some windows of every
    size are taken; together they weigh as much as one row.
    """
    result: list[Row] = []
    for row in rows:
        harmless = not any(row.labels.values())
        whole = len(row.text) <= LONGEST
        pieces = [row.text] if whole else []
        if not whole or (harmless and len(row.text) > 250):
            pieces += _pieces(row, seed, most, small=harmless)
        share = row.weight / max(1, len(pieces)) ** 0.5
        result += [replace(row, text=piece, weight=share, group=row.group or row.key()[:200]) for piece in pieces]
    return result


def _pieces(row: Row, seed: int, most: int, *, small: bool) -> list[str]:
    raw = np.frombuffer(row.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    starts, ends = windows(segments(raw))
    fit = np.flatnonzero(ends - starts >= (20 if small else LONGEST // 2))
    draw = np.random.default_rng([seed, int(row.draw("windows") * 2**32)])
    chosen = draw.choice(fit, size=min(most, fit.size), replace=False) if fit.size else []
    return [row.text[starts[i] : ends[i]] for i in sorted(chosen)]
