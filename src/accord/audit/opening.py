"""The log of a state, with its keys out of the key ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accord.audit.anchors import Anchor
from accord.audit.log import AuditLog
from accord.audit.notes import Ed25519Signer
from accord.audit.records import Clock, clock
from accord.audit.session import Sessions
from accord.errors import AuditError, KeyLost
from accord.store.engine import Store
from accord.vault.keys import DataKey, KeyRing

_KIND = "audit"
_SIGNING = "checkpoint signing"


def open_log(
    store: Store,
    ring: KeyRing,
    *,
    anchors: Sequence[Anchor] = (),
    alert: Callable[[AuditError], None] | None = None,
    now: Clock = clock,
    recover: bool = True,
) -> AuditLog:
    """Open the log of a state; it is made with its first record.

    Args:
        store: holds the log.
        ring: holds its keys: the codes of the rows and the private key that signs heads are derived from one data
            key, which stays when the master key is rotated.
        anchors: where signed heads are kept outside of the store.
        alert: told when a head could not be kept there.
        now: the time.
        recover: close what processes left open that run no more; not to be done by those who only read.

    Raises:
        KeyLost: the key of the log is not in the key ring.
        AuditError: the log cannot be read, or recovery could not be written.
        StoreError: the key ring cannot be read.
    """
    key = _key(store, ring)
    log = AuditLog(store, key, signer_from(key), anchors=anchors, alert=alert, now=now)
    if recover:
        log.recover()
    return log


def signer_from(key: DataKey) -> Ed25519Signer:
    """What signs the heads of the log whose data key this is."""
    return Ed25519Signer(key.derive(_SIGNING))


def _key(store: Store, ring: KeyRing) -> DataKey:
    """The key that a log was begun with, for a log keeps its key for good; a new one for a new log."""
    sessions = Sessions(store)
    try:
        with sessions.reading() as session:
            rows = session.all("SELECT key FROM audit_head WHERE id = 1")
    finally:
        sessions.close()
    if not rows:
        return ring.key(_KIND)
    try:
        return ring.by_id(str(rows[0][0]))
    except KeyLost:
        # Somebody may have edited what names the key; whether the other one fits is told by the log itself.
        other = ring.find(_KIND)
        if other is None:
            raise
        return other
