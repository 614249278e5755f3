"""What can go wrong, as one tree. No error ever carries content.

    AccordError                      .code (stable) and .hint (what to do next)
    ├── ConfigError                  a configuration or policy file is wrong: path, value, expectation
    │   └── PluginError              missing, failed to import, duplicate name, contract broken
    ├── ContentError                 cannot be decoded or measured, so it cannot leave
    ├── Refused                      .decision: how a door says hold or block
    ├── AuditError                   the record could not be written or read; nothing leaves
    │   └── TamperDetected           the log is not what was written: which record, and why
    ├── AccessDenied                 who asks may not do this, or did not say who they are
    ├── ModelError                   weights are missing, altered or unreadable
    └── StoreError                   the state cannot be used
        └── KeyLost                  the key that opens it was destroyed, or is in another key store

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


class TamperDetected(AuditError):
    """The log is not what was written.

    Args:
        message: what does not fit.
        record: number of the first record it shows at, counted from 0; None where it is no single one.
        hint: what the reader can do next.
    """

    code = "audit.tampered"

    def __init__(self, message: str, *, record: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.record = record


class AccessDenied(AccordError):
    """Who asks may not do this, or did not say who they are."""

    code = "access.denied"


class ModelError(AccordError):
    """Model weights are missing, altered or unreadable."""

    code = "model"


class StoreError(AccordError):
    """The state cannot be used."""

    code = "store"


class KeyLost(StoreError):
    """The key that opens it was destroyed, or is in another key store."""

    code = "store.key_lost"
