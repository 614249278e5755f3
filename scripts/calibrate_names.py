"""Fit the line that turns the certainty of the name detector into the share of names that are right.

    python scripts/calibrate_names.py --data DIR [--rows 400] [--write docs/reference/detectors.md]

Reads only sets whose licence allows weights derived from them to be shipped. Prints the slope and the shift that
`accord.detect.merge` holds; nothing is changed by itself.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from accord.core.reading import Reading
from accord.detect import merge
from accord.detect.entities import EntityDetector
from accord.testing import never

SETS: dict[str, frozenset[str]] = {
    "presidio_synth": frozenset({"PERSON"}),
    "wnut17": frozenset({"person"}),
    "broad_twitter": frozenset({"PER"}),
    "wikigold": frozenset({"PER"}),
    "echr_anonymisation_es_fr": frozenset({"PER", "LEGAL_PROFESSIONAL"}),
    "meddocan_es": frozenset(
        {"NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO", "FAMILIARES_SUJETO_ASISTENCIA"}
    ),
}
BANDS = ((0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 0.99), (0.99, 1.01))
CHARACTERS = 60_000  # of one set, so that long documents do not take all the time


def rows(file: Path, count: int) -> list[dict[str, object]]:
    """A seeded sample of a set."""
    read = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    random.Random(7).shuffle(read)
    kept, size = [], 0
    for row in read[:count]:
        size += len(row["text"])
        if size > CHARACTERS:
            break
        kept.append(row)
    return kept


def raw(score: float) -> float:
    """The logit of the detector's own certainty, before the line."""
    bounded = min(max(score, 1e-9), 1 - 1e-9)
    return float((np.log(bounded / (1 - bounded)) - merge._SHIFT) / merge._SLOPE)


def judged(detector: EntityDetector, folder: Path, name: str, count: int) -> Iterator[tuple[float, bool]]:
    """The certainty of every name found in a set, and whether it is one."""
    for row in rows(folder / name / "data.jsonl", count):
        gold = [(s["start"], s["end"]) for s in row["spans"] if s["label"] in SETS[name]]  # type: ignore[attr-defined]
        for hit in detector.detect([Reading(str(row["text"]))], never):
            if hit.category == merge.NAME:
                right = any(start < hit.span.end and hit.span.start < end for start, end in gold)
                yield raw(hit.score), right


def fit(pairs: dict[str, list[tuple[float, bool]]]) -> tuple[float, float]:
    """Slope and shift of a logistic line in which every set weighs the same."""
    logits = np.array([x for found in pairs.values() for x, _ in found])
    right = np.array([y for found in pairs.values() for _, y in found])
    weights = np.concatenate([np.full(len(found), 1 / max(1, len(found))) for found in pairs.values()])
    model = LogisticRegression(C=1e6).fit(logits[:, None], right, sample_weight=weights * len(right))
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def table(pairs: dict[str, list[tuple[float, bool]]]) -> str:
    """Per set and band of certainty, the share of names that are right."""
    lines = ["| set | " + " | ".join(f"{a:.2f} to {min(b, 1):.2f}" for a, b in BANDS) + " |"]
    lines.append("|---" * (len(BANDS) + 1) + "|")
    for name, found in pairs.items():
        cells = []
        for low, high in BANDS:
            inside = [right for logit, right in found if low <= 1 / (1 + np.exp(-logit)) < high]
            cells.append(f"{sum(inside) / len(inside):.2f} ({len(inside)})" if inside else "")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    """Measure, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=400)
    asked = parser.parse_args()
    detector = EntityDetector()
    pairs = {name: list(judged(detector, asked.data, name, asked.rows)) for name in SETS}
    slope, shift = fit(pairs)
    print(table(pairs))
    print(f"\nslope {slope:.2f}, shift {shift:.2f}, names {sum(map(len, pairs.values()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
