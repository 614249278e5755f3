"""The key store: every key wrapped by a master key, named by a keyed hash of what it is for."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table

from accord.store.tables.columns import KEYS, Number, kept

_LIFE = "until it is destroyed: by erasure, or when what it sealed has expired"
_FOREVER = "as long as the key store"

data_keys = Table(
    "data_key",
    KEYS,
    kept(
        "id", String(32), primary_key=True, purpose="stands in front of what the key sealed; random", retention=_LIFE
    ),
    kept("kind", String(24), purpose="what the key is for: tenant, subject, scope, quarantine …", retention=_LIFE),
    kept("name", LargeBinary, purpose="whose it is, as a keyed hash: nothing leads back", retention=_LIFE),
    kept("generation", Number, purpose="1, 2, … : what is sealed now uses the newest", retention=_LIFE),
    kept(
        "parent",
        String(32),
        nullable=True,
        purpose="the key that wraps it before the master key does: destroying that one destroys this one",
        retention=_LIFE,
    ),
    kept("wrapped", LargeBinary, purpose="the key, encrypted by its parent and by a master key", retention=_LIFE),
    kept("master", String(255), purpose="which master key wraps it", retention=_LIFE),
    kept("created", Number, purpose="its age, for rotation", retention=_LIFE),
    Index("data_key_name", "kind", "name", "generation", unique=True),
    Index("data_key_parent", "parent"),
    Index("data_key_master", "master", "id"),
    Index("data_key_created", "kind", "created"),
)

destroyed = Table(
    "destroyed_key",
    KEYS,
    kept(
        "id",
        String(32),
        primary_key=True,
        purpose="tells a key that was destroyed on purpose from one that is missing; random, leads to nobody",
        retention=_FOREVER,
    ),
    kept("at", Number, purpose="when it was destroyed", retention=_FOREVER),
)

changes = Table(
    "key_change",
    KEYS,
    kept("id", Number, primary_key=True, autoincrement=False, purpose="always 1", retention=_FOREVER),
    kept(
        "version",
        Number,
        purpose="grows when a key is destroyed or renewed, so that other processes drop theirs",
        retention=_FOREVER,
    ),
)
