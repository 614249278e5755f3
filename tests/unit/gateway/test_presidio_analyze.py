"""Presidio's analyzer over the guard: shapes, places, filters, and recognisers that come with a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.gateway.doors import Doors, doors

from accord.gateway.presidio import health_routes
from accord.gateway.presidio_analyze import PresidioAnalyzer
from accord.gateway.services import Route

WORDS = {
    "jane@example.org": ("privacy.contact.email", 0.9),
    "Jane Doe": ("privacy.person.name", 0.85),
    "Jane": ("privacy.person.name", 0.5),
    "123-45-6789": ("privacy.id.social_security", 0.95),
    "QQ 12 34 56 C": ("privacy.id.social_security", 0.95),
    "12 Long Street": ("privacy.contact.address", 0.8),
    "faint": ("privacy.person.username", 0.2),
}


class _Analyzer:
    def __init__(self, guards: Any) -> None:
        self.inner = PresidioAnalyzer(guards, body=200_000, seconds=5.0)

    def routes(self) -> list[Route]:
        return [*self.inner.routes(), *health_routes()]


@pytest.fixture(scope="module")
def door() -> Iterator[Doors]:
    made = doors(_Analyzer, words=WORDS)
    yield made
    made.guard.close()


def found(door: Doors, text: Any, **more: Any) -> Any:
    answered = door.post("/analyze", {"text": text, "language": "en", **more})
    assert answered.status == 200, answered.body
    assert answered.headers["content-type"] == "application/json"
    return answered.json


def brief(results: Any) -> list[tuple[str, int, int]]:
    return [(one["entity_type"], one["start"], one["end"]) for one in results]


def zipped(**more: Any) -> dict[str, Any]:
    patterns = [{"name": "zip", "regex": r"(\b\d{5}(?:\-\d{4})?\b)", "score": 0.01}]
    return {
        "name": "Zip code Recognizer",
        "supported_language": "en",
        "supported_entity": "ZIP",
        "patterns": patterns,
        **more,
    }


def test_results_have_presidios_keys_sorted(door: Doors) -> None:
    answered = door.post("/analyze", {"text": "I am Jane Doe", "language": "en"})
    assert answered.body == b'[{"analysis_explanation":null,"end":13,"entity_type":"PERSON","score":0.85,"start":5}]'


def test_places_are_counted_in_code_points_of_the_text_as_it_came(door: Doors) -> None:
    text = "🙂é ﬁ\r\n\u200bJane Doe"
    [one] = found(door, text)
    assert text[one["start"] : one["end"]] == "Jane Doe"


def test_a_list_gives_a_list_of_lists(door: Doors) -> None:
    results = found(door, ["Jane Doe", "", "nobody", "to jane@example.org"])
    assert [brief(one) for one in results] == [[("PERSON", 0, 8)], [], [], [("EMAIL_ADDRESS", 3, 19)]]


def test_texts_of_a_list_are_apart(door: Doors) -> None:
    assert found(door, ["jane@exam", "ple.org"]) == [[], []]


def test_the_surest_come_first(door: Doors) -> None:
    results = found(door, "Jane Doe, 12 Long Street, 123-45-6789")
    assert [one["score"] for one in results] == [0.95, 0.85, 0.8]


def test_entities_and_thresholds_choose_among_what_is_found(door: Doors) -> None:
    text = "Jane Doe, jane@example.org, 12 Long Street"
    assert brief(found(door, text, entities=["PERSON"])) == [("PERSON", 0, 8)]
    assert brief(found(door, text, score_threshold=0.87)) == [("EMAIL_ADDRESS", 10, 26)]
    assert found(door, text, score_threshold=1) == []
    assert brief(found(door, text, entities=["LOCATION"])) == [("LOCATION", 28, 42)], "an address is one, who asks so"
    assert ("STREET_ADDRESS", 28, 42) in brief(found(door, text))


def test_numbers_of_countries_have_their_names(door: Doors) -> None:
    text = "123-45-6789 and QQ 12 34 56 C"
    assert brief(found(door, text)) == [("US_SSN", 0, 11), ("UK_NINO", 16, 29)]
    assert brief(found(door, text, entities=["US_SSN"])) == [("US_SSN", 0, 11)]
    assert found(door, text, entities=["ES_NIE", "PERSON"]) == []


def test_what_is_let_through_exactly_or_by_expression(door: Doors) -> None:
    text = "Jane Doe, jane@example.org"
    assert brief(found(door, text, allow_list=["Jane Doe"])) == [("EMAIL_ADDRESS", 10, 26)]
    assert len(found(door, text, allow_list=["jane doe", "Jane"])) == 2
    by = {"allow_list_match": "regex", "allow_list": [r"@EXAMPLE\.org$", "nobody"]}
    assert brief(found(door, text, **by)) == [("PERSON", 0, 8)]
    assert len(found(door, text, regex_flags=0, **by)) == 2
    assert len(found(door, text, allow_list_match="regex", allow_list=[""])) == 2


def test_how_it_was_found_is_told_who_asks(door: Doors) -> None:
    [one] = found(door, "Jane Doe", return_decision_process=True)
    why = one["analysis_explanation"]
    assert list(why) == sorted(why) == [
        "original_score", "pattern", "pattern_name", "recognizer", "regex_flags", "score", "score_context_improvement",
        "supportive_context_word", "textual_explanation", "validation_result",
    ]  # fmt: skip
    assert (why["recognizer"], why["score"]) == ("FixedRecognizer", 0.85)


def test_a_recogniser_that_comes_along(door: Doors) -> None:
    text = "My zip is 90210 since 10001-1234, Jane Doe"
    results = found(door, text, ad_hoc_recognizers=[zipped()])
    assert sorted(brief(results)) == [("PERSON", 34, 42), ("ZIP", 10, 15), ("ZIP", 22, 32)]
    assert brief(found(door, text, ad_hoc_recognizers=[zipped()], entities=["ZIP"])) == [
        ("ZIP", 10, 15),
        ("ZIP", 22, 32),
    ]
    assert found(door, text, ad_hoc_recognizers=[zipped()], entities=["ZIP"], score_threshold=0.3) == []
    assert brief(found(door, text, ad_hoc_recognizers=[zipped(supported_language="de")])) == [("PERSON", 34, 42)]


def test_words_nearby_raise_its_score(door: Doors) -> None:
    text = f"My zip is 90210.{' Something else.' * 10} 10001"
    asked = {"ad_hoc_recognizers": [zipped(context=["zip"])], "return_decision_process": True}
    near, far = found(door, text, **asked)
    assert (near["score"], far["score"]) == (0.4, 0.01)
    assert near["analysis_explanation"]["supportive_context_word"] == "zip"
    assert near["analysis_explanation"]["pattern"] == zipped()["patterns"][0]["regex"]
    both = found(door, text, context=["zip code"], **asked)
    assert [one["score"] for one in both] == [0.4, 0.4]


def test_words_that_are_denied(door: Doors) -> None:
    denied = {"supported_entity": "TITLE", "deny_list": ["Mr.", "Mrs.", "New York", "New York City"]}
    text = "Mr. A, mrs. B, xMr. New York City, New York Citys"
    results = found(door, text, ad_hoc_recognizers=[denied])
    assert brief(results) == [("TITLE", 0, 3), ("TITLE", 7, 11), ("TITLE", 20, 33), ("TITLE", 35, 43)]
    assert {one["score"] for one in results} == {1.0}


@pytest.mark.parametrize("regex", ["(a+)+$", "(.*a){20}", "(x+x+)+y"])
def test_no_expression_takes_longer_than_the_text_is_long(door: Doors, regex: str) -> None:
    one = {"supported_entity": "X", "patterns": [{"name": "x", "regex": regex, "score": 0.5}]}
    found(door, "a" * 20_000 + "xxxxxxxxxxxxxxxx" * 100, ad_hoc_recognizers=[one])


@pytest.mark.parametrize("regex", [r"(?<=a)b", r"(a)\1", "(", "a{1,1000}{1,1000}", "x" * 10_001])
def test_expressions_that_are_none_are_refused(door: Doors, regex: str) -> None:
    one = {"supported_entity": "X", "patterns": [{"name": "x", "regex": regex, "score": 0.5}]}
    answered = door.post("/analyze", {"text": "a", "language": "en", "ad_hoc_recognizers": [one]})
    assert answered.status == 400
    assert set(answered.json) == {"error"}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"language": "en"}, 500, "No text provided"),
        ({"text": "", "language": "en"}, 500, "No text provided"),
        ({"text": "a"}, 500, "No language provided"),
        ({"text": "a", "language": "qq"}, 500, "No matching recognizers were found to serve the request."),
        ({"text": "a", "language": "en", "entities": ["NOBODY_KNOWS"]}, 500, "No matching recognizers were found to serve the request."),
        ({"text": 7, "language": "en"}, 400, ""),
        ({"text": ["a", 7], "language": "en"}, 400, ""),
        ({"text": "a", "language": "en", "score_treshold": 0.5}, 400, ""),
        ({"text": "a", "language": "en", "score_threshold": "x"}, 400, ""),
        ({"text": "a", "language": "en", "return_decision_process": "yes"}, 400, ""),
        ({"text": "a", "language": "en", "allow_list": "x"}, 400, ""),
        ({"text": "a", "language": "en", "allow_list": ["x"], "allow_list_match": "fuzzy"}, 400, "allow_list_match must either be set to 'exact' or 'regex'."),
        ({"text": "a", "language": "en", "ad_hoc_recognizers": [{"supported_entity": "X"}]}, 400, ""),
        ({"text": "a", "language": "en", "ad_hoc_recognizers": [zipped(patterns=[{"regex": "a", "score": 2}])]}, 400, ""),
        ({"text": "a", "language": "en", "ad_hoc_recognizers": [zipped(global_regex_flags=64)]}, 400, ""),
        (b'{"text": "a", "text": "b", "language": "en"}', 400, ""),
        (b"[]", 400, ""),
    ],
)  # fmt: skip
def test_errors_are_in_presidios_shape(door: Doors, body: Any, status: int, said: str) -> None:
    answered = door.post("/analyze", body)
    assert answered.status == status
    assert set(answered.json) == {"error"}
    assert said in answered.json["error"]


@pytest.mark.parametrize("language", ["de", "zh", "pt-BR", "en_US"])
def test_any_language_is_served(door: Doors, language: str) -> None:
    assert brief(door.post("/analyze", {"text": "Jane Doe", "language": language}).json) == [("PERSON", 0, 8)]


def test_what_was_not_inspected_is_no_empty_answer(door: Doors) -> None:
    slow = doors(_Analyzer, words=WORDS)
    slow.guard.limits = type(slow.guard.limits)(characters=10)
    answered = slow.post("/analyze", {"text": "Jane Doe" * 10, "language": "en"})
    slow.guard.close()
    assert answered.status in (400, 503)
    assert set(answered.json) == {"error"}


def test_it_is_on_record_as_a_preview_without_content(door: Doors) -> None:
    before = len(door.records)
    answered = door.post("/analyze", {"text": ["Jane Doe", "jane@example.org"], "language": "en"})
    [record] = door.records[before:]
    assert (record["kind"], record["to"]) == ("preview", "model")
    assert record["findings"] == {"privacy.contact.email": 1, "privacy.person.name": 1}
    assert answered.headers["accord-decision"] == record["decision"]
    assert "jane" not in json.dumps(record).lower()
    assert door.gate.actions[-1] == "inspect"


def test_what_there_is(door: Doors) -> None:
    entities = door.ask("GET", "/supportedentities?language=en").json
    assert {"PERSON", "EMAIL_ADDRESS", "US_SSN", "LOCATION"} <= set(entities)
    assert "CREDIT_CARD" not in entities, "no detector of this guard finds one"
    assert door.ask("GET", "/recognizers").json == ["EyesRecognizer", "FixedRecognizer"]
    assert door.ask("GET", "/recognizers?language=qq").status == 500


def test_health_is_for_everybody_and_the_rest_is_not(door: Doors) -> None:
    up = door.ask("GET", "/health", who="nobody")
    assert up.status == 200
    assert b"Presidio Analyzer service is up" in up.body
    assert b"Presidio Anonymizer service is up" in up.body
    for method, path in (("POST", "/analyze"), ("GET", "/recognizers"), ("GET", "/supportedentities")):
        refused = door.ask(method, path, {"text": "a", "language": "en"}, who="nobody")
        assert (refused.status, set(refused.json)) == (403, {"error"})


def test_recognisers_that_come_along_are_bounded(door: Doors) -> None:
    def several(count: int, regex: str) -> list[dict[str, Any]]:
        one = [{"name": "x", "regex": regex, "score": 0.5}] * count
        return [{"supported_entity": "X", "patterns": one}]

    body = {"text": "a" * 30_000, "language": "en"}
    assert door.post("/analyze", {**body, "ad_hoc_recognizers": several(1, "a")}).status == 413
    assert door.post("/analyze", {**body, "ad_hoc_recognizers": several(1, "a+")}).status == 200
    assert door.post("/analyze", {**body, "ad_hoc_recognizers": several(101, "b")}).status == 400
    assert door.post("/analyze", {**body, "ad_hoc_recognizers": several(100, "b") * 6}).status == 400
    assert door.post("/analyze", {**body, "ad_hoc_recognizers": several(100, "b" * 3_000)}).status in (400, 413)


@pytest.mark.parametrize(
    ("regex", "matches"),
    [
        (r"^\w+", ["Été"]),
        (r"[\w-]+9", ["jour-9"]),
        (r"\d{2}", ["٣٤"]),
        (r"\W9", ["-9"]),
        (r"[]\w]+-", ["jour-"]),
        (r"[^\w-]{2}", []),
        (r"r\-9\s٣", ["r-9\u00a0٣"]),
        (r"\\w|é", ["É", "é"]),
    ],
)
def test_letters_and_digits_are_those_of_all_scripts(door: Doors, regex: str, matches: list[str]) -> None:
    text = "Été jour-9\u00a0٣٤"
    one = {"supported_entity": "X", "patterns": [{"name": "x", "regex": regex, "score": 0.5}]}
    results = found(door, text, ad_hoc_recognizers=[one])
    assert [text[r["start"] : r["end"]] for r in results] == matches


def test_many_denied_words(door: Doors) -> None:
    words = [f"word{i}" for i in range(5_000)]
    denied = {"supported_entity": "W", "deny_list": words, "deny_list_score": 0.7}
    answered = door.post(
        "/analyze", {"text": "word17 word4999 word5000", "language": "en", "ad_hoc_recognizers": [denied]}
    )
    assert answered.status == 200, answered.body
    assert brief(answered.json) == [("W", 0, 6), ("W", 7, 15)]
