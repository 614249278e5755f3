"""Telephone numbers: shapes here, numbering plans by libphonenumber."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from accord.detect.tables import words
from accord.detect.tables.checks import calendar, numerals
from accord.detect.tables.pattern import Edge, Pattern

PHONE = "privacy.contact.phone"

_REGIONS = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "PL", "PT", "SE", "DK", "NO", "FI", "IE", "AU", "IN", "BR", "JP", "KR", "IL", "TR",
    "ZA", "PH", "MX", "CZ", "HU", "RO", "GR", "RU", "CN", "NG", "NZ", "SG", "UA", "AR",
)  # fmt: skip
_TRUNK_REGIONS = (
    "GB", "DE", "FR", "NL", "BE", "CH", "AT", "SE", "IE", "AU", "IN", "BR", "JP", "KR", "IL", "TR", "ZA", "PH", "FI", "NG", "NZ", "IT", "RO", "UA", "TH", "CN",
)  # fmt: skip
_EXTENSION = re.compile(r"(?i)\s*(?:ext\.?|extension|x|durchwahl|poste|#)\s*\d{1,6}$")
_POSTAL = re.compile(r"\d{5}-\d{4}")
_STATUS = re.compile(r"[1-5]\d\d \d{1,10}")
_SAYS_STATUS = re.compile(r"(?i)(?:status|code|http/[\d.]+\"?|\")[ =:]+$")
_SEPARATORS = re.compile(r"[ \-./()\u2010-\u2015\u00a0]+")


@cache
def _plans() -> Any:
    return import_module("phonenumbers")


def _valid(number: str, region: str | None) -> bool:
    plans = _plans()
    try:
        return bool(plans.is_valid_number(plans.parse(number, region)))
    except plans.NumberParseException:
        return False


def _possible(number: str, region: str | None) -> bool:
    plans = _plans()
    try:
        return bool(plans.is_possible_number(plans.parse(number, region)))
    except plans.NumberParseException:
        return False


def _plain(value: str) -> str:
    text = _EXTENSION.sub("", value).replace("(0)", "")
    plus = text.lstrip("( ").startswith("+")
    return ("+" if plus else "") + numerals(text)


def international(value: str) -> bool:
    """A number with its country code that the country's plan knows, or whose length it allows (ITU-T E.164)."""
    number = _plain(value)
    if number.startswith("00"):
        number = "+" + number[2:]
    elif number.startswith("011"):
        number = "+" + number[3:]
    return _valid(number, None) or (_possible(number, None) and len(set(number[-7:])) > 2)


def american(value: str) -> bool:
    """A ten-digit number of the North American plan: area and exchange begin with 2 to 9."""
    number = _plain(value).lstrip("+")
    number = number[1:] if len(number) == 11 and number[0] == "1" else number
    if len(number) != 10 or number[0] in "01" or number[3] in "01" or number[1:3] == "11" or number[4:6] == "11":
        return False
    return number[1] != "9" and len(set(number)) > 2


def trunk(value: str) -> bool:
    """A national number with its leading zero that one of the plans knows."""
    number = _plain(value)
    return len(number) >= 9 and not _dated(value) and any(_valid(number, region) for region in _TRUNK_REGIONS)


def national(value: str) -> bool:
    """A national number that one of the plans knows."""
    number = _plain(value)
    if number in "01234567890123456789" or _dated(value):
        return False
    return any(_valid(number, region) for region in _REGIONS)


def local(value: str) -> bool:
    """What follows a word for telephone and could be dialled: six to fifteen digits, not a date, not one digit."""
    number = numerals(_EXTENSION.sub("", value))
    if not 6 <= len(number) <= 15 or len(set(number)) < 2 or _POSTAL.fullmatch(value):
        return False
    return not _dated(value)


