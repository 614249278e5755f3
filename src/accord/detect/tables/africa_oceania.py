"""Identifiers issued in Africa and Oceania."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare, luhn, numerals, stdnum, weighted
from accord.detect.tables.pattern import Pattern, digits, distinct, labelled, proven

NATIONAL = "privacy.id.national"
TAX = "privacy.id.tax"
COMPANY = "privacy.id.company"
MEDICAL = "privacy.id.medical"


def medicare(value: str) -> bool:
    """An Australian Medicare number: first digit 2 to 6, weights 1, 3, 7, 9 over eight digits."""
    number = numerals(value)
    return number[0] in "23456" and weighted(number[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def south_african(value: str) -> bool:
    """A South African identity number: a day of birth, citizen or resident or refugee, Luhn digit."""
    number = numerals(value)
    month, day = int(number[2:4]), int(number[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31 and number[10] in "012" and number[11] in "89" and luhn(number)


def nhi(value: str) -> bool:
    """A New Zealand health index number: letters without I and O, weights 7 to 2, modulo 11 (HISO 10046)."""
    text = bare(value)
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [letters.index(c) + 1 for c in text[:3]] + [int(c) for c in text[3:6]]
    rest = 11 - sum(number * (7 - place) for place, number in enumerate(values)) % 11
    return rest != 11 and rest % 10 == int(text[6])


PATTERNS: tuple[Pattern, ...] = (
    proven("za.identity", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9] ?[0-9]{4} ?[0-2][89][0-9]\b", south_african, words.NATIONAL, 0.6),
    digits("za.tax", TAX, r"\b[01239][0-9]{9}\b", stdnum("za.tin"), ("sars", "tax", "tin")),
    digits("eg.identity", NATIONAL, r"\b[23][0-9]{2}[01][0-9][0-3][0-9]{8}\b", stdnum("eg.tn"), ("رقم قومي", "الرقم القومي", "national id")),
    labelled("eg.national", NATIONAL, r"\b[23][0-9]{2}[01][0-9][0-3][0-9]{8}\b", ("رقم قومي", "الرقم القومي", "national id", "egypt"), lifted=0.8),
    labelled("ng.nin", NATIONAL, r"\b[0-9]{11}\b", ("nin", "nimc", "national identification", "national identity"), lifted=0.75),
    labelled("ng.bvn", "privacy.financial.account", r"\b22[0-9]{9}\b", ("bvn", "bank verification"), lifted=0.85),
    labelled("ke.pin", TAX, r"\b[AP][0-9]{9}[A-Z]\b", ("kra", "pin", "tax"), score=0.4, lifted=0.85),
    labelled("gh.tin", TAX, r"\b[PCGQV]00[0-9A-Z]{8}\b", ("tin", "ghana", "gra", "tax"), stdnum("gh.tin"), score=0.5, lifted=0.85),
    labelled("gh.card", NATIONAL, r"\bGHA-[0-9]{9}-[0-9]\b", ("ghana card", "gha"), score=0.85, lifted=0.95),
    digits("ma.ice", COMPANY, r"\b[0-9]{15}\b", stdnum("ma.ice"), ("ice", "identifiant commun", *words.COMPANY), 0.4),
    distinct("tn.mf", COMPANY, r"(?i)\b[0-9]{1,7} ?/?[A-Z](?:[ /.]?[A-Z][ /.]?[A-Z][ /.]?(?:[A-Z][ /.]{0,2})?[0-9]{3})\b", stdnum("tn.mf"), words.TAX, 0.5),
    labelled("tn.mf.short", COMPANY, r"\b[0-9]{6,7} ?/?[A-Z]\b", ("mf", "matricule fiscal", "matricule", "tunis"), stdnum("tn.mf"), lifted=0.75),
    digits("dz.nif", TAX, r"\b[0-9]{15}(?:[0-9]{5})?\b", stdnum("dz.nif"), ("nif", "fiscal")),
    digits("mz.nuit", TAX, r"\b[0-9]{9}\b", stdnum("mz.nuit"), ("nuit",)),
    labelled("mu.nid", NATIONAL, r"\b[A-Z][0-3][0-9][01][0-9]{9}[0-9A-Z]\b", words.NATIONAL, stdnum("mu.nid"), score=0.6, lifted=0.9),
    digits("sn.ninea", COMPANY, r"\b[0-9]{7,9}(?: ?[0-9][A-Z][0-9])?\b", stdnum("sn.ninea"), ("ninea",)),
    distinct("au.abn", COMPANY, r"\b[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}\b", stdnum("au.abn"), words.COMPANY, 0.7),
    digits("au.abn.plain", COMPANY, r"\b[1-9][0-9]{10}\b", stdnum("au.abn"), ("abn", "australian business", "company", "gst"), 0.3),
    digits("au.acn", COMPANY, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", stdnum("au.acn"), ("acn", "australian company", "company")),
    digits("au.tfn", TAX, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}\b", stdnum("au.tfn"), ("tfn", "tax file", "tax")),
    digits("au.medicare", MEDICAL, r"\b[2-6][0-9]{3} [0-9]{5} [0-9](?:[ /-]?[0-9])?\b", medicare, words.MEDICAL, 0.6),
    digits("au.medicare.plain", MEDICAL, r"\b[2-6][0-9]{9}[0-9]?\b", medicare, ("medicare", "irn")),
    labelled("au.passport", "privacy.id.passport", r"\b[A-Z]{1,2}[0-9]{7}\b", words.PASSPORT, lifted=0.8),
    digits("nz.ird", TAX, r"\b[0-9]{2,3}[- ]?[0-9]{3}[- ]?[0-9]{3}\b", stdnum("nz.ird"), ("ird", "inland revenue", "tax")),
    digits("nz.nhi", MEDICAL, r"\b[A-HJ-NP-Z]{3}[0-9]{4}\b", nhi, ("nhi", "health index", "patient", "health"), 0.3),
)  # fmt: skip
"""Numbers of persons, companies and insurance in Africa and Oceania."""
