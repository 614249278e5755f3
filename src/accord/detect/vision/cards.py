"""Payment cards and driving licences, by what was read on their faces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.core.place import Span
from accord.detect.tables.checks import luhn

CARD = "privacy.financial.card"
NAME = "privacy.person.name"
BORN = "privacy.date.birth"
ADDRESS = "privacy.contact.address"
DRIVER = "privacy.id.driver"

Found = tuple[Span, str, float]

_MOST_LETTERS = 600
_DIGIT = "0-9OQDILZSGB"
_NUMBER = re.compile(rf"(?<![A-Za-z0-9])[2-6][{_DIGIT}]{{3}}(?:[ \n.\-]{{0,3}}[{_DIGIT}]{{4}}){{3}}(?![A-Za-z0-9])")
_AMEX = re.compile(
    rf"(?<![A-Za-z0-9])3[47][{_DIGIT}]{{2}}[ \n.\-]{{0,3}}[{_DIGIT}]{{6}}[ \n.\-]{{0,3}}[{_DIGIT}]{{5}}"
    r"(?![A-Za-z0-9])"
)
_TO_DIGIT = str.maketrans("OQDILZSGB", "000112568")
_EXPIRY = re.compile(r"(?<![0-9/])(?:0[1-9]|1[0-2]) ?[/\-.] ?(?:20)?[2-4][0-9](?![0-9/])")
_CODE = re.compile(r"(?i)\b(?:cvv2?|cvc2?|cid|csc|security code)\b[ :#.\n]{0,3}([0-9]{3,4})\b")
_HOLDER = re.compile(
    r"(?m)^[ ]*((?:(?:MR|MRS|MS|DR)\.? )?[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-]*(?: [A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-]*){1,3})[ ]*$"
)
_PRINTED = frozenset(
    """
    VALID THRU GOOD FROM UNTIL EXPIRES EXPIRY END DATE MONTH YEAR MEMBER SINCE CARDHOLDER NAME CARD HOLDER VISA
    MASTERCARD MAESTRO AMERICAN EXPRESS DISCOVER DINERS CLUB INTERNATIONAL JCB UNIONPAY DEBIT CREDIT BANK BANQUE
    BANCO BANCA SPARKASSE VOLKSBANK PLATINUM GOLD SILVER CLASSIC BUSINESS CORPORATE WORLD ELITE SIGNATURE
    INFINITE REWARDS CASH BACK PREPAID GIFT ELECTRONIC USE ONLY AUTHORIZED AUTHORISED NOT UNLESS SIGNED CUSTOMER
    SERVICE CALL CONTACTLESS CHIP THE OF AND FOR FEDERAL UNION TRUST SECURITY CODE NUMBER ACCOUNT STUDENT
    PREMIER SELECT TRAVEL MILES POINTS SECURE
    """.split()
)

_LICENCE = re.compile(
    r"(?i)driv(?:er|ing)(?:'?s)? ?licen[cs]e|permis de conduire|f[üu]hrerschein|patente di guida|permiso de conducci"
    r"|carta de condu|rijbewijs|prawo jazdy|körkort|kørekort|førerkort|ajokortti"
)
_NUMBERED = re.compile(r"(?:(?m:^)|(?<=\s))(1|2|3|4[abcdABCD]|5|8)(?:[.,:] ?| )(?=[A-Za-zÀ-ž0-9])")
_ELEMENT = {"1": NAME, "2": NAME, "3": BORN, "5": DRIVER, "8": ADDRESS}
_AMERICAN = re.compile(
    r"(?m)(?:^|(?<=\s))(?:[0-9] ?)?(LN|FN|DL(?: ?NO)?|DLN|LIC(?:ENSE)? ?(?:NO|#)|DOB)[.:#]? +([^\n]+)"
)
_AMERICAN_KINDS = {"LN": NAME, "FN": NAME, "DO": BORN}


def payment_card(text: str) -> Iterator[Found]:
    """The number, expiry, security code and holder of a payment card whose number stands in the text.

    Without a number that holds (Luhn, ISO/IEC 7812-1) nothing is a card. The number may have letters an OCR engine
    confuses with digits. Expiry, code and holder are looked for only where a picture holds little else.
    """
    numbers = [match.span() for row in (_NUMBER, _AMEX) for match in row.finditer(text) if _holds(match.group())]
    for start, end in numbers:
        yield Span(start, end), CARD, 0.9
    if not numbers or sum(not char.isspace() for char in text) > _MOST_LETTERS:
        return
    for match in _EXPIRY.finditer(text):
        yield Span(*match.span()), CARD, 0.7
    for match in _CODE.finditer(text):
        yield Span(*match.span(1)), CARD, 0.85
    for match in _HOLDER.finditer(text):
        words = [word.strip(".") for word in match.group(1).split(" ")]
        if not _PRINTED.intersection(words) and any(len(word) > 2 for word in words):
            yield Span(*match.span(1)), NAME, 0.75


def _holds(value: str) -> bool:
    digits = re.sub(r"[^0-9A-Z]", "", value).translate(_TO_DIGIT)
    read = sum(char.isdigit() for char in value)
    return read >= len(digits) - 3 and len(set(digits)) > 1 and luhn(digits)


def driving_licence(text: str) -> Iterator[Found]:
    """The holder, birth, number and address on a driving licence: of the European Union, or of the United States.

    Elements of the former are numbered (Directive 2006/126/EC, annex I: 1 surname, 2 other names, 3 date and place of
    birth, 5 number, 8 address); those of the latter have letters (AAMVA card design standard).
    """
    if not _LICENCE.search(text) and not {"3", "4a", "4b", "5"} <= {
        m.group(1).lower() for m in _NUMBERED.finditer(text)
    }:
        return
    marks = list(_NUMBERED.finditer(text))
    if len({mark.group(1) for mark in marks}) >= 4:
        for mark in marks:
            kind = _ELEMENT.get(mark.group(1))
            end = text.find("\n", mark.end())
            end = len(text) if end < 0 else end
            following = next((other.start() for other in marks if other.start() > mark.start()), len(text))
            stop = min(end, following)
            if kind and stop > mark.end() and text[mark.end() : stop].strip():
                yield _trimmed(text, mark.end(), stop), kind, 0.8
    for match in _AMERICAN.finditer(text):
        kind = _AMERICAN_KINDS.get(match.group(1)[:2], DRIVER)
        value = match.group(2).split("  ")[0]
        if kind is NAME or any(char.isdigit() for char in value):
            first = value if kind in (NAME, BORN) else value.split(" ")[0]
            yield _trimmed(text, match.start(2), match.start(2) + len(first)), kind, 0.8


def _trimmed(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1] in " ,;.":
        end -= 1
    while start < end and text[start] == " ":
        start += 1
    return Span(start, end)
