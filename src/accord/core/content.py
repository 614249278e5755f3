"""What is inspected: parts with roles, whose content never shows by accident.

`repr`, logs and errors see modality and size only. The content itself is given back by `reveal()`, and by
nothing else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Self

from accord.errors import ContentError


class Modality(StrEnum):
    """The kinds of content accord decides about."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    DOCUMENT = "document"


class Role(StrEnum):
    """Who a part speaks for, in the terms of chat protocols."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Origin(StrEnum):
    """Who brought a value into the conversation."""

    CALLER = "caller"
    MODEL = "model"
    TOOL = "tool"


_ORIGIN_OF = {Role.ASSISTANT: Origin.MODEL, Role.TOOL: Origin.TOOL}


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of content.

    `message` numbers the message it belongs to, `name` is a label such as a file name, `media_type` an IANA
    media type.
    """

    role: Role = field(default=Role.USER, kw_only=True)
    message: int = field(default=0, kw_only=True)
    name: str = field(default="", kw_only=True, repr=False)  # a file name can carry a person's name
    media_type: str = field(default="", kw_only=True)

    modality: ClassVar[Modality]

    def _check(self) -> None:
        try:
            object.__setattr__(self, "role", Role(self.role))
        except ValueError:
            raise ContentError("a role is system, user, assistant or tool") from None

    @property
    def origin(self) -> Origin:
        """Who brought this part: the caller unless its role says otherwise."""
        return _ORIGIN_OF.get(self.role, Origin.CALLER)


@dataclass(frozen=True, slots=True, repr=False)
class Text(_Part):
    """A text part, from `str`. Lone surrogates are refused: nothing downstream can encode them."""

    _value: str

    modality: ClassVar[Modality] = Modality.TEXT

    def __post_init__(self) -> None:
        if not isinstance(self._value, str):
            raise TypeError("Text is made from str; use Text.open(path) or decode the bytes first")
        self._check()
        if not self._value.isascii() and any("\ud800" <= c <= "\udfff" for c in self._value):
            raise ContentError("text holds lone surrogates", hint="decode it as UTF-8 or UTF-16 first")

    @classmethod
    def open(cls, path: str | Path, *, role: Role = Role.USER, media_type: str = "") -> Text:
        """Read a UTF-8 file (a byte-order mark is dropped).

        Raises:
            ContentError: the file is not valid UTF-8, or cannot be read.
        """
        file = Path(path)
        return cls.decode(read_bytes(file), name=file.name, role=role, media_type=media_type)

    @classmethod
    def decode(cls, data: bytes, *, name: str = "", role: Role = Role.USER, media_type: str = "") -> Text:
        """Decode UTF-8, or UTF-16 that says so with a byte-order mark.

        Raises:
            ContentError: the bytes are neither.
        """
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        try:
            value = data.decode("utf-16" if utf16 else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise ContentError(
                f"not valid {'UTF-16' if utf16 else 'UTF-8'} at byte {error.start}",
                hint="convert the file to UTF-8",
            ) from None
        return cls(value, name=name, role=role, media_type=media_type)

    def reveal(self) -> str:
        """Give the text back."""
        return self._value

    def with_value(self, value: str) -> Text:
        """The same part with another text."""
        return replace(self, _value=value)

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return True  # an empty part is still a part

    def __repr__(self) -> str:
        return f"<Text {len(self._value)} characters, {self.role.value}>"


@dataclass(frozen=True, slots=True, repr=False)
class _Bytes(_Part):
    _value: bytes

    def __post_init__(self) -> None:
        if not isinstance(self._value, bytes):
            raise TypeError(f"{type(self).__name__} is made from bytes; use .open(path) for a file")
        self._check()

    @classmethod
    def open(cls, path: str | Path, *, role: Role = Role.USER, media_type: str = "") -> Self:
        """Read a file.

        Raises:
            ContentError: the file cannot be read.
        """
        file = Path(path)
        return cls(read_bytes(file), name=file.name, role=role, media_type=media_type)

    def reveal(self) -> bytes:
        """Give the bytes back."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self._value)} bytes, {self.role.value}>"


@dataclass(frozen=True, slots=True, repr=False)
class Image(_Bytes):
    """A picture, as encoded bytes."""

    modality: ClassVar[Modality] = Modality.IMAGE


@dataclass(frozen=True, slots=True, repr=False)
class Audio(_Bytes):
    """A recording, as encoded bytes."""

    modality: ClassVar[Modality] = Modality.AUDIO


@dataclass(frozen=True, slots=True, repr=False)
class Document(_Bytes):
    """A PDF, Office or other file, as bytes."""

    modality: ClassVar[Modality] = Modality.DOCUMENT


Part = Text | Image | Audio | Document
Content = tuple[Part, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Context:
    """On whose behalf content is inspected.

    Pseudonyms are shared within one scope: tenant + principal + end user + session. Without an end user or a
    session the scope is this one request, named by `request`.
    """

    tenant: str = ""
    principal: str = ""
    end_user: str = ""
    session: str = ""
    subject: str = ""
    purpose: str = ""
    request: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __repr__(self) -> str:
        # Who somebody is shows no more than what they said.
        return f"<Context {self.request}>"

    @property
    def person(self) -> str:
        """Whose data this is, as far as is known: the subject, else the end user."""
        return self.subject or self.end_user

    @property
    def scope(self) -> tuple[str, ...]:
        """Whose pseudonyms these are; of five words where that is one request alone, so that none is another."""
        if self.end_user or self.session:
            return (self.tenant, self.principal, self.end_user, self.session)
        return (self.tenant, self.principal, "", "", self.request)


def read_bytes(path: Path) -> bytes:
    """Read a file, or say why not without quoting what is in it.

    Raises:
        ContentError: the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContentError(f"cannot read the file: {error.strerror or type(error).__name__}") from None
