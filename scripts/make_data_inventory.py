"""Write docs/data-inventory.md from the tables: every column, what it is for and how long it stays.

python scripts/make_data_inventory.py           # write it
python scripts/make_data_inventory.py --check   # 1 when it is not what would be written

A column without a purpose or a retention is an error in either case.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, Table

import accord.store.tables as rooms
from accord.store.tables import KEY_STORE, STATE_STORE

PAGE = Path(__file__).parents[1] / "docs" / "data-inventory.md"

HEADER = """# Data inventory

Everything accord keeps, column by column: what it is for, and how long it stays. This page is generated from the
tables (`python scripts/make_data_inventory.py`); a test fails when it is not what the tables say, or when a column
has no purpose or no retention.

What is kept in clear, what as a keyed hash (HMAC-SHA256; nobody gets from it to the value, and only who has the key
store can even check a guess) and what encrypted (AES-256-GCM under a key from the key store) stands in the purpose.
Data subjects and end users are never in clear. Who acts (sends, releases, denies, looks, erases) is named in the
audit log by the id of their key or token: they answer for it.

`{state}` is one database, SQLite or PostgreSQL; `{keys}` is the key store, a database of its own, to be left out of
backups of the state: destroying a key there destroys what it sealed, in every copy of the state.
"""


class Incomplete(Exception):
    """A column does not say why it is kept, or how long."""


def page() -> str:
    """The text of the page.

    Raises:
        Incomplete: a column has no purpose or no retention.
    """
    lines = [HEADER.format(state=STATE_STORE.name, keys=KEY_STORE.name)]
    for schema in (STATE_STORE, KEY_STORE):
        lines += [f"## {schema.name}", ""]
        for said, tables in _rooms(schema.tables):
            lines += [said, ""]
            for table in tables:
                lines += _table(table)
    return "\n".join(lines).rstrip() + "\n"


def _rooms(schema: MetaData) -> list[tuple[str, list[Table]]]:
    """The tables of a schema by the file they stand in, with what its docstring says."""
    found = []
    for info in sorted(pkgutil.iter_modules(rooms.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{rooms.__name__}.{info.name}")
        tables = [value for value in vars(module).values() if isinstance(value, Table) and value.metadata is schema]
        if tables:
            found.append(((module.__doc__ or "").strip().splitlines()[0], tables))
    missing = set(schema.tables) - {table.name for _, tables in found for table in tables}
    if missing:
        raise Incomplete(f"tables in no file of {rooms.__name__}: {', '.join(sorted(missing))}")
    return found


def _table(table: Table) -> list[str]:
    lines = [f"### {table.name}", "", "| column | kind | what for | how long |", "|---|---|---|---|"]
    for column in table.columns:
        purpose, retention = column.info.get("purpose"), column.info.get("retention")
        if not purpose or not retention:
            raise Incomplete(f"{table.name}.{column.name} does not say why it is kept, or how long")
        kind = _kind(column.type)
        empty = ", may be empty" if column.nullable else ""
        lines.append(f"| `{column.name}` | {kind}{empty} | {_cell(purpose)} | {_cell(retention)} |")
    return [*lines, ""]


def _kind(type_: object) -> str:
    if isinstance(type_, LargeBinary):
        return "bytes"
    return "number" if isinstance(type_, BigInteger | Integer) else "text"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    try:
        text = page()
    except Incomplete as error:
        print(error, file=sys.stderr)
        return 1
    if asked.check:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("up to date" if same else "docs/data-inventory.md is not what the tables say: run this without --check")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
