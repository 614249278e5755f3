"""What LiteLLM's generic guardrail API sends (1.106.2), taken apart and put together again.

It sends the same content several times: as messages, as texts and pictures out of them, and as calls of tools out of
them. Each thing is inspected once, wherever it stands. What LiteLLM does not take back changed is marked, so that it
can be stopped where it would have to be changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.core.content import Content, Image, Part, Role, Text
from accord.gateway.chat_request import ChatRequest, parse
from accord.gateway.moderations import picture
from accord.gateway.problems import bad, fields, unknown
from accord.gateway.slots import JsonSlot, Parts, put_back

_METADATA = frozenset(
    "litellm_call_id litellm_trace_id litellm_version model request_data request_headers "
    "additional_provider_specific_params".split()
)
_CONTENT = frozenset({"texts", "images", "structured_messages", "tools", "tool_calls"})
_ABOUT = re.compile(r"user_api_key_[a-z_]{1,64}\Z")
_READ = ("user_api_key_hash", "user_api_key_team_id", "user_api_key_user_id", "user_api_key_end_user_id")
_LONGEST = 4096
_HINTS = ({"type": "ephemeral"}, {"type": "ephemeral", "ttl": "5m"}, {"type": "ephemeral", "ttl": "1h"})

MAX_ITEMS = 4096
"""How many texts, pictures, messages or tools a call may have."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A call of the guardrail.

    Attributes:
        answer: whether it is about the answer of a model, otherwise about a request to one.
        call: names the call.
        session: what ties its request and its answer: the conversation of one key of LiteLLM's.
        user: the person behind that key's application, as LiteLLM says.
        texts: as LiteLLM has them.
        images: data URLs.
        messages: the messages of a chat; None where there are none.
        tools: what may be called.
        calls: what is called.
    """

    answer: bool
    call: str
    session: str
    user: str
    texts: tuple[str, ...]
    images: tuple[str, ...]
    messages: list[Any] | None
    tools: list[Any]
    calls: list[Any]

    def __repr__(self) -> str:
        return f"<Asked about {'an answer' if self.answer else 'a request'} of {len(self.texts)} texts>"


@dataclass(slots=True, repr=False)
class Taken:
    """The content of a call, and where each part stands in it.

    Attributes:
        parts: what is inspected.
        chat: its messages and tools; None where it has neither.
        messages: whether it has messages.
        texts: for each of its texts, the part that it is.
        tools: for each of its tools, where it stands; None where it is one of the chat's.
        hints: what messages and their parts say of caching, by their numbers.
        lost: parts that LiteLLM does not take back changed.
    """

    parts: Parts
    chat: ChatRequest | None
    messages: bool
    texts: list[int] = field(default_factory=list)
    tools: list[JsonSlot | None] = field(default_factory=list)
    hints: dict[tuple[int, int], Any] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"<Taken {len(self.parts.content)} parts>"

    @property
    def content(self) -> Content:
        """What is inspected."""
        return tuple(self.parts.content)

    def back(self, released: Content) -> dict[str, Any]:
        """The same, of what was released.

        Raises:
            Problem: 403: what was released of a structure is none any more.
        """
        made: dict[str, Any] = {"texts": [_text(released[index]) for index in self.texts]}
        body = self.chat.rebuilt(released, "") if self.chat is not None else {}
        if self.messages:
            made["structured_messages"] = _hinted(body["messages"], self.hints)
        if self.tools:
            functions = iter(body.get("tools", ()))
            made["tools"] = [next(functions) if tool is None else put_back(tool, released) for tool in self.tools]
        return made


def read(body: Mapping[str, Any]) -> Asked:
    """Read a call of the guardrail.

    Raises:
        Problem: 400, naming the field that is missing, wrong or not understood.
    """
    for name, value in body.items():
        if name not in _METADATA and name not in _CONTENT and name != "input_type" and value is not None:
            raise unknown(fields(name))
    kind = body.get("input_type")
    if kind not in ("request", "response"):
        raise bad("invalid_value", "input_type is neither request nor response.", "input_type")
    for name in ("litellm_call_id", "litellm_trace_id", "litellm_version", "model"):
        if body.get(name) is not None and (not isinstance(body[name], str) or len(body[name]) > _LONGEST):
            raise bad("invalid_value", f"{name} is not a short text.", name)
    for name in ("request_headers", "additional_provider_specific_params"):
        if body.get(name) is not None and not isinstance(body[name], dict):
            raise bad("invalid_value", f"{name} is not an object.", name)
    about = _about(body.get("request_data"))
    call = body.get("litellm_call_id") or ""
    return Asked(
        answer=kind == "response",
        call=call,
        session=_session(body.get("litellm_trace_id") or call, about),
        user=about.get("user_api_key_end_user_id", ""),
        texts=_strings(body, "texts"),
        images=_strings(body, "images"),
        messages=_list(body, "structured_messages") or None,
        tools=_list(body, "tools"),
        calls=_list(body, "tool_calls"),
    )


def take(asked: Asked) -> Taken:
    """Take the content of a call apart.

    Raises:
        Problem: 400: something of it is not understood, or stands elsewhere, and so is not inspected.
    """
    role = Role.ASSISTANT if asked.answer else Role.USER
    hints: dict[tuple[int, int], Any] = {}
    functions = [_without_hint(tool) for tool in asked.tools if _is_function(tool)]
    chat = None
    if asked.messages is not None or functions:
        # The reader of chats wants a message: one that says nothing stands for none.
        messages = _plain(asked.messages, hints) if asked.messages is not None else [{"role": "user"}]
        chat = parse({"model": "m", "messages": messages, "tools": functions or None})
    taken = Taken(Parts(list(chat.content) if chat else []), chat, asked.messages is not None, hints=hints)
    _take_texts(taken, asked, role)
    _take_images(taken, asked, role)
    for i, tool in enumerate(asked.tools):
        at = f"tools[{i}]"
        taken.tools.append(None if _is_function(tool) else taken.parts.structure(tool, at, Role.SYSTEM, 0))
    _take_calls(taken, asked)
    return taken


def _take_texts(taken: Taken, asked: Asked, role: Role) -> None:
    """Find each text among the messages, in order; one that is not there is a part of its own."""
    there: dict[str, deque[int]] = defaultdict(deque)
    for index, part in enumerate(taken.parts.content):
        if isinstance(part, Text) and not part.media_type:
            there[part.reveal()].append(index)
    for i, text in enumerate(asked.texts):
        if found := there.get(text):
            taken.texts.append(found.popleft() if len(found) > 1 else found[0])
        else:
            taken.texts.append(taken.parts.text(text, f"texts[{i}]", role, i + 1).index)


def _take_images(taken: Taken, asked: Asked, role: Role) -> None:
    """Pictures that are not in the messages are inspected; LiteLLM does not take them back."""
    there = {part.reveal() for part in taken.parts.content if isinstance(part, Image)}
    for i, given in enumerate(asked.images):
        seen = picture(given, f"images[{i}]")
        if seen.reveal() not in there:
            part = Image(seen.reveal(), role=role, message=i + 1, media_type=seen.media_type)
            taken.lost.add(taken.parts.media(part, f"images[{i}]", "image_url").index)


def _take_calls(taken: Taken, asked: Asked) -> None:
    """Calls that are not in the messages are inspected as they are; LiteLLM does not take them back."""
    there = {
        _called(call)
        for message in asked.messages or ()
        for call in (message.get("tool_calls") or () if isinstance(message, dict) else ())
    }
    for i, call in enumerate(asked.calls):
        if _called(call) not in there:
            taken.lost.add(taken.parts.structure(call, f"tool_calls[{i}]", Role.ASSISTANT, 0).index)


def _called(call: Any) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    return json.dumps(function, sort_keys=True)


def _plain(messages: list[Any], hints: dict[tuple[int, int], Any]) -> list[Any]:
    """Messages as OpenAI has them: pictures by object, and hints about caching kept aside."""
    made = []
    for i, message in enumerate(messages):
        if not isinstance(message, dict):
            raise bad("invalid_value", f"structured_messages[{i}] is not an object.", f"structured_messages[{i}]")
        kept = _kept(message, hints, i, -1)
        if isinstance(content := kept.get("content"), list):
            kept["content"] = [
                _pictured(_kept(part, hints, i, j)) if isinstance(part, dict) else part
                for j, part in enumerate(content)
            ]
        made.append(kept)
    return made


def _kept(given: dict[str, Any], hints: dict[tuple[int, int], Any], message: int, part: int) -> dict[str, Any]:
    if given.get("cache_control") in _HINTS:
        hints[message, part] = given["cache_control"]
        return _without_hint(given)
    return dict(given)


def _without_hint(given: dict[str, Any]) -> dict[str, Any]:
    if given.get("cache_control") not in _HINTS:
        return given
    return {key: value for key, value in given.items() if key != "cache_control"}


def _hinted(messages: list[Any], hints: Mapping[tuple[int, int], Any]) -> list[Any]:
    for (i, j), hint in hints.items():
        (messages[i] if j < 0 else messages[i]["content"][j])["cache_control"] = hint
    return messages


def _pictured(part: dict[str, Any]) -> dict[str, Any]:
    url = part.get("image_url")
    return {**part, "image_url": {"url": url}} if isinstance(url, str) else part


def _is_function(tool: Any) -> bool:
    return isinstance(tool, dict) and tool.get("type") == "function"


def _text(part: Part) -> str:
    if not isinstance(part, Text):
        raise TypeError("a text is released as a text")
    return part.reveal()


def _strings(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = _list(body, name)
    if not all(isinstance(one, str) for one in given):
        raise bad("invalid_value", f"{name} is not a list of texts.", name)
    return tuple(given)


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    given = body.get(name)
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MAX_ITEMS:
        raise bad("invalid_value", f"{name} is not a list of at most {MAX_ITEMS}.", name)
    return given


def _about(given: Any) -> dict[str, str]:
    """What LiteLLM says of whoever asks: names of its own making, of which some are read."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise bad("invalid_value", "request_data is not an object.", "request_data")
    for name, value in given.items():
        if not _ABOUT.match(name):
            raise unknown("request_data")
        if name in _READ and value is not None and (not isinstance(value, str) or len(value) > _LONGEST):
            raise bad("invalid_value", f"request_data.{name} is not a short text.", f"request_data.{name}")
    return {name: given[name] for name in _READ if given.get(name) is not None}


def _session(conversation: str, about: Mapping[str, str]) -> str:
    """The conversation of one key of LiteLLM's: names of conversations may be chosen by whoever uses it."""
    if not conversation:
        return ""
    whose = [about.get(name, "") for name in ("user_api_key_hash", "user_api_key_team_id", "user_api_key_user_id")]
    return f"litellm-{hashlib.sha256(json.dumps([*whose, conversation]).encode()).hexdigest()}"
