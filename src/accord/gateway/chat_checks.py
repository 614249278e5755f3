"""Small checks that the parts of a chat request share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from accord.gateway.problems import bad, fields, unknown

MAX_TOOLS = 256
TOOL = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def an_object(value: Any, where: str) -> dict[str, Any]:
    """What is an object.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    if not isinstance(value, dict):
        raise bad("invalid_value", f"{where} is not an object.", where)
    return value


def a_list(value: Any, where: str) -> list[Any]:
    """What is a list, and no long one.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    if not isinstance(value, list) or len(value) > MAX_TOOLS:
        raise bad("invalid_value", f"{where} is not a list of at most {MAX_TOOLS}.", where)
    return list(value)


def only(found: Mapping[str, Any], known: set[str], where: str) -> None:
    """See that nothing but known fields is there.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    for key, value in found.items():
        if key not in known and value is not None:
            raise unknown(fields(key, where))


def matching(value: Any, pattern: re.Pattern[str], where: str) -> str:
    """What is a text of a certain form.

    Raises:
        Problem: 400: it is none, or not as it must be.
    """
    if not isinstance(value, str) or not pattern.match(value):
        raise bad("invalid_value", f"{where} is not what it must be.", where)
    return value
