"""The key ring: the same key for everybody, and for nobody once it is destroyed."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
import warnings

import pytest
from sqlalchemy import select, update

from accord.errors import KeyLost, StoreError
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE
from accord.store.tables.keys import changes, data_keys
from accord.vault import keys as module
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.opening import open_ring

SUBJECT = ("subject", "acme", "jonas")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch):
    """Other processes are asked every time, not once a second."""
    monkeypatch.setattr(module, "_FRESH_SECONDS", 0.0)


def all_rows(ring: KeyRing) -> list:
    with ring.store.read() as connection:
        return list(connection.execute(select(data_keys).order_by(data_keys.c.id)))


def test_a_key_is_made_once_and_found_again(vault):
    assert vault.ring.find(*SUBJECT) is None
    key = vault.ring.key(*SUBJECT)
    assert len(key.secret) == 32 and len(bytes.fromhex(key.id)) == 16
    for ring in (vault.ring, vault.again()):
        assert ring.key(*SUBJECT) == ring.find(*SUBJECT) == ring.by_id(key.id) == key
    assert vault.ring.alive(key.id) and not vault.ring.alive(key.id, "0" * 32)


def test_no_two_purposes_or_persons_share_a_key(vault):
    names = [("audit",), ("tenant", "acme"), ("tenant", "globex"), ("index", "acme"), SUBJECT, ("subject", "acme", "ann"),
             ("subject", "acmejonas", ""), ("subject", "acme", "jonas", ""), ("evidence", "acme"), ("tenant", "")]  # fmt: skip
    assert len({bytes(vault.ring.key(*name).secret) for name in names}) == len(names)


def test_threads_that_make_a_key_at_once_get_the_same(vault):
    rings, found, gate = [vault.ring, vault.again()], [], threading.Barrier(6)

    def work(ring):
        gate.wait()
        found.append(ring.key("scope", "acme", "s", under=None).id)

    threads = [threading.Thread(target=work, args=(rings[n % 2],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1


def test_destroying_a_key_destroys_every_generation_and_what_lies_under_it(vault):
    ring = vault.ring
    subject = ring.key(*SUBJECT)
    scope = ring.key("scope", "acme", "s1", under=subject)
    newer = ring.renew(*SUBJECT)
    other = ring.key("subject", "acme", "ann")
    assert ring.shred(*SUBJECT) == 3
    for key in (subject, scope, newer):
        for one in (ring, vault.again()):
            with pytest.raises(KeyLost, match="destroyed"):
                one.by_id(key.id)
        assert ring.destroyed(key.id)
    assert ring.find(*SUBJECT) is None and ring.find("scope", "acme", "s1") is None
    assert ring.by_id(other.id) == other and not ring.destroyed(other.id)
    assert ring.shred(*SUBJECT) == 0
    assert ring.key(*SUBJECT).id not in {subject.id, newer.id}


def test_destroying_the_key_of_a_tenant_leaves_nothing_of_the_tenant(vault):
    ring = vault.ring
    subject = ring.key(*SUBJECT)
    for kind in ("index", "quarantine", "evidence"):
        ring.key(kind, "acme")
    ring.key("scope", "acme", "s1", under=subject)
    kept = ring.key("subject", "globex", "jonas")
    assert ring.shred("tenant", "acme") == 6  # tenant, subject, index, quarantine, evidence, scope
    assert {row.kind for row in all_rows(ring)} == {"root", "tenant", "subject"}
    assert vault.again().by_id(kept.id) == kept


def test_a_key_under_another_cannot_be_unwrapped_without_it(local):
    subject = local.ring.key(*SUBJECT)
    scope = local.ring.key("scope", "acme", "s1", under=subject)
    copy = next(row for row in all_rows(local.ring) if row.id == scope.id)
    local.ring.shred(*SUBJECT)
    with local.keys.write() as connection:  # an old copy of the row is put back
        connection.execute(data_keys.insert(), dict(copy._mapping))
    with pytest.raises(KeyLost):
        local.again().by_id(scope.id)


def test_a_renewed_key_is_newest_for_everybody_and_the_old_one_still_opens(vault, at_once):
    other = vault.again()
    old = vault.ring.key(*SUBJECT)
    sealed = seal(old, b"before", "x")
    assert other.key(*SUBJECT) == old
    new = vault.ring.renew(*SUBJECT)
    assert new.id != old.id and new.parent == old.parent
    assert vault.ring.key(*SUBJECT) == other.key(*SUBJECT) == new
    assert open_sealed(other, sealed, "x") == b"before"


def test_other_processes_stop_using_a_destroyed_key_at_the_next_look(vault, at_once):
    other = vault.again()
    key = other.key(*SUBJECT)
    assert other.by_id(key.id) == key
    vault.ring.shred(*SUBJECT)
    assert other.find(*SUBJECT) is None
    with pytest.raises(KeyLost):
        other.by_id(key.id)


def test_the_next_look_is_at_most_a_second_away(vault, monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: moment[0])
    other = vault.again()
    key = other.key(*SUBJECT)
    vault.ring.shred(*SUBJECT)
    moment[0] += 2.0
    with pytest.raises(KeyLost):
        other.by_id(key.id)
    assert module._FRESH_SECONDS <= 1.0


def test_what_was_read_before_a_change_is_not_remembered_after_it(local):
    ring = local.ring
    key = ring.key(*SUBJECT)
    ring.forget()
    ring._look()
    seen = ring._version
    with local.keys.write() as connection:
        connection.execute(update(changes).values(version=seen + 1))
    ring.forget()
    ring._look()
    ring._remember(seen, key, (SUBJECT[0], SUBJECT[1:]))
    assert not ring._known and (SUBJECT[0], SUBJECT[1:]) not in ring._newest


def test_names_are_keyed_and_stay(vault, tmp_path):
    name = vault.ring.name(*SUBJECT)
    assert len(name) == 32 and name == vault.again().name(*SUBJECT)
    assert len({name, vault.ring.name("scope", "acme", "jonas"), vault.ring.name("subject", "acmej", "onas"),
                vault.ring.name("subject", "acme", "jonas", "")}) == 4  # fmt: skip
    mark = vault.ring.fingerprint()
    old = vault.ring.master.current
    vault.ring.master.add()
    vault.ring.rewrap()
    vault.ring.retire(old)
    vault.ring.renew(*SUBJECT)
    again = vault.again()
    assert again.name(*SUBJECT) == name and again.fingerprint() == mark


def test_another_key_store_gives_other_names(local, tmp_path):
    other = KeyRing(local.open(file_url(tmp_path / "o.sqlite"), KEY_STORE), local.ring.master)
    assert other.name(*SUBJECT) != local.ring.name(*SUBJECT) and other.fingerprint() != local.ring.fingerprint()


def test_a_key_moved_to_another_row_does_not_unwrap(vault):
    jonas, ann = vault.ring.key(*SUBJECT), vault.ring.key("subject", "acme", "ann")
    by_id = {row.id: row for row in all_rows(vault.ring)}
    for changed in (
        {"wrapped": by_id[ann.id].wrapped},
        {"kind": "scope"},
        {"name": by_id[ann.id].name + b"x"},
        {"generation": 7},
        {"parent": None},
        {"wrapped": by_id[jonas.id].wrapped[:-1]},
    ):
        with vault.keys.write() as connection:
            connection.execute(update(data_keys).where(data_keys.c.id == jonas.id).values(**changed))
        with pytest.raises(StoreError, match="damaged") as caught:
            vault.again().by_id(jonas.id)
        assert caught.value.hint
        with vault.keys.write() as connection:
            original = dict(by_id[jonas.id]._mapping)
            connection.execute(update(data_keys).where(data_keys.c.id == jonas.id).values(**original))
    assert vault.again().by_id(jonas.id) == jonas


def test_a_key_store_without_its_index_key_is_damaged_not_new(vault):
    vault.ring.key(*SUBJECT)
    before = len(all_rows(vault.ring))
    with vault.keys.write() as connection:
        connection.execute(data_keys.delete().where(data_keys.c.kind == "root"))
    with pytest.raises(StoreError, match="index key"):
        vault.again()
    assert len(all_rows(vault.ring)) == before - 1


def test_the_index_key_is_not_destroyed(vault):
    with pytest.raises(StoreError, match="index key"):
        vault.ring.shred("root")


def test_a_key_put_under_a_destroyed_one_is_not_made(vault):
    subject = vault.ring.key(*SUBJECT)
    vault.again().shred(*SUBJECT)
    with pytest.raises(KeyLost):
        vault.ring.key("scope", "acme", "s", under=subject)
    assert vault.ring.find("scope", "acme", "s") is None


def test_a_tenant_destroyed_elsewhere_gets_new_keys(vault):
    old = vault.ring.key("tenant", "acme")
    vault.again().shred("tenant", "acme")
    key = vault.ring.key(*SUBJECT)  # still remembers the old key of the tenant
    assert key.parent != old.id and vault.again().by_id(key.id) == key


def ended(child: int) -> int:
    """The status of a child; one that hangs is killed, and has status 9."""
    for _ in range(2000):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def test_a_child_process_neither_hangs_nor_loses_keys(local):
    key = local.ring.key(*SUBJECT)
    held = threading.Event()
    done = threading.Event()

    def hold():
        with local.ring._lock:
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of exactly what is tested here
        child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if local.ring.key(*SUBJECT) == key and local.ring.key("audit") else 1
        finally:
            os._exit(status)
    done.set()
    thread.join()
    assert ended(child) == 0
    assert local.again().find("audit") is not None


def test_names_keys_and_secrets_are_not_in_the_file(local, tmp_path):
    key = local.ring.key("subject", "acme-gmbh", "jonas.weber@example.org")
    files = b"".join(p.read_bytes() for p in (tmp_path / "keys").iterdir())
    for needle in (b"jonas.weber", b"acme-gmbh", key.secret, key.derive("seal")):
        assert bytes(needle) not in files


def test_after_scrub_no_byte_of_a_destroyed_key_is_left(local, tmp_path):
    key = local.ring.key(*SUBJECT)
    row = next(row for row in all_rows(local.ring) if row.id == key.id)
    local.ring.shred(*SUBJECT)
    local.ring.scrub()
    files = b"".join(p.read_bytes() for p in (tmp_path / "keys").iterdir())
    assert row.wrapped not in files and row.wrapped[24:56] not in files and row.name not in files


def test_nothing_shows_a_secret(local):
    key = local.ring.key(*SUBJECT)
    text = f"{key!r} {key} {local.ring!r} {local.ring.__dict__}"
    assert repr(bytes(key.secret)) not in text and key.secret.hex() not in text


def test_memory_is_bounded(local, monkeypatch):
    monkeypatch.setattr(module, "_CACHED", 20)
    ids = [local.ring.key("scope", "acme", str(n)).id for n in range(50)]
    assert len(local.ring._known) + len(local.ring._newest) <= 25
    assert all(local.ring.key("scope", "acme", str(n)).id == ids[n] for n in range(50))


def test_a_broken_key_store_is_told(local, tmp_path):
    local.ring.key(*SUBJECT)
    local.keys.scrub()
    local.keys.close()
    raw = sqlite3.connect(tmp_path / "keys" / "keys.sqlite")
    raw.execute("DELETE FROM key_change")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="damaged"):
        local.again().key(*SUBJECT)


def test_on_a_full_disk_no_key_is_given_out_that_is_not_kept(local):
    local.ring.key("tenant", "acme")
    with local.keys.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full"):
        for number in range(2000):
            last = local.ring.key("scope", "acme", str(number)).id, number
    assert local.again().find("scope", "acme", str(last[1])) is not None
    assert local.ring.find("scope", "acme", str(last[1] + 1)) is None


@pytest.mark.engines
def test_without_postgresql_no_key_is_used_and_afterwards_all_goes_on(tmp_path, at_once):
    from tests.servers import running_postgres

    with running_postgres() as server:
        store = Store(server.get_uri(), KEY_STORE)
        ring = open_ring(store, tmp_path / "master.key")
        key = ring.key(*SUBJECT)
        server.stop()
        for use in (lambda: ring.key(*SUBJECT), lambda: ring.by_id(key.id), lambda: ring.key("audit")):
            with pytest.raises(StoreError) as caught:
                use()
            assert caught.value.hint
        server.start()
        assert ring.key(*SUBJECT) == key and ring.key("audit") == ring.find("audit")
        store.close()
