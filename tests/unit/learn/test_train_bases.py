"""Encoders to begin with: named, pinned by hash, cut down."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer

from accord.errors import ModelError
from accord.learn.text.bases import RAMPART, bases, bring, cut_down
from accord.models.cache import folder_of

from . import toy


def test_bases_are_pinned_packages_under_licences_that_let_derived_weights_be_shipped():
    entries = bases().entries
    assert {entry.name for entry in entries} == {"minilm", "e5"}
    for entry in entries:
        assert entry.kind == "package" and len(entry.sources) == 1
        assert entry.licence in {"Apache-2.0", "MIT"}


def test_an_unknown_base_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no model is called"):
        bring("gpt", tmp_path)


def test_a_base_whose_cached_file_was_altered_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("accord.learn.text.bases.pull", lambda *_, **__: [])
    folder = folder_of(bases().entry("e5"), tmp_path)
    folder.mkdir(parents=True)
    (folder / "e5-small-q4.bin").write_bytes(toy.packed(toy.base()))
    with pytest.raises(ModelError):
        bring("e5", tmp_path)


def test_cutting_down_counts_pieces_in_the_texts_given():
    whole = toy.base()
    less = cut_down(whole, [0], len(toy.LETTERS) + 4 + 2, ["my name is bob", "bob is bob", "my my bob"])
    assert less.layers == 1
    tokens = Tokenizer.from_str(less.tokenizer).encode("my bob ana").tokens
    assert tokens == ["▁my", "▁bob", "▁", "a", "n", "a"]
    assert cut_down(whole, None, None, []) is whole


@pytest.mark.models
def test_the_encoder_of_rampart_comes_out_of_its_graph_whole():
    pytest.importorskip("onnx", reason="onnx is not installed")
    base = bring(RAMPART)
    assert (base.layers, base.heads, base.width) == (6, 12, 384)
    assert base.weights["encoder.layer.5.output.dense.weight"].shape == (384, 1536)
    assert all(np.isfinite(value).all() for value in base.weights.values())
    names = {name.rsplit(".", 1)[0] for name in base.weights}
    assert all({f"{name}.weight", f"{name}.bias"} <= set(base.weights) for name in names if "embeddings." not in name)
