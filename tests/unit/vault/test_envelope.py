"""What is sealed opens in its place, whole and unaltered, or not at all."""

from __future__ import annotations

import pytest

from accord.errors import KeyLost, StoreError
from accord.vault.envelope import OVERHEAD, key_of, open_sealed, seal
from accord.vault.secret import CHUNK, SALT, TAG

PLAIN = b"Jonas Weber, +49 151 23456789"
HEAD = 17 + SALT
PIECE = CHUNK + TAG


def refused(vault, sealed: bytes, *context: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_sealed(vault.ring, sealed, *context)
    assert caught.value.hint and caught.value.__cause__ is None
    return caught.value


def test_it_opens_in_its_place_and_says_which_key(vault):
    key = vault.ring.key("tenant", "acme")
    sealed = seal(key, PLAIN, "item", "acme", "7")
    assert open_sealed(vault.ring, sealed, "item", "acme", "7") == PLAIN
    assert open_sealed(vault.again(), sealed, "item", "acme", "7") == PLAIN
    assert key_of(sealed) == key.id
    assert len(sealed) == len(PLAIN) + OVERHEAD
    assert PLAIN not in sealed


@pytest.mark.parametrize(
    "context",
    [
        (),
        ("item", "acme", "8"),
        ("item", "acme7"),
        ("item", "acme"),
        ("item", "acme", "7", ""),
        ("7", "acme", "item"),
        ("evidence", "acme", "7"),
    ],
)
def test_it_opens_in_no_other_place(local, context):
    sealed = seal(local.ring.key("tenant", "acme"), PLAIN, "item", "acme", "7")
    assert "belongs elsewhere" in str(refused(local, sealed, *context))


def test_the_content_of_one_tenant_does_not_open_as_anothers(local):
    mine, theirs = (seal(local.ring.key("tenant", t), PLAIN, "item") for t in ("acme", "globex"))
    swapped = mine[:17] + theirs[17:]  # the content of one under the id of the other
    refused(local, swapped, "item")


def test_every_flipped_bit_is_noticed(local):
    sealed = seal(local.ring.key("tenant", "acme"), PLAIN, "item")
    for index in range(len(sealed)):
        refused(local, sealed[:index] + bytes([sealed[index] ^ (1 << index % 8)]) + sealed[index + 1 :], "item")


def test_every_cut_and_every_addition_is_noticed(local):
    sealed = seal(local.ring.key("tenant", "acme"), PLAIN, "item")
    for length in range(len(sealed)):
        refused(local, sealed[:length], "item")
    refused(local, sealed + b"\0", "item")
    refused(local, sealed + sealed[HEAD:], "item")


def test_pieces_keep_their_order_number_and_object(local):
    key = local.ring.key("tenant", "acme")
    plain = b"a" * CHUNK + b"b" * CHUNK + b"c" * 5
    sealed = seal(key, plain, "item")
    other = seal(key, plain, "item")
    assert open_sealed(local.ring, sealed, "item") == plain
    head, one, two, three = (
        sealed[:HEAD],
        sealed[HEAD:][:PIECE],
        sealed[HEAD + PIECE :][:PIECE],
        sealed[HEAD + 2 * PIECE :],
    )
    for body in (
        two + one + three,
        one + one + three,
        one + three,
        one + two,  # ends at the end of a piece
        one,
        one + two + two + three,
        one + two + three + three,
        one + two + three[:-1],
        one + other[HEAD + PIECE :],  # the rest of another object, sealed under the same key for the same place
        other[HEAD:],
        b"",
    ):
        refused(local, head + body, "item")


def test_another_version_is_refused(local):
    sealed = seal(local.ring.key("tenant", "acme"), PLAIN, "item")
    for version in (0, 2, 255):
        assert "does not know" in str(refused(local, bytes([version]) + sealed[1:], "item"))


@pytest.mark.parametrize("junk", [b"", b"\x01", b"x" * 16, b"\x01" * 57, b"{}" * 100])
def test_what_was_never_sealed_is_refused(local, junk):
    refused(local, junk, "item")


def test_a_destroyed_key_is_told_from_a_missing_one(vault, tmp_path):
    sealed = seal(vault.ring.key("subject", "acme", "jonas"), PLAIN, "item")
    unknown = sealed[:1] + bytes(16) + sealed[17:]
    assert vault.ring.shred("subject", "acme", "jonas") == 1
    with pytest.raises(KeyLost, match="destroyed"):
        open_sealed(vault.ring, sealed, "item")
    with pytest.raises(KeyLost, match="not in the key store") as caught:
        open_sealed(vault.ring, unknown, "item")
    assert "restore the key store" in caught.value.hint
