"""MACs of rows: whoever can write the database, but has no keys, can change nothing that decides."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, RowMapping, Table

from accord.errors import TamperDetected
from accord.vault.keys import KeyRing
from accord.vault.secret import framed

MAC = "mac"
"""The column that holds it."""

_SEALED = frozenset({MAC, "sealed", "reason"})  # these show by themselves that they were edited


class Stamps:
    """Makes and checks the MACs of the rows of a table, over everything in them that is not sealed.

    A row that was put back as it once was still has a right MAC: where that matters, a key of the key ring lives
    exactly as long as the row may be used.

    Args:
        ring: has the key.
        table: whose rows; with a column `id` and a column `mac`.
    """

    def __init__(self, ring: KeyRing, table: Table) -> None:
        self._ring = ring
        self._name = table.name
        self._fields = tuple(sorted(column.name for column in table.columns if column.name not in _SEALED))

    def stamped(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A new row with its MAC; what is not given is empty."""
        return {**values, MAC: self._mac(values)}

    def changed(self, row: Row[Any], **changes: Any) -> dict[str, Any]:
        """What is to be written over a row: changes, and the MAC of the row with them."""
        return {**changes, MAC: self._mac({**row._mapping, **changes})}

    def right(self, row: Row[Any]) -> bool:
        """Whether a row is what was written."""
        return hmac.compare_digest(bytes(row.mac), self._mac(row._mapping))

    def check(self, row: Row[Any]) -> None:
        """Return when a row is what was written.

        Raises:
            TamperDetected: it was edited.
        """
        if not self.right(row):
            raise TamperDetected(
                f"row {row.id} of {self._name} was edited in the database",
                hint="nothing was done with it; see `accord audit list` for what was, and restore a backup",
            )

    def _mac(self, values: Mapping[Any, Any] | RowMapping) -> bytes:
        return self._ring.mac(f"row {self._name}", framed(*(_written(values.get(name)) for name in self._fields)))


def _written(value: Any) -> bytes:
    if value is None:
        return b"-"
    if isinstance(value, int):
        return b"i%d" % value
    return b"s" + value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b"b" + bytes(value)
