"""Registration plates in photographs, by what was read in them.

A plate is a line of its own, in capitals, without a sentence around it. On a page of text the same characters are an
order number, a part or a gate; there only a telling word beside them makes them a plate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.tables import words
from accord.detect.vision.formats import LONGEST, shape

PLATE = "privacy.id.plate"

_FEW_LETTERS = 160
_SOME_LETTERS = 400
_ALMOST_NOTHING = 40
_MOST_TOKENS = 4

_TOKEN = re.compile(r"[^\s|]+")
_PIECE = re.compile(r"[A-Z0-9]+")
_LINE = re.compile(r"[^\n\t]+")
_UNIT = re.compile(
    r"[0-9]{1,6}(?:ML|CL|KG|MG|LB|LBS|OZ|CM|MM|KM|KMH|MPH|MPG|GB|TB|MB|KB|MHZ|GHZ|HZ|KHZ|KWH|KW|MAH|HP|PS|PSI|BAR|RPM|DPI|PPI|PX"
    r"|FPS|CC|ST|ND|RD|TH|AM|PM|EUR|USD|GBP|CHF|PCS|FT|YD|SQM|MIN|SEC|HRS?|DAYS?|KCAL|KJ|VAC|VDC|LM|NM|UK|US|EU)"
)
_LABELS = frozenset(
    """
    FLIGHT TRACK TRAIN ISO DIN IEC IEEE ANSI ASTM RFC USB HDMI RTX GTX WIN COVID SARS UTF MPEG FIFA NHL NBA EURO
    EXPO AUTO WEB HTML CSS PHP TEL FAX REF ART INV ORDER ITEM PAGE ROOM GATE ZONE BUS LINE UNIT STEP PART VOL
    CHAP FIG TAB EXIT ROUTE LEVEL AREA BOX VER REV LIC LOT SKU SEAT ROW FLAT APT SUITE FLOOR ETA ETD EXP VALID
    THRU DOB BORN SIZE TYPE MODEL CODE PIN
    """.split()
)
_SHORT_LABELS = frozenset({"DL", "ID", "NR", "PO", "RX", "V"})
_STATES = frozenset(
    """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY DC PR
    """.split()
)
_POSTCODE = re.compile(
    r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[0-9]{4} [A-Z]{2}"
)  # of the United Kingdom, of Canada, of the Netherlands
_DAY = re.compile(
    r"(?:[0-9]{1,4})?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|SEPT|OCT|NOV|DEC|MON|TUE|WED|THU|FRI|SAT|SUN|DEZ|OKT|MAI|JUNI|JULI)"
    r"(?:[0-9]{1,4})?|(?:19|20)[0-9]{2}[A-Z]|[QH][1-4](?:19|20)[0-9]{2}"
)
_DIGITS = re.compile(r"[0-9]{6,7}|[0-9]{3}[ -][0-9]{4}|[0-9]{2,3}-[0-9]{2,3}-[0-9]{2,3}")
_WORD = re.compile(r"(?=.*[AEIOUY])[A-Z]{4}")
_CONTEXT = re.compile(
    r"(?i)\b(?:"
    + "|".join(re.escape(word) for word in words.PLATE if len(word) > 4 and word not in ("wagen", "truck"))
    + r")\b"
)


class PlateDetector:
    """Finds registration plates in text that was read from pixels.

    Scores: 0.8 for a line that is nothing but a mark some country issues; less where an OCR engine must have confused
    a letter with a digit, where other words stand on the line, where no known format fits, and where a picture holds
    more text than a photograph of a vehicle does. A mark of digits only counts where there is hardly any other text;
    one of letters only is not told from a word.
    """

    name = "plates"
    joins = False
    categories = frozenset({PLATE})
    floor = 0.5
    reference = "registration formats of 50 countries; docs/reference/detectors.md"

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield plates of readings that OCR made; others are silent."""
        for index, reading in enumerate(readings):
            if stop():
                return
            if reading.reader == "ocr" and reading.source is None:
                for span, score in plates(reading.text):
                    yield Hit(index, span, PLATE, score)


def plates(text: str) -> Iterator[tuple[Span, float]]:
    """The plates of one picture's text, line by line, with scores."""
    lines = list(_LINE.finditer(text))
    crowd = _crowd(text)
    before = ""
    for number, match in enumerate(lines):
        line = match.group()
        found = _best(line) or _number(line, text)
        if found is None and number + 1 < len(lines):
            found = _two_lines(line, lines[number + 1].group(), text)
        if found is not None:
            told = bool(_CONTEXT.search(line) or _CONTEXT.search(before))
            score = max(found.score - crowd, 0.75 if told else 0.0)
            if score > 0:
                yield Span(match.start() + found.start, match.start() + found.end), round(score, 2)
        before = line


