"""How the process that unpacks files answers: a JSON header and raw buffers whose sizes are checked.

The answering process has read hostile bytes, so it is not trusted. Nothing of its answer is ever executed or
unpickled; the worst a captured process can do is to give wrong content.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from accord.core.along import NOWHERE
from accord.core.media import Flaw, Item, Opening, Patch, Sound, Strip, Surface
from accord.core.place import Box, Interval, Meta, Place, Span
from accord.media.limits import MediaLimits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC = b"accord1\n"
PREFIX = struct.Struct(">8sI")
"""What a message starts with: the magic and the size of its header."""
MOST_HEADER = 64_000_000
"""Bytes of a header that are accepted."""

_KINDS = frozenset({"picture", "pdf", "office", "sound", "text", "other"})
_CATEGORY = re.compile(r"fault\.[a-z]{1,30}")
_REASON = re.compile(r"[A-Za-z0-9 ,.:;()'/+-]{1,200}")
_CHUNK = 1 << 20


class WireError(ValueError):
    """An answer that is not what it has to be."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Held(Item):
    """An embedded file that is rewritten in place, so that its bytes are needed again.

    Attributes:
        data: its bytes.
    """

    data: bytes = b""

    def __repr__(self) -> str:
        return f"<Held {self.number}: {self.kind}, {len(self.data)} bytes>"


def hold(item: Item, data: bytes) -> Held:
    """An item with its bytes."""
    return Held(**{f.name: getattr(item, f.name) for f in fields(Item)}, data=data)


