"""How much memory a speech model takes: weights of 8 bits before they are loaded, and what is freed goes back.

CTranslate2 loads weights of 16 bits through copies of 32 bits each: for a moment that takes four times the file, and
it keeps embeddings wider than what it multiplies with. So the rounding it would do itself is done here, a few rows at
a time: the same scales, the same rounding, and every result the same to the last digit.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError

_VERSION = 6
_FLOAT32, _INT8, _FLOAT16 = 0, 1, 4  # types of tensors in CTranslate2's files
_TOP = np.float32(127)
_ROWS = 512
_ARENA_MAX, _ARENAS = -8, 2  # M_ARENA_MAX of glibc's mallopt(3)


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    data: memoryview | bytes


class _Cursor:
    """Reads a file of CTranslate2 from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def number(self, form: str) -> int:
        value = struct.unpack_from(f"<{form}", self._data, self._at)[0]
        self._at += struct.calcsize(f"<{form}")
        return int(value)

    def bytes(self, size: int) -> memoryview:
        if self._at + size > len(self._data):
            raise ValueError("the file ends too early")
        found = self._data[self._at : self._at + size]
        self._at += size
        return found

    def text(self) -> str:
        return bytes(self.bytes(self.number("H"))[:-1]).decode()

    def tensor(self) -> _Tensor:
        name = self.text()
        shape = tuple(self.number("I") for _ in range(self.number("B")))
        kind = self.number("B")
        return _Tensor(name, shape, kind, self.bytes(self.number("I")))


def eight_bits(data: bytes) -> bytes:
    """Round the weights of a model in CTranslate2's format, version 6, to 8 bits with a scale for each row.

    Args:
        data: `model.bin` with weights of 16 bits; others stay as they are.

    Raises:
        ModelError: it is no such file.
    """
    try:
        return b"".join(_written(_Cursor(data)))
    except (ValueError, struct.error) as error:
        raise ModelError(f"the speech model cannot be read: {type(error).__name__}") from None


def _written(source: _Cursor) -> Iterator[bytes]:
    if source.number("I") != _VERSION:
        raise ValueError("another version of the format")
    name, revision = source.text(), source.number("I")
    tensors = [source.tensor() for _ in range(source.number("I"))]
    aliases = [(source.text(), source.text()) for _ in range(source.number("I"))]
    rounded = {each.name for each in tensors if _is_matrix(each)}
    yield struct.pack("<I", _VERSION) + _text(name) + struct.pack("<II", revision, len(tensors) + len(rounded))
    for each in tensors:
        for made in _rounded(each) if each.name in rounded else (_widened(each),):
            sizes = len(made.shape), *made.shape, made.kind, len(made.data)
            yield _text(made.name) + struct.pack(f"<B{len(made.shape)}IBI", *sizes)
            yield bytes(made.data)
    aliases += [(f"{alias}_scale", f"{target}_scale") for alias, target in aliases if target in rounded]
    yield struct.pack("<I", len(aliases))
    yield from (_text(alias) + _text(target) for alias, target in aliases)


def _text(value: str) -> bytes:
    data = value.encode() + b"\0"
    return struct.pack("<H", len(data)) + data


def _is_matrix(tensor: _Tensor) -> bool:
    return tensor.kind == _FLOAT16 and len(tensor.shape) == 2 and tensor.name.endswith("/weight")


def _widened(tensor: _Tensor) -> _Tensor:
    if tensor.kind != _FLOAT16:
        return tensor
    wide = np.frombuffer(tensor.data, "<f2").astype("<f4")
    return _Tensor(tensor.name, tensor.shape, _FLOAT32, wide.tobytes())


def _rounded(tensor: _Tensor) -> tuple[_Tensor, _Tensor]:
    narrow = np.frombuffer(tensor.data, "<f2").reshape(tensor.shape)
    whole: NDArray[np.int8] = np.empty(tensor.shape, dtype=np.int8)
    scales: NDArray[np.float32] = np.empty(tensor.shape[0], dtype="<f4")
    for at in range(0, len(narrow), _ROWS):
        rows = narrow[at : at + _ROWS].astype(np.float32)
        tops = np.abs(rows).max(axis=1)
        scale = _TOP / np.where(tops == 0, _TOP, tops)
        scales[at : at + _ROWS] = scale
        rows *= scale[:, None]
        whole[at : at + _ROWS] = np.rint(rows, out=rows)
    scale_name = f"{tensor.name}_scale"
    return (
        _Tensor(tensor.name, tensor.shape, _INT8, whole.tobytes()),
        _Tensor(scale_name, (len(scales),), _FLOAT32, scales.tobytes()),
    )


def few_arenas() -> None:
    """Let threads share two heaps: each thread with a heap of its own keeps what it once needed. Linux with glibc."""
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return memory that was freed to the system, where the C library can (glibc)."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None
