"""Identifiers issued in the Americas."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re
from dataclasses import replace

from accord.detect.tables import words
from accord.detect.tables.checks import bare, luhn, numerals, stdnum, varied
from accord.detect.tables.pattern import Pattern, digits, distinct, labelled, proven

NATIONAL = "privacy.id.national"
SOCIAL = "privacy.id.social_security"
TAX = "privacy.id.tax"
COMPANY = "privacy.id.company"
PASSPORT = "privacy.id.passport"
DRIVER = "privacy.id.driver"
MEDICAL = "privacy.id.medical"

_SPECIMENS = frozenset({"078051120", "219099999", "123456789"})


def ssn(value: str) -> bool:
    """A social security number that can have been issued (SSA, POMS RM 10201.035), not a published specimen."""
    number = numerals(value)
    if number in _SPECIMENS or number[:3] in ("000", "666") or number[0] == "9":
        return False
    return number[3:5] != "00" and number[5:] != "0000" and varied(number)


def itin(value: str) -> bool:
    """A taxpayer number: 9, then a group that the IRS uses (50-65, 70-88, 90-92, 94-99)."""
    number = numerals(value)
    group = int(number[3:5])
    return number[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)


def npi(value: str) -> bool:
    """A national provider identifier: the Luhn digit with the prefix 80840 (45 CFR 162.406)."""
    return varied(value[1:]) and luhn("80840" + numerals(value))


def dea(value: str) -> bool:
    """A DEA registration: odd places plus twice the even places, last digit (21 CFR 1301)."""
    number = numerals(value)
    total = sum(int(d) for d in number[0:6:2]) + 2 * sum(int(d) for d in number[1:6:2])
    return varied(number) and total % 10 == int(number[6])


def us_state_licence(value: str) -> bool:
    """A licence number with at least one digit in four and, where it has letters, few of them."""
    text = bare(value)
    letters = sum(c.isalpha() for c in text)
    return letters <= 3 and len(text) - letters >= 6 and varied(text)


_LOGGED = re.compile(
    r"(?i)\b(?:level|info|warn|warning|error|debug|trace|kernel|nvidia|odbc|jdbc|printer|firmware|module|loaded|webdriver|disk|gpu|usb)\b"
)


def _licence(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A licence to drive, and not a token beside the driver of a device in a line of a log."""
    line = text[max(0, start - 80) : start].rpartition("\n")[2] + text[end : end + 40].partition("\n")[0]
    return None if "licen" not in line.casefold() and _LOGGED.search(line) else (start, end)


