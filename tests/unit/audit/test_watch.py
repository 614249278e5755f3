"""The log verifies itself on a schedule, records how it went, and raises the alarm."""

from __future__ import annotations

import threading

import pytest
from tests.audit_parts import START, Opened, edit, preview

from accord.audit.watch import SelfVerification
from accord.errors import AuditError, TamperDetected


def test_it_records_that_everything_holds(opened: Opened) -> None:
    log = opened()
    log.append(preview(0))
    watch = SelfVerification(log, 60, now=lambda: START)
    done = watch.run_once()
    assert done.report is not None and done.error is None and watch.last is done and done.at == START
    [record] = log.records(kind="verification")
    assert (record["size"], record["root"], record["anchored"]) == (1, done.report.root, None)


def test_it_raises_the_alarm_and_records_it(opened: Opened) -> None:
    log, told = opened(), []
    log.append_many([preview(i) for i in range(3)])
    edit(opened.store, "UPDATE audit_entry SET kind = 'other' WHERE seq = 1")
    done = SelfVerification(log, 60, told.append).run_once()
    assert done.report is None and told == [done.error] and isinstance(done.error, TamperDetected)
    [record] = log.records(kind="alert")
    assert (record["what"], record["record"]) == ("audit.tampered", 1)


def test_the_alarm_is_raised_where_nothing_can_be_recorded(opened: Opened) -> None:
    log, told = opened(), []
    log.append(preview(0))
    edit(opened.store, "UPDATE audit_head SET size = 7")
    SelfVerification(log, 60, told.append).run_once()
    assert len(told) == 1 and isinstance(told[0], AuditError)


def test_it_goes_on_until_it_is_stopped(opened: Opened) -> None:
    log, again = opened(), threading.Event()
    log.append(preview(0))
    watch = SelfVerification(log, 0.01)
    watch.start()
    watch.start()
    try:
        for _ in range(1000):
            if sum(1 for _ in log.records(kind="verification")) >= 3:
                break
            again.wait(0.01)
    finally:
        watch.stop()
        watch.stop()
    count = sum(1 for _ in log.records(kind="verification"))
    assert count >= 3 and watch.last is not None and watch.last.report is not None
    again.wait(0.05)
    assert sum(1 for _ in log.records(kind="verification")) == count
    assert log.verify().size == 1 + count


def test_a_schedule_has_a_length(opened: Opened) -> None:
    with pytest.raises(ValueError, match="more than none"):
        SelfVerification(opened(), 0)
