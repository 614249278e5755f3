"""What all models of a configuration share: an unknown key is an error."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A part of a configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    def __repr__(self) -> str:
        # Addresses of databases may hold a password.
        return f"<{type(self).__name__}>"

    __str__ = __repr__
