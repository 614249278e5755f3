"""Archives (ZIP, APPNOTE 6.3) of office files: bounds before anything is inflated; plain archives written anew."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from accord.core.media import Stop
from accord.media.limits import MediaLimits

_DIRECTORY_ENTRY = b"PK\x01\x02"
_MOST_MEMBERS = 10_000
_SMALL = 8_000_000  # bytes; what a member may always unpack to: ordinary sheets and long documents repeat themselves
_CHUNK = 1 << 18
_ENCRYPTED = 0x1
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Unreadable(Exception):
    """An office file that is not opened.

    Args:
        reason: why, in fixed words.
        category: of the flaw it becomes.
    """

    def __init__(self, reason: str, category: str = "fault.undecodable") -> None:
        super().__init__(reason)
        self.reason = reason
        self.category = category


def read_archive(data: bytes, limits: MediaLimits, stop: Stop) -> dict[str, bytes]:
    """Unpack an archive within bounds.

    Args:
        data: the archive.
        limits: `bytes` bounds all members together, `ratio` each one.
        stop: asked between members.

    Returns:
        Every member by its name, in the order of the archive's directory.

    Raises:
        Unreadable: a bound is broken, or the archive is one that two programs would read differently.
    """
    if data.count(_DIRECTORY_ENTRY) > _MOST_MEMBERS:
        raise Unreadable("the archive has too many members", "fault.uninspected")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(infos, limits)
            members: dict[str, bytes] = {}
            left = limits.bytes
            for info in infos:
                if stop():
                    raise Unreadable("the deadline passed while unpacking", "fault.deadline")
                members[info.filename] = _inflate(archive, info, left)
                left -= len(members[info.filename])
            return members
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Unreadable("the archive is damaged") from error


def _check(infos: list[zipfile.ZipInfo], limits: MediaLimits) -> None:
    """Judge what the directory declares."""
    if len(infos) > _MOST_MEMBERS:
        raise Unreadable("the archive has too many members", "fault.uninspected")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise Unreadable("a member of the archive is encrypted", "fault.uninspected")
    if any(info.compress_type not in _PACKED for info in infos):
        raise Unreadable("a member of the archive is packed in an unusual way", "fault.uninspected")
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise Unreadable("two members of the archive have the same name")
    if any(not is_plain(info.filename) for info in infos):
        raise Unreadable("the name of a member leads out of the archive")
    if sum(info.file_size for info in infos) > limits.bytes:
        raise Unreadable("the archive unpacks to more bytes than are opened", "fault.uninspected")
    if any(info.file_size > max(_SMALL, limits.ratio * info.compress_size) for info in infos):
        raise Unreadable("a member of the archive is packed too tightly", "fault.uninspected")
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Unreadable("members of the archive overlap")
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size


def is_plain(name: str) -> bool:
    """Whether a member's name stays inside the archive, on every system."""
    parts = name.split("/")
    return bool(name) and ".." not in parts and not name.startswith("/") and not set(name) & set("\\:\0")


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    """Unpack one member in pieces: what it declares may be a lie."""
    most = min(left, info.file_size)
    pieces: list[bytes] = []
    size = 0
    with archive.open(info) as member:
        while piece := member.read(_CHUNK):
            size += len(piece)
            if size > most:
                raise Unreadable("a member of the archive is larger than it says")
            pieces.append(piece)
    if size < info.file_size:
        raise Unreadable("a member of the archive is shorter than it says")
    return b"".join(pieces)


def write_archive(members: Mapping[str, bytes], *, stored: str = "") -> bytes:
    """Write an archive that says nothing but its members: fixed times, no comments, no extra fields.

    Args:
        members: by name, in the order in which they are to stand.
        stored: the member that is not to be packed (`mimetype` of an OpenDocument file).
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 0
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
