"""What can go wrong, as one tree. No error ever carries content.

    AccordError                      .code (stable) and .hint (what to do next)
    ├── ConfigError                  a configuration or policy file is wrong: path, value, expectation
    │   └── PluginError              missing, failed to import, duplicate name, contract broken
    ├── ContentError                 cannot be decoded or measured, so it cannot leave
    ├── Refused                      .decision: how a door says hold or block
    ├── AuditError                   the record could not be written or read; nothing leaves
    ├── ModelError                   weights are missing, altered or unreadable
    └── StoreError                   the state folder cannot be used

A fault *inside* a detector is no exception: it is a finding (`fault.detector`) that the policy judges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.core.decision import Decision


class AccordError(Exception):
    """The root of every error accord raises on purpose.

    Args:
        message: what is wrong, in words that never quote content.
        hint: what the reader can do next.
    """

    code = "accord"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(AccordError):
    """A configuration or policy file is wrong."""

    code = "config"


class PluginError(ConfigError):
    """A plugin is missing, failed to import, is declared twice or breaks its contract."""

    code = "plugin"


class ContentError(AccordError):
    """Content cannot be decoded or measured, so it cannot leave."""

    code = "content"


class Refused(AccordError):
    """A door's way to say hold or block; the decision explains."""

    code = "refused"

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            f"{decision.outcome.value} by {', '.join(decision.rules) or 'the default'}",
            hint=f"decision {decision.id}",
        )
        self.decision = decision


class AuditError(AccordError):
    """The audit record could not be written or read; nothing leaves."""

    code = "audit"


class ModelError(AccordError):
    """Model weights are missing, altered or unreadable."""

    code = "model"


class StoreError(AccordError):
    """The state folder cannot be used."""

    code = "store"
