"""What is held about a subject is given in full, to who is named on record, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.custody.desks import held
from tests.unit.custody.rooms import Rooms

from accord.core.content import Context, Image
from accord.core.decision import Outcome
from accord.errors import AccessDenied, AuditError

JONAS = Context(tenant="acme", principal="app", session="s1", subject="patient-4711")
IDA = Context(tenant="acme", principal="app", session="s2", subject="patient-1")


def test_everything_held_of_a_subject_is_given(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    item = all_rooms.keep("{Jonas Weber} is held", JONAS)
    content, decision = held("{Jonas Weber} is blocked", Outcome.BLOCK)
    all_rooms.quarantine.keep((*content, Image(b"png", media_type="image/png")), decision, JONAS)
    hold = all_rooms.holds.place("acme", "olga", "case 12", subject="patient-4711")
    all_rooms.name(IDA, "[PERSON_BBBB]", "Ida Berg")
    all_rooms.keep("{Ida Berg} is held", IDA)
    given = all_rooms.exporter.export("acme", "patient-4711", "olga")
    text = json.dumps(given)
    assert "Ida" not in text and "case 12" not in text
    assert given["pseudonyms"] == [
        {
            "pseudonym": "[PERSON_AAAA]",
            "value": "Jonas Weber",
            "category": "privacy.person.name",
            "brought_by": "caller",
        }
    ]
    kept = {one["kind"]: one for one in given["kept"]}
    assert kept["quarantine"]["id"] == item
    assert kept["quarantine"]["content"][0]["text"] == "Jonas Weber is held"
    assert kept["evidence"]["content"][1] == {
        "modality": "image",
        "role": "user",
        "message": 0,
        "media_type": "image/png",
        "base64": "cG5n",
    }
    assert [one["id"] for one in given["legal_holds"]] == [hold] and len(given["conversations"]) == 1
    assert [one["event"] for one in given["records"]] == ["exported"]


def test_it_is_on_record_without_naming_the_subject(all_rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.exporter.export("acme", "patient-4711", "olga")
    (told,) = (one for one in all_rooms.audit.records() if one["event"] == "exported")
    assert told["by"] == "olga" and "4711" not in json.dumps(told) and len(told["subject"]) == 64

    def refuse(*_: Any) -> int:
        raise AuditError("the audit record could not be written")

    monkeypatch.setattr(all_rooms.audit, "append", refuse)
    with pytest.raises(AuditError):
        all_rooms.exporter.export("acme", "patient-4711", "olga")


def test_somebody_unknown_leaves_no_key_behind(all_rooms: Rooms) -> None:
    given = all_rooms.exporter.export("acme", "nobody", "olga")
    assert (given["pseudonyms"], given["kept"], given["records"]) == ([], [], [])
    assert all_rooms.ring.find("subject", "acme", "nobody") is None
    for subject, by in (("", "olga"), ("patient-4711", " ")):
        with pytest.raises(AccessDenied):
            all_rooms.exporter.export("acme", subject, by)


def test_of_another_tenant_nothing_is_given(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    given = all_rooms.exporter.export("other", "patient-4711", "olga")
    assert (given["pseudonyms"], given["kept"], given["conversations"]) == ([], [], [])


def test_after_an_erasure_there_is_nothing(all_rooms: Rooms) -> None:
    all_rooms.name(JONAS, "[PERSON_AAAA]", "Jonas Weber")
    all_rooms.keep("{Jonas Weber} is held", JONAS)
    all_rooms.exporter.export("acme", "patient-4711", "olga")
    all_rooms.erasure.erase("acme", "olga", subject="patient-4711")
    given = all_rooms.exporter.export("acme", "patient-4711", "olga")
    empty = ("pseudonyms", "conversations", "kept", "legal_holds", "records")
    assert all(given[kind] == [] for kind in empty)
