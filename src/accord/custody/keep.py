"""How long what is kept: by kind, and shorter for some categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from accord.core.taxonomy import matches
from accord.custody.common import DAY


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept, in milliseconds; nothing is kept for zero.

    Attributes:
        quarantine: content that awaits a decision.
        evidence: content that was blocked; off unless asked for.
        pseudonyms: what pseudonyms stand for, from their last use on.
        categories: shorter times for content in which such things were found, by category or family
            (`privacy.health.*`): the shortest counts, whatever the kind allows.
        explicit: the kinds, `quarantine` or `evidence`, whose time somebody has written down. What is kept already
            goes when it was said to when it was kept; only for these kinds and `categories` earlier, where the time
            is shorter now.
    """

    quarantine: int = 7 * DAY
    evidence: int = 0
    pseudonyms: int = 30 * DAY
    categories: Mapping[str, int] = field(default_factory=dict)
    explicit: frozenset[str] = frozenset()

    def lasts(self, kind: str, categories: Iterable[str]) -> int:
        """For how long content is kept in which these categories were found."""
        whole = self.quarantine if kind == "quarantine" else self.evidence
        found = list(categories)
        shorter = (ms for pattern, ms in self.categories.items() if any(matches(pattern, name) for name in found))
        return max(0, min((whole, *shorter)))

    def until(self, kind: str, categories: Iterable[str], created: int) -> int:
        """When content goes that is kept since `created`."""
        return created + self.lasts(kind, categories)
