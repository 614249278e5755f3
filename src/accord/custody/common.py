"""What all of custody needs: the log it writes to, the clock, ids, and records that name nobody."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from accord.access.names import checked_name, folded
from accord.audit.log import AuditRecord
from accord.errors import AccessDenied, ConfigError, StoreError

HOUR = 3_600_000
"""An hour in milliseconds."""

DAY = 24 * HOUR
"""A day in milliseconds."""

LOCK = "custody"
"""What those who change custody queue for."""

Now = Callable[[], int]
"""The time: milliseconds since 1970, UTC."""

Normalise = Callable[[str, str], str]
"""The form in which two spellings of one value are equal, from category and value."""


class Log(Protocol):
    """The audit log, as custody uses it."""

    def append(self, record: AuditRecord) -> int:
        """Write one record; it is durable when this returns its number."""
        ...


def clock() -> int:
    """The time now, in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """32 random hexadecimal digits."""
    return uuid.uuid4().hex


def when(at: int) -> str:
    """A time as the audit log writes it (ISO 8601, UTC).

    Raises:
        StoreError: there is no such year.
    """
    try:
        return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        raise StoreError("the clock shows a time that cannot be", hint="set the clock of this machine") from None


def record(kind: str, about: str, at: int, event: str, **body: Any) -> AuditRecord:
    """A record of custody.

    Args:
        kind: `custody`, `break-glass`, `retention` or `erasure`.
        about: the decision, hold or erasure it belongs to.
        at: when.
        event: what is about to happen.
        body: further facts; nothing of content, and no subject.
    """
    return AuditRecord(kind, about, when(at), {"event": event, **body})


def person(by: str) -> str:
    """Who acts, as they are to be named in records.

    Raises:
        AccessDenied: nobody is named, or by a name that would look like another.
    """
    named = by.strip()
    if not named:
        raise AccessDenied("who does this is not known", hint="say who you are: a key or a token")
    try:
        return checked_name(named, "the name of a person")
    except ConfigError as error:
        raise AccessDenied(str(error), hint=error.hint) from None


def same_person(one: str, other: str) -> bool:
    """Whether two names are of one person, however they are spelled."""
    return folded(one) == folded(other)


def wanted(reason: str) -> str:
    """A reason that says something.

    Raises:
        AccessDenied: it does not.
    """
    given = " ".join(reason.split())
    if len(given) < 3:
        raise AccessDenied("a reason is needed", hint="say in a few words what this is for")
    return given
