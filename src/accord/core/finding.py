"""What was found, where, by whom and how sure; never the value."""

from __future__ import annotations

from dataclasses import dataclass

from accord.core.content import Modality, Origin, Role
from accord.core.place import Place, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """What a detector says: a category at a span of one of the readings it was given.

    Attributes:
        reading: index into the readings given to `detect`.
        span: characters of that reading.
        category: a category the detector declares.
        score: how sure, 0 to 1.
        checked: a checksum or other arithmetic proof holds, so weaker claims about the same characters yield.
    """

    reading: int
    span: Span
    category: str
    score: float
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A category at a place of a part.

    Attributes:
        category: a name from `accord.core.taxonomy`.
        score: how sure, 0 to 1; at or above its detector's reporting floor.
        detector: who found it.
        part: index of the part.
        place: where in the part.
        modality: modality of the part.
        role: role of the part.
        origin: who brought the value.
        reading: index of the reading it was found in; None where the whole part is meant.
        span: characters of that reading.
        reason: fixed words from accord, never from content (`run accord models pull`).
        item: which file within the part: 0 for the part itself, others for what is embedded in it.
    """

    category: str
    score: float
    detector: str
    part: int
    place: Place
    modality: Modality = Modality.TEXT
    role: Role = Role.USER
    origin: Origin = Origin.CALLER
    reading: int | None = None
    span: Span | None = None
    reason: str = ""
    item: int = 0
