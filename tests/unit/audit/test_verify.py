"""Every edit by hand is found, and the record is named where it is one."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.audit_parts import START, Key, Opened, edit, preview, release, rows

from accord.audit.log import AuditLog, delivery_of
from accord.audit.notes import Ed25519Signer, write_note
from accord.audit.records import AuditRecord, iso
from accord.audit.seals import Seals
from accord.audit.session import Session, Sessions
from accord.audit.verify import UNANCHORED, verify
from accord.errors import AuditError, StoreError, TamperDetected
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE

SIZE = 300
EDITS = 1000


def filled(opened: Opened) -> AuditLog:
    log = opened(every=60)
    for at in range(0, SIZE, 20):
        log.append_many([release(i) if i % 3 == 0 else preview(i) for i in range(at, at + 20)])
    return log


class OneSession(Sessions):
    """Reads within the transaction of a session, so that an edit can be undone without a trace."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self.session


@dataclass
class Editor:
    """Edits one thing, at random."""

    session: Session
    chance: random.Random

    def any_(self, table: str, key: str) -> tuple[Any, ...]:
        found = self.session.all(f"SELECT * FROM {table} ORDER BY {key}")
        return found[self.chance.randrange(len(found))]

    def other(self, value: Any) -> Any:
        """Another value of the same kind."""
        if isinstance(value, int):
            return value + self.chance.choice([-300, -1, 1, 2, 300])
        if not value:
            return "x" if isinstance(value, str) else b"x"
        at = self.chance.randrange(len(value))
        what = self.chance.randrange(4)
        if what == 0:
            return value[:at]
        if what == 1:
            return value + value[at : at + 1]
        if isinstance(value, str):
            return (
                value[:at] + self.chance.choice([char for char in "abc01 {}é" if char != value[at]]) + value[at + 1 :]
            )
        return value[:at] + bytes([value[at] ^ 1 << self.chance.randrange(8)]) + value[at + 1 :]

    def entry(self) -> int | None:
        seq, *values = self.any_("audit_entry", "seq")
        column = self.chance.randrange(4)
        name = ("record", "kind", "decision", "mac")[column]
        changed = self.other(values[column])
        changed = changed[: {"kind": 24, "decision": 64}.get(name)]
        self.session.run(f"UPDATE audit_entry SET {name} = ? WHERE seq = ?", changed, seq)
        return int(seq)

    def another(self) -> int | None:
        """One entry says what another says: its own code does not fit its place."""
        one, two = sorted(self.chance.sample(range(SIZE), 2))
        found = self.session.all("SELECT record, kind, decision, mac FROM audit_entry WHERE seq = ?", two)[0]
        sql = "UPDATE audit_entry SET record = ?, kind = ?, decision = ?, mac = ? WHERE seq = ?"
        if self.chance.random() < 0.5:
            theirs = self.session.all("SELECT record, kind, decision, mac FROM audit_entry WHERE seq = ?", one)[0]
            self.session.run(sql, *theirs, two)
        self.session.run(sql, *found, one)
        return one

    def removed(self) -> int | None:
        seq = self.chance.randrange(SIZE)
        self.session.run("DELETE FROM audit_entry WHERE seq = ?", seq)
        return seq

    def cut(self) -> int | None:
        seq = self.chance.randrange(SIZE)
        self.session.run("DELETE FROM audit_entry WHERE seq >= ?", seq)
        return seq

    def moved(self) -> int | None:
        seq = self.chance.randrange(SIZE)
        self.session.run(
            "UPDATE audit_entry SET seq = ? WHERE seq = ?", self.chance.choice([-1, SIZE, SIZE + 7]), seq
        )
        return None

    def put_in(self) -> int | None:
        _, *values = self.any_("audit_entry", "seq")
        at = self.chance.choice([-1, SIZE, SIZE + 1, SIZE + 500])
        self.session.run(
            "INSERT INTO audit_entry (seq, record, kind, decision, mac) VALUES (?, ?, ?, ?, ?)", at, *values
        )
        return None

    def tile(self) -> int | None:
        level, number, hashes = self.any_("audit_tile", "level, number")
        what = self.chance.randrange(4)
        if what == 0:
            self.session.run("DELETE FROM audit_tile WHERE level = ? AND number = ?", level, number)
        elif what == 1:
            place = (level + self.chance.choice([2, 5, 9]), number + self.chance.randrange(2))
            self.session.run("INSERT INTO audit_tile (level, number, hashes) VALUES (?, ?, ?)", *place, hashes)
        else:
            sql = "UPDATE audit_tile SET hashes = ? WHERE level = ? AND number = ?"
            self.session.run(sql, self.other(hashes), level, number)
        return None

    def head(self) -> int | None:
        found = self.session.all("SELECT size, peaks, checkpoint, key, mac FROM audit_head")[0]
        what = self.chance.randrange(7)
        if what == 5:
            self.session.run("DELETE FROM audit_head")
        elif what == 6:
            sql = "INSERT INTO audit_head (id, size, peaks, checkpoint, key, mac) VALUES (2, ?, ?, ?, ?, ?)"
            self.session.run(sql, *found)
        else:
            name = ("size", "peaks", "checkpoint", "key", "mac")[what]
            value = "b" * 32 if name == "key" else self.other(found[what])
            self.session.run(f"UPDATE audit_head SET {name} = ?", value)
        return None

    def checkpoint(self) -> int | None:
        size, *values = self.any_("audit_checkpoint", "size")
        what = self.chance.randrange(7)
        if what == 4:
            self.session.run("DELETE FROM audit_checkpoint WHERE size = ?", size)
        elif what == 5:
            at = size + self.chance.choice([-1, 1, 1000])
            sql = "INSERT INTO audit_checkpoint (size, note, at, previous, mac) VALUES (?, ?, ?, ?, ?)"
            self.session.run(sql, at, *values)
        elif what == 6:
            self.session.run(
                "UPDATE audit_checkpoint SET size = ? WHERE size = ?", size + self.chance.choice([-1, 1]), size
            )
        else:
            name = ("note", "at", "previous", "mac")[what]
            sql = f"UPDATE audit_checkpoint SET {name} = ? WHERE size = ?"
            self.session.run(sql, self.other(values[what]), size)
        return None


