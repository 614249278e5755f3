"""A new master key while everything goes on: nothing is lost, nothing waits, and what broke off is resumed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import select, update

from accord.errors import KeyLost, StoreError
from accord.store.tables.keys import data_keys
from accord.vault import rotation
from accord.vault.envelope import open_sealed, seal
from accord.vault.master import FileMaster


def fill(vault, count: int) -> dict[str, bytes]:
    """Keys, and what each sealed."""
    keys = [
        vault.ring.key("scope", "acme", str(n), under=vault.ring.key("subject", "acme", str(n % 5)))
        for n in range(count)
    ]
    return {key.id: seal(key, key.id.encode(), "x") for key in keys}


def readable(ring, sealed: dict[str, bytes]) -> bool:
    return all(open_sealed(ring, one, "x") == key_id.encode() for key_id, one in sealed.items())


def test_every_key_comes_under_the_new_master_key_and_stays_itself(vault, monkeypatch):
    monkeypatch.setattr(rotation, "_STEP", 7)
    sealed = fill(vault, 20)
    old = vault.ring.master.current
    new = rotation.add(vault.ring.master)
    told = []
    count = vault.ring.rewrap(lambda done, total: told.append((done, total)))
    assert count == 20 + 5 + 1 + 1  # scopes, subjects, tenant, index key
    assert told[0] == (0, count) and told[-1] == (count, count) and len(told) == 5
    assert rotation.used(vault.keys) == {new: count}
    vault.ring.retire(old)
    assert FileMaster(vault.master).ids == (new,)
    assert readable(vault.again(), sealed)
    assert vault.ring.rewrap() == 0


def test_a_version_in_use_is_not_retired(vault):
    sealed = fill(vault, 3)
    old = vault.ring.master.current
    rotation.add(vault.ring.master)
    with pytest.raises(StoreError, match="still wraps") as caught:
        vault.ring.retire(old)
    assert "rewrap" in caught.value.hint and old in vault.ring.master.ids
    assert readable(vault.again(), sealed)


def test_the_current_version_is_not_retired_even_where_it_wraps_nothing(vault):
    new = rotation.add(vault.ring.master)
    with pytest.raises(StoreError, match="current"):
        vault.ring.retire(new)


def test_a_master_key_that_is_not_here_stops_it_before_anything_changes(vault):
    fill(vault, 3)
    before = rotation.used(vault.keys)
    with vault.keys.write() as connection:
        row = connection.execute(select(data_keys.c.id).where(data_keys.c.kind == "scope").limit(1)).scalar_one()
        connection.execute(update(data_keys).where(data_keys.c.id == row).values(master="f" * 32))
    rotation.add(vault.ring.master)
    with pytest.raises(StoreError, match="not here"):
        vault.ring.rewrap()
    found = rotation.status(vault.keys, vault.ring.master)
    assert found.missing == ("f" * 32,) and sum(found.masters.values()) == sum(before.values())


def test_one_damaged_key_does_not_keep_the_others_back(vault):
    sealed = fill(vault, 6)
    broken = next(iter(sealed))
    with vault.keys.write() as connection:
        connection.execute(update(data_keys).where(data_keys.c.id == broken).values(wrapped=b"x" * 99))
    rotation.add(vault.ring.master)
    with pytest.raises(StoreError, match="1 are still under an older") as caught:
        vault.ring.rewrap()
    assert "damaged" in caught.value.hint
    del sealed[broken]
    assert readable(vault.again(), sealed)


def test_a_key_destroyed_meanwhile_stays_destroyed(vault, monkeypatch):
    fill(vault, 4)
    rotation.add(vault.ring.master)
    real = rotation._next
    victim = vault.ring.key("subject", "acme", "0")

    def interfere(*args):
        batch = real(*args)
        vault.ring.shred("subject", "acme", "0")
        return batch

    monkeypatch.setattr(rotation, "_next", interfere)
    vault.ring.rewrap()
    with pytest.raises(KeyLost, match="destroyed"):
        vault.again().by_id(victim.id)


@pytest.mark.parametrize("wraps_all", [True, False])
def test_two_rotations_at_once_never_leave_a_key_under_a_retired_version(vault, monkeypatch, wraps_all):
    sealed = fill(vault, 4)
    rotation.add(vault.ring.master)
    real, calls = rotation._next, []

    def overtaken(*args):
        batch = real(*args)
        if not calls:
            calls.append(1)
            other = vault.again()
            second = other.master.current
            rotation.add(other.master)
            if wraps_all:
                other.rewrap()
                for name in other.master.ids[1:]:
                    other.retire(name)
            else:
                other.retire(second)  # wraps nothing yet, and is about to
        return batch

    monkeypatch.setattr(rotation, "_next", overtaken)
    vault.ring.rewrap()
    assert readable(vault.again(), sealed)
    assert set(rotation.used(vault.keys)) <= set(FileMaster(vault.master).ids)


def test_readers_and_writers_go_on_while_keys_are_wrapped_anew(vault, monkeypatch):
    monkeypatch.setattr(rotation, "_STEP", 5)
    sealed = fill(vault, 30)
    faults: list[BaseException] = []
    made: list[tuple[str, bytes]] = []
    stop = threading.Event()
    ring = vault.again()

    def use(number: int):
        turn = 0
        try:
            while not stop.is_set():
                ring.forget()
                assert readable(ring, dict(list(sealed.items())[number::6]))
                key = ring.key("scope", "new", str(number), str(turn))
                made.append((key.id, seal(key, key.id.encode(), "x")))
                turn += 1
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=use, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    olds = []
    for _ in range(4):
        olds.append(vault.ring.master.current)
        rotation.add(vault.ring.master)
        vault.ring.rewrap()
        vault.ring.retire(olds[-1])
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults and len(made) >= 3
    assert readable(vault.again(), sealed | dict(made))
    assert set(rotation.used(vault.keys)) == {vault.ring.master.current}


def test_a_key_that_is_being_made_under_the_older_version_is_waited_for(vault, monkeypatch):
    other = vault.again()
    other.name("scope")
    real, wrapping, go_on = other.master.wrap, threading.Event(), threading.Event()

    def slow(plain, context):
        found = real(plain, context)
        wrapping.set()
        go_on.wait(30)
        return found

    monkeypatch.setattr(other.master, "wrap", slow)
    maker = threading.Thread(target=other.key, args=("scope", "acme", "late"))
    maker.start()
    assert wrapping.wait(30)
    old = vault.ring.master.current
    rotation.add(vault.ring.master)
    rotator = threading.Thread(target=vault.ring.rewrap)
    rotator.start()
    rotator.join(0.3)
    go_on.set()
    maker.join()
    rotator.join()
    vault.ring.retire(old)
    assert vault.again().find("scope", "acme", "late") is not None


_OPEN = """
import sys, pathlib
from accord.store.engine import Store
from accord.store.tables import KEY_STORE
from accord.vault.opening import open_ring
from accord.vault import rotation
from accord.vault.envelope import seal, open_sealed
ring = open_ring(Store(sys.argv[1], KEY_STORE), pathlib.Path(sys.argv[2]))
"""

_WORK = (
    _OPEN
    + """
