"""Sentences that were broken to fit a page: a name or a number that goes on in the next line is one again.

A line was broken where the next word would not have fitted. That shows in a paragraph: most of its lines are full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned

_LINE = re.compile(r"[ \t>|]*([^\r\n]*?)[ \t]*(?:\r?\n|$)")
_WORD = re.compile(r"\S+")
_ENDS = re.compile(r"[.!?:;=\\…。！？][\"'”’)\]]*$")  # `=` and `\` end lines that are encoded or go on as code
_BEGINS = re.compile(r"[-*•‣–—#|>=]|\(?\d{1,3}[.)](?!\d)\s|[^\s:]{1,20}(?: [^\s:]{1,20}){0,2}:(?=\s|$)")
_WIDTH = 28  # characters; shorter lines are labels, cells, verse
_WORDS = 4
_SLACK = 0.82  # letters are not equally wide, so a full line may have fewer of them than the longest
_FULL = 0.6  # of the lines of a paragraph
_STRUCTURED = ("json.", "csv.", "code.", "html.")


def read_flowed(reading: Reading) -> Reading | None:
    """Join lines that were broken to fit, or say None where there are none."""
    if reading.text.count("\n") == 0 or any(f.syntax.startswith(_STRUCTURED) for f in reading.fields):
        return None
    swaps = [swap for paragraph in _paragraphs(reading.text) for swap in _joints(reading.text, paragraph)]
    if not swaps:
        return None
    return aligned(reading, swaps, "flowed", fields=reading.fields)


def _paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Runs of lines without an empty one between them, each without the blanks and quote signs around it."""
    lines: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        if match is None or match.end() == at:
            break
        at = match.end()
        if match.start(1) < match.end(1):
            lines.append(match.span(1))
            continue
        if len(lines) > 1:
            yield lines
        lines = []
    if len(lines) > 1:
        yield lines


def _joints(text: str, lines: list[tuple[int, int]]) -> Iterator[Swap]:
    width = max(end - start for start, end in lines)
    if width < _WIDTH:
        return
    full = [_is_full(text, line, following, width) for line, following in pairwise(lines)]
    if sum(full) < _FULL * len(full):
        return
    for (line, following), joins in zip(pairwise(lines), full, strict=True):
        if joins and not _ENDS.search(text, *line) and not _BEGINS.match(text, *following):
            hyphenated = text[line[1] - 1] == "-" and text[line[1] - 2 : line[1] - 1].isalnum()
            yield line[1], following[0], "" if hyphenated else " "


def _is_full(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    word = _WORD.match(text, *following)
    room = line[1] - line[0] + 1 + (len(word[0]) if word else 0)
    return room > _SLACK * width and len(text[slice(*line)].split()) >= _WORDS
