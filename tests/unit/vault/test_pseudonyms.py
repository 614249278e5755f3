"""Pseudonyms that are kept: for their scope alone, as long as they may be, and for nobody once they are forgotten."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from accord.core.content import Context, Origin
from accord.core.pseudonym import Issued, PseudonymMap
from accord.errors import KeyLost, StoreError
from accord.store.engine import file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.keys import data_keys
from accord.store.tables.pseudonyms import pseudonyms, scopes
from accord.vault import keys as keys_module
from accord.vault.keys import KeyRing
from accord.vault.pseudonyms import DAY, VaultPseudonyms, tenant_of

SCOPE = ("acme", "app-7", "user-3", "session-9")
OTHER = ("acme", "app-7", "user-3", "session-10")
PERSON = "privacy.person.name"
JONAS = Issued("Jonas Weber", PERSON, Origin.CALLER)
ANN = Issued("Ann Miller", PERSON, Origin.TOOL)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys_module, "_FRESH_SECONDS", 0.0)


def kept(vault, ring: KeyRing | None = None, **settings) -> VaultPseudonyms:
    state = vault.state if ring is None else vault.open(vault.state_url, STATE_STORE)
    return VaultPseudonyms(state, ring or vault.ring, now=vault.clock, **{"keep_ms": 30 * DAY, **settings})


def rows(vault) -> int:
    with vault.state.read() as connection:
        counts = [connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (pseudonyms, scopes)]
    return sum(counts)


def key_kinds(vault) -> list[str]:
    with vault.keys.read() as connection:
        return sorted(connection.execute(select(data_keys.c.kind)).scalars())


def test_it_is_a_map_of_pseudonyms(local):
    found: PseudonymMap = kept(local)
    assert len(found.key(SCOPE)) == 32


def test_what_is_kept_is_there_for_another_process_in_order(vault):
    kept(vault).keep(SCOPE, {"[PERSON_B]": JONAS, "[PERSON_A]": ANN})
    kept(vault).keep(SCOPE, {"[PERSON_0]": JONAS}, "ann")
    found = kept(vault, vault.again()).load(SCOPE)
    assert list(found.items()) == [("[PERSON_B]", JONAS), ("[PERSON_A]", ANN), ("[PERSON_0]", JONAS)]
    assert isinstance(found["[PERSON_B]"].origin, Origin)


@pytest.mark.parametrize("value", ["", "é\ud800\0", "x" * 100_000, '"\\n]'])
def test_every_value_comes_back(local, value):
    kept(local).keep(SCOPE, {"[P_1]": Issued(value, PERSON, Origin.MODEL)})
    assert kept(local).load(SCOPE)["[P_1]"].value == value


def test_no_other_scope_sees_it(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS})
    for scope in (
        OTHER,
        ("globex", *SCOPE[1:]),
        SCOPE[:3],
        (*SCOPE, ""),
        ("acme", "app-7user-3", "", "session-9"),
        (),
    ):
        assert held.load(scope) == {} and held.version(scope) == 0
        assert held.key(scope) != held.key(SCOPE)


def test_rows_moved_to_another_scope_do_not_open(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS})
    held.keep(OTHER, {"[P_1]": ANN})
    session, scope = vault.ring.name("session", *OTHER), vault.ring.name("scope", *OTHER, "")
    with vault.state.write() as connection:
        connection.execute(pseudonyms.delete().where(pseudonyms.c.session == session))
        connection.execute(update(pseudonyms).values(session=session, scope=scope))
    with pytest.raises(StoreError, match="belongs elsewhere"):
        held.load(OTHER)


def test_two_rows_do_not_change_places(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS, "[P_2]": ANN})
    with vault.state.write() as connection:
        first, second = connection.execute(select(pseudonyms).order_by(pseudonyms.c.id)).all()
        connection.execute(update(pseudonyms).where(pseudonyms.c.id == first.id).values(sealed=second.sealed))
    with pytest.raises(StoreError, match="belongs elsewhere"):
        held.load(SCOPE)


def test_the_key_of_a_scope_is_one_for_all_and_one_for_each_subject(vault):
    mine, theirs = kept(vault), kept(vault, vault.again())
    assert mine.key(SCOPE) == theirs.key(SCOPE) and mine.key(SCOPE, "jonas") == theirs.key(SCOPE, "jonas")
    found = {
        mine.key(SCOPE),
        mine.key(SCOPE, "jonas"),
        mine.key(SCOPE, "ann"),
        mine.key(OTHER),
        mine.key(OTHER, "jonas"),
    }
    assert len(found) == 5


def test_a_pseudonym_stands_for_one_value_in_its_scope(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS}, "jonas")
    version = held.version(SCOPE)
    for subject in ("jonas", "ann", ""):
        with pytest.raises(StoreError, match="another value") as caught:
            held.keep(SCOPE, {"[P_2]": ANN, "[P_1]": ANN}, subject)
        assert "Ann" not in str(caught.value)
    assert held.load(SCOPE) == {"[P_1]": JONAS} and held.version(SCOPE) == version
    held.keep(OTHER, {"[P_1]": ANN})


def test_what_counts_as_one_value_can_be_said(local):
    held = kept(local, same=lambda one, other: one.value.lower() == other.value.lower())
    held.keep(SCOPE, {"[P_1]": JONAS})
    loud = Issued("JONAS WEBER", PERSON, Origin.MODEL)
    held.keep(SCOPE, {"[P_1]": loud})
    assert held.load(SCOPE) == {"[P_1]": loud}
    with pytest.raises(StoreError):
        held.keep(SCOPE, {"[P_1]": ANN})


def test_what_is_kept_again_lasts_longer(vault):
    held = kept(vault, keep_ms=1000)
    held.keep(SCOPE, {"[P_1]": JONAS, "[P_2]": ANN})
    vault.clock.at += 600
    held.keep(SCOPE, {"[P_1]": JONAS})
    vault.clock.at += 600
    assert held.load(SCOPE) == {"[P_1]": JONAS}
    vault.clock.at += 600
    assert held.load(SCOPE) == {}


def test_what_has_expired_is_gone_before_it_is_swept_and_its_pseudonym_free(vault):
    held = kept(vault, keep_ms=1000)
    held.keep(SCOPE, {"[P_1]": JONAS})
    vault.clock.at += 1000
    assert held.load(SCOPE) == {} and held.of_subject("acme", "") == []
    held.keep(SCOPE, {"[P_1]": ANN})
    assert held.load(SCOPE) == {"[P_1]": ANN}


def test_the_version_counts_by_one_and_is_never_one_it_was(vault):
    mine, theirs = kept(vault), kept(vault, vault.again())
    assert mine.version(SCOPE) == 0
    mine.keep(SCOPE, {"[P_1]": JONAS})
    first = mine.version(SCOPE)
    assert first > 0
    theirs.keep(SCOPE, {"[P_2]": ANN})
    assert mine.version(SCOPE) == theirs.version(SCOPE) == first + 1
    theirs.keep(SCOPE, {"[P_2]": ANN})
    assert mine.version(SCOPE) == first + 2
    mine.keep(SCOPE, {"[P_3]": ANN}, "ann")  # a further data subject of the same scope
    second = mine.version(SCOPE)
    mine.keep(SCOPE, {"[P_3]": ANN}, "ann")
    assert mine.version(SCOPE) == second + 1 > first + 3
    mine.forget(SCOPE)
    assert theirs.version(SCOPE) == 0
    for _ in range(3):
        mine.keep(SCOPE, {"[P_1]": JONAS})
        assert theirs.version(SCOPE) not in {first, first + 1, first + 2, second, second + 1}


def test_nothing_to_keep_writes_nothing(local):
    kept(local).keep(SCOPE, {})
    assert rows(local) == 0


def test_forgetting_a_scope_takes_its_keys_along(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS})
    held.keep(SCOPE, {"[P_2]": ANN}, "ann")
    held.keep(OTHER, {"[P_3]": ANN})
    key = held.key(SCOPE)
    held.forget(SCOPE)
    assert held.load(SCOPE) == {} and held.load(OTHER) == {"[P_3]": ANN}
    assert key_kinds(vault).count("scope") == 1
    assert held.key(SCOPE) != key


def test_forgetting_a_scope_that_never_kept_anything_takes_its_key(vault):
    held = kept(vault)
    key = held.key(SCOPE)
    held.forget(SCOPE)
    assert held.key(SCOPE) != key
    kept(vault).forget(("never", "seen"))


def test_forgetting_a_subject_takes_all_of_theirs_and_nothing_else(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS, "[P_2]": JONAS}, "jonas")
    held.keep(OTHER, {"[P_3]": JONAS}, "jonas")
    held.keep(SCOPE, {"[P_4]": ANN}, "ann")
    held.keep(SCOPE, {"[P_5]": ANN})
    held.keep(("globex", "a", "b", "c"), {"[P_6]": JONAS}, "jonas")
    key = held.key(SCOPE, "jonas")
    assert [p for p, _ in held.of_subject("acme", "jonas")] == ["[P_1]", "[P_2]", "[P_3]"]
    assert held.forget_subject("acme", "jonas") == 3
    assert set(held.load(SCOPE)) == {"[P_4]", "[P_5]"} and held.load(OTHER) == {}
    assert held.of_subject("acme", "jonas") == [] and len(held.of_subject("globex", "jonas")) == 1
    assert held.key(SCOPE, "jonas") != key
    assert held.forget_subject("acme", "jonas") == 0


def test_forgetting_that_broke_off_after_the_key_shows_nothing_and_is_finished_later(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS}, "jonas")
    held.keep(SCOPE, {"[P_2]": ANN})
    vault.ring.shred("subject", "acme", "jonas")
    assert held.load(SCOPE) == {"[P_2]": ANN}
    held.keep(SCOPE, {"[P_1]": ANN}, "jonas")  # its pseudonym is free again
    assert held.load(SCOPE) == {"[P_2]": ANN, "[P_1]": ANN}
    vault.ring.shred("subject", "acme", "jonas")
    assert held.forget_subject("acme", "jonas") == 1
    assert rows(vault) == 2


def test_forgetting_elsewhere_is_noticed_by_who_keeps(vault):
    mine, theirs = kept(vault), kept(vault, vault.again())
    mine.keep(SCOPE, {"[P_1]": JONAS}, "jonas")
    old = mine.key(SCOPE, "jonas")
    theirs.forget_subject("acme", "jonas")
    mine.keep(SCOPE, {"[P_2]": JONAS}, "jonas")  # still remembers the destroyed key
    assert theirs.load(SCOPE) == {"[P_2]": JONAS}
    assert theirs.key(SCOPE, "jonas") != old


def test_single_values_go_and_no_copy_gives_them_back(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS, "[P_2]": ANN}, "jonas")
    with vault.state.read() as connection:
        copy = [dict(row._mapping) for row in connection.execute(select(pseudonyms))]
    version = held.version(SCOPE)
    ref = vault.ring.name("scope", *SCOPE, "jonas")
    assert held.forget_matching(ref, lambda one: one.value == "Nobody") == 0
    assert held.forget_matching(ref, lambda one: one.value == "Jonas Weber") == 1
    assert held.load(SCOPE) == {"[P_2]": ANN} and held.version(SCOPE) == version + 1
    with vault.state.write() as connection:
        connection.execute(pseudonyms.delete())
        connection.execute(pseudonyms.insert(), copy)
    assert held.load(SCOPE) == {}
    held.keep(SCOPE, {"[P_9]": ANN}, "jonas")
    assert held.forget_subject("acme", "jonas") >= 1 and rows(vault) == 0  # the new key lay under theirs
    assert key_kinds(vault) == ["root", "state", "tenant"]


def test_the_last_value_takes_the_scope_along(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS})
    assert held.forget_matching(vault.ring.name("scope", *SCOPE, ""), lambda one: True) == 1
    assert rows(vault) == 0 and "scope" not in key_kinds(vault)


def test_what_mentions_values_is_told_in_the_same_transaction(vault):
    told = []

    def mentioned(connection, kind, ref, values, expires):
        assert "Jonas" not in repr(values)
        told.append((kind, ref, list(values), expires))
        if len(told) > 1:
            raise StoreError("the index is full")

    held = kept(vault, mentioned=mentioned, keep_ms=1000)
    held.keep(SCOPE, {"[P_1]": JONAS}, "jonas")
    ref = vault.ring.name("scope", *SCOPE, "jonas")
    assert told == [("pseudonym", ref, [("acme", PERSON, "Jonas Weber")], vault.clock.at + 1000)]
    with pytest.raises(StoreError, match="index is full"):
        held.keep(SCOPE, {"[P_2]": ANN})
    assert held.load(SCOPE) == {"[P_1]": JONAS}


def test_the_sweeper_takes_what_has_expired_and_keys_that_seal_nothing(vault):
    held = kept(vault, keep_ms=10 * DAY)
    held.keep(SCOPE, {"[P_1]": JONAS, "[P_2]": JONAS})
    held.key(OTHER)  # nothing is ever kept under it
    hashes = held.key(("hash", "acme"))
    vault.clock.at += 6 * DAY
    held.keep(SCOPE, {"[P_1]": JONAS})
    assert held.sweep() == 0
    vault.clock.at += 5 * DAY
    version = held.version(SCOPE)
    assert held.sweep() == 1
    assert held.load(SCOPE) == {"[P_1]": JONAS} and held.version(SCOPE) == version + 1
    assert key_kinds(vault).count("scope") == 2  # the unused one might still be about to seal something
    vault.clock.at += DAY
    assert held.sweep() == 0 and key_kinds(vault).count("scope") == 1
    assert held.load(SCOPE) == {"[P_1]": JONAS}
    assert held.sweep(vault.clock.at + 30 * DAY) == 1
    assert rows(vault) == 0 and key_kinds(vault) == ["hash", "root", "state", "tenant"]
    assert held.key(("hash", "acme")) == hashes


def test_a_state_belongs_to_its_key_store(vault, tmp_path):
    kept(vault).keep(SCOPE, {"[P_1]": JONAS})
    other = KeyRing(vault.open(file_url(tmp_path / "o" / "k.sqlite"), KEY_STORE), vault.ring.master)
    with pytest.raises(KeyLost, match="another key store") as caught:
        kept(vault, other)
    assert "restore the key store" in caught.value.hint
    assert kept(vault).load(SCOPE) == {"[P_1]": JONAS}


def test_a_key_that_is_missing_and_was_not_destroyed_is_told(vault):
    held = kept(vault)
    held.keep(SCOPE, {"[P_1]": JONAS})
    with vault.keys.write() as connection:
        connection.execute(data_keys.delete().where(data_keys.c.kind == "scope"))
    vault.ring.forget()
    with pytest.raises(KeyLost, match="not in the key store"):
        held.load(SCOPE)


def test_many_keep_at_once_and_nothing_is_lost(vault):
    faults: list[BaseException] = []
    makers = [kept(vault), kept(vault, vault.again())]

    def work(number: int):
        try:
            for turn in range(6):
                makers[number % 2].keep(SCOPE, {f"[P_{number}{turn}]": JONAS}, "jonas" if number % 3 else "")
                makers[number % 2].keep(("acme", "a", "", str(number)), {"[P_1]": ANN}, "ann")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(makers[0].load(SCOPE)) == 24 and len(makers[0].of_subject("acme", "ann")) == 4


def test_forgetting_while_others_keep_leaves_nothing_unreadable_and_nothing_unlisted(vault, at_once):
    faults: list[BaseException] = []
    stop = threading.Event()

    def work(maker: VaultPseudonyms, name: str):
        turn = 0
        try:
            while not stop.is_set():
                maker.keep(("acme", "a", name, str(turn % 4)), {f"[P_{turn}]": JONAS}, "jonas")
                turn += 1
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(kept(vault, vault.again()), name)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    held = kept(vault)
    for _ in range(8):
        held.forget_subject("acme", "jonas")
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    for name in ("one", "two"):
        for number in range(4):
            held.load(("acme", "a", name, str(number)))
    held.forget_subject("acme", "jonas")
    assert rows(vault) == 0 and key_kinds(vault) == ["root", "state", "tenant"]


def state_bytes(vault) -> bytes:
    return b"".join(path.read_bytes() for path in Path(vault.state.path).parent.iterdir())


def test_a_copy_from_before_cannot_be_opened_after_a_subject_was_forgotten(local, tmp_path):
    held = kept(local)
    held.keep(SCOPE, {"[P_1]": JONAS}, "jonas")
    held.keep(SCOPE, {"[P_2]": ANN}, "ann")
    local.state.scrub()
    copy = tmp_path / "copy" / "state.sqlite"
    copy.parent.mkdir()
    shutil.copy(local.state.path, copy)
    held.forget_subject("acme", "jonas")
    local.state.scrub()
    local.ring.scrub()
    old = local.open(file_url(copy), STATE_STORE)
    with old.read() as connection:
        assert connection.execute(select(func.count()).select_from(pseudonyms)).scalar_one() == 2
        sealed = [bytes(row.sealed) for row in connection.execute(select(pseudonyms).order_by(pseudonyms.c.id))]
    again = VaultPseudonyms(old, local.again(), now=local.clock)
    assert again.load(SCOPE) == {"[P_2]": ANN}
    now = state_bytes(local)
    assert sealed[0] not in now and sealed[1] in now
    assert local.ring.name("subject", "acme", "jonas") not in now


def test_the_tenant_of_a_scope():
    assert tenant_of(Context(tenant="acme", session="s").scope) == "acme"
    assert tenant_of(Context(tenant="acme").scope) == "acme"
    assert tenant_of(()) == ""


def test_lengths_tell_little(local):
    held = kept(local)
    for number, value in enumerate(["Al", "Bo Li", "Maximilian Graf"]):
        held.keep(SCOPE, {f"[P_{number}]": Issued(value, PERSON, Origin.CALLER)})
    with local.state.read() as connection:
        sizes = {len(row.sealed) for row in connection.execute(select(pseudonyms.c.sealed))}
    assert len(sizes) == 1


def test_nothing_shows_what_is_kept(local):
    held = kept(local)
    held.keep(SCOPE, {"[P_1]": JONAS})
    assert "Jonas" not in repr(held) + repr(held.load(SCOPE)) + repr(held.__dict__)