def _crowd(text: str) -> float:
    """What a score loses because a picture holds more text than a photograph does."""
    letters = _letters(text)
    return 0.0 if letters <= _FEW_LETTERS else 0.15 if letters <= _SOME_LETTERS else 0.45


def _letters(text: str) -> int:
    return sum(not char.isspace() for char in text)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    score: float


def _best(line: str) -> _Found | None:
    """The surest run of tokens of a line that is a mark; the longer one of equals."""
    tokens = list(_TOKEN.finditer(line))
    found: list[_Found] = []
    for first in range(len(tokens)):
        for last in range(first, min(first + _MOST_TOKENS, len(tokens))):
            run = line[tokens[first].start() : tokens[last].end()]
            score = _judged(run)
            rest = line[: tokens[first].start()] + line[tokens[last].end() :]
            before = tokens[first - 1].group().strip(".:#") if first else ""
            if score and before not in _LABELS | _SHORT_LABELS and not (rest.strip() and _POSTCODE.fullmatch(run)):
                found.append(_Found(tokens[first].start(), tokens[last].end(), score - _company(rest)))
    return max(found, key=lambda each: (each.score, each.end - each.start), default=None)


def _company(rest: str) -> float:
    """What the other words of a line cost: a country's letters, or a dealer's name, little; a sentence much."""
    pieces = re.findall(r"\w+", rest)
    long = [piece for piece in pieces if len(piece) > 3]
    if any(piece[0].islower() for piece in long):
        return 0.35
    if len(pieces) > 4 or len(long) > 2:
        return 0.35
    return 0.02 if len("".join(pieces)) <= 3 else 0.08 if len(long) <= 1 else 0.2


def _judged(run: str) -> float:
    """How sure that some tokens are a mark, from its shape alone; 0 where they are none.

    What stands between letters and digits is a blank, a hyphen or a dot; one sign more may be a screw or a seal. Four
    letters that can be spoken, apart from the rest, are rather a word.
    """
    if len(run) > LONGEST + 6 or sum(char.islower() for char in run) > 0:
        return 0.0
    pieces = _PIECE.findall(run)
    mark = "".join(pieces)
    odd = sum(not char.isalnum() and char not in " -.·•" for char in run)
    if odd > 1 or "/" in run or len(mark) < sum(char.isalnum() for char in run) or _ordinary(mark, pieces):
        return 0.0
    judged = shape(mark)
    if judged is None:
        return 0.0
    odd += any(_WORD.fullmatch(piece) for piece in pieces)
    if not judged.known:
        return 0.0 if odd else 0.6
    return 0.8 - 0.1 * judged.mistaken - 0.1 * odd


def _ordinary(mark: str, pieces: Sequence[str]) -> bool:
    """An amount, a date, a standard, a numbered thing, a state with its postal code; or words with a number."""
    first = re.match(r"[A-Z]*", mark)
    if _UNIT.fullmatch(mark) or _DAY.fullmatch(mark) or (first and first.group() in _LABELS):
        return True
    if any(_UNIT.fullmatch(a + b) for a, b in pairwise(pieces)):
        return True
    if len(pieces) > 1 and (
        (_LABELS | _SHORT_LABELS).intersection(pieces) or (pieces[0] in _STATES and len(pieces[1]) == 5)
    ):
        return True
    return len(pieces) > 4 or any(piece.isalpha() and len(piece) > 4 for piece in pieces)


def _number(line: str, text: str) -> _Found | None:
    """A line of digits alone, in a picture that shows little else."""
    stripped = line.strip()
    if not _DIGITS.fullmatch(stripped) or _letters(text) > _ALMOST_NOTHING:
        return None
    start = line.index(stripped)
    return _Found(start, start + len(stripped), 0.5)


def _two_lines(line: str, below: str, text: str) -> _Found | None:
    """A square plate: half of the mark above the other, one of them of letters and digits."""
    above, under = line.strip(), below.strip()
    if not (_half(above) and _half(under)) or _letters(text) > _ALMOST_NOTHING:
        return None
    pieces = _PIECE.findall(above) + _PIECE.findall(under)
    if not any(_mixed(half) for half in (above, under)):
        return None
    judged = shape("".join(pieces))
    if judged is None or not judged.known or _ordinary("".join(pieces), pieces):
        return None
    return _Found(0, len(line) + 1 + len(below), 0.6 - 0.1 * judged.mistaken)


def _mixed(text: str) -> bool:
    return any(char.isalpha() for char in text) and any(char.isdigit() for char in text)


def _half(text: str) -> bool:
    return 2 <= len(text) <= 6 and all(char in " -." or "0" <= char <= "9" or "A" <= char <= "Z" for char in text)
