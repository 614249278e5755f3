"""The tree as it grows within one transaction: the frontier, and the tiles that fill up on the way."""

from __future__ import annotations

from accord.audit.merkle import HASH, TILE, TILE_HEIGHT, Frontier, Tiling, split
from accord.audit.offline import leaf_hash
from accord.audit.seals import TAMPERED, Seals
from accord.audit.session import Session, pages
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
    """

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier
        self._tiling = Tiling(frontier, self._filled)
        self._full: list[tuple[int, int, bytes]] = []

    def prepare(self, session: Session, seals: Seals, more: int) -> None:
        """Fetch what is needed to grow by `more` leaves.

        Raises:
            TamperDetected: what is needed was edited.
        """
        size, open_ = self.frontier.size, self._tiling.open
        if 0 not in open_ and size % TILE + more >= TILE:
            open_[0] = tail_of(session, seals, size)
        level = 1
        while (size + more) >> level * TILE_HEIGHT > (there := size >> level * TILE_HEIGHT):
            if level not in open_:
                open_[level] = _tile(session, level, there) if there % TILE else []
            level += 1

    def add(self, data: bytes) -> None:
        """Grow by an entry."""
        self._tiling.add(leaf_hash(data))

    def flush(self, session: Session) -> None:
        """Write the tiles that changed."""
        for level in {level + 1 for level, _, _ in self._full}:
            if hashes := self._tiling.open[level]:
                self._full.append((level, (self.frontier.size >> level * TILE_HEIGHT) // TILE, b"".join(hashes)))
        for tile in self._full:
            session.run(_PUT, *tile)
        self._full.clear()

    def _filled(self, level: int, number: int, hashes: list[bytes]) -> None:
        self._full.append((level, number, b"".join(hashes)))


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
