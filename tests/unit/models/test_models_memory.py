"""Weights of 16 bits are rounded to 8 as CTranslate2 rounds them; what is no such file is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from accord.errors import ModelError
from accord.models.memory import _Cursor, eight_bits, few_arenas, give_back


def _text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def _file(tensors: dict[str, np.ndarray], aliases: dict[str, str], version: int = 6) -> bytes:
    kinds = {"float32": 0, "int8": 1, "int32": 3, "float16": 4}
    made = struct.pack("<I", version) + _text("Spec") + struct.pack("<II", 3, len(tensors))
    for name, value in tensors.items():
        head = struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)
        made += _text(name) + head + struct.pack("<BI", kinds[str(value.dtype)], value.nbytes) + value.tobytes()
    made += struct.pack("<I", len(aliases))
    return made + b"".join(_text(alias) + _text(target) for alias, target in aliases.items())


def _read(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    kinds = {0: "<f4", 1: "i1", 3: "<i4", 4: "<f2"}
    source = _Cursor(data)
    assert (source.number("I"), source.text(), source.number("I")) == (6, "Spec", 3)
    tensors = [source.tensor() for _ in range(source.number("I"))]
    aliases = {source.text(): source.text() for _ in range(source.number("I"))}
    return {t.name: np.frombuffer(t.data, kinds[t.kind]).reshape(t.shape) for t in tensors}, aliases


def test_matrices_are_rounded_with_a_scale_for_each_row() -> None:
    weights = np.random.default_rng(1).normal(size=(700, 8)).astype(np.float16)
    weights[3] = 0
    given = {
        "a/weight": weights,
        "a/bias": np.arange(8, dtype=np.float16),
        "conv/weight": np.ones((2, 3, 4), dtype=np.float16),
        "heads": np.array([4], dtype=np.int8),
    }
    made, aliases = _read(eight_bits(_file(given, {"b/weight": "a/weight", "c/bias": "a/bias"})))
    assert made["a/weight"].dtype == np.int8
    assert np.abs(made["a/weight"]).max(axis=1).tolist() == [0 if row == 3 else 127 for row in range(700)]
    back = made["a/weight"] / made["a/weight_scale"][:, None]
    assert np.abs(back - weights.astype(np.float32)).max() <= 0.5 / made["a/weight_scale"].min() + 1e-6
    assert made["a/bias"].dtype == made["conv/weight"].dtype == np.float32
    assert made["a/bias"].tolist() == list(range(8))
    assert made["heads"].tolist() == [4]
    assert aliases == {"b/weight": "a/weight", "c/bias": "a/bias", "b/weight_scale": "a/weight_scale"}


def test_what_has_8_bits_already_stays() -> None:
    data = _file({"a/weight": np.ones((2, 2), dtype=np.int8), "a/weight_scale": np.ones(2, dtype=np.float32)}, {})
    assert eight_bits(data) == data


@pytest.mark.parametrize("data", [b"", b"\x06\0\0\0", _file({}, {}, version=7), _file({}, {})[:-1]])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        eight_bits(data)


def test_a_truncated_tensor_is_refused() -> None:
    data = _file({"a/weight": np.ones((2, 2), dtype=np.float16)}, {})
    with pytest.raises(ModelError):
        eight_bits(data[: data.index(b"a/weight") + 24])


def test_memory_can_be_given_back_anywhere() -> None:
    few_arenas()
    give_back()


@pytest.mark.models
def test_the_model_hears_the_same_as_with_weights_of_16_bits() -> None:
    import ctranslate2

    from accord.models.cache import read_checked
    from accord.models.register import register

    entry = register().entry("whisper-tiny-en")
    files = {file.name: read_checked(entry, file, None) for file in entry.files if file.name != "tokenizer.json"}
    sound = np.random.default_rng(2).normal(size=(1, 80, 400)).astype(np.float32)
    heard = []
    for data in (files["model.bin"], eight_bits(files["model.bin"])):
        model = ctranslate2.models.Whisper("x", device="cpu", compute_type="int8", files=files | {"model.bin": data})
        view = model.encode(ctranslate2.StorageView.from_array(sound), to_cpu=True)
        heard.append(np.array(view))
    assert np.array_equal(*heard)
