"""What stands beside a number and says that it is an amount, a year or a measure."""

from __future__ import annotations

import re

from accord.detect.speech.announced import announces, directly, kind_of

MANY = 6
"""Digits; more of them are no year, and nobody says such an amount digit by digit."""

_BEFORE = re.compile(
    r"(?i)(?:[$€£¥₹]\s*|\b(?:in|since|until|before|after|by|year|years|summer|winter|spring|autumn|fall|january|february|march|april"
    r"|may|june|july|august|september|october|november|december|im jahr|seit|en|depuis|desde|dal|nel)\s+)$"
)
_AFTER = re.compile(
    r"(?i)^\s*(?:[%€$£¥°]|(?:percent|dollars?|euros?|pounds?|cents?|people|miles?|met(?:er|re)s?|feet|foot|years?|times|words"
    r"|pages|degrees|kilo\w*|grams?|tons?|million|billion|thousand|hundred|hours?|minutes?|seconds?|days?|weeks?|months?|bc|ad"
    r"|s|st|nd|rd|th)\b)"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def measured(text: str, end: int) -> bool:
    """Whether a unit stands behind a place."""
    return _AFTER.match(text[end:]) is not None


def told_otherwise(text: str, start: int, end: int, value: str) -> bool:
    """Whether what stands beside a number says that it is none of somebody's.

    What is announced as somebody's number is one all the same: a sentence may go on with any word behind it.

    Args:
        text: what was said.
        start: of the number.
        end: of the number.
        value: the number, for what may be a year.
    """
    digits = sum(map(str.isdigit, value or text[start:end]))
    before = _BEFORE.search(text[max(0, start - 16) : start])
    money = bool(before and not before[0][0].isalpha())
    year = bool(before and _YEAR.fullmatch(value))
    if not (money or year or measured(text, end)):
        return False
    if directly(text, start):
        return False
    if year:
        return kind_of(text, start, end, digits) is None
    return money or (digits <= MANY and not announces(text, start))
