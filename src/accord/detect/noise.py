"""What of a text is worth showing to a model: words, and no digests, time stamps, encoded data or counters.

A view has as many characters as the text it stands for, so that places in one are places in the other; what no name
or address can stand in is blank in it. A line of a log is a view of its own, with its numbers written alike: lines
that differ in numbers only are then one to the model, and to what remembers its answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+={0,2}|(?<![\w\-])[A-Za-z0-9_\-]{65,}+")
_DIGEST = re.compile(
    r"(?i)(?<![^\W_])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=(?:[0-9]*+[a-f]){3})(?=[a-f]*+[0-9])[0-9a-f]{16,}+)(?![^\W_])"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_LONG = 65

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_STAMP = re.compile(
    r"\d{4}[-/.]\d\d[-/.]\d\d[T ]+\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[ ]?[+\-]\d\d:?\d\d)?(?!\w)"
    rf"|\d\d/{_MONTH}/\d{{4}}:\d\d:\d\d:\d\d(?:[ ][+\-]\d{{4}})?"
    rf"|(?<!\w){_MONTH}[ ]{{1,2}}\d{{1,2}}[ ]\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?"
    r"|(?<![\d:])\d\d:\d\d:\d\d[.,]\d{3,9}"
)
_STAMP_WITHIN = 64  # characters from the beginning of a line
_FEWEST_LINES = 3
_LOG_NOISE = re.compile(
    rf"{_STAMP.pattern}"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])(?::\d{1,5})?"  # an IPv4 address and its port
    r"|(?i:(?<![^\W_])(?:0x[0-9a-f]+|(?=[0-9]*+[a-f])(?=[a-f]*+[0-9])[0-9a-f]{8,}+)(?![^\W_]))"
    r"|(?<![\w@.])(?:[a-z]+[\-_]?\d[\w\-]*+(?![@.]\w)|port[ ]\d{1,5}(?!\w))"  # `ssh2`, `worker-7`, `port 22`
    r"|(?<![\w@.])[a-z]\w*+(?:\.[a-z]\w*+)*+\.[A-Z]\w*+(?:\.\w++)*+(?![@\w])"  # `org.example.Main`
    r"|(?<![^\s\"'=(])/[\w.\-~%@]++(?:/[\w.\-~%@]*+)++"  # a path, without its query
)
_DIGITS = re.compile(r"\d+")


def views(text: str) -> Iterator[tuple[int, str]]:
    """What of a text to show, in order: where each view begins, and what it shows.

    A view without two letters in a row is left out where the text has another: it says nothing by itself.
    """
    done = 0
    for start, end in _log_lines(text):
        yield from _worth(done, _plain(text[done:start]))
        yield from _worth(start, _log_line(text[start:end]))
        done = end
    yield from _worth(done, _plain(text[done:]))


def _log_lines(text: str) -> list[tuple[int, int]]:
    """The lines with a time stamp near their beginning, where there are enough to call it a log."""
    found = []
    at = 0
    while at < len(text):
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline + 1
        if _STAMP.search(text, at, min(end, at + _STAMP_WITHIN)):
            found.append((at, end))
        at = end
    return found if len(found) >= _FEWEST_LINES else []


def _worth(start: int, view: str) -> Iterator[tuple[int, str]]:
    if _WORD.search(view):
        yield start, view


def _plain(text: str) -> str:
    """A text without what is encoded or a digest."""
    if len(text) < 16:
        return text
    return _DIGEST.sub(_blank, _ENCODED.sub(_blank_encoded, text))


def _log_line(text: str) -> str:
    return _DIGITS.sub(_alike, _LOG_NOISE.sub(_blank, _plain(text)))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _blank_encoded(found: re.Match[str]) -> str:
    value = found[0]
    mixed = any(map(str.isdigit, value)) and any(map(str.isupper, value)) and any(map(str.islower, value))
    unbroken = len(value) >= _LONG and not any(mark in value for mark in "-_/+")
    return " " * len(value) if mixed or unbroken else value


def _alike(found: re.Match[str]) -> str:
    """Numbers that differ become one: two digits for up to four, five for five, none for more."""
    size = len(found[0])
    if size > 5:
        return " " * size
    return "11111"[:size] if size in (1, 5) else "11".ljust(size)
