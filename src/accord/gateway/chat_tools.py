"""What else of a chat request carries text: tools, the format of the answer, where it stops, what is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accord.core.content import Role
from accord.gateway.chat_checks import TOOL, a_list, an_object, matching, only
from accord.gateway.problems import Problem, bad, unknown
from accord.gateway.slots import Parts


def tools_of(parts: Parts, body: Mapping[str, Any], form: dict[str, Any]) -> frozenset[str]:
    """Take the tools apart, into `form`; gives their names.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    names: list[str] = []
    if (tools := body.get("tools")) is not None:
        form["tools"] = a_list(tools, "tools")
        for i, tool in enumerate(tools):
            at = f"tools[{i}]"
            only(an_object(tool, at), {"type", "function"}, at)
            if tool.get("type") != "function":
                raise Problem(400, "unsupported_part", f"{at} is a tool of a kind that is not understood.", param=at)
            form["tools"][i] = {"type": "function", "function": _function(parts, tool.get("function"), at, names)}
    if (functions := body.get("functions")) is not None:
        form["functions"] = [
            _function(parts, one, f"functions[{i}]", names) for i, one in enumerate(a_list(functions, "functions"))
        ]
    for key in ("tool_choice", "function_call"):
        if (choice := body.get(key)) is not None:
            form[key] = _choice(parts, choice, key)
    return frozenset(names)


def _function(parts: Parts, function: Any, where: str, names: list[str]) -> dict[str, Any]:
    only(an_object(function, where), {"name", "description", "parameters", "strict"}, where)
    name = parts.name(matching(function.get("name"), TOOL, f"{where}.name"))
    names.append(name)
    made: dict[str, Any] = {"name": name}
    if function.get("description") is not None:
        made["description"] = parts.text(function["description"], f"{where}.description", Role.SYSTEM, 0)
    if function.get("parameters") is not None:
        made["parameters"] = parts.structure(function["parameters"], f"{where}.parameters", Role.SYSTEM, 0)
    if (strictly := function.get("strict")) is not None:
        if not isinstance(strictly, bool):
            raise bad("invalid_value", f"{where}.strict is neither true nor false.", f"{where}.strict")
        made["strict"] = strictly
    return made


def _choice(parts: Parts, choice: Any, where: str) -> Any:
    if isinstance(choice, str):
        if choice not in ("none", "auto", "required"):
            raise bad("invalid_value", f"{where} is not a choice.", where)
        return choice
    found = an_object(choice, where)
    if where == "function_call":
        only(found, {"name"}, where)
        return {"name": parts.name(matching(found.get("name"), TOOL, f"{where}.name"))}
    only(found, {"type", "function"}, where)
    if found.get("type") != "function":
        raise unknown(f"{where}.type")
    only(an_object(found.get("function"), where), {"name"}, where)
    name = parts.name(matching(found["function"].get("name"), TOOL, where))
    return {"type": "function", "function": {"name": name}}


def response_format(parts: Parts, wanted: Any, form: dict[str, Any]) -> bool:
    """Take the format of the answer apart, into `form`; gives whether the answer is JSON.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    if wanted is None:
        return False
    where = "response_format"
    kind = an_object(wanted, where).get("type")
    if kind in ("text", "json_object"):
        only(wanted, {"type"}, where)
        form[where] = {"type": kind}
        return bool(kind == "json_object")
    if kind != "json_schema":
        raise bad("invalid_value", f"{where}.type is not a format.", f"{where}.type")
    only(wanted, {"type", "json_schema"}, where)
    given = an_object(wanted.get("json_schema"), f"{where}.json_schema")
    only(given, {"name", "description", "schema", "strict"}, f"{where}.json_schema")
    name = parts.name(matching(given.get("name"), TOOL, f"{where}.json_schema.name"))
    made: dict[str, Any] = {"name": name}
    if given.get("description") is not None:
        made["description"] = parts.text(given["description"], f"{where}.json_schema.description", Role.SYSTEM, 0)
    if given.get("schema") is not None:
        made["schema"] = parts.structure(given["schema"], f"{where}.json_schema.schema", Role.SYSTEM, 0)
    if isinstance(given.get("strict"), bool):
        made["strict"] = given["strict"]
    form[where] = {"type": "json_schema", "json_schema": made}
    return True


def stop_of(parts: Parts, stop: Any) -> Any:
    """Texts at which the answer stops.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    if isinstance(stop, str):
        return parts.text(stop, "stop", Role.SYSTEM, 0)
    if len(a_list(stop, "stop")) > 16:
        raise bad("invalid_value", "stop has more than 16 texts.", "stop")
    return [parts.text(one, f"stop[{i}]", Role.SYSTEM, 0) for i, one in enumerate(stop)]


def prediction_of(parts: Parts, prediction: Any) -> dict[str, Any]:
    """What the answer is expected to be.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    only(an_object(prediction, "prediction"), {"type", "content"}, "prediction")
    if prediction.get("type") != "content":
        raise unknown("prediction.type")
    content = prediction.get("content")
    if isinstance(content, str):
        return {"type": "content", "content": parts.text(content, "prediction.content", Role.USER, 0)}
    made = []
    for i, part in enumerate(a_list(content, "prediction.content")):
        at = f"prediction.content[{i}]"
        only(an_object(part, at), {"type", "text"}, at)
        made.append({"type": "text", "text": parts.text(part.get("text"), at, Role.USER, 0)})
    return {"type": "content", "content": made}
