"""Identifiers that no single country issues."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare, luhn, mrz, numerals, stdnum, varied
from accord.detect.tables.pattern import Edge, Pattern, digits, labelled, proven

_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, *range(10)],
        strict=True,
    )
)


def vin(value: str) -> bool:
    """A vehicle identification number with its check digit (ISO 3779, 49 CFR 565)."""
    text = value.upper()
    if not any(c.isalpha() for c in text) or sum(c.isdigit() for c in text) < 3:
        return False
    total = sum(_VIN_VALUES[c] * weight for c, weight in zip(text, _VIN_WEIGHTS, strict=True))
    return text[8] == "0123456789X"[total % 11]


def _vin_shape(value: str) -> bool:
    text = value.upper()
    return sum(c.isdigit() for c in text[-4:]) >= 3 and any(c.isalpha() for c in text[:3])


def _imei(value: str) -> bool:
    return varied(value) and len(numerals(value)) == 15 and luhn(value)


def _lei(value: str) -> bool:
    return int("".join(str(int(c, 36)) for c in bare(value))) % 97 == 1


_COMPANY_VAT = "privacy.id.vat"


def _eu_vat(value: str) -> bool:
    return stdnum("eu.vat", "gb.vat", "ch.vat", "no.mva")(bare(value)) or stdnum("eu.vat")(value)


_D = r"[0-9][ .\-]?"
_EU = (
    rf"(?:AT[ -]?U ?(?:{_D}){{7}}[0-9]|BE[ -]?(?:{_D}){{8,9}}[0-9]|BG[ -]?(?:{_D}){{8,9}}[0-9]|CY[ -]?(?:{_D}){{8}}[A-Z]|CZ[ -]?(?:{_D}){{7,9}}[0-9]"
    rf"|DE[ .-]?(?:{_D}){{8}}[0-9]|(?:DK|FI|HU|LU|MT|SI)[ -]?(?:{_D}){{7}}[0-9]|(?:EE|EL|GR|PT)[ -]?(?:{_D}){{8}}[0-9]|ES[ -]?[0-9A-Z][ .-]?(?:{_D}){{7}}[0-9A-Z]"
    rf"|FR[ -]?[0-9A-Z]{{2}}[ .-]?(?:{_D}){{8}}[0-9]|(?:HR|IT|LV)[ -]?(?:{_D}){{10}}[0-9]|IE[ -]?[0-9][0-9A-Z+*][ .-]?(?:{_D}){{5}}[A-Z]{{1,2}}"
    rf"|LT[ -]?(?:{_D}){{8}}(?:(?:{_D}){{3}})?[0-9]|NL[ .-]?(?:{_D}){{9}}B[ .-]?[0-9]{{2}}|(?:PL|SK)[ -]?(?:{_D}){{9}}[0-9]|RO[ -]?(?:{_D}){{1,9}}[0-9]"
    rf"|SE[ -]?(?:{_D}){{11}}[0-9]|(?:GB|XI)[ -]?(?:{_D}){{8}}(?:(?:{_D}){{3}})?[0-9])"
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "mrz.td3", "privacy.id.passport",
        r"(?i)\b(?:P[A-Z<][A-Z]{3}[A-Z<]{39}\s{1,3})?[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9]",
        0.97, 0.97, 0.97, mrz, True, (), None, Edge.FREE, r"(?i)[A-Z0-9<]{10}[A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}",
    ),
    Pattern(
        "mrz.td2", "privacy.id.passport",
        r"(?i)\b(?:[IACV][A-Z<][A-Z]{3}[A-Z<]{31}\s{1,3})?[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{7}[0-9]\b",
        0.97, 0.97, 0.97, mrz, True, (), None, Edge.FREE, r"(?i)[A-Z0-9<]{10}[A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}",
    ),
    Pattern(
        "mrz.td1", "privacy.id.national",
        r"(?i)\b[IAC][A-Z0-9<][A-Z]{3}[A-Z0-9<]{9}[0-9<][A-Z0-9<]{15}\s{1,3}[0-9]{7}[MFX<][0-9]{7}[A-Z<]{3}[A-Z0-9<]{11}[0-9]",
        0.97, 0.97, 0.97, mrz, True, (), None, Edge.FREE, r"(?i)[0-9]{7}[MFX<][0-9]{7}[A-Z<]{3}",
    ),
    proven("lei", "privacy.id.company", r"\b[0-9A-Z]{4}00[0-9A-Z]{12}[0-9]{2}\b|\b[0-9A-Z]{18}[0-9]{2}\b", _lei, words.COMPANY, 0.75),
    Pattern("vin", "privacy.id.vehicle", r"\b[A-HJ-NPR-Z0-9]{13}[0-9]{4}\b", 0.7, 0.95, 0.8, vin, True, words.VEHICLE),
    labelled("vin.labelled", "privacy.id.vehicle", r"(?i)\b[A-HJ-NPR-Z0-9]{17}\b", words.VEHICLE, _vin_shape, lifted=0.8),
    digits("imei", "privacy.id.device", r"\b[0-9]{15}\b", _imei, words.DEVICE, 0.3),
    proven("imei.grouped", "privacy.id.device", r"\b[0-9]{2}[- ][0-9]{6}[- ][0-9]{6}[- ][0-9]\b", _imei, words.DEVICE, 0.7),
    labelled("imsi", "privacy.id.device", r"\b[2-7][0-9]{13,14}\b", ("imsi",), lifted=0.8),
    Pattern("iccid", "privacy.id.device", r"\b89[0-9]{17,18}\b", 0.4, 0.9, 0.6, luhn, False, ("iccid", "sim")),
    Pattern("vat.eu", _COMPANY_VAT, rf"\b{_EU}\b", 0.8, 0.95, 0.85, _eu_vat, True, words.VAT),
    Pattern("vat.lower", _COMPANY_VAT, rf"(?i)\b{_EU}\b", 0.0, 0.9, 0.6, _eu_vat, False, words.VAT),
    labelled("vat.labelled", _COMPANY_VAT, rf"\b{_EU}\b", words.VAT, lifted=0.6),
    proven("ch.uid", "privacy.id.company", r"\bCHE[ -]?[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}\b", stdnum("ch.uid"), words.COMPANY, 0.85),
    proven(
        "ch.vat", _COMPANY_VAT, r"\bCHE[ -]?[0-9](?:[ .]?[0-9]){8} ?(?:MWST|TVA|IVA|TPV)\b", stdnum("ch.vat"), words.VAT, 0.9,
    ),
    labelled(
        "employee", "privacy.id.employee", r"(?i)\b(?:[A-Z]{1,4}-?)?[0-9]{3,10}\b",
        ("employee id", "employee no", "employee number", "staff id", "staff number", "personalnummer", "mitarbeiternummer", "personeelsnummer",
         "matricule", "número de empleado", "badge number", "payroll number", "employee #", "emp id"), lifted=0.65,
    ),
    labelled(
        "student", "privacy.id.student", r"(?i)\b(?:[A-Z]{1,3}-?)?[0-9]{4,12}\b",
        ("student id", "student no", "student number", "matrikelnummer", "matriculation number", "numéro étudiant", "studentennummer",
         "número de estudiante", "matricola"), lifted=0.65,
    ),
    labelled(
        "medical.record", "privacy.id.medical", r"(?i)\b(?:[A-Z]{1,4}-?)?[0-9]{5,12}\b",
        ("mrn", "medical record number", "medical record", "patient id", "patient no", "patient number", "patientennummer", "fallnummer", "chart number",
         "hospital number", "member id", "policy number", "numéro de patient", "historia clínica", "health plan", "beneficiary number", "nhc"),
        lifted=0.65,
    ),
    labelled(
        "customer", "privacy.id.other", r"(?i)\b(?:[A-Z]{1,4}-?)?[0-9]{5,14}\b",
        ("customer id", "customer number", "customer no", "client id number", "kundennummer", "numéro client", "número de cliente", "codice cliente",
         "klantnummer", "membership number", "member number", "loyalty number", "frequent flyer", "case number", "certificate number"),
        lifted=0.5,
    ),
)  # fmt: skip
"""Machine readable zones (ICAO Doc 9303), LEI (ISO 17442), VIN (ISO 3779), IMEI (3GPP TS 23.003), EU VAT."""
