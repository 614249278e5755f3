"""Whether a value stands free of what is beside it: words, amounts, decimals, times, codes, UUIDs.

A comma, a slash or a colon beside a digit often joins it to a longer number (`1,234,567`, `12/31`, `10:30`), but
it also parts the cells of a table (`4539655921760834,12`). What a check proves, and what has nine digits or
more, is therefore let go only where the joined characters really are an amount, a decimal, a time or a code.
"""

from __future__ import annotations

import re

from accord.detect.tables.pattern import Edge
from accord.detect.tables.words import OTHER_NUMBERS, OTHER_UNITS

_CURRENCY = "$€£¥₹₩₽฿"
_MANY = 9  # digits from which a number is too long for a part of an amount, a date or a version
_AMOUNT = re.compile(r"\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3})+(?:,\d+)?)")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF-")
_RUN_BEFORE = re.compile(r"[0-9.,]*$")
_RUN_AFTER = re.compile(r"[0-9.,]*")
_TAIL = re.compile(r"[A-Za-z0-9-]{0,40}")


def joins(character: str) -> bool:
    """Whether a neighbour is part of the same word; scripts written without blanks do not join."""
    if character == "_":
        return True
    code = ord(character)
    return character.isalnum() and (code < 0x0E00 or 0x1E00 <= code < 0x2000)


def clear(text: str, start: int, end: int, edge: Edge, proven: bool = False) -> bool:
    """Whether a value stands free of what is beside it.

    Args:
        text: the whole text.
        start: where the value begins.
        end: where it ends.
        edge: what may stand beside it.
        proven: whether a check proves the value, so that a mark beside it says little.
    """
    if edge is Edge.FREE:
        return True
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if (after != " " and joins(after)) or (
        before != " " and joins(before) and not (before in "nrt" and start > 1 and text[start - 2] == "\\")
    ):
        return False
    if (before == "-" or after == "-") and _in_uuid(text, start, end):
        return False
    if edge is Edge.WORD or not (_longer_before(text, start, before) or _longer_after(text, end, after)):
        return True
    return _parted(text, start, end, before, after, proven)


def constant(value: str) -> bool:
    """Whether the digits are many and all one digit: such numbers pass checksums and are nobody's."""
    digits = set(filter(str.isdigit, value))
    return len(digits) == 1 and len(value) > 6 and not any(c.isalpha() for c in value)


def named_otherwise(text: str, start: int, end: int) -> bool:
    """Whether a plain number stands beside a word that says it is something else (`offset`, `order no.`)."""
    if not text[start:end].replace(" ", "").isdigit():
        return False
    head = text[max(0, start - 24) : start].rpartition("\n")[2].casefold().rstrip(" :=#\"'([.-")
    last = head.rpartition(" ")[2].rpartition("_")[2].strip(":=#\"'().,")
    if last in ("no", "nr", "number", "id", "num", "n°"):
        last = head.rpartition(" ")[0].rpartition(" ")[2] or head.rpartition("_")[0]
    return last in OTHER_NUMBERS or text[end : end + 12].lstrip().casefold().startswith(OTHER_UNITS)


def _in_uuid(text: str, start: int, end: int) -> bool:
    """Whether the hexadecimal characters around a value make a UUID (RFC 9562) that is longer than it."""
    first, last = start, end
    while first > 0 and start - first < 40 and text[first - 1] in _HEXADECIMAL:
        first -= 1
    while last < len(text) and last - end < 40 and text[last] in _HEXADECIMAL:
        last += 1
    return _UUID.fullmatch(text, first, last) is not None


def _parted(text: str, start: int, end: int, before: str, after: str, proven: bool) -> bool:
    """Whether a long value only has a mark of separation beside it, and is not part of a longer number."""
    value = text[start:end]
    digits = sum(c.isdigit() for c in value)
    if not proven and digits < _MANY:
        return False
    if any(c.isalpha() for c in value):
        return not (before in "-\\" and _longer_before(text, start, before)) and not (
            after in "-\\" and _longer_after(text, end, after)
        )
    priced = before in _CURRENCY or (before == " " and start >= 2 and text[start - 2] in _CURRENCY)
    if priced and not proven:
        return False
    left = _RUN_BEFORE.search(text, max(0, start - 24), start)
    right = _RUN_AFTER.match(text, end, end + 24)
    joined = (left.group() if left else "") + value + (right.group() if right else "")
    if _AMOUNT.fullmatch(joined.rstrip(".,")):
        return False
    freed = not _longer_before(text, start, before) or _side(
        value, before, left.group() if left else "", proven, True
    )
    return freed and (
        not _longer_after(text, end, after) or _side(value, after, right.group() if right else "", proven, False)
    )


def _side(value: str, mark: str, run: str, proven: bool, left: bool) -> bool:
    """Whether what is on one side of a value of digits only parts it from something else."""
    if mark in ("-", "\\"):
        return False
    if mark == ".":
        if left:
            return len(run) < 2 or not run[-2].isdigit()
        return proven or not run[1:2].isdigit()
    groups = re.split(r"\D+", value.strip())
    near = len(groups[0] if left else groups[-1])
    if mark == ":":
        return proven or near >= 3
    if mark == "/":
        return proven or near >= 4
    return True


def _longer_before(text: str, start: int, before: str) -> bool:
    """Whether a number may be the end of an amount, a decimal or a hyphenated code."""
    if before in _CURRENCY or (before == " " and start >= 2 and text[start - 2] in _CURRENCY):
        return True
    if before not in "-.,/:+\\" or start < 2:
        return False
    second = text[start - 2]
    if before in ".,:+":
        return second.isdigit()
    return _coded_before(text, start)


def _coded_before(text: str, start: int) -> bool:
    """Whether the word that a hyphen or a slash ends holds digits."""
    head = start - 1
    while head > 0 and start - head < 40 and (text[head - 1].isalnum() or text[head - 1] in "-_"):
        head -= 1
    return any(c.isdigit() for c in text[head:start])


def _longer_after(text: str, end: int, after: str) -> bool:
    """Whether a number may go on: a decimal, a version, a code."""
    if after not in "-.,/:\\" or end + 1 >= len(text):
        return False
    second = text[end + 1]
    if after in ".,:/":
        return second.isdigit()
    tail = _TAIL.match(text, end + 1)
    return tail is not None and any(c.isdigit() for c in tail.group())