def frame(header: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> list[bytes]:
    """A message as pieces to be written one after the other."""
    text = json.dumps({**header, "sizes": [len(b) for b in buffers]}, ensure_ascii=True).encode("ascii")
    return [PREFIX.pack(MAGIC, len(text)), text, *buffers]


def header_size(prefix: bytes) -> int:
    """The size of the header that follows.

    Raises:
        WireError: it is no message, or its header is too large.
    """
    magic, size = PREFIX.unpack(prefix)
    if magic != MAGIC or not 2 <= size <= MOST_HEADER:
        raise WireError("not a message")
    return int(size)


def read_header(text: bytes, most: int) -> tuple[dict[str, Any], list[int]]:
    """The header and the sizes of the buffers that follow.

    Args:
        text: the header.
        most: bytes that all buffers together may have.

    Raises:
        WireError: the header is wrong, or the buffers are too large.
    """
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise WireError("not a header") from None
    if not isinstance(header, dict):
        raise WireError("not a header")
    sizes = [_number(size, 0, most) for size in _list(header.get("sizes"))]
    if sum(sizes) > most:
        raise WireError("too large")
    return header, sizes


def most_bytes(limits: MediaLimits) -> int:
    """Bytes that the buffers of an answer may have within these bounds."""
    return (
        min(limits.memory, 4 * limits.total_pixels + 4 * limits.samples + 64 * limits.characters + 2 * limits.bytes)
        + 1_000_000
    )


def encode(opening: Opening) -> tuple[dict[str, Any], list[bytes]]:
    """An opening as header and buffers."""
    buffers: list[bytes] = []

    def put(data: bytes) -> int:
        buffers.append(data)
        return len(buffers) - 1

    items = [
        {
            "parent": item.parent,
            "kind": item.kind,
            "type": item.media_type,
            "key": put(item.key.encode("utf-8", "replace")),
            "metadata": list(item.metadata),
            "pages": item.pages,
            "surfaces": [[s.width, s.height, put(s.packed), s.page, s.view, s.ink] for s in item.surfaces],
            "sound": None if item.sound is None else _sound_out(item.sound, put),
            "strips": [_strip_out(strip, put) for strip in item.strips],
            "data": put(item.data) if isinstance(item, Held) else None,
        }
        for item in opening.items
    ]
    flaws = [[f.category, f.reason, f.item, _place_out(f.place)] for f in opening.flaws]
    return {"items": items, "flaws": flaws}, buffers


def encode_rewrite(
    data: bytes, item: Item, patches: Sequence[Patch], replaced: Mapping[str, bytes | None]
) -> tuple[dict[str, Any], list[bytes]]:
    """What is needed to rewrite an Office file, as header and buffers."""
    alone = Item(**{f.name: getattr(item, f.name) for f in fields(Item)} | {"number": 0, "parent": None})
    header, buffers = encode(Opening((alone,)))
    header["patches"] = [[p.strip, p.span.start, p.span.end, len(buffers) + n] for n, p in enumerate(patches)]
    buffers += [patch.text.encode() for patch in patches]
    header["replaced"] = []
    for key, new in replaced.items():
        header["replaced"].append([len(buffers), None if new is None else len(buffers) + 1])
        buffers += [key.encode("utf-8", "replace"), *([] if new is None else [new])]
    header["file"] = len(buffers)
    return header, [*buffers, data]


def decode_rewrite(
    header: Mapping[str, Any], buffers: Sequence[bytes], limits: MediaLimits
) -> tuple[bytes, Item, list[Patch], dict[str, bytes | None]]:
    """The other way round.

    Raises:
        WireError: something in it is not what it has to be.
    """
    item = decode(header, buffers, limits).items[0]
    patches = [
        Patch(strip, Span(start, end), buffers[text].decode()) for strip, start, end, text in header["patches"]
    ]
    replaced = {buffers[k].decode(): None if new is None else buffers[new] for k, new in header["replaced"]}
    return buffers[header["file"]], item, patches, replaced


def _strip_out(strip: Strip, put: Any) -> list[Any]:
    boxes = None if strip.boxes is None else put(strip.boxes.astype("<i4").tobytes())
    flags = [strip.writable, strip.hidden]
    return [put(strip.text.encode()), strip.reader, boxes, strip.key, strip.media_type, *flags]


def _sound_out(sound: Sound, put: Any) -> list[Any]:
    return [sound.rate, sound.channels, put(sound.packed), sound.loudness]


def _place_out(place: Place) -> list[Any]:
    if isinstance(place, Box):
        return ["box", place.left, place.top, place.right, place.bottom, place.page]
    if isinstance(place, Interval):
        return ["interval", place.start, place.end]
    return ["meta", place.key if isinstance(place, Meta) else "content"]


def decode(header: Mapping[str, Any], buffers: Sequence[bytes], limits: MediaLimits) -> Opening:
    """Header and buffers as an opening, with everything in it checked.

    Raises:
        WireError: something in it is not what it has to be.
    """
    reader = _Reader(buffers, limits)
    items = tuple(reader.item(number, one) for number, one in enumerate(_list(header.get("items"), limits.files + 2)))
    flaws = tuple(reader.flaw(one, max(1, len(items))) for one in _list(header.get("flaws"), 100_000))
    return Opening(items, flaws)


class _Reader:
    """Reads the pieces of one answer and counts what they use."""

    def __init__(self, buffers: Sequence[bytes], limits: MediaLimits) -> None:
        self.buffers = buffers
        self.limits = limits
        self.pixels = limits.total_pixels
        self.samples = 2 * limits.samples + 1_000_000  # a block is read before it is counted
        # Metadata, form fields and the like are bounded one by one and may run over together.
        self.characters = 2 * limits.characters + 10_000_000

    def buffer(self, index: Any) -> bytes:
        return self.buffers[_number(index, 0, len(self.buffers) - 1)]

    def item(self, number: int, one: Any) -> Item:
        if not isinstance(one, dict) or _words(one.get("kind"), 40) not in _KINDS:
            raise WireError("not an item")
        parent = one.get("parent")
        if (parent is None) != (number == 0):
            raise WireError("an item without a parent")
        found = Item(
            number,
            None if parent is None else _number(parent, 0, number - 1),
            one["kind"],
            _words(one.get("type"), 200),
            self.buffer(one.get("key")).decode("utf-8", "replace"),
            tuple(self.surface(number, s) for s in _list(one.get("surfaces"), 4 * self.limits.pages + 8)),
            tuple(self.strip(number, s) for s in _list(one.get("strips"), 1_000_000)),
            tuple(_words(key, 200) for key in _list(one.get("metadata"), 100_000)),
            _number(one.get("pages"), 0, 1 << 31),
            None if one.get("sound") is None else self.sound(number, one["sound"]),
        )
        return found if one.get("data") is None else hold(found, self.buffer(one["data"]))

    def surface(self, number: int, one: Any) -> Surface:
        width, height, index, page, view, ink = _list(one, 6, 6)
        width, height = _number(width, 1, self.limits.pixels), _number(height, 1, self.limits.pixels)
        self.pixels -= width * height
        if width * height > self.limits.pixels or self.pixels < -self.limits.total_pixels:
            raise WireError("too many pixels")
        packed = self.buffer(index)
        _check_packed(packed, width * height * 3)
        page, ink = _number(page, 0, 1 << 31), _number(ink, 0, 255)
        return Surface(width, height, packed, number, page, _words(view, 40), ink)

    def sound(self, number: int, one: Any) -> Sound:
        rate, channels, index, loudness = _list(one, 4, 4)
        rate, channels = _number(rate, 1, 1_000_000), _number(channels, 1, self.limits.channels)
        packed = self.buffer(index)
        self.samples -= len(packed) // 2
        if len(packed) % (2 * channels) or self.samples < 0:
            raise WireError("not samples within their bounds")
        return Sound(rate, channels, packed, number, _real(loudness, 1.0))

    def strip(self, number: int, one: Any) -> Strip:
        text, reader, boxes, key, media_type, writable, hidden = _list(one, 7, 7)
        try:
            words = self.buffer(text).decode("utf-8")
        except UnicodeDecodeError:
            raise WireError("not text") from None
        self.characters -= len(words)
        if self.characters < 0 or "\0" in words:
            raise WireError("not text")
        placed = None if boxes is None else _boxes(self.buffer(boxes), len(words))
        named = _words(reader, 40), _words(key, 1000), _words(media_type, 200)
        return Strip(words, named[0], placed, named[1], number, named[2], writable is True, hidden is True)

    def flaw(self, one: Any, items: int) -> Flaw:
        category, reason, number, place = _list(one, 4, 4)
        if not isinstance(category, str) or not _CATEGORY.fullmatch(category):
            raise WireError("not a flaw")
        if not isinstance(reason, str) or not _REASON.fullmatch(reason):
            reason = "something of it could not be read"
        return Flaw(category, reason, _number(number, 0, items - 1), _place_in(place))


def _check_packed(packed: bytes, size: int) -> None:
    """Whether a zlib stream holds exactly `size` bytes, without ever holding more than a piece of it."""
    stream = zlib.decompressobj()
    seen, rest = 0, packed
    try:
        while not stream.eof:
            piece = stream.decompress(rest, _CHUNK)
            seen, rest = seen + len(piece), stream.unconsumed_tail
            if seen > size or (not piece and not rest and not stream.eof):
                break
    except zlib.error:
        raise WireError("not pixels") from None
    if seen != size or not stream.eof or stream.unused_data:
        raise WireError("not pixels")


def _boxes(raw: bytes, count: int) -> NDArray[np.int32]:
    import numpy as np

    if len(raw) != 20 * count:
        raise WireError("not boxes")
    boxes = np.frombuffer(raw, dtype="<i4").reshape(count, 5).astype(np.int32)
    if count and int(boxes[:, 4].min()) < NOWHERE:
        raise WireError("not boxes")
    return boxes


def _place_in(place: Any) -> Place:
    kind, *rest = _list(place, 6, 1)
    if kind == "box" and len(rest) == 5:
        left, top, right, bottom, page = (_number(side, -1, 1 << 31) for side in rest)
        return Box(left, top, right, bottom, page)
    if kind == "interval" and len(rest) == 2:
        return Interval(_real(rest[0], 1e9), _real(rest[1], 1e9))
    if kind == "meta" and len(rest) == 1:
        return Meta(_words(rest[0], 1000))
    raise WireError("not a place")


def _number(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise WireError("not a number within its bounds")
    return value


def _real(value: Any, high: float) -> float:
    if type(value) not in {int, float} or not 0 <= value <= high:
        raise WireError("not a number within its bounds")
    return float(value)


def _words(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or any(c < " " or "\ud800" <= c <= "\udfff" for c in value):
        raise WireError("not a name")
    return value


def _list(value: Any, most: int = 1 << 31, least: int = 0) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise WireError("not a list within its bounds")
    return value
