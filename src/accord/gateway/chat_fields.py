"""The fields of a chat request: passed on as they are, carriers of text, kept here, or refused.

After OpenAI's API reference for `POST /v1/chat/completions`. A field that is not in these tables is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from accord.gateway.problems import bad, fields, unknown

Check = Callable[[Any], bool]

MAX_CHOICES = 16


def number(value: Any) -> bool:
    """Whether something is a number, and neither true nor false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _between(least: float, most: float) -> Check:
    return lambda value: number(value) and least <= value <= most


def _whole(least: int, most: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _biases(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) > _MAX_BIASES:
        return False
    return all(_TOKEN.match(key) and number(bias) and -100 <= bias <= 100 for key, bias in value.items())


def _text_only(value: Any) -> bool:
    return bool(value == ["text"])


def _stream_options(value: Any) -> bool:
    return isinstance(value, dict) and all(
        key in ("include_usage", "include_obfuscation") and _flag(flag) for key, flag in value.items()
    )


_MAX_BIASES = 300
_TOKEN = re.compile(r"[0-9]{1,7}\Z", re.ASCII)
_MANY = 1 << 24

PLAIN: Mapping[str, Check] = {
    "temperature": _between(0, 2),
    "top_p": _between(0, 1),
    "top_k": _whole(-1, 100_000),
    "min_p": _between(0, 1),
    "n": _whole(1, MAX_CHOICES),
    "max_tokens": _whole(1, _MANY),
    "max_completion_tokens": _whole(1, _MANY),
    "presence_penalty": _between(-2, 2),
    "frequency_penalty": _between(-2, 2),
    "repetition_penalty": _between(0, 10),
    "logit_bias": _biases,
    "logprobs": _flag,
    "top_logprobs": _whole(0, 20),
    "seed": _whole(-(1 << 31), (1 << 31) - 1),
    "stream": _flag,
    "stream_options": _stream_options,
    "parallel_tool_calls": _flag,
    "service_tier": _one_of("auto", "default", "flex", "scale", "priority"),
    "reasoning_effort": _one_of("none", "minimal", "low", "medium", "high", "xhigh"),
    "verbosity": _one_of("low", "medium", "high"),
    "modalities": _text_only,
}
"""Numbers, flags and words of a closed list, so narrow that next to nothing can be said in them."""

KEPT_HERE = frozenset(
    {"user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "store"}
)
"""Who asks and what for: read where it is of use, and never passed on."""

TEXTUAL = frozenset({"model", "messages", "tools", "tool_choice", "functions", "function_call", "response_format",
                     "stop", "prediction"})  # fmt: skip
"""What carries text, or names what does."""

REFUSED: Mapping[str, str] = {
    "audio": "Answers in sound are not inspected, so they are not asked for.",
    "web_search_options": "What a search brings in would not be inspected.",
    "moderation": "Ask /v1/moderations instead.",
}


def check_fields(body: Mapping[str, Any]) -> None:
    """See that every field is known and is what it must be.

    Raises:
        Problem: 400, naming the field.
    """
    for name, value in body.items():
        if name in PLAIN:
            if value is not None and not PLAIN[name](value):
                raise bad("invalid_value", f"{name} is not what it must be.", name)
        elif name in REFUSED:
            if value is not None:
                raise bad("unsupported_field", f"{name}: {REFUSED[name]}", name)
        elif name not in TEXTUAL and name not in KEPT_HERE:
            raise unknown(fields(name))


def passed_on(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that go on as they came, fractions to four places."""
    return {name: _rounded(value) for name, value in body.items() if name in PLAIN and value is not None}


def _rounded(value: Any) -> Any:
    # Sixteen digits of a fraction would hold a card number.
    if isinstance(value, float):
        return round(value, 4)
    return {key: _rounded(item) for key, item in value.items()} if isinstance(value, dict) else value
