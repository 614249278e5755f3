"""Tables in text: CSV and TSV (RFC 4180), whose header names every cell, and Markdown tables."""

from __future__ import annotations

import re

from accord.readers.align import Scan

_SEPARATORS = (",", "\t", ";", "|")
_HEADER_CELL = re.compile(r'\s*"?[^\W\d][\w .,:()/#?\'\-]{0,60}"?\s*')
_EVIDENCE_LINES = 6
_DOUBLED = re.compile('""')
_QUOTED = re.compile(r'[ ]*"((?:[^"]++|"")*+)"[ \t]*')


def separator(text: str, start: int, end: int) -> str:
    """Which separator makes a table of this text; "" where the evidence is thin.

    Evidence is a first line of short names, and the same number of cells (two or more) in the lines below.
    """
    newline = text.find("\n", start, end)
    if newline < 0:
        return ""
    header = text[start:newline].strip("\r\ufeff ")
    if not 3 <= len(header) <= 4_000:
        return ""
    for mark in _SEPARATORS:
        columns = header.count(mark) + 1
        if columns >= 2 and _is_header(header.split(mark)) and _agrees(text, newline + 1, end, mark, columns):
            return mark
    return ""


def _is_header(cells: list[str]) -> bool:
    names = [cell.strip().strip('"').strip().lower() for cell in cells]
    if len(set(names)) < len(names) or max(map(len, names)) > 60:
        return False
    named = sum(bool(_HEADER_CELL.fullmatch(cell)) and len(cell.split()) <= 4 for cell in cells)
    if names[-1][-1:] in {":", ".", "?"}:
        return False
    # Among many columns one or two may have names with odd characters ("Né(e) le", "N° SS").
    return named == len(names) or (len(names) >= 5 and named * 10 >= len(names) * 7 and all(names[:2]))


def _agrees(text: str, start: int, end: int, mark: str, columns: int) -> bool:
    """Whether the records after the header have as many cells as it has."""
    at, seen, agreeing = start, 0, 0
    while at < end and seen < _EVIDENCE_LINES:
        cells, at = _record(text, at, min(end, at + 100_000), mark)
        if len(cells) == 1 and cells[0][0] == cells[0][1]:
            continue
        seen += 1
        agreeing += len(cells) == columns
    if columns == 2 and mark == ",":
        return seen >= 2 and agreeing == seen
    return seen > 0 and agreeing >= max(1, seen - 1)


def _record(text: str, at: int, end: int, mark: str) -> tuple[list[tuple[int, int, bool]], int]:
    """One record: cells as (start, end, quoted), and where the next record begins."""
    cells: list[tuple[int, int, bool]] = []
    newline = text.find("\n", at, end)
    stop = end if newline < 0 else newline
    while True:
        quoted = _QUOTED.match(text, at, end) if text.startswith(('"', " "), at) else None
        if quoted and (quoted.end() == end or text[quoted.end()] in {mark, "\r", "\n"}):
            cells.append((quoted.start(1), quoted.end(1), True))
            at = quoted.end()
            if at > stop:
                newline = text.find("\n", at, end)
                stop = end if newline < 0 else newline
        else:
            found = text.find(mark, at, stop)
            close = found if found >= 0 else stop
            cells.append((*_trimmed(text, at, close), False))
            at = close
        if at < stop and text[at] == mark:
            at += 1
            continue
        return cells, min(end, stop + 1)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    cell = text[start:end]
    left = len(cell) - len(cell.lstrip())
    return (start + left, start + left + len(cell.strip())) if left < len(cell) else (start, start)


def scan_table(text: str, start: int, end: int, mark: str) -> Scan:
    """Name every cell after its column; doubled quotes are escapes."""
    scan = Scan()
    header, at = _record(text, start, end, mark)
    names = [text[a:b].strip("\ufeff ").lower() for a, b, _ in header]
    while at < end:
        cells, at = _record(text, at, end, mark)
        for (a, b, quoted), name in zip(cells, names, strict=False):
            scan.add(a, b, name, "csv.quoted" if quoted else "csv.bare")
            if quoted and text.find('""', a, b) >= 0:
                scan.swaps += ((m.start(), m.end(), '"') for m in _DOUBLED.finditer(text, a, b))
    return scan


_RULE = re.compile(r"(?m)^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*\r?$")


def scan_markdown_tables(text: str, start: int, end: int) -> Scan:
    """Name the cells of Markdown tables: a header line, a line of dashes, lines with bars."""
    scan = Scan()
    for rule in _RULE.finditer(text, start, end):
        head = text.rfind("\n", start, max(start, rule.start() - 1)) + 1
        names = [
            text[a:b].strip("*_` ").lower() for a, b in _bars(text, max(start, head), max(start, rule.start() - 1))
        ]
        at = rule.end() + 1
        while at < end:
            newline = text.find("\n", at, end)
            stop = end if newline < 0 else newline
            if text.find("|", at, stop) < 0:
                break
            for (a, b), name in zip(_bars(text, at, stop), names, strict=False):
                scan.add(a, b, name, "value")
            at = stop + 1
    return scan


def _bars(text: str, start: int, end: int) -> list[tuple[int, int]]:
    start, end = _trimmed(text, start, end)
    if start < end and text[start] == "|":
        start += 1
    if start < end and text[end - 1] == "|":
        end -= 1
    cells = []
    at = start
    while at <= end:
        bar = text.find("|", at, end)
        stop = end if bar < 0 else bar
        cells.append(_trimmed(text, at, stop))
        at = stop + 1
    return cells
