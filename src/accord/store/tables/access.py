"""Who may do what: API keys, and whether there ever was one."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, Table

from accord.store.tables.columns import STATE, Number, kept

_LIFE = "until 30 days after it was revoked or has expired"
_STATE = "as long as the state"

api_keys = Table(
    "api_key",
    STATE,
    kept(
        "id",
        String(24),
        primary_key=True,
        purpose="names the key in the audit log; part of the key, public",
        retention=_LIFE,
    ),
    kept("digest", LargeBinary, purpose="recognises the key; the key itself is kept nowhere", retention=_LIFE),
    kept("tenant", String(255), purpose="whose key it is", retention=_LIFE),
    kept("role", String(24), purpose="what it may do", retention=_LIFE),
    kept("scopes", String(1024), purpose="further limits: names separated by spaces", retention=_LIFE),
    kept(
        "holder",
        String(255),
        default="",
        purpose="who holds it and its successors: two holders are two persons; itself where empty",
        retention=_LIFE,
    ),
    kept("created", Number, purpose="its age", retention=_LIFE),
    kept("expires", Number, nullable=True, purpose="when it stops working", retention=_LIFE),
    kept("revoked", Number, nullable=True, purpose="when it was revoked", retention=_LIFE),
    kept("successor", String(24), nullable=True, purpose="the key that replaced it", retention=_LIFE),
    kept("mac", LargeBinary, purpose="shows that the row was edited; HMAC under the key ring", retention=_LIFE),
    Index("api_key_created", "created"),
)

gate = Table(
    "access_gate",
    STATE,
    kept(
        "id",
        Number,
        primary_key=True,
        autoincrement=False,
        purpose="always 1: there is one row, or none",
        retention=_STATE,
    ),
    kept(
        "closed", Number, purpose="when the first key was made: from then on nobody gets in unknown", retention=_STATE
    ),
    kept("mac", LargeBinary, purpose="shows that the row was edited; HMAC under the key ring", retention=_STATE),
)
