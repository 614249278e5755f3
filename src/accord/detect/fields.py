"""A value beside a telling key is a finding: `"vorname": "Ada"`, `customer.email,…`, `password = …`.

Readers of structure give named values (`accord.core.reading.Field`); this detector knows the names. The name says
what a value would be, the value says whether it can be: a `phone` holds digits, a `surname` letters, and
`true`, `null`, `N/A` or `${PASSWORD}` hold nothing. A bare `name` is a person's only within or beside a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.roles import Stop
from accord.detect.cells import cell_fields
from accord.detect.tables.accounts import SYSTEM_ACCOUNTS
from accord.detect.tables.field_words import (
    BARE_NAMES,
    EMPTY,
    GLUED,
    KEYS,
    NEGATIVE,
    PERSON,
    PERSON_PARENTS,
    PERSON_SIBLINGS,
    QUALIFIERS,
    SIBLING_WORDS,
)
from accord.detect.tables.secret_value import pathlike, placeholder

FLOOR = 0.4
"""The reporting floor: what scores less is not worth judging."""

_BATCH = 256  # fields between two looks at the deadline
_LONGEST_KEY = max(len(words) for words in KEYS)
_LONGEST_VALUE = 512  # characters; a longer value is prose, which other detectors read
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_STRONG = 0.9
_NAMED = 0.85
_LIKELY = 0.7
_SECRET = "privacy.credential."  # noqa: S105 - a prefix of categories


@lru_cache(maxsize=4096)
def words_of(part: str) -> tuple[str, ...]:
    """The words of one part of a key: split at case, digits kept, accents dropped, lower-cased."""
    split = _CAMEL.sub(" ", part)
    plain = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c))
    plain = plain.replace("ß", "ss").casefold()
    return tuple(word for word in _NOT_WORD.split(plain) if word)


@lru_cache(maxsize=4096)
def category_of(name: str) -> tuple[str, float]:
    """What a key says its value is, and how sure that is; an empty category where it says nothing.

    Args:
        name: the dotted name of a field, as `accord.core.reading.Field` has it.
    """
    parts = [
        words
        for part in name.split(".")
        if (words := words_of(part)) and not (len(words) == 1 and words[0].isdigit())
    ]
    if not parts:
        return "", 0.0
    last = parts[-1]
    found = _lookup(last)
    if not found[0] and len(parts) >= 2 and len(last) == 1:
        joined = _lookup(parts[-2] + last)
        if joined[0] and joined[2] > 1:
            found = joined
        elif last[0] in tuple(
            """
        number no nr value id address main home work primary mobile text string
        """.split()
        ):
            found = _lookup(parts[-2])
    if found[0]:
        return found[0], found[1]
    if last[-1] in BARE_NAMES:
        before = last[:-1][-1:] or (parts[-2][-1:] if len(parts) >= 2 else ())
        if before and before[0] in PERSON_PARENTS:
            return PERSON, _NAMED
    return "", 0.0


def _lookup(words: tuple[str, ...]) -> tuple[str, float, int]:
    """The longest key among some words; words after it may only count it (`phone 2`)."""
    while words and (words[-1].isdigit() or words[-1] in ("value", "field")) and len(words) > 1 and words not in KEYS:
        words = words[:-1]
    for size in range(min(_LONGEST_KEY, len(words)), 0, -1):
        category = KEYS.get(words[-size:])
        if category is not None:
            return category, _STRONG if size > 1 or len(words) == 1 else _NAMED, size
    glued = _unglued(words[-1])
    if glued:
        return glued, _NAMED, 1
    if words[-1] in NEGATIVE:
        return "", 0.0, 0
    for size in range(min(_LONGEST_KEY, len(words)), 1, -1):
        category = KEYS.get(words[:size])
        if category is not None and len(words) - size <= 1:
            return category, _LIKELY, size
    return "", 0.0, 0


def _unglued(word: str) -> str:
    """The category of a key written as one word, with or without one qualifier before it."""
    if word in GLUED:
        return GLUED[word]
    for cut in range(2, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        if head in QUALIFIERS or head in PERSON_PARENTS:
            if tail in GLUED:
                return GLUED[tail]
            if tail in BARE_NAMES and head in PERSON_PARENTS:
                return PERSON
    return ""


def _letters(value: str) -> bool:
    return any(c.isalpha() for c in value)


def _digit_count(value: str) -> int:
    return sum(c.isdigit() for c in value)


def _is_name(value: str) -> bool:
    """Could be a person's: mostly letters, few words, no sentence, path, address or code."""
    if not 2 <= len(value) <= 80 or not _letters(value) or _digit_count(value) or len(value.split()) > 6:
        return False
    return not any(c in "/\\@:;=<>{}[]_|#$%*+!?" for c in value)


