"""Numbers of sheets as they are shown: dates as dates, masks filled in, all digits of long numbers."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

_BUILT_IN_DATES = {**dict.fromkeys((14, 15, 16, 17, 22), "y"), **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "h")}
_BUILT_IN_DATES |= dict.fromkeys([*range(27, 37), *range(50, 59)], "y")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKETS = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", re.IGNORECASE)
_CONDITION = re.compile(r"\[(<=?|>=?|=|<>)(-?\d+(?:\.\d+)?)\]")
_MASK = re.compile(r"[0#?]+(?:[\s\-/.()+]+[0#?]+)+\)?")
_LONGEST = 30


def is_date(format_id: int, code: str) -> str:
    """Whether a number format (ECMA-376 part 1, 18.8.30) shows dates (`y`), times (`h`) or neither (empty)."""
    if not code:
        return _BUILT_IN_DATES.get(format_id, "")
    bare = _BRACKETS.sub("", _QUOTED.sub("", code.partition(";")[0])).lower()
    if any(mark in bare for mark in "0#?") and "y" not in bare:
        bare = bare.replace("ss.0", "ss")
        if any(mark in bare for mark in "0#?"):
            return ""
    if "general" in bare:
        return ""
    return "y" if "y" in bare or "d" in bare or "mmm" in bare else "h" if "h" in bare or "s" in bare else ""


def shown_number(raw: str, format_id: int, code: str, *, since_1904: bool) -> str:
    """What a cell with this value shows.

    Args:
        raw: the stored value.
        format_id: of its number format.
        code: the number format, where it is not built in.
        since_1904: days are counted from 1904 on.

    Returns:
        A date (ISO 8601), a masked number, or the number with all its digits.
    """
    try:
        value = Decimal(raw.strip())
    except InvalidOperation:
        return raw
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        return raw
    kind = is_date(format_id, code)
    if kind:
        return _date(value, kind, since_1904=since_1904) or _plain(value)
    mask = _mask(code, value)
    return _masked(value, mask) if mask else _plain(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(value: Decimal, kind: str, *, since_1904: bool) -> str:
    """A serial number as a date; days begin at 1899-12-30, because 1900 was no leap year."""
    start = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - days have no zone
    if not 0 <= value < 2_958_466:
        return ""
    try:
        moment = start + dt.timedelta(seconds=round(float(value) * 86_400))
    except OverflowError:
        return ""
    if kind == "h" and value < 1:
        return moment.strftime("%H:%M:%S").removesuffix(":00")
    clock = moment.time() != dt.time()
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if clock else f"{moment:%Y-%m-%d}"


def _mask(code: str, value: Decimal) -> str:
    """The mask of digits that a format lays over a whole number; empty where it is none."""
    if not code or value != value.to_integral_value():
        return ""
    sections = code.split(";")
    chosen = sections[0] if value >= 0 or len(sections) < 2 else sections[1]
    for section in sections:
        condition = _CONDITION.search(section)
        if condition is None:
            chosen = section if _CONDITION.search(sections[0]) else chosen
            break
        if _holds(value, condition[1], Decimal(condition[2])):
            chosen = section
            break
    bare = _BRACKETS.sub("", _QUOTED.sub(lambda found: found[1] or found[2] or "", chosen)).strip()
    found = _MASK.search(bare)
    if found is None or (set(found[0]) <= set("0#?.") and found[0].count(".") < 2):
        return ""
    start = found.start() - (bare[: found.start()].endswith("("))
    return bare[start : found.end()]


def _holds(value: Decimal, sign: str, limit: Decimal) -> bool:
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _masked(value: Decimal, mask: str) -> str:
    """Digits from the right into the places of a mask; what is too long stands before it."""
    digits = list(_plain(abs(value)))
    shown: list[str] = []
    for mark in reversed(mask):
        if mark in "0#?":
            shown.append(digits.pop() if digits else "0" if mark == "0" else "")
        else:
            shown.append(mark)
    return "".join(digits) + "".join(reversed(shown))
