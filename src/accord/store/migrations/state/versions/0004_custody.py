"""The tables of custody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of custody."""
    op.create_table(
        "custody_item",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("principal", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.String(64), nullable=False),
        sa.Column("destination", sa.String(16), nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("categories", sa.String(2048), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", NUMBER, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
        sa.Column("approved_until", NUMBER, nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_index("custody_item_content", "custody_item", ["content"])
    op.create_index("custody_item_expires", "custody_item", ["expires"])
    op.create_index("custody_item_subject", "custody_item", ["subject"])
    op.create_table(
        "custody_grant",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("requested_by", sa.String(255), nullable=False),
        sa.Column("approved_by", sa.String(255), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("created", NUMBER, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
        sa.Column("revoked", NUMBER, nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_index("custody_grant_item", "custody_grant", ["item"])
    op.create_table(
        "mention",
        sa.Column("value", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(16), primary_key=True, nullable=False),
        sa.Column("ref", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
    )
    op.create_index("mention_expires", "mention", ["expires"])
    op.create_index("mention_ref", "mention", ["kind", "ref"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("placed_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("placed", NUMBER, nullable=False),
        sa.Column("lifted", NUMBER, nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_index("legal_hold_tenant", "legal_hold", ["tenant"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(32), primary_key=True, nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("requested_by", sa.String(255), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", NUMBER, nullable=False),
    )
    op.create_table(
        "sweep",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
    )
