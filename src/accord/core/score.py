"""A measured figure with its uncertainty and with what it was measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Score:
    """One metric on one data set.

    Attributes:
        metric: its name (`recall`, `span_f1`, `auc`).
        value: the point estimate; None where it is undefined.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        n: how many units it rests on.
        subject_digest: SHA-256 over policy, models, code and data it was measured on.
        groups: the same metric within named groups.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    subject_digest: str = ""
    groups: Mapping[str, Score] = field(default_factory=dict)
