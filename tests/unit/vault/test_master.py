"""The master key: made once, read by its owner alone, never replaced, and a wrong one is named as such."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest
from sqlalchemy import select

from accord.errors import StoreError
from accord.store.tables.keys import data_keys
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster, FileMaster, name_of
from accord.vault.opening import open_ring

CONTEXT = b"row"


def env_master(monkeypatch: pytest.MonkeyPatch, *keys: bytes) -> EnvironmentMaster:
    monkeypatch.setenv("ACCORD_TEST_MASTER", " ".join(base64.b64encode(key).decode() for key in keys))
    return EnvironmentMaster("ACCORD_TEST_MASTER")


def snapshot(vault) -> list:
    with vault.keys.read() as connection:
        return [tuple(row) for row in connection.execute(select(data_keys).order_by(data_keys.c.id))]


def test_it_is_made_once_for_its_owner(tmp_path):
    path = tmp_path / "new" / "master.key"
    first = FileMaster(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert FileMaster(path, create=True).ids == first.ids == FileMaster(path).ids
    assert sorted(p.name for p in path.parent.iterdir()) == [".master.key.lock", "master.key"]


def test_without_leave_it_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="missing") as caught:
        FileMaster(tmp_path / "master.key")
    assert "restore" in caught.value.hint and not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_one_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "master.key"
    FileMaster(path, create=True)
    path.chmod(mode)
    with pytest.raises(StoreError, match="others") as caught:
        FileMaster(path, create=True)
    assert "chmod 600" in caught.value.hint


def test_threads_that_make_it_at_once_make_one(tmp_path):
    path, found = tmp_path / "master.key", []
    gate = threading.Barrier(8)

    def work():
        gate.wait()
        found.append(FileMaster(path, create=True).ids)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1


_MAKE = """
import sys, time, pathlib
from accord.store.engine import Store
from accord.store.tables import KEY_STORE
from accord.vault.opening import open_ring
folder = pathlib.Path(sys.argv[1])
(folder / f"ready{sys.argv[2]}").touch()
while len(list(folder.glob("ready*"))) < 3:
    time.sleep(0.002)
