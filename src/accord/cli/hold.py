"""`accord hold`: legal holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.table import Table

from accord.cli import say
from accord.cli.custody import Opened, lines, tenant_option, when
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.custody.holds import Hold


def commands(opened: Opened) -> click.Group:
    """The group `hold`.

    Args:
        opened: lets somebody in.
    """

    @click.group(short_help="Keep data from being deleted, for a legal matter.")
    def hold() -> None:
        """Keep data from being deleted, for a legal matter.

        While a hold lasts, neither the sweeper nor an erasure removes what it holds.
        """

    for one in (_place(opened), _lift(opened), _list(opened)):
        hold.add_command(one)
    return hold


def _place(opened: Opened) -> click.Command:
    @click.command("place", short_help="Begin a hold.")
    @click.option("--reason", required=True, metavar="TEXT", help="The matter it serves, such as a case number.")
    @click.option("--subject", default="", metavar="ID", help="Of this data subject [default: all of the tenant].")
    @tenant_option("Whose data [default: your own tenant's].")
    @common
    @pass_common
    def place(shared: Common, reason: str, subject: str, tenant: str | None) -> int:
        """Begin a hold, and say its id."""
        with opened(shared, "hold.place", tenant) as desk:
            whose = tenant if tenant is not None else desk.tenant or ""
            made = desk.holds.place(whose, desk.by, reason, subject)
        if shared.json:
            say.as_json({"id": made})
        else:
            say.line(made)
        return 0

    return place


def _lift(opened: Opened) -> click.Command:
    @click.command("lift", short_help="End a hold.")
    @click.argument("id_", metavar="ID")
    @common
    @pass_common
    def lift(shared: Common, id_: str) -> int:
        """End the hold named ID: what has expired meanwhile goes with the next sweep."""
        with opened(shared, "hold.lift", None) as desk:
            desk.holds.lift(id_, desk.by, desk.tenant)
        if shared.json:
            say.as_json({"id": id_, "state": "lifted"})
        else:
            say.line(f"lifted {say.safe(id_)}")
        return 0

    return lift


def _list(opened: Opened) -> click.Command:
    @click.command("list", short_help="Show all holds.")
    @tenant_option("Only of this tenant.")
    @common
    @pass_common
    def list_holds(shared: Common, tenant: str | None) -> int:
        """Show all holds, the oldest first. Whom one is of is not shown: it is kept as a keyed hash only."""
        with opened(shared, "hold.list", tenant) as desk:
            found = desk.holds.list(tenant if tenant is not None else desk.tenant)
        if shared.json:
            for one in found:
                say.as_json(_object(one))
        elif say.human():
            _table(found)
        else:
            lines(_cells(one) for one in found)
        return 0

    return list_holds


def _object(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "tenant": hold.tenant,
        "of": "subject" if hold.of_subject else "tenant",
        "placed_by": hold.placed_by,
        "placed": when(hold.placed),
        "lifted": when(hold.lifted),
        "reason": hold.reason,
    }


def _cells(hold: Hold) -> tuple[str, ...]:
    ended = when(hold.lifted) or "lasts"
    of = "subject" if hold.of_subject else "tenant"
    return hold.id, hold.tenant or "-", of, when(hold.placed) or "", ended, hold.placed_by, hold.reason or "-"


def _table(found: list[Hold]) -> None:
    if not found:
        say.line("there is no legal hold")
        return
    table = Table("id", "tenant", "of", "placed", "ended", "by", "reason", box=box.SIMPLE_HEAD)
    table.columns[0].no_wrap = True
    for hold in found:
        cells = [say.safe(cell) for cell in _cells(hold)]
        table.add_row(*cells, style="dim" if hold.lifted else "yellow")
    say.console().print(table)
