"""Whatever a value is wrapped in, and whatever stands around it, it is not in what leaves."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord import Context, Decision, Guard, Outcome, Role, Text
from accord.config import shipped
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog

VALUE = "jane.doe@example.org"
CARD = "4111111111111111"
NAME = "Jane Doe"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRAPS: dict[str, Callable[[str], str]] = {
    "plain": lambda t: t,
    "base64": _b64,
    "base64url": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "hex": lambda t: t.encode().hex(),
    "percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()),
    "quoted": lambda t: urllib.parse.quote(t, safe=""),
    "entities": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "html": html.escape,
    "json": lambda t: json.dumps({"note": t}),
    "unicode": lambda t: "".join(f"\\u{ord(c):04x}" for c in t),
    "zero width": "\u200b".join,
    "fullwidth": lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
}
WRAP = st.sampled_from(sorted(WRAPS))
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="[]<>&%\\"), max_size=30)


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    made = _guard(tmp_path_factory.mktemp("state"))
    yield made
    made.close()


def _guard(folder: Path) -> Guard:
    words = {
        VALUE: ("privacy.contact.email", 0.9),
        CARD: ("privacy.financial.card", 0.9),
        NAME: ("privacy.person.name", 0.9),
    }
    return Guard(
        shipped("default").policy(),
        [StructureReader(), EncodedReader()],
        [FixedDetector(words)],
        MemoryLog(),
    )


def _texts(decision: Decision) -> list[str]:
    assert decision.content is not None
    return [str(part.reveal()) for part in decision.content]


@given(AROUND, st.lists(WRAP, max_size=2), AROUND, st.sampled_from([VALUE, CARD, NAME]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_value_is_left_under_any_wrapping(
    guard: Guard, before: str, wraps: list[str], after: str, value: str
) -> None:
    wrapped = f"The value is {value}, please keep it."
    for wrap in wraps:
        wrapped = f"{WRAPS[wrap](wrapped)}"
    text = f"{before} {wrapped} {after}"
    inspection = guard.inspect(text, Context(session="s"))
    decision = inspection.release("model")
    if decision.outcome is Outcome.BLOCK:
        return  # refused is safe; which wrappings are understood is asserted below
    [released] = _texts(decision)
    assert value not in released
    assert wrapped not in released
    again = guard.inspect(released, Context(session="s"))
    assert [f.category for f in again.findings] == []


@pytest.mark.parametrize("outer", sorted(WRAPS))
@pytest.mark.parametrize("inner", sorted(WRAPS))
def test_two_wrappings_are_read(guard: Guard, outer: str, inner: str) -> None:
    sentence = f"Please write a letter to {VALUE} about the meeting tomorrow."
    text = f"see: {WRAPS[outer](WRAPS[inner](sentence))} ok?"
    inspection = guard.inspect(text)
    assert "privacy.contact.email" in {f.category for f in inspection.findings}
    [released] = _texts(inspection.release("dataset"))
    assert released.startswith("see: ")
    assert released.endswith(" ok?")
    assert guard.inspect(released).findings == ()


@given(
    st.lists(st.sampled_from([VALUE, CARD, NAME, "and", " ", ",", "\n", "[EMAIL_ABCD]", "é", "日本"]), max_size=12)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_release_is_idempotent(guard: Guard, pieces: list[str]) -> None:
    context = Context(session="s")
    inspection = guard.inspect("".join(pieces), context)
    for to in ("model", "dataset", "reviewer"):
        first, second = inspection.release(to), inspection.release(to)
        assert (first.outcome, first.content, first.rules) == (second.outcome, second.content, second.rules)
        if first.content is not None:
            once_more = guard.inspect(first.content, context).release(to)
            assert once_more.outcome is Outcome.ALLOW
            assert once_more.content == first.content


@given(st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_text_in_which_nothing_is_found_leaves_as_it_came(guard: Guard, text: str) -> None:
    decision = guard.inspect([Text(text, role=Role.ASSISTANT)]).release("dataset")
    if not decision.findings:
        assert _texts(decision) == [text]


@given(st.lists(st.integers(1, 30), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_cutting_a_text_into_parts_hides_nothing(guard: Guard, cuts: list[int]) -> None:
    text = f"mail {VALUE} or pay {CARD} now"
    edges = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    pieces = [text[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    released = _texts(guard.inspect(pieces).release("dataset"))
    assert len(released) == len(pieces)
    whole = "".join(released)
    assert VALUE not in whole
    assert CARD not in whole
    assert "example" not in whole


def test_what_is_encoded_stays_encoded(guard: Guard) -> None:
    text = f'{{"blob": "{_b64(f"Please write a letter to {VALUE} about it.")}", "card": {CARD}, "n": 1}}'
    [released] = _texts(guard.inspect([Text(text, media_type="application/json")]).release("dataset"))
    loaded = json.loads(released)
    assert base64.b64decode(loaded["blob"]).decode() == "Please write a letter to [EMAIL] about it."
    assert (loaded["card"], loaded["n"]) == ("[CARD]", 1)


def test_nested_beyond_the_bound_is_a_fault_and_blocks(guard: Guard) -> None:
    text = f"Please write a letter to {VALUE} about the meeting tomorrow."
    for _ in range(guard.limits.depth):
        text = _b64(text)
    assert guard.inspect(text).release("model").outcome is Outcome.TRANSFORM
    decision = guard.inspect(_b64(text)).release("model")
    assert decision.outcome is Outcome.BLOCK
    assert "fault.uninspected" in {f.category for f in decision.findings}
