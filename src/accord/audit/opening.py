"""The log of a state, with its keys out of the key ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accord.audit.anchors import Anchor
from accord.audit.log import AuditLog
from accord.audit.notes import Ed25519Signer, named
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
    name: str | None = None,
    anchors: Sequence[Anchor] = (),
    alert: Callable[[AuditError], None] | None = None,
    now: Clock = clock,
    every: int = 10_000,
    every_s: float = 60.0,
    recover: bool = True,
) -> AuditLog:
    """Open the log of a state; it is made with its first record.

    Args:
        store: holds the log.
        ring: holds its keys: the codes of the rows and the private key that signs heads are derived from one data
            key, which stays when the master key is rotated.
        name: the origin of a log that is new; one that has signed a head keeps the name it signed with.
        anchors: where signed heads are kept outside of the store.
        alert: told when a head could not be kept there.
        now: the time.
        every: sign a head at least every so many records …
        every_s: … or so many seconds, with the next record.
        recover: close what processes left open that run no more; not to be done by those who only read.

    Raises:
        KeyLost: the key of the log is not in the key ring.
        AuditError: the log cannot be read, or recovery could not be written.
        StoreError: the key ring cannot be read.
    """
    key_id, signed = _begun(store)
    key = _key(ring, key_id)
    signer = signer_from(key, signed or name)
    log = AuditLog(store, key, signer, anchors=anchors, alert=alert, now=now, every=every, every_s=every_s)
    if recover:
        log.recover()
    return log


def signer_from(key: DataKey, name: str | None = None) -> Ed25519Signer:
    """What signs the heads of the log whose data key this is; named after its public key unless otherwise named."""
    return Ed25519Signer(key.derive(_SIGNING), name)


def _begun(store: Store) -> tuple[str | None, str | None]:
    """The key and the name that a log was begun with."""
    sessions = Sessions(store)
    try:
        with sessions.reading() as session:
            keys = session.all("SELECT key FROM audit_head WHERE id = 1")
            notes = session.all("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
    finally:
        sessions.close()
    name = str(notes[0][0]).partition("\n")[0] if notes else None
    return (str(keys[0][0]) if keys else None), (name if name and named(name) else None)


def _key(ring: KeyRing, key_id: str | None) -> DataKey:
    """The key that a log was begun with, for a log keeps its key for good; a new one for a new log."""
    if key_id is None:
        return ring.key(_KIND)
    try:
        return ring.by_id(key_id)
    except KeyLost:
        # Somebody may have edited what names the key; whether the other one fits is told by the log itself.
        other = ring.find(_KIND)
        if other is None:
            raise
        return other
