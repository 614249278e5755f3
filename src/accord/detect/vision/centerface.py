"""The face network: what goes in, what comes out.

CenterFace (Xu et al., 2019, arXiv:1911.03599) tells for every fourth pixel how likely it is the middle of a face,
how large that face is and where exactly its middle lies. It has seen faces of all sizes, turned and in profile
(WIDER FACE), so it needs neither anchors nor a pyramid of scales.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.errors import ModelError
from accord.models.cache import PULL
from accord.models.runtime import session

if TYPE_CHECKING:
    import numpy as np

    from accord.core.media import Pixels
    from accord.detect.vision.tiles import Floats

STRIDE = 32
"""Both sides of what the network reads are multiples of this."""

_CELL = 4
_FILE = "centerface.onnx"


class CenterFace:
    """The loaded network; threads share it.

    Args:
        loaded: an ONNX Runtime session on the network.
    """

    def __init__(self, loaded: Any) -> None:
        self._session = loaded
        self._input: str = self._session.get_inputs()[0].name
        self._outputs: list[str] = [each.name for each in self._session.get_outputs()]

    def faces(self, pixels: Pixels, size: tuple[int, int], least: float) -> Floats:
        """Find faces in a picture that is first scaled.

        Args:
            pixels: shape (height, width, 3), RGB.
            size: width and height to scale to; rounded to multiples of 32.
            least: the lowest score wanted.

        Returns:
            Rows of left, top, right, bottom in pixels of `pixels`, and the score; shape (n, 5). One face may have
            several rows.
        """
        import cv2
        import numpy as np

        height, width = pixels.shape[:2]
        wide, high = (max(1, round(side / STRIDE)) * STRIDE for side in size)
        shrinks = wide * high < width * height
        scaled = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        blob = np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], dtype=np.float32)
        heat, sizes, offsets, _ = self._session.run(self._outputs, {self._input: blob})
        rows, columns = np.nonzero(heat[0, 0] >= least)
        high_boxes, wide_boxes = (np.exp(np.minimum(sizes[0, k, rows, columns], 8)) * _CELL for k in (0, 1))
        middle_y = (rows + offsets[0, 0, rows, columns] + 0.5) * _CELL
        middle_x = (columns + offsets[0, 1, rows, columns] + 0.5) * _CELL
        found: list[np.ndarray[Any, Any]] = [
            (middle_x - wide_boxes / 2) * (width / wide),
            (middle_y - high_boxes / 2) * (height / high),
            (middle_x + wide_boxes / 2) * (width / wide),
            (middle_y + high_boxes / 2) * (height / high),
            heat[0, 0, rows, columns],
        ]
        return np.stack(found, axis=1).astype(np.float32)


def center_face(name: str = "centerface", cache: Path | None = None) -> CenterFace:
    """The network by its name in the register; threads of a process share its session.

    Raises:
        ModelError: its file is missing, altered or cannot be loaded.
    """
    return CenterFace(session(name, _FILE, cache, any_size))


def any_size(graph: bytes) -> bytes:
    """The same graph without the fixed sizes it was saved with: it is convolutions only, so any size will do.

    Raises:
        ModelError: it is no such graph.
    """
    import onnx

    try:
        model = onnx.load_from_string(graph)
        for value in (model.graph.input[0], *model.graph.output):
            dims = value.type.tensor_type.shape.dim
            for axis, label in ((0, "pictures"), (2, f"{value.name}_rows"), (3, f"{value.name}_columns")):
                dims[axis].Clear()
                dims[axis].dim_param = label
        return bytes(model.SerializeToString())
    except Exception as error:  # protobuf raises classes of its own
        raise ModelError(f"the face network cannot be read: {type(error).__name__}", hint=PULL) from None
