"""Circuit breakers, alone and in the guard: what failed is left alone, and nothing passes for inspected that was not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import Guard
from accord.config import shipped
from accord.core.content import Document
from accord.core.decision import Decision
from accord.core.finding import Hit
from accord.core.media import Item, Opening, Sight, Surface
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.errors import ModelError
from accord.gateway.breaker import Absence, Breakers, State, agreed
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog

TEXT = "Write to jane@example.org"
TODAY = date(2026, 3, 1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(3, 30.0, clock=clock, kind="detector")


def fail(breakers: Breakers, times: int, name: str = "a") -> None:
    for _ in range(times):
        assert breakers.allow(name)
        breakers.failure(name)


def test_it_opens_after_so_many_in_a_row(breakers: Breakers) -> None:
    fail(breakers, 2)
    assert breakers.closed("a")
    fail(breakers, 1)
    assert not breakers.closed("a") and not breakers.allow("a")
    assert breakers.states(["a", "b"]) == {"a": State.OPEN, "b": State.CLOSED}
    assert breakers.allow("b")


def test_one_success_begins_the_count_again(breakers: Breakers) -> None:
    for _ in range(5):
        fail(breakers, 2)
        breakers.success("a")
    assert breakers.closed("a")


def test_after_the_pause_one_tries(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    assert breakers.states()["a"] is State.HALF_OPEN
    assert [breakers.allow("a") for _ in range(3)] == [True, False, False]
    breakers.success("a")
    assert breakers.closed("a") and breakers.allow("a") and breakers.states() == {}


def test_a_trial_that_fails_opens_it_again_at_once(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    assert breakers.allow("a")
    breakers.failure("a")
    clock.now += 29
    assert not breakers.allow("a")
    clock.now += 1
    assert breakers.allow("a")


def test_a_trial_without_a_result_gives_way(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 3)
    clock.now += 30
    assert breakers.allow("a")
    clock.now += 29
    assert not breakers.allow("a")
    clock.now += 1
    assert breakers.allow("a")


def test_what_was_asked_before_it_opened_does_not_close_it(breakers: Breakers) -> None:
    fail(breakers, 3)
    breakers.success("a")
    assert not breakers.allow("a")


@given(st.lists(st.sampled_from(["ask", "good", "bad", "wait"]), max_size=60))
def test_it_never_lets_more_than_one_try_in_a_pause(events: list[str]) -> None:
    clock = Clock()
    breakers = Breakers(2, 10.0, clock=clock)
    tried: list[float] = []
    for event in events:
        if event == "wait":
            clock.now += 3.0
        elif event == "good":
            breakers.success("a")
        elif event == "bad":
            breakers.failure("a")
        elif not breakers.closed("a") and breakers.allow("a"):
            tried.append(clock.now)
        if breakers.closed("a"):
            tried.clear()
    assert all(later - earlier >= 10.0 for earlier, later in zip(tried, tried[1:], strict=False))


def test_an_absence_has_an_owner_and_an_end() -> None:
    may = agreed([Absence(frozenset({"faces"}), "jo", date(2026, 3, 2))], lambda: TODAY)
    assert may("faces") and not may("patterns")
    assert not agreed([Absence(frozenset({"faces"}), "jo", TODAY)], lambda: TODAY)("faces")
    with pytest.raises(ValueError, match="owner"):
        Absence(frozenset({"faces"}), " ", TODAY)


class Flaky:
    """Finds an address, or fails as told."""

    name = "flaky"
    joins = True
    categories = frozenset({"privacy.contact.email"})
    floor = 0.5
    reference = ""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        words = {"jane@example.org": ("privacy.contact.email", 0.9)}
        return list(FixedDetector(words).detect(readings, stop))


Make = Callable[..., Guard]


@pytest.fixture
def make(clock: Clock) -> Iterator[Make]:
    made: list[Guard] = []

    def build(*detectors: Any, without: Iterable[str] = (), opener: Any = None, failures: int = 3) -> Guard:
        entries = [Absence(frozenset(without), "jo", date(2026, 3, 2))] if without else []
        guard = Guard(
            shipped("default").policy(),
            [StructureReader()],
            [*detectors, FixedDetector({"4111111111111111": ("privacy.financial.card", 0.9)})],
            MemoryLog(),
            opener=opener,
            breaker=Breakers(failures, 30.0, clock=clock),
            agreed=agreed(entries, lambda: TODAY),
        )
        made.append(guard)
        return guard

    yield build
    for guard in made:
        guard.close()


def decide(guard: Guard, content: Any = TEXT) -> Decision:
    return guard.inspect(content).release("model")


def reasons(decision: Decision) -> set[str]:
    return {f"{f.category} {f.reason}" for f in decision.findings if f.category.startswith("fault.")}


@pytest.mark.parametrize("text", [TEXT, TEXT + " and so on" * 2000])
@pytest.mark.parametrize("error", [ValueError("jane@example.org"), ModelError("no weights", hint="pull")])
def test_a_detector_that_fails_is_left_alone_and_nothing_leaves(
    make: Make, clock: Clock, error: Exception, text: str
) -> None:
    flaky = Flaky(error)
    guard = make(flaky)
    said = [decide(guard, text) for _ in range(6)]
    assert flaky.asked == 3
    assert all(one.content is None and not one.degraded for one in said)
    assert reasons(said[5]) == {"fault.detector left alone after it failed repeatedly"}
    flaky.error = None
    clock.now += 31
    mended = decide(guard, text)
    assert mended.content is not None and "jane" not in mended.content[0].reveal()  # type: ignore[operator]


def test_what_somebody_answers_for_may_be_missing_and_every_decision_says_so(make: Make, clock: Clock) -> None:
    flaky = Flaky(ValueError())
    guard = make(flaky, without=["flaky"])
    first = [decide(guard) for _ in range(3)]
    assert all(one.content is None and not one.degraded for one in first)  # it may have been this content
    missing = decide(guard)
    assert missing.content is not None and missing.degraded == ("flaky",) and flaky.asked == 3
    clock.now += 31
    tried = decide(guard)
    assert flaky.asked == 4 and tried.content is not None and tried.degraded == ("flaky",)
    recorded = list(guard.audit.records())
    assert [r.get("degraded") for r in recorded] == [None, None, None, ["flaky"], ["flaky"]]
    flaky.error = None
    clock.now += 31
    assert decide(guard).degraded == ()


def test_a_stream_says_so_too(make: Make) -> None:
    guard = make(Flaky(ValueError()), without=["flaky"])
    for _ in range(3):
        decide(guard)
    stream = guard.stream("model")
    stream.feed(TEXT)
    stream.end()
    assert stream.decision().degraded == ("flaky",)


def test_the_absence_of_another_one_does_not_help(make: Make) -> None:
    guard = make(Flaky(ValueError()), without=["faces"])
    said = [decide(guard) for _ in range(5)]
    assert all(one.content is None for one in said)


class Blind:
    name = "faces"
    categories = frozenset({"privacy.biometric.face"})
    floor = 0.5
    reference = ""

    def __init__(self) -> None:
        self.error: Exception | None = ValueError()
        self.asked = 0

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return []


class Opens:
    def open(self, part: Any, stop: Stop) -> Opening:
        pixels = np.zeros((8, 8, 3), np.uint8)
        pixels[2:4] = 255
        return Opening((Item(0, None, "picture", "image/png", surfaces=(Surface.of(pixels),)),))

    def rebuild(self, part: Any, opening: Opening, changes: Any) -> Any:
        return part


class ReadsNothing:
    name = "ocr"

    def read_picture(self, surface: Surface, stop: Stop) -> list[Any]:
        return []


@pytest.mark.parametrize("without", [[], ["faces"]])
def test_what_looks_at_pictures_is_left_alone_as_well(clock: Clock, without: list[str]) -> None:
    blind = Blind()
    guard = Guard(
        shipped("default").policy(),
        [StructureReader(), ReadsNothing()],
        [blind, FixedDetector({"x": ("privacy.person.name", 0.9)})],
        MemoryLog(),
        opener=Opens(),
        breaker=Breakers(2, 30.0, clock=clock),
        agreed=lambda name: name in without,
    )
    try:
        picture = Document(b"x", media_type="image/png")
        said = [decide(guard, picture) for _ in range(4)]
        assert blind.asked == 2
        assert [one.content is None for one in said] == [True, True, not without, not without]
        assert [one.degraded for one in said[2:]] == [tuple(without)] * 2
        assert decide(guard, "only text").content is not None
        clock.now += 31
        again = decide(guard, picture)
        assert blind.asked == 3 and (again.content is None) == (not without)
        blind.error = None
        clock.now += 31
        mended = decide(guard, picture)
        assert mended.content is not None and mended.degraded == ()
    finally:
        guard.close()


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([0.0, 11.0, 31.0])), max_size=25),
    st.sampled_from([(), ("one",), ("one", "two")]),
)
def test_nothing_is_released_that_a_failing_detector_did_not_inspect(
    story: list[tuple[bool, bool, float]], without: tuple[str, ...]
) -> None:
    """Whatever fails when: a release either had every detector look at it, or names those that may be missing."""
    clock = Clock()
    ones = {name: Flaky() for name in ("one", "two")}
    for name, one in ones.items():
        one.name = name
    guard = Guard(
        shipped("default").policy(),
        [],
        list(ones.values()),
        MemoryLog(),
        breaker=Breakers(2, 30.0, clock=clock),
        agreed=lambda name: name in without,
    )
    try:
        for first, second, passes in story:
            clock.now += passes
            for name, fails in (("one", first), ("two", second)):
                ones[name].error = ValueError() if fails else None
            before = {name: one.asked for name, one in ones.items()}
            decision = decide(guard)
            looked = {n for n, one in ones.items() if one.asked > before[n] and one.error is None}
            missed = set(ones) - looked
            assert set(decision.degraded) <= set(without) & missed
            if decision.content is not None:
                assert missed == set(decision.degraded)
        assert "jane" not in json.dumps(list(guard.audit.records()))
    finally:
        guard.close()
