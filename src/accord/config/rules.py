"""A rule of a policy as it is written."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from accord.config.base import Model
from accord.core.content import Modality, Origin, Role
from accord.core.decision import Destination, Outcome
from accord.policy import Rule, When


class WhenModel(Model):
    """Conditions of a rule."""

    modality: frozenset[Modality] = frozenset()
    role: frozenset[Role] = frozenset()
    origin: frozenset[Origin] = frozenset()
    purpose: frozenset[str] = frozenset()
    tenant: frozenset[str] = frozenset()


class RuleModel(Model):
    """One rule as it is written."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")
    match: tuple[str, ...] = Field(min_length=1)
    excepted: tuple[str, ...] = Field(default=(), alias="except")
    to: frozenset[Destination] = Field(min_length=1)
    action: Outcome
    min_score: float = Field(default=0.0, ge=0, le=1)
    transform: str | None = Field(default=None, alias="with")
    when: WhenModel = WhenModel()
    reason: str = ""
    on_error: Literal["hold", "block"] = "block"

    @field_validator("match", "excepted", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def rule(self) -> Rule:
        """The rule it means."""
        when = When(**{name: getattr(self.when, name) for name in WhenModel.model_fields})
        return Rule(
            id=self.id,
            match=self.match,
            excepted=self.excepted,
            to=self.to,
            action=self.action,
            min_score=self.min_score,
            transform=self.transform,
            when=when,
            reason=self.reason,
            on_error=Outcome(self.on_error),
        )
