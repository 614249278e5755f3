"""The Merkle tree of RFC 6962 (RFC 9162 section 2.1): how it grows, and what proves an entry or a continuation.

A tree is never held in memory. It grows from a *frontier*, the roots of its complete subtrees, and proofs are made
from hashes of complete subtrees that the caller looks up: in tiles of 256, as C2SP tlog-tiles cuts them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accord.audit.offline import node_hash

TILE = 256
TILE_HEIGHT = 8
HASH = 32
EMPTY_ROOT = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
"""SHA-256 of nothing: the root of a tree without entries."""

Node = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree of 2**level leaves that is number `index` on its level."""


class Frontier:
    """The roots of the complete subtrees of a tree, largest first: all that is needed to make it grow.

    Args:
        size: how many leaves the tree has.
        peaks: one root for every bit that is set in `size`.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != HASH for peak in peaks):
            raise ValueError("the peaks do not fit the size")
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf: bytes) -> None:
        """Grow by one leaf hash."""
        peaks, size = self.peaks, self.size
        while size & 1:
            leaf = node_hash(peaks.pop(), leaf)
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        hashed = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            hashed = node_hash(peak, hashed)
        return hashed

    def to_bytes(self) -> bytes:
        """The peaks, one after the other."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """What `to_bytes` wrote.

        Raises:
            ValueError: it does not fit the size.
        """
        if len(raw) % HASH:
            raise ValueError("the peaks do not fit the size")
        return cls(size, split(raw))


Full = Callable[[int, int, list[bytes]], None]
"""Told of a tile that is full: its level, its number on that level, its 256 hashes."""


class Tiling:
    """A tree that grows leaf by leaf, and the tiles that fill on the way.

    Attributes:
        frontier: where the tree stands.
        open: by level, the hashes since its last full tile. Those of leaves are kept only where the level is there.

    Args:
        frontier: where to begin.
        full: told of every tile that fills.
    """

    __slots__ = ("_full", "frontier", "open")

    def __init__(self, frontier: Frontier, full: Full) -> None:
        self.frontier = frontier
        self.open: dict[int, list[bytes]] = {} if frontier.size % TILE else {0: []}
        self._full = full

    def add(self, leaf: bytes) -> None:
        """Grow by one leaf hash; when a tile fills, its level and those above must be in `open`."""
        frontier, hashed = self.frontier, leaf
        if 0 in self.open:
            self.open[0].append(leaf)
        peaks, size, level = frontier.peaks, frontier.size, 0
        while size & 1:
            hashed = node_hash(peaks.pop(), hashed)
            size >>= 1
            level += 1
            if level % TILE_HEIGHT == 0:
                below = level // TILE_HEIGHT - 1
                hashes, self.open[below] = self.open[below], []
                self._full(below, frontier.size >> level, hashes)
                self.open.setdefault(below + 1, []).append(hashed)
        peaks.append(hashed)
        frontier.size += 1


def split(hashes: bytes) -> list[bytes]:
    """Hashes written one after the other."""
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over some leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def subtree(low: int, high: int, node: Node) -> bytes:
    """The hash over the leaves from `low` up to `high`, where `low` begins a subtree that holds them."""
    width = high - low
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, low >> level)
    half = _half(width)
    return node_hash(subtree(low, low + half, node), subtree(low + half, high, node))


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """What proves that leaf `index` stands in the tree of the first `size` leaves (RFC 9162 section 2.1.3.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _half(high - low)
        if index < middle:
            proof.append(subtree(middle, high, node))
            high = middle
        else:
            proof.append(subtree(low, middle, node))
            low = middle
    return proof[::-1]


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """What proves that the tree of `first` leaves is the beginning of that of `second` (RFC 9162 section 2.1.4.1).

    Raises:
        ValueError: the first is larger than the second.
    """
    if not 0 <= first <= second:
        raise ValueError("the first tree is larger than the second")
    if first in (0, second):
        return []
    proof: list[bytes] = []
    low, high, whole = 0, second, True
    while first != high:
        middle = low + _half(high - low)
        if first <= middle:
            proof.append(subtree(middle, high, node))
            high = middle
        else:
            proof.append(subtree(low, middle, node))
            low, whole = middle, False
    if not whole:
        proof.append(subtree(low, high, node))
    return proof[::-1]


def _half(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)
