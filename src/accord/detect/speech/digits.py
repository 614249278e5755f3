"""Numbers that are said digit by digit: nobody spells out what does not identify something.

A recogniser drops and adds digits, and writes words that sound like them (`for 8, 6, 2`), so a checksum that fails
says little about a spoken number, and the word that announces it may be lost. In speech any longer run of digits is
therefore taken for an identifier, unless what stands beside it says that it is an amount, a year or a measure. What
announces it says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.speech.announced import OTHER as CATEGORY
from accord.detect.speech.announced import announces, kind_of
from accord.detect.speech.measures import told_otherwise
from accord.detect.speech.scattered import codes, parts, scattered

SCORE = 0.6
"""Plausible; what other detectors prove about the same digits outranks it."""

ANNOUNCED = 0.8
"""It is said what it is."""

EMAIL = "privacy.contact.email"
SECRET = "privacy.credential.password"  # noqa: S105  (a category)

_LEAST = 4
_LISTED = 2  # marks between digits that are counted out; "3 to 2 to 1" has none
_RUN = re.compile(r"(?<![^\W_])(?<!\d\.)(?:[^\W\d_]{1,3}-?)?[+(]?\d(?:[\s,.\-–()/]{0,3}\d){3,}(?![\d%])")
# Words that sound like digits: some are little else, some are common words.
_STRONG = r"\d|zero|one|two|three|four|five|six|seven|eight|nine|oh|nero|niner|nein|tree|ate"
_WEAK = r"for|fore|or|to|too|a|aid|free|won|hero|sex|sicks|it"
_ALIKE = re.compile(rf"(?i)(?<![\w.,$€£])(?:{_STRONG}|{_WEAK})(?:[\s,.\-–]{{1,3}}(?:{_STRONG}|{_WEAK}))+(?![\w%])")
_WORDS = "zero one two three four five six seven eight nine".split()
_FIRM = re.compile(rf"(?i)\b(?:{_STRONG})\b")
_JOINED = re.compile(r"(?i)\b(?:for|four|to|two|too|oh|a|won|ate)[\s,.\-–]{1,3}\d{2,}(?:[\s,.\-–]{1,3}\d+)*(?![\w%])")
_LOOSE = re.compile(r"(?i)(?:[\s,.\-–]+(?:for|or|to|too|a|it))+$")
_REPEATED = re.compile(r"(?i)\b(?:double|triple|treble|quadruple)[\s,]{1,3}$")  # "triple 7902" is 777902
_GLUED = re.compile(r"(?:[-–][^\W_]+)+|[A-Za-z]{1,3}(?![^\W_])")  # "202-55501-WA" is double eight at its end
_MIXED = re.compile(r"(?<![^\W_])(?=[A-Z\d]*\d)(?=[A-Z\d]*[A-Z])[A-Z\d]{5,}(?![^\W_])")
_ADDRESS = re.compile(
    r"(?i)(?<![\w@.])[\w.+-]{6,64}\.(?:com|net|org|edu|gov|info|io|eu|de|fr|es|it|pt|nl|uk|us|ca|at|ch)\b"
)
_WRITES = re.compile(
    r"(?i)\b(?:e-?mails?|mail|write to|writing to|address|adresse|correo|posta|indirizzo|adres)\b[^\n]{0,40}$"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[,.]\d{3})+|\d{1,3}[.,]\d+")
_PASSWORD = re.compile(
    r"(?i)\b(?:pass ?(?:word|phrase|code)s?|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord"
    r"|secret (?:word|phrase))\s+(?:is|are|was|ist|lautet|est|es|é|è)[\s:,]+"
    r"(?!(?:not|no|wrong|right|correct|incorrect|required|expired|reset|too|safe|secure|strong|weak|changed|invalid"
    r"|the same|what|kein|nicht|falsch|pas|incorrecta?)\b)((?:[^\s.!?;]+[ ,]?){1,10})"
)


class SpokenNumberDetector:
    """Finds longer runs of digits in what was said, and addresses that were written as one word."""

    name = "spoken"
    joins = False
    categories = frozenset(
        {
            CATEGORY,
            EMAIL,
            "privacy.financial.card",
            "privacy.financial.account",
            "privacy.contact.phone",
            "privacy.id.social_security",
            "privacy.id.passport",
            "privacy.id.driver",
            SECRET,
        }
    )
    floor = 0.5
    reference = "accord.detect.speech.digits"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield runs of at least four digits of spoken readings; what was written is the business of others."""
        said: dict[str, list[int]] = {}
        for index, reading in enumerate(readings):
            if stop():
                return
            if reading.root.reader != "speech":
                continue
            if reading.source is None:
                said.setdefault(reading.role, []).append(index)
            for span in runs(reading.text, spelled=reading.reader == "spoken", heard=reading.source is None):
                value = reading.text[span.start : span.end]
                kind = kind_of(reading.text, span.start, span.end, sum(map(str.isdigit, value)))
                yield Hit(index, span, kind or CATEGORY, ANNOUNCED if kind else SCORE)
            for span, category in _told(reading.text):
                yield Hit(index, span, category, ANNOUNCED)
        for rows in said.values():
            for at, span in parts([readings[index].text for index in rows]):
                yield Hit(rows[at], span, CATEGORY, SCORE)


