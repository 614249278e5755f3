"""`accord review break-glass`: raw content, for one person whom another one lets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from accord.cli import say
from accord.cli.custody import Opened, lines, part_object, show_parts, tenant_option, when, write_parts
from accord.cli.keys import Span
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.custody.breakglass import Grant


def commands(opened: Opened) -> click.Group:
    """The group `break-glass`.

    Args:
        opened: lets somebody in.
    """

    @click.group("break-glass", short_help="See raw content, by two persons.")
    def group() -> None:
        """See raw content: one person asks and says why, another one agrees, the first one looks. All on record."""

    for one in (_request(opened), _approve(opened), _open(opened), _revoke(opened), _list(opened)):
        group.add_command(one)
    return group


def _request(opened: Opened) -> click.Command:
    @click.command("request", short_help="Ask to see raw content.")
    @click.argument("item", metavar="ITEM")
    @click.option("--reason", required=True, metavar="TEXT", help="Why it is needed; sealed like the content.")
    @click.option(
        "--for",
        "lasts",
        type=Span(),
        default="PT1H",
        show_default=True,
        metavar="PT1H",
        help="For how long from now; eight hours at most.",
    )
    @common
    @pass_common
    def request(shared: Common, item: str, reason: str, lasts: int) -> int:
        """Ask to see the raw content of ITEM, and say the id of the request."""
        with opened(shared, "breakglass.request", None) as desk:
            grant = desk.glass.request(item, desk.by, reason, lasts, desk.tenant)
        _say(shared, grant, grant.id)
        return 0

    return request


def _approve(opened: Opened) -> click.Command:
    @click.command("approve", short_help="Agree to what another person asks for.")
    @click.argument("id_", metavar="REQUEST")
    @common
    @pass_common
    def approve(shared: Common, id_: str) -> int:
        """Agree to REQUEST. Who asked cannot agree as well."""
        with opened(shared, "breakglass.approve", None) as desk:
            grant = desk.glass.approve(id_, desk.by, desk.tenant)
        _say(shared, grant, f"agreed to {grant.id}: {say.safe(grant.requested_by)} until {when(grant.expires)}")
        return 0

    return approve


def _open(opened: Opened) -> click.Command:
    @click.command("open", short_help="Look at what was agreed to.")
    @click.argument("id_", metavar="REQUEST")
    @click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write its parts there.")
    @common
    @pass_common
    def open_(shared: Common, id_: str, out: Path | None) -> int:
        """Look at the raw content of REQUEST, in clear: who asked for it, once another person has agreed."""
        with opened(shared, "breakglass.open", None) as desk:
            grant = desk.glass.get(id_, desk.tenant)
            content = desk.quarantine.content(grant.item, grant.id, desk.by)
        if out is not None:
            written = write_parts(out, content)
            if shared.json:
                say.as_json({"item": grant.item, "written": written})
            else:
                lines((name,) for name in written)
        elif shared.json:
            say.as_json({"item": grant.item, "content": [part_object(part) for part in content]})
        else:
            show_parts(content)
        return 0

    return open_


def _revoke(opened: Opened) -> click.Command:
    @click.command("revoke", short_help="Take a request back.")
    @click.argument("id_", metavar="REQUEST")
    @common
    @pass_common
    def revoke(shared: Common, id_: str) -> int:
        """Take REQUEST back, agreed to or not: nobody sees raw content with it from now on."""
        with opened(shared, "breakglass.revoke", None) as desk:
            grant = desk.glass.revoke(id_, desk.by, desk.tenant)
        _say(shared, grant, f"revoked {grant.id}")
        return 0

    return revoke


def _list(opened: Opened) -> click.Command:
    @click.command("list", short_help="Show all requests.")
    @tenant_option("Only of this tenant.")
    @common
    @pass_common
    def list_grants(shared: Common, tenant: str | None) -> int:
        """Show all requests, the newest first: who asked for what, why, and who agreed."""
        with opened(shared, "breakglass.list", tenant) as desk:
            found = desk.glass.list(tenant if tenant is not None else desk.tenant)
        for grant in found:
            if shared.json:
                say.as_json(_object(grant))
            else:
                lines([_cells(grant)])
        if not found and not shared.json and say.human():
            say.line("nobody asked to see raw content")
        return 0

    return list_grants


def _object(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "item": grant.item,
        "tenant": grant.tenant,
        "requested_by": grant.requested_by,
        "approved_by": grant.approved_by,
        "reason": grant.reason,
        "created": when(grant.created),
        "expires": when(grant.expires),
        "revoked": when(grant.revoked),
    }


def _cells(grant: Grant) -> tuple[str, ...]:
    agreed = f"agreed by {grant.approved_by}" if grant.approved_by else "nobody agreed yet"
    state = "revoked" if grant.revoked is not None else f"until {when(grant.expires)}"
    return grant.id, grant.item, f"asked by {grant.requested_by},", f"{agreed},", f"{state}:", grant.reason or "-"


def _say(shared: Common, grant: Grant, words: str) -> None:
    if shared.json:
        say.as_json(_object(grant))
    else:
        say.line(words)
