"""Windows of a recording that are listened to at once, and what of it was understood as it was said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accord.readers.speech.activity import FRAME_S, Stretch, packed, voiced
from accord.readers.speech.features import WINDOW_S
from accord.readers.speech.words import Hearing, Word

Floats = NDArray[np.float32]

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
_SAID_S = 1.0


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


def unexplained(
    found: Sequence[Stretch], words: Sequence[Word], doubts: Sequence[tuple[float, float]], activity: Floats
) -> list[tuple[float, float]]:
    """Where somebody speaks for a second without a word or a doubt that says so."""
    covered = [*((word.start, word.end) for word in words), *doubts]
    return [
        (piece.start, piece.end)
        for piece in found
        if voiced(activity, piece.start, piece.end) >= _SAID_S
        and not any(start < piece.end and piece.start < end for start, end in covered)
    ]


def plainly(heard: Hearing, frames: int) -> NDArray[np.bool_]:
    """For each frame of a recording, whether it is near words that were understood well as they were said."""
    near = np.zeros(frames, dtype=np.bool_)
    if heard.sureness >= WELL:
        for word in heard.words:
            near[max(0, int((word.start - _NEARBY_S) / FRAME_S)) : int((word.end + _NEARBY_S) / FRAME_S) + 1] = True
    for start, end in heard.doubts:
        near[int(start / FRAME_S) : int(end / FRAME_S) + 1] = False
    return near


def language_of(hearings: Sequence[Hearing]) -> str:
    """The language of the channel on which most was said; empty where nothing was."""
    most = max(hearings, key=lambda hearing: len(hearing.words), default=None)
    return most.language if most is not None and most.words else ""
