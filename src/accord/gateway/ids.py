"""Ids that clients and upstreams give to answers and calls: kept where they look like ids, and nothing else.

An id goes where no text is inspected. One that could hold a number or a name of somebody is replaced.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"(?:call|chatcmpl|cmpl|fc|gen|req|resp|tool|toolu|tooluse)"
    r"(?:[-_](?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{1,48})|[0-9]{1,6})?\Z"
)
_BARE = re.compile(r"[A-Za-z0-9]{9}\Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_LONG_NUMBER = re.compile(r"[0-9]{13}")
_NUMBER = re.compile(r"[0-9]{9}")
_RANDOM = 24


def is_id(value: str) -> bool:
    """Whether something looks like an id that a provider made up, and holds no number that could be somebody's."""
    if not (_SHAPE.match(value) or _BARE.match(value)):
        return False
    # In long ids of hexadecimal digits nine decimal ones in a row are common, and thirteen are rare.
    return (_LONG_NUMBER if len(value) >= _RANDOM else _NUMBER).search(value) is None
