"""Which part some bytes become: told by the bytes first, by the file name only where they say nothing.

This decides who gets to look at a file, never what is in it: whoever opens it looks at the bytes again.
"""

from __future__ import annotations

import codecs
from enum import StrEnum
from pathlib import PurePath

from accord.media import sniff

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


class Kind(StrEnum):
    """Who looks at a file."""

    PICTURE = "picture"
    DOCUMENT = "document"
    SOUND = "sound"
    VIDEO = "video"


SUFFIX_OF = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "application/pdf": ".pdf",
    f"{_OOXML}wordprocessingml.document": ".docx",
    f"{_OOXML}spreadsheetml.sheet": ".xlsx",
    f"{_OOXML}presentationml.presentation": ".pptx",
    f"{_ODF}text": ".odt",
    f"{_ODF}spreadsheet": ".ods",
    f"{_ODF}presentation": ".odp",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "text/plain": ".txt",
}
"""The suffix that a file written anew as a media type gets."""

_SAME = {
    ".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg", ".tif": ".tiff", ".apng": ".png", ".dib": ".bmp",
    ".wave": ".wav", ".oga": ".ogg",
}  # fmt: skip

PICTURE_SUFFIXES = frozenset(
    {".png", ".gif", ".webp", ".bmp", ".tiff", ".ico", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".psd", ".jpg"}
    | {".ppm", ".pgm", ".pbm", ".pnm", *_SAME}
)
DOCUMENT_SUFFIXES = frozenset(
    {".pdf", ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".pptm", ".odt", ".ods", ".odp", ".odg", ".epub"}
    | {".rtf", ".doc", ".xls", ".ppt", ".ps", ".eps"}
)
SOUND_SUFFIXES = frozenset(
    {
        ".wav",
        ".wave",
        ".mp3",
        ".mp2",
        ".m4a",
        ".m4b",
        ".ogg",
        ".oga",
        ".opus",
        ".spx",
        ".flac",
        ".aac",
        ".aif",
        ".aiff",
    }
    | {".aifc", ".au", ".snd", ".wma", ".amr", ".caf", ".w64", ".mka"}
)
VIDEO_SUFFIXES = frozenset(
    {
        ".mp4",
        ".m4v",
        ".mov",
        ".avi",
        ".mkv",
        ".webm",
        ".mpg",
        ".mpeg",
        ".mts",
        ".m2ts",
        ".wmv",
        ".flv",
        ".3gp",
        ".ogv",
    }
)

_BY_NAME = (
    (VIDEO_SUFFIXES, Kind.VIDEO),
    (PICTURE_SUFFIXES, Kind.PICTURE),
    (SOUND_SUFFIXES, Kind.SOUND),
    (DOCUMENT_SUFFIXES, Kind.DOCUMENT),
)
_BY_TYPE = {"image": Kind.PICTURE, "audio": Kind.SOUND, "video": Kind.VIDEO}
_DOCUMENTS = (
    "application/pdf",
    "application/rtf",
    "application/postscript",
    "application/zip",
    "application/epub+zip",
)
_OFFICE = (_OOXML, _ODF, "application/vnd.ms-", "application/msword", "application/x-ole-storage")

_WORDY = ((b"%PDF-", "application/pdf"), (b"{\\rtf", "application/rtf"), (b"%!PS", "application/postscript"))
_PDF_WITHIN = 1024  # viewers look for the mark that far in


def suffix(name: str) -> str:
    """The suffix of a file name, in small letters."""
    return PurePath(name).suffix.lower()


def written_as(name: str, media_type: str) -> str:
    """The name of a file that is written as a media type: its suffix follows, where it would be wrong."""
    new, old = SUFFIX_OF.get(media_type, ""), PurePath(name).suffix
    plain = old.lower()
    if not new or _SAME.get(plain, plain) == new:
        return name
    known = any(plain in suffixes for suffixes in (PICTURE_SUFFIXES, DOCUMENT_SUFFIXES, SOUND_SUFFIXES))
    return (name.removesuffix(old) if known else name) + new


def wordy(data: bytes, name: str) -> str:
    """The media type of a document that may be nothing but letters, and is no text all the same; else empty.

    A plain reader would not see its words: those of a PDF may stand in it as hexadecimal digits.
    """
    head = data[:_PDF_WITHIN].removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, media_type in _WORDY:
        if head.startswith(mark):
            return media_type
    return "application/pdf" if suffix(name) == ".pdf" and b"%PDF-" in head else ""


def kind_of(media_type: str, name: str) -> Kind | None:
    """Who looks at bytes of a media type, or of a name where that is unknown; None where neither says."""
    if media_type == sniff.UNKNOWN:
        claimed = suffix(name)
        return next((kind for suffixes, kind in _BY_NAME if claimed in suffixes), None)
    found = _BY_TYPE.get(media_type.partition("/")[0])
    if found is None and (media_type in _DOCUMENTS or media_type.startswith(_OFFICE)):
        return Kind.DOCUMENT
    return found
