"""What bytes are, told from the bytes themselves; a declared type is never trusted."""

from __future__ import annotations

import codecs
import io
import re
import zipfile

UNKNOWN = "application/octet-stream"
"""The type of bytes that are nothing known."""

PICTURES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
        "image/tiff",
        "image/vnd.microsoft.icon",
        "image/avif",
    }
)
"""Kinds of pictures that can be opened."""

SOUNDS = frozenset({"audio/wav", "audio/flac", "audio/ogg", "audio/mpeg", "audio/aiff", "audio/basic"})
"""Kinds of recordings that can be opened."""

_OOXML = "application/vnd.openxmlformats-officedocument."
_MACRO = "application/vnd.ms-"
_ODF = "application/vnd.oasis.opendocument."
OFFICE = frozenset(
    {
        _OOXML + "wordprocessingml.document",
        _OOXML + "spreadsheetml.sheet",
        _OOXML + "presentationml.presentation",
        _MACRO + "word.document.macroenabled.12",
        _MACRO + "excel.sheet.macroenabled.12",
        _MACRO + "powerpoint.presentation.macroenabled.12",
        _ODF + "text",
        _ODF + "spreadsheet",
        _ODF + "presentation",
    }
)
"""Kinds of Office files: OOXML (ECMA-376) with and without macros, and OpenDocument."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\xff\x0a", "image/jxl"),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
    (b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"fLaC", "audio/flac"),
    (b".snd\0", "audio/basic"),
    (b"caff\0", "audio/x-caf"),
    (b"riff\x2e\x91\xcf\x11", "audio/x-w64"),
    (b"MAC ", "audio/x-ape"),
    (b"wvpk", "audio/x-wavpack"),
    (b"DSD ", "audio/x-dsd"),
    (b"#!AMR", "audio/amr"),
    (b"Creative Voice File\x1a", "audio/x-voc"),
    (b"MThd", "audio/midi"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"\x7fELF", "application/x-elf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
)

_BRANDS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"avif", b"avis"), "image/avif"),
    ((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    ((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    ((b"qt  ",), "video/quicktime"),
    ((b"crx ",), "image/x-canon-cr3"),
    ((b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"3gpp"), "video/3gpp"),
)

_NAMED_TEXT = {
    "json": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "svg": "image/svg+xml",
    "md": "text/markdown",
    "eml": "message/rfc822",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}

_PARTS_OF = (
    ("word/", "wordprocessingml.document", "word.document"),
    ("xl/", "spreadsheetml.sheet", "excel.sheet"),
    ("ppt/", "presentationml.presentation", "powerpoint.presentation"),
)


def media_type(data: bytes) -> str:
    """The IANA media type of some bytes, by their signature; `application/octet-stream` where there is none.

    Text is not told apart here: see `text_type`.
    """
    start_of = _after_tags(data)
    if start_of:
        return _tagged(data[start_of:])
    head = data[:64]
    for start, kind in _STARTS:
        if head.startswith(start) and _plausible(data, kind):
            return kind
    kind = _riff(head) or _boxes(head) or _matroska(data) or _ogg(data) or _short(data)
    if kind:
        return kind
    if b"%PDF-" in data[:1029]:
        return "application/pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(data)
    if data[257:262] == b"ustar":
        return "application/x-tar"
    return UNKNOWN


_SHORT_SOUNDS = {"audio/x-ape", "audio/x-wavpack", "audio/x-dsd"}


def _after_tags(data: bytes) -> int:
    """Where a file goes on after ID3 tags at its start, which any sound file may have; 0 where there are none."""
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) > at + 9 and data[at + 3] < 16:
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 127
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _tagged(rest: bytes) -> str:
    """What a file with ID3 tags at its start is: MP3, unless what follows is some other kind of sound."""
    kind = media_type(rest.lstrip(b"\0")[:4096])
    return kind if kind.startswith("audio/") else "audio/mpeg"


def _plausible(data: bytes, kind: str) -> bool:
    """Whether the bytes after a short signature fit it; letters alone start many a text."""
    if kind == "application/vnd.microsoft.portable-executable":
        return b"\0" in data[:64]
    if kind == "application/x-bzip2":
        return data[4:10] == b"1AY&SY"
    if kind == "image/jxl":
        return data[:1] != b"\xff" or b"\0" in data[:256]
    if kind in _SHORT_SOUNDS:
        return b"\0" in data[:64]
    return True


def _riff(head: bytes) -> str:
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    if head[:4] in {b"RIFX", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] != b"RIFF":
        return ""
    return {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}.get(head[8:12], "")


def _boxes(head: bytes) -> str:
    """ISO base media files (ISO/IEC 14496-12) by their brands."""
    if head[4:8] in {b"moov", b"mdat", b"wide", b"pnot"} and head[:1] in {b"\0", b"\1"}:
        return "video/quicktime"
    if head[4:8] != b"ftyp":
        return ""
    size = max(16, min(64, int.from_bytes(head[:4], "big")))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    major = head[8:12]
    for names, kind in _BRANDS:
        if major in names:
            return kind
    if b"avif" in brands:
        return "image/avif"
    if b"heic" in brands or b"mif1" in brands:
        return "image/heic"
    return "video/mp4"


def _matroska(data: bytes) -> str:
    if data[:4] != b"\x1a\x45\xdf\xa3":
        return ""
    return "video/webm" if b"webm" in data[:64] else "video/x-matroska"


def _ogg(data: bytes) -> str:
    if data[:4] != b"OggS":
        return ""
    return "video/ogg" if b"theora" in data[:256] else "audio/ogg"


def _short(data: bytes) -> str:
    """Kinds whose signature is so short that more of the header has to fit."""
    if (
        data[:2] == b"BM"
        and len(data) >= 26
        and int.from_bytes(data[14:18], "little") in {12, 40, 52, 56, 64, 108, 124}
    ):
        return "image/bmp"
    if data[:4] == b"\0\0\1\0" and data[4:6] != b"\0\0" and len(data) >= 22 and data[9] == 0:
        return "image/vnd.microsoft.icon"
    if len(data) > 4 and data[0] == 0xFF and data[1] in {0xF1, 0xF9}:
        return "audio/aac"
    if (
        len(data) > 4
        and data[0] == 0xFF
        and data[1] in {0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2, 0xFD, 0xFC}
        and data[2] >> 4 not in {0, 15}
    ):
        return "audio/mpeg"
    if len(data) > 376 and data[0] == data[188] == data[376] == 0x47:
        return "video/mp2t"
    return ""


def _zip(data: bytes) -> str:
    """Tell the kinds of zip apart by what their directory and their list of types say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()[:4096]}
            if "mimetype" in names:
                return _declared(archive)
            if "[Content_Types].xml" in names:
                return _ooxml(_member(archive, "[Content_Types].xml", 1_000_000), names)
    except Exception:  # a broken directory raises whatever it likes; what it is stays open
        return "application/zip"
    return "application/zip"


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        return member.read(most)


