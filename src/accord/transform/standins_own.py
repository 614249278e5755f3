"""Parts of stand-ins that look like something by themselves.

A card number that nobody has may hold what looks like a telephone number. It is part of what this scope has issued,
and stands for nothing of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from accord.core.edit import Edit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.transform.pseudonyms import Batch

Edits = Mapping[Reading | None, list[Edit]]


def without_parts(edits: Edits, roots: Sequence[Reading], batch: Batch) -> dict[Reading | None, list[Edit]]:
    """The edits without those of a part of a stand-in; those of a whole one stay.

    Args:
        edits: by frame; None is the tape.
        roots: the readings of the tape.
        batch: the pseudonyms of the scope.
    """
    kept: dict[Reading | None, list[Edit]] = {}
    for frame, found in edits.items():
        if frame is not None:
            own = batch.own(frame.text)
        else:
            lying = sorted((root.offset, root.text) for root in roots if root.starts is None)
            own = [Span(one.start + at, one.end + at) for at, text in lying for one in batch.own(text)]
        starts = [span.start for span in own]
        kept[frame] = [edit for edit in found if not _within(edit.span, own, starts)]
    return kept


def _within(span: Span, own: Sequence[Span], starts: Sequence[int]) -> bool:
    index = bisect_right(starts, span.start) - 1
    return index >= 0 and own[index].covers(span) and own[index] != span
