"""Windows of a recording that are listened to at once, and what of it was understood as it was said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accord.readers.speech.activity import FRAME_S, Stretch, packed
from accord.readers.speech.features import WINDOW_S
from accord.readers.speech.words import Hearing

ROOM_S = 15.0
"""Seconds that are listened to at least, silence behind what is said included."""

TAIL_S = 3.0
"""Seconds of silence that are listened to behind what is said."""

PAUSE_S = 2.0
"""Seconds of silence that end a window."""

WELL = -0.5
"""How sure what was understood well is: twice as sure as what is just about trusted."""

_MOST_S = 28.0
_NEARBY_S = 1.0


def room(start: float, end: float) -> float:
    """Seconds that are listened to for a window, with silence behind it."""
    return min(WINDOW_S, max(ROOM_S, end - start + TAIL_S))


def windows_of(found: Sequence[Stretch], languages: dict[Stretch, str]) -> list[tuple[str, tuple[Stretch, ...]]]:
    """Windows in which one language is spoken."""
    windows: list[tuple[str, tuple[Stretch, ...]]] = []
    run: list[Stretch] = []
    for stretch in [*found, None]:
        if run and (stretch is None or languages[stretch] != languages[run[-1]]):
            windows += [(languages[run[0]], window) for window in packed(run, _MOST_S, PAUSE_S)]
            run = []
        if stretch is not None:
            run.append(stretch)
    return windows


def plainly(heard: Hearing, frames: int) -> NDArray[np.bool_]:
    """For each frame of a recording, whether it is near words that were understood well as they were said."""
    near = np.zeros(frames, dtype=np.bool_)
    if heard.sureness >= WELL:
        for word in heard.words:
            near[max(0, int((word.start - _NEARBY_S) / FRAME_S)) : int((word.end + _NEARBY_S) / FRAME_S) + 1] = True
    for start, end in heard.doubts:
        near[int(start / FRAME_S) : int(end / FRAME_S) + 1] = False
    return near
