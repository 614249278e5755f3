"""Whether the log is what was written: every stored byte that says something is recomputed and compared.

Entries are read in pages, so that memory stays the same however long the log is, and so that nobody has to wait.
What was appended meanwhile is left to the next time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accord.audit.growth import changed
from accord.audit.merkle import TILE, TILE_HEIGHT, Frontier, Tiling, split
from accord.audit.notes import Checkpoint, Untrue, VerifierKey, read_note
from accord.audit.offline import leaf_hash
from accord.audit.records import DELIVERY, RELEASE
from accord.audit.seals import TAMPERED, Head, Seals, Signed
from accord.audit.session import Session, Sessions, head_of, pages, raw_of
from accord.errors import TamperDetected

Progress = Callable[[int, int], None]
"""Told how many entries are checked, of how many."""

_SLACK_S = 1.0
_LEVELS = 8
_STATE = """
    SELECT size, peaks, checkpoint, key, mac, (SELECT min(seq) FROM audit_entry), (SELECT max(seq) FROM audit_entry),
        (SELECT max(size) FROM audit_checkpoint)
    FROM audit_head WHERE id = 1
"""
_SIGNED = (
    "SELECT size, note, at, previous, mac FROM audit_checkpoint WHERE size > ? AND size <= ? ORDER BY size LIMIT 256"
)
_TILE = "SELECT hashes, (SELECT size FROM audit_head WHERE id = 1) FROM audit_tile WHERE level = ? AND number = ?"
_TILES = (
    "SELECT level, count(*), min(number), max(number), (SELECT size FROM audit_head WHERE id = 1) "
    "FROM audit_tile GROUP BY level"
)
UNANCHORED = (
    "no head is kept outside of this store: if all of it were put back to an earlier state, that could not be told"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What holds.

    Attributes:
        size: how many entries there are.
        root: root of the tree over them, in hex.
        checkpoints: how many signed heads hold.
        signed: how many entries the newest signed head vouches for.
        anchored: how many entries the newest head kept outside vouches for; None without one.
        backwards: how often the clock went back between two entries, by more than a second.
        open: releases of which nobody said yet what became.
        notes: what a reader has to know besides.
    """

    size: int
    root: str
    checkpoints: int
    signed: int
    anchored: int | None
    backwards: int
    open: int
    notes: tuple[str, ...]


