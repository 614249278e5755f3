"""Reload and shadow: the next policy is whole before it decides anything, and a second one changes nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accord import Guard
from accord.config import parse, shipped
from accord.core.content import Context
from accord.errors import AuditError, ConfigError
from accord.gateway.metrics import Metrics
from accord.gateway.reload import Reloading
from accord.gateway.shadow import Shadow
from accord.testing import FixedDetector, MemoryLog

WORDS = {"jane@example.org": ("privacy.contact.email", 0.9), "Jane Doe": ("privacy.person.name", 0.9)}
BLOCKS = """
version: 1
extends: default
rules:
  - {id: X-mail, match: [privacy.contact.email], to: [model], action: block, reason: no addresses here}
"""
TEXT = "Write to jane@example.org"


class Opens:
    def __init__(self) -> None:
        self.closed = 0

    def open(self, *_: Any) -> Any: ...
    def rebuild(self, *_: Any) -> Any: ...

    def close(self) -> None:
        self.closed += 1


class Site:
    """A configuration in a file, and guards made of it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "policy.yaml"
        self.file.write_text("version: 1\nextends: default\n")
        self.log, self.metrics = MemoryLog(), Metrics()
        self.records: list[dict[str, Any]] = []
        self.made: list[Guard] = []
        self.broken = False

    def make(self) -> Guard:
        policy = parse(self.file.read_text(), "policy.yaml").policy()
        guard = Guard(policy, [], [FixedDetector(WORDS)], self.log, opener=Opens())
        self.made.append(guard)
        return guard

    def record(self, body: Any) -> None:
        if self.broken:
            raise AuditError("no")
        self.records.append(dict(body))

    def reloading(self, **more: Any) -> Reloading:
        return Reloading(self.make, record=self.record, metrics=self.metrics, **more)

    def counted(self, line: str) -> bool:
        return line in self.metrics.render().decode().splitlines()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    for guard in made.made:
        guard.close()


def leaves(guard: Guard) -> bool:
    return guard.inspect(TEXT).release("model").content is not None


def test_another_policy_takes_over_for_those_who_begin_now(site: Site) -> None:
    reloading = site.reloading()
    mine = reloading.current
    site.file.write_text(BLOCKS)
    done = reloading.reload("key1")
    assert done.changed and done.digest == reloading.digest != done.before == mine.policy.digest
    assert leaves(mine) and not leaves(reloading.current)
    assert site.records == [{"event": "reload", "from": done.before, "to": done.digest, "by": "key1"}]
    assert site.counted(f'accord_policy{{digest="{done.digest[:16]}"}} 1.0')
    assert site.counted(f'accord_policy{{digest="{done.before[:16]}"}} 0.0')
    assert not reloading.reload("key1").changed


@pytest.mark.parametrize("text", ["version: 2", "rules: [", "version: 1\nextends: default\nrulse: []", "", "\xff"])
def test_what_is_not_valid_is_refused_and_said(site: Site, text: str) -> None:
    reloading = site.reloading()
    before = reloading.current
    site.file.write_text(text)
    with pytest.raises(ConfigError):
        reloading.reload("key1")
    assert reloading.current is before and reloading.problem == "config"
    assert site.records[-1]["event"] == "reload_refused"
    assert site.counted('accord_reloads_total{result="refused"} 1.0')
    site.file.write_text(BLOCKS)
    reloading.reload("key1")
    assert reloading.problem == ""


def test_what_does_not_work_is_refused_before_it_decides(site: Site) -> None:
    def probe(guard: Guard) -> None:
        assert guard is not reloading.current
        raise ConfigError("the self-test failed")

    reloading = site.reloading(probe=probe)
    before = reloading.current
    with pytest.raises(ConfigError):
        reloading.reload("key1")
    assert reloading.current is before
    opener = site.made[-1].opener
    assert isinstance(opener, Opens) and opener.closed == 1


def test_what_cannot_be_recorded_does_not_happen(site: Site) -> None:
    reloading = site.reloading()
    before = reloading.current
    site.broken = True
    site.file.write_text(BLOCKS)
    with pytest.raises(AuditError):
        reloading.reload("key1")
    assert reloading.current is before and leaves(before)


def test_an_old_guard_closes_with_its_last_request(site: Site) -> None:
    reloading = site.reloading()
    opener = reloading.current.opener
    assert isinstance(opener, Opens)
    request = reloading.current
    reloading.reload("a")
    site.made.clear()
    gc.collect()
    assert opener.closed == 0 and leaves(request)
    del request
    gc.collect()
    assert opener.closed == 1
    reloading.current.close()


