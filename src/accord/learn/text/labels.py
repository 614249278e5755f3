"""What the encoder answers: a label for every piece of text, and a score for every head.

The types are those a reader of text can tell from context. What kind of number an id is, checksums and formats
decide afterwards, so there is one type `id` and not Rampart's six.
"""

from __future__ import annotations

from collections.abc import Iterable

from accord.detect.heads import HEADS
from accord.errors import ConfigError

TYPES = (
    "person", "email", "phone", "url", "address", "location", "organisation", "date_of_birth", "date", "age", "id",
    "account", "username", "credential",
)  # fmt: skip
"""Types of personal data, in the order of the token labels."""

CATEGORY = {
    "person": "privacy.person.name",
    "email": "privacy.contact.email",
    "phone": "privacy.contact.phone",
    "url": "privacy.contact.url",
    "address": "privacy.contact.address",
    "location": "privacy.location.place",
    "organisation": "privacy.group.organisation",
    "date_of_birth": "privacy.date.birth",
    "date": "privacy.date.date",
    "age": "privacy.date.date",
    "id": "privacy.id.other",
    "account": "privacy.financial.account",
    "username": "privacy.person.username",
    "credential": "privacy.credential.token",
}
"""The category of accord's table that each type means. `age` has none of its own and stands with dates."""

OUTSIDE = "O"

TOKEN_LABELS = (OUTSIDE, *(f"{place}-{kind}" for kind in TYPES for place in ("B", "I")))
"""Labels of pieces: outside, beginning of and inside a span of each type (IOB2, Tjong Kim Sang and Veenstra 1999)."""

SEQUENCE_HEADS = HEADS
"""Heads over a whole window, in the order of the linear heads that they stand beside."""


def beginning(kind: str) -> int:
    """Index of the label that begins a span of a type.

    Raises:
        ConfigError: no type is named so.
    """
    if kind not in TYPES:
        raise ConfigError(f"no type of personal data is named {kind!r}", hint=f"one of: {', '.join(TYPES)}")
    return 1 + 2 * TYPES.index(kind)


def unknown(types: Iterable[str] | None) -> tuple[int, ...]:
    """Indices of the labels that an annotation says nothing about; none where `types` is None (all were annotated).

    Raises:
        ConfigError: no type is named so.
    """
    if types is None:
        return ()
    known = {beginning(kind) for kind in types}
    return tuple(at for kind in TYPES if (first := beginning(kind)) not in known for at in (first, first + 1))
