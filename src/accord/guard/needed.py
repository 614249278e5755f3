"""Which detectors a destination needs: those that find what its rules do not let pass as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from accord.core.decision import Destination, Outcome
from accord.policy import Policy


class _Finds(Protocol):
    categories: frozenset[str]


Plugin = TypeVar("Plugin", bound=_Finds)


def needed(detectors: Iterable[Plugin], policy: Policy, to: Destination) -> list[Plugin]:
    """The detectors whose findings could change what a destination gets."""
    return [detector for detector in detectors if any(_matters(policy, c, to) for c in detector.categories)]


def _matters(policy: Policy, category: str, to: Destination) -> bool:
    rules = policy.naming(category, to)
    return not rules or any(rule.action is not Outcome.ALLOW for rule in rules)


_NUMBERS = ("privacy.contact.", "privacy.id.", "privacy.financial.", "privacy.network.")
_CAPITALS = "A-ZÀ-ÖØ-Þ"
_LOUD = re.compile(rf"[\d@]|(?<![.!?:\n])[ \t]+[{_CAPITALS}]|[^\x00-ÿ\u2000-\u206f]")


def numbers_only(detector: _Finds, policy: Policy, to: Destination) -> bool:
    """Whether all that a destination needs of a detector is written with digits, capitals or an @."""
    return all(category.startswith(_NUMBERS) for category in detector.categories if _matters(policy, category, to))


def is_quiet(text: str) -> bool:
    """Whether a text is plain words alone: no digit, no @, and capitals only where sentences begin.

    Of the scripts, only what Latin-1 can write is ever quiet.
    """
    return not _LOUD.search(text)