def test_requests_never_see_half_a_policy(site: Site) -> None:
    """While reloads go on, every request is decided by one policy or by the other."""
    reloading, digests, end = site.reloading(), set(), threading.Event()
    policies = {parse(text, "x").policy().digest for text in ("version: 1\nextends: default\n", BLOCKS)}

    def asks() -> None:
        while not end.is_set():
            guard = reloading.current
            decision = guard.inspect(TEXT).release("model")
            digests.add(decision.policy_digest)
            assert (decision.content is None) == (decision.policy_digest != first)

    first = reloading.digest
    threads = [threading.Thread(target=asks) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(10):
        site.file.write_text("version: 1\nextends: default\n" if number % 2 else BLOCKS)
        reloading.reload("a")
    end.set()
    for thread in threads:
        thread.join()
    assert digests <= policies


async def until(says: Callable[[], bool]) -> bool:
    for _ in range(500):
        if says():
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.parametrize("how", ["signal", "file", "other"])
def test_it_reloads_when_it_is_told_to(site: Site, tmp_path: Path, how: str) -> None:
    at = tmp_path / "reload"
    reloading = site.reloading(signal_file=at, follow=site.file if how == "file" else None, every=0.01)
    other = site.reloading(signal_file=at)
    before = reloading.digest

    async def story() -> bool:
        await reloading.start()
        site.file.write_text(BLOCKS)
        if how == "signal":
            os.kill(os.getpid(), signal.SIGHUP)
        elif how == "other":
            await asyncio.to_thread(other.reload, "key1")
            other.tell()
        done = await until(lambda: reloading.digest != before)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        await reloading.stop()
        return done

    assert asyncio.run(story())
    assert site.records[-1]["by"] == ("signal" if how == "signal" else "file")


def test_a_file_that_is_wrong_is_tried_once_and_not_again(site: Site) -> None:
    reloading = site.reloading(follow=site.file, every=0.01)
    before = reloading.current

    async def story() -> None:
        await reloading.start()
        site.file.write_text("version: 9")
        assert await until(lambda: reloading.problem != "")
        await asyncio.sleep(0.1)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        await reloading.stop()

    asyncio.run(story())
    assert reloading.current is before and [r["event"] for r in site.records] == ["reload_refused"]


@pytest.fixture
def shadow() -> Shadow:
    return Shadow(parse(BLOCKS, "x").policy(), Metrics())


@pytest.fixture
def watched(shadow: Shadow) -> Iterator[Guard]:
    guard = Guard(shipped("default").policy(), [], [FixedDetector(WORDS)], MemoryLog(), heard=shadow.heard)
    yield guard
    guard.close()


def test_a_shadow_counts_differences_and_changes_nothing(shadow: Shadow, watched: Guard) -> None:
    decision = watched.inspect(f"{TEXT}, says Jane Doe").release("model")
    watched.inspect("nothing here").release("model")
    watched.inspect(TEXT).release("user")
    watched.inspect(TEXT).preview("model")
    assert decision.content is not None
    report = shadow.report()
    assert (report["decisions"], report["differ"], report["errors"]) == (3, 1, 0)
    assert {"to": "model", "live": "transform", "shadow": "block", "count": 1} in report["outcomes"]
    assert report["findings"] == [
        {"to": "model", "category": "privacy.contact.email", "live": "transform", "shadow": "block", "count": 1}
    ]
    assert "jane" not in json.dumps(report).lower()


def test_a_shadow_that_fails_changes_nothing(shadow: Shadow, watched: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("jane@example.org")

    monkeypatch.setattr("accord.gateway.shadow.decide", fails)
    assert watched.inspect(TEXT).release("model").content is not None
    assert shadow.report()["errors"] == 1


def test_whoever_listens_to_decisions_cannot_stop_them() -> None:
    def fails(*_: object) -> None:
        raise ValueError("jane@example.org")

    guard = Guard(shipped("default").policy(), [], [FixedDetector(WORDS)], MemoryLog(), heard=fails)
    assert guard.inspect(TEXT).release("model").content is not None
    guard.close()


def test_a_shadow_sees_streams(shadow: Shadow, watched: Guard) -> None:
    stream = watched.stream("model", Context())
    stream.feed(TEXT)
    stream.end()
    watched.recorder.settle(Context(), released=[stream.decision()])
    assert shadow.report()["differ"] == 1


class Admits:
    def keep(self, *_: Any) -> str:
        return ""

    def admits(self, *_: Any) -> str:
        return "item1"


def test_what_a_person_admitted_is_no_difference_between_policies() -> None:
    shadow = Shadow(shipped("default").policy(), Metrics())
    odd = FixedDetector({"somewhat odd": ("safety.injection", 0.7)})
    guard = Guard(shipped("default").policy(), [], [odd], MemoryLog(), keeper=Admits(), heard=shadow.heard)
    assert guard.inspect("somewhat odd").release("model").item == "item1"
    guard.close()
    report = shadow.report()
    assert (report["decisions"], report["differ"], report["findings"]) == (1, 0, [])
