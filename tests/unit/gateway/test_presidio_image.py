"""Presidio's image redactor: forms and JSON, colours, and pictures that stay."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.gateway.conftest import Answered
from tests.unit.gateway.doors import GREEN, RED, WHITE, Doors, doors, picture, pixels_of

from accord.gateway.multipart import fields
from accord.gateway.presidio_image import PresidioImage
from accord.gateway.problems import Problem

KIND = "multipart/form-data; boundary=XyZ"
FACE = (RED, (20, 10, 40, 30))


@pytest.fixture(scope="module")
def door() -> Iterator[Doors]:
    made = doors(lambda guards: PresidioImage(guards, body=1_000_000, seconds=5.0))
    yield made
    made.guard.close()


def form(**given: bytes) -> bytes:
    made = b""
    for name, value in given.items():
        more = b'; filename="a.png"\r\nContent-Type: image/png' if name == "image" else b""
        made += (
            b'--XyZ\r\nContent-Disposition: form-data; name="'
            + name.encode()
            + b'"'
            + more
            + b"\r\n\r\n"
            + value
            + b"\r\n"
        )
    return made + b"--XyZ--\r\n"


def sent(door: Doors, **given: bytes) -> Answered:
    return door.ask("POST", "/redact", form(**given), kind=KIND)


@pytest.mark.parametrize(
    "colour", [b"", b"{'color_fill':'10,20,30'}", b'{"color_fill": "(10, 20, 30)"}', b'{"color_fill": 77}']
)
def test_what_identifies_is_painted_over_in_the_colour_asked_for(door: Doors, colour: bytes) -> None:
    answered = sent(door, image=picture(FACE), **({"data": colour} if colour else {}))
    assert answered.status == 200
    assert answered.headers["content-type"] == "application/octet-stream"
    pixels = pixels_of(answered.body)
    wanted = (0, 0, 0) if not colour else (77, 77, 77) if b"77" in colour else (10, 20, 30)
    assert (pixels[10:30, 20:40] == wanted).all()
    assert not (pixels == RED).all(axis=2).any()
    assert (pixels[0, 0] == WHITE).all()
    around = {tuple(int(c) for c in one) for one in pixels.reshape(-1, 3)}
    assert around == {wanted, WHITE}, "nothing is left of what the policy painted first"


def test_json_in_and_base64_out(door: Doors) -> None:
    before = len(door.records)
    body = {"image": base64.b64encode(picture(FACE)).decode(), "analyzer_entities": ["PERSON"]}
    answered = door.post("/redact", body)
    assert answered.status == 200
    pixels = pixels_of(base64.b64decode(answered.body, validate=True))
    assert not (pixels == RED).all(axis=2).any(), "naming entities does not loosen the policy"
    release, delivery = door.records[before:]
    assert (release["kind"], release["to"], release["outcome"]) == ("release", "dataset", "transform")
    assert delivery["status"] == "delivered"
    assert answered.headers["accord-decision"] == release["decision"]
    assert door.gate.actions[-1] == "inspect"


def test_a_picture_without_findings_comes_back_as_it_looks(door: Doors) -> None:
    answered = sent(door, image=picture(((1, 2, 3), (5, 5, 9, 9))), data=b'{"color_fill": "9,9,9"}')
    assert (pixels_of(answered.body) == pixels_of(picture(((1, 2, 3), (5, 5, 9, 9))))).all()


def test_what_the_policy_holds_stays(door: Doors) -> None:
    answered = sent(door, image=picture((GREEN, (5, 5, 30, 30))))
    assert answered.status == 403
    assert set(answered.json) == {"error"}
    assert "Decision" in answered.json["error"]


def test_what_cannot_be_read_stays(door: Doors) -> None:
    for data in (b"no picture", picture()[:50]):
        answered = sent(door, image=data)
        assert (answered.status, set(answered.json)) == (400, {"error"})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 422),
        (b'{"image": 5}', "application/json", 400),
        (b'{"image": "?"}', "application/json", 400),
        (b'{"image": "AAAA", "more": 1}', "application/json", 422),
        (b'{"image": "AAAA", "color_fill": "red"}', "application/json", 422),
        (b'{"image": "AAAA", "color_fill": "1,2,300"}', "application/json", 422),
        (form(), KIND, 422),
        (form(other=b"x"), KIND, 422),
        (form(image=b""), KIND, 422),
        (form(image=b"x", data=b"{"), KIND, 400),
        (form(image=b"x"), "multipart/form-data", 415),
        (form(image=b"x") + form(image=b"y"), KIND, 400),
    ],
)
def test_errors_are_in_presidios_shape(door: Doors, body: Any, kind: str, status: int) -> None:
    before = len(door.records)
    answered = door.ask("POST", "/redact", body, kind=kind)
    assert (answered.status, set(answered.json)) == (status, {"error"})
    assert len(door.records) == before


def test_fields_of_a_form() -> None:
    blob = b"a--XyZ inside\r\n--Xy\r\n\x00\xff"
    assert dict(fields(form(image=blob, data=b""), KIND)) == {"image": blob, "data": b""}
    assert dict(fields(form(a=b"1"), 'Multipart/Form-Data; boundary="XyZ"')) == {"a": b"1"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--XyZ-",
        b"--XyZ\r\n\r\nx\r\n--XyZ--",
        b'--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\nx',
        b'preamble\r\n--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--XyZ--',
        b'--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--XyZ--\r\ntrailer',
        b'--XyZ\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--XyZ--',
        b'--XyZ\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--XyZ--',
        b'--XyZ\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"\r\n\r\nx\r\n--XyZ--',
    ],
)  # fmt: skip
def test_forms_that_can_be_read_in_two_ways_are_refused(body: bytes) -> None:
    with pytest.raises(Problem):
        fields(body, KIND)


def test_nothing_of_a_picture_is_quoted(door: Doors) -> None:
    assert "jane" not in json.dumps(door.records)