def verify(
    sessions: Sessions,
    seals: Seals,
    key: VerifierKey,
    anchored: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Check the whole log.

    Args:
        sessions: connections to read with.
        seals: makes the codes of the rows.
        key: who signs the heads.
        anchored: signed heads kept outside, in any order.
        progress: told now and then how far it is.

    Raises:
        TamperDetected: something is not what was written; names the record where it is one.
        AuditError: the log cannot be read.
    """
    with sessions.reading() as session:
        _whole_file(session)
        head = _head(session, seals)
        outside = _anchors(anchored, key, head)
        check = _Check(session, seals, head, _signed(session, seals, key, head), outside)
        check.entries(progress)
        check.ends()
        return check.report()


class _Check:
    """The entries going by, and what must hold as they do."""

    def __init__(
        self,
        session: Session,
        seals: Seals,
        head: Head,
        signed: Iterator[Checkpoint],
        outside: Mapping[int, bytes],
    ) -> None:
        self._session = session
        self._seals = seals
        self._head = head
        self._signed = signed
        self._due = next(signed, None)
        self._outside = outside
        self._frontier = Frontier()
        self._tiling = Tiling(self._frontier, lambda *tile: _same_tile(session, *tile))
        self._checkpoints = self._backwards = 0
        self._latest = 0.0
        self._open: dict[str, str] = {}

    def entries(self, progress: Progress | None) -> None:
        size = self._head.size
        self._at_head()
        for page in pages(self._session, 0, size):
            for row in page:
                self._tiling.add(leaf_hash(self._checked(row)))
                self._at_head()
            if progress is not None:
                progress(self._frontier.size, size)
        if self._frontier.size != size:
            raise changed(self._frontier.size)

    def _checked(self, row: tuple[Any, ...]) -> bytes:
        """One entry: its place, its code, that its columns say what it says. Gives what the leaf is made of."""
        seq, record, kind, decision, mac = row
        expected = self._frontier.size
        raw = raw_of(record)
        if seq != expected or self._seals.entry(expected, raw) != mac:
            raise changed(expected)
        try:
            said = json.loads(raw)
            same = (said["kind"], said["decision"]) == (kind, decision)
        except (ValueError, KeyError, TypeError):
            same = False
        if not same:
            raise changed(expected)
        self._see(said.get("at"))
        if kind == RELEASE and "writer" in said:
            self._open[decision] = str(said["writer"])
        elif kind == DELIVERY:
            self._open.pop(decision, None)
        return raw

    def _see(self, at: Any) -> None:
        """Note the time of an entry; what is written as no time says nothing."""
        try:
            seconds = datetime.fromisoformat(at).timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        if seconds < self._latest - _SLACK_S:
            self._backwards += 1
            self._latest = seconds
        self._latest = max(seconds, self._latest)

    def _at_head(self) -> None:
        """Where a head was signed or is kept outside, the tree so far must have its root."""
        size = self._frontier.size
        if self._due is not None and self._due.size == size:
            if self._frontier.root() != self._due.root:
                raise TamperDetected(f"the first {size} records are not those whose head was signed", hint=TAMPERED)
            self._checkpoints += 1
            self._due = next(self._signed, None)
        if size in self._outside and self._outside[size] != self._frontier.root():
            raise TamperDetected(f"the first {size} records are not those whose head is kept outside", hint=TAMPERED)

    def ends(self) -> None:
        """The head, the tiles that are not full, and that nothing stands where nothing belongs."""
        if self._frontier.to_bytes() != self._head.peaks:
            raise TamperDetected("the head of the audit log does not fit its records", hint=TAMPERED)
        size = self._frontier.size
        for level, hashes in self._tiling.open.items():
            if level and hashes:
                _same_tile(self._session, level, (size >> level * TILE_HEIGHT) // TILE, hashes)
        found = self._session.all(_TILES)
        size = found[0][4] if found else size
        if not found and size >= TILE:
            raise TamperDetected("tiles of the audit log are missing", hint=TAMPERED)
        for level, count, low, high, _ in found:
            there = size >> level * TILE_HEIGHT if 0 <= level < _LEVELS else 0
            expected = there // TILE if level == 0 else -(-there // TILE)
            if (count, low, high) != (expected, 0, expected - 1):
                raise TamperDetected(
                    f"tiles of level {level} of the audit log are missing or too many", hint=TAMPERED
                )

    def report(self) -> Report:
        size, signed = self._head.size, max(self._head.checkpoint, 0)
        notes = []
        if not self._outside:
            notes.append(UNANCHORED)
        if signed < size:
            notes.append(f"the last {size - signed} records are not covered by a signed head yet")
        if self._backwards:
            notes.append(f"the clock went back {self._backwards} times; the records stand in the order of writing")
        if forgotten := self._forgotten():
            notes.append(f"of {forgotten} releases no process that is known will say what became")
        return Report(
            size,
            self._frontier.root().hex(),
            self._checkpoints,
            signed,
            max(self._outside) if self._outside else None,
            self._backwards,
            len(self._open),
            tuple(notes),
        )

    def _forgotten(self) -> int:
        """Open releases whose process is not noted any more: nobody would close them."""
        if not self._open:
            return 0
        # A process that ends meanwhile has closed what it left open before it is forgotten.
        known = {str(name) for (name,) in self._session.all("SELECT id FROM audit_writer")}
        gone = [decision for decision, writer in self._open.items() if writer not in known]
        delivered = "SELECT 1 FROM audit_entry WHERE decision = ? AND kind = ?"
        return sum(1 for decision in gone if not self._session.all(delivered, decision, DELIVERY))


def _whole_file(session: Session) -> None:
    """SQLite's own look at its pages and indexes: finds what no query would touch."""
    if session.sqlite:
        for (said,) in session.all("PRAGMA integrity_check(1)"):
            if said != "ok":
                raise TamperDetected("the file of the database is damaged or was edited", hint=TAMPERED)


def _head(session: Session, seals: Seals) -> Head:
    rows = session.all(_STATE)
    if not rows:
        if session.all("SELECT seq FROM audit_entry LIMIT 1") or session.all(
            "SELECT size FROM audit_checkpoint LIMIT 1"
        ):
            raise TamperDetected("the head of the audit log is missing", hint=TAMPERED)
        return Head(0, b"", -1, seals.key_id)
    head, (first, last, signed) = head_of(rows[0][:5]), rows[0][5:]
    if len(session.all("SELECT id FROM audit_head")) != 1:
        raise TamperDetected("the audit log has more than one head", hint=TAMPERED)
    seals.check(head)
    if (first, last) != ((0, head.size - 1) if head.size else (None, None)):
        raise changed(head.size if last is None or last >= head.size else last + 1 if first == 0 else 0)
    if (-1 if signed is None else signed) != head.checkpoint:
        raise TamperDetected("the newest signed head is missing or was put in by hand", hint=TAMPERED)
    return head


def _anchors(notes: Sequence[str], key: VerifierKey, head: Head) -> dict[int, bytes]:
    outside: dict[int, bytes] = {}
    for note in notes:
        try:
            one = read_note(note, key)
        except Untrue as error:
            raise TamperDetected(f"a head kept outside does not hold: {error}", hint=TAMPERED) from None
        if outside.setdefault(one.size, one.root) != one.root:
            raise TamperDetected(f"two different heads of {one.size} records are kept outside", hint=TAMPERED)
    if outside and max(outside) > head.size:
        raise TamperDetected(
            f"the log was put back to an earlier state: {max(outside)} records are anchored, {head.size} are here",
            record=head.size,
            hint=TAMPERED,
        )
    return outside


def _same_tile(session: Session, level: int, number: int, hashes: list[bytes]) -> None:
    rows = session.all(_TILE, level, number)
    raw, size = rows[0] if rows else (b"", 0)
    there = min(TILE, (size >> level * TILE_HEIGHT) - number * TILE) if type(size) is int else 0
    if type(raw) is not bytes or len(raw) != there * len(hashes[0]) or split(raw)[: len(hashes)] != hashes:
        width = TILE ** (level + 1)
        raise TamperDetected(
            f"tile {level}/{number} of the audit log, over the records from {number * width} on, was edited",
            hint=TAMPERED,
        )


def _signed(session: Session, seals: Seals, key: VerifierKey, head: Head) -> Iterator[Checkpoint]:
    """The signed heads in order, each with a signature that holds and the right one before it."""
    before = -1
    while before < head.checkpoint:
        rows = session.all(_SIGNED, before, head.checkpoint)
        if not rows:
            break
        for row in rows:
            if any(type(value) is not kind for value, kind in zip(row, (int, str, int, int, bytes), strict=True)):
                raise _forged(row[0])
            one = Signed(*row)
            if one.previous != before or seals.signed(one).mac != one.mac:
                raise _forged(one.size)
            try:
                checkpoint = read_note(one.note, key)
            except Untrue:
                raise _forged(one.size) from None
            if checkpoint.size != one.size:
                raise _forged(one.size)
            before = one.size
            yield checkpoint
    if before != head.checkpoint:
        raise _forged(head.checkpoint)


def _forged(size: Any) -> TamperDetected:
    return TamperDetected(
        f"the signed head of {size} records was edited, or one before it was removed or put in", hint=TAMPERED
    )
