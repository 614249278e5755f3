"""Which detectors a destination needs: those that find what its rules do not let pass as it is."""

from __future__ import annotations

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
