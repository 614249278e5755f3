"""One walk over a file and everything embedded in it, within bounds."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace

from accord.core.media import Flaw, Item, Opening, Stop, Strip
from accord.media import sniff
from accord.media.limits import MediaLimits
from accord.media.parts import Embedded, Open, Opened
from accord.media.wire import hold

_DRAWN = re.compile(
    r"(?i)<(?:\w+:)?(?:path|image|use|foreignobject|script|polygon|polyline|symbol|glyph|pattern|animate)\b"
)
"""What draws or loads something that is no text: letters can be drawn with it."""

_TEXT_CUT = "the text is longer than is read"


@dataclass(frozen=True, slots=True, repr=False)
class _Waiting:
    file: Embedded
    parent: int | None
    depth: int


class _Spent:
    """What is left of the bounds on everything together."""

    def __init__(self, limits: MediaLimits) -> None:
        self.limits = limits
        self.pixels = limits.total_pixels
        self.characters = limits.characters
        self.bytes = limits.bytes
        self.samples = limits.samples

    def limits_left(self) -> MediaLimits:
        """The bounds for the next file: what those before it have left."""
        return replace(
            self.limits,
            total_pixels=max(0, self.pixels),
            characters=max(0, self.characters),
            bytes=max(0, self.bytes),
            samples=max(0, self.samples),
        )

    def count(self, opened: Opened) -> None:
        """Take off what one file has used. Embedded bytes count once they are unpacked."""
        self.pixels -= sum(s.width * s.height for s in opened.item.surfaces)
        self.characters -= sum(len(s.text) for s in opened.item.strips)
        self.samples -= len(opened.item.sound.packed) // 2 if opened.item.sound is not None else 0
        self.bytes -= sum(len(e.data) for e in opened.embedded)


def unpack(data: bytes, limits: MediaLimits, stop: Stop, hint: str = "") -> Opening:
    """Open a file and the files embedded in it, breadth first.

    Files are numbered in the order they are opened, the given one is 0. The walk ends by its bounds: files,
    depth, bytes unpacked, pixels, characters and time; what they cut off is a flaw of the file it stood in.

    Args:
        data: the bytes of the file.
        limits: bounds on all of it together.
        stop: answers whether time has run out.
        hint: a name whose suffix says what kind of text it is, if it is text.
    """
    waiting = deque([_Waiting(Embedded("", data), None, 0)])
    items: list[Item] = []
    flaws: list[Flaw] = []
    spent = _Spent(limits)
    while waiting:
        here = waiting.popleft()
        if here.parent is not None and stop():
            flaws.append(Flaw("fault.deadline", "there was no time for embedded files", here.parent))
            break
        if len(items) > limits.files:
            flaws.append(Flaw("fault.uninspected", "there are more embedded files than are opened", here.parent or 0))
            break
        number = len(items)
        opened = _open(here, number, spent.limits_left(), stop, hint)
        spent.count(opened)
        # A file that is rewritten in place needs its bytes again; those of the first one are the caller's.
        rewritten = number > 0 and opened.item.kind == "office"
        items.append(hold(opened.item, here.file.data) if rewritten else opened.item)
        flaws += opened.flaws
        if not opened.embedded:
            continue
        if here.depth >= limits.depth:
            flaws.append(Flaw("fault.uninspected", "files are embedded deeper than is opened", number))
        elif spent.bytes < 0:
            flaws.append(Flaw("fault.uninspected", "embedded files are larger together than is opened", number))
        else:
            waiting.extend(_Waiting(file, number, here.depth + 1) for file in opened.embedded)
    return Opening(tuple(items), tuple(dict.fromkeys(flaws)))


def _open(here: _Waiting, number: int, limits: MediaLimits, stop: Stop, hint: str) -> Opened:
    """Open one file by what its bytes are."""
    kind = sniff.media_type(here.file.data)
    opens = _reader_of(kind)
    if opens is None:
        return _other(here, number, kind, limits, hint)
    try:
        return opens(here.file.data, number, here.parent, here.file.key, limits, stop)
    except MemoryError:
        reason = "opening the file takes more memory than it may"
    except Exception:  # a reader that raises, against its contract, must not lose the other files
        reason = "the file cannot be opened"
    return _flawed(here, number, kind, Flaw("fault.undecodable", reason, number))


def _reader_of(kind: str) -> Open | None:
    if kind in sniff.PICTURES:
        from accord.media.picture import open_picture

        return open_picture
    if kind == "application/pdf":
        from accord.media.pdf import open_pdf

        return open_pdf
    if kind in sniff.SOUNDS:
        from accord.media.sound import open_sound

        return open_sound
    if kind in sniff.OFFICE:
        from accord.media.office import open_office

        return open_office
    return None


def _other(here: _Waiting, number: int, kind: str, limits: MediaLimits, hint: str) -> Opened:
    """Text is read as it is; everything else is named and refused."""
    data = here.file.data
    if not data:
        return _flawed(here, number, kind, Flaw("fault.undecodable", "the file is empty", number))
    text = sniff.text_of(data) if kind == sniff.UNKNOWN else None
    if text is None:
        return _flawed(
            here, number, kind, Flaw("fault.uninspected", f"{sniff.words_for(kind)} is not inspected", number)
        )
    if len(text) > limits.characters:
        return _flawed(here, number, "text/plain", Flaw("fault.uninspected", _TEXT_CUT, number))
    named = sniff.text_type(text, here.file.key if number else hint)
    strip = Strip(text, "attachment", key="content", item=number, media_type=named, writable=True)
    item = Item(number, here.parent, "text", named, here.file.key, strips=(strip,))
    if named == "image/svg+xml" and _DRAWN.search(text):
        return Opened(item, (Flaw("fault.uninspected", "drawings in SVG are not inspected", number),))
    return Opened(item)


def _flawed(here: _Waiting, number: int, kind: str, flaw: Flaw) -> Opened:
    return Opened(Item(number, here.parent, "other", kind, here.file.key), (flaw,))
