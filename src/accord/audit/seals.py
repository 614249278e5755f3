"""Codes under a secret key over everything the log stores, so that an edit by hand shows and can be named."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Protocol

from accord.errors import AuditError, TamperDetected

TAMPERED = "keep the state as it is, restore a backup elsewhere and compare; `accord audit verify` says more"
PURPOSE = "audit rows"


class RowKey(Protocol):
    """The key of the log; a data key of the vault is one."""

    @property
    def id(self) -> str: ...  # noqa: D102
    def derive(self, purpose: str) -> bytes: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends.

    Attributes:
        size: how many entries there are.
        peaks: roots of the complete subtrees, largest first.
        checkpoint: size of the newest signed head; -1 for none.
        key: which key made the codes.
        mac: code over all of it.
    """

    size: int
    peaks: bytes
    checkpoint: int
    key: str
    mac: bytes = b""

    def row(self) -> tuple[int, bytes, int, str, bytes]:
        """As it is stored."""
        return self.size, self.peaks, self.checkpoint, self.key, self.mac


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed head as it is stored.

    Attributes:
        size: how much of the log it vouches for.
        note: the signed checkpoint.
        at: when it was signed, milliseconds since 1970 (UTC).
        previous: size of the one before; -1 for none.
        mac: code over all of it.
    """

    size: int
    note: str
    at: int
    previous: int
    mac: bytes = b""


class Seals:
    """HMAC-SHA256 over entries, heads and checkpoints.

    Args:
        key: kept apart from the log.
    """

    __slots__ = ("_secret", "key_id")

    def __init__(self, key: RowKey) -> None:
        self.key_id = key.id
        self._secret = key.derive(PURPOSE)

    def entry(self, seq: int, record: bytes) -> bytes:
        """The code of an entry: binds what it says to its place."""
        return hmac.digest(self._secret, b"entry\0" + seq.to_bytes(8, "big", signed=True) + record, "sha256")

    def head(self, head: Head) -> Head:
        """The head with its code."""
        text = f"head\0{head.size}\0{head.checkpoint}\0{head.key}\0".encode("utf-8", "surrogateescape")
        mac = hmac.digest(self._secret, text + head.peaks, "sha256")
        return Head(head.size, head.peaks, head.checkpoint, head.key, mac)

    def check(self, head: Head) -> None:
        """Whether a head is what was written.

        Raises:
            TamperDetected: it is not.
            AuditError: it was written with another key.
        """
        if head.key != self.key_id and self.head(replace(head, key=self.key_id)).mac != head.mac:
            raise AuditError(
                "the audit log was written with another key",
                hint="use the key store that belongs to this state, or restore it from its own backup",
            )
        if self.head(head).mac != head.mac:
            raise TamperDetected("the head of the audit log was edited", hint=TAMPERED)

    def signed(self, one: Signed) -> Signed:
        """The stored checkpoint with its code."""
        text = f"checkpoint\0{one.size}\0{one.at}\0{one.previous}\0{one.note}".encode("utf-8", "surrogateescape")
        return replace(one, mac=hmac.digest(self._secret, text, "sha256"))