_USERNAME = re.compile(r"[\w.@+$\\-]{2,64}")


def _is_username(value: str) -> bool:
    known = value.casefold() in SYSTEM_ACCOUNTS
    return not known and _USERNAME.fullmatch(value) is not None and (_letters(value) or _digit_count(value) > 4)


def _is_date(value: str) -> bool:
    return _digit_count(value) >= 2 and len(value) <= 40


def _is_ip(value: str) -> bool:
    if not (value.count(".") >= 3 or value.count(":") >= 2):
        return False
    return value.split("/", maxsplit=1)[0].strip("[]") not in ("127.0.0.1", "0.0.0.0", "::1", "::", "255.255.255.255")  # noqa: S104


def _is_code(value: str) -> bool:
    """An identifier: some digits, no sentence."""
    return 4 <= len(value) <= 64 and _digit_count(value) >= 3 and len(value.split()) <= 8


def _is_secret(value: str) -> bool:
    return 3 <= len(value) <= 8192 and not placeholder(value) and not pathlike(value) and len(value.split()) <= 3


def _is_key(value: str) -> bool:
    return 8 <= len(value) <= 8192 and not placeholder(value) and (_digit_count(value) > 0 or len(value) >= 20)


def _is_words(value: str) -> bool:
    return 2 <= len(value) <= 300 and _letters(value) and "\n" not in value


_DEGREES = r"[-+]?\d{1,3}[.,]\d{2,}°?\s*[NSEWO]?"
_COORDINATE = re.compile(rf"[\[({{]?\s*{_DEGREES}(?:\s*[,; ]\s*{_DEGREES})?\s*[\])}}]?")


def _is_coordinate(value: str) -> bool:
    return _COORDINATE.fullmatch(value) is not None


def plausible(category: str, value: str) -> bool:
    """Whether a value can be of a category at all."""
    if category in (PERSON, "privacy.location.place"):
        return _is_name(value)
    if category == "privacy.person.username":
        return _is_username(value)
    if category == "privacy.contact.email":
        return "@" in value[1:-1] or bool(re.search(r"\bat\b|\[at\]|\(at\)", value, re.IGNORECASE))
    if category == "privacy.contact.phone":
        return 5 <= _digit_count(value) <= 18 and sum(c.isalpha() for c in value) <= 8
    if category == "privacy.contact.address":
        return (
            2 <= len(value) <= 300
            and (_digit_count(value) > 0 or (_letters(value) and len(value) >= 4))
            and "@" not in value
            and "://" not in value
        )
    if category == "privacy.contact.url":
        return "/" in value or "." in value
    if category == "privacy.date.birth":
        return _is_date(value)
    if category == "privacy.network.ip":
        return _is_ip(value)
    if category == "privacy.network.mac":
        return re.fullmatch(r"(?i)(?:[0-9a-f]{2}[:\-. ]?){5}[0-9a-f]{2}|(?:[0-9a-f]{4}[.:]?){3}", value) is not None
    if category == "privacy.location.gps":
        return _is_coordinate(value)
    if category in ("privacy.health.condition", "privacy.group.nationality"):
        return _is_words(value)
    if category == "privacy.credential.password":
        return _is_secret(value)
    if category.startswith(_SECRET):
        return _is_key(value)
    return _is_code(value) and "://" not in value


