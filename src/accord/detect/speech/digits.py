"""Numbers that are said digit by digit: nobody spells out what does not identify something.

A recogniser drops and adds digits, so a checksum that fails says little about a spoken number, and the word that
announces it may be lost. In speech any longer run of digits is therefore taken for an identifier, unless what stands
beside it says that it is an amount, a year or a measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop

CATEGORY = "privacy.id.other"

SCORE = 0.6
"""Plausible; what other detectors prove about the same digits outranks it."""

_LEAST = 4
_RUN = re.compile(r"(?<![\w.])[+(]?\d(?:[\s,.\-–()/]{0,3}\d){3,}(?![\w%])")
_BEFORE = re.compile(
    r"(?i)(?:[$€£¥₹]\s*|\b(?:in|since|until|before|after|by|year|years|summer|winter|spring|autumn|fall|january|february|march|april"
    r"|may|june|july|august|september|october|november|december|im jahr|seit|en|depuis|desde|dal|nel)\s+)$"
)
_AFTER = re.compile(
    r"(?i)^\s*(?:[%€$£¥°]|percent|dollars?|euros?|pounds?|cents?|people|miles?|met(?:er|re)s?|feet|foot|years?|times|words|pages|degrees"
    r"|kilo\w*|grams?|tons?|million|billion|thousand|hundred|bc\b|ad\b|s\b)"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[,.]\d{3})+|\d{1,3}[.,]\d+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


class SpokenNumberDetector:
    """Finds longer runs of digits in what was said."""

    name = "spoken"
    joins = False
    categories = frozenset({CATEGORY})
    floor = 0.5
    reference = "accord.detect.speech.digits"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield runs of at least four digits of spoken readings; what was written is the business of others."""
        for index, reading in enumerate(readings):
            if stop():
                return
            if reading.root.reader == "speech":
                for span in runs(reading.text):
                    yield Hit(index, span, CATEGORY, SCORE)


def runs(text: str) -> Iterator[Span]:
    """Runs of digits that are no amount, year or measure."""
    for match in _RUN.finditer(text):
        value = match.group().strip(" ,.-–(/")
        digits = sum(character.isdigit() for character in value)
        if digits < _LEAST or _AMOUNT.fullmatch(value):
            continue
        told = _BEFORE.search(text[max(0, match.start() - 16) : match.start()])
        if (told and (_YEAR.fullmatch(value) or not told[0][0].isalpha())) or _AFTER.match(text[match.end() :]):
            continue
        yield Span(match.start(), match.start() + len(match.group().rstrip(" ,.-–(/")))
