"""Cards, bank accounts and what routes money to them."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare, luhn, mod97, numerals, stdnum, varied, weighted
from accord.detect.tables.pattern import Edge, Pattern, digits, distinct, labelled, proven

CARD = "privacy.financial.card"
IBAN = "privacy.financial.iban"
ACCOUNT = "privacy.financial.account"

_BRANDS: tuple[tuple[int, int, int, tuple[int, ...]], ...] = (
    (4, 4, 1, (13, 16, 19)),  # Visa
    (51, 55, 2, (16,)), (2221, 2720, 4, (16,)),  # Mastercard
    (34, 34, 2, (15,)), (37, 37, 2, (15,)),  # American Express
    (300, 305, 3, (14,)), (3095, 3095, 4, (14,)), (36, 36, 2, (14, 16)), (38, 39, 2, (14, 16)),  # Diners Club
    (6011, 6011, 4, (16, 19)), (644, 659, 3, (16, 19)),  # Discover
    (3528, 3589, 4, (16, 17, 18, 19)), (1800, 1800, 4, (15,)), (2131, 2131, 4, (15,)),  # JCB
    (62, 62, 2, (16, 17, 18, 19)), (81, 81, 2, (16, 17, 18, 19)),  # UnionPay
    (50, 50, 2, (12, 13, 14, 15, 16, 17, 18, 19)), (56, 58, 2, (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (60, 61, 2, (12, 13, 14, 15, 16, 17, 18, 19)), (63, 63, 2, (12, 13, 14, 15, 16, 17, 18, 19)),
    (67, 67, 2, (12, 13, 14, 15, 16, 17, 18, 19)), (6520, 6532, 4, (16,)), (2200, 2204, 4, (16, 17, 18, 19)),  # Mir
    (9792, 9792, 4, (16,)),  # Troy
)  # fmt: skip


def card(value: str) -> bool:
    """A payment card: an issuer's range and length, the Luhn digit (ISO/IEC 7812-1)."""
    number = numerals(value)
    if len(set(number)) < 2 or not luhn(number):
        return False
    return any(low <= int(number[:size]) <= high and len(number) in lengths for low, high, size, lengths in _BRANDS)


def _card_any(value: str) -> bool:
    return varied(value) and luhn(value)


def _card_16(value: str) -> bool:
    return len(numerals(value)) >= 14 and card(value)


def _card_glued(value: str) -> bool:
    """A card of the large issuers, in its one length: what is glued to letters is most often an id."""
    number = numerals(value)
    wide = number[0] == "4" or number[:2] in ("34", "37", "51", "52", "53", "54", "55", "65") or number[:4] == "6011"
    return wide and len(number) == (15 if number[0] == "3" else 16) and card(number)


def iban(value: str) -> bool:
    """An IBAN: country, length and MOD 97-10 (ISO 13616-1)."""
    text = bare(value)
    return mod97(text) and _IBAN_LENGTHS.get(text[:2]) == len(text)


