"""Identifiers issued in central and eastern Europe, and in Greece and Turkey."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import numerals, stdnum, varied
from accord.detect.tables.pattern import Pattern, digits, distinct, labelled, proven

NATIONAL = "privacy.id.national"
SOCIAL = "privacy.id.social_security"
TAX = "privacy.id.tax"
COMPANY = "privacy.id.company"
PASSPORT = "privacy.id.passport"


def snils(value: str) -> bool:
    """A Russian SNILS: weights 9 to 1 modulo 101."""
    number = numerals(value)
    if len(number) != 11 or not varied(number):
        return False
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(number[:9]))
    return total % 101 % 100 == int(number[9:])


def turkish(value: str) -> bool:
    """A Turkish identity number: two check digits, eleven digits, no leading zero."""
    return varied(value) and stdnum("tr.tckimlik")(value)


PATTERNS: tuple[Pattern, ...] = (
    digits("pl.pesel", NATIONAL, r"\b[0-9]{2}[0-389][0-9][0-3][0-9]{6}\b", stdnum("pl.pesel"), words.NATIONAL, 0.45),
    digits("pl.nip", TAX, r"\b[1-9][0-9]{2}-[0-9]{3}-[0-9]{2}-[0-9]{2}\b|\b[1-9][0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{3}\b|\b[1-9][0-9]{9}\b", stdnum("pl.nip"), words.VAT),
    digits("pl.regon", COMPANY, r"\b[0-9]{9}(?:[0-9]{5})?\b", stdnum("pl.regon"), words.COMPANY),
    labelled("pl.id_card", NATIONAL, r"\b[A-Z]{3} ?[0-9]{6}\b", ("dowód", "dowod", "dowodu", "id card", "identity card"), lifted=0.8),
    labelled("pl.passport", PASSPORT, r"\b[A-Z]{2} ?[0-9]{7}\b", words.PASSPORT, lifted=0.8),
    proven("cz.birth", NATIONAL, r"\b[0-9]{2}[0-8][0-9][0-3][0-9]/[0-9]{3,4}\b", stdnum("cz.rc"), words.NATIONAL, 0.7),
    digits("cz.birth.plain", NATIONAL, r"\b[0-9]{2}[0-8][0-9][0-3][0-9]{5}\b", stdnum("cz.rc"), ("rodné číslo", "rodne cislo", "rč", "rodné")),
    digits("cz.vat", "privacy.id.vat", r"\b(?:CZ ?)?[0-9]{8,10}\b", stdnum("cz.dic"), ("dič", "dic", "ičo", "ičo", "ičo:")),
    digits("hu.vat", "privacy.id.vat", r"\b[0-9]{8}-?[1-5]-?[0-9]{2}\b", stdnum("hu.anum"), words.VAT),
    digits("ro.cnp", NATIONAL, r"\b[1-9][0-9]{2}[01][0-9][0-3][0-9]{7}\b", stdnum("ro.cnp"), words.NATIONAL, 0.55),
    digits("ro.cui", COMPANY, r"\b(?:RO ?)?[0-9]{2,10}\b", stdnum("ro.cui"), ("cui", "cif", "cod fiscal")),
    distinct("ro.onrc", COMPANY, r"\b[JFC][0-9]{1,2}/[0-9]{1,7}/(?:[0-9]{2}\.[0-9]{2}\.)?[0-9]{4}\b", stdnum("ro.onrc"), words.COMPANY, 0.65),
    digits("bg.egn", NATIONAL, r"\b[0-9]{2}[0-5][0-9][0-3][0-9]{5}\b", stdnum("bg.egn"), ("егн", "egn", "единен граждански")),
    digits("bg.foreign", NATIONAL, r"\b[0-9]{10}\b", stdnum("bg.pnf"), ("лнч", "lnch", "pnf")),
    digits("bg.vat", "privacy.id.vat", r"\b(?:BG ?)?[0-9]{9,10}\b", stdnum("bg.vat"), words.VAT),
    digits("hr.oib", NATIONAL, r"\b(?:HR ?)?[0-9]{11}\b", stdnum("hr.oib"), ("oib", "osobni identifikacijski", "identification")),
    digits("jmbg", NATIONAL, r"\b[0-3][0-9][01][0-9][09][0-9]{8}\b", stdnum("si.emso"), words.NATIONAL, 0.55),
    digits("si.tax", TAX, r"\b(?:SI ?)?[1-9][0-9]{7}\b", stdnum("si.ddv"), ("davčna", "davcna", "ddv", "tax")),
    digits("si.company", COMPANY, r"\b[0-9]{7}(?:[0-9]{3})?\b", stdnum("si.maticna"), ("matična", "maticna", "company", "registration")),
    digits("rs.pib", TAX, r"\b[1-9][0-9]{8}\b", stdnum("rs.pib"), ("pib", "пиб", "poreski")),
    digits("me.pib", TAX, r"\b[0-9]{8}\b", stdnum("me.pib"), ("pib", "poreski")),
    digits("mk.edb", TAX, r"\b(?:MK ?)?[0-9]{13}\b", stdnum("mk.edb"), ("edb", "едб", "даночен")),
    distinct("al.nipt", TAX, r"\b[A-M] ?[0-9]{8} ?[A-W]\b", stdnum("al.nipt"), ("nipt", "nuis", *words.TAX), 0.45),
    proven("ee.person", NATIONAL, r"\b[1-8][0-9]{2}[01][0-9][0-3][0-9]{5}\b", stdnum("ee.ik", "lt.asmens"), words.NATIONAL, 0.5),
    digits("ee.company", COMPANY, r"\b[1789][0-9]{7}\b", stdnum("ee.registrikood"), ("registrikood", "reg kood", "registry code")),
    distinct("lv.person", NATIONAL, r"\b[0-3][0-9][0-9]{4}-[0-2][0-9]{4}\b", stdnum("lv.pvn"), words.NATIONAL, 0.5),
    digits("lv.company", COMPANY, r"\b[459][0-9]{10}\b", stdnum("lv.pvn"), ("pvn", "reģistrācijas", "vienotais")),
    digits("lt.company", COMPANY, r"\b(?:[0-9]{9}|[0-9]{12})\b", stdnum("lt.pvm"), ("pvm", "įmonės kodas")),
    digits("ua.tax", TAX, r"\b[0-9]{10}\b", stdnum("ua.rntrc"), ("рнокпп", "іпн", "ідентифікаційний", "rntrc", "ipn", "tax", "inn")),
    digits("ua.company", COMPANY, r"\b[0-9]{8}\b", stdnum("ua.edrpou"), ("єдрпоу", "edrpou", "едрпоу", "code")),
    digits("by.unp", TAX, r"\b[0-9A-Z]{9}\b", stdnum("by.unp"), ("унп", "unp", "tax")),
    digits("ru.inn.12", TAX, r"\b[0-9]{12}\b", stdnum("ru.inn"), words.TAX, 0.3),
    digits("ru.inn.10", TAX, r"\b[0-9]{10}\b", stdnum("ru.inn"), ("инн", "inn")),
    digits("ru.ogrn", COMPANY, r"\b[1-9][0-9]{12}(?:[0-9]{2})?\b", stdnum("ru.ogrn"), ("огрн", "ogrn", "огрнип")),
    proven("ru.snils", SOCIAL, r"\b[0-9]{3}-[0-9]{3}-[0-9]{3}[ -][0-9]{2}\b", snils, words.SOCIAL, 0.85),
    digits("ru.snils.plain", SOCIAL, r"\b[0-9]{11}\b", snils, ("снилс", "snils")),
    labelled("ru.passport", PASSPORT, r"\b[0-9]{2} ?[0-9]{2} ?[0-9]{6}\b", ("паспорт", "серия", "passport"), lifted=0.8),
    digits("md.idno", COMPANY, r"\b[0-9]{13}\b", stdnum("md.idno"), ("idno", "cod fiscal")),
    digits("gr.amka", SOCIAL, r"\b[0-3][0-9][01][0-9]{8}\b", stdnum("gr.amka"), words.SOCIAL),
    digits("gr.tax", TAX, r"\b(?:EL ?)?[0-9]{9}\b", stdnum("gr.vat"), ("αφμ", "α.φ.μ", "afm", "tax")),
    labelled("gr.id_card", NATIONAL, r"\b[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧA-Z]{1,2}[- ]?[0-9]{6}\b", ("ταυτότητα", "αδτ", "taftotita", "adt"), lifted=0.75),
    proven("tr.person", NATIONAL, r"\b[1-9][0-9]{10}\b", turkish, words.NATIONAL, 0.55),
    digits("tr.tax", TAX, r"\b[0-9]{10}\b", stdnum("tr.vkn"), ("vergi", "vkn", "tax")),
    digits("az.tax", TAX, r"\b[0-9]{10}\b", stdnum("az.voen"), ("vöen", "voen", "tax")),
    digits("cy.vat", "privacy.id.vat", r"\b(?:CY ?)?[0-9]{8}[A-Z]\b", stdnum("cy.vat"), words.VAT),
    digits("sm.coe", COMPANY, r"\b(?:SM ?)?[0-9]{1,5}\b", stdnum("sm.coe"), ("coe", "codice operatore")),
)  # fmt: skip
"""Numbers of persons and companies in eastern Europe."""
