"""A stand-in for the face network, and pictures drawn by code."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw, ImageFilter

from accord.detect.vision.centerface import CenterFace, any_size
from accord.models.runtime import open_session

SIDE = 24
"""How large a face the stand-in sees, in pixels of what it is given."""


@pytest.fixture(scope="session")
def red_network() -> CenterFace:
    """A network of CenterFace's shape that takes what is red for a face: more red, more sure."""
    return CenterFace(open_session(any_size(red_graph()), shapes_vary=True))


def red_graph() -> bytes:
    """Convolutions only, saved with fixed sizes, like the published graph."""
    outputs = {"heat": 1, "sizes": 2, "offsets": 2, "marks": 10}
    weights = {name: np.zeros((channels, 3, 1, 1), np.float32) for name, channels in outputs.items()}
    biases = {name: np.zeros(channels, np.float32) for name, channels in outputs.items()}
    weights["heat"][0, :, 0, 0] = (1 / 255, -1 / 255, 0)
    biases["sizes"][:] = math.log(SIDE / 4)
    nodes = [helper.make_node("AveragePool", ["input"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4])]
    for name in outputs:
        made = "raw" if name == "heat" else name
        nodes.append(helper.make_node("Conv", ["pooled", f"{name}_weight", f"{name}_bias"], [made]))
    nodes.append(helper.make_node("Relu", ["raw"], ["heat"]))
    tensors = [numpy_helper.from_array(value, f"{name}_weight") for name, value in weights.items()]
    tensors += [numpy_helper.from_array(value, f"{name}_bias") for name, value in biases.items()]
    fixed = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [10, count, 8, 8]) for name, count in outputs.items()
    ]
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, [10, 3, 32, 32])
    graph = helper.make_graph(nodes, "red", [entry], fixed, tensors)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    return bytes(model.SerializeToString())


def drawn_face(size: int) -> NDArray[np.uint8]:
    """A portrait of ellipses, shape (2.2 size, 2 size, 3): simple, and enough for the network."""
    k = size / 160
    image = Image.new("RGB", (size * 2, int(size * 2.2)), (120, 140, 160))
    draw = ImageDraw.Draw(image)

    def oval(box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
        draw.ellipse([side * k for side in box], fill=colour)

    oval((70, 300, 250, 500), (60, 70, 110))
    draw.rectangle([135 * k, 220 * k, 185 * k, 320 * k], fill=(200, 150, 120))
    oval((80, 40, 240, 200), (60, 40, 30))
    oval((92, 70, 228, 260), (224, 172, 140))
    oval((85, 45, 235, 110), (60, 40, 30))
    for x in (125, 195):
        oval((x - 20, 128, x + 20, 150), (190, 135, 110))
        oval((x - 16, 132, x + 16, 150), (250, 250, 250))
        oval((x - 8, 133, x + 8, 149), (70, 50, 30))
        oval((x - 4, 137, x + 4, 145), (10, 10, 10))
        draw.line([(x - 22) * k, 122 * k, (x + 22) * k, 120 * k], fill=(60, 40, 30), width=max(1, int(5 * k)))
    draw.polygon([160 * k, 145 * k, 145 * k, 190 * k, 175 * k, 190 * k], fill=(205, 150, 120))
    oval((146, 183, 156, 191), (150, 90, 70))
    oval((164, 183, 174, 191), (150, 90, 70))
    oval((130, 205, 190, 228), (180, 80, 80))
    draw.line([132 * k, 216 * k, 188 * k, 216 * k], fill=(110, 40, 40), width=max(1, int(3 * k)))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(2 * k)), np.uint8)
