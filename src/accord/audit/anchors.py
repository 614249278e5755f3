"""Where signed heads are kept outside of the store: a file or a git repository, best in another's hands.

A store that is put back as a whole to an earlier state looks sound from within. A head kept elsewhere tells.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from accord.errors import AuditError

NAME = "accord-audit-heads.jsonl"
_GIT_SECONDS = 60
_OURS = ("-c", "user.name=accord", "-c", "user.email=accord@localhost", "-c", "commit.gpgsign=false")


_PASSED = (
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "SSH_AUTH_SOCK",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
)


class Anchor(Protocol):
    """Keeps signed heads outside of the store."""

    def publish(self, note: str) -> None:
        """Keep one more.

        Raises:
            AuditError: it cannot be kept.
        """
        ...

    def notes(self) -> list[str]:
        """All that were kept, oldest first.

        Raises:
            AuditError: they cannot be read.
        """
        ...


class FileAnchor:
    """A file to which heads are appended, one JSON object a line; on disk when `publish` returns.

    Args:
        path: best on a disk to which the one who runs the log can append but not write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return "<FileAnchor>"

    def publish(self, note: str) -> None:
        """Append a head.

        Raises:
            AuditError: it cannot be written.
        """
        line = json.dumps({"head": note}).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = not self.path.exists()
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                _mend(file)
                if os.write(file, line) != len(line):
                    raise OSError(28, "the line was cut")
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise _failed(error) from None

    def notes(self) -> list[str]:
        """All heads, oldest first; none where there is no file yet.

        Raises:
            AuditError: the file cannot be read, or a line of it is no head.
        """
        try:
            return _parsed(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _failed(error) from None


class GitAnchor:
    """A git repository into which heads are committed. Pushing it elsewhere is left to its owner.

    Args:
        folder: a working tree.
        name: the file in it.
    """

    def __init__(self, folder: Path, name: str = NAME) -> None:
        self.folder = folder
        self.name = name
        self._file = FileAnchor(folder / name)

    def __repr__(self) -> str:
        return "<GitAnchor>"

    def publish(self, note: str) -> None:
        """Append and commit a head.

        Raises:
            AuditError: it cannot be committed.
        """
        self._git("rev-parse", "--is-inside-work-tree")
        with _alone(self.folder):
            self._file.publish(note)
            self._git("add", "--", self.name)
            self._git(*_OURS, "commit", "--quiet", "--no-verify", "-m", "Head of the audit log", "--", self.name)

    def notes(self) -> list[str]:
        """All heads that are committed, oldest first.

        Raises:
            AuditError: this is no repository, or a line of the file is no head.
        """
        self._git("rev-parse", "--is-inside-work-tree")
        if not self._git("ls-tree", "--name-only", "HEAD", "--", self.name, empty=True):
            return []
        return _parsed(self._git("cat-file", "blob", f"HEAD:./{self.name}"))

    def _git(self, *arguments: str, empty: bool = False) -> bytes:
        # A repository may name programs to run; hooks and prompts are none of ours.
        # Secrets in our environment, such as the master key, are no business of another program.
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        command = ["git", "-c", f"core.hooksPath={os.devnull}", "-C", str(self.folder), *arguments]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, timeout=_GIT_SECONDS, check=False, env=environment
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AuditError(
                f"git cannot be run: {type(error).__name__}", hint="install git, or anchor heads in a file"
            ) from None
        if done.returncode and not empty:
            raise AuditError(
                "the head cannot be kept in the git repository",
                hint="see that the folder is a git repository and can be written",
            )
        return done.stdout


def anchor_of(place: Path) -> Anchor:
    """A git repository where the path is a folder, else a file."""
    return GitAnchor(place) if place.is_dir() else FileAnchor(place)


def kept(anchors: Sequence[Anchor]) -> list[str]:
    """All heads of several anchors.

    Raises:
        AuditError: one of them cannot be read.
    """
    return [note for anchor in anchors for note in anchor.notes()]


def _parsed(raw: bytes) -> list[str]:
    """The heads in a file; a last line that a crash has cut was never promised to anybody."""
    notes = []
    for number, line in enumerate(raw.split(b"\n")[:-1], 1):
        try:
            said = json.loads(line)
            notes.append(said["head"])
        except (ValueError, KeyError, TypeError):
            raise AuditError(f"line {number} of the heads kept outside is no signed head") from None
        if not isinstance(notes[-1], str):
            raise AuditError(f"line {number} of the heads kept outside is no signed head")
    return notes


def _mend(file: int) -> None:
    """Remove a last line that a crash has cut."""
    size = os.fstat(file).st_size
    tail = os.pread(file, min(size, 1 << 16), max(0, size - (1 << 16)))
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(file, size - len(tail) + tail.rfind(b"\n") + 1)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Several threads and processes commit one after the other."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _failed(error) from None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _failed(error: OSError) -> AuditError:
    return AuditError(
        f"the heads kept outside cannot be used: {error.strerror or type(error).__name__}",
        hint="see that the anchor's file or folder can be read and written",
    )
