"""Releases of which nobody said what became: closed as `unknown`, once it is certain that nobody will.

All of it happens under the lock of the writers, so that two processes that open the log at once close nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accord.audit.processes import Presence
from accord.audit.records import DELIVERY, RELEASE, Row, delivery_of, iso, row_of
from accord.audit.seals import TAMPERED
from accord.audit.session import Session, said_by
from accord.errors import TamperDetected

_WRITERS = "SELECT id, host, boot, pid, started, seen, since FROM audit_writer"
_SINCE = "SELECT seq, record, decision FROM audit_entry WHERE seq >= ? AND kind = ? ORDER BY seq LIMIT ?"
_OF = "SELECT decision, kind FROM audit_entry WHERE decision IN ({})"
_GONE = "DELETE FROM audit_writer WHERE id = ?"
_STEP = 500


def dead(session: Session, own: str, now: int) -> list[tuple[str, int]]:
    """Processes that run no more, each with the oldest entry whose delivery it may owe.

    Raises:
        TamperDetected: what is noted of a process was edited.
    """
    found = []
    for row in session.all(_WRITERS):
        if tuple(map(type, row)) != (str, str, str, int, int, int, int):
            raise TamperDetected("what the audit log notes of a process was edited", hint=TAMPERED)
        one, seen, since = Presence(*row[:5]), row[5], row[6]
        if one.id != own and not one.runs(seen, now):
            found.append((one.id, since))
    return found


def close_dead(session: Session, own: str, now: int) -> list[Row]:
    """What to record of releases whose process runs no more; forgets these processes.

    Args:
        session: holds the lock of the writers.
        own: names this process.
        now: the time, in milliseconds.
    """
    owed: list[str] = []
    for writer, since in dead(session, own, now):
        owed += _released(session, writer, since)
        session.run(_GONE, writer)
    return close_open(session, owed, now, "recovery")


def close_own(session: Session, own: str, owed: Iterable[str], now: int) -> list[Row]:
    """What to record when a process ends in order; forgets the process."""
    session.run(_GONE, own)
    return close_open(session, list(owed), now, "close")


def close_open(session: Session, decisions: list[str], now: int, by: str) -> list[Row]:
    """What to record of those decisions under which content left and of which nothing more is known."""
    rows = []
    for at in range(0, len(decisions), _STEP):
        some = decisions[at : at + _STEP]
        kinds: dict[str, set[str]] = {}
        for decision, kind in session.all(_OF.format(", ".join("?" * len(some))), *some):
            kinds.setdefault(decision, set()).add(kind)
        open_ = [one for one in some if RELEASE in kinds.get(one, ()) and DELIVERY not in kinds[one]]
        rows += [row_of(delivery_of(one, "unknown", iso(now), by=by), "") for one in open_]
    return rows


def _released(session: Session, writer: str, since: int) -> Iterator[str]:
    """The decisions under which a process released something, from an entry on."""
    while True:
        page = session.all(_SINCE, since, RELEASE, _STEP)
        for seq, record, decision in page:
            if said_by(seq, record).get("writer") == writer:
                yield decision
        if len(page) < _STEP:
            return
        since = page[-1][0] + 1
