"""Addresses, places and organisations that stand for others, and dates moved by as many days as all of a scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from accord.transform.standins_draw import Draw, cased, plain
from accord.transform.standins_words import FIRMS, KEPT, LAND, MONTHS, STREETS, TOWNS

_TRIES = 40
_LATIN = re.compile(r"[A-Za-zÀ-ʯ]")
_OTHER = re.compile(r"[^\W\d_]")
_PIECE = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_SUFFIX = re.compile(
    r"(straße|strasse|str|weg|platz|gasse|allee|ufer|damm|ring|chaussee|straat|laan|plein|gracht|kade)$", re.I
)
_HINTS = (
    ("tr", r"[ışğ]|\bcadd?\b|\bcaddesi\b|\bsokak\b|\bmah\b|\bmahallesi\b"),
    ("pl", r"[łńśźżąę]|\bul\.|\bulica\b|\baleja\b|\bos\."),
    ("pt", r"[ãõ]|\brua\b|\btravessa\b|\bpraça\b|\bestrada\b"),
    ("es", r"ñ|\bcalle\b|\bavenida\b|\bplaza\b|\bpaseo\b|\bc/"),
    ("fr", r"[êèëîïû]|\brue\b|\bavenue d|\bchemin\b|\bimpasse\b|\bplace d"),
    ("de", r"[äöüß]|straße|strasse|str\.|platz|gasse|allee\b|weg\b|gmbh"),
    ("nl", r"straat|laan\b|gracht|plein\b"),
    ("it", r"\bvia\b|\bviale\b|\bpiazza\b|\bcorso\b"),
)


def _language(value: str) -> str:
    for language, hint in _HINTS:
        if re.search(hint, value.lower()):
            return language
    known = (lang for lang, towns in TOWNS.items() if plain(value) in {plain(town) for town in towns.split()})
    return next(known, "en")


def _foreign(value: str) -> bool:
    """Whether a value is in letters there are no words for."""
    return any(not _LATIN.match(letter) for letter in _OTHER.findall(value))


def postal(value: str, draw: Draw) -> Iterator[str]:
    """Postal addresses of the same form: other numbers, another street, another town."""
    if _foreign(value):
        return
    language = _language(value)
    for _ in range(_TRIES):
        pieces, at, words = [], 0, 0
        for match in _PIECE.finditer(value):
            glued = value[match.end() : match.end() + 1].isdecimal() or value[: match.start()][-1:].isdecimal()
            made = draw.like(match[0]) if glued and match[0].isupper() else _part(match[0], language, words, draw)
            words += made != match[0] and not match[0].isdecimal()
            pieces += [value[at : match.start()], made]
            at = match.end()
        yield "".join([*pieces, value[at:]])


def _part(piece: str, language: str, words: int, draw: Draw) -> str:
    if piece.isdecimal():
        return f"{1 + draw.number(9)}{draw.digits(len(piece) - 1)}"
    if piece.casefold() in KEPT or piece.casefold() in LAND or piece.islower():
        return piece
    if len(piece) <= 3 and piece.isupper():
        return draw.like(piece)  # a part of a postcode, or the name of a state
    streets, towns = STREETS[language].split(), [town for town in TOWNS[language].split() if " " not in town]
    if suffix := _SUFFIX.search(piece):
        return cased(draw.pick(streets), piece) + suffix[0] if suffix.start() else piece
    return cased(draw.pick(towns if words else streets), piece)


def places(value: str, draw: Draw) -> Iterator[str]:
    """Towns of the same language; for countries and for places of several words there are none."""
    if _foreign(value) or plain(value) in LAND or " " in value.strip():
        return
    for town in draw.order(TOWNS[_language(value)].split()):
        yield cased(town, value)


def firms(value: str, draw: Draw) -> Iterator[str]:
    """Organisations that there are none of, of the same kind."""
    if _foreign(value):
        return
    for _ in range(_TRIES):
        pieces, at = [], 0
        for match in _PIECE.finditer(value):
            kept = match[0].casefold() in KEPT or match[0].isdecimal()
            pieces += [value[at : match.start()], match[0] if kept else cased(draw.pick(FIRMS.split()), match[0])]
            at = match.end()
        yield "".join([*pieces, value[at:]])


_ISO = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.]\s?)(\d{1,2})\2(\d{4}|\d{2})")
_SPOKEN = re.compile(
    r"(?P<a>\d{1,2})?(?P<b>\D*?)(?P<month>[^\W\d_]{3,})(?P<c>\D*)(?P<d>\d{1,2})?(?P<e>\D+)(?P<year>\d{4})"
)
_HAN_DATE = re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")


def days_of(key: bytes) -> int:
    """By how many days the dates of a scope are moved back."""
    return 17 + Draw(key, "days").number(331)


def dates(value: str, draw: Draw, days: int) -> Iterator[str]:
    """Dates moved back, in the same format. Where day and month cannot be told apart, both stay below 13."""
    for back in (days, *(days + 1 + draw.number(400) for _ in range(8))):
        made = _moved(value, back)
        if made is not None:
            yield made


def _moved(value: str, back: int) -> str | None:
    if found := (_ISO.fullmatch(value) or _HAN_DATE.fullmatch(value)):
        year, month, day = found["year"], found["month"], found["day"]
        when = _earlier(int(year), int(month), int(day), back)
        numbers = iter((f"{when.year:04}", _as(when.month, month), _as(when.day, day)) if when else ())
        return re.sub(r"\d+", lambda _: next(numbers), value) if when else None
    if found := _NUMERIC.fullmatch(value):
        return _numeric(found, back)
    found = _SPOKEN.fullmatch(value)
    return _spoken(found, back) if found else None


def _earlier(year: int, month: int, day: int, back: int) -> date | None:
    try:
        return date(year, month, day) - timedelta(days=back)
    except (ValueError, OverflowError):
        return None


def _as(number: int, like: str) -> str:
    return f"{number:02}" if len(like) == 2 else str(number)


def _numeric(found: re.Match[str], back: int) -> str | None:
    one, two, year = int(found[1]), int(found[3]), int(found[4])
    year += 0 if len(found[4]) == 4 else 1900 if year > 30 else 2000
    day_first = one > 12 or "." in found[2]
    if not day_first and two <= 12:
        # Either may be the month. Months move by as many as there are in the days, and days within the first twelve.
        whole = year * 12 + (two - 1) - max(back // 30, 1)
        one, two, year = (one - 1 + 7 + back) % 12 + 1, whole % 12 + 1, whole // 12
    else:
        when = _earlier(year, *((two, one) if day_first else (one, two)), back)
        if when is None:
            return None
        year, one, two = when.year, *((when.day, when.month) if day_first else (when.month, when.day))
    shown = f"{year:04}" if len(found[4]) == 4 else f"{year % 100:02}"
    return f"{_as(one, found[1])}{found[2]}{_as(two, found[3])}{found[2]}{shown}"


def _spoken(found: re.Match[str], back: int) -> str | None:
    word = found["month"].casefold()
    months = next((row for row in MONTHS if word in row), None)
    first = found["a"] or found["d"]
    if months is None or first is None or (found["a"] and found["d"]):
        return None
    when = _earlier(int(found["year"]), months.index(word) + 1, int(first), back)
    if when is None:
        return None
    month = months[when.month - 1]
    month = month.upper() if found["month"].isupper() else month.capitalize() if found["month"].istitle() else month
    parts = [found["a"] and _as(when.day, found["a"]), found["b"], month, found["c"]]
    parts += [found["d"] and _as(when.day, found["d"]), found["e"], f"{when.year:04}"]
    return _ORDINAL.sub(_ordinal(when.day), "".join(part or "" for part in parts), count=1)


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
