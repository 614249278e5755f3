"""Signed heads of the log: C2SP signed notes with a tlog-checkpoint in them, signed with Ed25519."""

from __future__ import annotations

import base64
import hashlib
from typing import Protocol

from accord.audit.offline import Checkpoint, Untrue, VerifierKey, read_note

__all__ = ["Checkpoint", "Ed25519Signer", "Signer", "Untrue", "VerifierKey", "read_note", "verifier", "write_note"]


class Signer(Protocol):
    """Signs heads of one log.

    Attributes:
        name: the origin of the log: a name of its own, without spaces or plus signs.
        public: the Ed25519 public key, 32 bytes.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def public(self) -> bytes: ...  # noqa: D102
    def sign(self, message: bytes) -> bytes: ...  # noqa: D102


class Ed25519Signer:
    """Signs with a private key held in memory.

    Args:
        seed: the private key, 32 bytes.
        name: the origin; made from the public key when not given, so that no two logs share one.
    """

    def __init__(self, seed: bytes, name: str | None = None) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.name = name or f"accord.audit/{hashlib.sha256(self.public).hexdigest()[:16]}"
        if not named(self.name):
            raise ValueError("the origin of a log has neither spaces nor plus signs")

    def __repr__(self) -> str:
        return f"<Ed25519Signer of {self.name}>"

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""
        return self._key.sign(message)


def named(name: str) -> bool:
    """Whether this can be the origin of a log (C2SP signed-note: no Unicode spaces, no plus signs)."""
    return 0 < len(name) <= 200 and name.isprintable() and "+" not in name and not any(map(str.isspace, name))


def verifier(signer: Signer) -> VerifierKey:
    """The public half of a signer."""
    return VerifierKey(signer.name, signer.public)


def write_note(size: int, root: bytes, signer: Signer) -> str:
    """A signed checkpoint."""
    body = Checkpoint(signer.name, size, root).body()
    signature = base64.b64encode(verifier(signer).id + signer.sign(body.encode())).decode()
    return f"{body}\n— {signer.name} {signature}\n"
