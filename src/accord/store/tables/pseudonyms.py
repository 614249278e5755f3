"""Pseudonyms and the values they stand for, sealed under the key of their scope."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table

from accord.store.tables.columns import STATE, Number, kept

_LIFE = "until it expires or is erased"

pseudonyms = Table(
    "pseudonym",
    STATE,
    kept("id", Number, primary_key=True, autoincrement=True, purpose="order of writing", retention=_LIFE),
    kept("scope", LargeBinary, purpose="tenant, principal, end user and session, as a keyed hash", retention=_LIFE),
    kept("pseudonym", LargeBinary, purpose="which pseudonym, as a keyed hash", retention=_LIFE),
    kept("sealed", LargeBinary, purpose="pseudonym, value, category and origin, encrypted", retention=_LIFE),
    kept("key_id", String(32), purpose="the key that opens it", retention=_LIFE),
    kept("created", Number, purpose="its age", retention=_LIFE),
    kept("expires", Number, purpose="when the sweeper removes it", retention=_LIFE),
    Index("pseudonym_in_scope", "scope", "pseudonym", unique=True),
    Index("pseudonym_expires", "expires"),
)

scopes = Table(
    "pseudonym_scope",
    STATE,
    kept("scope", LargeBinary, primary_key=True, purpose="which scope, as a keyed hash", retention=_LIFE),
    kept("tenant", String(255), purpose="whose scope: erasure and listing work within a tenant", retention=_LIFE),
    kept(
        "subject",
        LargeBinary,
        nullable=True,
        purpose="whose data it holds, as a keyed hash, where known",
        retention=_LIFE,
    ),
    kept(
        "version", Number, purpose="changes when the scope changes, so that other processes notice", retention=_LIFE
    ),
    kept("expires", Number, purpose="when the sweeper removes it", retention=_LIFE),
    Index("pseudonym_scope_subject", "subject"),
)
