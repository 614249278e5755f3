"""From a trained encoder to one ONNX file in whole numbers, and what reads it.

Layers are written as those of the converted token classifier are (`accord.models.convert`): weights in 7 bits per
output channel, activations per token, attention fused. Each piece's row of the vocabulary is 8 bits with a step of
its own. There is no mask: windows that are read together have one length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from accord.errors import ModelError
from accord.learn.text.labels import SEQUENCE_HEADS, TOKEN_LABELS
from accord.models.convert import _constants, _Graph, _layer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_EPSILON = 1e-12
_TOP = 127
_OPSET = 17
_PROGRAM = 8


class _Trained:
    """Trained weights under the names that the conversion of layers asks for."""

    def __init__(self, state: dict[str, Floats], heads: int) -> None:
        self.heads = heads
        self.layers = len({name.split(".")[1] for name in state if name.startswith("layers.")})
        self.matrices: dict[str, Floats] = {}
        self.tensors: dict[str, Floats] = {}
        parts = {"joined": "attention.output.dense", "opened": "intermediate.dense", "closed": "output.dense"}
        norms = {"attended": "attention.output.LayerNorm", "finished": "output.LayerNorm"}
        for layer in range(self.layers):
            ours, stem = f"layers.{layer}", f"bert.encoder.layer.{layer}"
            for name, weight, bias in zip(
                ("query", "key", "value"),
                np.split(state[f"{ours}.mixed.weight"], 3),
                np.split(state[f"{ours}.mixed.bias"], 3),
                strict=True,
            ):
                self.matrices[f"{stem}.attention.self.{name}"] = weight
                self.tensors[f"{stem}.attention.self.{name}.bias"] = bias
            for name, theirs in parts.items():
                self.matrices[f"{stem}.{theirs}"] = state[f"{ours}.{name}.weight"]
                self.tensors[f"{stem}.{theirs}.bias"] = state[f"{ours}.{name}.bias"]
            for name, theirs in norms.items():
                for kind in ("weight", "bias"):
                    self.tensors[f"{stem}.{theirs}.{kind}"] = state[f"{ours}.{name}.{kind}"]


def to_onnx(model: Any) -> bytes:
    """Write a trained `JointEncoder` as ONNX: `input_ids` → `labels` [batch, pieces, labels], `heads` [batch, heads].

    The same weights give the same bytes.
    """
    state = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}
    source: Any = _Trained(state, model.layers[0].heads)
    graph = _Graph()
    hidden = _embeddings(graph, state)
    _constants(graph)
    for layer in range(source.layers):
        hidden = _layer(graph, source, layer, hidden)
    _linear(graph, state, "labels", hidden, "labels")
    _linear(graph, state, "looks", hidden, "looked")
    _linear(graph, state, "judges", hidden, "judged")
    graph.op("Softmax", ["looked"], "shares", axis=1)
    graph.put("pieces_axis", np.array([1], np.int64))
    graph.op("ReduceSum", [graph.op("Mul", ["shares", "judged"], "parts"), "pieces_axis"], "heads", keepdims=0)
    made = helper.make_graph(
        graph.nodes,
        "joint_encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "pieces"])],
        [
            helper.make_tensor_value_info("labels", TensorProto.FLOAT, ["batch", "pieces", len(TOKEN_LABELS)]),
            helper.make_tensor_value_info("heads", TensorProto.FLOAT, ["batch", len(SEQUENCE_HEADS)]),
        ],
        graph.tensors,
    )
    written = helper.make_model(made, ir_version=_PROGRAM, producer_name="accord")
    del written.opset_import[:]
    written.opset_import.extend([helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)])
    onnx.checker.check_model(written)
    return bytes(written.SerializeToString(deterministic=True))


def _embeddings(graph: _Graph, state: dict[str, Floats]) -> str:
    table = state["words.weight"]
    steps = np.maximum(np.abs(table).max(axis=1, keepdims=True), np.float32(1e-9)) / np.float32(_TOP)
    graph.put("words", np.clip(np.rint(table / steps), -_TOP, _TOP).astype(np.int8))
    graph.put("word_steps", steps.astype(np.float32))
    graph.put("places", state["places.weight"])
    graph.put("embedded_gain", state["embedded.weight"])
    graph.put("embedded_shift", state["embedded.bias"])
    for name, value in (("from", 1), ("to", 2), ("rows", 0)):
        graph.put(name, np.array([value], np.int64))
    graph.op("Gather", ["words", "input_ids"], "word_rows")
    graph.op("Cast", ["word_rows"], "word_values", to=TensorProto.FLOAT)
    graph.op("Mul", ["word_values", graph.op("Gather", ["word_steps", "input_ids"], "row_steps")], "word_vectors")
    graph.op("Slice", [graph.op("Shape", ["input_ids"], "shape"), "from", "to"], "length")
    graph.op("Slice", ["places", "rows", "length", "rows"], "place_vectors")
    graph.op("Add", ["word_vectors", "place_vectors"], "embedded")
    inputs = ["embedded", "embedded_gain", "embedded_shift"]
    return graph.op("LayerNormalization", inputs, "hidden", axis=-1, epsilon=_EPSILON)


def _linear(graph: _Graph, state: dict[str, Floats], layer: str, value: str, output: str) -> None:
    graph.put(f"{layer}_weight", np.ascontiguousarray(state[f"{layer}.weight"].T))
    graph.put(f"{layer}_bias", state[f"{layer}.bias"])
    graph.op("Add", [graph.op("MatMul", [value, f"{layer}_weight"], f"{layer}_product"), f"{layer}_bias"], output)


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What the encoder says of one text.

    Attributes:
        offsets: first and last character of each piece; [pieces, 2].
        labels: probability of every label of each piece; [pieces, labels].
        heads: logits of each window; [windows, heads].
    """

    offsets: Ints
    labels: Floats
    heads: Floats


