"""Prompt injection: text that gives orders to the model that will read it.

The head sees every reading, so an attack in base64, in look-alike letters or in an HTML comment is judged in plain
text. Whoever disguises a sentence that gives orders has a reason: a disguised reading that the head already finds
suspicious gains `DISGUISE` log-odds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.heads import FLOOR, HEADS, WEIGHTS, probability, shared, stretches

CATEGORY = "safety.injection"

DISGUISE = 1.0
"""Log-odds that disguise adds to a suspicion."""

SUSPICION = -1.0
"""Calibrated log-odds from which a disguised reading counts as suspicious (a probability of 0.27)."""


class InjectionDetector:
    """Finds instructions hidden in content.

    Args:
        weights: folder of the weights; the shipped ones unless said.
        disguise: log-odds that disguise adds to a suspicion; 0 turns it off.

    Raises:
        ModelError: the weights are missing or altered.
    """

    name = "injection"
    joins = False
    categories = frozenset({CATEGORY})
    floor = FLOOR
    reference = "hashed n-gram logistic regression; weights/text-heads.md"

    def __init__(self, weights: str | Path | None = None, disguise: float = DISGUISE) -> None:
        self._heads = shared(WEIGHTS if weights is None else Path(weights))
        self._disguise = disguise

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield the stretches of each reading that give orders to a model, or the nearest to it below the floor."""
        for index, reading in enumerate(readings):
            if stop():
                return
            yield from self._read(index, reading, stop)

    def _read(self, index: int, reading: Reading, stop: Stop) -> Iterator[Hit]:
        scored = self._heads.score(reading.text, stop)
        logits = scored.logits[:, HEADS.index("injection")]
        if reading.hidden:
            logits = logits + self._disguise * (logits >= SUSPICION)
        for span, score in stretches(scored, probability(logits), self.floor):
            yield Hit(index, span, CATEGORY, round(score, 4))