class FieldDetector:
    """Finds values by the name beside them.

    Scores: 0.9 where the key is explicit, 0.85 where a longer key ends in one, 0.7 where it begins with one,
    0.6 for a bare `name` beside other data of a person.
    """

    name = "fields"
    joins = False
    floor = FLOOR
    categories = frozenset(KEYS.values())
    reference = "accord table of field names in seven languages"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield a hit for each field whose name tells and whose value can be what the name says."""
        for number, reading in enumerate(readings):
            fields = [*reading.fields, *_cells(reading)]
            groups = _groups(fields)
            for place, field in enumerate(fields):
                if place % _BATCH == 0 and stop():
                    return
                hit = _judge(number, reading, field, groups)
                if hit is not None:
                    yield hit


def _cells(reading: Reading) -> list[Field]:
    """Named cells, where no reader has named them."""
    if any(field.syntax.startswith(("csv.", "json.")) for field in reading.fields[:1]):
        return []
    return list(cell_fields(reading.text, _is_label))


def _is_label(name: str) -> bool:
    return category_of(name)[1] >= _NAMED or words_of(name.rpartition(".")[2]) in _BARE


_BARE = frozenset((word,) for word in BARE_NAMES)


def _parent(name: str) -> str:
    return name.rpartition(".")[0]


def _groups(fields: Sequence[Field]) -> frozenset[str]:
    """The parents under which something else says that this is about a person."""
    found = set()
    for field in fields:
        last = words_of(field.name.rpartition(".")[2])
        if category_of(field.name)[0] in PERSON_SIBLINGS or (last and last[-1] in SIBLING_WORDS):
            found.add(_parent(field.name))
    return frozenset(found)


def _judge(number: int, reading: Reading, field: Field, persons: frozenset[str]) -> Hit | None:
    category, score = category_of(field.name)
    if not category:
        last = words_of(field.name.rpartition(".")[2])
        if len(last) != 1 or last[0] not in BARE_NAMES or _parent(field.name) not in persons:
            return None
        category, score = PERSON, 0.6
    span = _trimmed(reading.text, field.span)
    if field.syntax == "value":
        if _expression(reading.text, span, field.name):
            return None
        span = _token(reading.text, span, category)
    value = reading.text[span.start : span.end]
    if category == PERSON and category_of(value.strip(" .:").lower())[1] >= _NAMED:
        return None  # a label is nobody's name
    if category == PERSON and (placeholder(value) or (score < _LIKELY and not _calls(value, field.syntax))):
        return None
    if not value or len(value) > (8192 if category.startswith(_SECRET) else _LONGEST_VALUE):
        return None
    if (
        value.casefold() in EMPTY
        or (not category.startswith(_SECRET) and placeholder_like(value))
        or not plausible(category, value)
    ):
        return None
    return Hit(number, span, category, score)


def _calls(value: str, syntax: str) -> bool:
    """Whether a bare `name` can be what a person is called: no key, and in running text not all in lower case."""
    return words_of(value) not in KEYS and not (syntax == "value" and value.isascii() and value.islower())


_CODE = re.compile(r"[A-Za-z_$][\w.$:>-]*[(\[]|.*(?:\)\s*->|=>|\bawait\b|&&|\|\|)", re.DOTALL)


def _expression(text: str, span: Span, name: str) -> bool:
    """Whether what stands without quotes is code: a call, an index, a signature, the name itself."""
    value = text[span.start : span.end]
    if text[span.end : span.end + 1] in tuple("([") or _CODE.match(value):
        return True
    return words_of(value.rpartition(".")[2]) == words_of(name.rpartition(".")[2])


def _token(text: str, span: Span, category: str) -> Span:
    """A password in running text ends at a blank; so does a user name that a mark or a sentence follows."""
    value = text[span.start : span.end]
    head = value.split(maxsplit=1)[0] if value else ""
    if category == "privacy.person.username":
        marked = any(c.isdigit() or c in "_.-@,;" for c in head)
        return Span(span.start, span.start + len(head.rstrip(".,;:)"))) if marked else span
    if category != "privacy.credential.password" or head == value:
        return span
    rest = value[len(head) :].lstrip()
    if head.isalpha() and head.islower() and rest[:1].islower():
        return Span(span.start, span.start)  # a sentence about a password: `password: too short`
    return Span(span.start, span.start + len(head.rstrip(".,;")))


def placeholder_like(value: str) -> bool:
    """Whether a value only marks a place: a template variable, a mask, an angle-bracketed word."""
    return bool(re.fullmatch(r"\$\{[^}]*\}|\{\{?[^}]*\}?\}|<[^>]*>|%[sd(].*|\[[A-Z_ ]+\]|[*xX•#_.\-]{3,}", value))


def _trimmed(text: str, span: Span) -> Span:
    """A value without the blanks and quotes around it."""
    start, end = span.start, min(span.end, len(text))
    while start < end and text[start] in " \t\r\n\"'`":
        start += 1
    while end > start and text[end - 1] in " \t\r\n\"'`,;":
        end -= 1
    return Span(start, end)
