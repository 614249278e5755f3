"""Texts of our own with personal data: sentences, letters, records in many formats, and texts with none."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from accord.learn.text import generate_parts as parts
from accord.learn.text.generate_values import Culture, Person, Piece, cultures
from accord.learn.text.manifest import Origin
from accord.learn.text.rows import Row
from accord.learn.text.sources_entities import CALM

NAME = "generated"
ORIGIN = Origin(
    NAME, "Apache-2.0", "the accord authors", ships=True, synthetic=True,
    use="all types; harmless; made-up values in frames of our own",
)  # fmt: skip

_HOME = {
    "es": ("spanish", "latin_american"), "fr": ("french",), "de": ("german",), "it": ("italian",),
    "pt": ("portuguese", "brazilian"), "nl": ("dutch",), "pl": ("polish",), "sv": ("nordic",), "tr": ("turkish",),
    "ru": ("cyrillic",), "el": ("greek",), "zh": ("han",), "ja": ("kanji",), "ko": ("hangul",), "hi": ("devanagari",),
    "ar": ("arab_script",),
}  # fmt: skip
_NATIVE = frozenset({"cyrillic", "greek", "han", "kanji", "hangul", "devanagari", "arab_script"})
_EVERYWHERE = tuple(one for one in cultures() if one.name not in _NATIVE)

_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "person",
        ("name", "full_name", "customer", "patient", "Name", "contact", "owner", "nombre", "nom", "assigned_to"),
    ),
    ("given", ("first_name", "firstName", "given_name", "Vorname", "prénom")),
    ("surname", ("last_name", "lastName", "surname", "Nachname", "apellidos")),
    ("email", ("email", "e_mail", "Email", "mail", "contact_email", "correo")),
    ("phone", ("phone", "tel", "mobile", "Phone", "phone_number", "telefono", "Telefon")),
    ("address", ("address", "street_address", "ship_to", "Address", "domicilio", "Anschrift")),
    ("place", ("city", "country", "town", "birthplace", "Ort")),
    ("org", ("company", "employer", "organisation", "vendor", "Firma")),
    ("dob", ("dob", "birth_date", "date_of_birth", "birthday", "Geburtsdatum")),
    ("age", ("age", "Age", "edad")),
    ("id", ("ssn", "passport", "national_id", "tax_id", "customer_id", "mrn", "nif", "member_no")),
    ("account", ("iban", "card_number", "account", "bank_account")),
    ("username", ("username", "user", "login", "handle", "author")),
    ("credential", ("password", "api_key", "secret", "token")),
    ("url", ("website", "url", "homepage", "callback")),
    ("date", ("date", "signed_on", "admitted", "visit_date")),
    ("order", ("order", "order_id", "ref", "invoice_no", "sku", "ticket")),
    ("amount", ("total", "price", "amount", "balance")),
    ("version", ("version", "build", "firmware")),
    ("hash", ("sha", "etag", "checksum", "commit", "trace_id")),
    ("stamp", ("timestamp", "created", "updated_at", "epoch")),
    ("count", ("qty", "count", "port", "status", "line")),
    ("product", ("product", "item", "device", "software")),
    ("measure", ("weight", "size", "dose", "latency")),
)

Fields = list[tuple[str, list[Piece]]]


def _fields(who: Person, least: int = 3, most: int = 8) -> Fields:
    chosen = who.draw.sample(_KEYS, who.draw.randint(least, most))
    return [(who.draw.choice(names), parts.value(slot, who, "en")) for slot, names in chosen]


def _flat(given: Sequence[Piece]) -> list[Piece]:
    return [(text.replace("\n", ", ").replace('"', "'"), label) for text, label in given]


def _lines(fields: Fields, before: str, between: str, after: str, gap: str) -> list[Piece]:
    made: list[Piece] = []
    for at, (name, given) in enumerate(fields):
        start = (gap if at else "") + before.replace("{key}", name) + name + between
        made += [(start, None), *_flat(given), (after.replace("{key}", name), None)]
    return made


def _json(who: Person) -> list[Piece]:
    gap, edge = who.draw.choice(((", ", ""), (",\n  ", "\n"), (",", "")))
    inner = _lines(_fields(who), '"', '": "', '"', gap)
    return [("{" + (edge and edge + "  "), None), *inner, (edge + "}", None)]


def _yaml(who: Person) -> list[Piece]:
    return _lines(_fields(who), who.draw.choice(("", "  ", "- ")), ": ", "", "\n")


def _xml(who: Person) -> list[Piece]:
    return [("<record>", None), *_lines(_fields(who), "<", ">", "</{key}>", "\n"), ("</record>", None)]


def _sql(who: Person) -> list[Piece]:
    fields = _fields(who, 2, 5)
    if who.draw.random() < 0.5:
        condition = _lines(fields, "", " = '", "'", " AND ")
        return [("SELECT * FROM customers WHERE ", None), *condition, (";", None)]
    names = ", ".join(name for name, _ in fields)
    made: list[Piece] = [(f"INSERT INTO users ({names}) VALUES (", None)]  # noqa: S608  (a text, run nowhere)
    for at, (_, given) in enumerate(fields):
        made += [(", '" if at else "'", None), *_flat(given), ("'", None)]
    return [*made, (");", None)]


def _code(who: Person) -> list[Piece]:
    draw = who.draw
    start, between, after = draw.choice((("", ' = "', '"'), ("const ", ' = "', '";'), ("self.", " = '", "'"),
                                         ("os.environ['", "'] = '", "'"), ("set ", "=", "")))  # fmt: skip
    comment = draw.choice(("# ", "// ", "-- "))
    note: list[Piece] = [(f"{comment}{draw.choice(('TODO', 'written by', 'Author:', 'ask'))} ", None),
                         (who.full() if draw.random() < 0.6 else who.given, "person"), ("\n", None)]  # fmt: skip
    return (note if draw.random() < 0.5 else []) + _lines(_fields(who, 2, 5), start, between, after, "\n")


def _query(who: Person) -> list[Piece]:
    host = who.draw.choice(("/search?", "GET /users?", "POST /login ", "?"))
    inner = _lines(_fields(who, 2, 5), "", "=", "", "&")
    return [(host, None), *inner]


def _log(who: Person) -> list[Piece]:
    made: list[Piece] = []
    for _ in range(who.draw.randint(1, 4)):
        stamp = f"2025-0{who.draw.randint(1, 9)}-{who.draw.randint(10, 28)}T0{who.draw.randint(0, 9)}:12:44Z "
        level = who.draw.choice(("INFO ", "WARN ", "ERROR ", "DEBUG ", "[main] ")) + who.draw.choice(
            ("login ok ", "request failed ", "mail sent ", "worker 7 done ", "update ")
        )
        made += [(stamp + level, None), *_lines(_fields(who, 1, 3), "", "=", "", " "), ("\n", None)]
    return made


def _table(who: Person) -> list[Piece]:
    draw = who.draw
    columns = draw.sample(_KEYS, draw.randint(2, 5))
    start, gap, end, rule = draw.choice((("| ", " | ", " |\n", True), ("", ",", "\n", False), ("", ";", "\n", False),
                                         ("", "\t", "\n", False), ("<tr><td>", "</td><td>",
                                         "</td></tr>\n", False)))  # fmt: skip
    head = start + gap.join(draw.choice(names) for _, names in columns) + end
    made: list[Piece] = [(head + ("|---" * len(columns) + "|\n" if rule else ""), None)]
    for _ in range(draw.randint(1, 5)):
        one = Person(draw, draw.choice(_EVERYWHERE))
        made.append((start, None))
        for at, (slot, _names) in enumerate(columns):
            given = _flat(parts.value(slot, one, "en"))
            quoted = gap == "," and any("," in text for text, _ in given)
            mark = '"' if quoted else ""
            made += [((gap if at else "") + mark, None), *given, (mark, None)]
        made.append((end, None))
    return made


def _bare(who: Person) -> list[Piece]:
    return parts.value(who.draw.choice(_KEYS)[0], who, "en")


FORMATS: dict[str, Callable[[Person], list[Piece]]] = {
    "json": _json, "yaml": _yaml, "xml": _xml, "sql": _sql, "code": _code, "query": _query, "log": _log,
    "table": _table, "bare": _bare,
}  # fmt: skip

_NOISE: tuple[tuple[str, float, Callable[[Sequence[Piece], random.Random], list[Piece]]], ...] = (
    ("transcript", 0.07, parts.transcript), ("scanned", 0.06, parts.scanned), ("hasty", 0.1, parts.hasty),
    ("shouted", 0.03, parts.shouted),
)  # fmt: skip


def _culture(draw: random.Random, language: str) -> Culture:
    home = _HOME.get(language, ())
    if home and (home[0] in _NATIVE or draw.random() < 0.6):
        name = draw.choice(home)
        return next(one for one in cultures() if one.name == name)
    return draw.choice(_EVERYWHERE)


def _prose(draw: random.Random, style: str, language: str, who: Person) -> list[Piece]:
    known = parts.frames()
    own, plain = known[style, language], known["negative", "en"]
    count = draw.choice((1, 1, 1, 2, 2, 3, 4, 6, 9))
    gap = "\n" if style == "form" else draw.choice((" ", " ", "\n", "\n\n"))
    pieces: list[Piece] = []
    for at in range(count):
        aside = language == "en" and style not in ("form", "negative") and draw.random() < 0.12
        pieces += [(gap, None)] if at else []
        pieces += parts.fill(draw.choice(plain if aside else own), who, language)
    return pieces


def _one(draw: random.Random, chance: float) -> tuple[str, str, Person, list[Piece]]:
    if chance < 0.24:
        style = draw.choice(tuple(FORMATS))
        who = Person(draw, draw.choice(_EVERYWHERE))
        return style, "en", who, FORMATS[style](who)
    known = tuple(parts.frames())
    english = [pair for pair in known if pair[1] == "en"]
    others = [pair for pair in known if pair[1] != "en"]
    style, language = draw.choice(english if chance < 0.7 else others)
    who = Person(draw, _culture(draw, language))
    return style, language, who, _prose(draw, style, language, who)


def generate(count: int, seed: int) -> Iterator[Row]:
    """Texts with values whose places are known exactly, because each value is a piece of its own.

    Args:
        count: how many.
        seed: the same seed gives the same texts.
    """
    for number in range(count):
        draw = random.Random(f"{NAME} {seed} {number}")  # noqa: S311  (made-up text, not a secret)
        style, language, who, pieces = _one(draw, draw.random())
        chance, noise = draw.random(), "none"
        for name, share, spoil in _NOISE:
            if chance < share and (style not in FORMATS or name == "scanned"):
                pieces, noise = spoil(pieces, draw), name
                break
            chance -= share
        text, spans = parts.assemble(pieces)
        if text.strip():
            group = {"origin": who.culture.name, "style": style, "noise": noise}
            yield Row(f"{NAME}:{number}", text, NAME, language, spans=spans, heads=CALM, group=group)
