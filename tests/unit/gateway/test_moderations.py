"""Moderation: OpenAI's shape, the policy's thresholds, and nothing claimed that nobody looks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.gateway.doors import GREEN, HARM, Doors, doors, picture, url

from accord.gateway.moderations import CATEGORIES, Moderations

OMNI = {
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
}  # fmt: skip


@pytest.fixture(scope="module")
def door() -> Iterator[Doors]:
    made = doors(lambda guards: Moderations(guards, body=1_000_000, seconds=5.0))
    yield made
    made.guard.close()


def asked(door: Doors, given: Any, **more: Any) -> Any:
    answered = door.post("/v1/moderations", {"input": given, **more})
    assert answered.status == 200, answered.body
    return answered.json


def test_one_text_is_one_result_with_every_key(door: Doors) -> None:
    made = asked(door, "go and stab him")
    assert made["id"].startswith("modr-")
    assert made["model"] == "omni-moderation-latest"
    [result] = made["results"]
    assert result["flagged"] is True
    for name in ("categories", "category_scores", "category_applied_input_types"):
        assert set(result[name]) == OMNI == set(CATEGORIES)
    assert [name for name, said in result["categories"].items() if said] == ["violence"]
    assert result["category_scores"]["violence"] == 0.95


def test_a_threat_against_a_group_is_both_at_once(door: Doors) -> None:
    [both] = asked(door, "those people! stab him")["results"]
    assert both["category_scores"]["hate/threatening"] == 0.8
    assert both["categories"]["hate/threatening"] is True
    [one] = asked(door, "those people!")["results"]
    assert one["category_scores"]["hate/threatening"] == 0.0
    assert (one["categories"]["hate"], one["categories"]["hate/threatening"]) == (True, False)


def test_true_is_what_the_policy_would_stop_and_scores_show_the_rest(door: Doors) -> None:
    [result] = asked(door, "a rude word, end it all")["results"]
    assert result["category_scores"]["harassment"] == 0.3
    assert result["category_scores"]["self-harm"] == result["category_scores"]["self-harm/intent"] == 0.9
    assert result["flagged"] is False
    assert not any(result["categories"].values())


def test_several_texts_are_several_results_in_order(door: Doors) -> None:
    results = asked(door, ["stab him", "good morning", "those people"])["results"]
    assert [result["flagged"] for result in results] == [True, False, True]


def test_parts_are_one_result_and_pictures_are_looked_at(door: Doors) -> None:
    unsafe = url(picture((GREEN, (5, 5, 30, 30))))
    parts = [{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": unsafe}}]
    [result] = asked(door, parts)["results"]
    assert result["categories"]["sexual"] is True
    applied = result["category_applied_input_types"]
    assert applied["sexual"] == ["image"]
    assert applied["violence"] == ["text", "image"], "letters in pictures are read, and judged like other texts"
    assert applied["violence/graphic"] == [], "no detector of this guard looks for it"
    [alone] = asked(door, parts[1:])["results"]
    assert alone["category_applied_input_types"]["violence"] == ["image"]
    [harmless] = asked(door, [{"type": "image_url", "image_url": {"url": url(picture())}}])["results"]
    assert harmless["flagged"] is False


def test_what_nobody_looks_for_is_never_claimed(door: Doors) -> None:
    for given in ("stab him", [{"type": "image_url", "image_url": {"url": url(picture((GREEN, (5, 5, 30, 30))))}}]):
        [result] = asked(door, given)["results"]
        assert result["categories"]["sexual/minors"] is False
        assert result["category_scores"]["sexual/minors"] == 0.0
        assert result["category_applied_input_types"]["sexual/minors"] == []


def test_it_is_on_record_as_a_preview_without_content(door: Doors) -> None:
    before = len(door.records)
    answered = door.post("/v1/moderations", {"input": ["stab him", "jane@example.org"], "model": "any/model:1"})
    [record] = door.records[before:]
    assert (record["kind"], record["to"]) == ("preview", "model")
    assert record["findings"] == {"privacy.contact.email": 1, "safety.violence": 1}
    assert answered.headers["accord-decision"] == record["decision"]
    assert answered.json["model"] == "any/model:1"
    assert "jane" not in json.dumps(record)
    assert door.gate.actions[-1] == "moderate"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "invalid_value", "input"),
        ({"input": []}, "invalid_value", "input"),
        ({"input": 7}, "invalid_value", "input"),
        ({"input": ["a", {"type": "text", "text": "b"}]}, "invalid_value", "input[0]"),
        ({"input": "a", "model": "no model!"}, "invalid_value", "model"),
        ({"input": "a", "stream": True}, "unsupported_field", "stream"),
        ({"input": [{"type": "input_audio", "input_audio": {}}]}, "unsupported_part", "input[0]"),
        ({"input": [{"type": "text", "text": "a", "more": 1}]}, "unsupported_field", "input[0]"),
        ({"input": [{"type": "text", "text": 1}]}, "invalid_value", "input[0].text"),
        ({"input": [{"type": "image_url", "image_url": {"url": "https://x.org/a"}}]}, "remote_media", "input[0].image_url.url"),
        ({"input": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}}]}, "invalid_base64", "input[0].image_url.url"),
        (b'{"input": "a", "input": "b"}', "repeated_key", None),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_as_openai_says_it(door: Doors, body: Any, code: str, param: str) -> None:
    before = len(door.records)
    answered = door.post("/v1/moderations", body)
    assert answered.status == 400
    error = answered.json["error"]
    assert (error["code"], error["param"], error["type"]) == (code, param, "invalid_request_error")
    assert len(door.records) == before


def test_a_picture_that_cannot_be_read_is_no_harmless_one(door: Doors) -> None:
    broken = url(picture()[:40])
    answered = door.post("/v1/moderations", {"input": [{"type": "image_url", "image_url": {"url": broken}}]})
    assert (answered.status, answered.json["error"]["code"]) == (400, "not_inspected")


def test_bodies_are_bounded(door: Doors) -> None:
    answered = door.post("/v1/moderations", {"input": "x" * 1_000_001})
    assert (answered.status, answered.json["error"]["code"]) == (413, "too_large")


def test_every_word_of_the_tests_is_harm_of_a_known_kind() -> None:
    sources = {category for groups in CATEGORIES.values() for group in groups for category in group}
    assert {category for category, _ in HARM.values()} <= sources
