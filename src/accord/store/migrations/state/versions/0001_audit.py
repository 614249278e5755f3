"""The tables of audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of audit."""
    op.create_table(
        "audit_entry",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("decision", sa.String(64), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_index("audit_entry_decision", "audit_entry", ["decision"])
    op.create_table(
        "audit_tile",
        sa.Column("level", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", NUMBER, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("previous", NUMBER, nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "audit_writer",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("boot", sa.String(64), nullable=False),
        sa.Column("pid", NUMBER, nullable=False),
        sa.Column("started", NUMBER, nullable=False),
        sa.Column("seen", NUMBER, nullable=False),
        sa.Column("since", NUMBER, nullable=False),
    )