def _declared(archive: zipfile.ZipFile) -> str:
    name = _member(archive, "mimetype", 100).decode("ascii", "replace").strip()
    plain = name.removesuffix("-template")
    if plain in OFFICE or name == "application/epub+zip":
        return plain
    return name if name.startswith(_ODF) and re.fullmatch(r"[a-z./-]{1,90}", name) else "application/zip"


def _ooxml(types: bytes, names: set[str]) -> str:
    macros = b"macroenabled" in types.lower() or any(name.lower().endswith("vbaproject.bin") for name in names)
    for folder, plain, macro in _PARTS_OF:
        if any(name.lower().startswith(folder) for name in names):
            return f"{_MACRO}{macro}.macroenabled.12" if macros else _OOXML + plain
    return "application/zip"


def _ole(data: bytes) -> str:
    """Compound files (MS-CFB) by the names of their streams, which are UTF-16."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        return "application/x-ole-storage; encrypted"
    if has("WordDocument"):
        return "application/msword"
    if has("Workbook") or has("Book\0"):
        return "application/vnd.ms-excel"
    if has("PowerPoint Document"):
        return "application/vnd.ms-powerpoint"
    if has("__properties_version1.0"):
        return "application/vnd.ms-outlook"
    return "application/x-ole-storage"


_ASCII = bytes(range(128))


def text_of(data: bytes) -> str | None:
    """The text some bytes decode to; None where it is no text.

    Tried are UTF-8, UTF-16 with a byte-order mark and, where most of it is ASCII, Windows-1252. Control characters
    other than blanks, and NUL, say that it is no text.
    """
    utf16 = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        foreign = len(data.translate(None, _ASCII))
        if utf16 or 6 * foreign > len(data):
            return None
        text = data.decode("cp1252", "replace")
    return None if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ud800-\udfff]", text) else text


def text_type(text: str, key: str = "") -> str:
    """The media type of a text, by the suffix of its name and, without one, by how it starts."""
    suffix = key.rpartition(".")[2].lower() if "." in key else ""
    if suffix in _NAMED_TEXT:
        return _NAMED_TEXT[suffix]
    start = text[:512].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "text/html"
    if "<svg" in start and start.startswith("<"):
        return "image/svg+xml"
    return "application/xml" if start.startswith("<?xml") else "text/plain"


_WORDS = (
    ("video/mp4", "video (MP4)"),
    ("video/quicktime", "video (QuickTime)"),
    ("video/webm", "video (WebM)"),
    ("video/x-matroska", "video (Matroska)"),
    ("video/x-msvideo", "video (AVI)"),
    ("video/mpeg", "video (MPEG)"),
    ("video/mp2t", "video (MPEG transport stream)"),
    ("video/x-flv", "video (Flash)"),
    ("video/x-ms-wmv", "video or audio (Windows Media)"),
    ("video/3gpp", "video (3GPP)"),
    ("video/ogg", "video (Ogg)"),
    ("audio/mpeg", "audio (MP3)"),
    ("audio/wav", "audio (WAV)"),
    ("audio/flac", "audio (FLAC)"),
    ("audio/ogg", "audio (Ogg)"),
    ("audio/mp4", "audio (MPEG-4)"),
    ("audio/aac", "audio (AAC)"),
    ("audio/midi", "audio (MIDI)"),
    ("audio/amr", "audio (AMR)"),
    ("audio/aiff", "audio (AIFF)"),
    ("audio/basic", "audio (AU)"),
    ("audio/x-caf", "audio (Core Audio)"),
    ("audio/x-w64", "audio (Wave64)"),
    ("audio/x-ape", "audio (Monkey's Audio)"),
    ("audio/x-wavpack", "audio (WavPack)"),
    ("audio/x-dsd", "audio (DSD)"),
    ("audio/x-voc", "audio (Creative Voice)"),
    ("image/heic", "a picture (HEIC)"),
    ("image/jp2", "a picture (JPEG 2000)"),
    ("image/jxl", "a picture (JPEG XL)"),
    ("image/vnd.adobe.photoshop", "a picture (Photoshop)"),
    ("image/wmf", "a picture (Windows Metafile)"),
    ("image/x-canon-cr3", "a picture (camera raw)"),
    ("application/msword", "a legacy Word file (.doc)"),
    ("application/vnd.ms-excel", "a legacy Excel file (.xls)"),
    ("application/vnd.ms-powerpoint", "a legacy PowerPoint file (.ppt)"),
    ("application/vnd.ms-outlook", "an Outlook message (.msg)"),
    ("application/x-ole-storage; encrypted", "an encrypted Office file"),
    ("application/x-ole-storage", "a compound file (OLE)"),
    ("application/rtf", "an RTF file"),
    ("application/postscript", "a PostScript file"),
    ("application/epub+zip", "a book (EPUB)"),
    ("application/zip", "an archive (zip)"),
    ("application/gzip", "an archive (gzip)"),
    ("application/x-bzip2", "an archive (bzip2)"),
    ("application/x-xz", "an archive (xz)"),
    ("application/zstd", "an archive (zstd)"),
    ("application/x-7z-compressed", "an archive (7z)"),
    ("application/vnd.rar", "an archive (RAR)"),
    ("application/x-tar", "an archive (tar)"),
    ("application/x-elf", "a program"),
    ("application/vnd.microsoft.portable-executable", "a program"),
)


def words_for(kind: str) -> str:
    """What a kind is called in reasons, in fixed words: `video (MP4)`, `a legacy Word file (.doc)`."""
    return dict(_WORDS).get(kind, "a file of an unknown kind")
