"""The tables of pseudonyms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of pseudonyms."""
    op.create_table(
        "pseudonym",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("created", NUMBER, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
    )
    op.create_index("pseudonym_expires", "pseudonym", ["expires"])
    op.create_index("pseudonym_in_scope", "pseudonym", ["scope", "pseudonym"], unique=True)
    op.create_index("pseudonym_in_session", "pseudonym", ["session", "pseudonym"])
    op.create_index("pseudonym_key", "pseudonym", ["key_id"])
    op.create_table(
        "pseudonym_scope",
        sa.Column("scope", sa.LargeBinary(), primary_key=True, nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("tenant", sa.String(255), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
    )
    op.create_index("pseudonym_scope_expires", "pseudonym_scope", ["expires"])
    op.create_index("pseudonym_scope_session", "pseudonym_scope", ["session"])
    op.create_index("pseudonym_scope_subject", "pseudonym_scope", ["subject"])
    op.create_table(
        "key_store",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
    )
