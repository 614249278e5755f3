"""Ids of tenants and data subjects, as keys are named by them: opaque, and one in whatever Unicode form it comes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from accord.errors import StoreError

LONGEST_TENANT = 255
"""Characters in the id of a tenant: as many as the database keeps."""

LONGEST_SUBJECT = 4096
"""Characters in the id of a data subject; it is kept as a keyed hash only."""

_TENANT_FIRST = frozenset({"tenant", "subject", "scope", "session", "index", "quarantine", "evidence", "principal"})
_SUBJECT_LAST = frozenset({"subject", "scope"})


def checked(kind: str, names: tuple[str, ...]) -> Sequence[str]:
    """The names of a key, each subject in NFC: `é` is one id, however it was typed.

    Raises:
        StoreError: a tenant or subject cannot be kept.
    """
    if names and kind in _TENANT_FIRST:
        _check(names[0], "a tenant", LONGEST_TENANT)
    if names and kind in _SUBJECT_LAST:
        _check(names[-1], "a data subject", LONGEST_SUBJECT)
        return (*names[:-1], unicodedata.normalize("NFC", names[-1]))
    return names


def _check(name: str, what: str, longest: int) -> None:
    if len(name) > longest or "\0" in name or not _encodes(name):
        raise StoreError(
            f"the id of {what} cannot be kept",
            hint=f"it has {longest} characters at most, no NUL and no half of a surrogate pair",
        )


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
