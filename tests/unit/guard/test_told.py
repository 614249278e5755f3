"""Readers of recordings are told the names of the texts beside them, and those that the session knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from accord.core.media import Heard, Sound, Stop
from accord.guard.media import Scene
from accord.guard.told import told


class Listener:
    """Remembers what it was told."""

    name = "listener"

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(names)

    def told(self, names: Sequence[str]) -> Listener:
        return Listener(names)

    def read_sound(self, sound: Sound, stop: Stop) -> Heard:
        return Heard()


class Plain:
    """Cannot be told anything."""

    name = "plain"

    def read_sound(self, sound: Sound, stop: Stop) -> Heard:
        return Heard()


def _scene(level: float) -> Sound:
    return Sound.of(np.full((800, 1), level, dtype=np.float32), 8000)


def _never() -> Sequence[str]:
    raise AssertionError("nobody listens, so nobody asks")


def test_who_can_be_told_is_told_and_the_reader_itself_stays_as_it_is() -> None:
    listener, plain = Listener(), Plain()
    made = told([listener, plain], [(0, _scene(0.5))], lambda: ("Ann Lee",))
    assert isinstance(made[0], Listener)
    assert made[0].names == ("Ann Lee",)
    assert made[1] is plain
    assert listener.names == ()


def test_nothing_is_asked_where_there_is_nothing_to_hear() -> None:
    lookers = [Listener()]
    nothing: list[tuple[int, Scene]] = [(0, _scene(0.0))]
    assert told(lookers, nothing, _never) is lookers
    assert told(lookers, [], _never) is lookers
    assert told([Plain()], [(0, _scene(0.5))], _never)
    assert told(lookers, [(0, _scene(0.5))], lambda: ()) is lookers
