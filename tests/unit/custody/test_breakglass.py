"""Raw content is seen by one person whom another one let, for a reason, for hours, on record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.custody.desks import Desk

from accord.core.content import Context, Text
from accord.core.decision import Outcome
from accord.custody.items import remove
from accord.custody.quarantine import Quarantine
from accord.errors import AccessDenied, AuditError, StoreError

HOUR = 3_600_000
CONTEXT = Context(tenant="acme", principal="app-1", subject="patient-4711")
WHY = "complaint of Jonas Weber, case 12"


@pytest.fixture
def item(desk: Desk) -> str:
    return desk.keep("how does {Jonas Weber} do it", CONTEXT, Outcome.BLOCK)


def test_two_persons_let_one_of_them_read(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY, HOUR)
    assert grant.reason == WHY and grant.approved_by is None
    assert desk.glass.approve(grant.id, "berta").approved_by == "berta"
    assert desk.quarantine.content(item, grant.id, "anna") == (Text("how does Jonas Weber do it"),)
    assert desk.log.events == ["kept", "requested", "agreed", "read"]
    assert all(record.kind == "break-glass" for record in desk.log.records[1:])
    assert {record.decision for record in desk.log.records} == {"d1"}


def test_the_reason_names_nobody_on_record(desk: Desk, item: str) -> None:
    desk.glass.approve(desk.glass.request(item, "anna", WHY).id, "berta")
    assert "Weber" not in desk.log.text
    assert desk.log.records[1].body["reason"] != desk.log.records[0].body.get("reason")


def test_nobody_reads_without_the_other(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY)
    with pytest.raises(AccessDenied, match="nobody has agreed"):
        desk.quarantine.content(item, grant.id, "anna")
    for same in ("anna", " anna "):
        with pytest.raises(AccessDenied, match="cannot agree"):
            desk.glass.approve(grant.id, same)
    with pytest.raises(AccessDenied):
        desk.glass.approve(grant.id, "")
    with pytest.raises(AccessDenied, match="no grant"):
        desk.quarantine.content(item, "f" * 32, "anna")


def test_a_grant_is_for_one_person_and_one_item(desk: Desk, item: str) -> None:
    other = desk.keep("another one", CONTEXT)
    grant = desk.glass.request(item, "anna", WHY)
    desk.glass.approve(grant.id, "berta")
    with pytest.raises(AccessDenied, match="somebody else"):
        desk.quarantine.content(item, grant.id, "berta")
    with pytest.raises(AccessDenied, match="no grant"):
        desk.quarantine.content(other, grant.id, "anna")


def test_a_grant_ends(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY, 8 * HOUR)
    desk.glass.approve(grant.id, "berta")
    desk.clock.at += 8 * HOUR
    with pytest.raises(AccessDenied, match="expired"):
        desk.quarantine.content(item, grant.id, "anna")
    late = desk.glass.request(item, "anna", WHY, HOUR)
    desk.clock.at += HOUR
    with pytest.raises(StoreError, match="has ended"):
        desk.glass.approve(late.id, "berta")


@pytest.mark.parametrize("lasts", [0, -1, 8 * HOUR + 1])
def test_a_grant_lasts_eight_hours_at_most(desk: Desk, item: str, lasts: int) -> None:
    with pytest.raises(AccessDenied, match="eight hours"):
        desk.glass.request(item, "anna", WHY, lasts)


@pytest.mark.parametrize("reason", ["", "  ", " \n a\t", "x"])
def test_a_reason_is_needed(desk: Desk, item: str, reason: str) -> None:
    with pytest.raises(AccessDenied, match="reason"):
        desk.glass.request(item, "anna", reason)
    assert desk.glass.list() == []


def test_a_grant_is_taken_back(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY)
    desk.glass.approve(grant.id, "berta")
    assert desk.glass.revoke(grant.id, "clara").revoked == desk.clock.at
    with pytest.raises(AccessDenied, match="taken back"):
        desk.quarantine.content(item, grant.id, "anna")
    early = desk.glass.request(item, "anna", WHY)
    desk.glass.revoke(early.id, "anna")
    with pytest.raises(StoreError, match="decided before"):
        desk.glass.approve(early.id, "berta")


STEPS: list[Callable[[Desk, str, str], object]] = [
    lambda desk, item, grant: desk.glass.request(item, "anna", WHY),
    lambda desk, item, grant: desk.glass.approve(grant, "clara"),
    lambda desk, item, grant: desk.glass.revoke(grant, "clara"),
    lambda desk, item, grant: desk.quarantine.content(item, grant, "anna"),
]


@pytest.mark.parametrize("step", range(4))
def test_what_cannot_be_recorded_does_not_happen(desk: Desk, item: str, step: int) -> None:
    grant = desk.glass.request(item, "anna", WHY)
    if step == 3:
        desk.glass.approve(grant.id, "berta")
    before = desk.glass.list()
    desk.log.broken = True
    with pytest.raises(AuditError):
        STEPS[step](desk, item, grant.id)
    assert desk.glass.list() == before


def test_tenants_do_not_see_each_other(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY, tenant="acme")
    assert desk.glass.list("other") == []
    with pytest.raises(StoreError, match="no such"):
        desk.glass.approve(grant.id, "berta", tenant="other")
    with pytest.raises(StoreError, match="no such"):
        desk.glass.request(item, "anna", WHY, tenant="other")


def test_when_the_item_goes_so_does_the_reason(desk: Desk, item: str) -> None:
    grant = desk.glass.request(item, "anna", WHY)
    desk.glass.approve(grant.id, "berta")
    desk.ring.shred("evidence", "acme", item)
    assert desk.glass.get(grant.id).reason == ""
    with desk.store.write() as connection:
        assert remove(connection, [item]) == (1, 1)
    kept = desk.glass.get(grant.id)
    assert (kept.reason, kept.requested_by, kept.approved_by) == ("", "anna", "berta")
    with pytest.raises(StoreError, match="no such item"):
        desk.quarantine.content(item, grant.id, "anna")


def test_reviewers_read_what_is_held_as_well(desk: Desk, state: object) -> None:
    assert isinstance(desk.quarantine, Quarantine)
    held = desk.keep("held {Jonas Weber}", CONTEXT)
    grant = desk.glass.request(held, "anna", WHY)
    desk.glass.approve(grant.id, "berta")
    assert desk.quarantine.content(held, grant.id, "anna")[0].reveal() == "held Jonas Weber"
