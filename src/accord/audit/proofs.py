"""What proves that a record stands in the log, and that a head continues an earlier one, read from tiles."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from accord.audit.growth import leaves_of
from accord.audit.merkle import HASH, TILE, TILE_HEIGHT, consistency, inclusion, split
from accord.audit.offline import node_hash
from accord.audit.seals import TAMPERED, Seals
from accord.audit.session import Session
from accord.errors import TamperDetected

_GET = "SELECT hashes FROM audit_tile WHERE level = ? AND number = ?"
_CACHED = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record stands in the log.

    Attributes:
        seq: its number, counted from 0.
        record: what it says, as it was logged.
        size: how many records the signed head vouches for.
        hashes: the audit path (RFC 9162 section 2.1.3), from the leaf upward.
        note: the signed head.
    """

    seq: int
    record: str
    size: int
    hashes: tuple[bytes, ...]
    note: str


class Tiles:
    """Looks up hashes of complete subtrees in the stored tiles.

    Args:
        session: reads the log.
        seals: shows whether an entry that stands in no full tile yet is what was written.
        size: of how many entries hashes are looked up.
    """

    def __init__(self, session: Session, seals: Seals, size: int) -> None:
        self._session = session
        self._seals = seals
        self._size = size
        self._cache: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def inclusion(self, index: int) -> list[bytes]:
        """The audit path of an entry in the tree of all entries."""
        return inclusion(index, self._size, self.node)

    def consistency(self, first: int) -> list[bytes]:
        """What proves that the tree of `first` entries is the beginning of that of all entries."""
        return consistency(first, self._size, self.node)

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level entries that is number `index` on its level.

        Raises:
            TamperDetected: the tile it stands in is not there as a whole.
        """
        base, height = divmod(level, TILE_HEIGHT)
        number, place = divmod(index << height, TILE)
        pyramid = self._pyramid(base, number)
        try:
            return pyramid[height][place >> height]
        except IndexError:
            raise TamperDetected(f"tile {base}/{number} of the audit log is not whole", hint=TAMPERED) from None

    def _pyramid(self, base: int, number: int) -> list[list[bytes]]:
        at = (base, number)
        if at in self._cache:
            self._cache.move_to_end(at)
            return self._cache[at]
        levels = [self._load(base, number)]
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
        self._cache[at] = levels
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return levels

    def _load(self, base: int, number: int) -> list[bytes]:
        rows = self._session.all(_GET, base, number)
        if rows:
            raw = rows[0][0]
            if type(raw) is not bytes or len(raw) % HASH:
                raise TamperDetected(f"tile {base}/{number} of the audit log was edited", hint=TAMPERED)
            return split(raw)
        if base:
            raise TamperDetected(f"tile {base}/{number} of the audit log is missing", hint=TAMPERED)
        low = number * TILE
        return leaves_of(self._session, self._seals, low, min(low + TILE, self._size))
