"""`accord review`: what was held or blocked, listed, looked at masked, released or denied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.table import Table

from accord.cli import say
from accord.cli.breakglass import commands as breakglass
from accord.cli.custody import Opened, lines, part_object, show_parts, tenant_option, when, write_parts
from accord.cli.keys import Span
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.core.decision import Decision
    from accord.custody.items import Item

_STYLES = {"held": "yellow", "released": "green", "denied": "red", "used": "dim", "closed": "dim"}


def commands(opened: Opened) -> click.Group:
    """The group `review`.

    Args:
        opened: lets somebody in.
    """

    @click.group(short_help="Decide about what is held.")
    def review() -> None:
        """Decide about what is held: list it, look at it masked, release it once, or deny it."""

    release = _release(opened)
    for one in (_list(opened), _show(opened), release, _deny(opened), breakglass(opened)):
        review.add_command(one)
    review.add_command(click.Command("approve", hidden=True, params=release.params, callback=release.callback))
    return review


def _list(opened: Opened) -> click.Command:
    @click.command("list", short_help="Show what is kept, without its content.")
    @click.option("--only", "in_state", type=click.Choice(list(_STYLES)), help="Only in this state.")
    @click.option("--kind", type=click.Choice(("quarantine", "evidence")), help="Only of this kind.")
    @tenant_option("Only of this tenant.")
    @common
    @pass_common
    def list_items(shared: Common, in_state: str | None, kind: str | None, tenant: str | None) -> int:
        """Show what is kept, the newest first: what was found and where it was to go, never the content."""
        with opened(shared, "review.list", tenant) as desk:
            whose = tenant if tenant is not None else desk.tenant
            found = desk.quarantine.list(whose, kind=kind, state=in_state)
        if shared.json:
            for item in found:
                say.as_json(_object(item))
        elif say.human():
            _table(found)
        else:
            lines(_cells(item) for item in found)
        return 0

    return list_items


def _show(opened: Opened) -> click.Command:
    @click.command("show", short_help="Look at one, masked.")
    @click.argument("id_", metavar="ID")
    @click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write its parts there, masked.")
    @common
    @pass_common
    def show(shared: Common, id_: str, out: Path | None) -> int:
        """Look at the content of ID as a reviewer may see it: inspected anew, and masked as the policy says.

        Exit code 1 when the policy shows a reviewer nothing of it.
        """
        with opened(shared, "review.show", None) as desk:
            unsealed = desk.quarantine.shown(id_, desk.by, desk.tenant)
            seen = desk.view(unsealed)
        written = write_parts(out, seen.content) if out is not None and seen.content is not None else []
        if shared.json:
            say.as_json(_object(unsealed.item) | _seen(seen) | ({"written": written} if out is not None else {}))
        else:
            _say_item(unsealed.item)
            if seen.content is None:
                say.note("the policy shows a reviewer nothing of it; raw content: accord review break-glass")
            elif out is None:
                show_parts(seen.content)
            else:
                lines((name,) for name in written)
        return 0 if seen.content is not None else 1

    return show


def _release(opened: Opened) -> click.Command:
    @click.command("release", short_help="Let it leave once.")
    @click.argument("id_", metavar="ID")
    @click.option(
        "--for",
        "lasts",
        type=Span(),
        default="PT24H",
        show_default=True,
        metavar="PT24H",
        help="How long it may be used; 24 hours at most.",
    )
    @common
    @pass_common
    def release(shared: Common, id_: str, lasts: int) -> int:
        """Let the content of ID leave once: the same content, from who sent it, to where it was to go.

        Everything else the policy asks for still happens. Who sent it cannot release it.
        """
        with opened(shared, "review.release", None) as desk:
            item = desk.quarantine.approve(id_, desk.by, desk.tenant, lasts=lasts)
        _say_decided(shared, item)
        return 0

    return release


def _deny(opened: Opened) -> click.Command:
    @click.command("deny", short_help="Let it not leave.")
    @click.argument("id_", metavar="ID")
    @common
    @pass_common
    def deny(shared: Common, id_: str) -> int:
        """Let the content of ID not leave."""
        with opened(shared, "review.deny", None) as desk:
            item = desk.quarantine.deny(id_, desk.by, desk.tenant)
        _say_decided(shared, item)
        return 0

    return deny


def _object(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "state": item.state,
        "tenant": item.tenant,
        "decision": item.decision,
        "to": item.destination,
        "categories": list(item.categories),
        "policy": item.policy,
        "created": when(item.created),
        "expires": when(item.expires),
        "approved_until": when(item.approved_until),
    }


def _seen(seen: Decision) -> dict[str, Any]:
    parts = None if seen.content is None else [part_object(part) for part in seen.content]
    return {"outcome": seen.outcome.value, "rules": list(seen.rules), "content": parts}


def _cells(item: Item) -> tuple[str, ...]:
    found = ",".join(item.categories) or "-"
    return item.id, item.kind, item.state, item.tenant or "-", item.destination, when(item.expires) or "", found


def _say_item(item: Item) -> None:
    say.line(f"{item.kind} {item.id}: {item.state}, to {item.destination}, decision {say.safe(item.decision)}")
    say.line(f"found: {', '.join(item.categories) or 'nothing'}")
    say.line(f"kept until {when(item.expires)}")


def _say_decided(shared: Common, item: Item) -> None:
    if shared.json:
        say.as_json(_object(item))
    elif item.approved_until is not None:
        say.line(f"released {item.id}: once, until {when(item.approved_until)}")
    else:
        say.line(f"denied {item.id}")


def _table(found: list[Item]) -> None:
    if not found:
        say.line("nothing is held")
        return
    table = Table("id", "state", "to", "found", "until", box=box.SIMPLE_HEAD)
    table.columns[0].no_wrap = True
    table.columns[3].overflow = "fold"
    for item in found:
        state = item.state if item.kind == "quarantine" else item.kind
        cells = (item.id, state, item.destination, "\n".join(item.categories), (when(item.expires) or "")[:10])
        table.add_row(*cells, style=_STYLES[item.state])
    say.console().print(table)