def _unlogged(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Not the status and the size that follow the request in a line of an access log (Common Log Format)."""
    status = _STATUS.fullmatch(text, start, end)
    return None if status is not None and _SAYS_STATUS.search(text, max(0, start - 12), start) else (start, end)


def _dated(value: str) -> bool:
    """Whether the groups read as a day, or as a span of years."""
    groups = [group for group in _SEPARATORS.split(value) if group]
    if len(groups) == 3 and all(group.isdigit() for group in groups):
        a, b, c = (int(group) for group in groups)
        year_first = len(groups[0]) == 4 and 1900 <= a <= 2100
        if year_first and calendar(a, b, c):
            return True
        if len(groups[2]) == 4 and 1900 <= c <= 2100 and (calendar(c, b, a) or calendar(c, a, b)):
            return True
    if len(groups) == 2 and all(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups):
        return True
    digits = numerals(value)
    return len(digits) == len(value) == 8 and digits[:2] in ("19", "20") and calendar(*_ymd(digits))


def _ymd(digits: str) -> tuple[int, int, int]:
    return int(digits[:4]), int(digits[4:6]), int(digits[6:])


_S = r"[ \-./\x{2010}-\x{2015}\x{a0}]"
_EXT = r"(?:\s?(?:ext\.?|extension|x)\s?[0-9]{1,6}\b|\b)"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "phone.international", PHONE, rf"(?:\+|\b00)[1-9][0-9]{{0,3}}{_S}{{0,2}}(?:\([0-9]{{1,5}}\){_S}{{0,2}})?[0-9](?:{_S}{{0,2}}[0-9]){{4,13}}{_EXT}", 0.8, 0.95, 0.85,
        international, False, words.PHONE,
    ),
    Pattern("phone.idd", PHONE, rf"\b011{_S}[1-9][0-9]{{0,2}}(?:{_S}?[0-9]){{6,12}}\b", 0.7, 0.9, 0.7, international, False, words.PHONE),
    Pattern("phone.uri", PHONE, r"(?i)\b(?:tel|sms|callto|whatsapp):(\+?[0-9][0-9\-.()]{5,20}[0-9])", 0.95, edge=Edge.FREE, check=local),
    Pattern(
        "phone.american", PHONE, rf"(?:(?:\+|\b00|\b)1{_S})?(?:\([2-9][0-9]{{2}}\){_S}?|\b[2-9][0-9]{{2}}{_S})[2-9][0-9]{{2}}{_S}[0-9]{{4}}{_EXT}", 0.75, 0.9, 0.75,
        american, False, words.PHONE,
    ),
    Pattern(
        "phone.trunk", PHONE, rf"(?:\b0|\(0)[1-9][0-9]{{0,4}}(?:\){_S}?|{_S}{{1,2}})[0-9]{{2,8}}(?:{_S}[0-9]{{2,5}}){{0,4}}{_EXT}", 0.5, 0.85, 0.6,
        trunk, False, words.PHONE,
    ),
    Pattern("phone.trunk.spaced", PHONE, rf"\b0{_S}\(?[1-9][0-9]{{1,3}}\)?{_S}[0-9]{{2,8}}(?:{_S}[0-9]{{2,5}}){{0,4}}\b", 0.5, 0.85, 0.6, trunk, False, words.PHONE),
    Pattern("phone.trunk.plain", PHONE, r"\b0[1-9][0-9]{8,9}\b", 0.0, 0.85, 0.55, trunk, False, words.PHONE),
    Pattern("phone.national", PHONE, r"\b[1-9][0-9]{6,10}\b", 0.0, 0.75, 0.42, national, False, words.PHONE),
    Pattern("phone.national.grouped", PHONE, rf"(?:\b|\()[1-9][0-9]{{0,3}}\)?{_S}{{1,2}}[0-9]{{2,4}}(?:{_S}[0-9]{{2,4}}){{1,4}}{_EXT}", 0.0, 0.75, 0.5, national, False, words.PHONE, reach=_unlogged),
    Pattern("phone.local", PHONE, rf"(?:\b|\()[0-9]{{1,6}}\)?(?:{_S}{{1,2}}\(?[0-9]{{2,8}}\)?){{1,5}}{_EXT}", 0.0, 0.6, 0.0, local, False, words.PHONE, proves=False, reach=_unlogged),
    Pattern("phone.local.plain", PHONE, r"\b[0-9]{7,12}\b", 0.0, 0.5, 0.0, local, False, ("phone", "mobile", "telephone", "tel", "telefon", "téléphone", "teléfono", "cell", "handy", "whatsapp", "fax"), proves=False),
)  # fmt: skip
"""International and national forms (ITU-T E.123); plain digits only beside a telling word."""