made = {}
print("ready", flush=True)
turn = 0
while not pathlib.Path(sys.argv[3]).exists() or turn < 5:
    turn += 1
    key = ring.key("scope", "worker", str(turn))
    made[turn] = key.id, seal(key, key.id.encode(), "x")
    ring.forget()
    for number, (key_id, sealed) in list(made.items())[-20:]:
        assert open_sealed(ring, sealed, "x") == key_id.encode()
        assert ring.key("scope", "worker", str(number)).id == key_id
print(turn, flush=True)
"""
)

_ROTATE = (
    _OPEN
    + """
rotation._STEP = 3
print("ready", flush=True)
while True:
    old = ring.master.current
    rotation.add(ring.master)
    ring.rewrap(lambda done, total: print(done, flush=True))
    for name in ring.master.ids[3:]:
        ring.retire(name)
"""
)


def start(script: str, vault, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", script, vault.keys_url, str(vault.master), *more]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    return child


def test_another_process_goes_on_while_keys_are_wrapped_anew(vault, tmp_path):
    sealed = fill(vault, 10)
    end = tmp_path / "end"
    child = start(_WORK, vault, str(end))
    for _ in range(5):
        old = vault.ring.master.current
        rotation.add(vault.ring.master)
        vault.ring.rewrap()
        vault.ring.retire(old)
    end.touch()
    said, _ = child.communicate(timeout=60)
    assert child.returncode == 0 and int(said) >= 5
    assert readable(vault.again(), sealed)


def test_a_rotation_killed_anywhere_leaves_every_key_readable(vault):
    sealed = fill(vault, 12)
    for turn in range(4):
        child = start(_ROTATE, vault)
        assert child.stdout is not None
        for _ in range(3 + 2 * turn):
            child.stdout.readline()
        time.sleep(0.003 * turn)
        child.send_signal(signal.SIGKILL)
        child.wait(60)
        child.stdout.close()
        assert readable(vault.again(), sealed)
    ring = vault.again()
    ring.rewrap()
    for name in ring.master.ids[1:]:
        ring.retire(name)
    assert readable(vault.again(), sealed)
    assert [path.name for path in vault.master.parent.iterdir() if path.name.endswith(".key")] == ["master.key"]


def test_what_is_there_is_counted(vault):
    fill(vault, 4)
    vault.ring.shred("scope", "acme", "1")
    found = rotation.status(vault.keys, vault.ring.master)
    assert found.kinds == {"root": 1, "scope": 3, "subject": 4, "tenant": 1}
    assert found.masters == {found.current: 9} and found.missing == () and found.destroyed == 1
    assert found.oldest == vault.clock.at
