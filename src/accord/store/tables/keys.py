"""The key store: every key wrapped by a master key, named by a keyed hash of what it is for."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table

from accord.store.tables.columns import KEYS, Number, kept

_LIFE = "until it is destroyed: by erasure, or when what it sealed has expired"

data_keys = Table(
    "data_key",
    KEYS,
    kept(
        "id", String(32), primary_key=True, purpose="stands in front of what the key sealed; random", retention=_LIFE
    ),
    kept("kind", String(24), purpose="what the key is for: tenant, subject, session, quarantine …", retention=_LIFE),
    kept("name", LargeBinary, purpose="whose it is, as a keyed hash: nothing leads back", retention=_LIFE),
    kept("generation", Number, purpose="1, 2, … : what is sealed now uses the newest", retention=_LIFE),
    kept("wrapped", LargeBinary, purpose="the key, encrypted by a master key", retention=_LIFE),
    kept("master", String(64), purpose="which master key wraps it", retention=_LIFE),
    kept("created", Number, purpose="its age, for rotation", retention=_LIFE),
    Index("data_key_name", "kind", "name", "generation", unique=True),
)
