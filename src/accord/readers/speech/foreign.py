"""What is no English, for a model that knows English only: it makes up English sentences for any language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError
from accord.models.runtime import speech_model
from accord.readers.speech.activity import Stretch, packed
from accord.readers.speech.whisper import Whisper
from accord.readers.speech.windows import PAUSE_S

Floats = NDArray[np.float32]

ENGLISH = 0.5
"""The share of the languages it may be from which on it is English.

Of synthesised voices, English ones gave it 0.96 and more, those of six other languages 0.3 and less.
"""

_PIECE_S, _SHORTEST_S, _ROOM_S = 8.0, 2.0, 10.0


def that_knows(model: str, cache: Path | None) -> Whisper | None:
    """The model that tells languages apart; None where it was not pulled."""
    try:
        return Whisper(speech_model(model, cache))
    except ModelError:
        return None


def foreign(
    knows: Whisper, found: Sequence[Stretch], piece: Callable[[float, float], Floats], pause: Callable[[], None]
) -> list[tuple[float, float]]:
    """When no English is spoken, in seconds; what is shorter than two seconds tells nothing.

    Args:
        knows: a model that knows many languages.
        found: when somebody speaks.
        piece: gives the sound between two times.
        pause: called between pieces.
    """
    times = []
    for group in packed(found, _PIECE_S, PAUSE_S):
        start, end = group[0].start, group[-1].end
        if end - start < _SHORTEST_S:
            continue
        pause()
        if dict(knows.languages(knows.encode(piece(start, end), least=_ROOM_S))).get("en", 0.0) < ENGLISH:
            times.append((start, end))
    return times
