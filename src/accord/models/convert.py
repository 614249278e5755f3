"""Turns a 4-bit BERT token classifier into an 8-bit one that costs half the time.

The packaged graph multiplies 4-bit blocks in 32-bit floats. Here its weights are unpacked, rounded to 7 bits per
output channel, and put in a graph whose activations are quantised per token. Three choices follow from use:

* 7 bits, not 8: two products of an unsigned activation and a weight then fit 16 bits, so that processors
  without dot-product instructions compute the same (ONNX Runtime documents the overflow as `reduce_range`);
* per token, not per tensor: a window's result does not depend on what else was inspected;
* no mask, no padding, no token types: windows run one by one, which costs the same on one thread.

All arithmetic is exact or IEEE 754 elementwise, so the file is the same byte for byte wherever it is made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from accord.errors import ModelError

Floats = NDArray[np.float32]

_MICROSOFT = "com.microsoft"
_WEIGHT_MAX = 63
_ACTIVATION_MAX = 127
_GELU_FLOOR = np.float32(0.17)  # GELU is never below -0.16998: shifted by this, all of its range is positive
_EPSILON = 1e-12
_BLOCK = 32


class _Source:
    """The packaged graph: its tensors, and its 4-bit matrices unpacked by name."""

    def __init__(self, data: bytes) -> None:
        graph = onnx.load_from_string(data).graph
        self.tensors: dict[str, NDArray[Any]] = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.matrices: dict[str, Floats] = {}
        for node in graph.node:
            if node.op_type == "MatMulNBits":
                name = node.output[0].rsplit("/", 1)[0].strip("/").replace("/", ".")
                self.matrices[name] = self._unpack(node)
        self.layers = sum(name.endswith(".intermediate.dense") for name in self.matrices)
        self.heads = self._heads(graph)

    def _unpack(self, node: Any) -> Floats:
        sizes = {attribute.name: attribute.i for attribute in node.attribute}
        if sizes["bits"] != 4 or sizes["block_size"] != _BLOCK or len(node.input) != 3:
            raise ValueError("not symmetric 4-bit blocks of 32")
        rows = sizes["N"]
        packed = self.tensors[node.input[1]]
        scales = self.tensors[node.input[2]].reshape(rows, -1, 1)
        low, high = (packed & 15).astype(np.int8) - 8, (packed >> 4).astype(np.int8) - 8
        blocks = np.stack([low, high], axis=-1).reshape(rows, -1, _BLOCK).astype(np.float32) * scales
        return np.ascontiguousarray(blocks.reshape(rows, -1)[:, : sizes["K"]], dtype=np.float32)

    @staticmethod
    def _heads(graph: Any) -> int:
        """Heads are the third entry of the shape queries are reshaped to: [batch, tokens, heads, width]."""
        constants = {
            n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in graph.node if n.op_type == "Constant"
        }
        for node in graph.node:
            if node.op_type == "Concat" and "/layer.0/attention/self/" in node.output[0] and len(node.input) == 4:
                return int(constants[node.input[2]].item())
        raise ValueError("no attention heads found")

    def embedding(self, kind: str) -> Floats:
        stem = f"bert.embeddings.{kind}_embeddings.weight"
        centred = self.tensors[f"{stem}_quantized"].astype(np.float32) - np.float32(
            self.tensors[f"{stem}_zero_point"]
        )
        return np.asarray(centred * self.tensors[f"{stem}_scale"], dtype=np.float32)


class _Graph:
    """The graph being written."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def put(self, name: str, value: NDArray[Any]) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, list(outputs), domain=domain, **attributes))
        return outputs[0]


def bert_int8(data: bytes) -> bytes:
    """Convert a 4-bit BERT token classifier (`input_ids` → `logits`).

    Raises:
        ModelError: the graph is not of that kind.
    """
    try:
        source = _Source(data)
        graph = _Graph()
        hidden = _embeddings(graph, source)
        _constants(graph)
        for layer in range(source.layers):
            hidden = _layer(graph, source, layer, hidden)
        labels = source.matrices["classifier"]
        graph.put("classifier", labels.T)
        graph.put("classifier_bias", source.tensors["classifier.bias"])
        graph.op("Add", [graph.op("MatMul", [hidden, "classifier"], "scores"), "classifier_bias"], "logits")
        return _serialise(graph, labels.shape[0])
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise ModelError("the model graph has another shape than the conversion knows") from error


def _serialise(graph: _Graph, labels: int) -> bytes:
    made = helper.make_graph(
        graph.nodes,
        "bert_int8",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", labels])],
        graph.tensors,
    )
    model = helper.make_model(made, ir_version=8, producer_name="accord")
    del model.opset_import[:]
    model.opset_import.extend([helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)])
    return bytes(model.SerializeToString(deterministic=True))


def _constants(graph: _Graph) -> None:
    one = np.array(1, np.float32)
    graph.put("one", one)
    graph.put("tiny", np.array(1e-9, np.float32))
    graph.put("gelu_floor", np.array(_GELU_FLOOR))
    for kind, top, zero in (
        ("signed", _ACTIVATION_MAX, _ACTIVATION_MAX + 1),
        ("positive", 2 * _ACTIVATION_MAX + 1, 0),
    ):
        graph.put(f"{kind}_top", np.array(top, np.float32))
        graph.put(f"{kind}_step", one / np.float32(top))
        graph.put(f"{kind}_zero", np.array(zero, np.uint8))


