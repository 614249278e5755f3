"""Content as bytes and back: what is sealed, and what an approval recognises.

`ACQ1`, the number of parts, then each part as a header in canonical JSON and its bytes, both behind their length in
8 bytes. Names of parts are left out: a file name can carry a person's name, and nothing needs it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from accord.core.content import Audio, Content, Document, Image, Modality, Part, Role, Text
from accord.errors import ContentError, StoreError

MAGIC = b"ACQ1"

_LENGTH = struct.Struct(">Q")
_MAKERS: dict[Modality, type[Image] | type[Audio] | type[Document]] = {
    Modality.IMAGE: Image,
    Modality.AUDIO: Audio,
    Modality.DOCUMENT: Document,
}


def pack(content: Content, limit: int) -> bytes:
    """Content in its one written form.

    Args:
        content: the parts.
        limit: how many bytes it may have.

    Raises:
        ContentError: it has more.
    """
    pieces = [MAGIC, _LENGTH.pack(len(content))]
    size = 0
    for part in content:
        value = part.reveal()
        data = value.encode() if isinstance(value, str) else value
        for piece in (_header(part), data):
            size += _LENGTH.size + len(piece)
            pieces += (_LENGTH.pack(len(piece)), piece)
        if size > limit:
            raise ContentError(
                f"too large to be kept: more than {limit} bytes", hint="send it in parts, or raise the limit"
            )
    return b"".join(pieces)


def unpack(packed: bytes) -> Content:
    """The content that was packed.

    Raises:
        StoreError: it is not what `pack` wrote.
    """
    if packed[:4] != MAGIC:
        raise StoreError("what is kept is not in a form this accord reads", hint="use the version that wrote it")
    try:
        (count,) = _LENGTH.unpack_from(packed, 4)
        pieces = list(_pieces(memoryview(packed)[4 + _LENGTH.size :]))
        if len(pieces) != 2 * count:
            raise ValueError
        return tuple(_part(bytes(pieces[i]), bytes(pieces[i + 1])) for i in range(0, len(pieces), 2))
    except (struct.error, ValueError, KeyError, TypeError):
        raise StoreError("what is kept is damaged", hint="restore the state from a backup") from None


def _header(part: Part) -> bytes:
    header = {
        "modality": part.modality.value,
        "role": part.role.value,
        "message": part.message,
        "media_type": part.media_type,
    }
    return json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _pieces(data: memoryview) -> Iterator[memoryview]:
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length > len(data) - at:
            raise ValueError
        yield data[at : at + length]
        at += length


def _part(header: bytes, data: bytes) -> Part:
    said = json.loads(header)
    role, message, media_type = Role(said["role"]), int(said["message"]), str(said["media_type"])
    modality = Modality(said["modality"])
    if modality is Modality.TEXT:
        return Text(data.decode(), role=role, message=message, media_type=media_type)
    return _MAKERS[modality](data, role=role, message=message, media_type=media_type)
