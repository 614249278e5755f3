"""Sets whose values were marked by people: their labels in ours, and what they do not mark."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from accord.errors import ConfigError
from accord.learn.text.labels import SEQUENCE_HEADS
from accord.learn.text.rows import Row, Span

CALM = dict.fromkeys(SEQUENCE_HEADS, 0.0)
"""What a text says of the heads when it is harmless in every way that they look for."""

TWEET = {"injection": 0.0, "illicit": 0.0, "weapons": 0.0, "selfharm": 0.0}
"""Tweets were marked for names, not for harm: some are rude."""

Mark = tuple[int, int, str]


def jsonl(folder: Path) -> Iterator[dict[str, Any]]:
    """Rows of `data.jsonl` in a folder; only a line feed ends one.

    Raises:
        ConfigError: no such file, or a line is not JSON.
    """
    try:
        for line in (folder / "data.jsonl").read_text("utf-8").split("\n"):
            if line:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{folder.name} cannot be read as a set of rows") from error


_GLUED = re.compile(
    r" (?=[,.;:!?%)\]}»”]|n't\b|'(?:s|m|re|ve|d|ll|S)\b)|(?<=[(\[{«“$£€#]) | (?=[/-] ?\d)|(?<=\d[/-]) "
)
_QUOTED = re.compile(r'" ([^"]*?) "')


def untokenised(text: str, spans: list[Mark]) -> tuple[str, list[Mark]]:
    """Text of tokens joined by spaces as people write it, and where its spans are then."""
    gone = {found.start() for found in _GLUED.finditer(text)}
    for found in _QUOTED.finditer(text):
        gone |= {found.start() + 1, found.end() - 2}
    at, moved = 0, []
    for place in range(len(text) + 1):
        moved.append(at)
        at += place not in gone
    kept = "".join(c for place, c in enumerate(text) if place not in gone)
    return kept, [(moved[start], moved[end], label) for start, end, label in spans]


_PLAIN = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("url", re.compile(r"(?:https?://|www\.)[^\s<>\"')]*[^\s<>\"').,;:!?]")),
    ("username", re.compile(r"(?<!\w)@\w{2,}")),
)


def with_plain(text: str, spans: list[Mark]) -> list[Mark]:
    """Spans, and those of addresses in the net and of handles, which show by their form."""
    taken = list(spans)
    for label, form in _PLAIN:
        for found in form.finditer(text):
            if all(found.end() <= start or found.start() >= end for start, end, _ in taken):
                taken.append((found.start(), found.end(), label))
    return taken


def tidy(text: str, spans: list[Mark]) -> tuple[Span, ...]:
    """Spans in order, without white space at their ends; of those that cross, the longer ones."""
    kept: list[Mark] = []
    for first, last, label in sorted(spans, key=lambda span: span[0] - span[1]):
        inside = text[first:last]
        start = first + len(inside) - len(inside.lstrip())
        end = first + len(inside.rstrip())
        if start < end and all(end <= a or start >= b for a, b, _ in kept):
            kept.append((start, end, label))
    return tuple(sorted(kept))


def marks(row: Mapping[str, Any], names: Mapping[str, str]) -> list[Mark]:
    """The spans of a row whose labels have a name among ours."""
    return [(s["start"], s["end"], names[s["label"]]) for s in row["spans"] if s["label"] in names]


_SYNTH = {
    "PERSON": "person", "STREET_ADDRESS": "address", "ZIP_CODE": "address", "GPE": "location",
    "ORGANIZATION": "organisation", "CREDIT_CARD": "account", "IBAN_CODE": "account", "PHONE_NUMBER": "phone",
    "DATE_TIME": "date", "AGE": "age", "EMAIL_ADDRESS": "email", "DOMAIN_NAME": "url", "US_SSN": "id",
    "US_DRIVER_LICENSE": "id",
}  # fmt: skip


def presidio_synth(folder: Path) -> Iterator[Row]:
    """Fake values in sentences by hand. Titles and nationalities are none of our types."""
    types = tuple(sorted(set(_SYNTH.values())))
    for at, row in enumerate(jsonl(folder)):
        spans = tidy(row["text"], marks(row, _SYNTH))
        yield Row(
            f"presidio_synth:{at}", row["text"], "presidio_synth", "en", spans=spans, types=types, heads=CALM,
            family=str(row["template_id"]),
        )  # fmt: skip


_MEDDOCAN = {
    "TERRITORIO": "location", "PAIS": "location", "FECHAS": "date", "EDAD_SUJETO_ASISTENCIA": "age",
    "NOMBRE_SUJETO_ASISTENCIA": "person", "NOMBRE_PERSONAL_SANITARIO": "person", "CALLE": "address",
    "ID_SUJETO_ASISTENCIA": "id", "ID_TITULACION_PERSONAL_SANITARIO": "id", "ID_ASEGURAMIENTO": "id",
    "ID_CONTACTO_ASISTENCIAL": "id", "ID_EMPLEO_PERSONAL_SANITARIO": "id", "CORREO_ELECTRONICO": "email",
    "HOSPITAL": "organisation", "INSTITUCION": "organisation", "CENTRO_SALUD": "organisation",
    "NUMERO_TELEFONO": "phone", "NUMERO_FAX": "phone",
}  # fmt: skip
_POSTCODE = re.compile(r"\d{4,6}")


def meddocan_es(folder: Path) -> Iterator[Row]:
    """Spanish clinical cases. A date after "nacimiento" is a birth date, a territory of digits a postcode."""
    types = tuple(sorted({*_MEDDOCAN.values(), "date_of_birth"}))
    for row in jsonl(folder):
        text, found = row["text"], []
        for start, end, label in marks(row, _MEDDOCAN):
            born = label == "date" and "nacimiento" in text[max(0, start - 26) : start].casefold()
            code = label == "location" and _POSTCODE.fullmatch(text[start:end].strip())
            found.append((start, end, "date_of_birth" if born else "address" if code else label))
        name = f"meddocan_es:{row['id']}"
        yield Row(name, text, "meddocan_es", "es", spans=tidy(text, found), types=types, heads=CALM, family=name)


_ECHR = {
    "PER": "person", "LEGAL_PROFESSIONAL": "person", "LOC": "location", "ORG": "organisation", "CODE": "id",
    "DATE": "date", "DATETIME": "date",
}  # fmt: skip
_ECHR_TYPES = ("date", "id", "location", "organisation", "person")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LEADING = re.compile(
    r"(?:(?:el|la|los|las|le|les|l ?['’]|du|de|au|en)\s+|"
    r"(?:Sr|Sra|Srta|Dr|Dra|MM?|Mme|Mlle|Me|Mr|Mrs|Ms|Don|Doña|D)\s?"
    r"(?:\.\s*|\s+))+",
    re.I,
)


def echr(folder: Path) -> Iterator[Row]:
    """Cases of the court in Spanish and French; articles and titles at the front of a span are left out of it.

    Dates of laws and treaties are not marked, so a sentence with a year outside every span says nothing about dates.
    """
    for at, row in enumerate(jsonl(folder)):
        found: list[Mark] = []
        for start, end, label in marks(row, _ECHR):
            front = _LEADING.match(row["text"], start, end) if label in ("person", "date") else None
            found.append((front.end() if front and front.end() < end else start, end, label))
        text, found = untokenised(row["text"], found)
        years = [year.start() for year in _YEAR.finditer(text)]
        dated = all(any(a <= year < b for a, b, label in found if label == "date") for year in years)
        types = _ECHR_TYPES if dated else tuple(kind for kind in _ECHR_TYPES if kind != "date")
        found = [span for span in found if span[2] in types]
        yield Row(
            f"echr:{at}", text, "echr_anonymisation_es_fr", row["lang"], spans=tidy(text, found), types=types,
            heads=CALM, family=str(at // 12),
        )  # fmt: skip


NEWS = {"PER": "person", "LOC": "location", "ORG": "organisation"}
SOCIAL = {"person": "person", "location": "location", "corporation": "organisation", "group": "organisation"}
_HANDLES = ("email", "location", "organisation", "person", "url", "username")


def named(
    name: str, labels: Mapping[str, str], heads: Mapping[str, float], weight: float
) -> Callable[[Path], Iterator[Row]]:
    """A loader of sets that mark persons, places and organisations; handles in tweets are user names, not persons."""

    def load(folder: Path) -> Iterator[Row]:
        for at, row in enumerate(jsonl(folder)):
            found = [span for span in marks(row, labels) if not row["text"].startswith("@", span[0])]
            text, found = untokenised(row["text"], found)
            spans = tidy(text, with_plain(text, found))
            yield Row(
                f"{name}:{at}", text, name, "en", weight=weight, spans=spans, types=_HANDLES, heads=heads,
            )  # fmt: skip

    return load


_ROLE = re.compile(r"(?:the\s+)?(?:co-?)?(?:borrower|lender|bank|agent|guarantor|company|parent|trustee)s?", re.I)


def sec_filings(folder: Path) -> Iterator[Row]:
    """Loan agreements. Roles of the parties are no names; sentences with streets marked as places are left out."""
    for at, row in enumerate(jsonl(folder)):
        text, found = row["text"], marks(row, NEWS)
        if any(label == "location" and text[start].isdigit() for start, _, label in found):
            continue
        found = [span for span in found if not _ROLE.fullmatch(text[span[0] : span[1]])]
        text, found = untokenised(text, found)
        yield Row(
            f"sec_filings_ner:{at}", text, "sec_filings_ner", "en", weight=0.5, spans=tidy(text, found),
            types=("location", "organisation", "person"), heads=CALM,
        )  # fmt: skip
