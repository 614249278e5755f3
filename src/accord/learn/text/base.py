"""Encoders that were trained by others, as plain arrays and a tokenizer: where learning starts.

Three come inside packages: all-MiniLM-L6-v2 (English, lower-cased, 6 layers), multilingual-e5-small (12 layers,
SentencePiece of XLM-R, 100 languages; packed in 4-bit blocks) and the encoder of Rampart (6 layers). All are BERT
encoders (Devlin et al., NAACL 2019) of width 384 with 12 heads, so one module holds any of them.
"""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError

Floats = NDArray[np.float32]

_BLOCK = 32
_ROOM = 18  # bytes of a packed block: a half-precision step, 32 nibbles
_MAGIC = b"E5S1"
_LINEAR = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
LEAST = 3
"""How often a piece is met before it counts as used: what is rare in one language crowds out the common of others."""

_FEW = 4  # special pieces at the beginning of the SentencePiece vocabulary

# What the normaliser of XLM-R does beyond NFKC (read from the map in the file): no controls, one kind of space.
_DROPPED = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACES = r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"


@dataclass(frozen=True, slots=True, repr=False)
class Base:
    """An encoder to start from.

    Attributes:
        weights: arrays by the names of BERT's checkpoints, without a prefix (`encoder.layer.0.…`).
        tokenizer: a `tokenizer.json`.
        layers: how many layers the weights have.
        heads: attention heads of a layer.
        ends: ids of the pieces put before and behind a window.
        blank: id of the piece that pads.
    """

    weights: Mapping[str, Floats]
    tokenizer: str
    layers: int
    heads: int
    ends: tuple[int, int]
    blank: int

    @property
    def width(self) -> int:
        """Width of the hidden states."""
        return int(self.weights["embeddings.word_embeddings.weight"].shape[1])


def load_safetensors(folder: Path) -> Base:
    """Read a BERT encoder from `model.safetensors`, `config.json` and `tokenizer.json`.

    Raises:
        ModelError: a file is missing or of another kind.
    """
    from safetensors.numpy import load_file  # type: ignore[import-not-found, unused-ignore]

    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
        arrays = load_file(folder / "model.safetensors")
        weights = {k: v.astype(np.float32) for k, v in arrays.items() if k.startswith(("embeddings.", "encoder."))}
        vocabulary = tokenizer["model"]["vocab"]
        weights.pop("embeddings.position_ids", None)
        ends = (vocabulary["[CLS]"], vocabulary["[SEP]"])
        bare = json.dumps({**tokenizer, "post_processor": None, "truncation": None, "padding": None})
        layers, heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        return Base(weights, bare, layers, heads, ends, int(vocabulary["[PAD]"]))
    except (OSError, KeyError, ValueError) as error:
        raise ModelError("the folder holds no BERT encoder as safetensors") from error


