"""Many threads share one commit; nobody waits for ever, whoever is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from accord.audit.group import GroupCommit, Ticket
from accord.audit.records import Row
from accord.errors import AuditError, TamperDetected

ROW = Row("{}", "k", "d", False)


class Disk:
    """Writes batches; holds the first until it is let go."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.fails: list[BaseException | None] = []

    def write(self, tickets: Sequence[Ticket]) -> None:
        self.batches.append(len(tickets))
        self.begun.set()
        assert self.go.wait(10)
        if self.fails and (error := self.fails.pop(0)) is not None:
            raise error


def waiting(group: GroupCommit, count: int) -> None:
    for _ in range(2000):
        if len(group._waiting) == count:
            return
        threading.Event().wait(0.005)
    raise AssertionError("they did not come")


def followers(group: GroupCommit, count: int, said: list[str]) -> list[threading.Thread]:
    def follow() -> None:
        try:
            group.submit(Ticket((ROW,)))
            said.append("written")
        except AuditError as error:
            said.append(type(error).__name__)

    threads = [threading.Thread(target=follow) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_those_who_come_meanwhile_ride_along() -> None:
    disk, said = Disk(), []
    group = GroupCommit(disk.write)
    threads = followers(group, 1, said)
    assert disk.begun.wait(10)
    threads += followers(group, 9, said)
    waiting(group, 9)
    disk.go.set()
    for thread in threads:
        thread.join(10)
    assert disk.batches == [1, 9] and said == ["written"] * 10 and not group._led


def test_a_batch_that_fails_fails_for_all_of_it_and_for_nobody_else() -> None:
    disk, said = Disk(), []
    disk.fails = [None, TamperDetected("edited", record=4, hint="look")]
    group = GroupCommit(disk.write)
    threads = followers(group, 1, said)
    assert disk.begun.wait(10)
    threads += followers(group, 3, said)
    waiting(group, 3)
    disk.go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(said) == ["TamperDetected"] * 3 + ["written"]
    group.submit(Ticket((ROW,)))
    assert disk.batches == [1, 3, 1]


def test_an_error_keeps_what_it_says_for_everybody() -> None:
    disk = Disk()
    disk.go.set()
    disk.fails = [TamperDetected("edited", record=4, hint="look")]
    with pytest.raises(TamperDetected, match="edited") as caught:
        GroupCommit(disk.write).submit(Ticket((ROW,)))
    assert (caught.value.record, caught.value.hint) == (4, "look")


def test_a_leader_that_is_interrupted_hands_over() -> None:
    disk, said = Disk(), []
    group = GroupCommit(disk.write)
    disk.fails = [KeyboardInterrupt()]

    def lead() -> None:
        with pytest.raises(KeyboardInterrupt):
            group.submit(Ticket((ROW,)))
        said.append("interrupted")

    leader = threading.Thread(target=lead)
    leader.start()
    assert disk.begun.wait(10)
    threads = followers(group, 2, said)
    waiting(group, 2)
    disk.go.set()
    for thread in (leader, *threads):
        thread.join(10)
    assert sorted(said) == ["interrupted", "written", "written"] and not group._led


class Interrupted:
    """A gate at which one is interrupted."""

    def acquire(self) -> bool:
        raise KeyboardInterrupt


@pytest.mark.parametrize("promoted", [False, True])
def test_who_is_interrupted_while_waiting_leaves_the_queue_or_hands_over(promoted: bool) -> None:
    disk = Disk()
    disk.go.set()
    group = GroupCommit(disk.write)
    ticket = Ticket((ROW,))
    group._led = True
    group._waiting.append(ticket)
    if promoted:
        ticket.gate = threading.Lock()
        ticket.gate.acquire()
        group._pass_on()
        assert ticket.leads and group._led
    with pytest.raises(KeyboardInterrupt):
        group._wait(ticket, Interrupted())  # type: ignore[arg-type]
    assert not group._waiting and group._led is not promoted
    if promoted:
        group.submit(Ticket((ROW,)))
        assert disk.batches == [1]
