"""The tables of keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of keys."""
    op.create_table(
        "data_key",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("generation", NUMBER, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(64), nullable=False),
        sa.Column("created", NUMBER, nullable=False),
    )
    op.create_index("data_key_name", "data_key", ["kind", "name", "generation"], unique=True)
