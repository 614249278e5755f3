"""The parts of a page; see `benchmarks/parts.py`."""

from parts import NAMES, read, write

__all__ = ["NAMES", "read", "write"]
