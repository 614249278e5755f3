"""Train the text heads: reads the sources, measures on sources left out, writes weights, hashes and card.

    python scripts/train_heads.py --data DIR --corpora DIR --out src/accord/detect/weights [--seed 7]

`--data` holds one folder a set with a `data.jsonl`; `--corpora` holds the folders `s-labs`, `neuralchemy` and
`yanismiraoui` of the corpora named in the card. Needs the `dev` extra (scikit-learn), and pyarrow for one corpus.
Takes some minutes on one core and up to 4 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT.parent / "src")]

from heads.card import write_card  # noqa: E402
from heads.corpus import load, windowed  # noqa: E402
from heads.matrix import featurise  # noqa: E402
from heads.measure import measure_left_out, measure_set  # noqa: E402
from heads.train import calibrate, fit, leave_out  # noqa: E402

from accord.detect.heads import FILE, SUMS  # noqa: E402


def main() -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description="Train the text heads.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the injection corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder to write weights and card to")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--evaluate", action="store_true", help="also measure on the sets kept for evaluation")
    options = parser.parse_args()
    begun = time.monotonic()
    rows, dropped = load(options.data, options.corpora, options.seed)
    cut = windowed(rows, options.seed)
    print(f"{len(rows)} rows, {len(cut)} windows; left out: {dict(dropped)}")
    matrix = featurise([row.text for row in cut])
    seen = leave_out(matrix, cut, rows)
    arrays = fit(matrix, cut)
    calibrate(arrays, seen)
    figures = measure_left_out(arrays, seen)
    unseen = measure_set(arrays, options.data) if options.evaluate else []
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / FILE
    np.savez_compressed(path, **arrays)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (options.out / SUMS).write_text(f"{digest}  {FILE}\n", "ascii")
    write_card(options.out, rows, dropped, figures, unseen, options.seed)
    print(f"{path.name} {path.stat().st_size} bytes {digest}; {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
