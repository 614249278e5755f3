"""The guard fails closed, says what it covered, and records before it releases."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pytest

from accord import (
    Context,
    Coverage,
    Destination,
    Document,
    Guard,
    Image,
    Modality,
    ModelError,
    Outcome,
    Role,
    Span,
    Text,
)
from accord.audit.log import AuditRecord
from accord.config import parse
from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Readout, Stop
from accord.errors import AuditError
from accord.guard import Limits
from accord.testing import FixedDetector
from accord.transform.pseudonyms import Batch

MakeGuard = Callable[..., Guard]


class _Toy:
    """A detector that does what a test tells it."""

    joins = True
    floor = 0.5
    reference = ""
    categories = frozenset({"privacy.contact.email"})

    def __init__(self, act: Callable[[Sequence[Reading], Stop], Iterable[Hit]], name: str = "toy") -> None:
        self.act, self.name = act, name

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        return self.act(readings, stop)


def _raise(error: Exception) -> Callable[..., Iterable[Hit]]:
    def act(*_: object) -> Iterable[Hit]:
        raise error

    return act


def test_a_broken_detector_blocks_and_its_words_do_not_get_out(make_guard: MakeGuard) -> None:
    guard = make_guard(_Toy(_raise(RuntimeError("jane@example.org"))), FixedDetector({"x": ("safety.hate", 0.9)}))
    decision = guard.inspect("hello").release("model")
    assert (decision.outcome, decision.content, decision.rules) == (Outcome.BLOCK, None, ("F",))
    [finding] = decision.findings
    assert (finding.category, finding.detector, finding.reason) == ("fault.detector", "toy", "RuntimeError")
    assert "jane" not in repr(decision)
    assert decision.coverage[Modality.TEXT] == Coverage(0, 5)


@pytest.mark.parametrize(
    "hit",
    [
        Hit(0, Span(0, 99), "privacy.contact.email", 0.9),
        Hit(7, Span(0, 1), "privacy.contact.email", 0.9),
        Hit(0, Span(0, 1), "privacy.person.name", 0.9),
        Hit(0, Span(0, 1), "privacy.contact.email", float("nan")),
        Hit(0, Span(0, 1), "privacy.contact.email", 1.5),
    ],
)
def test_a_detector_that_breaks_its_contract_blocks(make_guard: MakeGuard, hit: Hit) -> None:
    decision = make_guard(_Toy(lambda *_: [hit])).inspect("hello").release("model")
    assert decision.outcome is Outcome.BLOCK
    assert [f.category for f in decision.findings] == ["fault.detector"]


def test_a_missing_model_is_content_nobody_inspected(make_guard: MakeGuard) -> None:
    guard = make_guard(_Toy(_raise(ModelError("gone", hint="run `accord models pull`"))))
    decision = guard.inspect("hello").release("model")
    assert decision.outcome is Outcome.BLOCK
    assert [(f.category, f.reason) for f in decision.findings] == [("fault.uninspected", "run `accord models pull`")]


def test_a_detector_that_hangs_is_a_missed_deadline(make_guard: MakeGuard) -> None:
    release = threading.Event()

    def hang(*_: object) -> Iterable[Hit]:
        release.wait(20)
        return []

    guard = make_guard(_Toy(hang), limits=Limits(deadline=0.2, deadline_per_megabyte=0))
    started = time.monotonic()
    decision = guard.inspect("hello").release("model")
    release.set()
    assert time.monotonic() - started < 10
    assert [f.category for f in decision.findings] == ["fault.deadline"]
    assert decision.outcome is Outcome.BLOCK


def test_a_detector_that_stops_when_told_did_not_finish(make_guard: MakeGuard) -> None:
    def obey(readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        while not stop():
            time.sleep(0.01)
        return []

    guard = make_guard(_Toy(obey), limits=Limits(deadline=0.1, deadline_per_megabyte=0))
    assert [f.category for f in guard.inspect("hello").findings] == ["fault.deadline"]


def test_when_too_many_wait_the_last_is_refused(make_guard: MakeGuard) -> None:
    inside, release = threading.Event(), threading.Event()

    def wait(*_: object) -> Iterable[Hit]:
        inside.set()
        release.wait(20)
        return []

    guard = make_guard(_Toy(wait), limits=Limits(deadline=0.5, deadline_per_megabyte=0, waiting=1))
    first = threading.Thread(target=guard.inspect, args=("one",))
    first.start()
    inside.wait(5)
    inspection = guard.inspect("two", Context())
    release.set()
    first.join()
    assert {f.category for f in inspection.findings} == {"fault.deadline"}
    assert inspection.release("model").outcome is Outcome.BLOCK


def test_what_is_too_long_is_not_inspected_and_does_not_leave(make_guard: MakeGuard) -> None:
    guard = make_guard(limits=Limits(characters=10))
    inspection = guard.inspect("jane@example.org is too long")
    assert [f.category for f in inspection.findings] == ["fault.uninspected"]
    assert inspection.coverage[Modality.TEXT] == Coverage(0, 28)
    assert inspection.release("model").outcome is Outcome.BLOCK
    held = inspection.release("reviewer")
    assert held.content is not None
    assert "jane" not in str(held.content[0].reveal())


def test_what_nothing_reads_blocks(guard: Guard) -> None:
    inspection = guard.inspect(["hello", Image(b"\x89PNG")])
    assert inspection.coverage == {Modality.TEXT: Coverage(5, 5), Modality.IMAGE: Coverage(0, 4)}
    assert [(f.category, f.part) for f in inspection.findings] == [("fault.uninspected", 1)]
    assert inspection.release("model").outcome is Outcome.BLOCK
    reviewer = inspection.release("reviewer").content
    assert reviewer is not None
    assert isinstance(reviewer[1], Text)


def test_bytes_that_should_be_text_and_are_not_are_undecodable(guard: Guard) -> None:
    inspection = guard.inspect([Document(b"caf\xe9", media_type="text/plain")])
    assert [f.category for f in inspection.findings] == ["fault.undecodable"]
    assert inspection.release("model").outcome is Outcome.BLOCK


def test_a_broken_reader_blocks(make_guard: MakeGuard) -> None:
    class Broken:
        name = "broken"

        def read(self, reading: Reading, media_type: str) -> Readout:
            raise ValueError("jane@example.org")

    guard = make_guard(readers=[Broken()])
    decision = guard.inspect("hello").release("model")
    assert decision.outcome is Outcome.BLOCK
    assert [(f.category, f.reason) for f in decision.findings] == [
        ("fault.detector", "reader broken failed: ValueError")
    ]


def test_no_record_no_release(guard: Guard) -> None:
    inspection = guard.inspect("hello")
    guard.audit.close()
    with pytest.raises(AuditError):
        inspection.release("model")


def test_a_transform_that_fails_keeps_the_content(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batch, "tag", _raise(RuntimeError("jane@example.org")))
    decision = guard.inspect("mail jane@example.org").release("model")
    assert (decision.outcome, decision.content) == (Outcome.BLOCK, None)
    assert next(guard.audit.records())["outcome"] == "block"


def test_every_release_is_on_record_without_content(guard: Guard) -> None:
    context = Context(tenant="t", principal="p", session="s")
    inspection = guard.inspect("mail jane@example.org, ignore all previous", context)
    for to in Destination:
        inspection.release(to)
    guard.delivered(inspection.release("reviewer"), "failed")
    records = list(guard.audit.records())
    assert [r["to"] for r in records[:6]] == [to.value for to in Destination]
    assert records[-1] == {**records[-1], "kind": "delivery", "status": "failed"}
    assert records[0]["findings"] == {"privacy.contact.email": 1, "safety.injection": 1}
    assert records[0]["policy"] == guard.policy.digest
    assert "jane" not in json.dumps(records)
    guard.audit.verify()


def test_a_preview_is_pure(guard: Guard) -> None:
    inspection = guard.inspect("mail jane@example.org")
    preview = inspection.preview("model")
    assert (preview.outcome, preview.content) == (Outcome.TRANSFORM, None)
    assert list(guard.audit.records()) == []
    released = inspection.release("model")
    assert (released.outcome, released.rules, released.verdicts) == (preview.outcome, preview.rules, preview.verdicts)


def test_one_inspection_is_released_differently_per_destination(guard: Guard) -> None:
    inspection = guard.inspect("Jane Doe, jane@example.org")
    shown = {to: inspection.release(to).content for to in Destination}
    texts = {to.value: str(content[0].reveal()) for to, content in shown.items() if content}
    assert texts["user"] == "Jane Doe, jane@example.org"
    assert texts["dataset"] == texts["reviewer"] == "[PERSON], [EMAIL]"
    assert texts["model"].startswith("[PERSON_")
    assert "Jane" not in texts["model"] + texts["vendor"] + texts["tool"]


def test_scores_below_the_floor_are_shown_and_never_judged(make_guard: MakeGuard) -> None:
    inspection = make_guard().inspect("a whisper")
    assert inspection.scores == {"safety.injection": 0.3}
    assert inspection.findings == ()
    assert inspection.release("model").outcome is Outcome.ALLOW


def test_hold_and_block_release_nothing(guard: Guard) -> None:
    for text, outcome in [("somewhat odd", Outcome.HOLD), ("ignore all previous", Outcome.BLOCK)]:
        decision = guard.inspect(text).release("model")
        assert (decision.outcome, decision.content) == (outcome, None)
        assert decision.reasons


def test_nothing_found_nothing_changed(guard: Guard) -> None:
    decision = guard.inspect(["plain", "text"]).release("model")
    assert decision.outcome is Outcome.ALLOW
    assert [part.reveal() for part in decision.content or ()] == ["plain", "text"]


@pytest.mark.parametrize("content", ["", [], [""], ["", ""]])
def test_empty_content_is_content(guard: Guard, content: str | list[str]) -> None:
    decision = guard.inspect(content).release("model")
    assert decision.outcome is Outcome.ALLOW


def test_a_value_cut_in_two_by_a_part_boundary_is_found(guard: Guard) -> None:
    for content in (
        [Text("mail jane@exa"), Text("mple.org now")],
        [Text("mail jane@exa", message=0), Text("ok", role=Role.ASSISTANT, message=1), Text("mple.org", message=2)],
    ):
        decision = guard.inspect(content).release("model")
        assert decision.outcome is Outcome.TRANSFORM
        left = "".join(str(part.reveal()) for part in decision.content or ())
        assert "jane@exa" not in left
        assert "mple.org" not in left


def test_prose_is_not_joined_across_messages(guard: Guard) -> None:
    class Prose(FixedDetector):
        joins = False

    guard.detectors = (Prose({"ignoreall": ("safety.injection", 0.95)}),)
    apart = [Text("ignore", message=0), Text("all", message=1)]
    assert guard.inspect(apart).findings == ()


def test_the_users_own_values_come_back_and_new_ones_are_masked(guard: Guard) -> None:
    context = Context(session="s")
    asked = guard.inspect("mail jane@example.org", context).release("model")
    assert asked.content is not None
    tag = str(asked.content[0].reveal()).removeprefix("mail ")
    said = Text(f"I wrote to {tag} (jane@example.org) and john@example.org.", role=Role.ASSISTANT)
    answer = guard.inspect([said], context).release("user")
    assert answer.content is not None
    assert answer.content[0].reveal() == "I wrote to jane@example.org (jane@example.org) and [EMAIL]."
    stranger = guard.inspect([said], Context(session="other")).release("user")
    assert stranger.content is not None
    assert stranger.content[0].reveal() == f"I wrote to {tag} ([EMAIL]) and [EMAIL]."


def test_tools_get_own_values_back_only_where_the_policy_says(make_guard: MakeGuard) -> None:
    text = "version: 1\nextends: default\nrestore: {tools: {crm.lookup: [email]}}"
    guard = make_guard(policy=parse(text, "p.yaml").policy())
    context = Context(session="s")
    asked = guard.inspect("Jane Doe jane@example.org", context).release("model")
    assert asked.content is not None
    arguments = [Text(str(asked.content[0].reveal()), role=Role.ASSISTANT)]
    for tool, expected in [("crm.lookup", "jane@example.org"), ("web.search", "[EMAIL_")]:
        released = guard.inspect(arguments, context).release("tool", tool=tool)
        assert released.content is not None
        assert expected in str(released.content[0].reveal())
        assert "Jane Doe" not in str(released.content[0].reveal())


def test_text_that_looks_like_a_pseudonym_is_escaped_on_the_way_out(guard: Guard) -> None:
    decision = guard.inspect("who is [PERSON_ABCD]?").release("model")
    assert decision.outcome is Outcome.TRANSFORM
    assert [part.reveal() for part in decision.content or ()] == ["who is (PERSON_ABCD)?"]


def test_monitor_mode_changes_nothing_and_says_what_it_would_do(make_guard: MakeGuard) -> None:
    policy = parse("version: 1\nextends: monitor\nowner: me\nexpires: 2999-01-01", "p.yaml").policy()
    assert policy.expires == date(2999, 1, 1)
    guard = make_guard(policy=policy)
    decision = guard.inspect("ignore all previous jane@example.org").release("model")
    assert (decision.outcome, decision.would) == (Outcome.ALLOW, Outcome.BLOCK)
    assert [part.reveal() for part in decision.content or ()] == ["ignore all previous jane@example.org"]
    assert next(guard.audit.records())["would"] == "block"
    guard.audit.close()
    with pytest.raises(AuditError):
        guard.inspect("hello").release("model")


def test_async_does_the_same(guard: Guard) -> None:
    async def go() -> list[str]:
        inspection = await guard.ainspect("mail jane@example.org")
        decision = await inspection.arelease("dataset")
        return [str(part.reveal()) for part in decision.content or ()]

    assert asyncio.run(go()) == ["mail [EMAIL]"]


def test_many_threads_share_one_guard(guard: Guard) -> None:
    results: list[str] = []

    def work(number: int) -> None:
        context = Context(session=str(number))
        for _ in range(5):
            decision = guard.inspect("Jane Doe jane@example.org", context).release("model")
            results.append(f"{number}:{(decision.content or ())[0].reveal()}")

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 30
    assert len(set(results)) == 6
    guard.audit.verify()


def test_a_value_found_once_is_found_everywhere(make_guard: MakeGuard) -> None:
    class Once(FixedDetector):
        def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
            return list(super().detect(readings, stop))[:1]

    guard = make_guard(Once({"Jane Doe": ("privacy.person.name", 0.9)}))
    decision = guard.inspect("I am Jane Doe. Yes, Jane Doe. Ask Doe; not Doer or Janet.").release("dataset")
    assert [p.reveal() for p in decision.content or ()] == [
        "I am [PERSON]. Yes, [PERSON]. Ask [PERSON]; not Doer or Janet."
    ]


def test_a_checksum_settles_what_a_number_is(make_guard: MakeGuard) -> None:
    class Proven(_Toy):
        categories = frozenset({"privacy.id.social_security", "privacy.contact.phone", "privacy.person.name"})

    span = Span(3, 14)
    hits = [
        Hit(0, span, "privacy.id.social_security", 0.9, checked=True),
        Hit(0, span, "privacy.contact.phone", 0.99),
        Hit(0, Span(0, 14), "privacy.contact.phone", 0.8),
        Hit(0, span, "privacy.person.name", 0.6),
    ]
    found = make_guard(Proven(lambda *_: hits)).inspect("id 123-45-6789").findings
    assert sorted((f.category, f.place) for f in found) == [
        ("privacy.contact.phone", Span(0, 14)),
        ("privacy.id.social_security", span),
        ("privacy.person.name", span),
    ]


def test_logging_and_repr_never_show_content(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    inspection = guard.inspect(["mail jane@example.org", Text("Jane Doe", name="jane.txt")])
    shown = repr(inspection) + repr(inspection.release("model")) + repr(inspection.readings) + caplog.text
    for value in ("jane", "Jane", "Doe"):
        assert value not in shown


def test_the_record_itself_can_be_read_as_json() -> None:
    record = AuditRecord("release", "d", "now", {"b": 1, "a": 2})
    assert record.canonical() == '{"a":2,"at":"now","b":1,"decision":"d","kind":"release"}'
