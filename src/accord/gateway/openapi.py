"""`GET /openapi.json` and `GET /`: what doors there are, out of the doors themselves (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from accord import __version__
from accord.gateway.asgi import Request, Response
from accord.gateway.chat_fields import MAX_CHOICES, PLAIN, REFUSED, TEXTUAL
from accord.gateway.services import Caller, Route, openai_shape

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_ANY = {"type": "object"}
_TEXTS = {"oneOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}


class Description:
    """Describes all doors, its own included.

    Args:
        routes: the others.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        own = [
            Route("GET", "/", "", self.names, openai_shape, "Name the doors."),
            Route("GET", "/openapi.json", "", self.whole, openai_shape, "Describe the doors (OpenAPI 3.1)."),
        ]
        self._routes = [*routes, *own]
        self._own = own
        self._document = orjson.dumps(document(self._routes), option=orjson.OPT_INDENT_2)
        self._names = "".join(f"{line}\n" for line in _named(self._routes)).encode()

    def routes(self) -> list[Route]:
        """Its own doors."""
        return self._own

    async def whole(self, _request: Request, _caller: Caller) -> Response:
        """Answer `GET /openapi.json`."""
        return Response(200, self._document)

    async def names(self, _request: Request, _caller: Caller) -> Response:
        """Answer `GET /`."""
        return Response(200, self._names, "text/plain; charset=utf-8")


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The description of some doors."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        named = f"{route.path}{{name}}" if route.path.endswith("/") and route.path != "/" else route.path
        paths.setdefault(named, {})[route.method.lower()] = _operation(route, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "accord",
            "version": __version__,
            "description": "One policy over privacy and safety for what is sent to models and what comes back.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or a token of the issuer.",
                },
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _operation(route: Route, path: str) -> dict[str, Any]:
    schema = BODIES.get((route.method, route.path))
    error = "Error" if route.shape is openai_shape else "PlainError"
    made: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()} {path}").strip("_"),
        "summary": route.summary or f"{route.method} {path}",
        "responses": {
            "200": {"description": "The answer.", "headers": _HEADERS, **_answer(route)},
            "default": {"description": "It was not served, and why.", "content": _json({"$ref": _ref(error)})},
        },
    }
    if "{name}" in path:
        made["parameters"] = [{"name": "name", "in": "path", "required": True, "schema": _TEXT}]
    if route.method in ("POST", "PUT", "PATCH"):
        made["requestBody"] = {"required": True, "content": _json({"$ref": _ref(schema)} if schema else _ANY)}
    if not route.action:
        made["security"] = []
    else:
        made["x-accord-action"] = route.action
    return made


def _answer(route: Route) -> dict[str, Any]:
    kinds = ANSWERS.get((route.method, route.path), ("application/json",))
    return {"content": {kind: {} for kind in kinds}}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> str:
    return f"#/components/schemas/{name}"


def _named(routes: Sequence[Route]) -> list[str]:
    width = max(len(route.path) for route in routes)
    lines = [f"{route.method:<6} {route.path:<{width}}  {route.summary}".rstrip() for route in routes]
    return [f"accord {__version__}: what leaves for a model, and what comes back, under one policy.", "", *lines]


_HEADERS = {
    "accord-decision": {"description": "Names the decision in the audit log.", "schema": _TEXT},
    "accord-policy": {"description": "First characters of the policy's digest.", "schema": _TEXT},
    "accord-coverage": {"description": "What was inspected of what there was, per modality.", "schema": _TEXT},
    "accord-request": {"description": "Names the request in logs.", "schema": _TEXT},
}

_CHAT = ("application/json", "text/event-stream")
ANSWERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("POST", "/v1/chat/completions"): _CHAT,
    ("POST", "/chat/completions"): _CHAT,
    ("GET", "/"): ("text/plain",),
    ("GET", "/metrics"): ("text/plain",),
    ("GET", "/health"): ("text/html",),
    ("GET", "/console"): ("text/html",),
    ("POST", "/console/inspect"): ("application/json", "text/html"),
}
"""Media types of answers that are not JSON alone."""

BODIES: Mapping[tuple[str, str], str] = {
    ("POST", "/v1/chat/completions"): "Chat",
    ("POST", "/chat/completions"): "Chat",
    ("POST", "/v1/embeddings"): "Embeddings",
    ("POST", "/embeddings"): "Embeddings",
    ("POST", "/v1/moderations"): "Moderation",
    ("POST", "/moderations"): "Moderation",
    ("POST", "/analyze"): "Analyze",
    ("POST", "/anonymize"): "Anonymize",
    ("POST", "/beta/litellm_basic_guardrail_api"): "Guardrail",
    ("POST", "/console/inspect"): "Inspect",
}
"""The schema of a body, by door."""

_PART = {
    "oneOf": [
        {"type": "object", "required": ["type", "text"], "properties": {"type": {"const": "text"}, "text": _TEXT}},
        {
            "type": "object",
            "required": ["type", "image_url"],
            "properties": {
                "type": {"const": "image_url"},
                "image_url": {
                    "type": "object",
                    "required": ["url"],
                    "properties": {"url": {"type": "string", "description": "A data URL."}},
                },
            },
        },
        {
            "type": "object",
            "required": ["type", "input_audio"],
            "properties": {
                "type": {"const": "input_audio"},
                "input_audio": {
                    "type": "object",
                    "required": ["data"],
                    "properties": {"data": {"type": "string", "contentEncoding": "base64"}, "format": _TEXT},
                },
            },
        },
        {
            "type": "object",
            "required": ["type", "file"],
            "properties": {
                "type": {"const": "file"},
                "file": {
                    "type": "object",
                    "required": ["file_data"],
                    "properties": {"file_data": {"type": "string", "description": "A data URL."}, "filename": _TEXT},
                },
            },
        },
    ]
}

