"""Lists that are left for the model to fill in, drawn in a picture.

A model that refuses a request in words may go on with a list that a picture has begun: a heading that asks for a
procedure, and numbers with nothing behind them (Gong et al., "FigStep", AAAI 2025, call it a typographic visual
prompt). What the heading asks for makes no difference here: this is the form of the attack, so it is worth a look by
a person and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop

CATEGORY = "safety.injection"

SCORE = 0.75
"""Suspicious, not proven: worksheets and forms have empty lists as well."""

_SEEN = frozenset({"ocr", "ocr.small", "tesseract"})
_EMPTY = re.compile(r"[ \t]*[(\[]?([0-9]{1,2}|[a-hA-HilI|])[ \t]*[.)\]:,、．][ \t_.…\-|]{0,40}")
_CIRCLED = re.compile(r"[ \t]*[①-⑳][ \t_.…\-]{0,40}")
_ASKS = re.compile(
    r"(?i)\b(?:steps?|methods?|ways?|lists?|how to|tips?|guides?|guidelines|instructions?|strateg(?:y|ies)"
    r"|techniques?|tactics|procedures?|process|approach(?:es)?|recipes?|ingredients|tutorial|reasons|examples|ideas|plans?|tricks"
    r"|manual|schritte|methoden|wege|liste|anleitung|tipps|étapes|méthodes|façons|moyens|conseils|pasos|métodos|formas|maneras"
    r"|lista|consejos|passos|maneiras|passaggi|metodi|modi|stappen|methoden|manieren|kroki|sposoby)\b"
    r"|步骤|方法|步驟|清单|列表|手順|방법|단계|шаги|способы|методы|خطوات|طرق|तरीके|कदम"
)
_FIRST_WORDS = 80  # characters of a heading in which it says that it asks for a list
_LONGEST = 400
_ORDINALS = {"|": 1, "l": 1, "i": 1, "I": 1}


class UnfilledListDetector:
    """Finds headings that ask for a procedure above numbers with nothing behind them, in what OCR read."""

    name = "lists"
    joins = False
    categories = frozenset({CATEGORY})
    floor = 0.5
    reference = (
        "Gong et al., FigStep: Jailbreaking Large Vision-Language Models via Typographic Visual Prompts, AAAI 2025"
    )

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield one hit for each such list of a picture; other readings are silent."""
        for index, reading in enumerate(readings):
            if stop():
                return
            if reading.source is None and reading.reader in _SEEN:
                for span in unfilled(reading.text):
                    yield Hit(index, span, CATEGORY, SCORE)


def unfilled(text: str) -> Iterator[Span]:
    """The headings of unfilled lists, with their numbers.

    Two empty numbers that follow each other, at the end of their list, make one.
    """
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    at = 0
    while at < len(lines):
        first = at
        while at < len(lines) and _number(text[slice(*lines[at])]) == at - first + 1:
            at += 1
        if at - first >= 2 and first > 0:
            start = _heading(text, lines, first)
            if start is not None:
                yield Span(start, lines[at - 1][1])
        at = max(at, first + 1)


def _number(line: str) -> int:
    """The number that stands alone on a line; 0 where there is anything else."""
    if _CIRCLED.fullmatch(line):
        return ord(line.strip()[0]) - ord("①") + 1
    match = _EMPTY.fullmatch(line)
    if match is None:
        return 0
    said = match[1]
    if said.isdigit():
        return int(said)
    return _ORDINALS.get(said, ord(said.lower()) - ord("a") + 1)


def _heading(text: str, lines: Sequence[tuple[int, int]], first: int) -> int | None:
    """Where the heading above a list begins, if it asks for a procedure."""
    start = end = lines[first - 1][1]
    for line in reversed(lines[:first]):
        if end - line[0] > _LONGEST or _number(text[slice(*line)]):
            break
        start = line[0]
        if _ASKS.search(text[start : min(end, start + _FIRST_WORDS)].replace("\n", " ")):
            return start
    return None
