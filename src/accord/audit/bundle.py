"""A bundle for somebody who trusts nobody here: records, proofs, a signed head, and the program that checks them.

It is a zip file: `bundle.json` says what it is, `checkpoint` is the signed head, `entries.jsonl` has one record a
line with its audit path, `consistency.jsonl` earlier signed heads with the proof that this one continues them,
`offline.py` checks all of it with the public key alone.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from accord.audit.growth import changed, unproved
from accord.audit.notes import Checkpoint, Untrue, VerifierKey, read_note
from accord.audit.offline import FORMAT, included, leaf_hash
from accord.audit.proofs import Tiles
from accord.audit.seals import TAMPERED, Seals
from accord.audit.session import Session, Sessions, pages, raw_of
from accord.errors import AuditError, TamperDetected

_EARLIER = 100
_WHEN = (1980, 1, 1, 0, 0, 0)
_NEWEST = "SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT ?"
_README = """\
This file holds records of an audit log with proofs that they were logged and not changed since.

Check it with the public key of the log, which you got from somewhere else than this file:

    python3 offline.py BUNDLE --key KEYFILE

offline.py needs nothing but Python 3.11 or newer. Take it from a source that you trust, or read it: it is short.
"""

Wanted = Callable[[dict[str, Any]], bool]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into a bundle.

    Attributes:
        entries: how many records.
        size: how many records the signed head vouches for.
        earlier: how many earlier signed heads are shown to be continued.
    """

    entries: int
    size: int
    earlier: int


def export(
    sessions: Sessions,
    seals: Seals,
    key: VerifierKey,
    target: Path,
    *,
    wanted: Wanted | None = None,
    heads: Iterable[str] = (),
    progress: Progress | None = None,
) -> Exported:
    """Write a bundle of everything the newest signed head vouches for, or of a part of it.

    Args:
        sessions: connections to read with.
        seals: show whether a row is what was written.
        key: who signs the heads.
        target: the file; it appears as a whole or not at all.
        wanted: takes a record and says whether it is to be in the bundle.
        heads: further signed heads that are to be shown as continued, such as those an auditor kept.
        progress: told how many records were looked at, of how many.

    Raises:
        TamperDetected: a record cannot be proved.
        AuditError: there is no signed head, or the bundle cannot be written.
    """
    with sessions.reading() as session, _written(target) as file:
        notes = [str(note) for (note,) in session.all(_NEWEST, _EARLIER + 1)]
        if not notes:
            raise AuditError("no head of the audit log is signed yet", hint="nothing was logged yet")
        head = _read(notes[0], key)
        tiles = Tiles(session, seals, head.size)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            _put(made, "README.txt", _README)
            _put(made, "offline.py", resources.files("accord.audit").joinpath("offline.py").read_text("utf-8"))
            _put(made, "checkpoint", notes[0])
            entries = _entries(made, session, tiles, seals, head, wanted, progress)
            older = {note: _read(note, key) for note in [*heads, *notes[1:]]}
            earlier = _earlier(made, tiles, head, older)
            about = {"format": FORMAT, "origin": key.name, "size": head.size, "entries": entries}
            _put(made, "bundle.json", json.dumps({**about, "fingerprint": key.fingerprint}, indent=2) + "\n")
    return Exported(entries, head.size, earlier)


def _entries(
    made: zipfile.ZipFile,
    session: Session,
    tiles: Tiles,
    seals: Seals,
    head: Checkpoint,
    wanted: Wanted | None,
    progress: Progress | None,
) -> int:
    count = 0
    about = zipfile.ZipInfo("entries.jsonl", _WHEN)
    about.compress_type = zipfile.ZIP_DEFLATED
    with made.open(about, "w", force_zip64=True) as out:
        for seq, record in _records(session, seals, head.size, progress):
            if wanted is not None and not wanted(json.loads(record)):
                continue
            proof = tiles.inclusion(seq)
            if not included(seq, head.size, leaf_hash(record.encode()), proof, head.root):
                raise unproved(seq)
            line = {"seq": seq, "record": record, "proof": [one.hex() for one in proof]}
            out.write(json.dumps(line).encode() + b"\n")
            count += 1
    return count


def _records(session: Session, seals: Seals, size: int, progress: Progress | None) -> Iterator[tuple[int, str]]:
    """Every record, with its number; those that were edited are found before they are looked into."""
    expected = 0
    for page in pages(session, 0, size):
        for seq, record, _, _, mac in page:
            if seq != expected or seals.entry(seq, raw_of(record)) != mac:
                raise changed(expected)
            yield seq, record
            expected += 1
        if progress is not None:
            progress(expected, size)
    if expected != size:
        raise changed(expected)


def _earlier(made: zipfile.ZipFile, tiles: Tiles, head: Checkpoint, older: dict[str, Checkpoint]) -> int:
    lines = []
    for note, one in older.items():
        if one.size > head.size:
            raise TamperDetected(
                f"the log was put back to an earlier state: {one.size} records have a head, {head.size} are here",
                hint=TAMPERED,
            )
        proof = [hashed.hex() for hashed in tiles.consistency(one.size)]
        lines.append(json.dumps({"note": note, "proof": proof}) + "\n")
    _put(made, "consistency.jsonl", "".join(lines))
    return len(lines)


def _read(note: str, key: VerifierKey) -> Checkpoint:
    try:
        return read_note(note, key)
    except Untrue as error:
        raise TamperDetected(f"a signed head does not hold: {error}", hint=TAMPERED) from None


def _put(made: zipfile.ZipFile, name: str, text: str) -> None:
    made.writestr(zipfile.ZipInfo(name, _WHEN), text, zipfile.ZIP_DEFLATED)


@contextmanager
def _written(target: Path) -> Iterator[Any]:
    """A file that takes its place only when it is whole, on disk and for its owner alone."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise AuditError(
            f"the bundle cannot be written: {error.strerror or type(error).__name__}", hint="name another file"
        ) from None
    finally:
        partial.unlink(missing_ok=True)
