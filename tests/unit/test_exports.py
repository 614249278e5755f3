"""The public names, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import accord


def test_all_is_sorted_and_true() -> None:
    assert accord.__all__ == sorted(accord.__all__)
    for name in accord.__all__:
        assert getattr(accord, name) is not None


def test_importing_accord_imports_nothing_heavy() -> None:
    code = "import sys, accord; print(' '.join(sorted(m.split('.')[0] for m in sys.modules)))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"numpy", "onnxruntime", "onnx", "pydantic", "phonenumbers", "stdnum", "tokenizers", "rich"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        accord.nothing  # noqa: B018
