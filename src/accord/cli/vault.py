"""`accord vault`: the keys under which state is sealed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from accord.cli import say
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.vault.keys import KeyRing
    from accord.vault.rotation import Progress as Tell
    from accord.vault.rotation import Status

Record = Callable[[Common, str, Mapping[str, str | int]], None]
"""Writes to the audit log what is about to happen: options, event, facts."""


def vault_commands(ring_of: Callable[[Common], KeyRing], record: Record) -> click.Group:
    """The commands about keys.

    Args:
        ring_of: opens the keys that the options name.
        record: told before anything is changed.
    """

    @click.group(short_help="Show, rotate and wrap anew the keys of the state.")
    def vault() -> None:
        """Show, rotate and wrap anew the keys under which state is sealed.

        Keys lie in a key store, wrapped by a master key that lies elsewhere. Back up both, apart from the state.
        """

    @vault.command("status", short_help="Show what keys there are.")
    @common
    @pass_common
    def status(shared: Common) -> int:
        """Show what keys there are. Exit code 2 when one is wrapped by a master key that is not here."""
        from accord.vault import rotation

        ring = ring_of(shared)
        found = rotation.status(ring.store, ring.master)
        if shared.json:
            say.as_json(asdict(found))
        elif say.human():
            _tables(found)
        else:
            _lines(found)
        return 2 if found.missing else 0

    @vault.command("rotate", short_help="Make a new master key and wrap every key under it.")
    @common
    @pass_common
    def rotate(shared: Common) -> int:
        """Make a new version of the master key and wrap every key under it, while everything goes on.

        Older versions stay, for backups of the key store, until `accord vault retire`.
        """
        from accord.vault import rotation

        ring = ring_of(shared)
        record(shared, "rotate", {"from": ring.master.current})
        rotation.add(ring.master)
        return _rewrap(shared, ring)

    @vault.command("rewrap", short_help="Wrap every key under the current master key.")
    @common
    @pass_common
    def rewrap(shared: Common) -> int:
        """Wrap every key under the current version of the master key; goes on where it was interrupted."""
        ring = ring_of(shared)
        record(shared, "rewrap", {"to": ring.master.current})
        return _rewrap(shared, ring)

    @vault.command("retire", short_help="Remove versions of the master key that wrap nothing.")
    @common
    @pass_common
    def retire(shared: Common) -> int:
        """Remove versions of the master key that wrap nothing any more. Older backups of the key store need them."""
        from accord.vault import rotation

        ring = ring_of(shared)
        found = rotation.status(ring.store, ring.master)
        idle = [name for name, count in found.masters.items() if not count and name != found.current]
        for name in idle:
            record(shared, "retire", {"master": name})
            ring.retire(name)
        if shared.json:
            say.as_json({"retired": idle})
        else:
            say.line(f"retired {', '.join(idle)}" if idle else "every version of the master key is in use")
        return 0

    return vault


def _rewrap(shared: Common, ring: KeyRing) -> int:
    with _progress(shared) as tell:
        count = ring.rewrap(tell)
    if shared.json:
        say.as_json({"rewrapped": count, "master": ring.master.current})
    else:
        say.line(f"wrapped {say.plural(count, 'key')} anew under {ring.master.current}")
    return 0


def _lines(found: Status) -> None:
    for kind, count in found.kinds.items():
        say.line(f"keys {kind} {count}")
    for name, count in found.masters.items():
        say.line(f"master {name} {count} {_state(found, name)}")


def _tables(found: Status) -> None:
    out = say.console()
    keys = Table("keys of kind", "number", box=box.SIMPLE_HEAD)
    masters = Table("version of the master key", "wraps", "", box=box.SIMPLE_HEAD)
    keys.columns[1].justify = masters.columns[1].justify = "right"
    for kind, count in found.kinds.items():
        keys.add_row(kind, f"{count:,}")
    for name, count in found.masters.items():
        masters.add_row(name, f"{count:,}", _state(found, name))
    out.print(keys)
    out.print(masters)
    if found.oldest is not None:
        made = datetime.fromtimestamp(found.oldest / 1000, UTC).date().isoformat()
        say.line(f"oldest key {made}, destroyed so far {found.destroyed:,}")


def _state(found: Status, name: str) -> str:
    if name == found.current:
        return "current"
    return "missing" if name in found.missing else "older"


@contextlib.contextmanager
def _progress(shared: Common) -> Iterator[Tell | None]:
    if shared.json or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("wrapping keys anew"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=say.console(error=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
