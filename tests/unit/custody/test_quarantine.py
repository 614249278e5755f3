"""What is held is sealed, shown to nobody, and leaves once when another person says so."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from tests.unit.custody.desks import START, Desk, held

from accord.core.content import Context, Image, Text
from accord.core.decision import Destination, Outcome
from accord.custody.keep import Keep
from accord.custody.quarantine import Quarantine
from accord.errors import AccessDenied, AuditError, ContentError, KeyLost, StoreError
from accord.store.engine import Store, file_url
from accord.store.tables import STATE_STORE
from accord.store.tables.custody import items, mentions

HOUR, DAY = 3_600_000, 86_400_000
CONTEXT = Context(tenant="acme", principal="app-1", end_user="u7", subject="patient-4711")
HELD = "how does {Jonas Weber} do it"


def test_held_content_comes_back_in_this_process_only(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    unsealed = desk.quarantine.unsealed_for_release(item)
    assert unsealed.content == (Text("how does Jonas Weber do it"),)
    assert (unsealed.item.kind, unsealed.item.state, unsealed.item.destination) == ("quarantine", "held", "model")
    assert unsealed.item.categories == ("privacy.person.name",)
    assert "Weber" not in repr(unsealed) and unsealed.item.expires == START + 7 * DAY


def test_nothing_of_it_is_in_clear(desk: Desk) -> None:
    desk.keep(HELD, CONTEXT)
    with desk.store.read() as connection:
        rows = [*connection.execute(select(items)).all(), *connection.execute(select(mentions)).all()]
        kept = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])
    for secret in ("Weber", "jonas", "4711", "app-1", "u7"):
        assert secret not in kept and secret not in desk.log.text


def test_the_same_is_kept_once_while_it_waits(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    assert desk.keep(HELD, CONTEXT) == item
    others = [
        desk.keep(HELD + "?", CONTEXT),
        desk.keep(HELD, Context(tenant="acme", principal="app-2")),
        desk.keep(HELD, Context(tenant="other", principal="app-1")),
        desk.keep(HELD, CONTEXT, Outcome.BLOCK),
    ]
    assert len({item, *others}) == 5
    desk.quarantine.deny(item, "anna")
    assert desk.keep(HELD, CONTEXT) != item
    assert desk.log.events.count("kept") == 6


def test_what_leaves_and_what_is_not_to_be_kept_is_not(desk: Desk) -> None:
    assert desk.keep(HELD, CONTEXT, Outcome.ALLOW) == ""
    off = Quarantine(desk.store, desk.ring, desk.log, mentions=desk.mentions, keep=Keep(), now=desk.clock)
    content, blocked = held(HELD, Outcome.BLOCK)
    assert off.keep(content, blocked, CONTEXT) == ""
    assert desk.quarantine.list() == [] and desk.log.records == []


def test_some_categories_are_kept_for_a_shorter_time(desk: Desk) -> None:
    keep = Keep(categories={"privacy.person.*": HOUR, "privacy.health.condition": 1})
    short = Quarantine(desk.store, desk.ring, desk.log, mentions=desk.mentions, keep=keep, now=desk.clock)
    content, decision = held(HELD)
    assert short.get(short.keep(content, decision, CONTEXT)).expires == START + HOUR
    content, decision = held("nobody is named")
    assert short.get(short.keep(content, decision, CONTEXT)).expires == START + 7 * DAY


def test_an_approval_admits_the_same_content_once(desk: Desk) -> None:
    content, decision = held(HELD)
    item = desk.quarantine.keep(content, decision, CONTEXT)
    admits = desk.quarantine.admits
    assert admits(content, Destination.MODEL, CONTEXT) == ""
    approved = desk.quarantine.approve(item, "anna")
    assert approved.state == "released" and approved.approved_until == START + DAY
    assert admits((Text("how does Jonas Weber do it?"),), Destination.MODEL, CONTEXT) == ""
    assert admits((Image(b"x"), *content), Destination.MODEL, CONTEXT) == ""
    assert admits(content, Destination.TOOL, CONTEXT) == ""
    assert admits(content, Destination.MODEL, Context(tenant="acme", principal="app-2")) == ""
    assert admits(content, Destination.MODEL, Context(tenant="other", principal="app-1")) == ""
    assert admits(content, Destination.MODEL, CONTEXT, "another policy") == ""
    assert admits(content, Destination.MODEL, CONTEXT, "p1") == item
    assert admits(content, Destination.MODEL, CONTEXT, "p1") == ""
    assert desk.quarantine.get(item).state == "used"
    assert desk.log.events == ["kept", "released", "admitted"]


def test_an_approval_ends(desk: Desk) -> None:
    content, decision = held(HELD)
    item = desk.quarantine.keep(content, decision, CONTEXT)
    desk.quarantine.approve(item, "anna", lasts=99 * DAY)
    desk.clock.at += DAY
    assert desk.quarantine.admits(content, Destination.MODEL, CONTEXT) == ""
    desk.clock.at -= 1
    assert desk.quarantine.admits(content, Destination.MODEL, CONTEXT) == item


def test_who_sent_it_cannot_decide(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    for decide in (desk.quarantine.approve, desk.quarantine.deny):
        with pytest.raises(AccessDenied, match="who sent it"):
            decide(item, " app-1 ")
        with pytest.raises(AccessDenied, match="not known"):
            decide(item, " ")
    assert desk.quarantine.get(item).state == "held"


def test_it_is_decided_once(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    desk.quarantine.deny(item, "anna")
    with pytest.raises(StoreError, match="decided before"):
        desk.quarantine.approve(item, "berta")
    evidence = desk.keep(HELD, CONTEXT, Outcome.BLOCK)
    with pytest.raises(StoreError, match="awaits no decision"):
        desk.quarantine.approve(evidence, "anna")


def test_a_step_that_cannot_be_recorded_has_no_effect(desk: Desk) -> None:
    content, decision = held(HELD)
    item = desk.quarantine.keep(content, decision, CONTEXT)
    desk.log.broken = True
    with pytest.raises(AuditError):
        desk.quarantine.approve(item, "anna")
    with pytest.raises(AuditError):
        desk.keep("something else", CONTEXT)
    desk.log.broken = False
    assert [one.state for one in desk.quarantine.list()] == ["held"]
    desk.quarantine.approve(item, "anna")
    desk.log.broken = True
    with pytest.raises(AuditError):
        desk.quarantine.admits(content, Destination.MODEL, CONTEXT)


def test_tenants_do_not_see_each_other(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    assert desk.quarantine.list("other") == [] and [i.id for i in desk.quarantine.list("acme")] == [item]
    for ask in (desk.quarantine.get, desk.quarantine.unsealed_for_release):
        with pytest.raises(StoreError, match="no such item"):
            ask(item, "other")
    with pytest.raises(StoreError, match="no such item"):
        desk.quarantine.approve(item, "anna", "other")


def test_what_has_expired_is_gone_before_it_is_swept(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    desk.clock.at += 7 * DAY
    assert desk.quarantine.list() == []
    with pytest.raises(StoreError, match="expired"):
        desk.quarantine.approve(item, "anna")
    assert desk.keep(HELD, CONTEXT) != item


def test_too_large_is_said(desk: Desk) -> None:
    small = Quarantine(
        desk.store, desk.ring, desk.log, mentions=desk.mentions, keep=Keep(), now=desk.clock, limit=100
    )
    _, decision = held(HELD)
    with pytest.raises(ContentError, match="too large"):
        small.keep((Text("x" * 200),), decision, CONTEXT)


def test_destroying_the_key_of_the_subject_destroys_the_item(desk: Desk) -> None:
    item = desk.keep(HELD, CONTEXT)
    other = desk.keep(HELD, Context(tenant="acme", principal="app-1", subject="patient-1"))
    desk.ring.shred("subject", "acme", "patient-4711")
    with pytest.raises(KeyLost):
        desk.quarantine.unsealed_for_release(item)
    assert desk.quarantine.unsealed_for_release(other).content


def test_a_row_that_was_moved_does_not_open(desk: Desk) -> None:
    one, two = desk.keep(HELD, CONTEXT), desk.keep("another", CONTEXT)
    with desk.store.write() as connection:
        sealed = connection.execute(select(items.c.sealed).where(items.c.id == one)).scalar_one()
        connection.execute(items.update().where(items.c.id == two).values(sealed=sealed))
    with pytest.raises(StoreError):
        desk.quarantine.unsealed_for_release(two)


def test_of_many_processes_that_ask_at_once_one_is_admitted(desk: Desk) -> None:
    content, decision = held(HELD)
    item = desk.quarantine.keep(content, decision, CONTEXT)
    desk.quarantine.approve(item, "anna")
    ready, start = os.pipe(), os.pipe()
    children = []
    for _ in range(5):
        child = os.fork()
        if child == 0:
            code = 9
            try:
                os.write(ready[1], b"x")
                os.read(start[0], 1)
                code = int(desk.quarantine.admits(content, Destination.MODEL, CONTEXT, "p1") == item)
            finally:
                os._exit(code)
        children.append(child)
    for _ in children:
        os.read(ready[0], 1)
    os.write(start[1], b"x" * len(children))
    assert sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children) == [0, 0, 0, 0, 1]
    for end in (*ready, *start):
        os.close(end)
    assert desk.quarantine.get(item).state == "used"


def test_of_many_that_keep_the_same_one_is_kept(desk: Desk) -> None:
    content, decision = held(HELD)
    kept: list[str] = []
    barrier = threading.Barrier(4)

    def keep() -> None:
        barrier.wait()
        kept.append(desk.quarantine.keep(content, decision, CONTEXT))

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(kept)) == 1 and [one.id for one in desk.quarantine.list()] == kept[:1]


def test_a_full_disk_keeps_nothing_and_says_so(desk: Desk, tmp_path: Path) -> None:
    store = Store(file_url(tmp_path / "full.sqlite"), STATE_STORE)
    with store.write() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON mention BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        )
    full = Quarantine(store, desk.ring, desk.log, mentions=desk.mentions, keep=Keep(), now=desk.clock)
    content, decision = held(HELD)
    with pytest.raises(StoreError):
        full.keep(content, decision, CONTEXT)
    assert full.list() == []
    store.close()
