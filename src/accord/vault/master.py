"""Master keys: they wrap the keys of the key store, and lie elsewhere.

A master key is named by a hash of itself, so a wrong one is told from a damaged key store: what it did not wrap names
another. A key management service fits the same port: it wraps and unwraps, and names its key versions.
"""

from __future__ import annotations

import base64
import binascii
import errno
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag

from accord.errors import StoreError
from accord.vault.secret import Secret, decrypt, encrypt, expand

_SIZE = 32
_FORMAT = "accord master keys 1"
_LARGEST = 1 << 20


class MasterKeys(Protocol):
    """What wraps keys: a file, the environment, a key management service."""

    @property
    def current(self) -> str:
        """The id of the version that wraps now; at most 255 characters."""
        ...

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all versions that unwrap."""
        ...

    def wrap(self, plain: bytes, context: bytes) -> tuple[str, bytes]:
        """Wrap a key under the current version; returns the id of that version and the wrapped key."""
        ...

    def unwrap(self, wrapped: bytes, master: str, context: bytes) -> bytes:
        """Unwrap a key.

        Args:
            wrapped: what `wrap` returned.
            master: the id of the version that wrapped it.
            context: what `wrap` was told.

        Raises:
            StoreError: that version is not here, or the wrapped key is damaged.
        """
        ...


class _Local:
    """Master keys in the memory of this process."""

    where = ""

    def _keys(self, wanted: str = "") -> Mapping[str, Secret]:
        raise NotImplementedError

    @property
    def current(self) -> str:
        """The id of the version that wraps now."""
        return next(iter(self._keys()))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all versions, the current one first."""
        return tuple(self._keys())

    def wrap(self, plain: bytes, context: bytes) -> tuple[str, bytes]:
        """Wrap a key under the current version; returns the id of that version and the wrapped key."""
        name, key = next(iter(self._keys().items()))
        return name, encrypt(key, context, plain)

    def unwrap(self, wrapped: bytes, master: str, context: bytes) -> bytes:
        """Unwrap a key; see `MasterKeys.unwrap`."""
        key = self._keys(master).get(master)
        if key is None:
            raise StoreError(
                f"the key store is wrapped by another master key ({master[:12]}…)",
                hint=f"restore the {self.where} that belongs to this key store; nothing was changed",
            )
        try:
            return Secret(decrypt(key, context, wrapped))
        except InvalidTag:
            raise StoreError(
                "a key in the key store is damaged: the right master key does not unwrap it",
                hint="restore the key store from its own backup",
            ) from None


class EnvironmentMaster(_Local):
    """Master keys in an environment variable: base64 of 32 bytes each, separated by spaces; the first one wraps.

    Args:
        variable: its name.

    Raises:
        StoreError: it is not set, or is not that.
    """

    def __init__(self, variable: str) -> None:
        self.where = f"value of {variable}"
        self._held: Mapping[str, Secret] = {}
        found = [_decoded(Secret(word.encode())) for word in os.environ.get(variable, "").split()]
        if not found:
            raise StoreError(
                f"{variable} holds no master key", hint="set it to `openssl rand -base64 32`, and keep it"
            )
        if not all(found):
            raise StoreError(
                f"what {variable} holds is no master key",
                hint="each is base64 of 32 bytes: `openssl rand -base64 32`",
            )
        self._held = {name_of(key): key for key in found}

    def __repr__(self) -> str:
        return f"<EnvironmentMaster {len(self._held)} versions>"

    def _keys(self, wanted: str = "") -> Mapping[str, Secret]:
        return self._held


