"""All of custody in one hand, for one person: what commands and doors work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accord.core.decision import Decision
from accord.custody.breakglass import BreakGlass
from accord.custody.erasure import Erasure
from accord.custody.export import Exporter
from accord.custody.holds import Holds
from accord.custody.items import Unsealed
from accord.custody.quarantine import Quarantine
from accord.custody.retention import Sweeper


@dataclass(frozen=True, slots=True)
class Desk:
    """What somebody who was let in works with.

    Attributes:
        by: who it is, as records name them.
        tenant: whose data they may touch; None for everybody's.
        quarantine: what was held or blocked.
        glass: requests to see raw content.
        holds: legal holds.
        erasure: erases subjects and values.
        sweeper: removes what has expired.
        exporter: gives out what is held about a subject.
        view: what a reviewer may see of an item: its content inspected anew and released to the reviewer.
    """

    by: str
    tenant: str | None
    quarantine: Quarantine
    glass: BreakGlass
    holds: Holds
    erasure: Erasure
    sweeper: Sweeper
    exporter: Exporter
    view: Callable[[Unsealed], Decision]
