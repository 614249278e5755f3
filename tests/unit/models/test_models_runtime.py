"""The pulled token classifier: what it loads is proven, and it reads as the original does."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from accord.errors import ModelError
from accord.models.cache import cache_dir
from accord.models.convert import bert_int8
from accord.models.fetch import verify
from accord.models.runtime import TokenClassifier, token_classifier

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def folder() -> Path:
    verify(["rampart"])  # fails with "run `accord models pull`" where it is not there
    return cache_dir() / "rampart-1.4.0"


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path


SENTENCES = [
    "My name is John Smith and I live at 12 Baker Street, Springfield, IL 62704.",
    "Ich heiße Jürgen Habermas und wohne in der Goethestraße 12, 60313 Frankfurt.",
    "Please send the invoice to María Fernández before Friday.",
    "The quick brown fox jumps over the lazy dog.",
]


def test_the_conversion_gives_the_registered_bytes(folder: Path) -> None:
    made = bert_int8((folder / "model_q4.onnx").read_bytes())
    assert made == (folder / "model_int8.onnx").read_bytes()


def test_the_conversion_refuses_another_graph() -> None:
    import onnx

    empty = onnx.helper.make_model(onnx.helper.make_graph([], "none", [], []))
    with pytest.raises(ModelError):
        bert_int8(empty.SerializeToString())


def test_the_converted_model_agrees_with_the_original(copied: Path) -> None:
    quick = TokenClassifier(_entry(), copied)
    (copied / "rampart-1.4.0" / "model_int8.onnx").unlink()
    original = TokenClassifier(_entry(), copied)
    same = total = 0
    for sentence in SENTENCES:
        ids = quick.encode(sentence).ids
        same += int((quick.probabilities(ids).argmax(-1) == original.probabilities(ids).argmax(-1)).sum())
        total += len(ids)
    assert same / total > 0.95


@pytest.mark.parametrize("name", ["model_int8.onnx", "tokenizer.json", "config.json"])
def test_an_altered_file_does_not_load(copied: Path, name: str) -> None:
    path = copied / "rampart-1.4.0" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelError, match="altered") as caught:
        token_classifier("rampart", copied)
    assert "accord models pull" in caught.value.hint


def test_a_process_holds_one_session(folder: Path) -> None:
    assert token_classifier("rampart") is token_classifier("rampart")


def test_offsets_count_code_points_of_the_text_as_given(folder: Path) -> None:
    text = "𝒜 İstanbul — José\u0301 \u200bÅsa 👩‍👩‍👧 naïve"
    tokens = token_classifier("rampart").encode(text)
    assert "İstanbul" in _words(text, tokens)
    assert "Åsa" in _words(text, tokens)
    assert max(end for _, end in tokens.offsets) <= len(text)


def test_long_texts_are_not_truncated(folder: Path) -> None:
    text = "word " * 5000
    assert len(token_classifier("rampart").encode(text)) == 5000


def test_a_window_that_is_too_long_is_an_error(folder: Path) -> None:
    model = token_classifier("rampart")
    with pytest.raises(ValueError, match="at most"):
        model.probabilities([5] * (model.limit + 1))
    rows = model.probabilities([5] * model.limit)
    assert rows.shape == (model.limit, len(model.labels))
    assert np.allclose(rows.sum(axis=-1), 1, atol=1e-4)


def _entry():
    from accord.models.register import register

    return register().entry("rampart")


def _words(text, tokens) -> set[str]:
    spans: dict[int, tuple[int, int]] = {}
    for (start, end), word in zip(tokens.offsets, tokens.words, strict=True):
        first, last = spans.get(word, (start, end))
        spans[word] = (min(first, start), max(last, end))
    return {text[start:end] for start, end in spans.values()}
