"""Reads numbers out of a PyTorch checkpoint without PyTorch, and without running anything that is in it.

A checkpoint of the format before version 1.6 is a row of pickles, which name the tensors, followed by their numbers.
Pickles can call anything by name; here only the five names that tensors need stand for anything, and what they stand
for are classes of this module. Any other name ends the reading.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError

Floats = NDArray[np.float32]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MOST_TENSORS = 1_000


@dataclass(frozen=True, slots=True)
class _Storage:
    """Where numbers of tensors are kept: the name of the place, and how many."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _FloatStorage:
    """Stands for the type of 32-bit numbers; never made."""


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


class _Reader(pickle.Unpickler):
    """An unpickler that knows nothing but tensors of 32-bit floats."""

    _KNOWN: dict[tuple[str, str], Any] = {  # noqa: RUF012  (never changed)
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        ("torch._utils", "_rebuild_tensor"): _tensor,
        ("torch", "FloatStorage"): _FloatStorage,
        ("torch.storage", "FloatStorage"): _FloatStorage,
    }

    def find_class(self, module: str, name: str, /) -> Any:
        found = self._KNOWN.get((module, name))
        if found is None:
            raise pickle.UnpicklingError("a name that is not known")
        return found

    def persistent_load(self, pid: Any, /) -> _Storage:
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or pid[1] is not _FloatStorage:
            raise pickle.UnpicklingError("a storage that is not known")
        return _Storage(str(pid[2]), int(pid[4]))


def read_checkpoint(data: bytes, part: str) -> dict[str, Floats]:
    """The tensors of one part of a checkpoint (`model_state`), by name.

    Args:
        data: the file; its hash was checked.
        part: which entry of it.

    Raises:
        ModelError: it is no such checkpoint, or holds something else than tensors of 32-bit floats.
    """
    stream = io.BytesIO(data)
    try:
        magic, protocol, _ = (_Reader(stream).load() for _ in range(3))
        if magic != _MAGIC or protocol != _PROTOCOL:
            raise ValueError
        state = _Reader(stream).load()[part]
        keys = _Reader(stream).load()
        storages = _storages(stream, keys)
        if len(state) > _MOST_TENSORS:
            raise ValueError
        return {str(name): _array(tensor, storages) for name, tensor in state.items()}
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError, OverflowError):
        raise ModelError("the checkpoint holds something else than was expected") from None


def _storages(stream: io.BytesIO, keys: Any) -> dict[str, Floats]:
    """The numbers of all storages, which follow in the order of their keys, each with its count before it."""
    found = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little", signed=True)
        raw = stream.read(4 * count) if count >= 0 else b""
        if count < 0 or len(raw) != 4 * count:
            raise ValueError
        found[str(key)] = np.frombuffer(raw, dtype="<f4")
    return found


def _array(tensor: Any, storages: dict[str, Floats]) -> Floats:
    if not isinstance(tensor, _Tensor):
        raise TypeError
    size = int(np.prod(tensor.shape, dtype=np.int64))
    steps = [1]
    for side in tensor.shape[:0:-1]:
        steps.append(steps[-1] * side)
    flat = storages[tensor.storage.key][tensor.offset : tensor.offset + size]
    if tuple(reversed(steps[: len(tensor.shape)])) != tensor.strides or len(flat) != size:
        raise ValueError
    return np.array(flat, dtype=np.float32).reshape(tensor.shape)
