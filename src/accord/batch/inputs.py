"""From bytes to parts: what is text becomes `Text`, and what is not says so.

A name proves nothing, so bytes are looked at first. Whatever cannot be read as text becomes a part that no reader
here reads, which the guard reports and the policy judges: a binary named `notes.txt` is no way around an inspection.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from accord.core.content import Audio, Document, Image, Part, Role, Text
from accord.errors import ContentError

MEDIA_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".eml": "message/rfc822",
}
"""Media types (IANA) by file name suffix; other text is looked at by the readers."""

TEXT_SUFFIXES = frozenset(MEDIA_TYPES) | {
    ".txt", ".text", ".log", ".rst", ".tex", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".env",
    ".sql", ".vcf", ".ics", ".srt", ".vtt", ".diff", ".patch", ".py", ".js", ".ts", ".jsx", ".tsx", ".java", ".kt",
    ".go", ".rs", ".rb", ".php", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".swift", ".scala", ".pl", ".lua", ".r",
    ".sh", ".bash", ".ps1", ".bat", ".css", ".ipynb", ".mbox",
}  # fmt: skip
"""Suffixes that say what kind of text a file holds, and nothing about anyone."""

_FIRST: tuple[tuple[bytes, str], ...] = ((b"%PDF-", "PDF"), (b"{\\rtf", "RTF"), (b"%!PS", "PostScript"))
"""Documents that look like text, but whose words a plain reader does not see."""

_IMAGES = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00",
)  # fmt: skip
_AUDIO = (b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9")
_BRANDS: dict[bytes, type[Image | Audio]] = {
    b"WEBP": Image,
    b"WAVE": Audio,
    b"heic": Image,
    b"heix": Image,
    b"mif1": Image,
    b"avif": Image,
    b"M4A ": Audio,
}

_BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, slots=True, repr=False)
class Input:
    """One input, ready for inspection.

    Attributes:
        part: what the bytes are.
        note: why it is not text, or not all of it, in fixed words; empty where there is nothing to say.
        cut: only the beginning was read, because the rest is beyond the limit: it must never be released.
    """

    part: Part
    note: str = ""
    cut: bool = False


def media_type(name: str) -> str:
    """The media type a file name stands for; empty where it says nothing."""
    return MEDIA_TYPES.get(PurePath(name).suffix.lower(), "")


def open_input(path: Path, limit: int, *, role: Role = Role.USER, declared: str = "") -> Input:
    """Read a file as an input.

    Args:
        path: the file.
        limit: the longest text, in characters, that the guard inspects at once.
        role: who it speaks for.
        declared: its media type; taken from the name when empty.

    Raises:
        ContentError: it cannot be read.
    """
    if path.is_dir():
        raise ContentError("this is a folder", hint="`accord sanitise` takes folders")
    try:
        with path.open("rb") as handle:
            return read_input(handle, limit, name=path.name, role=role, declared=declared)
    except OSError as error:
        raise ContentError(f"cannot read the file: {error.strerror or type(error).__name__}") from None


def read_input(handle: BinaryIO, limit: int, *, name: str = "", role: Role = Role.USER, declared: str = "") -> Input:
    """Read a stream as an input; never more of it than could be inspected."""
    room = _BYTES_PER_CHARACTER * (limit + 1)
    data = handle.read(room + 1)
    return to_input(data[:room], cut=len(data) > room, name=name, role=role, declared=declared)


def to_input(data: bytes, *, cut: bool = False, name: str = "", role: Role = Role.USER, declared: str = "") -> Input:
    """Make an input of bytes: UTF-8, or UTF-16 that says so with a byte-order mark, is text."""
    for magic, what in _FIRST:
        if data.startswith(magic):
            return Input(Document(data, role=role, name=name), f"{what} is not read here", cut)
    text, problem = _decode(data, cut)
    kind = declared or media_type(name)
    if text is None:
        # What calls itself text and is not, is undecodable; what never did is merely not read here.
        claims_text = kind.startswith("text/") or PurePath(name).suffix.lower() in TEXT_SUFFIXES
        made = _binary(data)
        claimed = "text/plain" if made is Document and claims_text else ""
        return Input(made(data, role=role, name=name, media_type=claimed), problem, cut)
    return Input(
        Text(text, role=role, name=name, media_type=kind), "larger than can be inspected" if cut else "", cut
    )


def _decode(data: bytes, cut: bool) -> tuple[str | None, str]:
    """Text, or why it is none. Bytes that were cut may end within a character."""
    utf16 = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()
    try:
        text = decoder.decode(data, final=not cut)
    except UnicodeDecodeError as error:
        return None, f"not valid {'UTF-16' if utf16 else 'UTF-8'} at byte {error.start}"
    if "\0" in text:
        # UTF-16 without a mark is valid UTF-8 with a NUL beside every letter, where no detector would find a word.
        return None, "holds NUL characters: binary, or UTF-16 or UTF-32 without a UTF-16 byte-order mark"
    return text, ""


def _binary(data: bytes) -> type[Image | Audio | Document]:
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        found = _BRANDS.get(data[8:12])
        if found is not None:
            return found
    if data.startswith(_IMAGES):
        return Image
    return Audio if data.startswith(_AUDIO) else Document
