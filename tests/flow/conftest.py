"""What the flows need of the machine they run on."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Name the tests that need an engine of their own: `pytest -m engines`."""
    config.addinivalue_line("markers", "engines: needs a browser; skipped, with a reason, where there is none")
