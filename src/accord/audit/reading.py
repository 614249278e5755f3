"""How the log is read: records in order, and what proves them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.audit.growth import changed
from accord.audit.notes import Untrue, VerifierKey, read_note
from accord.audit.offline import included, leaf_hash
from accord.audit.proofs import Proof, Tiles
from accord.audit.seals import TAMPERED, Seals
from accord.audit.session import Session, Sessions, raw_of, said_by
from accord.errors import AuditError, TamperDetected

_STEP = 1024
_MOST = 1 << 62
_NEWEST = "SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
_ONE = "SELECT record, mac FROM audit_entry WHERE seq = ?"
_SIZE = "SELECT size FROM audit_head WHERE id = 1"


def records(
    sessions: Sessions, *, kind: str | None, decision: str | None, since: str | None, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Records, oldest first; the newest `limit` of them where that is given."""
    with sessions.reading() as session:
        low = 0
        if limit is not None:
            newest = _filtered(session, kind, decision, since, low, newest_first=True)
            taken = [seq for (seq, _), _ in zip(newest, range(limit), strict=False)]
            if not taken:
                return
            low = taken[-1]
        for seq, record in _filtered(session, kind, decision, since, low, newest_first=False):
            yield {"seq": seq, **record}


def _filtered(
    session: Session, kind: str | None, decision: str | None, since: str | None, low: int, *, newest_first: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    conditions, values = [], []
    for column, value in (("kind", kind), ("decision", decision)):
        if value is not None:
            conditions.append(f"AND {column} = ?")
            values.append(value)
    bound, order = ("<= ?", "DESC") if newest_first else (">= ?", "ASC")
    sql = f"SELECT seq, record FROM audit_entry WHERE seq {bound} {' '.join(conditions)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
    at = _MOST if newest_first else low
    while True:
        page = session.all(sql, at, *values, _STEP)
        for seq, text in page:
            record = said_by(seq, text)
            if since is None or str(record.get("at", "")) >= since:
                yield seq, record
        if len(page) < _STEP:
            return
        at = page[-1][0] + (-1 if newest_first else 1)


def newest(sessions: Sessions) -> str | None:
    """The newest signed head; None without one."""
    with sessions.reading() as session:
        rows = session.all(_NEWEST)
    return rows[0][0] if rows else None


def prove(sessions: Sessions, seals: Seals, key: VerifierKey, seq: int) -> Proof | None:
    """That a record stands in the log, under the newest signed head; checked before it is given.

    Returns:
        None where no signed head vouches for it yet.

    Raises:
        TamperDetected: it cannot be proved.
        AuditError: there is no such record.
    """
    with sessions.reading() as session:
        notes, found = session.all(_NEWEST), session.all(_ONE, seq) if 0 <= seq < _MOST else []
        if not found:
            raise AuditError(f"there is no audit record {seq}", hint="see `accord audit list`")
        record, mac = found[0]
        raw = raw_of(record)
        if seals.entry(seq, raw) != mac:
            raise changed(seq)
        if not notes:
            return None
        try:
            head = read_note(notes[0][0], key)
        except Untrue as error:
            raise TamperDetected(f"the newest signed head does not hold: {error}", hint=TAMPERED) from None
        if seq >= head.size:
            return None
        hashes = Tiles(session, seals, head.size).inclusion(seq)
    if not included(seq, head.size, leaf_hash(raw), hashes, head.root):
        raise TamperDetected(
            f"audit record {seq} cannot be proved: the tree over it was edited", record=seq, hint=TAMPERED
        )
    return Proof(seq, record, head.size, tuple(hashes), notes[0][0])


def consistency(sessions: Sessions, seals: Seals, first: int, second: int) -> list[bytes]:
    """What proves that one tree continues another.

    Raises:
        AuditError: there are not so many records.
    """
    with sessions.reading() as session:
        rows = session.all(_SIZE)
        if not 0 <= first <= second <= (rows[0][0] if rows else 0):
            raise AuditError("there are not so many audit records")
        return Tiles(session, seals, second).consistency(first)
