"""Names, addresses and identifiers in running text, by a small token classifier.

The model reads lower-cased text, so what it cannot see is added here: how a word is written, what stands before
it, and where it stands (see `accord.detect.names`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.borders import Borders
from accord.detect.cues import announced
from accord.detect.merge import CATEGORIES, LABELS, NAME, Entity, entities, united
from accord.detect.spans import WordReader
from accord.errors import ModelError
from accord.models.cache import PULL
from accord.models.runtime import TokenClassifier, token_classifier


class EntityDetector:
    """Finds names, postal addresses, places and identifiers with the model of slot `entities`.

    Args:
        cache: folder of pulled weights, where it is not the user's.
        model: name of the model in the register.

    Raises:
        ModelError: the weights are missing or altered.
    """

    name = "entities"
    joins = False
    floor = 0.4
    reference = "Rampart 1.4.0 (National Design Studio, 2026), re-quantised; docs/reference/detectors.md"
    categories = CATEGORIES

    def __init__(self, cache: str | Path | None = None, model: str = "rampart") -> None:
        self._cache = Path(cache) if cache is not None else None
        self._model_name = model
        _ = self._groups(self._model())

    def __repr__(self) -> str:
        return f"<EntityDetector {self._model_name}>"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield hits reading by reading; asks `stop()` between windows.

        Raises:
            ModelError: the weights have gone.
        """
        model = self._model()
        reader = WordReader(model, self._groups(model), stop)
        for index, reading in enumerate(readings):
            yield from self._read(index, reading, reader)

    def _read(self, index: int, reading: Reading, reader: WordReader) -> Iterator[Hit]:
        borders = Borders(reading)
        names: list[Entity] = []
        for found in entities(reading.text, reader.words(reading.text), borders):
            if found.category == NAME:
                names.append(found)
            else:
                yield from _hits(index, found, borders)
        names += [Entity(span, NAME, score) for span, score in announced(reading.text)]
        for found in united(names):
            yield from _hits(index, found, borders)

    def _model(self) -> TokenClassifier:
        # Held by the runtime, not here: a detector is sent to worker processes, a session cannot be.
        return token_classifier(self._model_name, self._cache)

    def _groups(self, model: TokenClassifier) -> list[int]:
        try:
            return [LABELS.index(label.partition("-")[2] or label) for label in model.labels]
        except ValueError:
            raise ModelError(f"model {self._model_name} has labels nobody here knows", hint=PULL) from None


def _hits(index: int, found: Entity, borders: Borders) -> Iterator[Hit]:
    for piece in borders.pieces(found.span):
        yield Hit(index, piece, found.category, found.score)
