"""What an upstream says beside texts and calls: known fields, bounded numbers, words of closed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accord.gateway.ids import is_id
from accord.gateway.problems import Problem
from accord.gateway.upstream import UpstreamFailed

TIERS = ("auto", "default", "flex", "scale", "priority")
KNOWN = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation"}
)


def head_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says of itself, in words of closed lists: its id, what served it."""
    made: dict[str, Any] = {}
    if isinstance(known := said.get("id"), str) and is_id(known):
        made["id"] = known
    if said.get("service_tier") in TIERS:
        made["service_tier"] = said["service_tier"]
    return made


def counts(used: Mapping[str, Any]) -> dict[str, Any]:
    """How much was used, as far as it is in OpenAI's fields."""
    made: dict[str, Any] = {name: used[name] for name in _TOKENS if _is_count(used.get(name))}
    for name, within in _DETAILS.items():
        if isinstance(said := used.get(name), dict):
            made[name] = {one: said[one] for one in within if _is_count(said.get(one))}
    return made


_TOKENS = ("prompt_tokens", "completion_tokens", "total_tokens")
_DETAILS = {
    "prompt_tokens_details": ("cached_tokens", "audio_tokens"),
    "completion_tokens_details": (
        "reasoning_tokens",
        "audio_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    ),
}
_MOST_TOKENS = 100_000_000


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS


def merged(logprobs: Iterable[Mapping[str, Any]], said: Iterable[tuple[str, str]]) -> dict[str, Any] | None:
    """The probabilities of all tokens of a text that was released as it came; None where they spell another text.

    Args:
        logprobs: as they came, in order.
        said: which text each piece belongs to, and the piece.
    """
    made: dict[str, list[Any]] = {}
    for one in logprobs:
        for key in ("content", "refusal"):
            if isinstance(tokens := one.get(key), list):
                made.setdefault(key, []).extend(_token(token) for token in tokens if isinstance(token, dict))
    texts: dict[str, list[str]] = {}
    for name, piece in said:
        texts.setdefault(name, []).append(piece)
    if any("".join(token["token"] for token in made[key]) != "".join(texts.get(key, ())) for key in made):
        return None
    return {"content": made.get("content"), "refusal": made.get("refusal")}


def _token(token: Mapping[str, Any]) -> dict[str, Any]:
    # Other tokens than those of the text were not inspected: of them, nothing but how likely they were is told.
    said = token.get("token")
    made: dict[str, Any] = {"token": said if isinstance(said, str) else "", "logprob": _number(token.get("logprob"))}
    made["bytes"] = list(made["token"].encode("utf-8", "replace"))
    made["top_logprobs"] = []
    return made


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def broke_off() -> UpstreamFailed:
    """A stream ended before the upstream had said that it does."""
    return UpstreamFailed(502, "upstream_reset", "The upstream broke off.", delivery="delivered")


def garbled() -> Problem:
    """The upstream answered with something that is no answer."""
    return Problem(502, "upstream_garbled", "The upstream's answer is not understood; nothing of it was passed on.")
