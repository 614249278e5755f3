"""Health and the doors of those who run it: ready is what was tried and works; the switch, reload and shadow by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.gateway.conftest import Answered, Client
from tests.unit.gateway.test_reload import BLOCKS, Site

from accord import Guard
from accord.config import shipped
from accord.core.media import Item, Opening, Sight
from accord.errors import AccessDenied, AuditError, ModelError, StoreError
from accord.gateway.admin import Admin
from accord.gateway.app import Gateway
from accord.gateway.asgi import Request
from accord.gateway.health import EMAIL, PLANTED, Control, Failed, Health, controls_of, probe
from accord.gateway.metrics import Metrics
from accord.gateway.room import Room
from accord.gateway.services import Caller
from accord.gateway.shadow import Shadow
from accord.gateway.watch import Watch
from accord.store.switch import Ledger, Switch
from accord.testing import FixedDetector, MemoryLog

ADDRESS = {"casey.morgan@example.org": ("privacy.contact.email", 0.9)}


class Opens:
    def __init__(self) -> None:
        self.broken = False

    def open(self, part: Any, stop: Any) -> Opening:
        from accord.core.media import Surface

        if self.broken:
            raise OSError("no process")
        surface = Surface(64, 64, b"")
        return Opening((Item(0, None, "picture", "image/png", surfaces=(surface,)),))

    def rebuild(self, *_: Any) -> Any: ...


class Eyes:
    categories = frozenset({"privacy.biometric.face"})
    floor = 0.5
    reference = ""

    def __init__(self, name: str = "faces", error: Exception | None = None) -> None:
        self.name, self.error = name, error

    def look(self, surface: Any, stop: Any) -> Iterable[Sight]:
        assert surface.pixels.shape == (64, 64, 3)
        if self.error:
            raise self.error
        return []


class Place:
    """Health over one guard, each part of which can be broken."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.now = 100.0
        self.metrics, self.opener, self.eyes = Metrics(), Opens(), Eyes()
        self.patterns = FixedDetector(dict(ADDRESS), name="patterns")
        self.records: list[Any] = []
        self.broken: set[str] = set()
        book: list[Any] = []
        self.switch = Switch(folder, Ledger(book.append, lambda: list(book)))
        self.blocked = ""
        self.current = Guard(
            shipped("default").policy(), [], [self.patterns, self.eyes], MemoryLog(), opener=self.opener
        )
        self.health = Health(
            self,
            self.switch,
            self.record,
            self.metrics,
            controls={"store": self.store},
            upstreams=lambda: {"main": "open"},
            blocked=lambda: self.blocked,
            clock=lambda: self.now,
            **more,
        )

    def record(self, body: Any) -> None:
        if "audit" in self.broken:
            raise AuditError("no")
        self.records.append(body)

    def store(self) -> None:
        if "store" in self.broken:
            raise StoreError("no")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    made: list[Place] = []

    def build(**more: Any) -> Place:
        made.append(Place(tmp_path, **more))
        return made[-1]

    yield build
    for place in made:
        place.current.close()


def test_ready_is_what_was_tried_and_works(make: Callable[..., Place]) -> None:
    place = make()
    assert place.health.why_not() == ["not tested yet"]
    assert place.health.test().passed and place.health.why_not() == []
    assert place.records[0]["what"] == "self-test"
    said = place.health.told()
    names = [control["name"] for control in said["controls"]]
    assert names == ["audit", "store", "detector patterns", "detector faces", "guard", "opener"]
    assert said["ready"] and said["upstreams"] == {"main": "open"}
    assert said["policy"] == place.current.policy.digest
    assert b"accord_ready 1.0" in place.metrics.render()


def breaks_patterns(place: Place) -> None:
    place.patterns.words.clear()


def breaks_weights(place: Place) -> None:
    place.eyes.error = ModelError("weights are missing")


def breaks_opener(place: Place) -> None:
    place.opener.broken = True


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        (lambda place: place.broken.add("audit"), ["audit"]),
        (lambda place: place.broken.add("store"), ["store"]),
        (breaks_patterns, ["detector patterns", "guard"]),
        (breaks_weights, ["detector faces"]),
        (breaks_opener, ["opener"]),
    ],
)
def test_each_control_can_fail_and_mend(
    make: Callable[..., Place], breaks: Callable[[Place], None], why: list[str]
) -> None:
    place = make()
    place.health.test()
    breaks(place)
    assert not place.health.test().passed and place.health.why_not() == why
    assert b"accord_ready 0.0" in place.metrics.render()
    place.broken.clear()
    place.patterns.words.update(ADDRESS)
    place.eyes.error, place.opener.broken = None, False
    assert place.health.test().passed and place.health.why_not() == []


