"""Signed heads are those of C2SP; signatures are those of RFC 8032, with and without the library."""

from __future__ import annotations

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from accord.audit import offline
from accord.audit.notes import Ed25519Signer, Untrue, VerifierKey, read_note, verifier, write_note

SIGNER = Ed25519Signer(b"s" * 32, "log.example/one")
ROOT = bytes(range(32))

RFC_8032 = [  # section 7.1: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_standard_hold(public: str, message: str, signature: str) -> None:
    key, said, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert offline.signed_by(key, signed, said)
    assert not offline.signed_by(key, signed, said + b"x")


def test_plain_python_says_what_the_library_says() -> None:
    chance = random.Random(3)
    for number in range(60):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), chance.randbytes(number)
        signature = bytearray(private.sign(message))
        if number % 3:
            where = public if number % 3 == 1 else signature
            changed = bytearray(where)
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            public, signature = (bytes(changed), signature) if where is public else (public, changed)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(bytes(signature), message)
            holds = True
        except (InvalidSignature, ValueError):
            holds = False
        assert holds == (number % 3 == 0)
        assert offline.signed_by(public, bytes(signature), message) is holds


def test_a_scalar_may_not_be_written_in_two_ways() -> None:
    """RFC 8032 section 5.1.7: S beyond the order of the group is refused, or signatures could be altered."""
    signature = SIGNER.sign(b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    larger = int.from_bytes(signature[32:], "little") + order
    assert offline.signed_by(SIGNER.public, signature, b"message")
    assert not offline.signed_by(SIGNER.public, signature[:32] + larger.to_bytes(32, "little"), b"message")
    assert not offline.signed_by(SIGNER.public, signature[:63], b"message")
    assert not offline.signed_by(b"\xff" * 32, signature, b"message")


def test_a_published_key_and_signature_of_another_implementation() -> None:
    """The example in the documentation of Go's sumdb/note."""
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    body = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    raw = offline._unbase64(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert raw is not None and raw[:4] == key.id
    assert offline.signed_by(key.public, raw[4:], body.encode())


def test_a_head_is_written_and_read() -> None:
    note = write_note(102500, ROOT, SIGNER)
    lines = note.split("\n")
    assert lines[:2] == ["log.example/one", "102500"] and lines[3] == "" and lines[5:] == [""]
    assert lines[4].startswith("— log.example/one ")
    found = read_note(note, verifier(SIGNER))
    assert (found.origin, found.size, found.root) == ("log.example/one", 102500, ROOT)


def test_a_head_with_the_signature_of_a_witness_beside_ours() -> None:
    note = write_note(7, ROOT, SIGNER)
    witness = Ed25519Signer(b"w" * 32, "witness.example")
    other = write_note(7, ROOT, witness).split("\n")[4]
    assert read_note(note + other + "\n", verifier(SIGNER)).size == 7
    assert read_note(note[: note.index("— ")] + other + "\n" + note[note.index("— ") :], verifier(SIGNER)).size == 7
    with pytest.raises(Untrue, match="signature"):
        read_note(note[: note.index("— ")] + other + "\n", verifier(SIGNER))


def test_any_change_to_a_head_is_refused() -> None:
    note, key, chance = write_note(48, ROOT, SIGNER), verifier(SIGNER), random.Random(2)
    for at in range(len(note)):
        for char in {chance.choice("abA1/+= \n"), chr(ord(note[at]) ^ 1)} - {note[at]}:
            with pytest.raises(Untrue):
                read_note(note[:at] + char + note[at + 1 :], key)
        with pytest.raises(Untrue):
            read_note(note[:at], key)
    for text in ("", "\n\n", "a\n1\n\n", note + "\n", "\n" + note, note.replace("\n48\n", "\n048\n")):
        with pytest.raises(Untrue):
            read_note(text, key)


def test_keys_are_written_and_read() -> None:
    key = verifier(SIGNER)
    assert VerifierKey.parse(str(key) + "\n") == key and len(key.fingerprint) == 64
    text = str(key)
    for broken in ("", "a", "a+b+c", text[:-4], text.replace("one", "two"), text.replace("+", "-"), "+" + text):
        with pytest.raises(Untrue):
            VerifierKey.parse(broken)


@pytest.mark.parametrize("name", ["a b", "a+b", "a\nb", "a\u00a0b", "x" * 201])
def test_names_that_no_log_has(name: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Ed25519Signer(b"s" * 32, name)


def test_a_log_is_named_after_its_key_and_keeps_its_secret() -> None:
    one, two = Ed25519Signer(b"1" * 32), Ed25519Signer(b"2" * 32)
    assert one.name.startswith("accord.audit/") and one.name != two.name
    assert "1" * 8 not in repr(one)
