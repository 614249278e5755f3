"""Labelled rows: what a head learns from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

HEADS = ("injection", "hate", "harassment", "violence", "sexual", "selfharm", "illicit", "weapons")
"""The heads, in the order of their columns in the weights."""

HARM = HEADS[1:]


@dataclass(frozen=True, slots=True)
class Row:
    """One text with what is known about it.

    Attributes:
        text: the text.
        source: the name of its source.
        labels: 1 or 0 for the heads it says something about; the others are not trained on it.
        weight: how much it counts.
        group: rows of one template or document share a group, and one side of every split.
    """

    text: str
    source: str
    labels: dict[str, int]
    weight: float = 1.0
    group: str = field(default="")

    def key(self) -> str:
        """What two copies of one text share."""
        return " ".join("".join(c if c.isalnum() else " " for c in self.text.casefold()).split())

    def draw(self, salt: str) -> float:
        """A number in [0, 1) that depends on the group (or the text) and the salt alone."""
        digest = hashlib.sha256(f"{salt}\0{self.group or self.key()}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48


def benign(*heads: str) -> dict[str, int]:
    """Labels of a harmless text."""
    return dict.fromkeys(heads or HEADS, 0)