def test_what_may_be_missing_does_not_keep_it_from_being_ready_and_is_said(make: Callable[..., Place]) -> None:
    place = make(agreed=lambda name: name == "faces")
    breaks_weights(place)
    report = place.health.test()
    assert report.passed and Control("detector faces", True, "degraded") in report.controls


def test_the_switch_and_memory_count_at_once(make: Callable[..., Place]) -> None:
    place = make()
    place.health.test()
    place.blocked = "memory"
    assert place.health.why_not() == ["memory"]
    place.blocked = ""
    place.switch.engage("a", "b")
    assert place.health.why_not() == ["kill switch"]


def test_a_test_that_is_long_ago_or_hangs_is_none(make: Callable[..., Place]) -> None:
    place = make(every=30.0, patience=10.0)
    place.health.test()
    place.now += 50
    assert place.health.why_not() == []
    place.now += 1
    assert place.health.why_not() == ["not tested lately"]

    def hangs() -> None:
        place.now += 11
        assert place.health.why_not()[-1] == "store"

    place.health._controls["store"] = hangs
    place.health.test()
    assert place.health.why_not() == []


def test_it_goes_on_by_itself(make: Callable[..., Place]) -> None:
    place = make(every=0.02)

    async def story() -> None:
        await place.health.start()
        for _ in range(500):
            await asyncio.sleep(0.01)
            if len(place.records) >= 3:
                break
        await place.health.stop()

    asyncio.run(story())
    assert len(place.records) >= 3 and not place.health.why_not()


def test_a_guard_is_tried_before_it_is_used(make: Callable[..., Place]) -> None:
    place = make()
    probe(place.current)
    breaks_patterns(place)
    with pytest.raises(Failed, match="detector patterns, guard"):
        probe(place.current)


def test_no_decision_and_nothing_planted_is_recorded_as_a_release(make: Callable[..., Place]) -> None:
    place = make()
    place.health.test()
    assert list(place.current.audit.records()) == []


@pytest.mark.models
def test_everything_that_comes_with_accord_passes(tmp_path: Path) -> None:
    from accord import app

    guard = app.load(None, state=tmp_path)
    try:
        found = list(controls_of(guard))
    finally:
        guard.close()
    assert [control.name for control in found if not control.ok] == []
    assert {f"detector {name}" for name in PLANTED} <= {control.name for control in found}
    assert "opener" in {control.name for control in found} and EMAIL in PLANTED["patterns"]


class Keys:
    """Lets in whoever names a role that may; as `accord.access` would."""

    async def admit(self, request: Request, action: str) -> Caller:
        if request.headers.get("who") != "operator":
            raise AccessDenied("not allowed")
        return Caller("key-1", "*", "operator", known=True)


class Run:
    """All doors of those who run it."""

    def __init__(self, folder: Path, *, public: bool = False) -> None:
        self.site, self.book, self.folder = Site(folder), [], folder
        self.switch = Switch(folder, Ledger(self._write, lambda: list(self.book)), every=0.02)
        self.switch.start()
        self.reloading = self.site.reloading(signal_file=folder / "reload")
        metrics = self.site.metrics
        self.watch = Watch(Room(), self.switch, metrics)
        self.health = Health(self.reloading, self.switch, self.site.record, metrics)
        self.health._all = lambda guard: iter([Control("guard", True)])  # type: ignore[method-assign]
        self.health.test()
        self.shadow = Shadow(self.reloading.current.policy, metrics)
        self.broken = False
        admin = Admin(self.health, metrics, self.switch, self.reloading, self.shadow, public_metrics=public)
        gateway = Gateway(self.watch.over(admin.routes()), Keys(), self.watch)
        self.client = Client(gateway, None, None, None)  # type: ignore[arg-type]

    def _write(self, body: Any) -> None:
        if self.broken:
            raise AuditError("no")
        self.book.append(body)

    def ask(self, method: str, path: str, body: Any = b"", **headers: str) -> Answered:
        return asyncio.run(self.client.apost(method, path, body, **{"who": "operator", **headers}))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path)
    yield made
    made.switch.stop()
    for guard in made.site.made:
        guard.close()


