"""Identifiers issued in Asia."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare, calendar, luhn, numerals, stdnum, varied, weighted
from accord.detect.tables.pattern import Pattern, digits, distinct, labelled, proven

NATIONAL = "privacy.id.national"
TAX = "privacy.id.tax"
COMPANY = "privacy.id.company"
PASSPORT = "privacy.id.passport"
DRIVER = "privacy.id.driver"
RESIDENCE = "privacy.id.residence"


def _korean_date(number: str) -> bool:
    century = {"1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000}.get(
        number[6], 1800
    )
    return calendar(century + int(number[:2]), int(number[2:4]), int(number[4:6]))


def korean(value: str) -> bool:
    """A Korean resident registration number: a day of birth and, before October 2020, a check digit.

    Numbers issued since then have random digits, so a failing check digit says nothing about the young.
    """
    number = numerals(value)
    return _korean_date(number)


def korean_checked(value: str) -> bool:
    """A Korean resident or foreigner registration number with its day of birth and check digit."""
    number = numerals(value)
    total = weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    base = 13 if number[6] in "5678" else 11
    return _korean_date(number) and (base - total % 11) % 10 == int(number[12])


def singaporean(value: str) -> bool:
    """A Singaporean NRIC or FIN with its check letter."""
    text = bare(value)
    total = weighted(text[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[text[0]]
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}[
        text[0]
    ]
    place = total % 11
    return letters[10 - place if text[0] == "M" else place] == text[8]


def taiwanese(value: str) -> bool:
    """A Taiwanese identity number: the letter as two digits, weights 1, 9, 8 … 1."""
    text = bare(value)
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(text[0]) + 10
    spread = f"{code}{text[1:]}"
    return weighted(spread, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def hong_kong(value: str) -> bool:
    """A Hong Kong identity card number: weights 9 to 1 modulo 11, a missing first letter counts 36."""
    text = bare(value)
    letters = len(text) - 7
    values = [36] if letters == 1 else []
    values += [int(c, 36) for c in text[:letters]] + [int(c) for c in text[letters:-1]]
    total = sum(number * (9 - place) for place, number in enumerate(values))
    return "0123456789A"[(11 - total % 11) % 11] == text[-1] if (11 - total % 11) % 11 < 11 else False


def gulf(value: str) -> bool:
    """An Emirates identity number: 784, year of birth, Luhn digit."""
    number = numerals(value)
    return 1900 <= int(number[3:7]) <= 2100 and luhn(number)


def saudi(value: str) -> bool:
    """A Saudi identity or residence number: 1 or 2 first, Luhn digit."""
    return varied(value) and luhn(value)


def gstin(value: str) -> bool:
    """An Indian goods and services tax number of an existing state."""
    return 1 <= int(value[:2]) <= 38 or value[:2] in ("97", "99")


def thai(value: str) -> bool:
    """A Thai identity number: person type, no impossible province, check digit modulo 11."""
    number = numerals(value)
    return number[0] in "12345678" and int(number[1:3]) in _THAI_PROVINCES and stdnum("th.pin")(number)


_THAI_PROVINCES = frozenset(
    (*range(10, 28), *range(30, 50), *range(50, 59), *range(60, 68), *range(70, 78), *range(80, 87), *range(90, 97))
)

PATTERNS: tuple[Pattern, ...] = (
    # India, Pakistan
    digits("in.aadhaar", NATIONAL, r"\b[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}\b", stdnum("in_.aadhaar"), (*words.NATIONAL, "uidai", "uid"), 0.6),
    digits("in.aadhaar.plain", NATIONAL, r"\b[2-9][0-9]{11}\b", stdnum("in_.aadhaar"), ("aadhaar", "aadhar", "uidai", "uid", "आधार"), 0.0),
    labelled("in.vid", NATIONAL, r"\b[2-9][0-9]{3}(?:[ -]?[0-9]{4}){3}\b", ("vid", "virtual id", "aadhaar"), stdnum("in_.vid"), lifted=0.9),
    distinct("in.pan", TAX, r"\b[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]\b", None, ("pan", "permanent account", "income tax"), 0.65),
    labelled("in.pan.lower", TAX, r"(?i)\b[A-Z]{5}[0-9]{4}[A-Z]\b", ("pan", "permanent account", "income tax"), lifted=0.8, alone=0.45),
    distinct("in.gstin", TAX, r"\b[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b", gstin, ("gst", "gstin"), 0.8, False),
    distinct("in.voter", "privacy.id.voter", r"\b[A-Z]{3}[0-9]{7}\b", stdnum("in_.epic"), words.VOTER, 0.5),
    labelled("in.voter.any", "privacy.id.voter", r"(?i)\b[A-Z]{3}[0-9]{7}\b", words.VOTER, lifted=0.75, alone=0.45),
    labelled("in.passport", PASSPORT, r"\b[A-PR-WY][1-9][0-9] ?[0-9]{4}[1-9]\b", words.PASSPORT, lifted=0.85, alone=0.45),
    labelled("in.driver", DRIVER, r"\b[A-Z]{2}[- ]?[0-9]{2}[- ]?(?:19|20)[0-9]{2}[- ]?[0-9]{7}\b", words.DRIVER, score=0.5, lifted=0.9),
    distinct("pk.cnic", NATIONAL, r"\b[1-7][0-9]{4}-[0-9]{7}-[0-9]\b", stdnum("pk.cnic"), words.NATIONAL, 0.75),
    # China, Hong Kong, Taiwan, Japan, Korea
    proven("cn.resident", NATIONAL, r"(?i)\b[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9X]\b", stdnum("cn.ric"), words.NATIONAL, 0.9),
    distinct("cn.company", COMPANY, r"\b[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\b", stdnum("cn.uscc"), words.COMPANY, 0.65),
    labelled("cn.passport", PASSPORT, r"\b[EGDSP][A-Z]?[0-9]{7,8}\b", words.PASSPORT, lifted=0.8),
    distinct("hk.identity", NATIONAL, r"\b[A-Z]{1,2}[0-9]{6}\([0-9A]\)", hong_kong, words.NATIONAL, 0.8),
    digits("hk.identity.plain", NATIONAL, r"\b[A-Z]{1,2}[0-9]{6}[0-9A]\b", hong_kong, ("hkid", "hong kong", "身份證"), 0.0),
    distinct("tw.identity", NATIONAL, r"\b[A-Z][1289][0-9]{8}\b", taiwanese, words.NATIONAL, 0.5),
    digits("tw.company", COMPANY, r"\b[0-9]{8}\b", stdnum("tw.ubn"), ("ubn", "統一編號", "統編", "tax", "company")),
    digits("jp.number", NATIONAL, r"\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b", stdnum("jp.in_"), ("マイナンバー", "個人番号", "my number", "mynumber", "individual number")),
    digits("jp.company", COMPANY, r"\b[1-9]-?[0-9]{4}-?[0-9]{4}-?[0-9]{4}\b", stdnum("jp.cn"), ("法人番号", "corporate number", "company", "cn")),
    labelled("jp.passport", PASSPORT, r"\b[A-Z]{2}[0-9]{7}\b", words.PASSPORT, lifted=0.8),
    labelled("jp.driver", DRIVER, r"\b[0-9]{12}\b", ("運転免許", "免許証"), lifted=0.8),
    proven("kr.resident", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]-?[1-4][0-9]{6}\b", korean_checked, words.NATIONAL, 0.65),
    distinct("kr.resident.new", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]-[1-4][0-9]{6}\b", korean, words.NATIONAL, 0.6, False),
    labelled("kr.resident.plain", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9][1-4][0-9]{6}\b", (*words.NATIONAL, "korean"), korean, lifted=0.75, alone=0.45),
    distinct("kr.foreigner", RESIDENCE, r"\b[0-9]{2}[01][0-9][0-3][0-9]-[5-8][0-9]{6}\b", korean, words.NATIONAL, 0.6, False),
    labelled("kr.foreigner.plain", RESIDENCE, r"\b[0-9]{2}[01][0-9][0-3][0-9][5-8][0-9]{6}\b", (*words.NATIONAL, "korean"), korean, lifted=0.75, alone=0.45),
    distinct("kr.company", COMPANY, r"\b[1-9][0-9]{2}-[0-9]{2}-[0-9]{5}\b", stdnum("kr.brn"), words.COMPANY, 0.5),
    labelled("kr.passport", PASSPORT, r"(?i)\b[MSRODG](?:[0-9]{3}[A-Z][0-9]{4}|[0-9]{8})\b", words.PASSPORT, lifted=0.85, alone=0.45),
    labelled("kr.passport.new", PASSPORT, r"(?i)\b[MSROD][0-9]{3}[A-Z][0-9]{4}\b", words.PASSPORT, score=0.45, lifted=0.85),
    labelled("kr.driver", DRIVER, r"\b(?:1[1-9]|2[0-68])[- ][0-9]{2}[- ][0-9]{6}[- ][0-9]{2}\b", words.DRIVER, score=0.6, lifted=0.9),
    # South-east Asia
    distinct("sg.nric", NATIONAL, r"(?i)\b[STFGM][0-9]{7}[A-Z]\b", singaporean, words.NATIONAL, 0.75),
    labelled("sg.nric.shape", NATIONAL, r"\b[STFGM][0-9]{7}[A-Z]\b", ("nric", "fin", "identity"), score=0.4, lifted=0.65),
    distinct("sg.uen", COMPANY, r"\b(?:[0-9]{8,9}[A-Z]|[TSR][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z])\b", stdnum("sg.uen"), words.COMPANY, 0.55),
    distinct("my.nric", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]-[0-9]{2}-[0-9]{4}\b", stdnum("my.nric"), words.NATIONAL, 0.7),
    digits("my.nric.plain", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]{7}\b", stdnum("my.nric"), ("mykad", "nric", "kad pengenalan", "ic number", "ic no")),
    distinct("th.person", NATIONAL, r"\b[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]\b", thai, words.NATIONAL, 0.8),
    digits("th.person.plain", NATIONAL, r"\b[1-8][0-9]{12}\b", thai, (*words.NATIONAL, "thai"), 0.3),
    digits("th.company", COMPANY, r"\b0[- ]?[0-9]{2}[- ]?[0-9][- ]?[0-9]{3}[- ]?[0-9]{5}[- ]?[0-9]\b", stdnum("th.moa"), (*words.COMPANY, "moa")),
    labelled("id.nik", NATIONAL, r"\b[1-9][0-9]{5}[0-7][0-9][01][0-9]{7}\b", ("nik", "ktp", "kependudukan"), stdnum("id.nik"), score=0.4, lifted=0.9),
    distinct("id.tax", TAX, r"\b[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}\b", None, words.TAX, 0.8),
    labelled("ph.tax", TAX, r"\b[0-9]{3}-?[0-9]{3}-?[0-9]{3}(?:-?[0-9]{3,5})?\b", ("tin", "tax id", "bir", "taxpayer"), varied, lifted=0.75),
    digits("vn.tax", TAX, r"\b[0-9]{10}(?:-[0-9]{3})?\b", stdnum("vn.mst"), ("mst", "mã số thuế", "tax code")),
    labelled("vn.citizen", NATIONAL, r"\b0[0-9]{11}\b", ("cccd", "căn cước", "cmnd"), lifted=0.85),
    # West Asia
    digits("il.person", NATIONAL, r"\b[0-9]{8}-?[0-9]\b", stdnum("il.idnr"), ("teudat zehut", "תעודת זהות", "ת.ז", "israeli id", "id number", "identity number")),
    digits("il.company", COMPANY, r"\b5[0-9]{8}\b", stdnum("il.hp"), ("ח.פ", "hp", "hevra", "company")),
    proven("ae.identity", NATIONAL, r"\b784-?[0-9]{4}-?[0-9]{7}-?[0-9]\b", gulf, words.NATIONAL, 0.9),
    digits("sa.identity", NATIONAL, r"\b[12][0-9]{9}\b", saudi, ("iqama", "الهوية", "saudi id", "national id", "absher", "هوية")),
)  # fmt: skip
"""Numbers of persons, companies and documents in Asia."""
