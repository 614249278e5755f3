"""The folder that holds pulled weights, and the proof that they are what the register says."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from accord.errors import ModelError
from accord.models.register import Entry, File, SourceFile, register

PULL = "run `accord models pull`"
"""The hint every missing or altered model ends in."""

VARIABLE = "ACCORD_MODELS"
"""The environment variable that names another cache folder."""


def cache_dir(cache: Path | None = None) -> Path:
    """The cache folder: the one given, else `$ACCORD_MODELS`, else the user's cache folder."""
    if cache is not None:
        return cache
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("accord")) / "models"


def folder_of(entry: Entry, cache: Path | None = None) -> Path:
    """Where the files of a model are: in the cache, or inside accord for a shipped one."""
    if entry.kind == "shipped":
        return Path(str(resources.files("accord")))
    return cache_dir(cache) / entry.folder


def path_of(entry: Entry, file: File, cache: Path | None = None) -> Path:
    """Where one file of a model is."""
    where = file.path if entry.kind == "shipped" and isinstance(file, SourceFile) else file.name
    return folder_of(entry, cache) / where


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_checked(entry: Entry, file: File, cache: Path | None = None) -> bytes:
    """Read one file of a model and prove its hash; what is loaded is what was hashed.

    Raises:
        ModelError: it is missing, unreadable or altered.
    """
    path = path_of(entry, file, cache)
    hint = PULL if entry.kind == "package" else "reinstall accord"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"model {entry.name} is not there: {file.name} is missing", hint=hint) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"model {entry.name}: {file.name} cannot be read: {reason}", hint=hint) from None
    if digest(data) != file.sha256:
        raise ModelError(
            f"model {entry.name}: {file.name} was altered: its SHA-256 differs from the register", hint=hint
        )
    return data


def verify_entry(entry: Entry, cache: Path | None = None) -> None:
    """Prove every file of a model that is there, and that none that is needed is missing.

    A derived file may be missing: then the file it is made from is used in its place.

    Raises:
        ModelError: a file is missing or altered.
    """
    for file in entry.files:
        read_checked(entry, file, cache)
    for made in entry.derived:
        if path_of(entry, made, cache).exists():
            read_checked(entry, made, cache)


@dataclass(frozen=True, slots=True)
class Status:
    """What is there of one model.

    Attributes:
        name: the model.
        version: the version the register names.
        slot: what it is used for.
        kind: `package` or `shipped`.
        state: `ready`, `missing`, `altered`.
        detail: what is wrong or worth knowing, in a few words.
        folder: where its files are.
        size: bytes on disk.
    """

    name: str
    version: str
    slot: str
    kind: str
    state: str
    detail: str
    folder: Path
    size: int


def status(cache: Path | None = None) -> list[Status]:
    """What is there of every model in the register; reads and hashes files, never the network."""
    return [_status(entry, cache) for entry in register().entries]


def _status(entry: Entry, cache: Path | None) -> Status:
    state, detail = "ready", ""
    paths = [path_of(entry, file, cache) for file in (*entry.files, *entry.derived)]
    try:
        verify_entry(entry, cache)
    except ModelError as error:
        state = "altered" if all(path_of(entry, file, cache).exists() for file in entry.files) else "missing"
        detail = str(error)
    else:
        absent = [made.name for made in entry.derived if not path_of(entry, made, cache).exists()]
        if absent:
            detail = f"{', '.join(absent)} was not made here: slower, same findings"
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return Status(entry.name, entry.version, entry.slot, entry.kind, state, detail, folder_of(entry, cache), size)
