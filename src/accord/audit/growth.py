"""The tree as it grows within one transaction: the frontier, and the tiles that fill up on the way."""

from __future__ import annotations

from accord.audit.merkle import HASH, TILE, TILE_HEIGHT, Frontier, split
from accord.audit.offline import leaf_hash, node_hash
from accord.audit.seals import Seals
from accord.audit.session import TAMPERED, Session, pages
from accord.errors import TamperDetected

_PUT = (
    "INSERT INTO audit_tile (level, number, hashes) VALUES (?, ?, ?) "
    "ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes"
)
_GET = "SELECT hashes FROM audit_tile WHERE level = ? AND number = ?"


class Growth:
    """A tree that grows.

    Args:
        frontier: where it stands.
        tail: leaf hashes since the last full tile; None when they are not known, as after another process wrote.
    """

    def __init__(self, frontier: Frontier, tail: list[bytes] | None = None) -> None:
        self.frontier = frontier
        self.tail = tail if tail is not None or frontier.size % TILE else []
        self._full: list[tuple[int, int, bytes]] = []
        self._upper: dict[tuple[int, int], list[bytes]] = {}

    def prepare(self, session: Session, seals: Seals, more: int) -> None:
        """Fetch what is needed to grow by `more` leaves.

        Raises:
            TamperDetected: what is needed was edited.
        """
        size = self.frontier.size
        if self.tail is None and size % TILE + more >= TILE:
            self.tail = tail_of(session, seals, size)
        level = 1
        while (size + more) >> level * TILE_HEIGHT > (there := size >> level * TILE_HEIGHT):
            if there % TILE:
                self._upper[level, there // TILE] = _tile(session, level, there)
            level += 1

    def add(self, data: bytes) -> None:
        """Grow by an entry."""
        frontier, peaks = self.frontier, self.frontier.peaks
        hashed = leaf_hash(data)
        if self.tail is not None:
            self.tail.append(hashed)
        size, level = frontier.size, 0
        while size & 1:
            hashed = node_hash(peaks.pop(), hashed)
            size >>= 1
            level += 1
            if level % TILE_HEIGHT == 0:
                self._complete(level // TILE_HEIGHT, frontier.size >> level, hashed)
        peaks.append(hashed)
        frontier.size += 1

    def flush(self, session: Session) -> None:
        """Write the tiles that changed."""
        changed = self._full + [(*at, b"".join(hashes)) for at, hashes in self._upper.items()]
        for tile in changed:
            session.run(_PUT, *tile)
        self._full.clear()
        self._upper.clear()

    def _complete(self, level: int, index: int, hashed: bytes) -> None:
        """A tile below is full: its root is hash number `index` on this level."""
        if level == 1:
            if self.tail is None:
                raise AssertionError("a tile fills up without its leaves")
            self._full.append((0, index, b"".join(self.tail)))
            self.tail = []
        self._upper.setdefault((level, index // TILE), []).append(hashed)


def _tile(session: Session, level: int, there: int) -> list[bytes]:
    """The last hashes of a level on which there are so many, as far as they fill no whole tile."""
    rows = session.all(_GET, level, there // TILE)
    raw = rows[0][0] if rows else b""
    if type(raw) is not bytes or len(raw) != there % TILE * HASH:
        raise TamperDetected("a tile of the audit log was edited", hint=TAMPERED)
    return split(raw)


def tail_of(session: Session, seals: Seals, size: int) -> list[bytes]:
    """The leaf hashes since the last full tile of a tree of `size` leaves.

    Raises:
        TamperDetected: one of these entries is not what was written.
    """
    low = size - size % TILE
    found = [row for page in pages(session, low, size) for row in page]
    tail = []
    for expected, row in enumerate(found, low):
        if row[0] != expected or type(row[1]) is not str or seals.entry(expected, _raw(row[1])) != row[4]:
            raise TamperDetected(f"audit record {expected} was changed or is missing", record=expected, hint=TAMPERED)
        tail.append(leaf_hash(_raw(row[1])))
    if len(tail) != size - low:
        missing = low + len(tail)
        raise TamperDetected(f"audit record {missing} was changed or is missing", record=missing, hint=TAMPERED)
    return tail


def _raw(record: str) -> bytes:
    return record.encode("utf-8", "surrogateescape")