class Exported:
    """Reads texts with an exported encoder, window by window, on one thread.

    Args:
        data: what `to_onnx` wrote.
        tokenizer: a `tokenizer.json`.
        ends: ids put before and behind a window.
        room: pieces of a window, with the two ends.
        overlap: pieces that two windows share.

    Raises:
        ModelError: it is no such model, or windows would not move on.
    """

    def __init__(
        self, data: bytes, tokenizer: str, ends: tuple[int, int], *, room: int = 128, overlap: int = 16
    ) -> None:
        import onnxruntime as ort
        from tokenizers import Tokenizer

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own that share no base
            raise ModelError("the exported encoder cannot be opened") from error
        if not 0 <= 2 * overlap < room - 2:
            raise ModelError("windows overlap by less than half of what they hold")
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._ends, self._room, self._overlap = ends, room - 2, overlap

    def logits(self, ids: Sequence[int]) -> tuple[Floats, Floats]:
        """Logits of one window's pieces and of its heads; the ends are put around it here."""
        row = np.array([[self._ends[0], *ids, self._ends[1]]], dtype=np.int64)
        labels, heads = self._session.run(["labels", "heads"], {"input_ids": row})
        return np.asarray(labels[0, 1:-1], np.float32), np.asarray(heads[0], np.float32)

    def read(self, text: str) -> Reading:
        """Read a whole text; where windows overlap, a piece counts where it stands further from the edge."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        ids = encoded.ids
        offsets = np.asarray(encoded.offsets, dtype=np.int64).reshape(-1, 2)
        parts: list[Floats] = []
        heads: list[Floats] = []
        start = kept = 0
        while start < len(ids):
            end = min(start + self._room, len(ids))
            labels, scores = self.logits(ids[start:end])
            until = end if end == len(ids) else end - self._overlap // 2
            parts.append(labels[kept - start : until - start])
            heads.append(scores)
            kept = until
            start = len(ids) if end == len(ids) else end - self._overlap
        if not parts:
            return Reading(offsets, np.zeros((0, len(TOKEN_LABELS)), np.float32), np.zeros((0, 8), np.float32))
        return Reading(offsets, _softmax(np.concatenate(parts)), np.stack(heads))


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Parity:
    """How near whole numbers come to what was learnt.

    Attributes:
        labels: share of pieces with the same best label.
        heads: largest difference of a head's probability.
        pieces: how many pieces were compared.
    """

    labels: float
    heads: float
    pieces: int


def parity(model: Any, exported: Exported, windows: Sequence[Sequence[int]], ends: tuple[int, int]) -> Parity:
    """Compare the exported file with the module it was made from, window by window."""
    import torch  # type: ignore[import-not-found, unused-ignore]

    same = pieces = 0
    apart = 0.0
    model.eval()
    for ids in windows:
        row = torch.tensor([[ends[0], *ids, ends[1]]])
        with torch.no_grad():
            answers = model(row, torch.ones_like(row, dtype=torch.bool))
        labels, heads = exported.logits(ids)
        same += int((answers.tokens[0, 1:-1].argmax(-1).numpy() == labels.argmax(-1)).sum())
        pieces += len(ids)
        apart = max(apart, float(np.abs(torch.sigmoid(answers.heads[0]).numpy() - 1 / (1 + np.exp(-heads))).max()))
    return Parity(same / max(1, pieces), apart, pieces)


def write(model: Any, tokenizer: str, folder: Path) -> int:
    """Write `model.onnx` and `tokenizer.json` to a folder; the size of the model in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    data = to_onnx(model)
    (folder / "model.onnx").write_bytes(data)
    (folder / "tokenizer.json").write_text(tokenizer, "utf-8")
    return len(data)
