"""The credential of an upstream: from the environment or a file, never shown, read again when it changes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from accord.errors import ConfigError

_MAX = 16_384


class Credential:
    """What is sent as a bearer token.

    Args:
        env: name of an environment variable.
        file: path of a file that only its owner can read.

    Raises:
        ConfigError: there is none, others can read it, or it cannot stand in a header.
    """

    __slots__ = ("_header", "_path", "_seen")

    def __init__(self, *, env: str = "", file: str = "") -> None:
        if env and file:
            raise ConfigError("a credential is in the environment or in a file, not in both")
        self._path = Path(file) if file else None
        self._header = ""
        self._seen: tuple[int, ...] = ()
        if env:
            value = os.environ.get(env)
            if not value:
                raise ConfigError(f"the environment variable {env} is not set")
            self._header = _header(value, f"the environment variable {env}")
        elif self._path is not None:
            self.header()

    def __repr__(self) -> str:
        return "<Credential>"

    def header(self) -> str:
        """The value of the Authorization header; "" where there is no credential.

        Raises:
            ConfigError: the file is gone, others can read it, or what it holds cannot stand in a header.
        """
        if self._path is None:
            return self._header
        try:
            found = self._path.stat()
            if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for
                raise ConfigError(f"{self._path}: no file")
            mark = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode, found.st_ctime_ns)
            if mark != self._seen:
                self._header = _header(_read(self._path), str(self._path))
                self._seen = mark
        except OSError as error:
            self._seen = ()
            raise ConfigError(f"{self._path}: {error.strerror or type(error).__name__}") from None
        except ConfigError:
            self._seen = ()
            raise
        return self._header


def _read(path: Path) -> str:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX:
            raise ConfigError(f"{path}: no file, or a very large one")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise ConfigError(f"{path}: others than its owner can read or change it", hint=f"chmod 600 {path}")
        data = file.read(_MAX)
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: what it holds cannot be a credential") from None


def _header(value: str, where: str) -> str:
    token = value.strip()
    if not token or not all("!" <= letter <= "~" for letter in token):
        raise ConfigError(f"{where}: what it holds cannot be a credential", hint="one line of visible ASCII letters")
    return f"Bearer {token}"