def test_a_thousand_edits_are_all_found(opened: Opened) -> None:
    log = filled(opened)
    session = Session(opened.store)
    editor = Editor(session, random.Random(5))
    ways: list[Callable[[], int | None]] = [
        editor.entry, editor.entry, editor.another, editor.removed, editor.cut, editor.moved, editor.put_in,
        editor.tile, editor.head, editor.checkpoint,
    ]  # fmt: skip
    seals, missed, misnamed = Seals(opened.key), [], []
    for number in range(EDITS):
        way = ways[number % len(ways)]
        session.raw.execute("BEGIN")
        try:
            named = way()
            try:
                verify(OneSession(session), seals, log.verifier)
                missed.append((number, way.__name__))
            except TamperDetected as error:
                if named is not None and error.record != named:
                    misnamed.append((number, way.__name__, named, error.record))
                assert error.hint and (named is None or f"record {named} " in str(error))
        finally:
            session.rollback()
    session.close()
    assert not missed and not misnamed
    assert log.verify().size == SIZE, "and nothing is wrong when nothing was edited"


def test_flipped_bits_in_the_file_are_found_or_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = Store(file_url(path), STATE_STORE)
    opened = Opened(store, Key(), Ed25519Signer(b"s" * 32))
    filled(opened).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    store.close()
    whole = path.read_bytes()
    before, chance, found = dump(path), random.Random(11), 0
    assert before is not None
    places = [at for at, byte in enumerate(whole) if byte]
    for _ in range(250):
        at = chance.choice(places)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        log = AuditLog(store, Key(), opened.signer)
        try:
            log.verify()
            assert dump(path) == before, f"byte {at}"
        except (AuditError, StoreError):
            found += 1
        log._sessions.close()
        store.close()
    assert found > 100


TABLES = ("audit_entry", "audit_tile", "audit_head", "audit_checkpoint")


def dump(path: Path) -> list[Any] | None:
    """Everything the log stores."""
    connection = sqlite3.connect(path)
    try:
        found = [row for table in TABLES for row in connection.execute(f"SELECT * FROM {table}")]  # in their order
        by_decision = "SELECT seq FROM audit_entry INDEXED BY audit_entry_decision WHERE decision = ?"
        return [found, [connection.execute(by_decision, (f"d{i}",)).fetchall() for i in range(SIZE)]]
    except sqlite3.Error:
        return None
    finally:
        connection.close()


