"""What stands in bar codes that has a grammar of its own: networks, contacts, licences, boarding passes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.core.place import Span

NAME = "privacy.person.name"
ADDRESS = "privacy.contact.address"
PHONE = "privacy.contact.phone"
EMAIL = "privacy.contact.email"
BORN = "privacy.date.birth"
DRIVER = "privacy.id.driver"
OTHER = "privacy.id.other"
ORGANISATION = "privacy.group.organisation"
PASSWORD = "privacy.credential.password"  # noqa: S105 - a category

Found = tuple[Span, str, float]

_SCHEME = re.compile(r"(?i)\s*(WIFI|MECARD|BIZCARD|BEGIN:VCARD|@?\s*ANSI |AAMVA)")
_SHORT = re.compile(r"(?i)(?<![A-Z])([A-Z]{1,5}):((?:\\.|[^;\\])*)(?:;|$)")
_WIFI = {"P": PASSWORD, "PH2": PASSWORD, "I": "privacy.person.username"}
_MECARD = {
    "N": NAME,
    "SOUND": NAME,
    "ADR": ADDRESS,
    "TEL": PHONE,
    "EMAIL": EMAIL,
    "BDAY": BORN,
    "NICKNAME": NAME,
    "ORG": ORGANISATION,
}
_BIZCARD = {"N": NAME, "X": NAME, "A": ADDRESS, "B": PHONE, "M": PHONE, "E": EMAIL, "C": ORGANISATION}
_VCARD = re.compile(
    r"(?im)^(?:item[0-9]+\.)?(FN|N|NICKNAME|ADR|TEL|EMAIL|BDAY|ORG)(?:;[^:\n]*)?:((?:[^\r\n]|\r?\n[ \t])+)"
)
_VCARD_KINDS = {
    "FN": NAME,
    "N": NAME,
    "NICKNAME": NAME,
    "ADR": ADDRESS,
    "TEL": PHONE,
    "EMAIL": EMAIL,
    "BDAY": BORN,
    "ORG": ORGANISATION,
}
_LICENCE = re.compile(
    r"(?:^|[\r\n]|(?<=DL)|(?<=ID))(DCS|DAC|DAD|DCT|DAA|DAB|DBN|DBO|DBP|DBQ|DBG|DBS|DAQ|DBB|DAG|DAH|DAI|DAK|DCF|DCK|DAZ)([^\r\n]+)"
)
_LICENCE_KINDS = {
    **dict.fromkeys(("DCS", "DAC", "DAD", "DCT", "DAA", "DAB", "DBN", "DBO", "DBP", "DBQ", "DBG", "DBS"), NAME),
    **dict.fromkeys(("DAQ", "DCF", "DCK"), DRIVER),
    **dict.fromkeys(("DAG", "DAH", "DAI", "DAK"), ADDRESS),
    "DBB": BORN,
}
_BOARDING = re.compile(r"M[1-4]([A-Z][A-Z '\-/]{19})[E ]([A-Z0-9]{5,7}) {0,2}[A-Z]{3}[A-Z]{3}[A-Z0-9 ]{3}[0-9 ]{4}")
_BLANKS = frozenset({"NONE", "UNK", "UNAVL", "N", "T", "U"})


def payload(text: str) -> Iterator[Found]:
    """The personal parts of a payload whose scheme is known; nothing for others.

    Schemes: WIFI (Wi-Fi Alliance WPA3 specification, URI format), MECARD and BIZCARD (NTT DOCOMO), vCard (RFC 6350),
    AAMVA driving licences (card design standard, annex D), boarding passes (IATA resolution 792).
    """
    boarding = _BOARDING.match(text)
    if boarding is not None:
        yield _kept(text, boarding.start(1), boarding.end(1)), NAME, 0.9
        yield _kept(text, boarding.start(2), boarding.end(2)), OTHER, 0.85
        return
    scheme = _SCHEME.match(text)
    if scheme is None:
        return
    word = scheme.group(1).upper()
    if word.startswith("BEGIN"):
        yield from _fields(text, _VCARD, _VCARD_KINDS, 0)
    elif word in ("WIFI", "MECARD", "BIZCARD"):
        kinds = {"WIFI": _WIFI, "MECARD": _MECARD, "BIZCARD": _BIZCARD}[word]
        yield from _fields(text, _SHORT, kinds, scheme.end() + 1)
    else:
        yield from _fields(text, _LICENCE, _LICENCE_KINDS, 0)


def _fields(text: str, expression: re.Pattern[str], kinds: dict[str, str], start: int) -> Iterator[Found]:
    for match in expression.finditer(text, start):
        kind = kinds.get(match.group(1).upper())
        value = match.group(2).strip(" ;,\r\n")
        if kind is not None and value and value.upper() not in _BLANKS:
            yield _kept(text, match.start(2), match.end(2)), kind, 0.9


def _kept(text: str, start: int, end: int) -> Span:
    """Without the blanks and separators at its ends."""
    while end > start and text[end - 1] in " ;,\r\n":
        end -= 1
    while start < end and text[start] in " ;,":
        start += 1
    return Span(start, end)
