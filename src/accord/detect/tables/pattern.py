"""One row of a table: how a value is written, what proves it and how sure that makes us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

Check = Callable[[str], bool]
"""Whether a value holds: a checksum, a calendar, a format. Raises nothing."""

Reach = Callable[[str, int, int], tuple[int, int] | None]
"""Given the whole text and the span that matched: the span of the value, or None where there is none."""

FLOOR = 0.4
"""The reporting floor of the pattern detector: what scores less is not worth judging."""


class Edge(Enum):
    """What may stand beside a value."""

    NUMBER = "number"
    """No letter, digit or underscore, and no longer number, amount, version or hyphenated code around it."""

    WORD = "word"
    """No letter, digit or underscore."""

    FREE = "free"
    """The expression itself says where the value ends."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which one kind of value is written.

    Attributes:
        id: name of the row, `country.kind` where a country issues it.
        category: a category of `accord.core.taxonomy`.
        regex: an RE2 expression; its first group, where it has one, is the value, else the whole match is.
        score: how sure without a telling word beside it; 0 means that the row needs one.
        lifted: how sure with a telling word near, or in the name of the field.
        alone: how sure where the value is all there is to read (an answer to a question, a cell).
        check: must hold for the value, else there is no hit.
        strong: the check alone is proof (chance below about 1 in 90 for a random value of this shape).
        context: telling words, any case, in several languages.
        reach: finds the span of the value in the whole text, where an expression cannot.
        edge: what may stand beside the value.
        gate: a looser expression for the prefilter; empty means `regex`.
        proves: False where the check only sifts by shape and proves nothing.
        said: the expression holds the telling word itself.
    """

    id: str
    category: str
    regex: str
    score: float
    lifted: float = 0.0
    alone: float = 0.0
    check: Check | None = None
    strong: bool = False
    context: tuple[str, ...] = ()
    reach: Reach | None = None
    edge: Edge = Edge.NUMBER
    gate: str = ""
    proves: bool = True
    said: bool = False


def proven(
    name: str, category: str, regex: str, check: Check | None, context: tuple[str, ...] = (), score: float = 0.9
) -> Pattern:
    """A row whose check is proof on its own: mod 97, several check digits, a date and a check digit."""
    lifted = max(0.95, score)
    return Pattern(name, category, regex, score, lifted, max(score, 0.85), check, True, context)


def distinct(
    name: str,
    category: str,
    regex: str,
    check: Check | None,
    context: tuple[str, ...] = (),
    score: float = 0.6,
    proves: bool = True,
) -> Pattern:
    """A row whose shape is rare in other text, with or without a weak check."""
    return Pattern(name, category, regex, score, 0.9, max(score, 0.6), check, context=context, proves=proves)


def digits(
    name: str, category: str, regex: str, check: Check | None, context: tuple[str, ...], score: float = 0.3
) -> Pattern:
    """A row of plain digits with a check that one number in ten passes: counts beside a telling word, or alone."""
    alone = max(score, 0.5 if category.endswith((".national", ".social_security", ".medical")) else 0.43)
    return Pattern(name, category, regex, score, 0.85, alone, check, False, context)


def labelled(
    name: str,
    category: str,
    regex: str,
    context: tuple[str, ...],
    check: Check | None = None,
    score: float = 0.0,
    lifted: float = 0.65,
    alone: float = 0.0,
) -> Pattern:
    """A row that nothing proves: it counts only beside a telling word, or at `alone` where nothing else is said."""
    return Pattern(name, category, regex, score, lifted, max(score, alone), check, context=context, proves=False)
