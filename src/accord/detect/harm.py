"""Harmful content: hate, harassment, violence, sexual content, self-harm, help with crime and with weapons.

One head for each category; a stretch of text may have several. Gore has no head: no set that may be trained on
tells it from violence in text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.heads import FLOOR, HEADS, WEIGHTS, probability, shared, stretches

_COLUMNS = {f"safety.{head}": column for column, head in enumerate(HEADS) if head != "injection"}


class HarmDetector:
    """Finds harmful content in text.

    Args:
        weights: folder of the weights; the shipped ones unless said.

    Raises:
        ModelError: the weights are missing or altered.
    """

    name = "harm"
    joins = False
    categories = frozenset(_COLUMNS)
    floor = FLOOR
    reference = "hashed n-gram logistic regression; weights/text-heads.md"

    def __init__(self, weights: str | Path | None = None) -> None:
        self._heads = shared(WEIGHTS if weights is None else Path(weights))

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield harmful stretches of each reading, by category, or the nearest to it below the floor."""
        for index, reading in enumerate(readings):
            if stop():
                return
            yield from self._read(index, reading, stop)

    def _read(self, index: int, reading: Reading, stop: Stop) -> Iterator[Hit]:
        scored = self._heads.score(reading.text, stop)
        for category, column in _COLUMNS.items():
            for span, score in stretches(scored, probability(scored.logits[:, column]), self.floor):
                yield Hit(index, span, category, round(score, 4))
