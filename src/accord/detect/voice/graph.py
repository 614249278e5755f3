"""The voice encoder as an ONNX graph, made of the numbers of its checkpoint when it is loaded.

ONNX Runtime works on one thread, whatever else the machine does; the many small products of a recurrent network are
slow where a linear algebra library shares them among threads that are busy.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from accord.detect.voice.checkpoint import read_checkpoint

Floats = NDArray[np.float32]

_LAYERS = 3
_OPSET = 17


def encoder_graph(data: bytes) -> bytes:
    """Turn a checkpoint into a graph.

    Raises:
        ModelError: it is no such checkpoint.
    """
    return network(read_checkpoint(data, "model_state"))


def network(weights: dict[str, Floats]) -> bytes:
    """Three recurrent layers, a linear one, and rows of length 1: an ONNX file.

    Args:
        weights: its tensors by name, gates in the order input, forget, cell, output.

    Returns:
        A graph with the input `spectra` of shape (frames, count, bands) and the output `voices`, (count, size).
    """
    tensors = {"axis": np.array([1], np.int64), "tiny": np.array([1e-6], np.float32)}
    nodes, value = [], "spectra"
    for layer in range(_LAYERS):
        inner, across = (_reordered(weights[f"lstm.weight_{each}_l{layer}"]) for each in ("ih", "hh"))
        biases = [_reordered(weights[f"lstm.bias_{each}_l{layer}"]) for each in ("ih", "hh")]
        names = [f"inner{layer}", f"across{layer}", f"bias{layer}"]
        tensors |= dict(zip(names, (inner[None], across[None], np.concatenate(biases)[None]), strict=True))
        outputs = [f"all{layer}", f"last{layer}"]
        nodes.append(helper.make_node("LSTM", [value, *names], outputs, hidden_size=across.shape[1]))
        value = f"values{layer}"
        nodes.append(helper.make_node("Squeeze", [outputs[0], "axis"], [value]))
    tensors |= {"out": weights["linear.weight"], "shift": weights["linear.bias"], "first": np.array([0], np.int64)}
    nodes += [
        helper.make_node("Squeeze", [f"last{_LAYERS - 1}", "first"], ["state"]),
        helper.make_node("Gemm", ["state", "out", "shift"], ["linear"], transB=1),
        helper.make_node("Relu", ["linear"], ["positive"]),
        helper.make_node("ReduceL2", ["positive"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Max", ["length", "tiny"], ["divisor"]),
        helper.make_node("Div", ["positive", "divisor"], ["voices"]),
    ]
    bands, size = weights["lstm.weight_ih_l0"].shape[1], len(weights["linear.bias"])
    graph = helper.make_graph(
        nodes,
        "voice",
        [helper.make_tensor_value_info("spectra", TensorProto.FLOAT, ["frames", "count", bands])],
        [helper.make_tensor_value_info("voices", TensorProto.FLOAT, ["count", size])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()],
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


def _reordered(gates: Floats) -> Floats:
    """Rows of gates in the order of ONNX: input, output, forget, cell."""
    first, forget, cell, out = np.split(gates, 4)
    return np.concatenate([first, out, forget, cell])
