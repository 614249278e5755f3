"""Frames with slots become pieces of text, each value in one with its type; noise is laid on the pieces."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache

from accord.learn.text import generate_values as values
from accord.learn.text.generate_values import TEMPLATES, Person, Piece

_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"<([a-z_]+)>")

_MAKERS: dict[str, tuple[str, Callable[[Person], str]]] = {
    "person": ("person", Person.full),
    "given": ("person", lambda who: who.given),
    "surname": ("person", lambda who: who.surname),
    "email": ("email", values.email),
    "phone": ("phone", values.phone),
    "url": ("url", values.url),
    "place": ("location", values.place),
    "org": ("organisation", values.organisation),
    "id": ("id", values.identifier),
    "account": ("account", values.account),
    "username": ("username", Person.handle),
    "credential": ("credential", values.credential),
}

_PRODUCTS = (
    "Galaxy S21", "ThinkPad X1", "Model 3", "Windows 11", "Office 365", "PlayStation 5", "Photoshop", "Python 3.12",
    "React", "Kubernetes", "Excel", "Bluetooth", "Wi-Fi 6", "Jira", "Docker", "Postgres", "Ubuntu", "Chrome", "Java",
)  # fmt: skip
_BRANDLESS = (
    "Sherlock Holmes", "Robin Hood", "Harry Potter", "Cinderella", "Big Ben", "Monday", "Christmas", "Easter",
    "Ramadan",
    "Quarterly Report", "Terms and Conditions", "Frequently Asked Questions", "Release Notes", "Table of Contents",
)  # fmt: skip

Plain = Callable[[random.Random], str]


def _d(*patterns: str) -> Plain:
    return lambda draw: values.digits(draw, draw.choice(patterns))


def _hash(draw: random.Random) -> str:
    return f"{draw.getrandbits(160):040x}"[: draw.choice((7, 12, 32, 40))]


def _amount(draw: random.Random) -> str:
    form = draw.choice(("€ {}", "${:,}", "{},50 EUR", "{} kr", "£{}.99", "{:,}", "Rs {}", "{} %"))
    return form.format(draw.randint(2, 99999))


_NEGATIVE: dict[str, Plain] = {
    "order": _d(
        "ORD-%#####", "#%######", "INV-####-####", "PO %####", "SKU-@@###", "TCK-####", "#%##-#######-#######"
    ),
    "version": _d("v%.#.#", "%.##.#", "%#.#.#-rc%", "release %.#"),
    "hash": _hash,
    "time": _d("0%:%#", "1%:4#", "1#:##:2#.###", "2#:1#"),
    "stamp": _d("16########", "17###########", "16########.###"),
    "amount": _amount,
    "product": lambda draw: draw.choice(_PRODUCTS),
    "thing": lambda draw: draw.choice(_BRANDLESS),
    "count": lambda draw: str(draw.randint(2, 5000)),
    "measure": _d("%#.# kg", "%## mm", "%.## GB", "%## km", "%# mg", "%##/##", "%#x%#"),
    "section": _d("%.#", "§ %#", "Art. %#", "Annex @", "p. %##"),
}


@cache
def frames() -> dict[tuple[str, str], tuple[str, ...]]:
    """Sentence frames by style and language."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(TEMPLATES.glob("frames*.txt")):
        here: list[str] = []
        for line in path.read_text("utf-8").split("\n"):
            if line.startswith("["):
                style, language = line.strip("[]").split()
                here = found.setdefault((style, language), [])
            elif line and not line.startswith("#"):
                here.append(line.replace("\\n", "\n"))
    return {name: tuple(lines) for name, lines in found.items()}


def choose(text: str, draw: random.Random) -> str:
    """One of each `{a|b}`."""
    return _CHOICE.sub(lambda found: draw.choice(found.group(1).split("|")), text)


def value(slot: str, who: Person, language: str) -> list[Piece]:
    """What stands in a slot: pieces with the type of the value, or without for what only looks like one."""
    draw = who.draw
    if slot in _MAKERS:
        label, make = _MAKERS[slot]
        return [(make(who), label)]
    if slot == "address":
        return values.address(who)
    if slot == "date":
        return [(values.date(draw, language, 2005), "date")]
    if slot == "dob":
        return [(values.date(draw, language, 1935, 2012), "date_of_birth")]
    if slot == "age":
        return [(str(draw.randint(1, 98)), "age")]
    if slot == "other":
        return [(Person(draw, draw.choice(values.cultures())).full(), "person")]
    if slot == "othergiven":
        return [(Person(draw, who.culture).given, "person")]
    return [(_NEGATIVE[slot](draw), None)]


def fill(frame: str, who: Person, language: str) -> list[Piece]:
    """A frame with a choice made and its slots filled."""
    text = choose(frame, who.draw)
    pieces: list[Piece] = []
    at = 0
    for found in _SLOT.finditer(text):
        pieces.append((text[at : found.start()], None))
        pieces.extend(value(found.group(1), who, language))
        at = found.end()
    pieces.append((text[at:], None))
    return [piece for piece in pieces if piece[0]]


def assemble(pieces: Sequence[Piece]) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """The text, and where its values are: exact, since each is a piece of its own."""
    at, parts, spans = 0, [], []
    for text, label in pieces:
        if label and text.strip():
            before = len(text) - len(text.lstrip())
            spans.append((at + before, at + len(text.rstrip()), label))
        parts.append(text)
        at += len(text)
    return "".join(parts), tuple(spans)


_CASED = frozenset({"person", "location", "organisation", "address", "date", "date_of_birth", "age", "email"})


def transcript(pieces: Sequence[Piece], draw: random.Random) -> list[Piece]:
    """As a machine writes down speech: no capitals, no punctuation around words."""
    _ = draw
    return [
        (re.sub(r"[,.;:!?()\"]", "", text).lower(), label)
        if label is None or label in ("person", "location", "organisation")
        else (text.lower() if label in _CASED else text, label)
        for text, label in pieces
    ]


_CONFUSED = {"l": "1", "O": "0", "o": "0", "I": "l", "m": "rn", "S": "5", "B": "8", "e": "c", "i": "í", "g": "q"}


def scanned(pieces: Sequence[Piece], draw: random.Random) -> list[Piece]:
    """As a machine reads a poor scan: letters mistaken, spaces lost or doubled, lines broken."""

    def spoil(text: str) -> str:
        out = []
        for c in text:
            chance = draw.random()
            if chance < 0.025 and c in _CONFUSED:
                out.append(_CONFUSED[c])
            elif chance < 0.03 and c == " ":
                out.append(draw.choice(("", "  ", "\n")))
            else:
                out.append(c)
        return "".join(out)

    return [(spoil(text), label) for text, label in pieces]


def hasty(pieces: Sequence[Piece], draw: random.Random) -> list[Piece]:
    """As people type in a hurry: letters swapped or left out in plain words, no capitals."""
    lower = draw.random() < 0.6

    def spoil(text: str) -> str:
        letters = list(text)
        for at in range(len(letters) - 1):
            if letters[at].isalpha() and letters[at + 1].isalpha() and draw.random() < 0.02:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
        return "".join(letters)

    return [
        (text.lower() if lower and label in (None, *_CASED) else text, label)
        for text, label in ((spoil(text) if label is None else text, label) for text, label in pieces)
    ]


def shouted(pieces: Sequence[Piece], draw: random.Random) -> list[Piece]:
    """In capitals, as in forms and headings."""
    _ = draw
    return [(text.upper() if label in (None, *_CASED) else text, label) for text, label in pieces]
