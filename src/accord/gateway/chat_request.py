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
from accord.gateway.chat_checks import MAX_TOOLS, TOOL, an_object, matching, only
from accord.gateway.chat_fields import check_fields, passed_on
from accord.gateway.chat_tools import prediction_of, response_format, stop_of, tools_of
from accord.gateway.problems import Problem, bad, fields, unknown
from accord.gateway.slots import NameSlot, Parts, data_url, decoded, put_back

MAX_MESSAGES = 2048

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,256}\Z")
_ID = re.compile(r"[A-Za-z0-9_.:|-]{1,256}\Z")
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}://")
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
    _names: NameSlot | None = None

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
        if self._names is not None:
            self._names.check(released)
        body = put_back(dict(self._form), released)
        body["model"] = model
        if self.stream:  # asked for always, so that what was used is known; shown only to who asked for it
            body["stream_options"] = {**body.get("stream_options", {}), "include_usage": True}
        return dict(body)


Fetched = Mapping[str, tuple[str, bytes]]
"""Media type and bytes of what was fetched, by its address."""


def addresses(body: Mapping[str, Any]) -> dict[str, str]:
    """Where pictures and files of a request are elsewhere: the places that name them, by address."""
    found: dict[str, str] = {}
    messages = body.get("messages")
    for i, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        for j, part in enumerate(content if isinstance(content, list) else ()):
            for kind, key in (("image_url", "url"), ("file", "file_data")):
                inner = part.get(kind) if isinstance(part, dict) else None
                url = inner.get(key) if isinstance(inner, dict) else None
                if isinstance(url, str) and _REMOTE.match(url):
                    found.setdefault(url, f"messages[{i}].content[{j}].{kind}.{key}")
    return found


def parse(body: Mapping[str, Any], fetched: Fetched | None = None) -> ChatRequest:
    """Take a request apart.

    Args:
        body: the request.
        fetched: what was fetched for it; an address that is not among these is refused.

    Raises:
        Problem: 400, naming the field that is missing, wrong or not understood.
    """
    check_fields(body)
    model = body.get("model")
    if not isinstance(model, str) or not _NAME.match(model):
        raise bad("invalid_value", "model is not the name of a model.", "model")
    parts, form = Parts(fetched=fetched or {}), passed_on(body)
    parts.name(model)
    form["messages"] = _messages(parts, body.get("messages"))
    tools = tools_of(parts, body, form)
    structured = response_format(parts, body.get("response_format"), form)
    if (stop := body.get("stop")) is not None:
        form["stop"] = stop_of(parts, stop)
    if (prediction := body.get("prediction")) is not None:
        form["prediction"] = prediction_of(parts, prediction)
    names = parts.named()
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
        _names=names,
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
            made[key] = parts.call(matching(value, _ID, at))
        elif key == "tool_calls" and role is Role.ASSISTANT:
            made[key] = _tool_calls(parts, value, at, number)
        elif key == "function_call" and role is Role.ASSISTANT:
            made[key] = _call(parts, value, at, number)
        else:
            raise unknown(fields(key, where))
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
    only(part, {"type", str(kind)}, where)
    return maker(parts, inner, f"{where}.{kind}", role, number)


def _text_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    return {"type": "text", "text": parts.text(value, where, role, number)}


def _refusal_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    return {"type": "refusal", "refusal": parts.text(value, where, role, number)}


def _image_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    only(an_object(value, where), {"url", "detail"}, where)
    kind, data = _media(parts, value.get("url"), f"{where}.url")
    detail = value.get("detail")
    if detail is not None and detail not in ("auto", "low", "high", "original"):
        raise bad("invalid_value", f"{where}.detail is not a level of detail.", f"{where}.detail")
    more = (("detail", str(detail)),) if detail else ()
    return parts.media(Image(data, role=role, message=number, media_type=kind), where, "image_url", more)


def _audio_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    only(an_object(value, where), {"data", "format"}, where)
    kind = _FORMATS.get(str(value.get("format")))
    if kind is None:
        raise bad("invalid_value", f"{where}.format is not a format of sound.", f"{where}.format")
    data = decoded(value.get("data"), f"{where}.data")
    return parts.media(Audio(data, role=role, message=number, media_type=kind), where, "input_audio")


def _file_part(parts: Parts, value: Any, where: str, role: Role, number: int) -> Any:
    found = an_object(value, where)
    if found.get("file_id") is not None:
        text = f"{where}: a file that is stored elsewhere was not inspected; send its data."
        raise Problem(400, "unsupported_part", text, param=f"{where}.file_id")
    only(found, {"file_data", "filename", "file_id"}, where)
    kind, data = _media(parts, found.get("file_data"), f"{where}.file_data")
    return parts.media(Document(data, role=role, message=number, media_type=kind), where, "file")


_PARTS: Mapping[str, Callable[[Parts, Any, str, Role, int], Any]] = {
    "text": _text_part,
    "refusal": _refusal_part,
    "image_url": _image_part,
    "input_audio": _audio_part,
    "file": _file_part,
}


def _media(parts: Parts, url: Any, where: str) -> tuple[str, bytes]:
    if isinstance(url, str) and _REMOTE.match(url):
        if url in parts.fetched:
            return parts.fetched[url]
        text = f"{where} is an address elsewhere: what is there was not inspected. Send it as a data URL."
        raise Problem(400, "remote_media", text, param=where)
    return data_url(url, where)


def _tool_calls(parts: Parts, calls: Any, where: str, number: int) -> list[Any]:
    if not isinstance(calls, list) or len(calls) > MAX_TOOLS:
        raise bad("invalid_value", f"{where} is not a list of calls.", where)
    made = []
    for i, call in enumerate(calls):
        at = f"{where}[{i}]"
        only(an_object(call, at), {"id", "type", "function", "index"}, at)
        if call.get("type", "function") != "function":
            raise Problem(400, "unsupported_part", f"{at} is a call of a kind that is not understood.", param=at)
        called = _call(parts, call.get("function"), f"{at}.function", number)
        known = parts.call(matching(call.get("id"), _ID, f"{at}.id"))
        made.append({"id": known, "type": "function", "function": called})
    return made


def _call(parts: Parts, call: Any, where: str, number: int) -> dict[str, Any]:
    only(an_object(call, where), {"name", "arguments"}, where)
    written = call.get("arguments", "")
    arguments = parts.text(written, f"{where}.arguments", Role.ASSISTANT, number, "application/json")
    return {"name": parts.name(matching(call.get("name"), TOOL, f"{where}.name")), "arguments": arguments}
