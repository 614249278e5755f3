"""Registration plates of vehicles."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables import words
from accord.detect.tables.checks import bare
from accord.detect.tables.pattern import Pattern, labelled

PLATE = "privacy.id.plate"

_INDIAN_STATES = frozenset(
    """
        AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR
        TS UK UP WB
        """.split()
)


def british(value: str) -> bool:
    """A British mark since September 2001: age 02-29 from March, 51-79 from September, no I, Q or Z (DVLA INF104)."""
    text = bare(value)
    age = int(text[2:4])
    return 2 <= age <= 29 or 51 <= age <= 79


def indian(value: str) -> bool:
    """An Indian mark of an existing state."""
    return bare(value)[:2] in _INDIAN_STATES


def turkish(value: str) -> bool:
    """A Turkish mark of one of the 81 provinces."""
    return 1 <= int(bare(value)[:2]) <= 81


_L = "[A-HJ-PR-Y]"

PATTERNS: tuple[Pattern, ...] = (
    labelled("uk.plate", PLATE, r"\b[A-HJ-PR-Y][A-HJ-PR-Y](?:0[2-9]|[1-7][0-9])[ -]?[A-HJ-PR-Z]{3}\b", words.PLATE, british, 0.5, 0.85),
    labelled("uk.plate.prefix", PLATE, r"\b[A-HJ-NPR-TV-Y][0-9]{1,3}[ -]?[A-HJ-PR-Y]{3}\b", words.PLATE, lifted=0.75, alone=0.45),
    labelled("uk.plate.suffix", PLATE, r"\b[A-HJ-PR-Y]{3}[ -]?[0-9]{1,3}[ -]?[A-HJ-NPR-TV-Y]\b", words.PLATE, lifted=0.75, alone=0.45),
    labelled("de.plate", PLATE, r"\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?[1-9][0-9]{0,3}[EH]?\b", words.PLATE, lifted=0.8, alone=0.45),
    labelled("de.plate.lower", PLATE, r"(?i)\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ][1-9][0-9]{0,3}[EH]?\b", words.PLATE, lifted=0.75, alone=0.45),
    labelled("de.plate.hyphen", PLATE, r"\b[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[- ][1-9][0-9]{1,3}[EH]?\b", words.PLATE, score=0.45, lifted=0.85),
    labelled("fr.plate", PLATE, r"\b[A-HJ-NP-TV-Z]{2}-[0-9]{3}-[A-HJ-NP-TV-Z]{2}\b", words.PLATE, score=0.55, lifted=0.85),
    labelled("it.plate", PLATE, r"\b[A-HJ-NPR-TV-Z]{2} ?[0-9]{3} ?[A-HJ-NPR-TV-Z]{2}\b", words.PLATE, lifted=0.8, alone=0.4),
    labelled("es.plate", PLATE, r"\b[0-9]{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}\b", words.PLATE, lifted=0.8, alone=0.45),
    labelled("nl.plate", PLATE, r"\b(?:[A-Z]{2}-[0-9]{3}-[A-Z]|[A-Z]-[0-9]{3}-[A-Z]{2}|[0-9]-[A-Z]{3}-[0-9]{2}|[0-9]{2}-[A-Z]{3}-[0-9]|[A-Z]{2}-[0-9]{2}-[A-Z]{2}|[0-9]{2}-[A-Z]{2}-[A-Z]{2})\b", words.PLATE, score=0.4, lifted=0.85),
    labelled("pl.plate", PLATE, r"\b[A-Z]{2,3} ?[0-9A-Z]{4,5}\b", ("tablica", "rejestracyjny", "rejestracja", "numer rejestracyjny"), lifted=0.75),
    labelled("tr.plate", PLATE, r"\b(?:0[1-9]|[1-7][0-9]|8[01]) (?:[A-Z] [0-9]{4,5}|[A-Z]{2} [0-9]{3,4}|[A-Z]{3} [0-9]{2,4}|[A-Z] [0-9]{2,3})\b", words.PLATE, turkish, lifted=0.85, alone=0.45),
    labelled("in.plate", PLATE, r"(?i)\b[A-Z]{2}[- ]?[0-9]{1,2}[- ]?[A-Z]{1,3}[- ]?[0-9]{4}\b", words.PLATE, indian, lifted=0.85, alone=0.45),
    labelled("in.plate.upper", PLATE, r"\b[A-Z]{2}[- ]?[0-9]{2}[- ]?[A-Z]{2}[- ]?[0-9]{4}\b", words.PLATE, indian, score=0.45, lifted=0.85),
    labelled("ng.plate", PLATE, r"(?i)\b[A-Z]{3}[- ]?[0-9]{3}[- ]?[A-Z]{2}\b", words.PLATE, lifted=0.85, alone=0.45),
    labelled("br.plate", PLATE, r"\b[A-Z]{3}-?[0-9](?:[0-9]|[A-J])[0-9]{2}\b", words.PLATE, lifted=0.8),
    labelled("us.plate", PLATE, r"\b(?:[0-9][A-Z]{3}[0-9]{3}|[A-Z]{3}[ -]?[0-9]{3,4}|[0-9]{3}[ -]?[A-Z]{3}|[A-Z]{2}[0-9][ -]?[0-9A-Z]{3,4})\b", ("plate", "plates", "license plate", "number plate", "licence plate", "plate number"), lifted=0.75),
    labelled("ru.plate", PLATE, r"\b[АВЕКМНОРСТУХABEKMHOPCTYX][0-9]{3}[АВЕКМНОРСТУХABEKMHOPCTYX]{2} ?[0-9]{2,3}\b", (*words.PLATE, "номер", "госномер"), lifted=0.85, alone=0.45),
    labelled("jp.plate", PLATE, r"[\p{Han}]{1,4} ?[0-9]{2,3} ?[\p{Hiragana}] ?[0-9]{1,2}-[0-9]{2}", words.PLATE, score=0.75, lifted=0.9),
    labelled("cn.plate", PLATE, r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-HJ-NP-Z0-9]{5,6}", words.PLATE, score=0.75, lifted=0.9),
    labelled("kr.plate", PLATE, r"\b[0-9]{2,3}[가-힣] ?[0-9]{4}\b", words.PLATE, score=0.7, lifted=0.9),
    labelled("plate.any", PLATE, r"\b[A-Z0-9]{1,4}[- ]?[A-Z0-9]{2,4}(?:[- ]?[A-Z0-9]{1,3})?\b", ("number plate", "license plate", "licence plate", "plate number", "plate no", "kennzeichen", "kenteken", "targa", "immatriculation", "matrícula", "plaka"), lambda value: any(c.isdigit() for c in value) and any(c.isalpha() for c in value) and 5 <= len(bare(value)) <= 9, lifted=0.6),
)  # fmt: skip
"""Marks by the rules of the country that issues them; few are telling without a word beside them."""
