"""The record of an erasure: what was destroyed, counted and signed, naming nobody.

A C2SP signed note: a line that says what it is, one line of canonical JSON, an empty line, and an Ed25519 signature
of whoever signs the heads of the audit log. Anybody with the public key can check it, on any machine.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from accord.audit.notes import Signer, VerifierKey, verifier
from accord.custody.spelled import FORMS
from accord.errors import StoreError

TITLE = "accord erasure record 1"
"""The first line: never the origin of a log, so that neither passes for the other."""

BEYOND = (
    "what was released before: copies at models, users, tools, data sets, reviewers and vendors",
    "backups and copies of the key store made before: with them, backups of the state can be read; destroy them",
    "keyed hashes in earlier backups of the state: they lead nowhere without the key store",
    "snapshots of the file system and blocks that a disk keeps after they were overwritten",
    "replicas and write-ahead logs of PostgreSQL, until it reuses them",
    "the memory of other processes of accord, for seconds; of those that have not looked since, until they do",
    "a value in images, recordings and documents that are kept, where no detector found it there",
    "a value that is written in another way than those that were searched for",
)
"""What an erasure cannot reach; in every record of one."""


def searched(value: bool, read: Mapping[str, int]) -> dict[str, Any]:
    """What was looked through before `left` was said to be nothing.

    Args:
        value: a value was erased, not a subject.
        read: how much was read of what.
    """
    if not value:
        return {"by": ["the keyed hash of the id of the subject"]}
    return {"by": ["the keyed index of values", "reading every text"], "read": dict(read), "forms": list(FORMS)}


def write(facts: Mapping[str, Any], signer: Signer) -> str:
    """A signed record.

    Args:
        facts: what was done; names nobody.
        signer: who signs the heads of the audit log.
    """
    said = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    body = f"{TITLE}\n{said}\n"
    signature = base64.b64encode(verifier(signer).id + signer.sign(body.encode())).decode()
    return f"{body}\n— {signer.name} {signature}\n"


def read(note: str, key: VerifierKey) -> dict[str, Any]:
    """What a record says, once its signature holds.

    Raises:
        StoreError: it is none, or this key did not sign it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    body, found, line = note.rpartition("\n\n")
    words = line.rstrip("\n").split(" ")
    if not found or not body.startswith(f"{TITLE}\n") or len(words) != 3 or words[:2] != ["—", key.name]:
        raise StoreError("this is no record of an erasure, or another log's")
    try:
        signed = base64.b64decode(words[2].encode(), validate=True)
        if signed[:4] != key.id:
            raise ValueError
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed[4:], f"{body}\n".encode())
        facts = json.loads(body.split("\n")[1])
    except (InvalidSignature, ValueError):
        raise StoreError("the signature of the record does not hold", hint="it was altered") from None
    return dict(facts)
