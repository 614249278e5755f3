"""The tables of access."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of access."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(24), primary_key=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("scopes", sa.String(1024), nullable=False),
        sa.Column("holder", sa.String(255), nullable=False),
        sa.Column("created", NUMBER, nullable=False),
        sa.Column("expires", NUMBER, nullable=True),
        sa.Column("revoked", NUMBER, nullable=True),
        sa.Column("successor", sa.String(24), nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_index("api_key_created", "api_key", ["created"])
    op.create_table(
        "access_gate",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("closed", NUMBER, nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
