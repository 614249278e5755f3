"""Why a request is not served, in the words of the protocol it came by. Nothing of a request is ever quoted.

A problem carries fixed words, names of fields and rule ids; each door writes it in the shape its clients raise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from accord.core.decision import Decision, Outcome

_PLAIN_NAME = re.compile(r"[A-Za-z]{1,24}(?:_[A-Za-z]{1,24}){0,5}[0-9]{0,2}\Z")


class Problem(Exception):
    """A request that is answered with an error.

    Args:
        status: HTTP status code (RFC 9110, section 15).
        code: a stable word for programs.
        message: what is wrong, for people.
        param: the field it is about, where there is one: its path, never its value.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, *, param: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param
        self.headers = dict(headers or {})

    @property
    def kind(self) -> str:
        """The `type` of OpenAI's error object."""
        return _KINDS.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")


_KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}

_TEXTS = {
    Outcome.HOLD: "This request waits for a person: something in it may not leave without one.",
    Outcome.BLOCK: "This request was stopped: something in it may not leave.",
}


class Stopped(Problem):
    """What the policy does not let through: 403, with the decision and its rules, and nothing of the content."""

    def __init__(self, decision: Decision, headers: Mapping[str, str] | None = None) -> None:
        said = " ".join(decision.reasons)
        outcome = decision.outcome if decision.outcome in _TEXTS else Outcome.BLOCK
        text = f"{_TEXTS[outcome]} {said} Rules: {', '.join(decision.rules) or 'default'}. Decision {decision.id}."
        super().__init__(403, f"accord_{outcome.value}", " ".join(text.split()), headers=headers)
        self.decision = decision


def bad(code: str, message: str, param: str = "") -> Problem:
    """A request that is not understood: 400."""
    return Problem(400, code, message, param=param)


def fields(name: str, where: str = "") -> str:
    """A field as it can be named in an answer: its name, where that is surely none of somebody or something.

    Args:
        name: as it was sent.
        where: what it is a field of.
    """
    if _PLAIN_NAME.match(name):
        return f"{where}.{name}" if where else name
    return f"a field of {where}" if where else "a field"


def unknown(param: str) -> Problem:
    """A field or a kind of part that accord does not know, and so can not have inspected."""
    return Problem(
        400,
        "unsupported_field",
        f"{param} is not understood here, and what is not understood is not passed on.",
        param=param,
    )
