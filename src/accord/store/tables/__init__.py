"""The tables, one file per room that writes them, and the two databases they live in."""

from __future__ import annotations

from accord.store.engine import Schema
from accord.store.tables import access, audit, custody, keys, pseudonyms
from accord.store.tables.columns import KEYS, STATE

__all__ = ["KEY_STORE", "STATE_STORE", "access", "audit", "custody", "keys", "pseudonyms"]

STATE_STORE = Schema("state", STATE, "0004")
"""Everything but keys."""

KEY_STORE = Schema("keys", KEYS, "0001")
"""Keys alone: a file of its own, so that backups can leave it out and destroying a key destroys what it sealed."""
