"""Addresses of the net that stand for others: from ranges and domains that are reserved for documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

from accord.transform.standins_draw import Draw, plain, spelt
from accord.transform.standins_names import Namer, table_words
from accord.transform.standins_tables import LOCALES
from accord.transform.standins_words import FIRMS, HANDLES, OFFICES, PUBLIC

_TRIES = 40
_EMAIL = re.compile(r"(?P<lead>(?:mailto:)?)(?P<local>[^@\s]+)@(?P<domain>[^@\s]+)")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
# RFC 5737
_DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.")


def emails(value: str, draw: Draw, namer: Namer, key: bytes) -> Iterator[str]:
    """E-mail addresses made of the stand-ins of the names in the value, under a reserved domain (RFC 2606)."""
    found = _EMAIL.fullmatch(value.strip("<>"))
    if found is None:
        return
    local, domain = handle(found["local"], draw, namer), _domain(found["domain"], key)
    yield f"{found['lead']}{local}@{domain}"
    for _ in range(_TRIES):
        yield f"{found['lead']}{local}{1 + draw.number(99)}@{domain}"


def _domain(domain: str, key: bytes) -> str:
    """One reserved domain for each domain: who shares one shares the other."""
    folded = domain.casefold().rstrip(".")
    draw = Draw(key, "domain", folded)
    if folded.split(".")[0] in PUBLIC:
        return draw.pick(("example.com", "example.org", "example.net"))
    return f"{draw.pick(FIRMS.split()).lower()}.example"


def handle(value: str, draw: Draw, namer: Namer) -> str:
    """What stands before the @, or a user name: words become their stand-ins, digits other digits."""
    pieces, at, word_seen = [], 0, False
    for match in _PIECE.finditer(value):
        piece = match[0]
        if piece.isdecimal():
            made = draw.digits(len(piece))
        elif piece.casefold() in OFFICES:
            made = piece
        else:
            made = _word(piece, "family" if word_seen else "given", draw, namer)
            word_seen = True
        pieces += [value[at : match.start()], made]
        at = match.end()
    return "".join([*pieces, value[at:]])


def _word(piece: str, role: str, draw: Draw, namer: Namer) -> str:
    if len(piece) == 1:
        return draw.pick("abcdefghjklmnprstvw")
    known = namer.spelt(plain(piece))
    if known:
        return known
    for locale in LOCALES[:9]:  # those that are written in Latin letters
        for part in ("women", "men", "family"):
            if plain(piece) in table_words(locale, part):
                gender = "women" if part == "women" else "men"
                other = namer.word(piece, "family" if part == "family" else "given", locale, gender)
                return spelt(other) if other else draw.pick(HANDLES.split())
    other = namer.word(piece, role, "en", "men") if role == "family" else None
    return spelt(other) if other else draw.pick(HANDLES.split())


def usernames(value: str, draw: Draw, namer: Namer) -> Iterator[str]:
    """User names of the same form."""
    made = handle(value, draw, namer)
    if not value.strip("@").isalpha():  # a single word could be one of the text
        yield made
    for _ in range(_TRIES):
        yield f"{made}{draw.digits(2)}"


def addresses(value: str, draw: Draw) -> Iterator[str]:
    """IP addresses of the same version, from the ranges of RFC 5737 and RFC 3849."""
    bare = value.strip("[]")
    try:
        given = ip_address(bare.partition("%")[0])
    except ValueError:
        return
    for _ in range(_TRIES):
        if given.version == 4:
            made = f"{draw.pick(_DOCUMENTATION)}{1 + draw.number(254)}"
        else:
            low = draw.number(1 << 32) | 1 << 31
            high = draw.number(1 << 64) if "::" not in bare else 0
            other = IPv6Address(0x20010DB8 << 96 | (high & (1 << 64) - 1) << 32 | low)
            made = other.compressed if "::" in bare else other.exploded if len(bare) == 39 else str(other)
            made = made.upper() if bare.isupper() else made
        yield value.replace(bare, made, 1)


def hardware(value: str, draw: Draw) -> Iterator[str]:
    """MAC addresses of the same format that are locally administered (IEEE 802, second bit of the first octet)."""
    for _ in range(_TRIES):
        digits = f"{draw.number(16):x}{draw.pick('26ae')}"
        made, at = [], 0
        for character in value:
            if character.isascii() and character in "0123456789abcdefABCDEF":
                digit = digits[at] if at < 2 else f"{draw.number(16):x}"
                made.append(digit.upper() if value.upper() == value else digit)
                at += 1
            else:
                made.append(character)
        yield "".join(made)


_COORDINATE = re.compile(r"-?\d{1,3}\.(\d+)")


def coordinates(value: str, draw: Draw) -> Iterator[str]:
    """Coordinates of the same precision on the open ocean, where nobody lives (around 48° S, 123° W)."""
    found = list(_COORDINATE.finditer(value))
    if len(found) != 2:
        return
    for _ in range(_TRIES):
        north, east = -(44 + draw.number(8)), -(115 + draw.number(15))
        first = f"{north}.{draw.digits(len(found[0][1]))}"
        second = f"{east}.{draw.digits(len(found[1][1]))}"
        yield "".join(
            [
                value[: found[0].start()],
                first,
                value[found[0].end() : found[1].start()],
                second,
                value[found[1].end() :],
            ]
        )
