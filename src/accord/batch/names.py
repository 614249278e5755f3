"""File names are content too: `jane.doe@example.org.txt` names a person before anyone opens it."""

from __future__ import annotations

import re
from pathlib import PurePath, PurePosixPath

from accord.batch import kinds
from accord.batch.inputs import TEXT_SUFFIXES
from accord.core.content import Context, Part, Text
from accord.core.decision import Destination
from accord.errors import ContentError
from accord.guard import Guard

_TAG = re.compile(r"\[([A-Z][A-Z0-9_ +]*)\]")
_UNSAFE = re.compile(r"[/\\\0-\x1f\x7f]")
_KEPT = TEXT_SUFFIXES | kinds.PICTURE_SUFFIXES | kinds.DOCUMENT_SUFFIXES | kinds.SOUND_SUFFIXES | kinds.VIDEO_SUFFIXES
WITHHELD = "withheld"
"""The name of what may not keep its own."""


class Names:
    """Gives every path of a tree the name it may have at a destination.

    Each folder and file name is inspected by itself, without a suffix that only says what kind of file it is, and
    once more with underscores read as spaces. It is rewritten as the policy says, square brackets dropped. A name the
    policy refuses becomes `withheld`. Names that then are the same get numbers in the order in which they come, so
    that nothing is overwritten; capital letters do not make a difference.

    Args:
        guard: inspects and decides.
        to: where the files go.
        context: on whose behalf.
        reserved: names at the top of the tree that are taken.
    """

    def __init__(
        self, guard: Guard, to: Destination, context: Context, *, reserved: frozenset[str] = frozenset()
    ) -> None:
        self._guard, self._to, self._context = guard, to, context
        self._given: dict[tuple[str, ...], PurePosixPath] = {}
        self._taken: dict[PurePosixPath, set[str]] = {PurePosixPath(): {name.casefold() for name in reserved}}
        self._shown: dict[str, str] = {}

    def name(self, relative: PurePath) -> PurePosixPath:
        """The name a path gets; the same every time it is asked for."""
        path = PurePosixPath()
        for depth in range(1, len(relative.parts) + 1):
            key = relative.parts[:depth]
            if key not in self._given:
                self._given[key] = self.free(path, self.shown(key[-1]))
            path = self._given[key]
        return path

    def shown(self, name: str) -> str:
        """One name as it may be shown at the destination."""
        if name not in self._shown:
            suffix = PurePath(name).suffix
            stem = name[: -len(suffix)] if suffix.lower() in _KEPT else name
            self._shown[name] = self._rewritten(stem) + name[len(stem) :]
        return self._shown[name]

    def _rewritten(self, stem: str) -> str:
        try:
            text = self._released(Text(stem))
            if text is not None and "_" in text:
                # An underscore counts as a letter, so that `john_smith` is no word of a name.
                spaced = text.replace("_", " ")
                again = self._released(Text(spaced))
                text = text if again == spaced else again and again.replace(" ", "_")
        except ContentError:
            text = None
        if text is None:
            return WITHHELD
        if text == stem:
            return stem
        plain = _UNSAFE.sub("_", _TAG.sub(lambda m: m[1].replace(" ", "_"), text)).strip(". ")
        return plain or WITHHELD

    def _released(self, part: Part) -> str | None:
        decision = self._guard.inspect(part, self._context).release(self._to)
        if decision.content is None or not isinstance(decision.content[0], Text):
            return None
        return decision.content[0].reveal()

    def free(self, folder: PurePosixPath, name: str) -> PurePosixPath:
        """A path in a folder of the output that nothing else has; taken from now on."""
        taken = self._taken.setdefault(folder, set())
        suffix = PurePath(name).suffix
        stem, free, number = name.removesuffix(suffix), name, 2
        while free.casefold() in taken:
            free, number = f"{stem}-{number}{suffix}", number + 1
        taken.add(free.casefold())
        return folder / free
