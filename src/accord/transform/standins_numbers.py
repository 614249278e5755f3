"""Numbers that stand for numbers: telephones, cards, accounts and identifiers that nobody has.

Telephone numbers come from the ranges that regulators set aside for fiction, where there are any, and are no valid
numbers elsewhere. Whatever has a check digit gets one that is wrong.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from accord.transform.standins_draw import Draw, refill

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_TRIES = 40

FICTION: dict[int, tuple[str, ...]] = {
    # North American Numbering Plan: 555-0100 to 555-0199 in every area.
    1: tuple(
        f"{area}55501xx"
        for area in "201 203 206 212 213 214 215 216 303 305 312 313 404 408 412 415 503 512 513 602 612 614 617 619 "
        "702 703 713 716 718 804 813 816 901 916 919 972".split()
    ),
    # Ofcom, "Telephone numbers for use in TV and radio drama programmes".
    44: (
        "1134960xxx", "1144960xxx", "1154960xxx", "1164960xxx", "1174960xxx", "1184960xxx", "1214960xxx",
        "1314960xxx", "1414960xxx", "1514960xxx", "1614960xxx", "2079460xxx", "1914980xxx", "2896496xxx",
        "2920180xxx", "1632960xxx", "7700900xxx",
    ),
    # Bundesnetzagentur, numbers for use in the media.
    49: (
        "3023125xxx", "6990009xxx", "4066969xxx", "2214710xxx", "8999998xxx", "171392000x", "171392001x",
        "17139200xx", "1529952904x",
    ),
    # ARCEP, decision 2018-0881, numbers for audiovisual works.
    33: ("19900xxxx", "26191xxxx", "35301xxxx", "46571xxxx", "53649xxxx", "63998xxxx"),
    # ACMA, numbers for use in radio, film and television.
    61: ("25550xxxx", "27010xxxx", "35550xxxx", "37010xxxx", "75550xxxx", "77010xxxx", "85550xxxx", "87010xxxx",
         "491570xxx"),
    # PTS, telephone numbers for use in books and films.
    46: ("3139006xx", "4062804xx", "8465004xx", "9803192xx", "7017406xx"),
    # ComReg, numbers for use in drama.
    353: ("2091xxxxx",),
}  # fmt: skip
"""National numbers for use in fiction, by country calling code; x is any digit."""

# Where a number without a country code could be from, the most likely first.
_HOMES = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "NL", "PT", "TR", "AU", "IN", "SE", "IE", "AT", "CH", "BE")


_LOCAL = re.compile(r"\d{3}[ .\-]?\d{4}")  # a subscriber of the North American Numbering Plan


def telephones(value: str, draw: Draw) -> Iterator[str]:
    """Telephone numbers of the same country, length and format."""
    digits = "".join(c for c in value if c.isdecimal())
    if _LOCAL.fullmatch(value):
        yield from (refill(value, f"55501{draw.digits(2)}") for _ in range(_TRIES))
        return
    parsed = _parsed(value)
    if parsed is None:
        # From no country that is known: a number that begins like none.
        for _ in range(_TRIES):
            yield refill(value, ("00" + draw.digits(len(digits)))[: len(digits)])
        return
    national = str(parsed.national_number)
    if not digits.endswith(national):
        return
    prefix = digits[: len(digits) - len(national)]
    fitting = [pattern for pattern in FICTION.get(parsed.country_code or 0, ()) if len(pattern) == len(national)]
    alike = [pattern for pattern in fitting if pattern[0] == national[0]] or fitting
    for _ in range(_TRIES):
        if alike:
            pattern = draw.pick(alike)
            made = "".join(draw.digits(1) if c == "x" else c for c in pattern)
        else:
            made = _unassigned(parsed, len(national), draw)
        if made:
            yield refill(value, prefix + made)


def _parsed(value: str) -> PhoneNumber | None:
    import phonenumbers as library

    number = re.sub(r"^\s*00", "+", value)
    for home in ("ZZ",) if number.lstrip().startswith("+") else _HOMES:
        try:
            parsed = library.parse(number, home)
        except library.NumberParseException:
            continue
        if home == "ZZ" or library.is_valid_number(parsed):
            return parsed
    return None


def _unassigned(parsed: PhoneNumber, length: int, draw: Draw) -> str:
    """A national number of some length that the country has given to nobody."""
    import phonenumbers as library

    for _ in range(_TRIES):
        made = f"{1 + draw.number(9)}{draw.digits(length - 1)}"
        other = library.PhoneNumber(country_code=parsed.country_code, national_number=int(made))
        if not library.is_valid_number(other):
            return made
    return ""


def cards(value: str, draw: Draw) -> Iterator[str]:
    """Card numbers of the same network and grouping whose check digit (ISO/IEC 7812-1) is wrong."""
    digits = "".join(c for c in value if c.isdecimal())
    for _ in range(_TRIES):
        kept = 1 if digits.startswith("4") else 2
        made = digits[:kept] + draw.digits(len(digits) - kept)
        if not luhn(made):
            yield refill(value, made)


def luhn(digits: str) -> bool:
    """Whether digits pass the check of ISO/IEC 7812-1."""
    doubled = [sum(divmod(int(d) * 2, 10)) if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def ibans(value: str, draw: Draw) -> Iterator[str]:
    """IBANs of the same country and grouping whose check digits (ISO 13616-1) are wrong."""
    start = re.match(r"\s*[A-Za-z][\s]?[A-Za-z]", value)
    kept = start.end() if start else 0
    for _ in range(_TRIES):
        made = value[:kept] + draw.like(value[kept:])
        if not _iban_holds(made):
            yield made


def _iban_holds(value: str) -> bool:
    plain = "".join(c for c in value if c.isalnum()).upper()
    if not plain.isascii() or len(plain) < 5:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


_NUMBERS = {
    "privacy.id.tax": "at.tin br.cnpj br.cpf de.idnr de.stnr es.nif fr.nif gb.utr gb.vat it.codicefiscale "
    "it.iva nl.btw "
    "nl.bsn pl.nip pt.nif ru.inn in_.pan us.itin us.ein ca.sin za.idnr cz.dic hu.anum jp.cn kr.brn au.tfn au.abn",
    "privacy.id.medical": "gb.nhs de.idnr ca.bc_phn fr.nir nl.bsn it.codicefiscale no.fodselsnummer",
    "privacy.id.vehicle": "vin",
    "privacy.id.device": "imei meid",
    "privacy.id.company": "gb.vat fr.siren fr.siret de.handelsregisternummer es.cif pl.regon se.orgnr no.orgnr "
    "dk.cvr",
    "privacy.financial.account": "us.rtn luhn",
}
_PEOPLE = (
    "us.ssn us.itin gb.nhs gb.upn gb.utr de.idnr fr.nir es.dni es.nie it.codicefiscale nl.bsn pl.pesel pt.cc pt.nif "
    "tr.tckimlik ru.inn in_.aadhaar in_.pan cn.ric kr.rrn br.cpf mx.curp se.personnummer dk.cpr no.fodselsnummer "
    "fi.hetu be.nn ch.ssn at.vnr ca.sin za.idnr ie.pps gr.amka ro.cnp cz.rc luhn"
)


@cache
def _checks(names: str) -> tuple[ModuleType, ...]:
    found = []
    for name in names.split():
        try:
            found.append(importlib.import_module(f"stdnum.{name}"))
        except ImportError:
            continue
    return tuple(found)


def _holds(check: ModuleType, value: str) -> bool:
    try:
        return bool(check.is_valid(value))
    except Exception:
        return False


def identifiers(category: str, value: str, draw: Draw) -> Iterator[str]:
    """Identifiers of the same shape that fail every check the value passes."""
    checks = [check for check in _checks(_NUMBERS.get(category, _PEOPLE)) if _holds(check, value)]
    if not any(c.isascii() and c.isalnum() for c in value):
        return
    for _ in range(_TRIES):
        made = draw.like(value)
        if category == "privacy.id.social_security" and _AMERICAN.fullmatch(value):
            made = _no_security_number(made)
        if not any(_holds(check, made) for check in checks):
            yield made


_AMERICAN = re.compile(r"\d{3}([ -]?)\d{2}\1\d{4}")


def _no_security_number(value: str) -> str:
    """A US social security number of an area that is never assigned (SSA, numbers that begin with 666)."""
    digits = "".join(c for c in value if c.isdecimal())
    return refill(value, "666" + digits[3:])
