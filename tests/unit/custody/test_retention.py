"""What has expired goes, in small steps, unless a hold keeps it or the clock cannot be believed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.unit.custody.rooms import DAY, Rooms

from accord.core.content import Context
from accord.core.decision import Outcome
from accord.custody.keep import Keep
from accord.custody.retention import ClockLeapt, Sweeper
from accord.errors import AuditError, StoreError
from accord.store.tables.access import api_keys
from accord.store.tables.custody import items, mentions
from accord.store.tables.keys import data_keys
from accord.store.tables.pseudonyms import pseudonyms, scopes

JONAS = Context(tenant="acme", principal="app", session="s1", subject="patient-4711")
NOBODY = Context(tenant="acme", principal="app", session="s3")


def counts(all_rooms: Rooms, *tables: Any) -> list[int]:
    with all_rooms.store.read() as connection:
        return [len(connection.execute(select(table)).all()) for table in tables]


def keys_of(all_rooms: Rooms, kind: str) -> int:
    with all_rooms.ring.store.read() as connection:
        return len(connection.execute(select(data_keys.c.id).where(data_keys.c.kind == kind)).all())


def pass_days(all_rooms: Rooms, days: int) -> dict[str, int]:
    """Let days go by, and sweep on each of them."""
    swept: dict[str, int] = {}
    for _ in range(days):
        all_rooms.clock.at += DAY
        for kind, count in all_rooms.sweeper.sweep().items():
            swept[kind] = swept.get(kind, 0) + count
    return swept


def test_each_kind_goes_in_its_time_with_its_keys(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.keep("{Jonas Weber} is blocked", JONAS, Outcome.BLOCK)
    assert pass_days(all_rooms, 6) == {}
    assert pass_days(all_rooms, 1) == {"quarantine": 1}
    assert (keys_of(all_rooms, "quarantine"), keys_of(all_rooms, "evidence")) == (0, 1)
    assert pass_days(all_rooms, 23) == {"scope": 1, "pseudonym": 1, "mention": 1}
    assert keys_of(all_rooms, "scope") == 0
    assert pass_days(all_rooms, 60) == {"evidence": 1}
    assert counts(all_rooms, items, mentions, pseudonyms, scopes) == [0, 0, 0, 0]
    all_rooms.audit.verify()


def test_what_is_used_stays_and_only_what_is_not_goes(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    pass_days(all_rooms, 20)
    all_rooms.name(JONAS, "[PERSON_BBBB]", "Ida Berg")
    version = all_rooms.pseudonyms.version(JONAS.scope)
    assert pass_days(all_rooms, 12) == {"pseudonym": 1, "mention": 1}
    assert set(all_rooms.pseudonyms.load(JONAS.scope)) == {"[PERSON_BBBB]"}
    assert all_rooms.pseudonyms.version(JONAS.scope) != version


def test_a_step_is_on_record_before_it_is_taken(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    all_rooms.keep("held", JONAS)
    all_rooms.sweeper.sweep()
    all_rooms.clock.at += 7 * DAY
    with monkeypatch.context() as patched:
        patched.setattr(all_rooms.audit, "append", _refuse)
        with pytest.raises(AuditError):
            all_rooms.sweeper.sweep()
    assert counts(all_rooms, items) == [1] and keys_of(all_rooms, "quarantine") == 1
    assert all_rooms.sweeper.sweep() == {"quarantine": 1}
    records = [one for one in all_rooms.audit.records(kind="retention") if one["at"] > "2025-06-16"]
    assert [(r["event"], r.get("up_to") or r.get("removed")) for r in records] == [
        ("removes", {"quarantine": 1}),
        ("swept", {"quarantine": 1}),
    ]


def _refuse(*_: Any) -> int:
    raise AuditError("the audit record could not be written")


def test_it_is_on_record_once_a_day_that_it_was_swept(all_rooms: Rooms) -> None:
    for _ in range(48):
        all_rooms.sweeper.sweep()
        all_rooms.clock.at += DAY // 24
    assert all_rooms.events.count("swept") == 3


@pytest.mark.parametrize("of", ["", "patient-4711"])
def test_a_legal_hold_keeps_it(all_rooms: Rooms, of: str) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.name(NOBODY, "[PERSON_BBBB]", "Ida Berg")
    all_rooms.keep("{Ida Berg} is held", NOBODY)
    hold = all_rooms.holds.place("acme", "olga", "case 12", subject=of)
    swept = pass_days(all_rooms, 40)
    gone = {} if not of else {"quarantine": 1, "scope": 1, "pseudonym": 1, "mention": 1}
    assert swept == gone
    stay = 2 - len(gone) // 4
    assert counts(all_rooms, items, scopes, pseudonyms) == [stay, stay, stay]
    all_rooms.holds.lift(hold, "olga")
    swept = pass_days(all_rooms, 1)
    assert swept["quarantine"] == swept["scope"] == stay
    assert counts(all_rooms, items, scopes, pseudonyms, mentions) == [0, 0, 0, 0]


def test_what_a_hold_keeps_can_be_looked_at_and_not_released(all_rooms: Rooms) -> None:
    item = all_rooms.keep("{Jonas Weber} is held", JONAS)
    hold = all_rooms.holds.place("acme", "olga", "case 12")
    pass_days(all_rooms, 40)
    assert [one.id for one in all_rooms.quarantine.list("acme")] == [item]
    assert len(all_rooms.exporter.export("acme", "patient-4711", "olga")["kept"]) == 1
    grant = all_rooms.glass.request(item, "anna", "case 12")
    all_rooms.glass.approve(grant.id, "berta")
    assert all_rooms.quarantine.content(item, grant.id, "anna")
    for decide in (all_rooms.quarantine.approve, all_rooms.quarantine.deny):
        with pytest.raises(StoreError, match="legal hold keeps it"):
            decide(item, "anna")
    all_rooms.holds.lift(hold, "olga")
    assert all_rooms.quarantine.list() == []


def test_what_a_hold_keeps_is_found_by_an_erasure_afterwards(all_rooms: Rooms) -> None:
    all_rooms.name(NOBODY, "[PERSON_BBBB]", "Ida Berg")
    hold = all_rooms.holds.place("acme", "olga", "case 12")
    pass_days(all_rooms, 40)
    all_rooms.holds.lift(hold, "olga")
    assert all_rooms.erasure.erase("acme", "olga", value="Ida Berg").removed["pseudonym"] == 1


def test_a_shorter_retention_counts_at_once(all_rooms: Rooms) -> None:
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.keep("held", NOBODY)
    pass_days(all_rooms, 2)

    def sweep(keep: Keep) -> dict[str, int]:
        return dict(Sweeper(all_rooms.store, all_rooms.ring, all_rooms.audit, keep=keep, now=all_rooms.clock).sweep())

    assert sweep(Keep(categories={"privacy.health.*": DAY, "privacy.person.nam": DAY})) == {}
    assert sweep(Keep(categories={"privacy.person.*": DAY})) == {"quarantine": 1}
    assert sweep(Keep(quarantine=DAY)) == {}, "what nobody wrote down shortens nothing"
    assert sweep(Keep(quarantine=DAY, explicit=frozenset({"quarantine"}))) == {"quarantine": 1}


def test_a_clock_that_leapt_removes_nothing_until_confirmed(all_rooms: Rooms) -> None:
    all_rooms.keep("held", JONAS)
    all_rooms.sweeper.sweep()
    all_rooms.clock.at += 3650 * DAY
    all_rooms.audit.checkpoint()
    all_rooms.keep("held with a wrong clock", JONAS)  # what is written now does not make the clock right
    with pytest.raises(ClockLeapt, match="3650 days") as caught:
        all_rooms.sweeper.sweep()
    assert "--confirm-clock" in caught.value.hint and "2035" in caught.value.hint
    assert counts(all_rooms, items) == [2]
    all_rooms.clock.at -= 3650 * DAY
    assert all_rooms.sweeper.sweep() == {}
    all_rooms.clock.at += 3650 * DAY
    assert all_rooms.sweeper.sweep(confirmed=True) == {"quarantine": 1}
    assert all_rooms.sweeper.sweep() == {}


def test_before_the_first_time_the_newest_record_counts(all_rooms: Rooms) -> None:
    all_rooms.keep("held", JONAS)
    all_rooms.clock.at += 8 * DAY
    with pytest.raises(ClockLeapt):
        all_rooms.sweeper.sweep()


def test_a_clock_that_went_back_removes_nothing_early(all_rooms: Rooms) -> None:
    all_rooms.keep("held", JONAS)
    all_rooms.sweeper.sweep()
    all_rooms.clock.at -= 3650 * DAY
    assert all_rooms.sweeper.sweep() == {}
    all_rooms.clock.at += 3650 * DAY + DAY
    assert all_rooms.sweeper.sweep() == {}


def test_small_steps_go_on_after_a_kill(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        all_rooms.keep(f"held {number}", JONAS)
    all_rooms.sweeper.sweep()
    all_rooms.clock.at += 7 * DAY
    small = Sweeper(all_rooms.store, all_rooms.ring, all_rooms.audit, keep=Keep(), now=all_rooms.clock, batch=3)
    calls = [0]
    from accord.custody import retention

    real = retention.remove

    def dies(*args: Any) -> int:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(retention, "remove", dies)
        with pytest.raises(KeyboardInterrupt):
            small.sweep()
    assert counts(all_rooms, items) == [4] and keys_of(all_rooms, "quarantine") == 1  # keys go first
    assert small.sweep() == {"quarantine": 4}
    assert counts(all_rooms, items) == [0] and keys_of(all_rooms, "quarantine") == 0


def test_dead_api_keys_are_forgotten(all_rooms: Rooms) -> None:
    now, common = all_rooms.clock.at, {"digest": b"d", "role": "app", "scopes": ""}
    with all_rooms.store.write() as connection:
        for name, tenant, expires, revoked in [
            ("alive", "acme", None, None),
            ("later", "acme", now + 20 * DAY, None),
            ("expired", "acme", now, None),
            ("revoked", "acme", now + 99 * DAY, now),
            ("elsewhere", "other", None, now),
        ]:
            row = {"id": name, "tenant": tenant, "expires": expires, "revoked": revoked, "created": now}
            connection.execute(api_keys.insert().values({**_blank(api_keys), **common, **row}))
    all_rooms.holds.place("other", "olga", "case 12")
    assert pass_days(all_rooms, 29) == {}
    assert pass_days(all_rooms, 1) == {"api key": 2}
    with all_rooms.store.read() as connection:
        assert set(connection.execute(select(api_keys.c.id)).scalars()) == {"alive", "later", "elsewhere"}


def _blank(table: Any) -> dict[str, Any]:
    """Values for columns this test does not care for."""
    return {
        column.name: (b"" if column.type.python_type is bytes else "" if column.type.python_type is str else 0)
        for column in table.columns
        if not column.nullable
    }


def test_keys_that_seal_nothing_are_destroyed(all_rooms: Rooms) -> None:
    all_rooms.pseudonyms.key(NOBODY.scope)
    assert keys_of(all_rooms, "scope") == 1
    assert pass_days(all_rooms, 30) == {} and keys_of(all_rooms, "scope") == 1
    assert pass_days(all_rooms, 2) == {"key": 1} and keys_of(all_rooms, "scope") == 0
