"""What could carry somebody's data beside texts: numbers, names, ids, counts, probabilities; each way closed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.gateway.conftest import Client, chunks, completion

from accord.gateway.ids import is_id

MakeClient = Callable[..., Client]
CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 4111111111111111),
        ("temperature", 2.5),
        ("top_p", -1),
        ("presence_penalty", 1e30),
        ("seed", 4111111111111111),
        ("max_tokens", 4111111111111111),
        ("logit_bias", {CARD: 1}),
        ("logit_bias", {"42": 4111111111111111}),
        ("logit_bias", {"\u0664\u0662": 1}),
        ("logit_bias", {str(i): 1 for i in range(400)}),
    ],
)
def test_a_number_that_is_none_of_its_kind_is_refused(make_client: MakeClient, field: str, value: Any) -> None:
    client = make_client(completion("hi"))
    answered = client.chat("x", **{field: value})
    assert (answered.status, answered.json["error"]["param"]) == (400, field)
    assert client.upstream.raw == []


def test_digits_of_a_fraction_do_not_leave(make_client: MakeClient) -> None:
    client = make_client(completion("hi"))
    assert client.chat("x", temperature=0.4111111111111111, logit_bias={"7": 0.4111111111111111}).status == 200
    assert client.upstream.got[0]["temperature"] == 0.4111 and CARD[1:] not in client.upstream.raw[0].decode()


@pytest.mark.parametrize(
    "more",
    [
        {"model": f"m-{CARD}"},
        {"tools": [{"type": "function", "function": {"name": f"pay_{CARD}"}}]},
        {"tool_choice": {"type": "function", "function": {"name": f"pay_{CARD}"}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": f"n{CARD}", "schema": {}}}},
    ],
)
def test_a_number_in_a_name_stays(make_client: MakeClient, more: dict[str, Any]) -> None:
    client = make_client(completion("hi"))
    answered = client.chat("x", **more)
    assert answered.status == 403 and client.upstream.raw == [] and CARD not in answered.body.decode()
    assert [r.get("status") for r in client.records] == [None, "failed"]


@pytest.mark.parametrize("name", ["get_weather", "lookup_2024_08_06", "mcp__files__read", "code_execution_20250522"])
def test_names_as_they_are_written_leave(make_client: MakeClient, name: str) -> None:
    client = make_client(completion("hi"))
    assert client.chat("x", tools=[{"type": "function", "function": {"name": name}}]).status == 200
    assert client.upstream.got[0]["tools"][0]["function"]["name"] == name


def test_ids_of_calls_that_are_none_are_replaced_and_still_agree(make_client: MakeClient) -> None:
    client = make_client(completion("hi"))
    calls = [
        {"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}} for one in (CARD, "call_a1")
    ]
    messages = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": CARD, "content": "1"},
        {"role": "tool", "tool_call_id": "call_a1", "content": "2"},
    ]
    assert client.chat(messages).status == 200
    _, asked, first, second = client.upstream.got[0]["messages"]
    assert [one["id"] for one in asked["tool_calls"]] == ["call00000", "call_a1"]
    assert (first["tool_call_id"], second["tool_call_id"]) == ("call00000", "call_a1")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("call_abc123XYZ", True),
        ("chatcmpl-9d7f0c2ab3e84f9d8c21d9e0b1a2c3d4", True),
        ("chatcmpl-550e8400-e29b-41d4-a716-446655440000", True),
        ("Ab3dEf9hI", True),
        (f"call_{CARD}", False),
        ("call_123456789", False),
        ("chatcmpl-jane.doe", False),
        ("call_jane_doe", False),
        ("jane-doe", False),
        ("x" * 200, False),
    ],
)
def test_what_looks_like_an_id(value: str, kept: bool) -> None:
    assert is_id(value) is kept


def test_an_answer_says_of_itself_what_is_known_and_nothing_else(make_client: MakeClient) -> None:
    said = {
        **completion("hi"),
        "id": f"chatcmpl-{CARD}",
        "system_fingerprint": f"fp_{CARD}",
        "service_tier": "jane",
        "created": int(CARD),
        "model": "jane-doe",
        "jane": "doe",
        "usage": {"prompt_tokens": 3, "jane": 5, "total_tokens": int(CARD), "completion_tokens": True,
                  "prompt_tokens_details": {"cached_tokens": 1, "jane_doe": 2}},
    }  # fmt: skip
    client = make_client(said)
    answered = client.chat("x")
    assert answered.status == 200 and answered.json["model"] == "m"
    assert answered.json["usage"] == {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1}}
    body = answered.body.decode()
    assert CARD not in body and "jane" not in body


@pytest.mark.parametrize("stream", [False, True])
def test_probabilities_spell_what_was_shown_or_are_left_out(make_client: MakeClient, stream: bool) -> None:
    for tokens, told in ((["all ", "fine"], True), (["jane", "@example.org"], False)):
        spelled = {"content": [{"token": token, "logprob": -0.1} for token in tokens]}
        if stream:
            pieces = chunks(["all ", "fine"])
            pieces[1]["choices"][0]["logprobs"] = spelled
            client = make_client(pieces)
        else:
            whole = completion("all fine")
            whole["choices"][0]["logprobs"] = spelled
            client = make_client(whole)
        answered = client.chat("x", stream=stream, logprobs=True)
        assert answered.status == 200 and ('"logprob":-0.1' in answered.body.decode()) is told
        assert "jane" not in answered.body.decode()


def test_a_stream_that_stops_before_its_end_is_no_end(make_client: MakeClient) -> None:
    client = make_client([one for one in chunks(["all is ", "fine"])[:3] if one != "[DONE]"])
    events = client.chat("x", stream=True).events
    assert events[-1]["error"]["code"] == "upstream_reset" and "[DONE]" not in events


@pytest.mark.parametrize("name", ["jane@example.org", "j\u00e4ne", "a" * 60, CARD, "field_4111111111111111", "a b"])
def test_an_odd_name_of_a_field_is_not_repeated(make_client: MakeClient, name: str) -> None:
    client = make_client(completion("hi"))
    for body in ({name: 1}, {"messages": [{"role": "user", "content": "x", name: "y"}]}):
        answered = client.chat("x", **body) if "messages" not in body else client.chat(body["messages"])
        assert answered.status == 400 and name not in json.loads(answered.body)["error"]["message"]
