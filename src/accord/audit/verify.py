"""Whether the log is what was written: every stored byte that says something is recomputed and compared.

Entries are read in pages, so that memory stays the same however long the log is, and so that nobody has to wait.
What was appended meanwhile is left to the next time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accord.audit.merkle import TILE, TILE_HEIGHT, Frontier, split
from accord.audit.notes import Checkpoint, Untrue, VerifierKey, read_note
from accord.audit.offline import leaf_hash, node_hash
from accord.audit.seals import Head, Seals, Signed
from accord.audit.session import TAMPERED, Session, head_of, pages, reading
from accord.errors import AuditError, TamperDetected
from accord.store.engine import Store

Progress = Callable[[int, int], None]
"""Told how many entries are checked, of how many."""

_SLACK_S = 1.0
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
        notes: what a reader has to know besides.
    """

    size: int
    root: str
    checkpoints: int
    signed: int
    anchored: int | None
    backwards: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class _State:
    """What is known as the entries go by."""

    head: Head
    frontier: Frontier = field(default_factory=Frontier)
    tiles: dict[int, list[bytes]] = field(default_factory=dict)
    latest: float = 0.0
    backwards: int = 0
    checkpoints: int = 0

    def see(self, at: Any) -> None:
        """Note the time of an entry; what is written as no time says nothing."""
        try:
            seconds = datetime.fromisoformat(at).timestamp()
        except (ValueError, TypeError):
            return
        if seconds < self.latest - _SLACK_S:
            self.backwards += 1
            self.latest = seconds
        self.latest = max(seconds, self.latest)


def verify(
    store: Store,
    seals: Seals,
    key: VerifierKey,
    anchored: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Check the whole log.

    Args:
        store: the database.
        seals: makes the codes of the rows.
        key: who signs the heads.
        anchored: signed heads kept outside, in any order.
        progress: told now and then how far it is.

    Raises:
        TamperDetected: something is not what was written; names the record where it is one.
        AuditError: the log cannot be read.
    """
    with reading(store) as session:
        _whole_file(session)
        head = _head(session, seals)
        outside = _anchors(anchored, key, head)
        state = _State(head)
        _entries(session, seals, key, state, outside, progress)
        _ends(session, state)
    return _report(state, outside)


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
    if head is None or len(session.all("SELECT id FROM audit_head")) != 1:
        raise TamperDetected("the audit log has more than one head", hint=TAMPERED)
    if head.key != seals.key_id:
        raise AuditError(
            "the audit log was written with another key",
            hint="use the key store that belongs to this state, or restore it from its backup",
        )
    if seals.head(head).mac != head.mac:
        raise TamperDetected("the head of the audit log was edited", hint=TAMPERED)
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


def _entries(
    session: Session,
    seals: Seals,
    key: VerifierKey,
    state: _State,
    outside: dict[int, bytes],
    progress: Progress | None,
) -> None:
    size, frontier = state.head.size, state.frontier
    signed = _signed(session, seals, key, state.head)
    due = next(signed, None)
    if due is not None and due.size == 0:
        due = _at_signed(due, state, signed)
    _at_anchor(outside, frontier)
    for page in pages(session, 0, size):
        for row in page:
            raw = _checked(row, frontier.size, seals, state)
            _grow(session, state, leaf_hash(raw))
            if due is not None and due.size == frontier.size:
                due = _at_signed(due, state, signed)
            if frontier.size in outside:
                _at_anchor(outside, frontier)
        if progress is not None:
            progress(frontier.size, size)
    if frontier.size != size:
        raise changed(frontier.size)


def _checked(row: tuple[Any, ...], expected: int, seals: Seals, state: _State) -> bytes:
    """One entry: its place, its code, and that its columns say what it says. Gives what the leaf is made of."""
    seq, record, kind, decision, mac = row
    if seq != expected or type(record) is not str:
        raise changed(expected)
    raw = record.encode("utf-8", "surrogateescape")
    if seals.entry(expected, raw) != mac:
        raise changed(expected)
    try:
        said = json.loads(raw)
        same = (said["kind"], said["decision"]) == (kind, decision)
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise changed(expected)
    state.see(said.get("at"))
    return raw


def changed(record: int) -> TamperDetected:
    """The error that names a record."""
    return TamperDetected(
        f"audit record {record} was changed, removed or put in by hand", record=record, hint=TAMPERED
    )


def _grow(session: Session, state: _State, hashed: bytes) -> None:
    frontier = state.frontier
    state.tiles.setdefault(0, []).append(hashed)
    size, level = frontier.size, 0
    while size & 1:
        hashed = node_hash(frontier.peaks.pop(), hashed)
        size >>= 1
        level += 1
        if level % TILE_HEIGHT == 0:
            below = level // TILE_HEIGHT - 1
            _same_tile(session, below, frontier.size >> level, state.tiles.pop(below))
            state.tiles.setdefault(below + 1, []).append(hashed)
    frontier.peaks.append(hashed)
    frontier.size += 1


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


def _at_signed(due: Checkpoint, state: _State, signed: Iterator[Checkpoint]) -> Checkpoint | None:
    if state.frontier.root() != due.root:
        raise TamperDetected(f"the first {due.size} records are not those whose head was signed", hint=TAMPERED)
    state.checkpoints += 1
    return next(signed, None)


def _at_anchor(outside: dict[int, bytes], frontier: Frontier) -> None:
    if outside.get(frontier.size, root := frontier.root()) != root:
        raise TamperDetected(
            f"the first {frontier.size} records are not those whose head is kept outside", hint=TAMPERED
        )


def _ends(session: Session, state: _State) -> None:
    """The head, the tiles that are not full, and that nothing stands where nothing belongs."""
    if state.frontier.to_bytes() != state.head.peaks:
        raise TamperDetected("the head of the audit log does not fit its records", hint=TAMPERED)
    for level, hashes in state.tiles.items():
        if level:
            number = ((state.frontier.size >> level * TILE_HEIGHT) - len(hashes)) // TILE
            _same_tile(session, level, number, hashes)
    found, size = session.all(_TILES), state.frontier.size
    size = found[0][4] if found else size
    if not found and size >= TILE:
        raise TamperDetected("tiles of the audit log are missing", hint=TAMPERED)
    for level, count, low, high, _ in found:
        hashes_here = size >> level * TILE_HEIGHT if 0 <= level < 8 else 0
        expected = hashes_here // TILE if level == 0 else -(-hashes_here // TILE)
        if (count, low, high) != (expected, 0, expected - 1):
            raise TamperDetected(f"tiles of level {level} of the audit log are missing or too many", hint=TAMPERED)


def _report(state: _State, outside: dict[int, bytes]) -> Report:
    size, signed = state.head.size, max(state.head.checkpoint, 0)
    notes = []
    if not outside:
        notes.append(UNANCHORED)
    if signed < size:
        notes.append(f"the last {size - signed} records are not covered by a signed head yet")
    if state.backwards:
        notes.append(f"the clock went back {state.backwards} times; the order of the records is that of writing")
    anchored = max(outside) if outside else None
    return Report(
        size, state.frontier.root().hex(), state.checkpoints, signed, anchored, state.backwards, tuple(notes)
    )
