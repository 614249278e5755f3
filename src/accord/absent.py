"""What stands in for a plugin whose weights are missing: whatever it would have looked at is not inspected.

It plays the part of the plugin and no other: without eyes, text is still read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from accord.errors import ModelError

_PARTS = ("detect", "look", "listen", "read_picture", "read_sound")


def unavailable(name: str, factory: Any, error: ModelError) -> Any:
    """A plugin that raises `ModelError` when it is asked.

    Args:
        name: what the plugin is called.
        factory: its class, which tells which part it plays; one that does not is asked about everything.
        error: what is missing.
    """
    played = [part for part in _PARTS if hasattr(factory, part)] or list(_PARTS)
    body: dict[str, Any] = {
        "name": name,
        "categories": frozenset(),
        "floor": 0.0,
        "reference": "",
        "joins": False,
        **dict.fromkeys(played, _refuse(str(error), error.hint)),
    }
    return type("Unavailable", (), body)()


def _refuse(message: str, hint: str) -> Callable[..., NoReturn]:
    def refuse(*_: object) -> NoReturn:
        # A new error each time: one that is raised again and again keeps the frames, and the content, of them all.
        raise ModelError(message, hint=hint)

    return refuse
