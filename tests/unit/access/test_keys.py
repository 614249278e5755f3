"""API keys: shown once, kept as a digest, ended at once."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select, text

from accord.access import keys as keys_module
from accord.access import secrets
from accord.access.keys import DAY, ApiKeys
from accord.access.principals import Role, Unauthenticated
from accord.errors import ConfigError, StoreError
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE
from accord.store.tables.access import api_keys
from accord.vault.keys import KeyRing

from .conftest import NOON, Clock


@pytest.fixture
def keys(store: Store, clock: Clock, ring: KeyRing) -> ApiKeys:
    return ApiKeys(store, ring, clock.now, ticks=clock.ticks)


def refusal(keys: ApiKeys, key: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        keys.check(key)
    assert key not in f"{caught.value!s}{caught.value.hint}" or len(key) < 20
    return str(caught.value)


def test_a_key_says_who_asks(keys: ApiKeys) -> None:
    principal, key = keys.add("acme", "app", scopes=["chat", "audit"], lifetime=DAY, holder="billing")
    assert keys.check(key) == principal
    assert (principal.tenant, principal.role, principal.expires) == ("acme", Role.APP, NOON + DAY)
    assert principal.scopes == {"chat", "audit"} and principal.person == "billing"


def test_another_process_knows_it(keys: ApiKeys, database: str, clock: Clock, ring: KeyRing) -> None:
    principal, key = keys.add("acme", Role.OFFICER)
    other = Store(database, STATE_STORE)
    assert ApiKeys(other, ring, clock.now).check(key) == principal
    other.close()


def test_the_key_is_kept_nowhere(store: Store, keys: ApiKeys) -> None:
    _, key = keys.add("acme", "app")
    secret = key.split("_")[2]
    with store.read() as connection:
        row = connection.execute(select(api_keys)).one()
    assert len(row.digest) == 32
    assert secret not in repr(row) and secret.encode() not in bytes(row.digest)
    if store.path is not None:
        for file in store.path.parent.iterdir():
            assert secret[:20].encode() not in file.read_bytes()


def test_a_key_is_long_enough_and_has_a_form_that_scanners_know() -> None:
    made = [secrets.new_key(secrets.new_id()) for _ in range(200)]
    assert len(set(made)) == 200
    assert all(re.fullmatch(secrets.PATTERN, key) for key in made)
    assert 62**43 > 2**256
    for place in range(43):  # no place of the secret stands still
        assert len({key[20 + place] for key in made}) > 1 or place == 0


def test_every_slip_of_the_hand_is_told_without_the_database(
    plain: Store, monkeypatch: pytest.MonkeyPatch, ring: KeyRing
) -> None:
    keys = ApiKeys(plain, ring)
    _, key = keys.add("acme", "app")
    monkeypatch.setattr(ApiKeys, "_look_up", lambda *_: pytest.fail("looked up"))
    wrong = {key[:-1], key + "x", key.swapcase(), key.replace("accord", "acord"), "", " ", "é" * 70, key + "\n"}
    for place in range(7, len(key)):
        if key[place] != "_":
            wrong.add(key[:place] + ("a" if key[place] != "a" else "b") + key[place + 1 :])
        if key[place] != key[place - 1]:
            wrong.add(key[: place - 1] + key[place] + key[place - 1] + key[place + 1 :])
    for one in wrong:
        assert "mistyped" in refusal(keys, one)


def test_a_key_of_the_right_form_that_was_never_made_is_unknown(keys: ApiKeys) -> None:
    principal, _ = keys.add("acme", "app")
    assert "not known" in refusal(keys, secrets.new_key("A" * 12))
    assert "not known" in refusal(keys, secrets.new_key(principal.id))  # a known id and another secret


def test_known_and_unknown_ids_take_the_same_steps(keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    principal, _ = keys.add("acme", "app")
    seen: list[tuple[int, int]] = []
    real = keys_module.hmac.compare_digest
    monkeypatch.setattr(keys_module.hmac, "compare_digest", lambda a, b: seen.append((len(a), len(b))) or real(a, b))
    refusal(keys, secrets.new_key(principal.id))
    refusal(keys, secrets.new_key("A" * 12))
    assert set(seen) == {(32, 32)}, "digests alone, also where there is no such key"


def test_it_expires_by_the_clock_it_is_given(keys: ApiKeys, clock: Clock) -> None:
    _, key = keys.add("acme", "app", lifetime=DAY)
    clock.ms += DAY - 1
    keys.check(key)
    clock.ms += 1
    assert "expired" in refusal(keys, key)


def test_a_clock_that_jumps_back_before_the_key_was_made_is_noticed(keys: ApiKeys, clock: Clock) -> None:
    _, key = keys.add("acme", "app", lifetime=DAY)
    clock.ms -= 60_000  # two machines never agree exactly
    keys.check(key)
    clock.ms -= DAY
    assert "future" in refusal(keys, key)


def test_revoked_here_is_revoked_at_once(keys: ApiKeys) -> None:
    principal, key = keys.add("acme", "app")
    keys.check(key)
    assert keys.revoke(principal.id) is True
    assert "revoked" in refusal(keys, key)
    assert keys.revoke(principal.id) is False


def test_revoked_elsewhere_ends_within_a_second(keys: ApiKeys, database: str, clock: Clock, ring: KeyRing) -> None:
    principal, key = keys.add("acme", "app")
    keys.check(key)
    store = Store(database, STATE_STORE)
    ApiKeys(store, ring, clock.now).revoke(principal.id)
    store.close()
    clock.seconds += keys_module.FRESH_SECONDS
    assert "revoked" in refusal(keys, key)


def test_a_wall_clock_that_jumps_back_does_not_keep_a_revoked_key_alive(
    keys: ApiKeys, database: str, clock: Clock, ring: KeyRing
) -> None:
    principal, key = keys.add("acme", "app")
    keys.check(key)
    store = Store(database, STATE_STORE)
    ApiKeys(store, ring, clock.now).revoke(principal.id)
    store.close()
    clock.ms -= 200_000
    clock.seconds += 1.0
    assert "revoked" in refusal(keys, key)


def test_what_was_read_before_a_revocation_is_not_remembered_after_it(
    keys: ApiKeys, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal, key = keys.add("acme", "app")
    real = keys_module.info_of

    def slow(row: Any, *, altered: bool) -> Any:
        monkeypatch.setattr(keys_module, "info_of", real)
        found = real(row, altered=altered)
        worker = threading.Thread(target=keys.revoke, args=(principal.id,))
        worker.start()
        worker.join()
        return found

    keys.check(key) if not monkeypatch.setattr(keys_module, "info_of", slow) else None
    assert "revoked" in refusal(keys, key)


def test_a_replaced_key_works_beside_the_new_one_for_a_while(keys: ApiKeys, clock: Clock) -> None:
    principal, old = keys.add("acme", "reviewer", scopes=["review"], lifetime=90 * DAY)
    clock.pass_(10 * DAY)
    successor, new = keys.rotate(principal.id, grace=DAY)
    assert keys.check(old).id == principal.id and keys.check(new) == successor
    assert (successor.tenant, successor.role, successor.scopes) == ("acme", Role.REVIEWER, {"review"})
    assert successor.expires == clock.ms + 90 * DAY
    [first, second] = keys.list()
    assert (first.successor, first.state(clock.ms), second.state(clock.ms)) == (successor.id, "replaced", "active")
    clock.pass_(DAY)
    assert "expired" in refusal(keys, old)
    keys.check(new)


def test_a_key_and_its_successors_are_one_person(keys: ApiKeys) -> None:
    first, _ = keys.add("acme", "officer")
    second, _ = keys.rotate(first.id)
    third, _ = keys.rotate(second.id)
    assert first.person == second.person == third.person == first.id
    assert keys.add("acme", "officer")[0].person != first.person


def test_without_grace_the_old_key_ends_now_and_grace_prolongs_nothing(keys: ApiKeys, clock: Clock) -> None:
    principal, old = keys.add("acme", "app")
    keys.rotate(principal.id, grace=0)
    assert "expired" in refusal(keys, old)
    short, key = keys.add("acme", "app", lifetime=1000)
    keys.rotate(short.id, grace=DAY)
    clock.pass_(1000)
    assert "expired" in refusal(keys, key)


def test_what_ended_cannot_be_replaced(keys: ApiKeys, clock: Clock) -> None:
    revoked, _ = keys.add("acme", "app")
    keys.revoke(revoked.id)
    expired, _ = keys.add("acme", "app", lifetime=1)
    replaced, _ = keys.add("acme", "app")
    keys.rotate(replaced.id)
    clock.pass_(1)
    for principal, state in ((revoked, "revoked"), (expired, "expired"), (replaced, "replaced")):
        with pytest.raises(ConfigError, match=state):
            keys.rotate(principal.id)
    for call in (keys.rotate, keys.revoke):
        with pytest.raises(ConfigError, match="no such key"):
            call("nobody")
    with pytest.raises(ConfigError):
        keys.rotate(replaced.id, grace=-1)


def test_two_at_once_make_one_successor(keys: ApiKeys, store: Store) -> None:
    principal, _ = keys.add("acme", "app")
    made: list[str] = []

    def work() -> None:
        with contextlib.suppress(ConfigError):
            made.append(keys.rotate(principal.id)[0].id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(keys.list()) == 2


def test_whether_there_is_a_key(keys: ApiKeys, database: str, clock: Clock, ring: KeyRing) -> None:
    assert keys.any() is False
    other = Store(database, STATE_STORE)
    principal, _ = ApiKeys(other, ring, clock.now).add("acme", "app")
    clock.seconds += 1
    assert keys.any() is True
    ApiKeys(other, ring, clock.now).revoke(principal.id)
    clock.seconds += 10
    assert keys.any() is True  # ending the last key must not open the server
    assert ApiKeys(other, ring, clock.now).any() is True
    other.close()


def test_the_gate_stays_closed_when_every_key_is_swept_away(keys: ApiKeys, store: Store, ring: KeyRing) -> None:
    keys.add("acme", "app")
    keys.add("acme", "app")
    with store.write() as connection:
        connection.execute(api_keys.delete())
    assert keys.list() == () and ApiKeys(store, ring).any() is True


def test_a_list_of_one_tenant(keys: ApiKeys) -> None:
    keys.add("acme", "app")
    keys.add("other", "app")
    assert [info.tenant for info in keys.list("acme")] == ["acme"]
    assert len(keys.list()) == 2


@pytest.mark.parametrize(
    ("tenant", "role", "more"),
    [
        ("", "app", {}),
        (" acme", "app", {}),
        ("ac\x1b[2Jme", "app", {}),
        ("a" * 256, "app", {}),
        ("acme", "root", {}),
        ("acme", "app", {"scopes": ["everything"]}),
        ("acme", "app", {"lifetime": 0}),
        ("acme", "app", {"lifetime": -5}),
        ("acme", "app", {"holder": "x\ny"}),
        ("*", "app", {}),
        ("*", "reviewer", {}),
        ("*", "officer", {}),
    ],
)
def test_what_makes_no_sense_makes_no_key(
    plain: Store, tenant: str, role: str, more: dict[str, Any], ring: KeyRing
) -> None:
    keys = ApiKeys(plain, ring)
    with pytest.raises(ConfigError):
        keys.add(tenant, role, **more)
    assert keys.list() == ()


def test_those_who_run_it_may_have_every_tenant(keys: ApiKeys) -> None:
    assert {keys.add("*", role)[0].tenant for role in ("operator", "auditor", "admin")} == {"*"}


def test_every_change_is_recorded_before_it_is_made_and_never_with_the_key(
    store: Store, clock: Clock, ring: KeyRing
) -> None:
    seen: list[tuple[str, Mapping[str, Any], int]] = []
    keys = ApiKeys(store, ring, clock.now, record=lambda what, body: seen.append((what, body, len(keys.list()))))
    principal, first = keys.add("acme", "app", by="boss")
    successor, second = keys.rotate(principal.id, by="boss")
    keys.revoke(successor.id, by="boss")
    assert [(what, body["key"], count) for what, body, count in seen] == [
        ("add", principal.id, 0),
        ("rotate", principal.id, 1),
        ("revoke", successor.id, 2),
    ]
    assert seen[1][1]["successor"] == successor.id and seen[0][1]["by"] == "boss"
    assert not any(key.split("_")[2] in repr(seen) for key in (first, second))


def test_what_cannot_be_recorded_is_not_done(store: Store, ring: KeyRing) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    principal, key = ApiKeys(store, ring).add("acme", "app")
    keys = ApiKeys(store, ring, record=fail)
    for call in (
        lambda: keys.add("acme", "app"),
        lambda: keys.rotate(principal.id),
        lambda: keys.revoke(principal.id),
    ):
        with pytest.raises(StoreError):
            call()
    assert len(keys.list()) == 1 and keys.check(key) == principal


def test_nobody_gets_in_while_the_store_cannot_be_read(tmp_path: Any, clock: Clock, ring: KeyRing) -> None:
    path = tmp_path / "s.sqlite"
    store = Store(file_url(path), STATE_STORE)
    keys = ApiKeys(store, ring, clock.now, ticks=clock.ticks)
    _, key = keys.add("acme", "app")
    keys.check(key)
    with store.write() as connection:
        connection.execute(text("ALTER TABLE api_key RENAME TO gone"))
    clock.seconds += 1
    with pytest.raises(StoreError):
        keys.check(key)
    store.close()


def test_a_secret_shows_nowhere(keys: ApiKeys) -> None:
    principal, key = keys.add("acme", "app", holder="Zoë Example")
    for shown in (repr(keys), repr(principal), str(principal), repr(keys.list())):
        assert key.split("_")[2] not in shown
    assert "Zoë" not in repr(principal)


def test_a_child_process_checks_keys_of_its_parent(tmp_path: Any, ring: KeyRing) -> None:
    store = Store(file_url(tmp_path / "s.sqlite"), STATE_STORE)
    keys = ApiKeys(store, ring)
    principal, key = keys.add("acme", "app")
    keys.check(key)
    child = os.fork()
    if child == 0:
        try:
            ApiKeys(store, ring).revoke(principal.id)
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    ended = time.monotonic() + 10
    while time.monotonic() < ended:
        try:
            keys.check(key)
        except Unauthenticated:
            break
        time.sleep(0.05)
    else:
        pytest.fail("still in force")
    store.close()


@pytest.mark.engines
def test_postgresql_goes_and_comes_back(clock: Clock, ring: KeyRing) -> None:
    from tests.servers import running_postgres

    with running_postgres() as server:
        store = Store(server.get_uri(), STATE_STORE)
        keys = ApiKeys(store, ring, clock.now, ticks=clock.ticks)
        principal, key = keys.add("acme", "app")
        server.stop()
        for call in (lambda: keys.check(key), keys.list, lambda: keys.add("acme", "app")):
            clock.seconds += 1
            with pytest.raises(StoreError, match="cannot be reached"):
                call()
        server.start()
        assert keys.check(key) == principal and len(keys.list()) == 1
        store.close()


def test_a_lock_that_was_held_at_a_fork_is_free_in_the_child(plain: Store, ring: KeyRing) -> None:
    keys = ApiKeys(plain, ring)
    keys.add("acme", "app")
    read, write = os.pipe()
    with keys._lock:  # as another thread would, in the middle of a look-up
        child = os.fork()
        if child == 0:
            os.write(write, b"free" if keys._lock.acquire(timeout=2) else b"held")
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 4) == b"free"
    os.close(read)
    os.close(write)