def _embeddings(graph: _Graph, source: _Source) -> str:
    """Word rows stay 8 bits and are widened after the look-up; positions carry the one token type there is."""
    for part in ("quantized", "scale", "zero_point"):
        graph.put(f"words_{part}", source.tensors[f"bert.embeddings.word_embeddings.weight_{part}"])
    graph.put("positions", source.embedding("position") + source.embedding("token_type")[0])
    for name, value in (("from", [1]), ("to", [2]), ("rows", [0])):
        graph.put(name, np.array(value, np.int64))
    graph.op("Gather", ["words_quantized", "input_ids"], "word_rows")
    graph.op("DequantizeLinear", ["word_rows", "words_scale", "words_zero_point"], "words")
    graph.op("Slice", [graph.op("Shape", ["input_ids"], "shape"), "from", "to"], "length")
    graph.op("Slice", ["positions", "rows", "length", "rows"], "position_rows")
    graph.op("Add", ["words", "position_rows"], "embedded")
    graph.put("embedded_gain", source.tensors["bert.embeddings.LayerNorm.weight"])
    graph.put("embedded_bias", source.tensors["bert.embeddings.LayerNorm.bias"])
    inputs = ["embedded", "embedded_gain", "embedded_bias"]
    return graph.op("LayerNormalization", inputs, "hidden", axis=-1, epsilon=_EPSILON)


def _layer(graph: _Graph, source: _Source, layer: int, hidden: str) -> str:
    at, stem = f"layer{layer}", f"bert.encoder.layer.{layer}"
    parts = [f"{stem}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([source.matrices[part] for part in parts])
    bias = np.concatenate([source.tensors[f"{part}.bias"] for part in parts])
    mixed = _linear(graph, f"{at}_mixed", hidden, weight, bias)
    graph.put(f"{at}_widths", np.array([len(weight) // 3] * 3, np.int64))
    heads = [f"{at}_query", f"{at}_key", f"{at}_value"]
    graph.op("Split", [mixed, f"{at}_widths"], *heads, axis=-1)
    seen = graph.op("MultiHeadAttention", heads, f"{at}_seen", domain=_MICROSOFT, num_heads=source.heads)
    hidden = _dense_and_norm(graph, source, f"{stem}.attention.output", f"{at}_attention", seen, hidden)
    wide = f"{stem}.intermediate.dense"
    opened = _linear(graph, f"{at}_open", hidden, source.matrices[wide], source.tensors[f"{wide}.bias"])
    active = graph.op("Gelu", [opened], f"{at}_active", domain=_MICROSOFT)
    return _dense_and_norm(graph, source, f"{stem}.output", f"{at}_output", active, hidden, positive=True)


def _dense_and_norm(
    graph: _Graph, source: _Source, stem: str, at: str, value: str, skip: str, *, positive: bool = False
) -> str:
    weight, bias = source.matrices[f"{stem}.dense"], source.tensors[f"{stem}.dense.bias"]
    dense = _linear(graph, f"{at}_dense", value, weight, bias, positive=positive)
    graph.put(f"{at}_gain", source.tensors[f"{stem}.LayerNorm.weight"])
    graph.put(f"{at}_shift", source.tensors[f"{stem}.LayerNorm.bias"])
    inputs = [dense, skip, f"{at}_gain", f"{at}_shift"]
    return graph.op("SkipLayerNormalization", inputs, at, domain=_MICROSOFT, epsilon=_EPSILON)


def _linear(graph: _Graph, at: str, value: str, weight: Floats, bias: Floats, *, positive: bool = False) -> str:
    """`value @ weight.T + bias` in whole numbers, with one step per token and one per output channel."""
    steps = np.maximum(np.abs(weight).max(axis=1), np.float32(1e-9)) / np.float32(_WEIGHT_MAX)
    whole = np.clip(np.rint(weight / steps[:, None]), -_WEIGHT_MAX, _WEIGHT_MAX).astype(np.int8)
    if positive:  # what the shift by `gelu_floor` adds is taken off the bias; the sum is exact in integers
        bias = bias - _GELU_FLOOR * (whole.astype(np.int64).sum(axis=1).astype(np.float32) * steps)
    graph.put(f"{at}_weight", whole.T)
    graph.put(f"{at}_steps", steps)
    graph.put(f"{at}_bias", bias.astype(np.float32))
    tokens, token_steps = _quantise(graph, at, value, positive=positive)
    zero = "positive_zero" if positive else "signed_zero"
    inputs = [tokens, f"{at}_weight", "one", f"{at}_steps", zero]
    product = graph.op("MatMulIntegerToFloat", inputs, f"{at}_product", domain=_MICROSOFT)
    scaled = graph.op("Mul", [product, token_steps], f"{at}_scaled")
    return graph.op("Add", [scaled, f"{at}_bias"], f"{at}_value")


def _quantise(graph: _Graph, at: str, value: str, *, positive: bool) -> tuple[str, str]:
    kind = "positive" if positive else "signed"
    if positive:
        value = size = graph.op("Add", [value, "gelu_floor"], f"{at}_shifted")
    else:
        size = graph.op("Abs", [value], f"{at}_size")
    top = graph.op("ReduceMax", [size], f"{at}_peak", axes=[-1], keepdims=1)
    top = graph.op("Add", [top, "tiny"], f"{at}_top")
    fit = graph.op("Mul", [value, graph.op("Div", [f"{kind}_top", top], f"{at}_fit")], f"{at}_fitted")
    tokens = graph.op("QuantizeLinear", [fit, "one", f"{kind}_zero"], f"{at}_tokens")
    return tokens, graph.op("Mul", [top, f"{kind}_step"], f"{at}_token_steps")