def test_health_needs_no_key_and_the_rest_does(place: Run) -> None:
    assert place.ask("GET", "/healthz", who="").json == {"alive": True}
    ready = place.ask("GET", "/readyz", who="")
    assert ready.status == 200 and ready.json["ready"] and ready.json["reload"] == "ok"
    assert ready.headers["accord-policy"] == place.reloading.digest[:16]
    for method, path in (
        ("GET", "/metrics"),
        ("GET", "/admin/switch"),
        ("POST", "/admin/switch"),
        ("DELETE", "/admin/switch"),
        ("POST", "/admin/reload"),
        ("GET", "/admin/shadow"),
    ):
        assert place.ask(method, path, who="app").status == 403
    assert not place.switch.engaged


def test_metrics_are_public_where_that_is_configured(tmp_path: Path) -> None:
    made = Run(tmp_path, public=True)
    answered = made.ask("GET", "/metrics", who="")
    made.switch.stop()
    made.reloading.current.close()
    assert answered.status == 200 and b"accord_requests_total" in answered.body
    assert answered.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_the_switch_by_http(place: Run) -> None:
    assert place.ask("GET", "/admin/switch").json == {"engaged": False}
    made = place.ask("POST", "/admin/switch", {"reason": "a leak"})
    assert made.status == 200 and made.json["by"] == "key-1"
    assert place.ask("POST", "/admin/reload").status == 200
    assert place.ask("GET", "/healthz").status == 200
    ready = place.ask("GET", "/readyz")
    assert ready.status == 503 and ready.json["why"] == ["kill switch"]
    assert place.ask("GET", "/admin/switch").json["reason"] == "a leak"
    for body in (b"", {}, {"reason": "  "}):
        assert place.ask("DELETE", "/admin/switch", body).json["error"]["code"] == "missing_reason"
    assert place.switch.engaged
    released = place.ask("DELETE", "/admin/switch", {"reason": "mended"})
    assert released.json == {"engaged": False, "was": True}
    assert [one["state"] for one in place.book] == ["engaged", "released"] and place.book[-1]["by"] == "key-1"


def test_what_cannot_be_recorded_is_not_released(place: Run) -> None:
    place.ask("POST", "/admin/switch", {"reason": "a leak"})
    place.broken = True
    answered = place.ask("DELETE", "/admin/switch", {"reason": "mended"})
    assert answered.status == 503 and answered.json["error"]["code"] == "audit" and place.switch.engaged


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reason": 5}, "invalid_reason"),
        ({"reason": "x" * 501}, "invalid_reason"),
        ({"why": "x"}, "unsupported_field"),
        (b"{", "invalid_json"),
        (b'{"reason":"a","reason":"b"}', "repeated_key"),
        (b"x" * 20_000, "too_large"),
    ],
)
def test_what_is_not_understood_is_refused(place: Run, body: Any, code: str) -> None:
    answered = place.ask("POST", "/admin/switch", body)
    assert answered.json["error"]["code"] == code and not place.switch.engaged


def test_reload_by_http(place: Run) -> None:
    before = place.reloading.digest
    place.site.file.write_text(BLOCKS)
    done = place.ask("POST", "/admin/reload").json
    assert done == {"policy": place.reloading.digest, "before": before, "changed": True}
    assert place.site.records[-1]["by"] == "key-1" and (place.folder / "reload").exists()
    place.site.file.write_text("version: 7")
    refused = place.ask("POST", "/admin/reload")
    assert refused.status == 422 and refused.json["error"]["code"] == "policy_refused"
    ready = place.ask("GET", "/readyz")
    assert ready.status == 200 and ready.json["reload"] == "config"
    assert place.reloading.digest == done["policy"]


def test_the_shadow_by_http(place: Run) -> None:
    said = place.ask("GET", "/admin/shadow").json
    assert said["live"] == place.reloading.digest and said["differ"] == 0


def test_doors_ask_for_actions_that_there_are(place: Run) -> None:
    from accord.access.actions import Action

    known = {action.value for action in Action}
    admin = Admin(place.health, place.site.metrics, place.switch, place.reloading)
    assert {route.action for route in admin.routes()} - {""} <= known
    assert asyncio.run(_status(admin)) == 404


async def _status(admin: Admin) -> int:
    from accord.gateway.problems import Problem

    try:
        return (await admin.shadow(None, None)).status  # type: ignore[arg-type]
    except Problem as problem:
        return problem.status
