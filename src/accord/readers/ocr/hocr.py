"""Reads hOCR, the microformat engines for letters write (hOCR 1.2: `ocr_line`, `ocrx_word`, `ocrx_cinfo`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Square = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

_BOX = re.compile(r"\b(?:x_bboxes|bbox) (-?\d+) (-?\d+) (-?\d+) (-?\d+)")
_SURE = re.compile(r"\bx_w?conf (\d+(?:\.\d+)?)")
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})


@dataclass(slots=True)
class Word:
    """A word: its box, its confidence from 0 to 100, and its letters with their boxes."""

    box: Square
    sure: float
    letters: list[tuple[str, Square]] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[Word]] = []
        self._letter: Square | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind, title = given.get("class") or "", given.get("title") or ""
        found = _BOX.search(title)
        if kind in _LINES:
            self.lines.append([])
        if found is None or not self.lines:
            return
        box: Square = (int(found[1]), int(found[2]), int(found[3]), int(found[4]))
        if kind == "ocrx_word":
            sure = _SURE.search(title)
            self.lines[-1].append(Word(box, float(sure[1]) if sure else 0.0))
        elif kind == "ocrx_cinfo":
            self._letter = box

    def handle_data(self, data: str) -> None:
        if self._letter is not None and self.lines[-1]:
            self.lines[-1][-1].letters += [(letter, self._letter) for letter in data.strip()]
        self._letter = None


def words_of(text: str) -> list[list[Word]]:
    """Lines of words with their letters; words without letters are left out."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    lines = [[word for word in line if word.letters] for line in parser.lines]
    return [line for line in lines if line]