_MESSAGE = {
    "type": "object",
    "required": ["role"],
    "properties": {
        "role": {"enum": ["system", "developer", "user", "assistant", "tool", "function"]},
        "content": {"oneOf": [_TEXT, {"type": "array", "items": _PART}, {"type": "null"}]},
        "name": _TEXT,
        "tool_calls": {"type": "array", "items": _ANY},
        "tool_call_id": _TEXT,
    },
}

_NUMBERS = ("temperature", "top_p", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty")
_WHOLE = ("top_k", "max_tokens", "max_completion_tokens", "top_logprobs", "seed")
_FLAGS = ("logprobs", "stream", "parallel_tool_calls")


def _plain(name: str) -> dict[str, Any]:
    if name == "n":
        return {"type": "integer", "minimum": 1, "maximum": MAX_CHOICES}
    if name in _NUMBERS:
        return {"type": "number"}
    if name in _WHOLE:
        return {"type": "integer"}
    return dict(_FLAG) if name in _FLAGS else {}


_CHAT_FIELDS: dict[str, Any] = {
    **{name: _plain(name) for name in PLAIN},
    **{name: {} for name in sorted(TEXTUAL)},
    "model": _TEXT,
    "messages": {"type": "array", "items": _MESSAGE, "minItems": 1},
    "tools": {"type": "array", "items": _ANY},
    "stop": _TEXTS,
    "response_format": _ANY,
    "user": {"type": "string", "description": "Who asks; kept here, as pseudonyms hold for a person."},
    "metadata": {"type": "object", "description": "Kept here; `session` names the conversation."},
    "safety_identifier": _TEXT,
    "prompt_cache_key": _TEXT,
    "prompt_cache_retention": _TEXT,
    "store": _FLAG,
}

SCHEMAS: Mapping[str, Any] = {
    "Chat": {
        "type": "object",
        "required": ["model", "messages"],
        "description": f"Other fields are refused by name; {', '.join(sorted(REFUSED))} are known and refused.",
        "properties": dict(sorted(_CHAT_FIELDS.items())),
        "additionalProperties": False,
        "examples": [{"model": "gpt-5", "messages": [{"role": "user", "content": "Write to my landlord."}]}],
    },
    "Embeddings": {
        "type": "object",
        "required": ["model", "input"],
        "properties": {
            "model": _TEXT,
            "input": _TEXTS,
            "dimensions": {"type": "integer", "minimum": 1},
            "encoding_format": {"enum": ["float", "base64"]},
            "user": _TEXT,
        },
        "examples": [{"model": "text-embedding-3-small", "input": ["a text"]}],
    },
    "Moderation": {
        "type": "object",
        "required": ["input"],
        "properties": {
            "model": _TEXT,
            "input": {"oneOf": [_TEXT, {"type": "array", "items": {"oneOf": [_TEXT, _PART]}}]},
        },
        "examples": [{"input": "a text"}],
    },
    "Analyze": {
        "type": "object",
        "required": ["text", "language"],
        "properties": {
            "text": _TEXTS,
            "language": _TEXT,
            "entities": {"type": "array", "items": _TEXT},
            "score_threshold": {"type": "number"},
        },
        "examples": [{"text": "Write to jane@example.org", "language": "en"}],
    },
    "Anonymize": {
        "type": "object",
        "required": ["text", "analyzer_results"],
        "properties": {"text": _TEXT, "analyzer_results": {"type": "array", "items": _ANY}, "anonymizers": _ANY},
        "examples": [{"text": "Hello", "analyzer_results": []}],
    },
    "Guardrail": {
        "type": "object",
        "description": "LiteLLM's generic guardrail API.",
        "properties": {"texts": {"type": "array", "items": _TEXT}, "input_type": {"enum": ["request", "response"]}},
        "examples": [{"texts": ["a text"], "input_type": "request"}],
    },
    "Inspect": {
        "type": "object",
        "properties": {
            "text": _TEXT,
            "files": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["data"],
                    "properties": {"data": {"type": "string", "contentEncoding": "base64"}},
                    "additionalProperties": False,
                },
            },
        },
        "additionalProperties": False,
        "examples": [{"text": "Write to jane@example.org"}],
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["message", "type", "code"],
                "properties": {
                    "message": _TEXT,
                    "type": _TEXT,
                    "param": {"type": ["string", "null"]},
                    "code": _TEXT,
                    "accord": {
                        "type": "object",
                        "properties": {
                            "decision": _TEXT,
                            "outcome": {"enum": ["hold", "block"]},
                            "rules": {"type": "array", "items": _TEXT},
                            "item": _TEXT,
                        },
                    },
                },
            }
        },
        "examples": [
            {"error": {"message": "Stopped.", "type": "permission_error", "param": None, "code": "accord_block"}}
        ],
    },
    "PlainError": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {}},
        "examples": [{"error": "No text provided"}],
    },
}
"""The schemas of bodies and errors."""
