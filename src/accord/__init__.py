"""accord decides what may leave: one policy over privacy and safety.

import accord

guard = accord.load()
inspection = guard.inspect([accord.Text("Write to jane@example.org")])
decision = inspection.release(to="model")
decision.outcome, decision.content
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accord.core.content import Audio, Context, Document, Image, Modality, Origin, Role, Text
from accord.core.decision import Coverage, Decision, Destination, Outcome, Verdict
from accord.core.finding import Finding
from accord.core.place import Box, Interval, Meta, Span
from accord.errors import AccordError, AuditError, ConfigError, ContentError, ModelError, Refused, StoreError

if TYPE_CHECKING:
    from accord.app import load
    from accord.guard import Guard, Inspection

__all__ = [
    "AccordError",
    "Audio",
    "AuditError",
    "Box",
    "ConfigError",
    "ContentError",
    "Context",
    "Coverage",
    "Decision",
    "Destination",
    "Document",
    "Finding",
    "Guard",
    "Image",
    "Inspection",
    "Interval",
    "Meta",
    "Modality",
    "ModelError",
    "Origin",
    "Outcome",
    "Refused",
    "Role",
    "Span",
    "StoreError",
    "Text",
    "Verdict",
    "load",
]

__version__ = "0.1.0"

_LAZY = {"load": "accord.app", "Guard": "accord.guard", "Inspection": "accord.guard"}


def __getattr__(name: str) -> Any:
    """Import what needs pydantic, numpy and the rest only when it is asked for."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'accord' has no attribute {name!r}")
