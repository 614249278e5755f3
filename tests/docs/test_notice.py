"""NOTICE names every dependency and every model, and none of them has a licence we do not build on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _script():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("make_notice", ROOT / "scripts" / "make_notice.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_notice"] = module
    spec.loader.exec_module(module)
    return module


def test_notice_names_what_accord_needs() -> None:
    script, text = _script(), (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name, package in script.closure("accord").items():
        assert f"\n{name}: {script.licence(package)}\n" in text, f"run `make notice`: {name}"
    for entry in script.register().entries:
        assert entry.attribution in text, f"run `make notice`: {entry.name}"


def test_no_strong_copyleft() -> None:
    script = _script()
    assert script.refused(script.closure("accord")) == []
