"""Server-sent events as they are written (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import re

_HARMLESS = re.compile(rb"[A-Za-z0-9 ._-]{0,64}\Z")


def event(data: bytes) -> bytes:
    """One event; `data` is one line, as JSON is."""
    return b"data: " + data + b"\n\n"


def comment(text: bytes) -> bytes:
    """A comment; what could be more than a sign of life stays."""
    return b": " + (text if _HARMLESS.match(text) else b"") + b"\n\n"
