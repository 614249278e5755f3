"""Dates and days of birth, in the ways seven languages write them."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re

from accord.detect.tables import words
from accord.detect.tables.checks import calendar
from accord.detect.tables.pattern import Check, Edge, Pattern

DATE = "privacy.date.date"
BIRTH = "privacy.date.birth"

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
    "|januar|jänner|februar|märz|maerz|mai|juni|juli|oktober|dezember|mär|okt|dez"
    "|janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|ene|abr|ago|dic"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|gen|mag|giu|lug|set|ott"
    "|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|fev|mai|out"
    "|januari|februari|maart|mei|augustus|mrt"
)
_MONTH = rf"(?:{'|'.join(sorted(set(_MONTHS.split('|')), key=len, reverse=True))})\.?"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_TIME = r"(?:[T ,]{1,2}(?:at )?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?(?: ?(?:Z|UTC|[AaPp]\.?[Mm]\.?)\b|[+-][0-2][0-9]:?[0-5][0-9])?)?"

_NUMBERS = re.compile(r"\d+")


def numeric(value: str) -> bool:
    """A numeric date that some convention reads as a day: year first, day first or month first."""
    a, b, c = (int(part) for part in _NUMBERS.findall(value)[:3])
    if a > 31:
        return calendar(a, b, c)
    year = c if c > 99 else 1900 + c if c > 40 else 2000 + c
    return calendar(year, b, a) or calendar(year, a, b)


def _clock(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Not part of a longer number or a path, a version, an address."""
    before, after = text[start - 1] if start else " ", text[end] if end < len(text) else " "
    if before in "./-:+_=%" and start >= 2 and text[start - 2].isdigit():
        return None
    if after in "/-" and end + 1 < len(text) and text[end + 1].isdigit():
        return None
    return start, end


_COUNTS = re.compile(
    r"(?i)\b(?:retry|retries|attempt|try|step|page|part|score|scored|rated|rating|item|chapter|batch|shard|epoch|tests?|task|stage|round|"
    r"phase|level|ratio|fold|worker|chunk|passed|failed|progress|ready|question|answered|slide|seite|versuch|étape|paso)[ :#=(]{1,2}$"
)
_COUNTED = re.compile(
    r"(?i) ?(?:stars?|tests?|points?|passed|failed|done|ready|complete|completed|cup|inch|of|teaspoon|mile|votes?|punkte)\b"
)


def _day(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A day and a month, and not how many of how many (`retry 3/5`)."""
    if _COUNTS.search(text, max(0, start - 24), start) or _COUNTED.match(text, end):
        return None
    return _clock(text, start, end)


def _dates(category: str, score: float, lifted: float, context: tuple[str, ...], tag: str) -> tuple[Pattern, ...]:
    def row(name: str, regex: str, base: float, check: Check | None = None) -> Pattern:
        bare = min(score, base) if score else 0.0
        return Pattern(
            f"{tag}.{name}",
            category,
            regex,
            bare,
            max(lifted, bare),
            bare,
            check,
            False,
            context,
            _clock,
            Edge.WORD,
        )

    return (
        row(
            "iso",
            rf"\b(?:{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|{_YEAR}[/.](?:0?[1-9]|1[0-2])[/.]{_DAY}){_TIME}",
            0.7,
            numeric,
        ),
        row(
            "numeric",
            rf"\b[0-3]?[0-9](?:/[0-3]?[0-9]/|\.\s?[0-3]?[0-9]\.\s?|-[0-3]?[0-9]-){_YEAR}{_TIME}",
            0.7,
            numeric,
        ),
        row(
            "numeric.short", r"\b[0-3]?[0-9](?:/[0-3]?[0-9]/|\.[0-3]?[0-9]\.|-[0-3]?[0-9]-)[0-9]{2}\b", 0.45, numeric
        ),
        row(
            "day_month",
            rf"(?i)\b{_DAY}(?:st|nd|rd|th|er|º|ª|\.)?[ \-/]{{1,2}}(?:of |de |di |del )?{_MONTH}(?:,?[ \-/]{{1,2}}(?:of |de |del |d')?(?:{_YEAR}|'?[0-9]{{2}}\b))?{_TIME}",
            0.7,
        ),
        row("month_day", rf"(?i)\b{_MONTH}[ -]{_DAY}(?:st|nd|rd|th)?\b(?:,?[ -]{_YEAR})?{_TIME}", 0.65),
        row(
            "cjk",
            r"(?:[0-9]{4}|令和[0-9元]{1,2}|平成[0-9元]{1,2}|昭和[0-9]{1,2})\s?[年년]\s?[0-9]{1,2}\s?[月월]\s?[0-9]{1,2}\s?[日일]",
            0.75,
        ),
    )


PATTERNS: tuple[Pattern, ...] = (
    *_dates(BIRTH, 0.0, 0.9, words.BIRTH, "birth"),
    Pattern("birth.year", BIRTH, rf"\b{_YEAR}\b", 0.0, 0.55, 0.0, None, False, words.BIRTH, _clock, Edge.NUMBER),
    Pattern("birth.plain", BIRTH, rf"\b(?:{_YEAR}[01][0-9][0-3][0-9]|[0-3][0-9][01][0-9]{_YEAR})\b", 0.0, 0.75, 0.0, None, False, ("dob", "date of birth", "birthdate", "geburtsdatum", "birth date")),
    *_dates(DATE, 0.75, 0.75, (), "date"),
    Pattern("date.month_year", DATE, rf"(?i)\b{_MONTH}[ ,\-/]{{1,2}}(?:of |de |del )?{_YEAR}\b", 0.55, 0.55, 0.55, None, False, (), _clock, Edge.WORD),
    Pattern("date.day", DATE, r"\b(?:1[0-2]|0?[1-9])/(?:3[01]|[12][0-9]|0?[1-9])\b", 0.0, 0.45, 0.0, None, False, words.DATE, _day, Edge.NUMBER),
    Pattern("date.year", DATE, rf"(?i)\b(?:in|during|since|anno|until|before|after|of|im jahr|seit|en|depuis|desde|nel|dal|sinds|em)\s({_YEAR})\b", 0.45, 0.45, 0.45, None, False, (), _clock, Edge.NUMBER),
)  # fmt: skip
"""Calendar dates (ISO 8601 and local forms); beside a word for birth they are days of birth."""