def test_bytes_that_are_no_text_are_an_edit_and_no_fault(tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    opened = Opened(store, Key(), Ed25519Signer(b"s" * 32))
    log = filled(opened)
    edit(store, "UPDATE audit_entry SET record = CAST(x'ff00fe' AS TEXT) WHERE seq = 17")
    with pytest.raises(TamperDetected, match="record 17 "):
        log.verify()
    edit(store, "UPDATE audit_entry SET record = x'7b7d' WHERE seq = 16")
    with pytest.raises(TamperDetected, match="record 16 "):
        log.verify()
    opened.close()
    store.close()


def test_who_has_the_key_but_not_the_pen_is_found_by_the_signature(opened: Opened) -> None:
    """The code fits, as one with the key store can make it; the tree does not."""
    log = filled(opened)
    record = AuditRecord("preview", "d10", iso(START + 10), {"outcome": "block", "n": 10}).canonical()
    mac = Seals(opened.key).entry(10, record.encode())
    edit(opened.store, "UPDATE audit_entry SET record = ?, mac = ? WHERE seq = 10", [record, mac])
    with pytest.raises(TamperDetected, match="whose head was signed"):
        log.verify()


def test_an_edited_log_takes_nothing_more(opened: Opened) -> None:
    log = filled(opened)
    edit(opened.store, "UPDATE audit_head SET size = size - 1")
    with pytest.raises(TamperDetected, match="head of the audit log was edited"):
        log.append(release(SIZE))
    assert rows(opened.store, "SELECT count(*) FROM audit_entry") == [(SIZE,)]


def test_an_edited_entry_gets_into_no_tile(opened: Opened) -> None:
    log = opened()
    log.append_many([preview(i) for i in range(250)])
    edit(opened.store, "UPDATE audit_entry SET record = 'x' WHERE seq = 100")
    other = opened()
    with pytest.raises(TamperDetected, match="record 100 "):
        other.append_many([preview(i) for i in range(250, 260)])
    assert rows(opened.store, "SELECT count(*) FROM audit_entry") == [(250,)]


def test_a_proof_of_an_edited_record_is_not_given(opened: Opened) -> None:
    log = filled(opened)
    edit(opened.store, "UPDATE audit_entry SET record = 'x' WHERE seq = 20")
    with pytest.raises(TamperDetected, match="record 20 was changed"):
        log.prove(20)
    assert log.prove(21).seq == 21, "it stands in a full tile"
    edit(opened.store, "DELETE FROM audit_tile WHERE level = 0")
    with pytest.raises(TamperDetected, match="record 20 was changed"):
        log.prove(21)
    raw = opened.store
    edit(raw, "INSERT INTO audit_tile (level, number, hashes) VALUES (0, 0, ?)", [b"x" * 8192])
    with pytest.raises(TamperDetected, match="record 21 cannot be proved"):
        log.prove(21)


def test_without_an_anchor_a_rollback_cannot_be_told_and_the_report_says_so(opened: Opened) -> None:
    log = filled(opened)
    copies = {table: rows(opened.store, f"SELECT * FROM {table}") for table in TABLES}
    log.append(preview(SIZE))
    note = log.checkpoint()
    assert log.verify([note]).anchored == SIZE + 1
    for table, kept in copies.items():
        edit(opened.store, f"DELETE FROM {table}")
        for row in kept:
            edit(opened.store, f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    again = opened()
    report = again.verify()
    assert report.size == SIZE and UNANCHORED in report.notes
    with pytest.raises(
        TamperDetected, match=f"put back to an earlier state: {SIZE + 1} records are anchored"
    ) as caught:
        again.verify([note])
    assert caught.value.record == SIZE
    again.append(AuditRecord("preview", "other", iso(START), {}))
    with pytest.raises(TamperDetected, match="whose head is kept outside"):
        again.verify([note])


def test_heads_kept_outside_must_be_ours_and_agree(opened: Opened) -> None:
    log = filled(opened)
    other = Ed25519Signer(b"o" * 32, log.verifier.name)
    with pytest.raises(TamperDetected, match="kept outside does not hold"):
        log.verify([write_note(5, b"r" * 32, other)])
    one, two = (write_note(5, root * 32, opened.signer) for root in (b"1", b"2"))
    with pytest.raises(TamperDetected, match="two different heads of 5"):
        log.verify([one, two])


def test_a_clock_that_goes_back_is_noted_and_breaks_nothing(opened: Opened) -> None:
    log = opened()
    for at in (10_000, 20_000, 5_000, 6_000, 5_500, 30_000, 29_000 - 1):
        log.append(AuditRecord("preview", "d", iso(START + at), {}))
    log.append(AuditRecord("preview", "d", "no time at all", {}))
    report = log.verify()
    assert report.size == 8 and report.backwards == 2
    assert any("clock went back 2 times" in note for note in report.notes)
    assert [r["at"] for r in log.records()][2] == iso(START + 5_000), "the order is that of writing"


def test_progress_and_what_no_head_covers_yet(opened: Opened) -> None:
    log, told = opened(every=1000), []
    log.append_many([preview(i) for i in range(1500)])
    log.append_many([preview(i) for i in range(1500, 2100)])
    report = log.verify(progress=lambda done, size: told.append((done, size)))
    assert told == [(1024, 2100), (2048, 2100), (2100, 2100)]
    assert report.signed == 1500 and "the last 600 records are not covered by a signed head yet" in report.notes


def test_it_holds_while_others_write(opened: Opened) -> None:
    log, writer = opened(every=50), opened(every=50)
    log.append_many([preview(i) for i in range(1100)])
    count = [0]

    def meanwhile(_done: int, _size: int) -> None:
        writer.append_many([preview(i) for i in range(300)])
        count[0] += 300

    report = log.verify(progress=meanwhile)
    assert report.size == 1100 and count[0] >= 600
    assert log.verify().size == 1100 + count[0]


def test_releases_that_nobody_would_close_are_told(opened: Opened) -> None:
    log = opened()
    log.append_many([release(i) for i in range(4)])
    log.append(delivery_of("d0", "delivered"))
    report = log.verify()
    assert report.open == 3 and not any("what became" in note for note in report.notes), "we still may"
    edit(opened.store, "DELETE FROM audit_writer")
    assert "of 3 releases no process that is known will say what became" in log.verify().notes
    log.close()
    assert log.verify().open == 0
