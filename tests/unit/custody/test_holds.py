"""Legal holds: placed and lifted by somebody, for a reason, on record."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.unit.custody.desks import Desk

from accord.core.content import Context
from accord.custody.holds import OnHold, forbid, held
from accord.errors import AccessDenied, AuditError, StoreError
from accord.store.tables.custody import items, legal_holds


def subject(desk: Desk, name: str) -> bytes:
    return desk.ring.name("subject", "acme", name)


def forbidden(desk: Desk, tenant: str, *subjects: bytes) -> list[str]:
    with desk.store.read() as connection:
        try:
            forbid(connection, desk.ring, tenant, subjects)
        except OnHold as error:
            assert all(hold in str(error) for hold in error.holds)
            return list(error.holds)
    return []


def test_a_hold_of_a_tenant_holds_everything_of_it(desk: Desk) -> None:
    hold = desk.holds.place("acme", "olga", "case 12/2026")
    assert forbidden(desk, "acme") == forbidden(desk, "acme", subject(desk, "s1")) == [hold]
    assert forbidden(desk, "other") == []
    desk.holds.lift(hold, "olga")
    assert forbidden(desk, "acme") == []
    assert desk.log.events == ["hold placed", "hold lifted"]


def test_a_hold_of_a_subject_holds_that_one(desk: Desk) -> None:
    hold = desk.holds.place("acme", "olga", "case 12/2026", subject="s1")
    assert forbidden(desk, "acme", subject(desk, "s2")) == forbidden(desk, "acme") == []
    assert forbidden(desk, "acme", subject(desk, "s2"), subject(desk, "s1")) == [hold]
    assert forbidden(desk, "acme", desk.ring.name("subject", "other", "s1")) == []


def test_the_condition_of_sql_says_the_same(desk: Desk) -> None:
    kept = {
        s: desk.keep(f"text {s}", Context(tenant=t, subject=s))
        for t, s in [("acme", "s1"), ("acme", "s2"), ("b", "s3")]
    }
    kept["none"] = desk.keep("text", Context(tenant="acme"))

    def found() -> set[str]:
        with desk.store.read() as connection:
            ids = connection.execute(select(items.c.id).where(held(items.c.tenant, items.c.subject))).scalars().all()
            return {name for name, item in kept.items() if item in ids}

    one = desk.holds.place("acme", "olga", "case 12", subject="s1")
    assert found() == {"s1"}
    whole = desk.holds.place("acme", "olga", "case 13")
    assert found() == {"s1", "s2", "none"}
    desk.holds.lift(whole, "olga")
    assert found() == {"s1"}
    desk.holds.lift(one, "olga")
    assert found() == set()


def test_reasons_and_subjects_are_not_in_clear(desk: Desk) -> None:
    desk.holds.place("acme", "olga", "Weber against Acme", subject="patient-4711")
    with desk.store.read() as connection:
        row = connection.execute(select(legal_holds)).one()
    assert b"Weber" not in bytes(row.reason) and b"4711" not in bytes(row.subject)
    assert "Weber" not in desk.log.text and "4711" not in desk.log.text
    assert [(h.reason, h.of_subject) for h in desk.holds.list("acme")] == [("Weber against Acme", True)]
    assert desk.holds.list("other") == []
    desk.ring.shred("subject", "acme", "patient-4711")
    assert desk.holds.list()[0].reason == ""


def test_bad_input_says_so(desk: Desk) -> None:
    with pytest.raises(AccessDenied):
        desk.holds.place("acme", "", "case 12")
    with pytest.raises(AccessDenied, match="reason"):
        desk.holds.place("acme", "olga", " ")
    with pytest.raises(StoreError, match="no such hold"):
        desk.holds.lift("f" * 32, "olga")
    hold = desk.holds.place("acme", "olga", "case 12")
    with pytest.raises(StoreError, match="no such hold"):
        desk.holds.lift(hold, "olga", tenant="other")
    desk.holds.lift(hold, "olga", tenant="acme")
    with pytest.raises(StoreError, match="it has ended"):
        desk.holds.lift(hold, "olga")


def test_what_cannot_be_recorded_does_not_happen(desk: Desk) -> None:
    hold = desk.holds.place("acme", "olga", "case 12")
    desk.log.broken = True
    with pytest.raises(AuditError):
        desk.holds.lift(hold, "olga")
    with pytest.raises(AuditError):
        desk.holds.place("b", "olga", "case 12")
    assert forbidden(desk, "acme") == [hold] and forbidden(desk, "b") == []
