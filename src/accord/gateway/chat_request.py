"""A chat request, taken apart into what is inspected and put together again from what was released.

Nothing of the original bytes goes on: numbers, flags and words of closed lists are checked and written anew, every
text and every file is a part of the inspected content, and who asks stays here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.core.content import Audio, Content, Document, Image, Role
from accord.gateway.chat_fields import check_fields, passed_on
from accord.gateway.problems import Problem, bad, unknown
from accord.gateway.slots import Parts, data_url, decoded, put_back

MAX_MESSAGES = 2048
MAX_TOOLS = 256

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,256}\Z")
_TOOL = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_ID = re.compile(r"[A-Za-z0-9_.:|-]{1,256}\Z")
_FORMATS = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg"}


@dataclass(frozen=True, slots=True, repr=False)
class ChatRequest:
    """A chat request.

    Attributes:
        model: what answers.
        content: what is inspected, in order.
        stream: whether the answer comes bit by bit.
        usage: whether a stream ends with how much was used.
        choices: how many answers are asked for.
        logprobs: whether probabilities of tokens are asked for.
        tools: names of the tools that may be called.
        structured: whether the answer is JSON.
        user: who asks behind the application, as it says.
        session: the conversation, as the application says.
    """

    model: str
    content: Content
    stream: bool
    usage: bool
    choices: int
    logprobs: bool
    tools: frozenset[str]
    structured: bool
    user: str
    session: str
    _form: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<ChatRequest of {len(self.content)} parts>"

    def rebuilt(self, released: Content, model: str) -> dict[str, Any]:
        """The body that goes to the upstream.

        Args:
            released: what may leave of the content, part by part.
            model: what it is called there.

        Raises:
            Problem: 403: something of it cannot be written any more.
        """
        body = put_back(dict(self._form), released)
        body["model"] = model
        if self.stream:  # asked for always, so that what was used is known; shown only to who asked for it
            body["stream_options"] = {**body.get("stream_options", {}), "include_usage": True}
        return dict(body)


def parse(body: Mapping[str, Any]) -> ChatRequest:
    """Take a request apart.

    Raises:
        Problem: 400, naming the field that is missing, wrong or not understood.
    """
    check_fields(body)
    model = body.get("model")
    if not isinstance(model, str) or not _NAME.match(model):
        raise bad("invalid_value", "model is not the name of a model.", "model")
    parts, form = Parts(), passed_on(body)
    form["messages"] = _messages(parts, body.get("messages"))
    tools = _tools(parts, body, form)
    structured = _response_format(parts, body.get("response_format"), form)
    if (stop := body.get("stop")) is not None:
        form["stop"] = _stop(parts, stop)
    if (prediction := body.get("prediction")) is not None:
        form["prediction"] = _prediction(parts, prediction)
    options = body.get("stream_options") or {}
    return ChatRequest(
        model=model,
        content=tuple(parts.content),
        stream=bool(body.get("stream")),
        usage=bool(options.get("include_usage")),
        choices=int(body.get("n") or 1),
        logprobs=bool(body.get("logprobs")),
        tools=tools,
        structured=structured,
        user=_said(body.get("safety_identifier") or body.get("user"), "user"),
        session=_session(body.get("metadata")),
        _form=form,
    )


def _said(value: Any, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 512:
        raise bad("invalid_value", f"{where} is not a short text.", where)
    return value


def _session(metadata: Any) -> str:
    if metadata is None:
        return ""
    if not isinstance(metadata, dict) or not all(isinstance(item, str) for item in metadata.values()):
        raise bad("invalid_value", "metadata is not an object of texts.", "metadata")
    return _said(metadata.get("session") or metadata.get("session_id"), "metadata.session")


def _messages(parts: Parts, messages: Any) -> list[Any]:
    if not isinstance(messages, list) or not messages:
        raise bad("invalid_value", "messages is not a list with at least one message.", "messages")
    if len(messages) > MAX_MESSAGES:
        raise bad("too_many_messages", f"There are more than {MAX_MESSAGES} messages.", "messages")
    return [_message(parts, message, f"messages[{i}]", i + 1) for i, message in enumerate(messages)]


def _message(parts: Parts, message: Any, where: str, number: int) -> dict[str, Any]:
    if not isinstance(message, dict):
        raise bad("invalid_value", f"{where} is not an object.", where)
    named = message.get("role")
    if not isinstance(named, str) or named not in _ROLES:
        raise bad("invalid_value", f"{where}.role is not a role.", f"{where}.role")
    role = _ROLES[named]
    made: dict[str, Any] = {"role": named}
    for key, value in message.items():
        at = f"{where}.{key}"
        if key == "role" or value is None:
            if key == "content":
                made[key] = None
        elif key == "content":
            made[key] = _content(parts, value, at, role, number)
        elif key in ("refusal", "reasoning_content", "name"):
            made[key] = parts.text(value, at, role, number)
        elif key == "tool_call_id" and role is Role.TOOL:
            made[key] = _matching(value, _ID, at)
        elif key == "tool_calls" and role is Role.ASSISTANT:
            made[key] = _tool_calls(parts, value, at, number)
        elif key == "function_call" and role is Role.ASSISTANT:
            made[key] = _call(parts, value, at, number)
        else:
            raise unknown(at if len(key) <= 64 and key.isidentifier() else where)
    return made


def _content(parts: Parts, content: Any, where: str, role: Role, number: int) -> Any:
    if isinstance(content, str):
        return parts.text(content, where, role, number)
    if not isinstance(content, list):
        raise bad("invalid_value", f"{where} is neither a text nor a list of parts.", where)
    return [_part(parts, part, f"{where}[{i}]", role, number) for i, part in enumerate(content)]


def _part(parts: Parts, part: Any, where: str, role: Role, number: int) -> Any:
    if not isinstance(part, dict):
        raise bad("invalid_value", f"{where} is not an object.", where)
    kind = part.get("type")
    maker = _PARTS.get(kind) if isinstance(kind, str) else None
    if maker is None:
        raise Problem(400, "unsupported_part", f"{where} is of a kind that is not understood here.", param=where)
    inner = part.get(str(kind))
    _only(part, {"type", str(kind)}, where)
    return maker(parts, inner, f"{where}.{kind}", role, number)


def _text_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    return {"type": "text", "text": parts.text(value, where, role, number)}


def _refusal_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    return {"type": "refusal", "refusal": parts.text(value, where, role, number)}


def _image_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    _only(_object(value, where), {"url", "detail"}, where)
    kind, data = data_url(_not_remote(value.get("url"), f"{where}.url"), f"{where}.url")
    detail = value.get("detail")
    if detail is not None and detail not in ("auto", "low", "high", "original"):
        raise bad("invalid_value", f"{where}.detail is not a level of detail.", f"{where}.detail")
    more = (("detail", str(detail)),) if detail else ()
    return parts.media(Image(data, role=role, message=number, media_type=kind), where, "image_url", more)


def _audio_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    _only(_object(value, where), {"data", "format"}, where)
    kind = _FORMATS.get(str(value.get("format")))
    if kind is None:
        raise bad("invalid_value", f"{where}.format is not a format of sound.", f"{where}.format")
    data = decoded(value.get("data"), f"{where}.data")
    return parts.media(Audio(data, role=role, message=number, media_type=kind), where, "input_audio")


def _file_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    found = _object(value, where)
    if found.get("file_id") is not None:
        text = f"{where}: a file that is stored elsewhere was not inspected; send its data."
        raise Problem(400, "unsupported_part", text, param=f"{where}.file_id")
    _only(found, {"file_data", "filename", "file_id"}, where)
    kind, data = data_url(_not_remote(found.get("file_data"), f"{where}.file_data"), f"{where}.file_data")
    return parts.media(Document(data, role=role, message=number, media_type=kind), where, "file")


_PARTS: Mapping[str, Callable[[Parts, Any, str, Role, int], Any]] = {
    "text": _text_part,
    "refusal": _refusal_part,
    "image_url": _image_part,
    "input_audio": _audio_part,
    "file": _file_part,
}


def _not_remote(url: Any, where: str) -> Any:
    if isinstance(url, str) and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}://", url):
        text = f"{where} is an address elsewhere: what is there was not inspected. Send it as a data URL."
        raise Problem(400, "remote_media", text, param=where)
    return url


def _tool_calls(parts: Parts, calls: Any, where: str, number: int) -> list[Any]:
    if not isinstance(calls, list) or len(calls) > MAX_TOOLS:
        raise bad("invalid_value", f"{where} is not a list of calls.", where)
    made = []
    for i, call in enumerate(calls):
        at = f"{where}[{i}]"
        _only(_object(call, at), {"id", "type", "function", "index"}, at)
        if call.get("type", "function") != "function":
            raise Problem(400, "unsupported_part", f"{at} is a call of a kind that is not understood.", param=at)
        called = _call(parts, call.get("function"), f"{at}.function", number)
        made.append({"id": _matching(call.get("id"), _ID, f"{at}.id"), "type": "function", "function": called})
    return made


def _call(parts: Parts, call: Any, where: str, number: int) -> dict[str, Any]:
    _only(_object(call, where), {"name", "arguments"}, where)
    written = call.get("arguments", "")
    arguments = parts.text(written, f"{where}.arguments", Role.ASSISTANT, number, "application/json")
    return {"name": _matching(call.get("name"), _TOOL, f"{where}.name"), "arguments": arguments}


def _tools(parts: Parts, body: Mapping[str, Any], form: dict[str, Any]) -> frozenset[str]:
    names: list[str] = []
    if (tools := body.get("tools")) is not None:
        form["tools"] = _list(tools, "tools")
        for i, tool in enumerate(tools):
            at = f"tools[{i}]"
            _only(_object(tool, at), {"type", "function"}, at)
            if tool.get("type") != "function":
                raise Problem(400, "unsupported_part", f"{at} is a tool of a kind that is not understood.", param=at)
            form["tools"][i] = {"type": "function", "function": _function(parts, tool.get("function"), at, names)}
    if (functions := body.get("functions")) is not None:
        form["functions"] = [
            _function(parts, one, f"functions[{i}]", names) for i, one in enumerate(_list(functions, "functions"))
        ]
    for key in ("tool_choice", "function_call"):
        if (choice := body.get(key)) is not None:
            form[key] = _choice(choice, key)
    return frozenset(names)


def _function(parts: Parts, function: Any, where: str, names: list[str]) -> dict[str, Any]:
    _only(_object(function, where), {"name", "description", "parameters", "strict"}, where)
    name = _matching(function.get("name"), _TOOL, f"{where}.name")
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


def _choice(choice: Any, where: str) -> Any:
    if isinstance(choice, str):
        if choice not in ("none", "auto", "required"):
            raise bad("invalid_value", f"{where} is not a choice.", where)
        return choice
    found = _object(choice, where)
    if where == "function_call":
        _only(found, {"name"}, where)
        return {"name": _matching(found.get("name"), _TOOL, f"{where}.name")}
    _only(found, {"type", "function"}, where)
    if found.get("type") != "function":
        raise unknown(f"{where}.type")
    _only(_object(found.get("function"), where), {"name"}, where)
    return {"type": "function", "function": {"name": _matching(found["function"].get("name"), _TOOL, where)}}


def _response_format(parts: Parts, wanted: Any, form: dict[str, Any]) -> bool:
    if wanted is None:
        return False
    where = "response_format"
    kind = _object(wanted, where).get("type")
    if kind in ("text", "json_object"):
        _only(wanted, {"type"}, where)
        form[where] = {"type": kind}
        return bool(kind == "json_object")
    if kind != "json_schema":
        raise bad("invalid_value", f"{where}.type is not a format.", f"{where}.type")
    _only(wanted, {"type", "json_schema"}, where)
    given = _object(wanted.get("json_schema"), f"{where}.json_schema")
    _only(given, {"name", "description", "schema", "strict"}, f"{where}.json_schema")
    made: dict[str, Any] = {"name": _matching(given.get("name"), _TOOL, f"{where}.json_schema.name")}
    if given.get("description") is not None:
        made["description"] = parts.text(given["description"], f"{where}.json_schema.description", Role.SYSTEM, 0)
    if given.get("schema") is not None:
        made["schema"] = parts.structure(given["schema"], f"{where}.json_schema.schema", Role.SYSTEM, 0)
    if isinstance(given.get("strict"), bool):
        made["strict"] = given["strict"]
    form[where] = {"type": "json_schema", "json_schema": made}
    return True


def _stop(parts: Parts, stop: Any) -> Any:
    if isinstance(stop, str):
        return parts.text(stop, "stop", Role.SYSTEM, 0)
    if len(_list(stop, "stop")) > 16:
        raise bad("invalid_value", "stop has more than 16 texts.", "stop")
    return [parts.text(one, f"stop[{i}]", Role.SYSTEM, 0) for i, one in enumerate(stop)]


def _prediction(parts: Parts, prediction: Any) -> dict[str, Any]:
    _only(_object(prediction, "prediction"), {"type", "content"}, "prediction")
    if prediction.get("type") != "content":
        raise unknown("prediction.type")
    content = prediction.get("content")
    if isinstance(content, str):
        return {"type": "content", "content": parts.text(content, "prediction.content", Role.USER, 0)}
    made = []
    for i, part in enumerate(_list(content, "prediction.content")):
        at = f"prediction.content[{i}]"
        _only(_object(part, at), {"type", "text"}, at)
        made.append(_text_part(parts, part.get("text"), at, Role.USER, 0))
    return {"type": "content", "content": made}


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("invalid_value", f"{where} is not an object.", where)
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_TOOLS:
        raise bad("invalid_value", f"{where} is not a list of at most {MAX_TOOLS}.", where)
    return list(value)


def _only(found: Mapping[str, Any], known: set[str], where: str) -> None:
    for key, value in found.items():
        if key not in known and value is not None:
            raise unknown(f"{where}.{key}" if len(key) <= 64 and key.isidentifier() else where)


def _matching(value: Any, pattern: re.Pattern[str], where: str) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise bad("invalid_value", f"{where} is not what it must be.", where)
    return value