def load_packed(path: Path) -> Base:
    """Read multilingual-e5-small from its packed file: 4-bit blocks of 32 with one step each, as in ggml's Q4_0.

    Raises:
        ModelError: the file is of another kind or shorter than it says.
    """
    try:
        data = path.read_bytes()
        return _Packed(data).base()
    except (OSError, struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelError("the file holds no packed encoder of the kind E5S1") from error


class _Packed:
    """A packed file, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        magic, _, self.width, self.layers, self.heads, self.wide, *_ = self._take("<4si7ifi")
        if magic != _MAGIC:
            raise ValueError("another magic number")

    def base(self) -> Base:
        count, first, last, blank, unknown = self._take("<5i")
        (room,) = self._take("<Q")
        borders = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = self._bytes(room)
        pieces = [blob[start:end].decode("utf-8") for start, end in itertools.pairwise(borders)]
        _, skipped = self._take("<iI")
        self._bytes(skipped)
        weights = self._weights()
        tokenizer = unigram(list(zip(pieces, scores.tolist(), strict=True)), unknown)
        return Base(weights, tokenizer, self.layers, self.heads, (first, last), blank)

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._bytes(struct.calcsize(form)))

    def _bytes(self, room: int) -> bytes:
        part = self._data[self._at : self._at + room]
        if len(part) != room:
            raise ValueError("shorter than it says")
        self._at += room
        return part

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._bytes(count * np.dtype(kind).itemsize), dtype=kind)

    def _weights(self) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        (count,) = self._take("<i")
        for _ in range(count):
            (size,) = self._take("<H")
            name = self._bytes(size).decode("ascii")
            packed, values, start, room = self._take("<BIQQ")
            raw = self._data[start : start + room]
            flat = _unpack(raw) if packed else np.frombuffer(raw, dtype="<f4").astype(np.float32)
            if flat.size != values:
                raise ValueError("shorter than it says")
            found[_plain(name)] = flat
        return {name: self._shaped(name, flat) for name, flat in found.items()}

    def _shaped(self, name: str, flat: Floats) -> Floats:
        if name.endswith("bias") or "LayerNorm" in name:
            return flat
        return np.ascontiguousarray(
            flat.reshape(-1, self.wide if ".output.dense" in name and ".attention." not in name else self.width)
        )


def _unpack(raw: bytes) -> Floats:
    """Blocks of 32 weights: a half-precision step, then 16 bytes, weights 0–15 low and 16–31 high, each plus 8."""
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, _ROOM)
    steps = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return np.asarray(((nibbles - 8) * steps).reshape(-1), dtype=np.float32)


def _plain(name: str) -> str:
    """The checkpoint's name of a packed tensor: `l3.q.w` is `encoder.layer.3.attention.self.query.weight`."""
    embeddings = {
        "emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight",
        "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias",
    }  # fmt: skip
    if name in embeddings:
        return f"embeddings.{embeddings[name]}"
    layer, part, kind = name.split(".")
    whole = (_LINEAR | _NORM)[part]
    return f"encoder.layer.{int(layer[1:])}.{whole}.{'weight' if kind == 'w' else 'bias'}"


def unigram(pieces: list[tuple[str, float]], unknown: int) -> str:
    """A `tokenizer.json` for a SentencePiece unigram vocabulary (Kudo, ACL 2018) with the normaliser of XLM-R."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    made = Tokenizer(models.Unigram(pieces, unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_DROPPED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return str(made.to_str())


def shallow(base: Base, keep: Collection[int]) -> Base:
    """The encoder with only some of its layers, in their order.

    Raises:
        ModelError: a layer is not there.
    """
    chosen = sorted(set(keep))
    if not chosen or chosen[0] < 0 or chosen[-1] >= base.layers:
        raise ModelError(f"the encoder has layers 0 to {base.layers - 1}")
    place = {f"encoder.layer.{old}.": f"encoder.layer.{new}." for new, old in enumerate(chosen)}
    weights: dict[str, Floats] = {}
    for name, value in base.weights.items():
        if not name.startswith("encoder.layer."):
            weights[name] = value
            continue
        old = ".".join(name.split(".")[:3]) + "."
        if old in place:
            weights[place[old] + name.removeprefix(old)] = value
    return replace(base, weights=weights, layers=len(chosen))


def pruned(base: Base, used: Mapping[str, int], size: int) -> Base:
    """A SentencePiece encoder with fewer pieces: no character that had a piece loses it.

    Kept are special pieces, single characters, pieces met `LEAST` times (the commonest first) and then those with the
    highest score, which is the logarithm of how common a piece is in the text the vocabulary was made from.

    Args:
        base: an encoder with a unigram vocabulary.
        used: how often pieces were met in text of the kind that will be read.
        size: how many pieces to keep, at least; single characters are kept even beyond.

    Raises:
        ModelError: the tokenizer is of another kind.
    """
    made = json.loads(base.tokenizer)
    if made["model"]["type"] != "Unigram":
        raise ModelError("only a unigram vocabulary can be pruned")
    pieces = made["model"]["vocab"]
    kept = {at for at, (piece, _) in enumerate(pieces) if at < _FEW or len(piece.removeprefix("▁")) <= 1}
    rest = [at for at in range(len(pieces)) if at not in kept]
    often = {piece: count for piece, count in used.items() if count >= LEAST}
    rest.sort(key=lambda at: (-often.get(pieces[at][0], 0), -pieces[at][1]))
    kept |= set(rest[: max(0, size - len(kept))])
    order = sorted(kept)
    table = base.weights["embeddings.word_embeddings.weight"]
    weights = {**base.weights, "embeddings.word_embeddings.weight": np.ascontiguousarray(table[order])}
    tokenizer = unigram([(pieces[at][0], float(pieces[at][1])) for at in order], int(made["model"]["unk_id"]))
    return replace(base, weights=weights, tokenizer=tokenizer)
