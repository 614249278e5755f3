"""Brings the encoders that learning begins with, by hash, and cuts one down as a recipe says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import numpy as np

from accord.errors import ModelError
from accord.learn.text.base import Base, Floats, load_packed, load_safetensors, pruned, shallow
from accord.models.cache import folder_of, read_checked, verify_entry
from accord.models.fetch import Progress, pull
from accord.models.register import Register, parse
from accord.models.register import register as shipped

RAMPART = "rampart"
"""The encoder of the token classifier that accord pulls anyway."""


def bases() -> Register:
    """The register of encoders to begin with."""
    return parse(resources.files("accord.learn").joinpath("configs", "bases.yaml").read_text("utf-8"))


def bring(name: str, cache: Path | None = None, progress: Progress | None = None) -> Base:
    """An encoder by its name; pulled where it is not in the cache yet.

    Raises:
        ModelError: unknown, not to be had, or altered.
    """
    if name == RAMPART:
        pull([name], cache, progress)
        return _rampart(cache)
    known = bases()
    entry = known.entry(name)
    pull([name], cache, progress, known=known)
    verify_entry(entry, cache)
    folder = folder_of(entry, cache)
    packed = [file.name for file in entry.files if file.name.endswith(".bin")]
    return load_packed(folder / packed[0]) if packed else load_safetensors(folder)


def cut_down(base: Base, layers: Iterable[int] | None, pieces: int | None, texts: Iterable[str]) -> Base:
    """An encoder with some of its layers and pieces.

    Args:
        base: the whole one.
        layers: which to keep; None keeps all.
        pieces: how many to keep; None keeps all.
        texts: where pieces are counted, to keep those that are used.

    Raises:
        ModelError: there is no such layer, or the vocabulary cannot be pruned.
    """
    from tokenizers import Tokenizer

    if layers is not None:
        base = shallow(base, tuple(layers))
    if pieces is None:
        return base
    cutter = Tokenizer.from_str(base.tokenizer)
    used: Counter[str] = Counter()
    for text in texts:
        used.update(cutter.encode(text, add_special_tokens=False).tokens)
    return pruned(base, used, pieces)


def _rampart(cache: Path | None) -> Base:
    """Rampart's encoder out of its 4-bit graph, without its classifier."""
    from accord.models.convert import _Source

    entry = shipped().entry(RAMPART)
    files = {file.name: file for file in entry.files}
    try:
        source = _Source(read_checked(entry, files["model_q4.onnx"], cache))
        weights: dict[str, Floats] = {
            f"embeddings.{kind}_embeddings.weight": source.embedding(kind)
            for kind in ("word", "position", "token_type")
        }
        for name, value in source.tensors.items():
            if name.startswith("bert.") and name.endswith(("LayerNorm.weight", ".bias")):
                weights[name.removeprefix("bert.")] = np.asarray(value, np.float32)
        for name, matrix in source.matrices.items():
            if name.startswith("bert.encoder."):
                weights[f"{name.removeprefix('bert.')}.weight"] = matrix
        made = json.loads(read_checked(entry, files["tokenizer.json"], cache))
        made |= {"post_processor": None, "truncation": None, "padding": None}
        words = made["model"]["vocab"]
        ends = (int(words["[CLS]"]), int(words["[SEP]"]))
        return Base(weights, json.dumps(made), source.layers, source.heads, ends, int(words["[PAD]"]))
    except (KeyError, ValueError, AttributeError) as error:
        raise ModelError("the packaged graph holds no encoder of the kind that is known") from error
