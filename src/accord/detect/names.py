"""How likely a word is part of a person's name, given what the model thinks and what it cannot see."""

from __future__ import annotations

import math
from collections.abc import Sequence

from accord.detect.spans import Word

_CASE = {"title": 1.5, "upper": -0.3, "mixed": 0.3, "lower": -2.5, "uncased": 0.5}


def shape(word: str) -> str:
    """How a word is written: `title`, `upper`, `lower`, `mixed`, `uncased` (no letter has case) or `other`."""
    if not any(map(str.isalpha, word)):
        return "other"
    if word.lower() == word.upper():
        return "uncased"
    if word.islower():
        return "lower"
    if len(word) > 1 and word.isupper():
        return "upper"
    return "title" if (word[0].isupper() and word[1:].islower()) or len(word) == 1 else "mixed"


def name_scores(text: str, words: Sequence[Word]) -> list[float]:
    """For each word the probability that it belongs to a person's name."""
    return [_score(text, word) for word in words]


def _score(text: str, word: Word) -> float:
    odds = word.odds[1] + word.odds[2]
    if odds < 0.02:
        return odds
    form = shape(text[word.start : word.end])
    if form == "other":
        return 0.0
    odds = min(max(odds, 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-(math.log(odds / (1 - odds)) + _CASE[form])))
