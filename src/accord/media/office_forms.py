"""Tables whose labels stand beside their values, told from tables whose header names columns."""

from __future__ import annotations

from collections.abc import Sequence

from accord.detect.fields import category_of

_LONGEST = 60  # characters of a label
_ROWS = 500  # rows looked at


def is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table of two columns, or of twice two, holds labels and values side by side.

    It does where at least two labels stand in places of labels, more than in places of values, and more than the
    first row has: a header names its columns once.

    Args:
        rows: what the cells say, row after row; empty for an empty cell.
    """
    seen = [row for row in rows[:_ROWS] if any(cell.strip() for cell in row)]
    if not seen or max(map(len, seen)) not in {2, 4}:
        return False
    named = [[_is_label(cell) for cell in row] for row in seen]
    labels = sum(sum(row[::2]) for row in named)
    values = sum(sum(row[1::2]) for row in named)
    header = named[0]
    if all(header) and labels + values <= len(header):
        return False
    return labels > values and (labels >= 2 or (labels == 1 and len(seen) == 1))


def _is_label(cell: str) -> bool:
    text = cell.strip()
    if not 0 < len(text) <= _LONGEST or "@" in text:
        return False
    return text.endswith(":") or bool(category_of(text.rstrip(": ").lower())[0])
