"""Opens pictures, recordings and documents in a process of their own, and builds them anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from types import TracebackType

from accord.core.content import Audio
from accord.core.media import Changes, Flaw, Opening, Stop
from accord.core.roles import Media
from accord.media.limits import MediaLimits
from accord.media.process import Decoders
from accord.media.rebuild import rebuild

NO_SOUND = "it is said to be a recording and is none"

_HEARD = frozenset({"sound", "other"})  # what is nothing known has a flaw of its own
_SUFFIXES = {
    "application/json": ".json",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "image/svg+xml": ".svg",
    "text/markdown": ".md",
    "message/rfc822": ".eml",
}


class MediaOpener:
    """Opens what is no text, within bounds. Implements `accord.core.roles.Opener`.

    Args:
        limits: bounds on one part with everything embedded in it.
        workers: how many parts may be opened at once.
    """

    def __init__(self, limits: MediaLimits | None = None, workers: int = 2) -> None:
        self._limits = limits or MediaLimits()
        self._decoders = Decoders(self._limits, workers)

    def __enter__(self) -> MediaOpener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, part: Media, stop: Stop) -> Opening:
        """Open a part. What goes wrong is a flaw of the opening, never an exception."""
        if not len(part):
            return Opening((), (Flaw("fault.undecodable", "the file is empty"),))
        if len(part) > self._limits.bytes:
            return Opening((), (Flaw("fault.uninspected", "the file is larger than is read"),))
        # Only the suffix goes over: a name may carry a person's name, and nothing else of it is needed.
        declared = part.media_type.partition(";")[0].strip().lower()
        suffix = PurePath(part.name).suffix[:10] or _SUFFIXES.get(declared, "")
        opening = self._decoders.unpack(part.reveal(), f"content{suffix}", stop)
        if isinstance(part, Audio) and opening.items and opening.items[0].kind not in _HEARD:
            # Whoever takes recordings takes these bytes for samples: nobody has inspected what they make of them.
            return replace(opening, flaws=(*opening.flaws, Flaw("fault.uninspected", NO_SOUND)))
        return opening

    def rebuild(self, part: Media, opening: Opening, changes: Changes) -> Media:
        """Build a part anew from what was inspected; see `accord.media.rebuild`.

        Raises:
            ContentError: it cannot be built.
        """
        return rebuild(part, opening, changes, self._limits, rewrite=self._decoders.rewrite)

    def close(self) -> None:
        """End the processes that open files; a later part starts new ones."""
        self._decoders.close()
