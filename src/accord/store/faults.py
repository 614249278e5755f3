"""What a database complains about, as errors that say what to do and quote nothing."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

from accord.errors import StoreError

_KNOWN: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("database or disk is full", "no space left", "disk full"),
        "the disk is full",
        "free some space: nothing was written",
    ),
    (
        ("readonly database", "read-only"),
        "the state is read-only",
        "give its owner the right to write, or choose another folder with --state DIR",
    ),
    (("locked", "lock timeout"), "the state is in use by another process", "try again; nothing was written"),
    (
        ("malformed", "not a database", "disk i/o error"),
        "the state is damaged",
        "restore it from a backup, then run `accord audit verify`",
    ),
    (("unable to open",), "the state folder cannot be used", "choose another with --state DIR"),
    (
        ("connection", "server closed", "could not connect", "terminating", "shutting down", "starting up"),
        "the database cannot be reached",
        "see that PostgreSQL is running and that the address is right",
    ),
    (
        ("authentication", "password", "permission denied"),
        "the database refuses us",
        "look at user, password and rights",
    ),
    (("no such table", "does not exist"), "a table is missing", "restore the state from a backup"),
)


class Clash(StoreError):
    """What was to be written is there already."""

    code = "store.clash"


def explain(error: Exception) -> StoreError:
    """An error of the database in our words."""
    if isinstance(error, IntegrityError | sqlite3.IntegrityError):
        return Clash("what was to be written contradicts what is kept")
    said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    for signs, message, hint in _KNOWN:
        if any(sign in said for sign in signs):
            return StoreError(message, hint=hint)
    return StoreError(f"the state cannot be used: {type(error).__name__}", hint="see `accord doctor`")
