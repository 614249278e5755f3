"""Numbers that follow a label, whatever country issues them: the label is all there is to go by."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

import re
from collections.abc import Iterable

import re2

from accord.detect.tables import words
from accord.detect.tables.pattern import Edge, Pattern

_VALUE = r"(\p{Lu}{0,4}[ -]{0,3}[0-9](?:[ .\-/\x{2013}]{0,3}[0-9A-Z]){4,24})"


def enough(value: str) -> bool:
    """At least five digits, not all the same, and more digits than letters."""
    digits = [c for c in value if c.isdigit()]
    return len(digits) >= 5 and len(set(digits)) > 1 and len(digits) >= sum(c.isalpha() for c in value)


def _row(name: str, category: str, labels: Iterable[str], score: float = 0.6) -> Pattern:
    spoken = "|".join(
        "[ _-]?".join(re2.escape(part) for part in re.split(r"[ ]+", label)) for label in sorted(set(labels))
    )
    regex = rf"(?i:(?:^|[^\p{{L}}\p{{N}}])(?:{spoken})[^\p{{L}}\n:=#][^\n:=#]{{0,24}}|(?:^|[^\p{{L}}\p{{N}}])(?:{spoken}))[:=#№]\s{{0,3}}{_VALUE}"
    gate = rf"(?i:{spoken})"
    return Pattern(
        f"generic.{name}", category, regex, score, check=enough, edge=Edge.WORD, gate=gate, proves=False, said=True
    )


PATTERNS: tuple[Pattern, ...] = (
    _row("tax", "privacy.id.tax", words.TAX),
    _row("vat", "privacy.id.vat", ("vat", "vat id", "vat number", "ust-id", "ustid", "ust-idnr", "tva", "iva", "btw", "partita iva", "mwst", "n° tva", "numéro de tva")),
    _row("company", "privacy.id.company", ("siret", "siren", "company number", "company registration", "business number", "registration number", "abn", "acn", "kvk", "cvr", "orgnr", "uen", "cin",
                                           "regon", "edb", "pib", "onrc", "moa", "mf", "matricule fiscal", "handelsregister", "registre du commerce", "ice", "rnc", "ico", "ičo", "vn"), 0.55),
    _row("social", "privacy.id.social_security", (*(word for word in words.SOCIAL if len(word) > 3), "ssn", "nir", "nss", "ahv")),
    _row("national", "privacy.id.national", (*(word for word in words.NATIONAL if len(word) > 4), "dni", "nie", "cpf", "bsn", "nik", "nin", "cnic", "nric"), 0.6),
    _row("passport", "privacy.id.passport", words.PASSPORT, 0.65),
    _row("driver", "privacy.id.driver", tuple(word for word in words.DRIVER if len(word) > 6), 0.6),
    _row("insurance", "privacy.id.medical", ("health insurance", "insurance number", "insurance id", "policy number", "member id", "nhs", "medicare", "medicaid", "mrn", "krankenversicherung",
                                             "versichertennummer", "patient id", "patient number", "medical record")),
    _row("account", "privacy.financial.account", ("account number", "account no", "bank account", "account", "acct", "kontonummer", "konto-nr", "numéro de compte", "número de cuenta", "numero di conto",
                                                  "rekeningnummer", "cbu", "clabe", "routing number", "iban"), 0.55),
)  # fmt: skip
"""Label, colon, number."""
