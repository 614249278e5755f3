"""All rows, without repeats and without anything that evaluation sets hold, cut into the windows heads see."""

from __future__ import annotations

import hashlib
import json
import random
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

from accord.detect.windows import LONGEST, segments, windows
from heads.catalogue import SOURCES
from heads.generate import NAME, carried, phrases
from heads.rows import HEADS, Row, benign

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
    return rows + list(joined(rows, seed)), dropped


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


def code_rows(every: int = 3) -> Iterator[Row]:
    """Code and technical prose: pieces of the interpreter's own standard library and of its language reference."""
    root = Path(sysconfig.get_path("stdlib"))
    for package in _PACKAGES:
        for path in sorted((root / package).glob("*.py")):
            text = path.read_text("utf-8")
            for start in range(0, len(text), 1000 * every):
                yield Row(text[start : start + 1000], STDLIB, benign(), 0.6, path.name)
    for name, text in sorted(topics.items()):
        for start in range(0, len(text), 2000):
            yield Row(text[start : start + 2000], STDLIB, benign(), 1.0, f"topic {name}")


_JOINED = {
    "wikigold": " ", "echr_anonymisation_es_fr": "\n", "sec_filings_ner": "\n\n", "presidio_synth": "\n",
    "s-labs": "\n",
    "wnut17": "\n", "broad_twitter": "\n", "self_instruct_benign": "\n\n", "neuralchemy": "\n", NAME: " ",
}  # fmt: skip


def joined(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    """Long harmless texts, put together from harmless rows of one source that lie side by side in it.

    Without them nearly all long texts of the corpora are jailbreaks, and length itself becomes suspicious.
    """
    for source, between in _JOINED.items():
        own = [row for row in rows if row.source == source]
        calm = [row for row in own if len(row.labels) == len(HEADS) and not any(row.labels.values())]
        if source == NAME:
            calm.sort(key=lambda row: (row.draw("fold"), row.key()))
        at, draw = 0, random.Random(f"{seed}{source}")
        while at < len(calm):
            count = draw.randint(8, 40)
            piece = calm[at : at + count]
            text = between.join(row.text for row in piece)
            yield Row(text, source, benign(), 2.0, piece[0].group if source == NAME else "")
            at += count


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