class FileMaster(_Local):
    """Master keys in a file that only its owner can read; the newest wraps, older ones still unwrap.

    Safe for threads and for several processes: a file is only ever replaced as a whole, and read anew when it was.

    Args:
        path: the file.
        create: make it where there is none; of two processes that do so at once both use the one file.

    Raises:
        StoreError: it is missing, damaged, cannot be read, or can be read by others.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self.where = "master key file"
        self._state: tuple[tuple[int, int, int], Mapping[str, Secret]] = ((0, 0, 0), {})
        if create and not path.exists():
            with self._changing():
                if not path.exists():
                    self._publish({}, fresh=_fresh(), new=True)
        self._state = self._read()

    def __repr__(self) -> str:
        return f"<FileMaster {len(self._state[1])} versions>"

    def _keys(self, wanted: str = "") -> Mapping[str, Secret]:
        seen, held = self._state
        if wanted and wanted in held:
            return held  # what is known unwraps even while the file cannot be read
        try:
            found = self.path.stat()
        except OSError as error:
            raise self._unreadable(error) from None
        if _mark(found) != seen:
            self._state = self._read()
        return self._state[1]

    def add(self) -> str:
        """Make a new version, which wraps from now on; returns its id. Older ones still unwrap.

        Raises:
            StoreError: the file cannot be written.
        """
        fresh = _fresh()
        with self._changing():
            self._publish(self._read()[1], fresh=fresh)
        self._state = self._read()
        return name_of(fresh)

    def retire(self, master: str) -> None:
        """Remove a version. `KeyRing.retire` makes sure first that it wraps nothing any more.

        Raises:
            StoreError: it is the current version, is not there, or the file cannot be written.
        """
        with self._changing():
            held = dict(self._read()[1])
            if master not in held:
                raise StoreError("there is no such version of the master key", hint="see `accord vault status`")
            if master == next(iter(held)):
                raise StoreError(
                    "the current version of the master key cannot be retired", hint="run `accord vault rotate` first"
                )
            del held[master]
            self._publish(held)
        self._state = self._read()

    def _read(self) -> tuple[tuple[int, int, int], Mapping[str, Secret]]:
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                if stat.S_IMODE(found.st_mode) & 0o077:
                    raise StoreError("the master key file can be read by others", hint=f"chmod 600 {self.path}")
                raw = Secret(file.read(_LARGEST))
        except OSError as error:
            raise self._unreadable(error) from None
        held = _parsed(raw)
        if held is None:
            raise StoreError(
                "the master key file is damaged", hint=f"restore {self.path} from its own backup; nothing was changed"
            )
        return _mark(found), held

    def _publish(self, held: Mapping[str, Secret], *, fresh: Secret | None = None, new: bool = False) -> None:
        raw = _written(([fresh] if fresh else []) + list(held.values()))
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            if not (new and _linked(draft, self.path)):
                draft.replace(self.path)
            _sync(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time, and within it one thread."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _unreadable(self, error: OSError) -> StoreError:
        if isinstance(error, FileNotFoundError):
            return StoreError(
                "the master key file is missing",
                hint=f"restore {self.path}: without it nothing in the key store can be read; no new one was made",
            )
        return StoreError(
            f"the master key file cannot be read: {error.strerror or type(error).__name__}",
            hint=f"give the owner of this process the right to read {self.path}",
        )

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"the master key file cannot be written: {error.strerror or type(error).__name__}",
            hint="free some space or give its owner the right to write; nothing was changed",
        )


def name_of(key: bytes) -> str:
    """The id of a master key: 128 bits of a hash of it, in hex, from which nothing leads back."""
    return expand(key, b"accord master key id").hex()[:32]


def _fresh() -> Secret:
    return Secret(os.urandom(_SIZE))


def _written(keys: list[Secret]) -> Secret:
    rows = [{"id": name_of(key), "key": base64.b64encode(key).decode("ascii")} for key in keys]
    return Secret(json.dumps({"format": _FORMAT, "keys": rows}, indent=1).encode("ascii") + b"\n")


def _decoded(word: Secret) -> Secret:
    """The key that base64 stands for; empty where it does not."""
    try:
        key = base64.b64decode(word.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except binascii.Error:
        return Secret()
    return Secret(key if len(key) == _SIZE else b"")


def _parsed(raw: Secret) -> Mapping[str, Secret] | None:
    """The keys in a file, the current one first; None where it is damaged."""
    try:
        document = json.loads(raw)
        held = {str(one["id"]): _decoded(Secret(one["key"].encode())) for one in document["keys"]}
        whole = document["format"] == _FORMAT and all(name_of(key) == name for name, key in held.items())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return held if whole and held else None


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _linked(draft: Path, path: Path) -> bool:
    """Put a file in place unless one is there, as a rename would not; False where the file system has no links."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return True
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            return False
        raise
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
