"""Checks an exported bundle with nothing but the public key; needs nothing but Python's standard library.

    python offline.py BUNDLE --key KEYFILE [--head NOTEFILE]

It imports nothing of accord, so that a copy of this one file works anywhere; accord itself uses the same code.
Merkle proofs: RFC 9162 section 2.1. Signed notes and checkpoints: C2SP signed-note and tlog-checkpoint. Ed25519:
RFC 8032 section 5.1.7.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = "accord audit bundle 1"
_LINE = 1 << 24
_SMALL = 1 << 20
_ED25519 = b"\x01"


class Untrue(Exception):
    """What was checked is not what was signed.

    Args:
        message: what does not fit.
        record: number of the record it shows at; None where it is no single one.
    """

    def __init__(self, message: str, record: int | None = None) -> None:
        super().__init__(message)
        self.record = record


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two hashes (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that a leaf stands in a tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, hashed = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(other, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, other)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that one tree is the beginning of another (RFC 9162 section 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == hashlib.sha256().digest()
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_Point = tuple[int, int, int, int]


def _double(p: _Point) -> _Point:
    x, y, z, _ = p
    a, b = x * x, y * y
    h = a + b
    e, g = h - (x + y) * (x + y), a - b
    f = 2 * z * z + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] % _P * _D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    made: _Point = (0, 1, 1, 0)
    for bit in bin(scalar)[2:]:
        made = _double(made)
        if bit == "1":
            made = _add(made, point)
    return made


def _point(raw: bytes) -> _Point | None:
    """A point from its 32 bytes (RFC 8032 section 5.1.3); None where they are none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    squared = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(squared, (_P + 3) // 8, _P)
    if (x * x - squared) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - squared) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds (RFC 8032 section 5.1.7); plain Python, for verification only."""
    if (len(public), len(signature)) != (32, 64):
        return False
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    if key is None or nonce is None or base is None or scalar >= _Q:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _Q
    left, right = _times(scalar, base), _add(nonce, _times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


@dataclass(frozen=True)
class VerifierKey:
    """Who signs a log, as C2SP signed-note writes it: `NAME+ID+KEY`.

    Attributes:
        name: the origin of the log.
        public: the Ed25519 public key, 32 bytes.
    """

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, signature type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, for people to compare."""
        return hashlib.sha256(self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read one.

        Raises:
            Untrue: it is none, or its id does not fit.
        """
        name, _, rest = text.strip().partition("+")
        number, _, encoded = rest.partition("+")
        raw = _unbase64(encoded)
        if not name or raw is None or len(raw) != 33 or raw[:1] != _ED25519:
            raise Untrue("this is no public key of a log: NAME+ID+KEY is expected")
        key = cls(name, raw[1:])
        if key.id.hex() != number:
            raise Untrue("the public key is damaged: its id does not fit")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """What a log signs: so many entries, under this root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """What is signed (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_note(note: str, key: VerifierKey) -> Checkpoint:
    """A checkpoint whose signature holds.

    Raises:
        Untrue: it is none, or this key did not sign it.
    """
    body, separator, signatures = note.rpartition("\n\n")
    body += "\n"
    lines = body.split("\n")
    root = _unbase64(lines[2]) if separator and len(lines) >= 4 else None
    if root is None or len(root) != 32 or not signatures.endswith("\n") or not _number(lines[1]):
        raise Untrue("this is no signed checkpoint")
    if lines[0] != key.name:
        raise Untrue("the checkpoint is of another log")
    for line in signatures[:-1].split("\n"):
        raw = _unbase64(line.rpartition(" ")[2])
        if raw is None or not line.startswith("— "):
            raise Untrue("this is no signed checkpoint")
        if line.startswith(f"— {key.name} ") and raw[:4] == key.id and _verified(key.public, raw[4:], body.encode()):
            return Checkpoint(lines[0], int(lines[1]), root)
    raise Untrue("the signature of the checkpoint does not hold")


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 19


def _unbase64(text: str) -> bytes | None:
    """Decoded, if this is the one way of writing it."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _verified(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return signed_by(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Checked:
    """What a bundle proved.

    Attributes:
        checkpoint: the signed head everything is proved against.
        entries: how many records are in the bundle, each of them proved.
        earlier: sizes of earlier heads of which this one is a continuation.
    """

    checkpoint: Checkpoint
    entries: int
    earlier: tuple[int, ...]

    @property
    def complete(self) -> bool:
        """Whether no record of the log is left out, up to the signed head."""
        return self.entries == self.checkpoint.size


def check(bundle: Path, key: VerifierKey, head: str | None = None) -> Checked:
    """Check every record, proof and signature of a bundle.

    Args:
        bundle: the exported file.
        key: the public key, from a source other than the bundle.
        head: a signed checkpoint kept from earlier, which the bundle must continue.

    Raises:
        Untrue: something does not fit; with the number of the record where it is one.
    """
    try:
        with zipfile.ZipFile(bundle) as opened:
            about = json.loads(_small(opened, "bundle.json"))
            if not isinstance(about, dict) or about.get("format") != FORMAT:
                raise Untrue("this is no bundle of an audit log, or one of a newer version")
            checkpoint = read_note(_small(opened, "checkpoint").decode(), key)
            entries = _entries(opened, checkpoint)
            if entries != about.get("entries"):
                raise Untrue("records are missing from the bundle")
            return Checked(checkpoint, entries, _earlier(opened, checkpoint, key, head))
    except Untrue:
        raise
    except Exception as error:  # whatever a damaged file makes zipfile, zlib and json raise
        raise Untrue(f"the bundle is damaged: {type(error).__name__}") from None


def _small(opened: zipfile.ZipFile, name: str) -> bytes:
    """A member that is small, whatever it pretends to be."""
    with opened.open(name) as file:
        raw = file.read(_SMALL + 1)
    if len(raw) > _SMALL:
        raise Untrue("the bundle is damaged: a part of it is too large")
    return raw


def _entries(opened: zipfile.ZipFile, checkpoint: Checkpoint) -> int:
    count, before = 0, -1
    for item in _lines(opened, "entries.jsonl"):
        seq, proof = item["seq"], [bytes.fromhex(one) for one in item["proof"]]
        if type(seq) is not int or seq <= before:
            raise Untrue("records are out of order", before)
        if not included(seq, checkpoint.size, leaf_hash(item["record"].encode()), proof, checkpoint.root):
            raise Untrue(f"record {seq} is not what was logged", seq)
        count, before = count + 1, seq
    return count


def _earlier(opened: zipfile.ZipFile, now: Checkpoint, key: VerifierKey, head: str | None) -> tuple[int, ...]:
    wanted = read_note(head, key) if head is not None else None
    sizes = []
    for item in _lines(opened, "consistency.jsonl"):
        old = read_note(item["note"], key)
        proof = [bytes.fromhex(one) for one in item["proof"]]
        if not consistent(old.size, now.size, old.root, now.root, proof):
            raise Untrue(f"the log does not continue its head of {old.size} records")
        sizes.append(old.size)
        if old == wanted:
            wanted = None
    if wanted is not None and wanted != now:
        raise Untrue(f"the bundle does not show that it continues the head of {wanted.size} records")
    return tuple(sizes)


def _lines(opened: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with opened.open(name) as file:
        while line := file.readline(_LINE):
            if len(line) >= _LINE:
                raise Untrue("the bundle is damaged: a line is too long")
            item = json.loads(line)
            if not isinstance(item, dict):
                raise Untrue("the bundle is damaged: a line is no object")
            yield item


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a bundle and say what was found.

    Returns:
        0 when everything holds, 1 when something does not, 2 when it could not be checked.
    """
    parser = argparse.ArgumentParser(description="Checks a bundle of an audit log with the public key alone.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", type=Path, required=True, help="file with the public key: NAME+ID+KEY")
    parser.add_argument("--head", type=Path, help="file with an earlier signed checkpoint that must be continued")
    given = parser.parse_args(arguments)
    try:
        key = VerifierKey.parse(given.key.read_text())
        head = given.head.read_text() if given.head else None
        if not given.bundle.is_file():
            raise FileNotFoundError(2, "no such file")
    except (OSError, ValueError, Untrue) as error:
        sys.stderr.write(f"cannot check: {getattr(error, 'strerror', None) or error}\n")
        return 2
    try:
        found = check(given.bundle, key, head)
    except Untrue as error:
        sys.stdout.write(f"NOT TRUE: {error}\n")
        return 1
    sys.stdout.write(f"true: {said(found, key)}\n")
    return 0


def said(found: Checked, key: VerifierKey) -> str:
    """What a bundle proved, in words."""
    extent = "all of them" if found.complete else f"of {found.checkpoint.size}"
    return (
        f"records of {key.name} that are what was logged: {found.entries}, {extent}; "
        f"earlier heads that it continues: {len(found.earlier)}\nkey fingerprint: {key.fingerprint}"
    )


if __name__ == "__main__":
    sys.exit(main())
