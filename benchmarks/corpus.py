"""A seeded, endless corpus: messages of about 200 characters and documents of about 2 kB that never repeat.

About half of the sentences carry personal data. Every value is made up: reserved telephone numbers, example domains,
test card numbers, documentation addresses. No text comes twice, because accord remembers the scores of a text it has
just seen, and a benchmark of that memory would flatter.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

SIZES = {"message": 200, "document": 2000}
"""Characters of each kind of text, about."""

GIVEN = tuple(
    """
    Adele Bruno Carmen Dmitri Esther Farid Greta Hiroshi Ines Jamal Katja Lorenzo Maeve Nikhil Oriol
    Petra
    """.split()
)
FAMILY = tuple(
    """
    Abbott Bianchi Castellanos Doherty Eriksen Ferrante Grunwald Hashimoto Ivanova Jovanovic
    Karlsson Lefevre
    """.split()
)
TOWN = tuple(
    """
    Antwerp Bristol Cardiff Dresden Eindhoven Florence Ghent Houston Izmir Jaipur Krakow Lausanne
    """.split()
)
ROAD = ("Chapel Road", "Orchard Street", "Old Mill Lane", "Lindenstrasse", "Via Garibaldi", "Rue du Moulin")
CARDS = ("4242 4242 4242 4242", "5555555555554444", "3714 496353 98431", "6011 1111 1111 1117")
IBANS = ("GB33 BUKB 2020 1555 5555 55", "NL91ABNA0417164300", "BE68 5390 0754 7034", "CH9300762011623852957")
_TOPICS = (
    "invoice", "schedule", "migration", "survey", "handover", "workshop", "quotation", "prototype", "glossary",
    "backlog", "inventory", "timetable", "draft", "summary", "checklist", "template", "forecast", "release",
)  # fmt: skip
_VERBS = ("review", "rewrite", "shorten", "translate", "check", "postpone", "print", "archive", "compare", "rename")
_PRIVATE = (
    "{name} asked whether you could {verb} the {topic}; answer to {mail}.",
    "If {name} is out, ring {phone} and ask for the {topic}.",
    "The {topic} was paid with card {card} on {date}.",
    "Send the signed {topic} to {number} {road}, {town}.",
    "Refund for the {topic}: account {iban}, holder {name}.",
    "The {topic} page was opened from {ip} on {date}.",
    "{name}, born {date}, moved from {town} to {town2}.",
    "Their reference for the {topic} is {ssn}, as {mail} confirmed.",
)
_PLAIN = (
    "Please {verb} the {topic} before the next {topic2} and keep it below {number} lines.",
    "Nobody minded when we had to {verb} the {topic} twice in week {number}.",
    "Which of the two would you {verb} first, the {topic} or the {topic2}, and why?",
    "The new {topic} is {number} percent longer than the old {topic2}, mostly because of footnotes.",
    "It took {number} minutes to {verb} every {topic} by hand, so a small script would help.",
    "Explain to a beginner how a {topic} differs from a {topic2}, with {number} short examples.",
)


def filled(source: random.Random) -> tuple[str, dict[str, str], bool]:
    """A sentence as a template, what stands in its gaps, and whether that is personal data: so every other time."""
    given, family = source.choice(GIVEN), source.choice(FAMILY)
    number = source.randint(2, 9999)
    values = {
        "name": f"{given} {family}",
        "mail": f"{given}.{family}{number}@example.{source.choice(('com', 'net', 'org'))}".lower(),
        "phone": f"+44 20 7946 0{source.randint(0, 999):03d}",
        "card": source.choice(CARDS),
        "iban": source.choice(IBANS),
        "ip": f"198.51.100.{source.randint(1, 254)}",
        "ssn": f"{source.randint(101, 665)}-{source.randint(11, 99)}-{source.randint(1000, 9999)}",
        "date": f"{source.randint(1, 28)}/{source.randint(1, 12):02d}/{source.randint(1950, 2025)}",
        "number": str(number),
        "road": source.choice(ROAD),
        "town": source.choice(TOWN),
        "town2": source.choice(TOWN),
        "topic": source.choice(_TOPICS),
        "topic2": source.choice(_TOPICS),
        "verb": source.choice(_VERBS),
    }
    private = source.random() < 0.5
    return source.choice(_PRIVATE if private else _PLAIN), values, private


def sentence(source: random.Random) -> str:
    """One sentence, every other one with personal data."""
    template, values, _ = filled(source)
    return template.format(**values)


def text(source: random.Random, size: int) -> str:
    """Sentences up to about `size` characters; one blank in six is a line break."""
    pieces: list[str] = []
    length = 0
    while length < size - 40:
        piece = sentence(source)
        pieces += [piece, "\n" if source.random() < 1 / 6 else " "]
        length += len(piece) + 1
    return "".join(pieces[:-1])


def texts(kind: str, seed: int) -> Iterator[str]:
    """Texts of a kind, without end and without repeats."""
    source, seen = random.Random(f"{kind} {seed}"), set()
    while True:
        made = text(source, SIZES[kind])
        if made not in seen:
            seen.add(made)
            yield made


SHAPES = ("prose", "digits", "one word", "markup", "disguised")
"""Kinds of long text: like the documents, three that a slow expression would choke on, and one that is read twice."""


def long_text(shape: str, size: int, seed: int) -> str:
    """A text of exactly `size` characters."""
    source = random.Random(f"{shape} {size} {seed}")
    if shape == "prose":
        return text(source, size + 400)[:size]
    if shape == "digits":
        pieces = [f"{source.randrange(10 ** source.randint(3, 16))}" for _ in range(size // 4)]
        return " ".join(pieces)[:size].ljust(size, "7")
    if shape == "one word":
        return "".join(source.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=size))
    if shape == "disguised":
        return "".join(f"{text(source, 1900)} {' '.join(sentence(source)[:24])}\n" for _ in range(size // 1800))[
            :size
        ]
    rows = [f'<p class="c{source.randrange(99)}">{sentence(source)}</p>\n' for _ in range(size // 60)]
    return "".join(rows)[:size]