def _told(text: str) -> Iterator[tuple[Span, str]]:
    """Addresses in one word, and passwords: whatever is announced, to the end of the phrase."""
    for match in _ADDRESS.finditer(text):
        if _WRITES.search(text[max(0, match.start() - 64) : match.start()]):
            yield Span(*match.span()), EMAIL
    for match in _PASSWORD.finditer(text):
        yield Span(match.start(1), match.start(1) + len(match[1].rstrip(" ,"))), SECRET


def runs(text: str, spelled: bool = False, heard: bool = False) -> Iterator[Span]:
    """Runs of digits that are no amount, year or measure.

    Args:
        text: what was said.
        spelled: letters in capitals among digits were spelled.
        heard: it is what the recogniser wrote down, so numbers may stand in it in pieces.
    """
    found = [*_digits(text), *_sounds(text), *_mixed(text, spelled)]
    if heard:
        found += [*scattered(text), *codes(text)]
    last = -1
    for span in sorted(found, key=lambda each: (each.start, -each.end)):
        if span.end > last:
            yield span
            last = span.end


def _mixed(text: str, spelled: bool) -> Iterator[Span]:
    """Letters in capitals among digits: spelled, announced, or in turns as in nothing but codes."""
    for match in _MIXED.finditer(text):
        turns = sum(one.isdigit() != other.isdigit() for one, other in pairwise(match[0]))
        if spelled or (turns > 1 and sum(map(str.isdigit, match[0])) > 1) or announces(text, match.start()):
            yield Span(*match.span())


def _digits(text: str) -> Iterator[Span]:
    for match in _RUN.finditer(text):
        value = match.group().strip(" ,.-–(/")
        digits = sum(character.isdigit() for character in value)
        # Four digits in a row are an amount only where nobody is about to say a number.
        amount = _AMOUNT.fullmatch(value) and not announces(text, match.start())
        if digits < _LEAST or amount or told_otherwise(text, match.start(), match.end(), value):
            continue
        times = _REPEATED.search(text, max(0, match.start() - 16), match.start())
        yield Span(
            times.start() if times else match.start(),
            _whole(text, match.start() + len(match.group().rstrip(" ,.-–(/"))),
        )


def _sounds(text: str) -> Iterator[Span]:
    """Single digits among words that sound like digits; after an announcement, also one before digits together."""
    for match in _ALIKE.finditer(text):
        value = match.group()[: len(match.group()) - len(_loose(match.group()))]
        firm = len(_FIRM.findall(value))
        said = len(re.findall(r"\w+", value))
        listed = firm == said or len(re.findall(r"[,.\-–]", value)) >= _LISTED
        enough = said >= _LEAST and firm >= _LEAST - 1 and listed
        if (enough or (firm == said == _LEAST - 1 and _apart(value))) and not told_otherwise(
            text, match.start(), match.end(), ""
        ):
            yield Span(match.start(), match.start() + len(value))
    for match in _JOINED.finditer(text):
        value = match.group()
        told = announces(text, match.start()) and not told_otherwise(text, match.start(), match.end(), "")
        if told and sum(map(str.isdigit, value)) >= _LEAST - 1:
            yield Span(*match.span())


def _apart(value: str) -> bool:
    """Whether three single digits are no counting up or down and no emergency number: one of four may be unheard."""
    said = re.findall(r"\w+", value.lower())
    digits = [int(each) if each.isdigit() else _WORDS.index(each) if each in _WORDS else 0 for each in said]
    steps = {after - before for before, after in pairwise(digits)}
    return steps not in ({1}, {-1}, {0}) and digits not in ([9, 1, 1], [1, 1, 2])


def _loose(value: str) -> str:
    found = _LOOSE.search(value)
    return found[0] if found else ""


def _whole(text: str, end: int) -> int:
    """Where a run ends with what is written in one word with it."""
    glued = _GLUED.match(text, end)
    return glued.end() if glued else end
