"""The tree as it grows within one transaction: the frontier, and the tiles that fill up on the way."""

from __future__ import annotations

from accord.audit.merkle import HASH, TILE, TILE_HEIGHT, Frontier, Tiling, split
from accord.audit.offline import leaf_hash
from accord.audit.seals import TAMPERED, Seals
from accord.audit.session import Session, pages, raw_of
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
            open_[0] = leaves_of(session, seals, size - size % TILE, size)
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


def leaves_of(session: Session, seals: Seals, low: int, high: int) -> list[bytes]:
    """The leaf hashes of the entries from `low` up to `high`.

    Raises:
        TamperDetected: one of these entries is not what was written.
    """
    with session.exact():
        found = [row for page in pages(session, low, high) for row in page]
    leaves = []
    for expected, (seq, record, _, _, mac) in enumerate(found, low):
        raw = raw_of(record)
        if seq != expected or seals.entry(expected, raw) != mac:
            raise changed(expected)
        leaves.append(leaf_hash(raw))
    if len(leaves) != high - low:
        raise changed(low + len(leaves))
    return leaves


def changed(record: int) -> TamperDetected:
    """The error that names a record."""
    message = f"audit record {record} was changed, removed or put in by hand"
    return TamperDetected(message, record=record, hint=TAMPERED)


def unproved(record: int) -> TamperDetected:
    """The error for a record that is what was written, while the tree over it is not."""
    message = f"audit record {record} cannot be proved: the tree over it was edited"
    return TamperDetected(message, record=record, hint=TAMPERED)
