"""What a spoken number is, by the words that announce it: `my card number is`, `you can call me at`.

A recogniser that drops a digit breaks every checksum and every length, so in speech the words around a number say
more about it than its digits do.
"""

from __future__ import annotations

import re

OTHER = "privacy.id.other"

_KINDS: tuple[tuple[str, int, int, str], ...] = (
    (
        "privacy.financial.card", 12, 23,
        r"(?:credit|debit|bank|visa|master|gift)?[ -]?cards?|visa|mastercard|amex|(?:kredit)?karten?(?:nummer)?|carte"
        r"|tarjeta|carta di credito|cart(?:ã|a)o|kaart(?:nummer)?",
    ),
    (
        "privacy.id.social_security", 7, 12,
        r"social(?: security)?|ssn|sozialversicherung\w*|sécurité sociale|seguridad social|national insurance",
    ),
    ("privacy.id.passport", 6, 12, r"passport|reisepass\w*|passeport|pasaporte|passaporto|passaporte|paspoort\w*"),
    ("privacy.id.driver", 6, 16, r"driv(?:er'?s|ing) licen[cs]e|führerschein\w*|rijbewijs"),
    (
        "privacy.financial.account", 5, 34,
        r"accounts?|iban|routing|sort code|konto(?:nummer)?|compte|cuenta|conto|conta|rekening(?:nummer)?",
    ),
    (
        "privacy.credential.password", 3, 10,
        r"pin|p\.?i\.?n\.?(?: code)?|pass ?code|password|door code|access code|security code|unlock code"
        r"|geheimzahl|passwort|code secret|mot de passe|contraseña|senha|wachtwoord|pincode",
    ),
    (
        "privacy.contact.phone", 6, 16,
        r"(?:tele)?phones?|tel|mobile|cell(?:phone)?|fax|call(?: me| us| him| her| them)?(?: back)?|dial|ring|text me"
        r"|reach (?:me|us|him|her|them)|whatsapp|telefon\w*|handy\w*|rufnummer|anrufen|téléphone|portable|appelez\w*"
        r"|tel[eé]fono|móvil|llám[ae]me|cellulare|chiamami|telefone|telemóvel|celular|telefoon\w*|mobiel\w*",
    ),
)  # fmt: skip
_BEFORE = tuple(
    (category, least, most, re.compile(rf"(?i)(?<![^\W_])(?:{words})(?![^\W_])"))
    for category, least, most, words in _KINDS
)
_ANY = re.compile(
    r"(?i)(?<![^\W_])(?:numbers?|codes?|ids?|digits|combination|extension|reference|confirmation|customer|order|policy|licen[cs]e|member"
    r"|nummer|numéro|número|numero|ziffern|" + "|".join(words for _, _, _, words in _KINDS) + r")(?![^\W_])(?! of\b)"
)
_DIRECTLY = re.compile(
    rf"{_ANY.pattern}(?:[\s,:]+(?:numbers?|nummer|code|pin|is|are|was|it['’]?s|ends|begins|starts|in|with|ist|lautet|est|es|è|é))*"
    r"[\s,:+(\-–]*$"
)
_TURN = re.compile(r"[\n.!?;](?=\s|$)|(?i:\b(?:but|and then|aber|mais|pero|ma|mas|maar)\b)")
_BACK = re.compile(
    r"(?i)^[\s,.]*(?:(?:is|was|that's|that is|it's)\s+)?(?:my|our|the|her|his|their|your)\s+([^.!?\n]{2,32})"
)
_REACH = 48


def kind_of(text: str, start: int, end: int, digits: int) -> str | None:
    """The category that the words around a number announce.

    Args:
        text: what was said.
        start: of the number.
        end: of the number.
        digits: how many it has.

    Returns:
        None where nothing is announced that could have as many digits, give or take the few that are misheard.
    """
    before = _sentence(text, start)
    nearest, found = -1, None
    for category, least, most, words in _BEFORE:
        if not least <= digits <= most:
            continue
        last = max((match.end() for match in words.finditer(before)), default=-1)
        if last > nearest:
            nearest, found = last, category
    back = _BACK.match(text[end : end + _REACH]) if found is None else None
    if back is not None:
        fits = (c for c, least, most, words in _BEFORE if least <= digits <= most and words.match(back[1]))
        found = next(fits, None)
    return found


def announces(text: str, start: int) -> bool:
    """Whether what stands before a place says that a number of somebody follows."""
    return _ANY.search(_sentence(text, start)) is not None


def directly(text: str, start: int) -> bool:
    """Whether that is said right before a place: `my account number is`."""
    return _DIRECTLY.search(_sentence(text, start)) is not None


def _sentence(text: str, start: int) -> str:
    """What stands before a place, from the last turn of the sentence on."""
    before = text[max(0, start - _REACH) : start]
    turns = [match.end() for match in _TURN.finditer(before) if before[match.end() :].strip(" ,:.-")]
    return before[turns[-1] :] if turns else before
