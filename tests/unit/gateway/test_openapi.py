"""The description of the doors holds together, names every door, and its examples are what it says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from accord.gateway.app import NOBODY
from accord.gateway.asgi import Request, Response
from accord.gateway.chat_request import parse
from accord.gateway.openapi import BODIES, SCHEMAS, Description, document
from accord.gateway.problems import Problem
from accord.gateway.services import Caller, Route, openai_shape


async def nothing(_request: Request, _caller: Caller) -> Response:
    return Response()


ROUTES = [
    *(Route(method, path, "chat", nothing, openai_shape, f"{method} something.") for method, path in BODIES),
    Route("GET", "/v1/models/", "models", nothing, openai_shape, "One model."),
    Route("GET", "/healthz", "", nothing, openai_shape, "Alive."),
    Route("DELETE", "/admin/switch", "switch.release", nothing, lambda p: Response(p.status), "Go on."),
]

WORDS = {
    "type", "required", "properties", "additionalProperties", "items", "enum", "const", "oneOf", "minItems", "minimum",
    "maximum", "description", "examples", "contentEncoding",
}  # fmt: skip
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """JSON Schema 2020-12, as far as it is used here."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[kind]) for kind in kinds):
        return False
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        return False
    if "oneOf" in schema and sum(fits(value, one) for one in schema["oneOf"]) != 1:
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if any(name not in value for name in schema.get("required", [])):
            return False
        if schema.get("additionalProperties") is False and set(value) - set(known):
            return False
        return all(fits(value[name], known[name]) for name in value if name in known)
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(fits(one, schema.get("items", {})) for one in value)
    return True


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    yield value
    for one in value.get("oneOf", []):
        yield from schemas(one)
    for one in value.get("properties", {}).values():
        yield from schemas(one)
    if "items" in value:
        yield from schemas(value["items"])


def nodes(value: Any) -> Iterator[Any]:
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(one)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    routes = Description(ROUTES).routes()
    door = next(route for route in routes if route.path == "/openapi.json")
    request = Request({"method": "GET", "path": "/openapi.json", "headers": []}, None)  # type: ignore[arg-type]
    return json.loads(asyncio.run(door.handler(request, NOBODY)).body)


def test_every_door_is_there_once_and_whole(made: dict[str, Any]) -> None:
    assert made["openapi"] == "3.1.0" and made["info"]["version"]
    operations = [(m.upper(), path, o) for path, each in made["paths"].items() for m, o in each.items()]
    named = {
        (route.method, route.path.removesuffix("/") or "/") for route in [*ROUTES, *Description([*ROUTES]).routes()]
    }
    assert {(m, path.removesuffix("/{name}") or "/") for m, path, _ in operations} == named
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"\w+", one) for one in ids)
    for method, path, operation in operations:
        assert path.startswith("/") and operation["summary"] and "default" in operation["responses"]
        assert ("requestBody" in operation) == (method == "POST")
        said = {one["name"] for one in operation.get("parameters", [])}
        assert said == set(re.findall(r"{(\w+)}", path))


def test_references_lead_somewhere(made: dict[str, Any]) -> None:
    found = [node["$ref"] for node in nodes(made) if isinstance(node, dict) and "$ref" in node]
    assert found
    for one in found:
        at: Any = made
        for step in one.removeprefix("#/").split("/"):
            at = at[step]
    assert {one.rpartition("/")[2] for one in found} == set(SCHEMAS)


def test_who_may_come_in_is_said(made: dict[str, Any]) -> None:
    assert made["paths"]["/healthz"]["get"]["security"] == []
    chat = made["paths"]["/v1/chat/completions"]["post"]
    assert "security" not in chat and chat["x-accord-action"] == "chat"
    assert set(made["security"][0]) <= set(made["components"]["securitySchemes"])


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_schemas_are_schemas_and_examples_fit(name: str) -> None:
    for one in schemas(SCHEMAS[name]):
        assert set(one) <= WORDS, one
        kinds = one.get("type", [])
        assert set([kinds] if isinstance(kinds, str) else kinds) <= set(TYPES)
    assert SCHEMAS[name]["examples"]
    for example in SCHEMAS[name]["examples"]:
        assert fits(example, SCHEMAS[name])


def test_what_does_not_fit_is_told_apart() -> None:
    assert not fits({"model": "m"}, SCHEMAS["Chat"])
    assert not fits({"model": "m", "messages": [], "temperature": 1}, SCHEMAS["Chat"])
    assert not fits({"model": 1, "messages": [{"role": "user"}]}, SCHEMAS["Chat"])
    assert not fits({"model": "m", "messages": [{"role": "user"}], "unheard": 1}, SCHEMAS["Chat"])


def test_the_schema_of_chat_knows_what_the_door_knows() -> None:
    example = SCHEMAS["Chat"]["examples"][0]
    assert parse(example).model == example["model"]
    with pytest.raises(Problem, match="unheard"):
        parse({**example, "unheard": 1})
    assert "audio" not in SCHEMAS["Chat"]["properties"]


def test_the_root_names_the_doors() -> None:
    description = Description(ROUTES)
    door = next(route for route in description.routes() if route.path == "/")
    request = Request({"method": "GET", "path": "/", "headers": []}, None)  # type: ignore[arg-type]
    answer = asyncio.run(door.handler(request, NOBODY))
    assert answer.media_type.startswith("text/plain")
    assert all(route.path in answer.body.decode() for route in ROUTES)
    assert document(ROUTES)["paths"]
