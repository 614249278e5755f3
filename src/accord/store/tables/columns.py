"""How a column is declared: with what it is for and how long it stays, or not at all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData

STATE = MetaData()
KEYS = MetaData()

# SQLite counts rows only in a column that is declared INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def kept(name: str, type_: Any, *more: Any, purpose: str, retention: str, **settings: Any) -> Column[Any]:
    """A column.

    Args:
        name: its name.
        type_: its type. Times are milliseconds since 1970 (UTC) in `Number`; what is sealed is `LargeBinary`.
        more: constraints.
        purpose: why it is kept; goes into the data inventory.
        retention: how long; goes into the data inventory.
        settings: whatever else SQLAlchemy takes.
    """
    settings.setdefault("nullable", False)
    return Column(name, type_, *more, info={"purpose": purpose, "retention": retention}, **settings)