PATTERNS: tuple[Pattern, ...] = (
    # United States
    distinct("us.ssn", SOCIAL, r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b", ssn, words.SOCIAL, 0.8),
    distinct("us.ssn.spaced", SOCIAL, r"\b(?:[0-8][0-9]{2} [0-9]{2} [0-9]{4}|[0-8][0-9]{2}\.[0-9]{2}\.[0-9]{4})\b", ssn, words.SOCIAL, 0.5),
    labelled("us.ssn.plain", SOCIAL, r"\b[0-8][0-9]{8}\b", ("ssn", "social security", "social sec", "social", "soc sec", "ss"), ssn, lifted=0.85, alone=0.4),
    distinct("us.itin", TAX, r"\b9[0-9]{2}[- ][5-9][0-9][- ][0-9]{4}\b", itin, words.TAX, 0.7),
    labelled("us.itin.plain", TAX, r"\b9[0-9]{2}[5-9][0-9]{5}\b", ("itin", "tin", "taxpayer", "tax id"), itin, lifted=0.8, alone=0.4),
    labelled("us.ein", TAX, r"\b[0-9]{2}-[0-9]{7}\b", ("ein", "fein", "employer identification", "tax id", "irs", "federal id"), stdnum("us.ein"), lifted=0.85, alone=0.45),
    labelled("us.ptin", TAX, r"\bP-?[0-9]{8}\b", ("ptin", "preparer"), lifted=0.85),
    digits("us.npi", MEDICAL, r"\b[12][0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{3}\b", npi, ("npi", "provider", "physician", "prescriber", "national provider"), 0.0),
    distinct("us.dea", MEDICAL, r"\b[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}\b", dea, (*words.MEDICAL, "registration"), 0.5),
    distinct("us.mbi", MEDICAL, r"(?i)\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b", None, words.MEDICAL, 0.75),
    labelled("us.passport", PASSPORT, r"(?i)\b[A-Z][0-9]{8}\b", words.PASSPORT, lifted=0.8, alone=0.45),
    replace(labelled("us.driver", DRIVER, r"(?i)\b(?:[A-Z]{1,3}[- ]?[0-9]{3}[- ]?[0-9]{3,4}[- ]?[0-9]{1,6}(?:[- ][0-9])?|[A-Z][0-9]{3,7}[- ]?[0-9]{0,8}|[0-9]{7,9}|[0-9]{3}[- ][0-9]{2,3}[- ][0-9]{3,4})\b", words.DRIVER, us_state_licence, lifted=0.7), reach=_licence),
    replace(labelled("us.driver.letter", DRIVER, r"\b[A-Z][0-9]{7,8}\b", words.DRIVER, lifted=0.75, alone=0.45), reach=_licence),
    # Canada
    digits("ca.sin", SOCIAL, r"\b(?:[1-79][0-9]{2}-[0-9]{3}-[0-9]{3}|[1-79][0-9]{2} [0-9]{3} [0-9]{3})\b", stdnum("ca.sin"), words.SOCIAL, 0.5),
    digits("ca.sin.plain", SOCIAL, r"\b[1-79][0-9]{8}\b", stdnum("ca.sin"), ("sin", "social insurance", "nas", "assurance sociale")),
    distinct("ca.business", COMPANY, r"\b[0-9]{9} ?R[CMPT] ?[0-9]{4}\b", stdnum("ca.bn"), words.COMPANY, 0.8),
    digits("ca.health.bc", MEDICAL, r"\b9[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", stdnum("ca.bc_phn"), ("phn", "personal health", "care card", "health")),
    labelled("ca.health.on", MEDICAL, r"\b[0-9]{4}[- ]?[0-9]{3}[- ]?[0-9]{3}(?:[- ]?[A-Z]{2})?\b", ("ohip", "health card"), luhn, lifted=0.85),
    labelled("ca.health.qc", MEDICAL, r"\b[A-Z]{4} ?[0-9]{4} ?[0-9]{4}\b", ("ramq", "health", "assurance maladie", "nam"), lifted=0.8),
    labelled("ca.passport", PASSPORT, r"\b[A-Z]{2}[0-9]{6}\b", words.PASSPORT, lifted=0.75),
    # Brazil
    proven("br.cpf", NATIONAL, r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b", stdnum("br.cpf"), ("cpf", *words.NATIONAL), 0.9),
    digits("br.cpf.plain", NATIONAL, r"\b[0-9]{11}\b", stdnum("br.cpf"), ("cpf", "contribuinte", "cadastro"), 0.3),
    proven("br.cnpj", COMPANY, r"\b[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}\b", stdnum("br.cnpj"), words.COMPANY, 0.9),
    digits("br.cnpj.plain", COMPANY, r"\b[0-9]{14}\b", stdnum("br.cnpj"), ("cnpj",), 0.4),
    labelled("br.rg", NATIONAL, r"\b[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[0-9X]\b", ("rg", "registro geral", "identidade"), lifted=0.75),
    labelled("br.pis", SOCIAL, r"\b[0-9]{3}\.?[0-9]{5}\.?[0-9]{2}-?[0-9]\b", ("pis", "pasep", "nit", "nis"), lifted=0.8),
    labelled("br.voter", "privacy.id.voter", r"\b[0-9]{4} ?[0-9]{4} ?[0-9]{4}\b", words.VOTER, lifted=0.75),
    # Mexico
    proven("mx.curp", NATIONAL, r"(?i)\b[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]\b", stdnum("mx.curp"), words.NATIONAL, 0.9),
    labelled("mx.curp.shape", NATIONAL, r"\b[A-Z][AEIOUX][A-Z]{2}[0-9]{2}[01][0-9][0-3][0-9][HMX][A-Z]{5}[0-9A-Z][0-9]\b", words.NATIONAL, score=0.6, lifted=0.85),
    distinct("mx.rfc", TAX, r"\b[A-ZÑ&]{3,4}[- ]?[0-9]{2}[01][0-9][0-3][0-9][- ]?[A-Z0-9]{3}\b", stdnum("mx.rfc"), words.TAX, 0.5),
    labelled("mx.nss", SOCIAL, r"\b[0-9]{11}\b", ("nss", "imss", "seguro social"), luhn, lifted=0.85),
    # South and Central America, the Caribbean
    proven("ar.cuit", TAX, r"\b(?:20|23|24|25|26|27|30|33|34)[- ][0-9]{8}[- ][0-9]\b", stdnum("ar.cuit"), words.TAX, 0.85),
    digits("ar.cuit.plain", TAX, r"\b(?:20|23|24|25|26|27|30|33|34)[0-9]{9}\b", stdnum("ar.cuit"), ("cuit", "cuil"), 0.3),
    labelled("ar.dni", NATIONAL, r"\b[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}\b", ("dni", "documento", "libreta"), lifted=0.75),
    distinct("cl.rut", NATIONAL, r"(?i)\b[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9K]\b", stdnum("cl.rut"), ("rut", "run", *words.NATIONAL), 0.85),
    digits("cl.rut.plain", NATIONAL, r"(?i)\b[0-9]{7,8}-?[0-9K]\b", stdnum("cl.rut"), ("rut", "run", "rol único")),
    digits("co.nit", TAX, r"\b[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]\b", stdnum("co.nit"), ("nit", "dian")),
    labelled("co.cedula", NATIONAL, r"\b[0-9]{1,3}(?:\.?[0-9]{3}){2,3}\b", ("cédula", "cedula", "c.c", "ciudadanía"), lifted=0.75),
    digits("pe.ruc", TAX, r"\b(?:10|15|16|17|20)[0-9]{9}\b", stdnum("pe.ruc"), ("ruc",)),
    labelled("pe.dni", NATIONAL, r"\b[0-9]{8}(?:-?[0-9A-K])?\b", ("dni",), lifted=0.75),
    digits("ec.cedula", NATIONAL, r"\b[0-3][0-9]{8}-?[0-9]\b", stdnum("ec.ci"), ("cédula", "cedula", "identidad")),
    digits("ec.ruc", TAX, r"\b[0-3][0-9]{12}\b", stdnum("ec.ruc"), ("ruc",)),
    digits("uy.rut", TAX, r"\b[0-9]{12}\b", stdnum("uy.rut"), ("rut", "dgi")),
    distinct("ve.rif", TAX, r"\b[VEJPG]-?[0-9]{8}-?[0-9]\b", stdnum("ve.rif"), ("rif", *words.TAX), 0.45),
    digits("py.ruc", TAX, r"\b[0-9]{5,8}-[0-9]\b", stdnum("py.ruc"), ("ruc",)),
    digits("do.cedula", NATIONAL, r"\b[0-9]{3}-?[0-9]{7}-?[0-9]\b", stdnum("do.cedula"), ("cédula", "cedula", "identidad")),
    digits("do.rnc", COMPANY, r"\b[1-5][0-9]{2}-?[0-9]{5}-?[0-9]\b", stdnum("do.rnc"), ("rnc", *words.COMPANY)),
    labelled("do.ncf", COMPANY, r"\b(?:[AP][0-9]{18}|B[0-9]{10}|E[0-9]{12})\b", ("ncf", "comprobante", "fiscal"), stdnum("do.ncf"), lifted=0.8),
    digits("cr.company", COMPANY, r"\b[234]-?[0-9]{3}-?[0-9]{6}\b", stdnum("cr.cpj"), ("cpj", "cédula jurídica", "cedula juridica", *words.COMPANY), 0.4),
    digits("cr.person", NATIONAL, r"\b0?[1-9]-?0?[0-9]{3}-?[0-9]{4}\b", stdnum("cr.cpf"), ("cédula", "cedula", "cpf")),
    digits("gt.nit", TAX, r"(?i)\b[0-9]{1,11}-?[0-9K]\b", stdnum("gt.nit"), ("nit",)),
    digits("sv.nit", TAX, r"\b[0-9]{4}-[0-9]{6}-[0-9]{3}-[0-9]\b", stdnum("sv.nit"), ("nit", *words.TAX), 0.7),
    digits("cu.ni", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]{6}\b", stdnum("cu.ni"), ("carnet de identidad", "número de identidad")),
)  # fmt: skip
"""Numbers of persons, companies, documents and insurance in the Americas."""
