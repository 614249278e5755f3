"""Who can write the database but has no keys, and who spells things otherwise: each way that once worked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from tests.unit.custody.conftest import all_rooms, clock, keys, state
from tests.unit.custody.desks import Clock
from tests.unit.custody.rooms import DAY, Rooms, rooms

from accord.access.keys import ApiKeys
from accord.access.principals import Unauthenticated
from accord.core.content import Context, Text
from accord.core.decision import Destination, Outcome
from accord.custody.holds import OnHold
from accord.custody.items import EVIDENCE
from accord.custody.keep import Keep
from accord.errors import AccessDenied, AccordError, KeyLost, StoreError, TamperDetected
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.access import api_keys, gate
from accord.store.tables.custody import grants, items, legal_holds
from accord.vault.keys import KeyRing
from accord.vault.master import FileMaster
from accord.vault.opening import BEGIN_ANEW, bind, open_ring

__all__ = ["all_rooms", "clock", "keys", "state"]

JONAS = Context(tenant="acme", subject="jonas", principal="key-1", session="s1")
OTHER = Context(tenant="other", subject="jonas", principal="key-2", session="s2")


def edit(rooms: Rooms, table: Any, id_: Any, **values: Any) -> None:
    """What who has the database can do, and nothing else."""
    with rooms.store.write() as connection:
        connection.execute(update(table).where(table.c.id == id_).values(values))


def whole(rooms: Rooms, table: Any, id_: Any) -> Mapping[str, Any]:
    with rooms.store.read() as connection:
        return dict(connection.execute(select(table).where(table.c.id == id_)).one()._mapping)


# Rows that decide


def test_an_approval_written_by_hand_admits_nothing(all_rooms: Rooms) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    edit(all_rooms, items, item, state="released", approved_until=all_rooms.clock() + DAY)
    content = (Text("a letter to Jonas", name="jonas.txt"),)
    with pytest.raises(TamperDetected):
        all_rooms.quarantine.admits(content, Destination.MODEL, JONAS)


def test_an_approval_that_was_used_is_not_put_back(all_rooms: Rooms) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    all_rooms.quarantine.approve(item, "rita", "acme")
    before = whole(all_rooms, items, item)
    content = (Text("a letter to Jonas", name="jonas.txt"),)
    assert all_rooms.quarantine.admits(content, Destination.MODEL, JONAS) == item
    edit(all_rooms, items, item, **before)
    assert all_rooms.quarantine.admits(content, Destination.MODEL, JONAS) == ""


@pytest.mark.parametrize(
    "change", [{"approved_by": "olga"}, {"expires": 1 << 52, "approved_by": "olga"}, {"requested_by": "mallory"}]
)
def test_a_grant_written_by_hand_shows_nothing(all_rooms: Rooms, change: dict[str, Any]) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    grant = all_rooms.glass.request(item, "rita", "a complaint", tenant="acme")
    edit(all_rooms, grants, grant.id, **change)
    for by in ("rita", "mallory"):
        with pytest.raises(TamperDetected):
            all_rooms.quarantine.content(item, grant.id, by)


def test_a_grant_that_was_taken_back_is_not_put_back(all_rooms: Rooms) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    grant = all_rooms.glass.request(item, "rita", "a complaint", tenant="acme")
    all_rooms.glass.approve(grant.id, "olga", "acme")
    before = whole(all_rooms, grants, grant.id)
    assert all_rooms.quarantine.content(item, grant.id, "rita")
    all_rooms.glass.revoke(grant.id, "olga", "acme")
    edit(all_rooms, grants, grant.id, **before)
    with pytest.raises(AccessDenied, match="taken back"):
        all_rooms.quarantine.content(item, grant.id, "rita")


@pytest.mark.parametrize("how", ["lifted", "moved", "removed"])
def test_a_hold_that_was_ended_by_hand_still_holds(all_rooms: Rooms, how: str) -> None:
    all_rooms.keep("a letter to {Jonas}", JONAS)
    hold = all_rooms.holds.place("acme", "olga", "a lawsuit", "jonas")
    if how == "lifted":
        edit(all_rooms, legal_holds, hold, lifted=1)
    elif how == "moved":
        edit(all_rooms, legal_holds, hold, tenant="nobody")
    else:
        with all_rooms.store.write() as connection:
            connection.execute(delete(legal_holds))
    with pytest.raises(TamperDetected):
        all_rooms.erasure.erase("acme", "olga", subject="jonas")
    all_rooms.clock.at += 30 * DAY
    with pytest.raises(TamperDetected):
        all_rooms.sweeper.sweep(confirmed=True)
    assert all_rooms.ring.find("subject", "acme", "jonas") is not None


@pytest.mark.parametrize("change", [{"role": "admin"}, {"tenant": "*"}, {"scopes": ""}, {"expires": None}])
def test_a_key_that_was_raised_by_hand_opens_nothing(all_rooms: Rooms, change: dict[str, Any]) -> None:
    made = ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock)
    principal, secret = made.add("acme", "app", scopes={"model"}, lifetime=DAY)
    edit(all_rooms, api_keys, principal.id, **change)
    with pytest.raises(Unauthenticated, match="altered"):
        ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock).check(secret)


def test_a_key_that_was_revoked_is_not_put_back(all_rooms: Rooms) -> None:
    made = ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock)
    principal, secret = made.add("acme", "app")
    before = whole(all_rooms, api_keys, principal.id)
    made.revoke(principal.id)
    edit(all_rooms, api_keys, principal.id, **before)
    with pytest.raises(Unauthenticated):
        ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock).check(secret)


def test_a_key_of_another_state_is_not_put_in(all_rooms: Rooms, tmp_path: Path) -> None:
    theirs = Store(file_url(tmp_path / "theirs" / "state.sqlite"), STATE_STORE)
    their_keys = Store(file_url(tmp_path / "theirs" / "keys.sqlite"), KEY_STORE)
    ring = open_ring(their_keys, tmp_path / "theirs" / "master.key")
    principal, secret = ApiKeys(theirs, ring, all_rooms.clock).add("acme", "admin")
    with theirs.read() as connection:
        row = dict(connection.execute(select(api_keys).where(api_keys.c.id == principal.id)).one()._mapping)
    with all_rooms.store.write() as connection:
        connection.execute(insert(api_keys).values(row))
    with pytest.raises(Unauthenticated):
        ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock).check(secret)
    theirs.close()
    their_keys.close()


def test_emptied_tables_open_no_door(all_rooms: Rooms) -> None:
    ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock).add("acme", "app")
    with all_rooms.store.write() as connection:
        connection.execute(delete(api_keys))
        connection.execute(delete(gate))
    assert ApiKeys(all_rooms.store, all_rooms.ring, all_rooms.clock).any()


# Values that are written otherwise

VALUE = "jonas.weber@example.org"
SPELLED = [
    "write to jonas.weber@example.org today",
    "mailto:jonas.weber%40example.org",
    "jonas.weber&#64;example.org",
    "jonas.weber\\u0040example.org",
    base64.b64encode(b"From: jonas.weber@example.org, hello").decode(),
    "jonas.weber (at) example (dot) org",
    "JONAS.WEBER@EXAMPLE.ORG",
    "jonas.\u200bweber@example.org",
]


@pytest.mark.parametrize("text", SPELLED)
def test_an_erasure_finds_a_value_however_it_is_written(all_rooms: Rooms, text: str) -> None:
    item = all_rooms.keep(text, JONAS)
    near = all_rooms.keep("write to other.weber@example.org today", JONAS)
    all_rooms.erasure.erase("acme", "olga", value=VALUE)
    assert [one.id for one in all_rooms.quarantine.list("acme")] == [near]
    with pytest.raises(StoreError):
        all_rooms.quarantine.get(item, "acme")


def test_an_erasure_finds_a_pseudonym_that_stands_for_more_than_the_value(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[EMAIL_K7QX]", "Jonas <jonas.weber@example.org>", "privacy.contact.email")
    erased = all_rooms.erasure.erase("acme", "olga", value=VALUE)
    assert erased.removed["pseudonym"] == 1
    assert not all_rooms.pseudonyms.load(JONAS.scope)


# People and ids that look alike

ALIKE = ["rita ", "Rita", "RITA", "\uff52ita", "ri\u00adta", "r\u200bita", "\u0433ita"]


@pytest.mark.parametrize("second", ALIKE)
def test_a_second_spelling_is_no_second_person(all_rooms: Rooms, second: str) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    grant = all_rooms.glass.request(item, "rita", "a complaint", tenant="acme")
    with pytest.raises(AccessDenied):
        all_rooms.glass.approve(grant.id, second, "acme")


def test_a_subject_is_one_in_whatever_form_of_unicode(all_rooms: Rooms) -> None:
    composed, apart = "jos\u00e9", "jose\u0301"
    all_rooms.keep("a letter to {Jonas}", Context(tenant="acme", subject=composed, principal="k"))
    all_rooms.erasure.erase("acme", "olga", subject=apart)
    assert all_rooms.ring.find("subject", "acme", composed) is None
    assert not all_rooms.quarantine.list("acme")


@pytest.mark.parametrize("id_", ["a\0b", "half \ud83d", "x" * 5000])
def test_an_id_that_cannot_be_kept_is_told_plainly(all_rooms: Rooms, id_: str) -> None:
    with pytest.raises(AccordError, match="cannot be kept") as caught:
        all_rooms.ring.name("subject", "acme", id_)
    assert caught.value.hint and id_ not in str(caught.value)


# What is looked at, and swept


def test_who_looks_at_an_item_is_on_record(all_rooms: Rooms) -> None:
    item = all_rooms.keep("a letter to {Jonas}", JONAS)
    all_rooms.quarantine.shown(item, "rita", "acme")
    seen = [one for one in all_rooms.audit.records(kind="custody") if one["event"] == "shown"]
    assert [(one["item"], one["by"]) for one in seen] == [(item, "rita")]
    with pytest.raises(AccessDenied):
        all_rooms.quarantine.shown(item, "", "acme")


def test_a_sweep_without_the_configuration_leaves_what_it_keeps(state: Store, keys: KeyRing, clock: Clock) -> None:
    configured = rooms(state, keys, clock, Keep(evidence=90 * DAY, explicit=frozenset({EVIDENCE})))
    item = configured.keep("a letter to {Jonas}", JONAS, Outcome.BLOCK)
    configured.audit.close()
    bare = rooms(state, keys, clock, Keep())
    clock.at += 30 * DAY
    bare.sweeper.sweep(confirmed=True)
    assert bare.quarantine.get(item, "acme").kind == EVIDENCE
    bare.audit.close()


def test_who_belongs_to_a_tenant_sweeps_that_tenant(all_rooms: Rooms) -> None:
    all_rooms.keep("a letter to {Jonas}", JONAS)
    all_rooms.keep("a letter to {Jonas}", OTHER)
    all_rooms.holds.place("other", "olga", "a lawsuit")
    all_rooms.clock.at += 30 * DAY
    all_rooms.sweeper.sweep(confirmed=True, tenant="acme", by="olga")
    assert [one.tenant for one in all_rooms.quarantine.list()] == ["other"]
    last = [one for one in all_rooms.audit.records(kind="retention") if one["event"] == "swept"][-1]
    assert (last["tenant"], last["by"]) == ("acme", "olga")


def test_a_sweep_that_was_killed_stops_no_erasure(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    all_rooms.name(JONAS, "[NAME_K7QX]", "Jonas Weber")
    all_rooms.keep("a letter to {Jonas}", JONAS)
    all_rooms.clock.at += 60 * DAY

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("accord.custody.scopes.delete", killed)
        with pytest.raises(Killed):
            all_rooms.sweeper.sweep(confirmed=True)
    try:
        all_rooms.erasure.erase("acme", "olga", value="Jonas Weber")
    except KeyLost:
        pytest.fail("keys that a sweep had destroyed stop an erasure")
    except OnHold:
        pytest.fail("nothing is on hold")


# A database that was taken away


def test_a_state_that_was_deleted_beside_its_keys_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Store(file_url(tmp_path / "keys.sqlite"), KEY_STORE)
    ring = open_ring(held, tmp_path / "master.key")
    first = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    bind(first, ring)
    bind(first, ring)
    first.close()
    for left in tmp_path.glob("state.sqlite*"):
        left.unlink()
    second = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    with pytest.raises(StoreError, match="not here") as caught:
        bind(second, KeyRing(held, FileMaster(tmp_path / "master.key")))
    assert BEGIN_ANEW in (caught.value.hint or "")
    monkeypatch.setenv(BEGIN_ANEW, "1")
    bind(second, ring)
    monkeypatch.delenv(BEGIN_ANEW)
    bind(second, ring)
    second.close()
    held.close()


def test_keys_that_were_deleted_beside_their_state_are_missed(tmp_path: Path) -> None:
    held = Store(file_url(tmp_path / "keys.sqlite"), KEY_STORE)
    state = Store(file_url(tmp_path / "state.sqlite"), STATE_STORE)
    bind(state, open_ring(held, tmp_path / "master.key", state=state))
    empty = Store(file_url(tmp_path / "new.sqlite"), KEY_STORE)
    with pytest.raises(KeyLost):
        open_ring(empty, tmp_path / "new.key", state=state)
    assert not (tmp_path / "new.key").exists()
    for store in (held, state, empty):
        store.close()
