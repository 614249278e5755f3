"""The parts of `scripts/accuracy.py`. Pictures are drawn and judged as the benchmarks do it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
