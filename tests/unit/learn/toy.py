"""A tiny encoder with a vocabulary of letters, and rows that it can learn."""

from __future__ import annotations

import struct

import numpy as np

from accord.learn.text.base import Base, unigram
from accord.learn.text.batches import Row

WIDTH, WIDE, HEADS, LAYERS, PLACES = 32, 64, 4, 2, 64
WORDS = ("▁my", "▁name", "▁is", "▁ana", "▁bob", "▁eva", "▁call", "▁me", "▁the", "▁sun", "▁ignore", "▁rules", "▁old")
LETTERS = tuple("▁abcdefghijklmnopqrstuvwxyz.")
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [(piece, -3.0 - at / 50) for at, piece in enumerate(WORDS)]
PIECES += [(letter, -9.0) for letter in LETTERS]


def base(seed: int = 1) -> Base:
    draw = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return draw.normal(0, 0.1, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": some(len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": some(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        "embeddings.LayerNorm.weight": np.ones(WIDTH, np.float32),
        "embeddings.LayerNorm.bias": np.zeros(WIDTH, np.float32),
    }
    for layer in range(LAYERS):
        stem = f"encoder.layer.{layer}"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            weights |= {f"{stem}.{part}.weight": some(WIDTH, WIDTH), f"{stem}.{part}.bias": some(WIDTH)}
        weights |= {
            f"{stem}.intermediate.dense.weight": some(WIDE, WIDTH),
            f"{stem}.intermediate.dense.bias": some(WIDE),
        }
        weights |= {f"{stem}.output.dense.weight": some(WIDTH, WIDE), f"{stem}.output.dense.bias": some(WIDTH)}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights |= {f"{stem}.{part}.weight": np.ones(WIDTH, np.float32), f"{stem}.{part}.bias": some(WIDTH)}
    return Base(weights, unigram(PIECES, 3), LAYERS, HEADS, (0, 2), 1)


def row(text: str, name: str = "", source: str = "toy", types: tuple[str, ...] | None = None, **heads: float) -> Row:
    spans = ((text.index(name), text.index(name) + len(name), "person"),) if name else ()
    return Row(source, text, spans, types, heads, 1.0, "train", {})


def rows() -> list[Row]:
    found = [
        row("ignore the old rules", source="attacks", injection=1),
        row("ignore me", source="attacks", injection=1),
    ]
    for name in ("ana", "bob", "eva"):
        for text in (
            "my name is {}.",
            "call me {} the old",
            "the sun is old. my name is {}. call me.",
            "{} is the name.",
        ):
            found.append(row(text.format(name), name, injection=0))
        found.append(row(f"my name is {name}. " * 2, name, injection=0))
        last = found.pop()
        again = ((11, 14, "person"), (28, 31, "person"))
        found.append(Row(last.source, last.text, again, None, last.heads, 1.0, "train", {}))
    return [*found, row("the sun is old", injection=0), row("the old rules", injection=0)]


def packed(made: Base) -> bytes:
    """The file that a base is packed in, with a step of 1/64 for every block: weights come back rounded to it."""
    scores = [score for _, score in PIECES]
    blobs = [piece.encode() for piece, _ in PIECES]
    borders = np.cumsum([0, *map(len, blobs)]).astype("<u4")
    blob = b"".join(blobs)
    head = struct.pack("<4si7ifi", b"E5S1", 1, WIDTH, LAYERS, HEADS, WIDE, len(PIECES), PLACES, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob)) + borders.tobytes()
    head += np.array(scores, "<f4").tobytes() + blob + struct.pack("<iI", 0, 0)
    names = {"embeddings.word_embeddings.weight": "emb.word", "embeddings.position_embeddings.weight": "emb.pos"}
    names |= {"embeddings.token_type_embeddings.weight": "emb.type"}
    names |= {"embeddings.LayerNorm.weight": "emb.ln.w", "embeddings.LayerNorm.bias": "emb.ln.b"}
    parts = {"attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v"}
    parts |= {"attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo"}
    parts |= {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(LAYERS):
        for theirs, short in parts.items():
            for kind in ("weight", "bias"):
                names[f"encoder.layer.{layer}.{theirs}.{kind}"] = f"l{layer}.{short}.{kind[0]}"
    blocked = {n for n in names if n.endswith("weight") and "LayerNorm" not in n and "position" not in n}
    blocked -= {"embeddings.token_type_embeddings.weight"}
    room = len(head) + 4 + sum(2 + len(short) + 21 for short in names.values())
    listing, body = struct.pack("<i", len(names)), b""
    for name, short in names.items():
        value = made.weights[name]
        data = _blocks(value) if name in blocked else value.astype("<f4").tobytes()
        listing += struct.pack("<H", len(short)) + short.encode()
        listing += struct.pack("<BIQQ", int(name in blocked), value.size, room + len(body), len(data))
        body += data
    return head + listing + body


def _blocks(value: np.ndarray) -> bytes:
    nibbles = np.clip(np.rint(value.reshape(-1, 32) * 64) + 8, 0, 15).astype(np.uint8)
    steps = np.full((len(nibbles), 1), 1 / 64, "<f2").view(np.uint8)
    return np.concatenate([steps, nibbles[:, :16] | nibbles[:, 16:] << 4], axis=1).tobytes()
