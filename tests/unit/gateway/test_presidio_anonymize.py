"""Presidio's anonymizer: operators, overlaps, and ciphertexts that Presidio reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateway.doors import Doors, doors

from accord.gateway.presidio_anonymize import PresidioAnonymizer, anonymized, deanonymized
from accord.gateway.presidio_operators import decrypt, encrypt
from accord.gateway.problems import Problem

TEXT = "hello world, my name is Jane Doe. My number is: 034453334"
NAME = {"start": 24, "end": 32, "score": 0.8, "entity_type": "PERSON"}
NUMBER = {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"}


@pytest.fixture(scope="module")
def door() -> Iterator[Doors]:
    made = doors(lambda _guards: PresidioAnonymizer(body=100_000, seconds=5.0))
    yield made
    made.guard.close()


def at(start: int, end: int, entity: str = "A", score: float = 0.5) -> dict[str, Any]:
    return {"start": start, "end": end, "entity_type": entity, "score": score}


def test_values_are_replaced_by_their_entity_from_the_end_backwards(door: Doors) -> None:
    answered = door.post("/anonymize", {"text": TEXT, "analyzer_results": [NAME, NUMBER]})
    assert answered.status == 200
    assert answered.json == {
        "text": "hello world, my name is <PERSON>. My number is: <PHONE_NUMBER>",
        "items": [
            {"start": 48, "end": 62, "entity_type": "PHONE_NUMBER", "text": "<PHONE_NUMBER>", "operator": "replace", "score": 0.95},
            {"start": 24, "end": 32, "entity_type": "PERSON", "text": "<PERSON>", "operator": "replace", "score": 0.8},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "made"),
    [
        ({"type": "replace", "new_value": "ANON"}, "ANON"),
        ({"type": "replace", "new_value": ""}, "<PERSON>"),
        ({"type": "redact"}, ""),
        ({"type": "keep"}, "Jane Doe"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": True}, "Jane****"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": False}, "**** Doe"),
        ({"type": "mask", "masking_char": "", "chars_to_mask": 4, "from_end": False}, " Doe"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": -1, "from_end": False}, "Jane Doe"),
        ({"type": "mask", "masking_char": "*", "chars_to_mask": 99, "from_end": True}, "********"),
        ({"type": "hash", "salt": "0123456789abcdef"}, hashlib.sha256(b"Jane Doe0123456789abcdef").hexdigest()),
        ({"type": "hash", "hash_type": "sha512", "salt": "0123456789abcdef"}, hashlib.sha512(b"Jane Doe0123456789abcdef").hexdigest()),
    ],
)  # fmt: skip
def test_operators(operator: dict[str, Any], made: str) -> None:
    for entity in ("PERSON", "DEFAULT"):
        result = anonymized({"text": TEXT, "analyzer_results": [NAME], "anonymizers": {entity: operator}})
        assert result["text"] == TEXT.replace("Jane Doe", made)
        [item] = result["items"]
        assert result["text"][item["start"] : item["end"]] == item["text"] == made


def test_a_hash_without_a_salt_is_another_one_each_time() -> None:
    asked = {"text": TEXT, "analyzer_results": [NAME], "anonymizers": {"PERSON": {"type": "hash"}}}
    assert anonymized(asked)["text"] != anonymized(asked)["text"]


@pytest.mark.parametrize(
    ("places", "made"),
    [
        ([at(0, 3), at(2, 5)], "<A>fghij"),  # one entity, overlapping
        ([at(0, 3), at(3, 5)], "<A><A>fghij"),  # one entity, side by side
        ([at(0, 5), at(1, 3, "B", 1.0)], "<A>fghij"),  # inside another
        ([at(0, 5, score=0.4), at(0, 5, "B", 0.9)], "<B>fghij"),  # the same place
        ([at(0, 5), at(0, 5, "B")], "<B>fghij"),  # the same place, as sure: the last
        ([at(0, 5), at(3, 8, "B")], "<A><B>ij"),  # two entities, overlapping
        ([at(2, 2)], "ab<A>cdefghij"),
        ([], "abcdefghij"),
    ],
)
def test_results_that_overlap(places: list[dict[str, Any]], made: str) -> None:
    assert anonymized({"text": "abcdefghij", "analyzer_results": places})["text"] == made


def test_neighbours_with_blanks_between_are_one() -> None:
    text = "Jane  Doe\tRoe"
    places = [at(0, 4), at(6, 9, score=0.9), at(10, 13)]
    result = anonymized({"text": text, "analyzer_results": places})
    assert result["text"] == "<A>\t<A>"
    assert [item["score"] for item in result["items"]] == [0.5, 0.9]


def test_an_empty_text_stays_one(door: Doors) -> None:
    assert door.post("/anonymize", {"text": "", "analyzer_results": []}).json == {"text": "", "items": []}


@pytest.mark.parametrize("size", [16, 24, 32])
def test_what_is_encrypted_can_be_decrypted(door: Doors, size: int) -> None:
    key = "k" * size
    places = [NAME, NUMBER]
    asked = {"text": TEXT, "analyzer_results": places, "anonymizers": {"DEFAULT": {"type": "encrypt", "key": key}}}
    hidden = door.post("/anonymize", asked).json
    assert "Jane" not in hidden["text"]
    back = door.post(
        "/deanonymize",
        {
            "text": hidden["text"],
            "anonymizer_results": hidden["items"],
            "deanonymizers": {"DEFAULT": {"type": "decrypt", "key": key}},
        },
    ).json
    assert back["text"] == TEXT
    assert [item["operator"] for item in back["items"]] == ["decrypt", "decrypt"]


@pytest.mark.parametrize(
    ("size", "written", "value"),
    [
        # Written by presidio-anonymizer 2.2.366.
        (16, "zXjbKzdK3QBYvVmqOwbC6C6O5A2eDr7X3_I7U10hPKc=", "Jané"),
        (32, "zc5BzuuiD2vpOcqWE59WyZfJAQYTX3ma87oVSfaL0wE=", "Bob"),
    ],
)
def test_what_presidio_encrypted_is_read(size: int, written: str, value: str) -> None:
    assert decrypt(b"k" * size, written) == value


@given(st.text(max_size=60), st.sampled_from([16, 24, 32]))
@settings(max_examples=50, deadline=None)
def test_any_value_comes_back(value: str, size: int) -> None:
    assert decrypt(b"\x01" * size, encrypt(b"\x01" * size, value)) == value


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_items_stand_where_they_say(data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("ab é🙂"), max_size=20))
    places = []
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        places.append(at(start, end, data.draw(st.sampled_from("AB"))))
    result = anonymized({"text": text, "analyzer_results": places})
    for item in result["items"]:
        assert result["text"][item["start"] : item["end"]] == item["text"]
    covered = {i for place in places for i in range(place["start"], place["end"])}
    rest = "".join(c for i, c in enumerate(text) if i not in covered)
    shown = result["text"].replace("<A>", "").replace("<B>", "")
    joined = [c for c in shown if c != " "]
    assert joined == [c for c in rest if c != " "]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"[1]", 400),
        (b'{"text": "a", "text": "b", "analyzer_results": []}', 400),
        ({"text": "a", "analyzer_results": [], "more": 1}, 400),
        ({"text": "a"}, 422),
        ({"text": 5, "analyzer_results": []}, 422),
        ({"text": "a", "analyzer_results": [{"start": 0, "end": 1, "entity_type": "A"}]}, 422),
        ({"text": "a", "analyzer_results": [at(0, 9)]}, 422),
        ({"text": "a", "analyzer_results": [at(-1, 1)]}, 422),
        ({"text": "abc", "analyzer_results": [at(2, 1)]}, 422),
        ({"text": "abc", "analyzer_results": [at(0, 1, "")]}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "custom", "lambda": "x"}}}, 400),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "none"}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "encrypt", "key": "short"}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "encrypt"}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "hash", "salt": "short"}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "hash", "hash_type": "md5"}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "mask", "masking_char": "**", "chars_to_mask": 1, "from_end": True}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "mask", "masking_char": "*", "chars_to_mask": 1}}}, 422),
        ({"text": "a", "analyzer_results": [], "anonymizers": {"A": {"type": "redact", "what": 1}}}, 422),
    ],
)  # fmt: skip
def test_errors_are_in_presidios_shape(door: Doors, body: Any, status: int) -> None:
    answered = door.post("/anonymize", body)
    assert answered.status == status
    assert set(answered.json) == {"error"}


@pytest.mark.parametrize("written", ["", "????", "AAAA", "zXjbKzdK3QBYvVmqOwbC6C6O5A2eDr7X3_I7U10hPKc="])
def test_what_cannot_be_decrypted_is_said_and_not_quoted(written: str) -> None:
    asked = {
        "text": written,
        "anonymizer_results": [{"start": 0, "end": len(written), "entity_type": "A"}],
        "deanonymizers": {"A": {"type": "decrypt", "key": "x" * 16}},
    }
    with pytest.raises(Problem) as said:
        deanonymized(asked)
    assert said.value.status == 422
    assert not written or written not in str(said.value)


def test_without_an_operator_nothing_is_undone() -> None:
    places = [{"start": 0, "end": 1, "entity_type": "A"}]
    with pytest.raises(Problem):
        deanonymized({"text": "a", "anonymizer_results": places, "deanonymizers": {}})
    kept = deanonymized(
        {"text": "a", "anonymizer_results": places, "deanonymizers": {"A": {"type": "deanonymize_keep"}}}
    )
    assert kept["text"] == "a"
    assert deanonymized({"text": "a", "anonymizer_results": [], "deanonymizers": {}}) == {"text": "a", "items": []}


def test_what_there_is(door: Doors) -> None:
    assert door.ask("GET", "/anonymizers").json == ["encrypt", "hash", "keep", "mask", "redact", "replace"]
    assert door.ask("GET", "/deanonymizers").json == ["decrypt", "deanonymize_keep"]
    assert set(door.gate.actions) == {"inspect"}
    assert door.ask("GET", "/anonymizers", who="nobody").status == 403


def test_little_does_not_become_much(door: Doors) -> None:
    places = [at(i, 9_000 + i, str(i)) for i in range(900)]
    asked = {"text": "x" * 10_000, "analyzer_results": places, "anonymizers": {"DEFAULT": {"type": "replace", "new_value": "y" * 9_000}}}  # fmt: skip
    assert len(anonymized(asked)["text"]) < 10_000_000
    many = {**asked, "analyzer_results": [at(i, i + 1, str(i)) for i in range(0, 9_999)]}
    with pytest.raises(Problem) as said:
        anonymized(many)
    assert said.value.status == 413