ring = open_ring(Store(sys.argv[3], KEY_STORE), folder / "m" / "master.key")
print(ring.master.current, ring.key("subject", "acme", "jonas").id, ring.name("x", "y").hex())
"""


def test_processes_that_begin_at_once_share_one_master_key_and_one_of_each_key(urls, tmp_path):
    children = [
        subprocess.Popen([sys.executable, "-c", _MAKE, tmp_path, str(n), urls[1]], stdout=subprocess.PIPE)
        for n in range(3)
    ]
    said = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(set(said)) == 1 and len(said[0].split()) == 3


def test_new_versions_wrap_and_old_ones_unwrap(tmp_path):
    path = tmp_path / "master.key"
    master, other = FileMaster(path, create=True), FileMaster(path)
    old, wrapped = master.wrap(b"k" * 32, CONTEXT)
    new = master.add()
    assert master.current == new != old and master.ids == (new, old)
    assert other.unwrap(*other.wrap(b"n" * 32, CONTEXT)[::-1], CONTEXT) == b"n" * 32
    assert other.current == new  # noticed although another process made it
    assert other.unwrap(wrapped, old, CONTEXT) == b"k" * 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_versions_that_are_made_at_once_are_all_kept(tmp_path):
    path = tmp_path / "master.key"
    first, made, gate = FileMaster(path, create=True).current, [], threading.Barrier(6)

    def work():
        master = FileMaster(path)
        gate.wait()
        for _ in range(3):
            made.append(master.add())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(FileMaster(path).ids) == sorted([first, *made]) and len(set(made)) == 18


def test_a_master_key_that_appeared_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "master.key"
    master = FileMaster(path, create=True)
    before = path.read_bytes()
    master._publish({}, fresh=None, new=True)  # as where a lock does not hold, on some network file systems
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 2


def test_a_version_retired_elsewhere_still_unwraps_nothing_new(tmp_path):
    path = tmp_path / "master.key"
    master, other = FileMaster(path, create=True), FileMaster(path)
    old = master.current
    new = master.add()
    master.retire(old)
    assert master.ids == (new,) == other.ids


def test_the_current_version_and_an_unknown_one_are_not_retired(tmp_path):
    master = FileMaster(tmp_path / "master.key", create=True)
    for name in (master.current, "0" * 32):
        with pytest.raises(StoreError):
            master.retire(name)
    assert len(FileMaster(tmp_path / "master.key").ids) == 1


def test_a_file_that_went_away_stops_wrapping_but_not_unwrapping(tmp_path):
    path = tmp_path / "master.key"
    master = FileMaster(path, create=True)
    name, wrapped = master.wrap(b"k" * 32, CONTEXT)
    path.unlink()
    assert master.unwrap(wrapped, name, CONTEXT) == b"k" * 32
    with pytest.raises(StoreError, match="missing"):
        master.wrap(b"k" * 32, CONTEXT)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "",
        lambda text: text[:-20],
        lambda text: "[]",
        lambda text: "{}",
        lambda text: '{"keys": []}',
        lambda text: text.replace("keys 1", "keys 2"),
        lambda text: text.replace('"key": "', '"key": "AAAA'),
        lambda text: text.replace('"id": "', '"id": "0'),
        lambda text: json.dumps({**json.loads(text), "keys": [1]}),
        lambda text: json.dumps({**json.loads(text), "keys": []}),
        lambda text: "[" * 100_000,
        lambda text: "\udcff",
    ],
)
def test_a_damaged_file_says_so_and_stays_as_it_is(tmp_path, edit):
    path = tmp_path / "master.key"
    FileMaster(path, create=True)
    path.write_bytes(edit(path.read_text()).encode("utf-8", "surrogateescape"))
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged") as caught:
        FileMaster(path, create=True)
    assert "restore" in caught.value.hint and path.read_bytes() == before


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "master.key"
    master = FileMaster(path, create=True)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        master.add()
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [".master.key.lock", "master.key"]


def test_without_hard_links_it_is_made_all_the_same(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "master.key"
    assert FileMaster(path, create=True).ids == FileMaster(path).ids


def test_the_environment_holds_versions_the_first_of_which_wraps(monkeypatch):
    one, two = os.urandom(32), b"\xff" * 32
    old = env_master(monkeypatch, one)
    name, wrapped = old.wrap(b"k" * 32, CONTEXT)
    both = env_master(monkeypatch, two, one)
    assert both.ids == (name_of(two), name_of(one)) and both.current == name_of(two)
    assert both.unwrap(wrapped, name, CONTEXT) == b"k" * 32
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.urlsafe_b64encode(two).decode())
    assert EnvironmentMaster("ACCORD_TEST_MASTER").current == name_of(two)


@pytest.mark.parametrize(
    "value", ["", " ", "short", base64.b64encode(b"x" * 31).decode(), "é" * 44, "A" * 44 + " junk"]
)
def test_an_environment_without_a_key_says_so_and_quotes_nothing(monkeypatch, value):
    monkeypatch.setenv("ACCORD_TEST_MASTER", value)
    with pytest.raises(StoreError, match="ACCORD_TEST_MASTER") as caught:
        EnvironmentMaster("ACCORD_TEST_MASTER")
    assert not value.strip() or value not in str(caught.value) + caught.value.hint


def test_a_wrong_master_key_is_named_and_nothing_is_overwritten(vault, tmp_path, monkeypatch):
    vault.ring.key("subject", "acme", "jonas")
    before, kept = snapshot(vault), vault.master.read_bytes()
    for wrong in (FileMaster(tmp_path / "other.key", create=True), env_master(monkeypatch, b"w" * 32)):
        with pytest.raises(StoreError, match="another master key") as caught:
            KeyRing(vault.keys, wrong)
        assert "restore" in caught.value.hint
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(b"w" * 32).decode())
    with pytest.raises(StoreError, match="another master key"):
        open_ring(vault.keys, vault.master, variable="ACCORD_TEST_MASTER")
    assert snapshot(vault) == before and vault.master.read_bytes() == kept
    assert vault.again().find("subject", "acme", "jonas") is not None


def test_a_missing_master_key_is_not_replaced_by_a_new_one(vault):
    vault.ring.key("subject", "acme", "jonas")
    vault.master.unlink()
    with pytest.raises(StoreError, match="missing") as caught:
        open_ring(vault.keys, vault.master)
    assert "no new one was made" in caught.value.hint and not vault.master.exists()


def test_the_environment_goes_first_where_it_is_set(vault, monkeypatch, tmp_path):
    assert open_ring(vault.keys, vault.master, variable="ACCORD_TEST_UNSET").master.ids == vault.ring.master.ids
    with vault.keys.write() as connection:
        connection.execute(data_keys.delete())
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(b"w" * 32).decode())
    ring = open_ring(vault.keys, tmp_path / "none.key", variable="ACCORD_TEST_MASTER")
    assert ring.master.ids == (name_of(b"w" * 32),) and not (tmp_path / "none.key").exists()


def locals_of(error: BaseException) -> str:
    """Everything a crash report could show: messages, and the locals of every frame of ours."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in told.stack if "accord" in Path(frame.filename).parts]
    assert ours
    return str(error) + "".join(str(frame.locals) for frame in ours)


def test_no_traceback_shows_a_key(vault, tmp_path, monkeypatch):
    secret = b"0123456789abcdefghijklmnopqrstuv"
    shown = (secret.decode(), base64.b64encode(secret).decode()[:20], secret.hex())
    master = env_master(monkeypatch, secret)
    with pytest.raises(StoreError) as wrong:
        KeyRing(vault.keys, master)
    with pytest.raises(StoreError) as damaged:
        master.unwrap(b"x" * 99, master.current, CONTEXT)
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(secret).decode() + "A")
    with pytest.raises(StoreError) as mistyped:
        EnvironmentMaster("ACCORD_TEST_MASTER")
    path = tmp_path / "master.key"
    good = FileMaster(path, create=True)
    path.write_text(path.read_text().replace('"id": "', '"id": "0'))
    with pytest.raises(StoreError) as edited:
        FileMaster(path)
    key = next(iter(good._state[1].values()))
    shown += (base64.b64encode(key).decode()[:20], bytes(key).hex(), repr(bytes(key)))
    for caught in (wrong, damaged, mistyped, edited):
        text = locals_of(caught.value)
        assert not any(one in text for one in shown)
    assert not any(one in repr(master) + repr(good) for one in shown)
