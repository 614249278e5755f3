"""Files that appear whole or not at all, also when the process is killed in the middle.

Linux can write a file that has no name yet (`O_TMPFILE`, open(2)) and name it when it is complete, so that a killed
process leaves nothing. Where a file system cannot, a hidden file is renamed; the next run sweeps what is left of it.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

PREFIX = ".accord-"
SUFFIX = ".part"


def write_whole(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file, durable when this returns.

    Args:
        path: its final name; the folder exists.
        data: all of it.
        replace: whether a file of that name may be replaced.

    Raises:
        FileExistsError: there is one, and it may not be replaced.
        OSError: it cannot be written; nothing of it is left.
    """
    hidden = path.with_name(f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")
    # Only what has a name can be renamed over another file.
    first = hidden if replace else path
    try:
        if not _write_unnamed(first, data):
            first = hidden
            _write_named(hidden, data)
        if first is hidden:
            _publish(hidden, path, replace)
        _sync(path.parent)
    finally:
        hidden.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed run left half written, in a folder and those below it."""
    for left in folder.rglob(f"{PREFIX}*{SUFFIX}"):
        if left.is_file() and not left.is_symlink():
            left.unlink(missing_ok=True)


def _write_unnamed(path: Path, data: bytes) -> bool:
    """Write a file and name it when it is complete; False where this system or file system has no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None:
        return False
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return _link_unnamed(folder, flag, path.name, data)
    finally:
        os.close(folder)


def _link_unnamed(folder: int, flag: int, name: str, data: bytes) -> bool:
    try:
        handle = os.open(".", flag | os.O_WRONLY, 0o666, dir_fd=folder)
    except OSError:
        return False
    try:
        _write(handle, data)
        # Only with a folder handle does this follow the link that stands for the file.
        os.link(f"/proc/self/fd/{handle}", name, dst_dir_fd=folder, follow_symlinks=True)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise
        return False
    finally:
        os.close(handle)
    return True


def _write_named(hidden: Path, data: bytes) -> None:
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        _write(handle, data)
    finally:
        os.close(handle)


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)


def _publish(hidden: Path, path: Path, replace: bool) -> None:
    if replace:
        hidden.replace(path)
        return
    try:
        os.link(hidden, path)  # unlike a rename, this never replaces
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        hidden.rename(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
