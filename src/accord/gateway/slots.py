"""A JSON structure whose texts and media are parts of a content: taken out to be inspected, put back as released."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.core.content import Audio, Content, Document, Image, Part, Role, Text
from accord.gateway import strict
from accord.gateway.ids import is_id
from accord.gateway.problems import Problem, bad

MAX_PARTS = 4096

_TELLING = re.compile(r"[0-9](?:[-_.:/]?[0-9]){8,}|[A-Za-z0-9-]*[A-Za-z0-9]{24,}")
"""Numbers that could be somebody's, and codes. Words in names are a developer's; detectors of names misjudge them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a part stands: its index in the content."""

    index: int


@dataclass(frozen=True, slots=True)
class JsonSlot(Slot):
    """A structure that was inspected as JSON text, and is a structure again afterwards."""


@dataclass(frozen=True, slots=True)
class NameSlot(Slot):
    """Pieces of names: they are as they were, or nothing leaves.

    Attributes:
        pieces: as they were sent.
    """

    pieces: tuple[str, ...]

    def check(self, released: Content) -> None:
        """Return when nothing of them had to be changed.

        Raises:
            Problem: 403: something had to.
        """
        part = released[self.index]
        if not isinstance(part, Text) or part.reveal() != "\n".join(self.pieces):
            text = "The name of a model, a tool or a format holds something that may not leave."
            raise Problem(403, "accord_block", text)


@dataclass(frozen=True, slots=True)
class MediaSlot(Slot):
    """A picture, recording or file, as a part of a message.

    Attributes:
        shape: `image_url`, `input_audio` or `file`.
        more: what else is said of it, in words of closed lists.
    """

    shape: str
    more: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, repr=False)
class Parts:
    """Collects parts while a structure is taken apart.

    Attributes:
        content: the parts so far.
        names: names so far, of which something could be told by digits or codes.
        calls: our ids of calls of tools, by those that are not passed on.
        fetched: media type and bytes of what is elsewhere and was fetched, by address.
    """

    content: list[Part] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    calls: dict[str, str] = field(default_factory=dict)
    fetched: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Parts {len(self.content)}>"

    def text(self, value: Any, where: str, role: Role, message: int, media_type: str = "") -> Slot:
        """A text.

        Raises:
            Problem: 400: it is no text.
        """
        if not isinstance(value, str):
            raise bad("invalid_value", f"{where} is not a text.", where)
        return Slot(self._add(Text(value, role=role, message=message, media_type=media_type), where))

    def structure(self, value: Any, where: str, role: Role, message: int) -> JsonSlot:
        """A structure of which any text may matter, such as a JSON schema."""
        if not isinstance(value, dict | list):
            raise bad("invalid_value", f"{where} is not a JSON object.", where)
        written = json.dumps(value, ensure_ascii=False)
        return JsonSlot(self._add(Text(written, role=role, message=message, media_type="application/json"), where))

    def name(self, value: str) -> str:
        """A name that goes on as it is or not at all: of a model, a tool, a format."""
        self.names += _TELLING.findall(value)
        return value

    def call(self, value: str) -> str:
        """The id of a call of a tool: as it came, or one of ours, the same wherever it stands."""
        if is_id(value):
            return value
        return self.calls.setdefault(value, f"call{len(self.calls):05d}")  # nine letters fit every provider

    def named(self) -> NameSlot | None:
        """What stands in the names so far, as a part that may not be changed; None where there is nothing."""
        if not self.names:
            return None
        return NameSlot(self._add(Text("\n".join(self.names), role=Role.SYSTEM), "names"), tuple(self.names))

    def media(self, part: Part, where: str, shape: str, more: tuple[tuple[str, str], ...] = ()) -> MediaSlot:
        """A picture, recording or file."""
        return MediaSlot(self._add(part, where), shape, more)

    def _add(self, part: Part, where: str) -> int:
        if len(self.content) >= MAX_PARTS:
            raise bad("too_many_parts", f"There are more than {MAX_PARTS} parts.", where)
        self.content.append(part)
        return len(self.content) - 1


def put_back(value: Any, released: Content) -> Any:
    """The structure again, of what was released.

    Raises:
        Problem: 403: what was released of a structure is none any more.
    """
    if isinstance(value, Slot):
        return _written(value, released[value.index])
    if isinstance(value, dict):
        return {key: put_back(item, released) for key, item in value.items()}
    if isinstance(value, list):
        return [put_back(item, released) for item in value]
    return value


def _written(slot: Slot, part: Part) -> Any:
    if isinstance(slot, MediaSlot):
        return _media(slot, part)
    if not isinstance(part, Text):
        raise TypeError("a text is released as a text")
    if not isinstance(slot, JsonSlot):
        return part.reveal()
    try:
        return strict.loads(part.reveal().encode())
    except Problem:
        raise Problem(403, "accord_block", "A structure could not be rewritten, so it stays.") from None


def _media(slot: MediaSlot, part: Part) -> dict[str, Any]:
    if isinstance(part, Text):  # it was withheld, and this says so
        return {"type": "text", "text": part.reveal()}
    data = base64.b64encode(part.reveal()).decode("ascii")
    kind = part.media_type or _KINDS[type(part)]
    if slot.shape == "image_url":
        return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}", **dict(slot.more)}}
    if slot.shape == "input_audio":
        return {"type": "input_audio", "input_audio": {"data": data, "format": _FORMATS.get(kind, "wav")}}
    name = f"document{_ENDINGS.get(kind, '')}"
    return {"type": "file", "file": {"filename": name, "file_data": f"data:{kind};base64,{data}"}}


_KINDS: dict[type, str] = {Image: "image/png", Audio: "audio/wav", Document: "application/octet-stream"}
_FORMATS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/flac": "flac", "audio/ogg": "ogg"}
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


def decoded(value: Any, where: str) -> bytes:
    """Bytes out of base64.

    Raises:
        Problem: 400: it is none.
    """
    if not isinstance(value, str):
        raise bad("invalid_value", f"{where} is not a text.", where)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise bad("invalid_base64", f"{where} is not base64.", where) from None


def data_url(value: Any, where: str) -> tuple[str, bytes]:
    """Media type and bytes of a data URL (RFC 2397).

    Raises:
        Problem: 400: it is none, or not in base64.
    """
    if not isinstance(value, str) or not value[:5].lower() == "data:":
        raise bad("invalid_value", f"{where} is not a data URL.", where)
    head, comma, data = value[5:].partition(",")
    words = [word.strip().lower() for word in head.split(";")]
    if not comma or words[-1] != "base64":
        raise bad("invalid_value", f"{where} is not a data URL in base64.", where)
    return words[0], decoded(data, where)
