"""Faults while something is kept, decided or erased: nothing leaves unrecorded, nothing half done is forgotten."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.servers import running_postgres
from tests.unit.custody.desks import Clock, held
from tests.unit.custody.rooms import Rooms, rooms

from accord.core.content import Context
from accord.core.decision import Destination
from accord.errors import AccordError, KeyLost, StoreError
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.custody import erasures, items
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster

JONAS = Context(tenant="acme", principal="app", session="s1", subject="patient-4711")
IDA = Context(tenant="acme", principal="app", session="s2", subject="patient-12")


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyRing]:
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(bytes(range(32))).decode())
    keys = Store(file_url(tmp_path / "keys" / "keys.sqlite"), KEY_STORE)
    yield KeyRing(keys, EnvironmentMaster("ACCORD_TEST_MASTER"))
    keys.close()


@pytest.fixture
def made(tmp_path: Path, ring: KeyRing) -> Iterator[Rooms]:
    store = Store(file_url(tmp_path / "state" / "state.sqlite"), STATE_STORE)
    one = rooms(store, ring, Clock())
    yield one
    one.audit.close()
    store.close()


@pytest.mark.engines
def test_postgresql_that_goes_away_half_way_is_told_and_gone_on_from(ring: KeyRing) -> None:
    with running_postgres() as server:
        store = Store(server.get_uri(), STATE_STORE)
        made = rooms(store, ring, Clock())
        content, decision = held("{Jonas Weber} is held")
        item = made.quarantine.keep(content, decision, JONAS)
        made.quarantine.approve(item, "anna")
        approved, decided = held("of somebody else")
        other = made.quarantine.keep(approved, decided, IDA)
        made.quarantine.approve(other, "anna")
        real = made.pseudonyms.forget_subject

        def goes(tenant: str, subject: str) -> int:
            count = real(tenant, subject)
            server.stop()
            return count

        made.pseudonyms.forget_subject = goes  # type: ignore[method-assign]
        with pytest.raises(AccordError, match="cannot be reached"):
            made.erasure.erase("acme", "olga", subject="patient-4711")
        for step in (
            lambda: made.quarantine.keep(*held("another"), JONAS),
            lambda: made.quarantine.admits(approved, Destination.MODEL, IDA),
            made.quarantine.list,
            made.sweeper.sweep,
            lambda: made.holds.place("acme", "olga", "case 12"),
        ):
            with pytest.raises(AccordError, match="cannot be reached"):
                step()
        server.start()
        made.pseudonyms.forget_subject = real  # type: ignore[method-assign]
        assert made.quarantine.admits(approved, Destination.MODEL, IDA) == other, "the approval was not used up"
        assert made.quarantine.admits(content, Destination.MODEL, JONAS) == "", (
            "what is being erased is approved no more"
        )
        (finished,) = made.erasure.resume()
        assert finished.removed["quarantine"] == 1 and [one.id for one in made.quarantine.list()] == [other]
        made.audit.verify()
        made.audit.close()
        store.close()


def test_a_disk_that_is_full_half_way_is_gone_on_from(made: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    made.keep("{Jonas Weber} is held", JONAS)
    real = made.store.scrub

    def full() -> None:
        raise StoreError("the disk is full", hint="free some space: nothing was written")

    monkeypatch.setattr(made.store, "scrub", full)
    with pytest.raises(StoreError, match="disk is full"):
        made.erasure.erase("acme", "olga", subject="patient-4711")
    assert made.quarantine.list() == [] and len(made.erasure.list()) == 1, "erased and proven; traces remain"
    monkeypatch.setattr(made.store, "scrub", real)
    assert len(made.erasure.resume()) == 1 and made.erasure.resume() == []


def test_who_reads_without_a_pause_is_told_of(tmp_path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.custody.erasure._PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("accord.store.engine._BUSY_SECONDS", 0.1)
    store, other = (Store(file_url(tmp_path / "state" / "state.sqlite"), STATE_STORE) for _ in range(2))
    made = rooms(store, ring, Clock())
    made.keep("{Jonas Weber} is held", JONAS)
    with other.read() as connection:
        connection.execute(select(items)).all()
        with pytest.raises(StoreError, match="still in the files") as caught:
            made.erasure.erase("acme", "olga", subject="patient-4711")
        assert "--resume" in caught.value.hint and made.quarantine.list() == []
    assert len(made.erasure.resume()) == 1
    made.audit.close()
    other.close()
    store.close()


def test_another_key_store_erases_nothing_and_says_so(made: Rooms, tmp_path: Path, ring: KeyRing) -> None:
    made.keep("{Jonas Weber} is held", JONAS)
    another = Store(file_url(tmp_path / "other" / "keys.sqlite"), KEY_STORE)
    with pytest.raises(KeyLost, match="another key store"):
        rooms(made.store, KeyRing(another, EnvironmentMaster("ACCORD_TEST_MASTER")), Clock())
    another.close()
    assert len(made.quarantine.list()) == 1


@pytest.mark.parametrize("edit", ["sealed", "cut", "row"])
def test_what_was_edited_by_hand_is_never_shown_or_admitted(made: Rooms, edit: str) -> None:
    content, decision = held("{Jonas Weber} is held")
    item = made.quarantine.keep(content, decision, JONAS)
    with made.store.write() as connection:
        sealed = bytes(connection.execute(select(items.c.sealed)).scalar_one())
        changed: dict[str, Any] = {
            "sealed": {"sealed": sealed[:-1] + bytes([sealed[-1] ^ 1])},
            "cut": {"sealed": sealed[:40]},
            "row": {"tenant": "other"},
        }[edit]
        connection.execute(items.update().values(**changed))
    with pytest.raises(StoreError):
        made.quarantine.unsealed_for_release(item)
    assert made.quarantine.admits(content, Destination.MODEL, JONAS) == ""


def test_an_erasure_whose_target_was_lost_says_so(made: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: Any) -> int:
        raise KeyboardInterrupt

    made.keep("{Jonas Weber} is held", JONAS)
    with monkeypatch.context() as patched:
        patched.setattr(made.pseudonyms, "forget_subject", dies)
        with pytest.raises(KeyboardInterrupt):
            made.erasure.erase("acme", "olga", subject="patient-4711")
    with made.store.read() as connection:
        job = connection.execute(select(erasures.c.id)).scalar_one()
    made.ring.shred("erasure", job)
    with pytest.raises(KeyLost):
        made.erasure.resume()
