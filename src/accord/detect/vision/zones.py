"""Machine readable zones of passports, visas and identity cards as an OCR engine reads them (ICAO Doc 9303).

A clean zone is found by the tables of patterns, which want it to the letter. In a photo fillers become other signs
(`«`, `(`, `K`), some are lost, letters become digits. So a line is judged by its data: what must be a digit is read
as one, and dates that carry their check digits prove the zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.core.place import Span
from accord.detect.tables.checks import mrz_digit

PASSPORT = "privacy.id.passport"
NATIONAL = "privacy.id.national"
DRIVER = "privacy.id.driver"

_KINDS = {"P": PASSPORT, "V": PASSPORT, "D": DRIVER}
_LINE = re.compile(r"[^\n]+")
_SIGNS = str.maketrans(dict.fromkeys("‹<＜〈≤({[❬⟨˂", "<"))
_SIGNS |= {ord("|"): "I", ord("!"): "I"}
_PAIRS = "«≪《⟪"
_TO_DIGIT = str.maketrans("OQDILZSGBT", "0001125687")
_TO_LETTER = str.maketrans("0158263", "OISBZGB")
_ALPHABET = re.compile(r"[A-Z0-9<]+")
_NAMES = re.compile(r"[PVIAC][A-Z0-9<][A-Z0158]{1,3}<{0,2}[A-Z]{2,}(?:<<|<{1,2}[A-Z]+.*<<|<{5,})")
_LICENCE = re.compile(r"D[A-Z0-9<][A-Z]{3}[A-Z0-9]{10,}<{2,}[A-Z0-9]")  # ISO/IEC 18013-2: one line of 30
_SHORTEST = 20
_SEX = "MFX<"


@dataclass(frozen=True, slots=True)
class _Judged:
    span: Span
    kind: str
    proven: bool
    named: bool


def zones(text: str) -> Iterator[tuple[Span, str, float]]:
    """The lines of machine readable zones in one picture's text: span, category and score.

    A line with two dates that hold scores 0.95, and so do the lines beside it; names and fillers alone 0.75.
    """
    group: list[_Judged] = []
    for match in _LINE.finditer(text):
        judged = _judge(match.group(), match.start())
        if judged is not None:
            group.append(judged)
        elif match.group().strip():
            yield from _told(group)
            group = []
    yield from _told(group)


def _told(group: list[_Judged]) -> Iterator[tuple[Span, str, float]]:
    proven = any(line.proven for line in group)
    if not proven and not any(line.named for line in group):
        return
    kind = next((line.kind for line in group if line.kind), PASSPORT)
    for line in group:
        yield line.span, kind, 0.95 if proven else 0.75


def _judge(line: str, offset: int) -> _Judged | None:
    """What a line is to a zone: data, names, or only of the same letters; None where it is no part of one."""
    stripped = line.strip()
    start = offset + line.index(stripped)
    span = Span(start, start + len(stripped))
    compact = re.sub(r"\s+", "", stripped).translate(_SIGNS)
    for pair in ("<<", "<"):
        zone = compact
        for sign in _PAIRS:
            zone = zone.replace(sign, pair)
        if len(zone) < _SHORTEST or sum(char.islower() for char in zone) > 2:
            continue
        zone = zone.upper()
        if not _ALPHABET.fullmatch(zone):
            continue
        kind = _KINDS.get(zone[0], NATIONAL) if zone[0] in "PVDIAC" and _named(zone) else ""
        if _dates(zone, 13) or _dates(zone, 0):
            return _Judged(span, kind or (PASSPORT if _dates(zone, 13) else NATIONAL), True, False)
        if "<<" in zone or _numbered(zone):
            return _Judged(span, kind, False, _named(zone))
    return None


def _dates(zone: str, at: int) -> bool:
    """Whether birth, sex and expiry stand from `at` on, both dates with their check digits."""
    data = zone[at : at + 15]
    if len(data) < 15:
        return False
    born, until = data[:7].translate(_TO_DIGIT), data[8:].translate(_TO_DIGIT)
    sex = data[7] in _SEX or data[7] in "HN"
    return sex and _holds(born) and _holds(until)


def _holds(field: str) -> bool:
    """Whether six digits, as a date, and their check digit hold; an unknown month or day is a filler."""
    if not re.fullmatch(r"[0-9]{2}[0-9<]{4}[0-9]", field):
        return False
    month, day = field[2:4], field[4:6]
    real = (month == "<<" or "01" <= month <= "12") and (day == "<<" or "01" <= day <= "31")
    return real and mrz_digit(field[:6]) == field[6]


def _numbered(zone: str) -> bool:
    """Whether it begins like the first line of an identity card: kind, country, number and its check digit."""
    number, digit = zone[5:14], zone[14:15].translate(_TO_DIGIT)
    return (
        zone[0] in "IAC"
        and zone[2:5].translate(_TO_LETTER).replace("<", "A").isalpha()
        and sum(char.isdigit() for char in number) >= 4
        and digit.isdigit()
        and mrz_digit(number) == digit
    )


def _named(zone: str) -> bool:
    """Whether it begins with a kind of document, a country, and a name or a number, and ends in fillers."""
    return _NAMES.match(zone) is not None or _LICENCE.fullmatch(zone) is not None
