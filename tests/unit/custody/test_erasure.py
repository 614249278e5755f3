"""Erasing a subject or a value: everything of it goes, nothing else does, and a signed record proves it."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import pytest
from sqlalchemy import select
from tests.unit.custody.rooms import Rooms, rooms

from accord.audit.notes import Ed25519Signer, verifier
from accord.core.content import Context
from accord.core.decision import Outcome
from accord.custody import notes
from accord.custody.holds import OnHold
from accord.errors import AccessDenied, AuditError, StoreError
from accord.store.tables.custody import erasures, grants, items, legal_holds, mentions
from accord.store.tables.pseudonyms import pseudonyms, scopes

JONAS = Context(tenant="acme", principal="app", end_user="u1", session="s1", subject="patient-4711")
IDA = Context(tenant="acme", principal="app", end_user="u2", session="s2", subject="patient-1")
NOBODY = Context(tenant="acme", principal="app", session="s3")
ELSEWHERE = Context(tenant="other", principal="app", session="s3", subject="patient-4711")


def fill(all_rooms: Rooms) -> dict[str, str]:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    all_rooms.name(JONAS, "[PERSON_BBBB]", "Ida Berg")
    all_rooms.name(IDA, "[PERSON_CCCC]", "Ida Berg")
    all_rooms.name(NOBODY, "[PERSON_DDDD]", "Jonas Weber")
    all_rooms.name(NOBODY, "[PERSON_EEEE]", "Max Stein")
    all_rooms.name(ELSEWHERE, "[PERSON_FFFF]", "Jonas Weber")
    return {
        "jonas": all_rooms.keep("{Jonas Weber} is held", JONAS),
        "evidence": all_rooms.keep("{Jonas Weber} is blocked", JONAS, Outcome.BLOCK),
        "ida": all_rooms.keep("{Ida Berg} is held", IDA),
        "both": all_rooms.keep("{Max Stein} and jonas  WEBER, whom nothing found", NOBODY),
        "elsewhere": all_rooms.keep("{Jonas Weber} is held", ELSEWHERE),
    }


def left(all_rooms: Rooms, *tenants: str) -> set[str]:
    return {item.id for tenant in tenants for item in all_rooms.quarantine.list(tenant)}


def counts(all_rooms: Rooms, *tables: Any) -> list[int]:
    with all_rooms.store.read() as connection:
        return [len(connection.execute(select(table)).all()) for table in tables]


def test_a_subject_is_erased_and_nobody_else(all_rooms: Rooms) -> None:
    kept = fill(all_rooms)
    grant = all_rooms.glass.request(kept["evidence"], "anna", "complaint of Jonas Weber")
    erased = all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    assert erased.removed == {"pseudonym": 2, "scope": 1, "quarantine": 1, "evidence": 1, "mention": 4}
    assert erased.keys == 4  # of the subject, its scope, two items
    assert left(all_rooms, "acme", "other") == {kept["ida"], kept["both"], kept["elsewhere"]}
    assert all_rooms.pseudonyms.load(JONAS.scope) == {}
    assert set(all_rooms.pseudonyms.load(IDA.scope)) == {"[PERSON_CCCC]"}
    assert len(all_rooms.pseudonyms.load(NOBODY.scope)) == 2 and len(all_rooms.pseudonyms.load(ELSEWHERE.scope)) == 1
    assert all_rooms.glass.get(grant.id).reason == ""
    assert all_rooms.ring.find("subject", "acme", "patient-4711") is None
    again = all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    assert (again.removed, again.keys) == ({}, 0)


def test_a_value_is_erased_wherever_it_is_mentioned(all_rooms: Rooms) -> None:
    kept = fill(all_rooms)
    erased = all_rooms.erasure.erase("acme", "olga", value=" jonas weber\n")
    assert erased.removed == {"pseudonym": 2, "quarantine": 2, "evidence": 1, "mention": 5}
    assert left(all_rooms, "acme", "other") == {kept["ida"], kept["elsewhere"]}
    assert {one.value for one in all_rooms.pseudonyms.load(JONAS.scope).values()} == {"Ida Berg"}
    assert {one.value for one in all_rooms.pseudonyms.load(NOBODY.scope).values()} == {"Max Stein"}
    assert len(all_rooms.pseudonyms.load(ELSEWHERE.scope)) == 1


def test_the_record_is_signed_and_names_nobody(all_rooms: Rooms) -> None:
    fill(all_rooms)
    erased = all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    facts = notes.read(erased.note, verifier(all_rooms.signer))
    assert (facts["removed"], facts["keys"]["destroyed"], facts["left"]) == (erased.removed, erased.keys, 0)
    assert facts["tenant"] == "acme" and facts["of"] == "subject" and len(facts["beyond"]) > 5
    assert facts["before"].startswith("accord.test/log\n") and facts["after"].startswith("accord.test/log\n")
    assert len(facts["keys"]["ids"]) == 4 and all(all_rooms.ring.destroyed(key) for key in facts["keys"]["ids"])
    for secret in ("4711", "Weber", "olga"):
        assert secret not in erased.note
    told = list(all_rooms.audit.records(kind="erasure"))
    assert [one["event"] for one in told] == ["begun", "erased", "scrubbed"] and told[1]["note"] == erased.note
    assert "4711" not in str(told) and "Weber" not in str(told)
    assert [one.id for one in all_rooms.erasure.list("acme")] == [erased.id] and all_rooms.erasure.list("b") == []
    all_rooms.audit.verify()


@pytest.mark.parametrize(
    "change", [("acme", "acne"), ('"left":0', '"left":1'), ("record 1", "record 2"), ("— ", "- ")]
)
def test_a_record_that_was_altered_does_not_hold(all_rooms: Rooms, change: tuple[str, str]) -> None:
    note = all_rooms.erasure.erase("acme", "olga", value="x").note
    assert change[0] in note
    with pytest.raises(StoreError):
        notes.read(note.replace(*change), verifier(all_rooms.signer))
    with pytest.raises(StoreError):
        notes.read(note, verifier(Ed25519Signer(b"x" * 32, "accord.test/log")))


def test_nothing_of_it_is_in_the_tables_afterwards(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    item = all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.holds.lift(all_rooms.holds.place("acme", "olga", "Weber case", subject="patient-4711"), "olga")
    all_rooms.glass.request(item, "anna", "complaint of Jonas Weber")
    all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    assert counts(all_rooms, items, pseudonyms, scopes, mentions, legal_holds) == [0] * 5
    with all_rooms.store.read() as connection:
        assert connection.execute(select(grants.c.reason)).scalars().all() == [None]
        assert connection.execute(select(erasures.c.target)).scalars().all() == [None]


@pytest.mark.parametrize("of", ["", "patient-4711", "patient-1"])
def test_a_legal_hold_stops_it(all_rooms: Rooms, of: str) -> None:
    kept = fill(all_rooms)
    all_rooms.keep("{Jonas Weber} and who was found with him", IDA)
    hold = all_rooms.holds.place("acme", "olga", "case 12", subject=of)
    stopped = {"subject": "patient-4711"} if of != "patient-1" else {"subject": "patient-1"}
    for target in (stopped, {"value": "Jonas Weber"}):
        with pytest.raises(OnHold, match=hold):
            all_rooms.erasure.erase("acme", "olga", **target)
        with pytest.raises(OnHold):
            all_rooms.erasure.preview("acme", **target)
    assert all_rooms.events.count("refused") == 2
    assert kept["jonas"] in left(all_rooms, "acme") and len(all_rooms.pseudonyms.load(JONAS.scope)) == 2
    assert all_rooms.erasure.resume() == []
    all_rooms.holds.lift(hold, "olga")
    assert all_rooms.erasure.erase("acme", "olga", **stopped).removed


def test_a_hold_of_somebody_else_stops_nothing(all_rooms: Rooms) -> None:
    fill(all_rooms)
    all_rooms.holds.place("acme", "olga", "case 12", subject="patient-1")
    all_rooms.holds.place("other", "olga", "case 13")
    assert all_rooms.erasure.erase("acme", "olga", subject="patient-4711").removed["pseudonym"] == 2


def test_a_preview_changes_nothing(all_rooms: Rooms) -> None:
    fill(all_rooms)
    before = counts(all_rooms, items, pseudonyms, scopes, mentions, erasures), len(all_rooms.events)
    assert all_rooms.erasure.preview("acme", subject="patient-4711") == {"scope": 1, "item": 2, "key": 4}
    assert all_rooms.erasure.preview("acme", value="Jonas Weber") == {"scope": 2, "item": 3, "key": 5}
    assert all_rooms.erasure.preview("acme", subject="patient-4712") == {}
    assert (counts(all_rooms, items, pseudonyms, scopes, mentions, erasures), len(all_rooms.events)) == before


@pytest.mark.parametrize("named", [{}, {"subject": "a", "value": "b"}, {"subject": " "}, {"value": "\n"}])
def test_one_of_subject_and_value_is_named(all_rooms: Rooms, named: dict[str, str]) -> None:
    with pytest.raises(AccessDenied, match="one of the two"):
        all_rooms.erasure.erase("acme", "olga", **named)


STEPS = [
    ("accord.custody.erasure.shred_items", 0),
    ("accord.custody.erasure.remove", 0),
    ("accord.custody.erasure.remove", 1),
    ("accord.custody.erasure.forget_refs", 0),
    ("accord.custody.erasure.notes.write", 0),
    ("accord.custody.erasure._scrub", 0),
    ("accord.custody.erasure._scrub", 1),
    ("accord.custody.journal.Journal.plan", 0),
    ("accord.custody.journal.Journal.plan", 1),
    ("accord.custody.journal.Journal.step", 0),
    ("accord.custody.journal.Journal.step", 1),
    ("accord.custody.journal.Journal.close", 0),
    ("accord.vault.pseudonyms.VaultPseudonyms.forget_subject", 0),
    ("accord.vault.pseudonyms.VaultPseudonyms.forget_matching", 1),
    ("accord.vault.keys.KeyRing.shred", 0),
]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("target", [{"subject": "patient-4711"}, {"value": "Jonas Weber"}], ids=["subject", "value"])
def test_one_that_was_killed_goes_on(
    all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch, target: dict[str, str]
) -> None:
    died = 0
    for number, (where, times) in enumerate(STEPS, 1):
        fill(all_rooms)
        with monkeypatch.context() as patched:
            patched.setattr(where, _killed(resolve_name(where), times))
            try:
                all_rooms.erasure.erase("acme", "olga", **target)
                broke_off = 0
            except Killed:
                broke_off = 1
        if _begun(all_rooms):
            with pytest.raises(StoreError, match="going on"):
                all_rooms.holds.place("acme", "olga", "case 12")
        after = rooms(all_rooms.store, all_rooms.ring, all_rooms.clock)
        assert len(after.erasure.resume()) == broke_off, where
        after.audit.close()
        died += broke_off
        _nothing_is_left(all_rooms, target, number)
    assert died > len(STEPS) // 2


def _killed(real: Any, times: int) -> Any:
    """Something that works some times, and then its process is gone."""
    called = [0]

    def killed(*args: Any, **more: Any) -> Any:
        called[0] += 1
        if called[0] > times:
            raise Killed
        return real(*args, **more)

    return killed


def _nothing_is_left(all_rooms: Rooms, target: dict[str, str], number: int) -> None:
    assert all_rooms.erasure.resume() == [] and all_rooms.erasure.preview("acme", **target) == {}
    records = all_rooms.erasure.list()
    assert len(records) == number == all_rooms.events.count("erased")
    notes.read(records[0].note, verifier(all_rooms.signer))
    values = {one.value for one in all_rooms.pseudonyms.load(JONAS.scope).values()}
    assert values == (set() if "subject" in target else {"Ida Berg"})
    with all_rooms.store.read() as connection:
        assert set(connection.execute(select(erasures.c.target)).scalars()) == {None}
        assert all('"refs":[]' in text for text in connection.execute(select(erasures.c.progress)).scalars())


def _begun(all_rooms: Rooms) -> bool:
    with all_rooms.store.read() as connection:
        return "begun" in connection.execute(select(erasures.c.state)).scalars().all()


def test_one_that_cannot_be_recorded_does_not_begin(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = fill(all_rooms)
    with monkeypatch.context() as patched:
        patched.setattr(all_rooms.audit, "append", _refuse)
        with pytest.raises(AuditError):
            all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    assert kept["jonas"] in left(all_rooms, "acme") and len(all_rooms.pseudonyms.load(JONAS.scope)) == 2


def _refuse(*_: Any) -> int:
    raise AuditError("the audit record could not be written")


def test_what_keeps_arriving_is_said(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(all_rooms)
    real = all_rooms.pseudonyms.forget_subject

    def late(tenant: str, subject: str) -> int:
        count = real(tenant, subject)
        all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
        return count

    with monkeypatch.context() as patched:
        patched.setattr(all_rooms.pseudonyms, "forget_subject", late)
        with pytest.raises(StoreError, match="keeps arriving"):
            all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    (finished,) = all_rooms.erasure.resume()
    assert finished.removed["pseudonym"] >= 2 and all_rooms.pseudonyms.load(JONAS.scope) == {}