def _iban_reach(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut an IBAN to the length of its country: what follows it in capitals (a BIC, a word) is not part of it."""
    size, place = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0), start
    while place < end and size:
        size -= text[place].isalnum()
        place += 1
    return (start, place) if size == 0 and place > start else None


_IBAN_LENGTHS = {
    code: int(size)
    for code, _, size in (
        pair.partition(":")
        for pair in """
        AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22
        DJ:27 DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28
        HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25
        MC:27 MD:24 ME:22 MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29
        RO:24 RS:22 RU:33 SA:24 SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29
        VA:22 VG:24 XK:20 YE:30
        """.split()
    )
}


def aba(value: str) -> bool:
    """An ABA routing number: a Federal Reserve prefix and weights 3, 7, 1."""
    number = numerals(value)
    district = int(number[:2])
    if not (1 <= district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80):
        return False
    return weighted(number, (3, 7, 1) * 3) % 10 == 0


def clabe(value: str) -> bool:
    """A Mexican CLABE: weights 3, 7, 1, each product modulo 10."""
    number = numerals(value)
    total = sum(int(d) * (3, 7, 1)[i % 3] % 10 for i, d in enumerate(number[:17]))
    return varied(number) and (10 - total % 10) % 10 == int(number[17])


def spanish_account(value: str) -> bool:
    """A Spanish CCC whose digits are not all one digit."""
    return varied(value) and stdnum("es.ccc")(value)


PATTERNS: tuple[Pattern, ...] = (
    proven(
        "card.grouped", CARD,
        r"\b(?:[2-68][0-9]{3}[ .\-–/]{1,2}[0-9]{4}[ .\-–/]{1,2}[0-9]{4}[ .\-–/]{1,2}[0-9]{4}(?:[ .\-–/][0-9]{3})?|9792(?:[ .\-–/][0-9]{4}){3}|3[0-9]{3}[ .\-–/][0-9]{6}[ .\-–/][0-9]{4,5})\b",
        card, words.CARD, 0.95,
    ),
    Pattern("card.plain", CARD, r"\b[1-689][0-9]{13,18}\b", 0.85, 0.95, 0.85, _card_16, True, words.CARD),
    Pattern(
        "card.after_letters", CARD, r"[\p{L}_]([3-6][0-9]{14,15})(?:[^0-9]|$)", 0.75, 0.95, 0.8, _card_glued, True, words.CARD,
        edge=Edge.FREE,
    ),
    Pattern(
        "card.before_letters", CARD, r"(?:^|[^0-9\p{L}_])([3-6][0-9]{14,15})[\p{L}_]", 0.75, 0.95, 0.8, _card_glued, True, words.CARD,
        edge=Edge.FREE,
    ),
    Pattern("card.short", CARD, r"\b(?:4[0-9]{12}|(?:5[0678]|6[0137])[0-9]{10,11})\b", 0.4, 0.9, 0.6, card, False, words.CARD),
    Pattern("card.spread", CARD, r"\b[2-6](?:[ .-]{0,3}[0-9]){15}\b", 0.45, 0.9, 0.85, card, False, words.CARD),
    Pattern("card.labelled", CARD, r"\b[0-9]{12,19}\b", 0.0, 0.85, 0.0, _card_any, False, words.CARD),
    labelled("card.masked", CARD, r"(?i)\b(?:[x*•]{4}[ -]?){3}[0-9]{4}\b", words.CARD, lifted=0.5),
    Pattern(
        "iban", IBAN, r"(?i)\b[a-z]{2}[ -]?[0-9]{2}(?:[ .\-\x{a0}]{0,2}[0-9a-z]){11,30}", 0.95, 0.97, 0.95, iban, True, ("iban",),
        _iban_reach, Edge.NUMBER, r"(?i)\b[a-z]{2}[ -]?[0-9]{2}[ .\-\x{a0}]{0,2}[0-9a-z]",
    ),
    Pattern(
        "iban.labelled", IBAN, r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[0-9A-Z]){11,30}", 0.0, 0.6, 0.0, None, False,
        ("iban", "bank account", "kontonummer", "bankverbindung", "cuenta", "compte", "conto"), _iban_reach,
    ),
    digits("us.aba", ACCOUNT, r"\b(?:[0-36-8][0-9]{3}-[0-9]{4}-[0-9]|[0-36-8][0-9]{8})\b", aba, words.ACCOUNT),
    labelled("us.account", ACCOUNT, r"\b[0-9]{8,17}\b", words.ACCOUNT, varied, lifted=0.6),
    labelled("account.grouped", ACCOUNT, r"\b[0-9]{2,6}(?:[ -][0-9]{2,8}){1,4}\b", words.ACCOUNT, varied, lifted=0.5),
    distinct("uk.sort_account", ACCOUNT, r"\b[0-9]{2}-[0-9]{2}-[0-9]{2}[ /]{1,3}[0-9]{8}\b", None, words.ACCOUNT, 0.55),
    labelled("uk.sort", ACCOUNT, r"\b[0-9]{2}[- ][0-9]{2}[- ][0-9]{2}\b", ("sort code", "sort", "s/c"), lifted=0.7),
    labelled("au.bsb", ACCOUNT, r"\b[0-9]{3}-?[0-9]{3}\b", ("bsb",), lifted=0.7),
    labelled("in.ifsc", ACCOUNT, r"\b[A-Z]{4}0[A-Z0-9]{6}\b", ("ifsc", "bank", "account"), score=0.4, lifted=0.8),
    labelled(
        "bic", ACCOUNT, r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b", words.BIC,
        stdnum("bic"), lifted=0.75,
    ),
    proven("mx.clabe", ACCOUNT, r"\b[0-9]{18}\b", clabe, ("clabe", "cuenta", "transferencia", "spei"), 0.45),
    proven("ar.cbu", ACCOUNT, r"\b[0-9]{22}\b|\b[0-9](?: [0-9]){21}\b|\b[0-9]{7} [0-9] [0-9]{13} [0-9]\b", stdnum("ar.cbu"), words.ACCOUNT, 0.8),
    proven("es.ccc", ACCOUNT, r"\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{2}[ -]?[0-9]{10}\b", spanish_account, words.ACCOUNT, 0.7),
    digits(
        "nz.account", ACCOUNT, r"\b[0-9]{2}[ -][0-9]{4}[ -][0-9]{7}[ -][0-9]{2,3}\b|\b[0-9]{15,16}\b", stdnum("nz.bankaccount"), words.ACCOUNT,
    ),
    distinct("nz.account.grouped", ACCOUNT, r"\b[0-9]{2}[ -][0-9]{4}[ -][0-9]{7}[ -][0-9]{2,3}\b", stdnum("nz.bankaccount"), words.ACCOUNT),
    distinct("cz.account", ACCOUNT, r"\b(?:[0-9]{1,6}-)?[0-9]{2,10}/[0-9]{4}\b", stdnum("cz.bankaccount"), words.ACCOUNT, 0.5),
    digits("no.account", ACCOUNT, r"\b[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{5}\b", stdnum("no.kontonr"), words.ACCOUNT),
    proven("ch.esr", ACCOUNT, r"\b[0-9]{2}(?: [0-9]{5}){5}\b", stdnum("ch.esr"), words.ACCOUNT, 0.7),
    digits("ch.esr.plain", ACCOUNT, r"\b[0-9]{26,27}\b", stdnum("ch.esr"), words.ACCOUNT, 0.45),
    Pattern(
        "rf.reference", ACCOUNT, r"\bRF[0-9]{2}(?: ?[0-9A-Z]){1,21}\b", 0.7, 0.9, 0.7, stdnum("iso11649"), True,
        ("creditor", "reference", "invoice", "viite", "referenz"),
    ),
    digits("be.ogm", ACCOUNT, r"\+\+\+[0-9]{3}/[0-9]{4}/[0-9]{5}\+\+\+", stdnum("be.ogm_vcs"), words.ACCOUNT, 0.6),
)  # fmt: skip
"""Payment cards, IBAN, BIC, and national bank numbers."""
