"""What surrounds a place in a text.

In an address or a tag of markup nothing is restored; in JSON what is restored is escaped. What of a text is address
or markup is found in one pass over it, however many places are asked for.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable

LOOKAHEAD = 32
"""How many characters after a place can make it part of an address."""

_FAR = 65_536  # an address or a tag longer than this is none
_NEAR = 4096
_OVERLAP = 64  # longer than any mark
# A colon, a dot and a slash make addresses; Markdown takes everything up to ASCII white space for part of one.
_BLANK = re.compile(r"[ \t\r\n\f\v]+")
_MARKER = re.compile(
    r"//|\\/\\?/|/\\/|\bwww\.|\b(?:data|mailto|javascript|tel|ftp):|\]\(|[\w-]\.[A-Za-z]{2,}[/?#:]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?<![!-~])\[[^\s\]]+\]:")
_HOST_GOES_ON = re.compile(r"[\])}>*_`~\"']{0,4}\.\w")
_HOST = re.compile(r"[\])}>*_`~\"']{0,4}[A-Za-z0-9.\-]*")
_OPENS = re.compile(r"[A-Za-z/!?]")
_DELIMITER = re.compile(r"[<>\"']")
_TARGET = re.compile(r"\]\(|[)\n]")


def carried(text: str) -> str:
    """As much of a text as decides what is an address or markup in what follows: its end, and what is open there.

    Args:
        text: all of it, or what was carried of it before and what came since.
    """
    if len(text) <= _NEAR:
        return text
    cut = len(text) - _NEAR
    return _open_at(text[: cut + _OVERLAP]) + text[cut:]


def _open_at(text: str) -> str:
    """What opens in a text and has not closed at its end, in as few characters as say so."""
    opened = max((start for start, end in _markup(text) if end > len(text)), default=-1)
    if opened < 0:
        opened = max((start for start, end in _each_tag(text) if end > len(text)), default=-1)
    made = f"<a {_open_quote(text, opened)}" if opened >= 0 else ""
    if any(end > len(text) for _, end in _targets(text)):
        made += "]("
    word = text[max((m.end() for m in _BLANK.finditer(text)), default=0) :]
    return made + ("//" if _MARKER.search(word) or _REFERENCE.search(word) else "")


def _open_quote(text: str, opened: int) -> str:
    quote = ""
    for match in _DELIMITER.finditer(text, opened + 1):
        if quote:
            quote = "" if match[0] == quote else quote
        elif match[0] in "\"'":
            quote = match[0]
    return quote


class Links:
    """Where in a text there are addresses, Markdown links and tags of markup.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._blanks = [(m.start(), m.end()) for m in _BLANK.finditer(text)]
        # A mark stands where it is certain to be one, so that nothing farther away decides.
        marks = [m.end() - 1 for m in _MARKER.finditer(text)]
        marks += [m.end() - 1 for m in _REFERENCE.finditer(text)]
        self._marks = sorted(marks)
        self._inside = _merged([*_markup(text), *_each_tag(text), *_targets(text)])

    def hold(self, start: int, end: int) -> bool:
        """Whether a stretch of the text is part of a web address, a Markdown link or a tag of markup."""
        index = bisect_right(self._inside, (start, len(self._text) + 1)) - 1
        if index >= 0 and self._inside[index][0] < start < self._inside[index][1]:
            return True
        left, right = self._word(start, end)
        at = bisect_left(self._marks, left)
        if at < len(self._marks) and self._marks[at] < right:
            return True
        after = self._text[end : end + LOOKAHEAD]
        return bool(_HOST_GOES_ON.match(after) or (len(after) == LOOKAHEAD and _HOST.fullmatch(after)))

    def _word(self, start: int, end: int) -> tuple[int, int]:
        """From where to where nothing parts the text around a stretch of it."""
        before = bisect_right(self._blanks, (start, start)) - 1
        left = max(self._blanks[before][1] if before >= 0 else 0, start - _FAR)
        after = bisect_left(self._blanks, (end, end))
        right = self._blanks[after][0] if after < len(self._blanks) else len(self._text)
        return min(left, start), min(right, end + LOOKAHEAD)


def _markup(text: str) -> list[tuple[int, int]]:
    """The tags of markup, read one after the other as a browser does: a quoted `>` closes none."""
    spans: list[tuple[int, int]] = []
    opened, quote = -1, ""
    for match in _DELIMITER.finditer(text):
        at, character = match.start(), match[0]
        if opened >= 0 and at - opened > _FAR:
            spans.append((opened, opened + _FAR))
            opened, quote = -1, ""
        if opened < 0:
            if character == "<" and _OPENS.match(text, at + 1):
                opened = at
        elif quote:
            quote = "" if character == quote else quote
        elif character == ">":
            spans.append((opened, at + 1))
            opened = -1
        elif character != "<":
            quote = character
    return [*spans, (opened, opened + _FAR)] if opened >= 0 else spans


def _each_tag(text: str) -> list[tuple[int, int]]:
    """The tags of markup, each read from where it opens, whatever it opens in: a quote before may be none."""
    spans: list[tuple[int, int]] = []
    opened, quote = -1, ""
    for match in _DELIMITER.finditer(text):
        at, character = match.start(), match[0]
        if character == "<" and _OPENS.match(text, at + 1):
            if opened >= 0:
                spans.append((opened, min(at, opened + _FAR)))
            opened, quote = at, ""
        elif opened >= 0 and quote:
            quote = "" if character == quote else quote
        elif opened >= 0 and character == ">":
            spans.append((opened, min(at + 1, opened + _FAR)))
            opened = -1
        elif opened >= 0 and character != "<":
            quote = character
    return [*spans, (opened, opened + _FAR)] if opened >= 0 else spans


def _targets(text: str) -> list[tuple[int, int]]:
    """What stands in the parentheses of Markdown links, also where it holds spaces."""
    spans: list[tuple[int, int]] = []
    opened = -1
    for match in _TARGET.finditer(text):
        if match[0] == "](":
            if opened >= 0:
                spans.append((opened, min(match.end(), opened + _FAR)))
            opened = match.start()
        elif opened >= 0:
            spans.append((opened, min(match.end(), opened + _FAR)))
            opened = -1
    return [*spans, (opened, opened + _FAR)] if opened >= 0 else spans


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] - 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def writer(text: str, values: Iterable[str], within_json: bool | None = None) -> Callable[[str], str]:
    """How a value is written into a text: as it is, or escaped where the text is JSON and the value needs it.

    Args:
        text: the text.
        values: what is to be written.
        within_json: whether the text is part of a JSON text; None where the text itself tells.
    """
    if all(json.dumps(value, ensure_ascii=False)[1:-1] == value for value in values):
        return str
    if not (_is_json(text) if within_json is None else within_json):
        return str
    return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[", '"')):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
