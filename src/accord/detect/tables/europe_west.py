"""Identifiers issued in western, northern and southern Europe."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare, calendar, luhn, mrz_digit, numerals, stdnum, varied, weighted
from accord.detect.tables.pattern import Pattern, digits, distinct, labelled, proven

NATIONAL = "privacy.id.national"
SOCIAL = "privacy.id.social_security"
TAX = "privacy.id.tax"
COMPANY = "privacy.id.company"
PASSPORT = "privacy.id.passport"
DRIVER = "privacy.id.driver"
MEDICAL = "privacy.id.medical"


def german_pension(value: str) -> bool:
    """A German pension insurance number: area, birthday, letter, check digit (VKVV § 4)."""
    text = bare(value)
    day, month = int(text[2:4]), int(text[4:6])
    if not (1 <= month <= 12 and (1 <= day <= 31 or 51 <= day <= 81)):
        return False
    spread = f"{text[:8]}{ord(text[8]) - 64:02d}{text[9:11]}"
    total = 0
    for digit, weight in zip(spread, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True):
        product = int(digit) * weight
        total += product // 10 + product % 10
    return total % 10 == int(text[11])


def german_health(value: str) -> bool:
    """A German health insurance number: letter, eight digits, check digit (GKV-Spitzenverband, KVNR)."""
    text = bare(value)
    spread = f"{ord(text[0]) - 64:02d}{text[1:9]}"
    total = 0
    for place, digit in enumerate(spread):
        product = int(digit) * (1 + place % 2)
        total += product // 10 + product % 10
    return total % 10 == int(text[9])


def german_document(value: str) -> bool:
    """A German passport or identity card number, whose tenth character is the ICAO check digit."""
    text = bare(value)
    return len(text) == 10 and mrz_digit(text[:9]) == text[9]


def german_short(value: str) -> bool:
    """A German document number written as eight characters and their ICAO check digit."""
    text = bare(value)
    return mrz_digit(text[:8]) == text[8]


def german_doctor(value: str) -> bool:
    """A German LANR: seventh digit by weights 4, 9 (KBV, Arztnummern-Richtlinie)."""
    number = numerals(value)
    return varied(number[:6]) and (10 - weighted(number[:6], (4, 9, 4, 9, 4, 9)) % 10) % 10 == int(number[6])


def british_driver(value: str) -> bool:
    """A British driving licence number: name, decade, month (plus 50 for women), day, year (DVLA)."""
    text = bare(value)
    month, day = int(text[6:8]) % 50, int(text[8:10])
    return 1 <= month <= 12 and 1 <= day <= 31


def british_insurance(value: str) -> bool:
    """A national insurance number whose prefix is issued (HMRC, NIM39110)."""
    return bare(value)[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def finnish(value: str) -> bool:
    """A Finnish identity code: a day of birth and a check character modulo 31 (separators as widened in 2023)."""
    text = value.upper()
    century = 1800 if text[6] == "+" else 2000 if text[6] in "ABCDEF" else 1900
    if not calendar(century + int(text[4:6]), int(text[2:4]), int(text[:2])):
        return False
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(text[:6] + text[7:10]) % 31] == text[10]


def spanish_social(value: str) -> bool:
    """A Spanish social security number: the first ten digits modulo 97."""
    number = numerals(value)
    if len(number) != 12 or not varied(number):
        return False
    body = int(number[:2] + number[3:10]) if number[2] == "0" else int(number[:10])
    return body % 97 == int(number[10:])


def health_card(value: str) -> bool:
    """A European health insurance card number: 80, nineteen more digits with the Luhn digit (EN 1867)."""
    return varied(value) and luhn(value)


PATTERNS: tuple[Pattern, ...] = (
    # Germany, Austria, Switzerland
    digits("de.tax", TAX, r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", stdnum("de.idnr"), words.TAX, 0.3),
    labelled("de.tax_number", TAX, r"\b[0-9]{2,3}/[0-9]{3,4}/[0-9]{4,5}\b", words.TAX, score=0.45, lifted=0.85),
    labelled("de.tax_number.13", TAX, r"\b[0-9]{4}0[0-9]{8}\b", words.TAX, lifted=0.8, alone=0.4),
    labelled("de.tax_number.plain", TAX, r"\b[0-9]{10,13}\b", ("steuernummer", "steuer nr", "st nr", "finanzamt"), lifted=0.75),
    digits("de.tax.any", TAX, r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", stdnum("iso7064.mod_11_10"), ("steuer", "idnr", "identifikationsnummer", "tax id"), 0.0),
    proven("de.pension", SOCIAL, r"(?i)\b[0-9]{2} ?[0-9]{6} ?[A-Z] ?[0-9]{3}\b", german_pension, words.SOCIAL, 0.8),
    distinct("de.health", MEDICAL, r"\b[A-Z][0-9]{9}\b", german_health, words.MEDICAL, 0.5),
    digits("de.health.lower", MEDICAL, r"(?i)\b[A-Z][0-9]{9}\b", german_health, words.MEDICAL, 0.0),
    digits("de.doctor", MEDICAL, r"\b[0-9]{9}\b", german_doctor, ("lanr", "arztnummer", "arzt"), 0.0),
    labelled("de.practice", MEDICAL, r"\b[0-9]{9}\b", ("bsnr", "betriebsstättennummer", "betriebsstätte"), lifted=0.8),
    distinct("de.document", PASSPORT, r"\b[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]D?\b", german_document, words.PASSPORT, 0.5),
    digits("de.document.9", PASSPORT, r"\b[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]\b", german_short, words.PASSPORT, 0.0),
    labelled("de.passport", PASSPORT, r"(?i)\b[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]\b", words.PASSPORT, lifted=0.8),
    labelled("de.id_card", NATIONAL, r"(?i)\b[LMNPRTVWXYCFGHJK][CFGHJKLMNPRTVWXYZ0-9]{7}[0-9]\b", words.ID_CARD, lifted=0.8),
    labelled("de.id_card.checked", NATIONAL, r"\b[LMNPRTVWXYCFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]D?\b", words.ID_CARD, lifted=0.8),
    labelled("de.pension.labelled", SOCIAL, r"\b[0-9]{8}[A-Z][0-9]{3}\b", words.SOCIAL, lifted=0.8),
    labelled("de.id_card.old", NATIONAL, r"(?i)\bT[0-9]{8}\b", words.ID_CARD, score=0.3, lifted=0.8, alone=0.45),
    labelled("de.driver", DRIVER, r"\b[A-Z][A-Z0-9][0-9]{8}[A-Z0-9]\b", words.DRIVER, lifted=0.85, alone=0.45),
    distinct("de.register", COMPANY, r"\bHR[AB]\s{0,2}[0-9]{1,6}\b", None, words.COMPANY, 0.7),
    digits("at.social", SOCIAL, r"\b[1-9][0-9]{3} ?[0-9]{6}\b", stdnum("at.vnr"), words.SOCIAL),
    labelled("at.passport", PASSPORT, r"\b[A-Z]{1,2}[ ]?[0-9]{7}\b", words.PASSPORT, lifted=0.8, alone=0.45),
    digits("at.tin", TAX, r"\b[0-9]{2}-?[0-9]{3}/?[0-9]{4}\b", stdnum("at.tin"), ("steuernummer", "abgabenkonto", "finanzamt")),
    digits("at.company", COMPANY, r"(?i)\b(?:FN ?)?[0-9]{6} ?[a-z]\b", stdnum("at.businessid"), ("firmenbuch", "fn")),
    proven("ch.ahv", SOCIAL, r"\b756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}\b", stdnum("ch.ssn"), words.SOCIAL, 0.9),
    distinct("de.leitweg", COMPANY, r"\b[0-9]{2,12}-[A-Z0-9]{1,30}-[0-9]{2}\b", stdnum("de.leitweg"), words.COMPANY, 0.5),
    # United Kingdom and Ireland
    distinct("uk.nino", SOCIAL, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b", british_insurance, words.SOCIAL, 0.7),
    digits("uk.nino.lower", SOCIAL, r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D]\b", british_insurance, words.SOCIAL, 0.4),
    digits("uk.nhs", MEDICAL, r"\b[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}\b", stdnum("gb.nhs"), words.MEDICAL, 0.35),
    digits("uk.nhs.plain", MEDICAL, r"\b[0-9]{10}\b", stdnum("gb.nhs"), ("nhs", "patient", "health service"), 0.0),
    digits("uk.utr", TAX, r"\b[0-9]{5} ?[0-9]{5}K?\b", stdnum("gb.utr"), ("utr", "tax reference", "taxpayer reference", "hmrc")),
    distinct("uk.driver", DRIVER, r"(?i)\b[A-Z9]{5} ?[0-9][0156][0-9][0-3][0-9]{2} ?[A-Z9]{2} ?[A-Z0-9][A-Z]{2}(?: ?[0-9]{2})?\b", british_driver, words.DRIVER, 0.7),
    labelled("uk.passport", PASSPORT, r"(?i)\b[A-Z]{2}[0-9]{7}\b", words.PASSPORT, lifted=0.8, alone=0.45),
    labelled("passport.9", PASSPORT, r"\b[0-9]{9}\b", words.PASSPORT, lifted=0.75),
    labelled("uk.company", COMPANY, r"\b(?:[A-Z]{2})?[0-9]{6,8}\b", ("companies house", "company number", "company no", "registered in england", "crn"), lifted=0.7),
    digits("uk.upn", "privacy.id.student", r"\b[A-Z][0-9]{11}[0-9A-Z]\b", stdnum("gb.upn"), words.STUDENT, 0.5),
    distinct("ie.pps", SOCIAL, r"\b[0-9]{7}[A-W][A-IW]?\b", stdnum("ie.pps"), words.SOCIAL, 0.45),
    # France, Monaco, Andorra
    proven("fr.nir", SOCIAL, r"\b[1-478] ?[0-9]{2} ?(?:0[1-9]|[1-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b", stdnum("fr.nir"), words.SOCIAL, 0.85),
    labelled("fr.nir.short", SOCIAL, r"\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-4][0-9]|[5-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3}\b", words.SOCIAL, lifted=0.75),
    digits("fr.tax", TAX, r"\b[0-3][0-9] ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", stdnum("fr.nif"), words.TAX),
    digits("fr.siren", COMPANY, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b|\b[0-9](?: [0-9]){8}\b", stdnum("fr.siren"), ("siren", "rcs", "entreprise", "société", "company")),
    digits("fr.siret", COMPANY, r"\b[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[0-9]{5}\b|\b[0-9](?: [0-9]){13}\b", stdnum("fr.siret"), ("siret", "rcs", "entreprise", "établissement", "société", "company"), 0.3),
    labelled("fr.passport", PASSPORT, r"\b[0-9]{2}[A-Z]{2}[0-9]{5}\b", words.PASSPORT, score=0.4, lifted=0.85),
    labelled("fr.id_card", NATIONAL, r"\b[0-9]{12}\b", ("carte d'identité", "carte nationale", "cni", "carte identité"), lifted=0.75),
    distinct("ad.nrt", COMPANY, r"\b[ACDEFGLOPU][- ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[A-Z]\b", stdnum("ad.nrt"), ("nrt", "andorra", *words.COMPANY), 0.5),
    # Spain, Portugal
    distinct("es.dni", NATIONAL, r"\b[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[- ]?[A-HJ-NP-TV-Z]\b", stdnum("es.dni"), words.NATIONAL, 0.65),
    digits("es.dni.other", NATIONAL, r"(?i)\b[0-9]{7,8}[- ]?[A-HJ-NP-TV-Z]\b", stdnum("es.dni", "es.nif"), words.NATIONAL, 0.4),
    distinct("es.nie", NATIONAL, r"(?i)\b[XYZ][- ]?[0-9]{7}[- ]?[A-HJ-NP-TV-Z]\b", stdnum("es.nie"), words.NATIONAL, 0.75),
    distinct("es.cif", COMPANY, r"\b[A-HJNP-SUVW][- ]?[0-9]{2}\.?[0-9]{3}\.?[0-9]{2}[- ]?[0-9A-J]\b", stdnum("es.cif"), words.VAT, 0.45),
    proven("es.social", SOCIAL, r"\b[0-5][0-9][ /-][0-9]{7,8}[ /-]?[0-9]{2}\b", spanish_social, words.SOCIAL, 0.7),
    digits("es.social.plain", SOCIAL, r"\b[0-5][0-9]{11}\b", spanish_social, words.SOCIAL),
    labelled("es.passport", PASSPORT, r"(?i)\b[A-Z]{3}[0-9]{6}\b", words.PASSPORT, lifted=0.8, alone=0.45),
    distinct("es.cadastre", "privacy.id.other", r"\b[0-9A-Z]{7} ?[0-9A-Z]{7} ?[0-9]{4} ?[A-Z]{2}\b", stdnum("es.referenciacatastral"), words.PROPERTY, 0.75),
    distinct("es.cups", "privacy.id.other", r"\bES ?[0-9]{4} ?[0-9]{4} ?[0-9]{4} ?[0-9]{4} ?[A-Z]{2}(?: ?[0-9][FPCRXYZ])?\b", stdnum("es.cups"), words.PROPERTY, 0.85),
    distinct("es.cae", COMPANY, r"\bES[0-9]{5}[0-9A-Z]{6}\b", stdnum("es.cae"), words.COMPANY, 0.6),
    digits("pt.nif", TAX, r"\b[1-35689][0-9]{2} ?[0-9]{3} ?[0-9]{3}\b", stdnum("pt.nif"), words.TAX),
    distinct("pt.cc", NATIONAL, r"\b[0-9]{8} ?[0-9] ?[A-Z0-9]{2}[0-9]\b", stdnum("pt.cc"), words.NATIONAL, 0.45),
    # Italy
    proven("it.fiscal", TAX, r"(?i)\b[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPR-T][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]\b", stdnum("it.codicefiscale"), words.TAX, 0.9),
    labelled("it.fiscal.shape", TAX, r"(?i)\b[A-Z]{6}[0-9]{2}[A-EHLMPR-T](?:[04][1-9]|[1256][0-9]|[37][01])[A-Z][0-9]{3}[A-Z]\b", words.TAX, score=0.5, lifted=0.7),
    digits("it.vat", "privacy.id.vat", r"\b[0-9]{5}[ ]?[0-9]{3}[ ]?[0-9]{3}\b", stdnum("it.iva"), words.VAT),
    labelled("it.driver", DRIVER, r"(?i)\b(?:[A-Z]{2}[0-9]{7}[A-Z]|U1[BCDFGHLJKMNPRSTUWYXZ0-9]{7}[A-Z])\b", words.DRIVER, lifted=0.85, alone=0.45),
    labelled("it.driver.u1", DRIVER, r"\bU1[BCDFGHLJKMNPRSTUWYXZ0-9]{7}[A-Z]\b", words.DRIVER, score=0.45, lifted=0.85),
    labelled("it.driver.old", DRIVER, r"\b[A-Z]{2}[0-9]{7}[A-Z]\b", words.DRIVER, score=0.45, lifted=0.85),
    labelled("it.id_card", NATIONAL, r"(?i)\b(?:[A-Z]{2} ?[0-9]{5} ?[A-Z]{2}|[A-Z]{2} ?[0-9]{7}|[0-9]{7} ?[A-Z]{2})\b", words.ID_CARD, lifted=0.8),
    labelled("it.id_card.cie", NATIONAL, r"(?i)\bC[A-Z][0-9]{5}[A-Z]{2}\b", words.ID_CARD, score=0.4, lifted=0.85),
    labelled("it.id_card.alone", NATIONAL, r"(?i)\b[A-Z]{2}[0-9]{5}[A-Z]{2}\b", words.ID_CARD, lifted=0.8, alone=0.45),
    proven("eu.health_card", MEDICAL, r"\b80[0-9]{18}\b", health_card, words.MEDICAL, 0.5),
    # Belgium, Netherlands, Luxembourg
    proven("be.national", NATIONAL, r"\b[0-9]{2}[.\- ]?[0-9]{2}[.\- ]?[0-9]{2}[.\- ]?[0-9]{3}[.\- ]?[0-9]{2}\b", stdnum("be.nn", "be.bis"), words.NATIONAL, 0.6),
    digits("be.company", COMPANY, r"\b[01][0-9]{3}\.[0-9]{3}\.[0-9]{3}\b", stdnum("be.vat"), ("kbo", "bce", "ondernemingsnummer", "numéro d'entreprise", *words.COMPANY), 0.6),
    digits("nl.bsn", NATIONAL, r"\b[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}\b|\b[0-9]{3}[. -][0-9]{3}[. -][0-9]{3}\b", stdnum("nl.bsn"), ("bsn", "burgerservice", "sofi", "rsin", "citizen service")),
    labelled("nl.document", PASSPORT, r"\b[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]\b", (*words.PASSPORT, "identiteitskaart", "id kaart"), lifted=0.8),
    labelled("nl.kvk", COMPANY, r"\b[0-9]{8}\b", ("kvk", "kamer van koophandel", "handelsregister"), lifted=0.75),
    # Nordic countries
    proven("dk.cpr", NATIONAL, r"\b[0-3][0-9][01][0-9]{3}-[0-9]{4}\b", stdnum("dk.cpr"), words.NATIONAL, 0.55),
    digits("dk.cpr.plain", NATIONAL, r"\b[0-3][0-9][01][0-9]{7}\b", stdnum("dk.cpr"), ("cpr", "personnummer")),
    digits("dk.cvr", COMPANY, r"\b[1-9][0-9] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}\b", stdnum("dk.cvr"), ("cvr", "virksomhed", "se nr")),
    proven("se.person", NATIONAL, r"\b(?:18|19|20)?[0-9]{2}[01][0-9][0-9]{2}[-+][0-9]{4}\b", stdnum("se.personnummer"), words.NATIONAL, 0.75),
    digits("se.person.12", NATIONAL, r"\b(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{5}\b", stdnum("se.personnummer"), words.NATIONAL, 0.5),
    digits("se.person.10", NATIONAL, r"\b[0-9]{2}[01][0-9][0-3][0-9]{5}\b", stdnum("se.personnummer"), ("personnummer", "pnr", "personal identity")),
    distinct("se.company", COMPANY, r"\b[1-35-9][0-9][2-9][0-9]{3}-[0-9]{4}\b", stdnum("se.orgnr"), words.COMPANY, 0.6),
    digits("se.company.plain", COMPANY, r"\b[1-35-9][0-9][2-9][0-9]{7}\b", stdnum("se.orgnr"), words.COMPANY),
    proven("no.person", NATIONAL, r"\b[0-7][0-9][0-9][0-9][0-9]{2} ?[0-9]{5}\b", stdnum("no.fodselsnummer"), words.NATIONAL, 0.6),
    digits("no.company", COMPANY, r"\b(?:NO ?)?[89][0-9]{2} ?[0-9]{3} ?[0-9]{3}(?: ?MVA)?\b", stdnum("no.orgnr", "no.mva"), (*words.COMPANY, "mva")),
    distinct("no.vat", "privacy.id.vat", r"\b(?:NO ?)?[89][0-9]{2} ?[0-9]{3} ?[0-9]{3} ?MVA\b", stdnum("no.mva"), words.VAT, 0.85),
    proven("fi.person", NATIONAL, r"(?i)\b[0-3][0-9][01][0-9]{3}[-+ABCDEFUVWXY][0-9]{3}[0-9A-FHJ-NPR-Y]\b", finnish, words.NATIONAL, 0.85),
    distinct("fi.company", COMPANY, r"\b[0-9]{7}-[0-9]\b", stdnum("fi.ytunnus"), words.COMPANY, 0.45),
    distinct("is.person", NATIONAL, r"\b[0-7][0-9][01][0-9]{3}-[0-9]{4}\b", stdnum("is_.kennitala"), words.NATIONAL, 0.55),
    digits("fo.vat", "privacy.id.vat", r"\b(?:FO)?[0-9]{6}\b", stdnum("fo.vn"), ("vinnutal", "v tal", "faroe", "vtal", "vn")),
)  # fmt: skip
"""Numbers of persons, companies, documents and insurance in western Europe."""
