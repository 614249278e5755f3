"""A checkpoint gives numbers; whatever else is in it is not run."""

from __future__ import annotations

import io
import os
import pickle
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from accord.detect.voice.checkpoint import read_checkpoint
from accord.errors import ModelError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class _Named:
    """Something that is pickled as a call by name."""

    def __init__(self, module: str, name: str, *arguments: Any) -> None:
        self.call = module, name, arguments


class _Storage:
    def __init__(self, key: str, size: int, kind: str = "FloatStorage") -> None:
        self.key, self.size, self.kind = key, size, kind


class _Writer(pickle._Pickler):  # the one in Python, whose way of writing calls can be changed
    def persistent_id(self, given: Any) -> Any:
        if isinstance(given, _Storage):
            return ("storage", _Name("torch", given.kind), given.key, "cpu", given.size, None)
        return None

    def save(self, given: Any, save_persistent_id: bool = True) -> None:
        if isinstance(given, _Name):
            self.write(f"c{given.module}\n{given.name}\n".encode())
        elif isinstance(given, _Named):
            module, name, arguments = given.call
            self.write(f"c{module}\n{name}\n".encode())
            self.save(arguments)
            self.write(b"R")
        else:
            super().save(given, save_persistent_id)


class _Name:
    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


def dumped(given: Any) -> bytes:
    out = io.BytesIO()
    _Writer(out, 2).dump(given)
    return out.getvalue()


def tensor(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> _Named:
    return _Named("torch._utils", "_rebuild_tensor_v2", storage, offset, shape, strides, False, OrderedDict())


def checkpoint(state: Any, numbers: dict[str, list[float]], magic: int = MAGIC) -> bytes:
    pieces = [dumped(magic), dumped(PROTOCOL), dumped({"little_endian": True}), dumped({"model_state": state})]
    pieces.append(dumped(sorted(numbers)))
    for key in sorted(numbers):
        pieces.append(len(numbers[key]).to_bytes(8, "little") + np.array(numbers[key], "<f4").tobytes())
    return b"".join(pieces)


def test_tensors_are_read_by_name() -> None:
    storage = _Storage("7", 6)
    state = OrderedDict(
        a=tensor(storage, 0, (2, 2), (2, 1)), b=tensor(storage, 4, (2,), (1,)), c=tensor(storage, 5, (), ())
    )
    found = read_checkpoint(checkpoint(state, {"7": [1, 2, 3, 4, 5, 6]}), "model_state")
    assert found["a"].tolist() == [[1, 2], [3, 4]]
    assert found["b"].tolist() == [5, 6]
    assert found["c"].tolist() == 6


@pytest.mark.parametrize(
    "call",
    [
        _Named("os", "system", "touch ran"),
        _Named("posix", "system", "touch ran"),
        _Named("builtins", "eval", "open('ran', 'w')"),
        _Named("builtins", "getattr", 1, "real"),
        _Named("torch", "load", "x"),
        _Named("accord.detect.voice.checkpoint", "read_checkpoint", b"", ""),
        _Named("torch._utils", "_rebuild_tensor_v2.__globals__", 1),
    ],
)
def test_nothing_is_run(call: _Named, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError):
        read_checkpoint(checkpoint({"a": call}, {}), "model_state")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


@pytest.mark.parametrize(
    "state",
    [
        {"a": 3},
        {"a": tensor(_Storage("7", 6), 0, (9,), (1,))},
        {"a": tensor(_Storage("7", 6), 5, (2,), (1,))},
        {"a": tensor(_Storage("7", 6), 0, (2, 2), (1, 2))},
        {"a": tensor(_Storage("8", 6), 0, (2,), (1,))},
        {"a": tensor(_Storage("7", 6, "HalfStorage"), 0, (2,), (1,))},
        {"a": _Named("torch._utils", "_rebuild_tensor_v2", 1, 0, (2,), (1,))},
        3,
    ],
)
def test_what_is_no_tensor_of_floats_is_refused(state: Any) -> None:
    with pytest.raises(ModelError):
        read_checkpoint(checkpoint(state, {"7": [1, 2, 3, 4, 5, 6]}), "model_state")


def test_broken_files_are_refused() -> None:
    good = checkpoint({"a": tensor(_Storage("7", 2), 0, (2,), (1,))}, {"7": [1, 2]})
    assert read_checkpoint(good, "model_state")["a"].tolist() == [1, 2]
    for bad in (b"", b"PK\3\4", good[:-1], good[:60], checkpoint({}, {}, magic=1)):
        with pytest.raises(ModelError):
            read_checkpoint(bad, "model_state")
    with pytest.raises(ModelError):
        read_checkpoint(good, "other")
