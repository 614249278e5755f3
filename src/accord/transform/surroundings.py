"""What surrounds a place in a text.

In an address or a tag of markup nothing is restored; in JSON what is restored is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

_LEFT, _RIGHT = 2048, 512  # an address longer than this is none
_FAR = 65_536
_WORD_LEFT = re.compile(r"[!-~]*$")
_WORD_RIGHT = re.compile(r"[!-~]*")
_ADDRESS = re.compile(
    r"//|\bwww\.|\b(?:data|mailto|javascript|tel|ftp):|\]\(|^\[.+\]:|[\w-]\.[A-Za-z]{2,}[/?#:]|\]\.(?:[\w-]+\.)+[A-Za-z]{2,}"
    r"|\]\.(?:com|net|org|io|dev|app|ru|cn|info|biz|co)\b",
    re.IGNORECASE,
)
_TAG_OPENS = re.compile(r"<[A-Za-z/!?]")


def in_link(text: str, start: int, end: int) -> bool:
    """Whether a stretch of text is part of a web address, a Markdown link or a tag of markup."""
    left = _WORD_LEFT.search(text, max(0, start - _LEFT), start)
    right = _WORD_RIGHT.match(text, end, end + _RIGHT)
    word = (left[0] if left else "") + text[start:end] + (right[0] if right else "")
    if _ADDRESS.search(word.replace("\\/", "/")):
        return True
    return _in_markup(text, start) or _in_target(text, start)


def _in_markup(text: str, at: int) -> bool:
    """Whether a tag opened before and not closed since; a quoted `>` closes none."""
    opened = text.rfind("<", max(0, at - _FAR), at)
    while opened >= 0:
        if _TAG_OPENS.match(text, opened):
            return not _closes(text, opened, at)
        opened = text.rfind("<", max(0, at - _FAR), opened)
    return False


def _closes(text: str, opened: int, at: int) -> bool:
    quote = ""
    for character in text[opened:at]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ">":
            return True
    return False


def _in_target(text: str, at: int) -> bool:
    """Whether it stands in the parentheses of a Markdown link whose target holds spaces."""
    opened = text.rfind("](", max(0, at - _LEFT), at)
    return opened >= 0 and not any(c in text[opened + 2 : at] for c in ")\n")


def writer(text: str, values: Iterable[str]) -> Callable[[str], str]:
    """How a value is written into a text: as it is, or escaped where the text is JSON and the value needs it."""
    if all(json.dumps(value, ensure_ascii=False)[1:-1] == value for value in values) or not _is_json(text):
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
