"""Values that stand for values: like them in language, gender and format, and nobody's.

Everything is derived by HMAC from the key of the scope and the value. Telephone numbers, domains and addresses of the
net come from ranges reserved for fiction and documentation; check digits are wrong. Where a likeness would say
something false that matters, as of health, or where none can be made, there is no stand-in, and a tag is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.transform.restore_standins import FULL, Index, Kind, kind_of
from accord.transform.standins_draw import Draw, Present, compact
from accord.transform.standins_names import Namer
from accord.transform.standins_net import addresses, coordinates, emails, hardware, usernames
from accord.transform.standins_numbers import cards, ibans, identifiers, telephones
from accord.transform.standins_places import dates, days_of, firms, places, postal

_TRIES = 120
_LEAST = {Kind.NAME: 3, Kind.PHRASE: 4, Kind.NUMBER: 6, Kind.EXACT: 5}  # what is shorter could be anything


def stand_in(category: str, value: str, key: bytes, index: Index, present: Present) -> str | None:
    """A stand-in for a value that is free in its scope; None where there is none.

    Args:
        category: of the value.
        value: the value.
        key: of the scope.
        index: what the scope has issued.
        present: what occurs in the content: none of it becomes a stand-in.
    """
    value = value.strip()
    if kind_of(category) is None or not value or len(value) > FULL:
        return None
    own = compact(value)
    for tries, made in enumerate(_candidates(category, value, key, index, present)):
        plain = compact(made)
        if len(made) <= FULL and plain != own and index.free(made) and not _occurs(category, made, present):
            return made if len(plain) >= _least(category, made) else None
        if tries >= _TRIES:
            break
    return None


def _least(category: str, made: str) -> int:
    kind = kind_of(category)
    return _LEAST[kind] if kind and (made.isascii() or kind is not Kind.NAME) else 2


def _occurs(category: str, made: str, present: Present) -> bool:
    if kind_of(category) is Kind.NAME:
        return False  # every word of it has been looked at
    if kind_of(category) is Kind.PHRASE and not any(c.isdecimal() for c in made):
        return present.has_phrase(made)
    return present.has(made)


def _candidates(category: str, value: str, key: bytes, index: Index, present: Present) -> Iterator[str]:
    def taken(word: str) -> bool:
        return index.uses(word) or present.has_word(word)

    draw = Draw(key, category, value.casefold())
    namer = Namer(key, index.words, index.spellings, taken)
    match category:
        case "privacy.person.name" | "privacy.metadata.author":
            made = namer.name(value)
            return iter(() if made is None else (made,))
        case "privacy.contact.email":
            return emails(value, draw, namer, key)
        case "privacy.person.username":
            return usernames(value, draw, namer)
        case "privacy.contact.phone":
            return telephones(value, draw)
        case "privacy.contact.address":
            return postal(value, draw)
        case "privacy.location.place":
            return places(value, draw)
        case "privacy.location.gps":
            return coordinates(value, draw)
        case "privacy.group.organisation":
            return firms(value, draw)
        case "privacy.date.birth" | "privacy.date.date":
            return dates(value, draw, days_of(key))
        case "privacy.network.ip":
            return addresses(value, draw)
        case "privacy.network.mac":
            return hardware(value, draw)
        case "privacy.financial.card":
            return cards(value, draw)
        case "privacy.financial.iban":
            return ibans(value, draw)
    return identifiers(category, value, draw)
