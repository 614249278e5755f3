"""Pseudonyms and the values they stand for, sealed under the key of their scope and data subject."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table

from accord.store.tables.columns import STATE, Number, kept

_LIFE = "until it expires or is erased"
_STATE = "as long as the state"

pseudonyms = Table(
    "pseudonym",
    STATE,
    kept("id", Number, primary_key=True, autoincrement=True, purpose="order of writing", retention=_LIFE),
    kept("scope", LargeBinary, purpose="which scope and data subject, as a keyed hash", retention=_LIFE),
    kept("session", LargeBinary, purpose="which scope, whoever it is about, as a keyed hash", retention=_LIFE),
    kept("pseudonym", LargeBinary, purpose="which pseudonym, as a keyed hash", retention=_LIFE),
    kept("sealed", LargeBinary, purpose="pseudonym, value, category and origin, encrypted", retention=_LIFE),
    kept("key_id", String(32), purpose="the key that opens it", retention=_LIFE),
    kept("created", Number, purpose="its age", retention=_LIFE),
    kept("expires", Number, purpose="when the sweeper removes it", retention=_LIFE),
    Index("pseudonym_in_scope", "scope", "pseudonym", unique=True),
    Index("pseudonym_in_session", "session", "pseudonym"),
    Index("pseudonym_key", "key_id"),
    Index("pseudonym_expires", "expires"),
)

scopes = Table(
    "pseudonym_scope",
    STATE,
    kept(
        "scope",
        LargeBinary,
        primary_key=True,
        purpose="tenant, principal, end user, session and data subject, as a keyed hash; names its key as well",
        retention=_LIFE,
    ),
    kept("session", LargeBinary, purpose="the same without the data subject, as a keyed hash", retention=_LIFE),
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
    Index("pseudonym_scope_session", "session"),
    Index("pseudonym_scope_subject", "subject"),
    Index("pseudonym_scope_expires", "expires"),
)

bindings = Table(
    "key_store",
    STATE,
    kept("id", Number, primary_key=True, autoincrement=False, purpose="there is one row", retention=_STATE),
    kept(
        "fingerprint",
        LargeBinary,
        purpose="which key store opens this state: another one, or an empty one, is refused",
        retention=_STATE,
    ),
    kept("state", String(32), purpose="which state this is: random; the key store knows it", retention=_STATE),
)
