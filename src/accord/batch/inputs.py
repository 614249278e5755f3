"""From bytes to parts: text, pictures, documents, sound; video is refused.

A name proves nothing, so bytes are looked at first. Whatever is none of these becomes a document that nothing here
opens, which the guard reports and the policy judges: a binary named `notes.txt` is no way around an inspection.
"""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from accord.batch import kinds
from accord.core.content import Audio, Document, Image, Part, Role, Text
from accord.errors import ContentError
from accord.guard import Limits
from accord.media import sniff

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

_PARTS: dict[kinds.Kind, type[Image | Audio | Document]] = {
    kinds.Kind.PICTURE: Image,
    kinds.Kind.DOCUMENT: Document,
    kinds.Kind.SOUND: Audio,
}

_BYTES_PER_CHARACTER = 4
_HEAD = 4096


@dataclass(frozen=True, slots=True, repr=False)
class Input:
    """One input, ready for inspection.

    Attributes:
        part: what the bytes are.
        note: why it is not read, or not all of it, in fixed words; empty where there is nothing to say.
        cut: only the beginning was read, because the rest is beyond the limit: it must never be released.
    """

    part: Part
    note: str = ""
    cut: bool = False


def media_type(name: str) -> str:
    """The media type a file name stands for; empty where it says nothing."""
    return MEDIA_TYPES.get(PurePath(name).suffix.lower(), "")


def open_input(path: Path, limits: Limits, *, role: Role = Role.USER, declared: str = "") -> Input:
    """Read a file as an input.

    Args:
        path: the file.
        limits: how much the guard inspects at once: characters of text, bytes of anything else.
        role: who it speaks for.
        declared: its media type; taken from the name when empty.

    Raises:
        ContentError: it cannot be read, is no regular file, or is a video.
    """
    if path.is_dir():
        raise ContentError("this is a folder", hint="`accord sanitise` takes folders")
    try:
        with open(path, "rb", opener=_at_once) as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise ContentError("this is not a regular file", hint="pipe what it gives into `-`")
            return read_input(handle, limits, name=path.name, role=role, declared=declared)
    except OSError as error:
        raise ContentError(f"cannot read the file: {error.strerror or type(error).__name__}") from None


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever writes into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_input(
    handle: BinaryIO, limits: Limits, *, name: str = "", role: Role = Role.USER, declared: str = ""
) -> Input:
    """Read a stream as an input; never more of it than could be inspected.

    Raises:
        ContentError: it is a video.
    """
    head = handle.read(_HEAD)
    text = not kinds.wordy(head, name) and _decode(head, len(head) == _HEAD)[0] is not None
    # One unit beyond the limit, so that the guard sees that it is too long.
    room = _BYTES_PER_CHARACTER * (limits.characters + 1) if text else limits.media.bytes + 1
    data = head if len(head) < _HEAD else head + handle.read(max(0, room + 1 - len(head)))
    return to_input(data[:room], cut=len(data) > room, name=name, role=role, declared=declared)


def to_input(data: bytes, *, cut: bool = False, name: str = "", role: Role = Role.USER, declared: str = "") -> Input:
    """Make an input of bytes: UTF-8, or UTF-16 that says so with a byte-order mark, is text.

    Raises:
        ContentError: it is a video.
    """
    note = "larger than can be inspected" if cut else ""
    found = kinds.wordy(data, name)
    problem = ""
    if not found:
        text, problem = _decode(data, cut)
        if text is not None:
            kind = declared or media_type(name)
            return Input(Text(text, role=role, name=name, media_type=kind), note, cut)
        found = sniff.media_type(data)
    match kinds.kind_of(found, name):
        case None:
            return Input(_unknown(data, role, name, declared), note or problem, cut)
        case kinds.Kind.VIDEO:
            what = "video" if found == sniff.UNKNOWN else sniff.words_for(found)
            raise ContentError(f"this is {what}, and video is not inspected", hint="pass on single pictures of it")
        case kind:
            shown = "" if found == sniff.UNKNOWN else found
            return Input(_PARTS[kind](data, role=role, name=name, media_type=shown), note, cut)


def _unknown(data: bytes, role: Role, name: str, declared: str) -> Document:
    # What calls itself text and is not, is undecodable; what never did is merely not read here.
    claims_text = (declared or media_type(name)).startswith("text/") or kinds.suffix(name) in TEXT_SUFFIXES
    return Document(data, role=role, name=name, media_type="text/plain" if claims_text else "")


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
