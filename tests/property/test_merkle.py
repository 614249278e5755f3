"""The tree is that of RFC 6962: roots, proofs of inclusion and of consistency, at every size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.audit.merkle import (
    EMPTY_ROOT,
    TILE,
    Frontier,
    Tiling,
    consistency,
    inclusion,
    root_of,
)
from accord.audit.offline import consistent, included, leaf_hash

SIZES = st.integers(0, 700)


def defined(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 section 2.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:half]) + defined(leaves[half:])).digest()


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def lookup(of: Sequence[bytes]) -> Callable[[int, int], bytes]:
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        part = of[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only complete subtrees are looked up"
        if (level, index) not in known:
            known[level, index] = defined(part)
        return known[level, index]

    return node


def test_known_answers() -> None:
    """From the definition, by hand: SHA-256 of nothing, of 0x00, and of 0x01 over two leaves."""
    one = hashlib.sha256(b"\0").digest()
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256().digest()
    assert leaf_hash(b"") == one == bytes.fromhex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
    assert root_of([one, one]) == hashlib.sha256(b"\1" + one + one).digest()


@given(SIZES)
def test_it_grows_into_the_tree_of_the_definition(size: int) -> None:
    frontier = Frontier()
    for leaf in leaves(size):
        frontier.add(leaf)
    assert frontier.root() == defined(leaves(size))
    assert Frontier.from_bytes(size, frontier.to_bytes()).root() == frontier.root()


@given(st.data())
def test_what_is_in_the_tree_is_proved_and_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 400))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    all_ = leaves(size)
    root, proof = defined(all_), inclusion(index, size, lookup(all_))
    assert included(index, size, all_[index], proof, root)
    assert included(other, size, all_[index], proof, root) == (other == index)
    assert included(index, size, all_[other], proof, root) == (other == index)
    assert not included(index, size, all_[index], [*proof, root], root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        broken = [*proof[:place], hashlib.sha256(proof[place]).digest(), *proof[place + 1 :]]
        assert not included(index, size, all_[index], broken, root)
        assert not included(index, size, all_[index], proof[:-1], root)


@given(st.data())
def test_a_continuation_is_proved_and_nothing_else(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 400))
    first = data.draw(st.integers(0, second))
    all_ = leaves(second)
    old, new, proof = defined(all_[:first]), defined(all_), consistency(first, second, lookup(all_))
    assert consistent(first, second, old, new, proof)
    wrong = hashlib.sha256(b"wrong").digest()
    assert not consistent(first, second, wrong, new, proof)
    assert not consistent(first, second, old, wrong, proof) or first == 0
    assert not consistent(first, second, old, new, [*proof, wrong])
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not consistent(first, second, old, new, [*proof[:place], wrong, *proof[place + 1 :]])
        assert not consistent(first, second, old, new, proof[:-1])


@given(st.integers(0, 3 * TILE + 5), st.integers(0, 3 * TILE + 5))
def test_tiles_hold_every_leaf_once_wherever_one_begins(start: int, more: int) -> None:
    all_ = leaves(start + more)
    frontier = Frontier()
    for leaf in all_[:start]:
        frontier.add(leaf)
    full: list[tuple[int, int, list[bytes]]] = []
    tiling = Tiling(frontier, lambda *tile: full.append(tile))
    tiling.open[0] = all_[start - start % TILE : start]
    tiling.open[1] = [root_of(all_[at : at + TILE]) for at in range(0, start - start % TILE, TILE)]
    for leaf in all_[start:]:
        tiling.add(leaf)
    for level, number, hashes in full:
        assert level == 0 and hashes == all_[number * TILE : (number + 1) * TILE]
    end = (start + more) // TILE
    assert [number for _, number, _ in full] == list(range(start // TILE, end))
    assert tiling.open[0] == all_[end * TILE :]
    assert tiling.open[1] == [root_of(all_[at * TILE : (at + 1) * TILE]) for at in range(end)]


def test_levels_above_fill_too() -> None:
    full: list[tuple[int, int, int]] = []
    tiling = Tiling(Frontier(), lambda level, number, hashes: full.append((level, number, len(hashes))))
    for _ in range(TILE * TILE + TILE):
        tiling.add(b"h" * 32)
    assert [tile for tile in full if tile[0]] == [(1, 0, TILE)]
    assert len(full) == TILE + 2
    assert {level: len(hashes) for level, hashes in tiling.open.items()} == {0: 0, 1: 1, 2: 1}


@pytest.mark.parametrize(
    ("size", "peaks"), [(1, b""), (2, b"x" * 64), (3, b"x" * 32), (0, b"x" * 32), (1, b"x" * 31)]
)
def test_peaks_that_do_not_fit(size: int, peaks: bytes) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Frontier.from_bytes(size, peaks)


def test_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion(3, 3, lookup(leaves(3)))
    with pytest.raises(ValueError, match="larger"):
        consistency(4, 3, lookup(leaves(3)))
