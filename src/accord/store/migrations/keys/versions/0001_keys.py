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
        sa.Column("parent", sa.String(32), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(255), nullable=False),
        sa.Column("created", NUMBER, nullable=False),
    )
    op.create_index("data_key_name", "data_key", ["kind", "name", "generation"], unique=True)
    op.create_index("data_key_parent", "data_key", ["parent"])
    op.create_index("data_key_master", "data_key", ["master", "id"])
    op.create_index("data_key_created", "data_key", ["kind", "created"])
    op.create_table(
        "destroyed_key",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
    )
    changes = op.create_table(
        "key_change",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
    )
    op.bulk_insert(changes, [{"id": 1, "version": 1}])
