"""Secrets do not show, and what they make is what the standards say."""

from __future__ import annotations

import copy
import hashlib
import hmac
import pickle

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from accord.vault.secret import CHUNK, SALT, TAG, DataKey, Secret, decrypt, encrypt, expand, framed

KEY = DataKey("ab" * 16, Secret(b"k" * 32))


def test_keys_are_expanded_as_rfc_5869_says():
    for info in (b"", b"a", b"x" * 300):
        assert expand(b"s" * 32, info) == HKDFExpand(SHA256(), 32, info).derive(b"s" * 32)


def test_one_chunk_is_plain_aes_gcm_under_a_key_of_its_own():
    sealed = encrypt(b"s" * 32, b"info", b"content")
    salt, body = sealed[:SALT], sealed[SALT:]
    cipher = AESGCM(bytes(expand(b"s" * 32, salt + b"info")))
    assert cipher.decrypt(b"\0" * 11 + b"\1", body, b"info") == b"content"


def test_each_object_has_a_key_of_its_own():
    salts = {encrypt(b"s" * 32, b"", b"")[:SALT] for _ in range(1000)}
    assert len(salts) == 1000


def test_no_two_sequences_of_parts_are_framed_alike():
    cases = [(), ("",), ("", ""), ("a", "b"), ("ab",), ("a", "", "b"), (b"ab",), ("a\0b",), ("b", "a"), ("\ud800",)]
    assert len({framed(*case) for case in cases}) == len(cases)


def test_a_mac_is_an_hmac_under_a_derived_key():
    assert KEY.mac("x", b"data") == hmac.new(KEY.derive("x"), b"data", hashlib.sha256).digest()
    assert KEY.derive("x") != KEY.derive("y") != KEY.secret and len(KEY.derive("x")) == 32


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>40}".format, lambda s: "".join((str(s), repr(s)))])
def test_a_secret_does_not_show(show):
    for secret in (Secret(b"hunter2"), KEY.derive("x")):
        assert "hunter2" not in show(secret) and repr(bytes(secret)) not in show(secret)
    assert "kkkk" not in show(KEY)


def test_a_secret_does_not_leave_its_process():
    for one in (Secret(b"hunter2"), KEY):
        with pytest.raises(TypeError):
            pickle.dumps(one)
        with pytest.raises(TypeError):
            copy.deepcopy(one)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_every_size_comes_back_and_costs_what_it_must(size: int):
    plain = bytes(i % 251 for i in range(1000)) * (size // 1000 + 1)
    sealed = encrypt(b"s" * 32, b"i", plain[:size])
    assert len(sealed) == SALT + size + TAG * max(1, -(-size // CHUNK))
    assert decrypt(b"s" * 32, b"i", sealed) == plain[:size]


def test_nothing_is_too_short_to_be_refused():
    sealed = encrypt(b"s" * 32, b"i", b"content")
    for length in range(len(sealed)):
        with pytest.raises(InvalidTag):
            decrypt(b"s" * 32, b"i", sealed[:length])
