"""`accord keys`: API keys, made, listed, replaced and ended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.table import Table

from accord.cli import say
from accord.cli.options import Common, common, pass_common
from accord.errors import ConfigError

if TYPE_CHECKING:
    from accord.access.key_info import KeyInfo
    from accord.access.keys import ApiKeys
    from accord.access.principals import Principal

ROLES = ("app", "reviewer", "officer", "operator", "auditor", "admin")
_STYLES = {"active": "green", "replaced": "yellow", "expired": "dim", "revoked": "bold red"}
_SPAN = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_MS = (604_800_000, 86_400_000, 3_600_000, 60_000, 1000)
_LONGEST = 100 * 365 * 86_400_000

Whose = Callable[[str], None]
"""Raises AccessDenied unless whoever asks may do so with keys of a tenant."""

Opened = Callable[[Common], AbstractContextManager[tuple["ApiKeys", str, str | None, Whose]]]
"""Opens the API keys of the state: with who asks, the tenant they are bound to, and whether they may for another."""


class Span(click.ParamType[int]):
    """A time span, ISO 8601, in ms: `P90D`, `P2W`, `PT12H`. Years and months are no fixed time and not taken."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """What is written, in ms."""
        if isinstance(value, int):
            return value
        found = _SPAN.fullmatch(str(value))
        if not found:
            self.fail("write P90D for ninety days, PT12H for twelve hours", param, ctx)
        length = sum(int(part[:12]) * ms for part, ms in zip(found.groups("0"), _MS, strict=True))
        if length > _LONGEST:
            self.fail("that is more than a hundred years", param, ctx)
        return length


def commands(opened: Opened) -> click.Group:
    """The group `keys`.

    Args:
        opened: opens the API keys of the state that the options name.
    """

    @click.group(short_help="Make, list, replace and end API keys.")
    def keys() -> None:
        """Make, list, replace and end API keys.

        A key is shown once, when it is made. From the first key on, a server lets nobody in without one.
        """

    for command in (_add(opened), _list(opened), _rotate(opened), _revoke(opened)):
        keys.add_command(command)
    return keys


def _add(opened: Opened) -> click.Command:
    @click.command("add", short_help="Make a key and show it, once.")
    @click.option("--tenant", required=True, metavar="NAME", help="Whose it is; '*' for every tenant, to run it all.")
    @click.option("--role", required=True, type=click.Choice(ROLES), help="What it may do.")
    @click.option("--scope", "scopes", multiple=True, metavar="NAME", help="Limit it to an action, or to a group.")
    @click.option("--expires", type=Span(), metavar="P90D", help="When it ends [default: never].")
    @click.option("--holder", default="", metavar="NAME", help="Who holds it [default: nobody who holds another].")
    @common
    @pass_common
    def add(shared: Common, tenant: str, role: str, scopes: tuple[str, ...], expires: int | None, holder: str) -> int:
        """Make a key and show it, once: the last word on standard output.

        For example: accord keys add --tenant acme --role reviewer --holder anna --expires P90D
        """
        with opened(shared) as (keys, by, _, may):
            may(tenant)
            principal, key = keys.add(tenant, role, scopes=scopes, lifetime=expires, holder=holder, by=by)
        _show(shared, principal, key)
        return 0

    return add


def _list(opened: Opened) -> click.Command:
    @click.command("list", short_help="Show all keys, but for their secrets.")
    @click.option("--tenant", metavar="NAME", help="Only of this tenant.")
    @common
    @pass_common
    def list_keys(shared: Common, tenant: str | None) -> int:
        """Show all keys, oldest first: whose they are, what they may do and whether they still work."""
        with opened(shared) as (keys, _, own, may):
            if tenant is not None:
                may(tenant)
            found = keys.list(tenant if tenant is not None else own)
        now = time.time_ns() // 1_000_000
        if shared.json:
            for info in found:
                say.as_json(_object(info, now))
        elif say.human():
            _table(found, now)
        else:
            for info in found:
                say.line(" ".join(_cells(info, now)))
        return 0

    return list_keys


def _rotate(opened: Opened) -> click.Command:
    @click.command("rotate", short_help="Replace a key, and show the new one, once.")
    @click.argument("id_", metavar="ID")
    @click.option(
        "--grace",
        type=Span(),
        default="P1D",
        show_default=True,
        metavar="P1D",
        help="How long the old one still works beside the new one.",
    )
    @common
    @pass_common
    def rotate(shared: Common, id_: str, grace: int) -> int:
        """Replace the key named ID by one with the same rights, and show it, once: the last word on stdout."""
        with opened(shared) as (keys, by, _, may):
            may(_tenant_of(keys, id_))
            principal, key = keys.rotate(id_, grace=grace, by=by)
        _show(shared, principal, key)
        return 0

    return rotate


def _revoke(opened: Opened) -> click.Command:
    @click.command("revoke", short_help="End a key at once.")
    @click.argument("id_", metavar="ID")
    @common
    @pass_common
    def revoke(shared: Common, id_: str) -> int:
        """End the key named ID at once: every server that uses this state refuses it within a second."""
        with opened(shared) as (keys, by, _, may):
            may(_tenant_of(keys, id_))
            changed = keys.revoke(id_, by=by)
        if shared.json:
            say.as_json({"id": id_, "state": "revoked", "changed": changed})
        else:
            say.line(f"revoked {say.safe(id_)}" if changed else f"{say.safe(id_)} was revoked before")
        return 0

    return revoke


def _tenant_of(keys: ApiKeys, id_: str) -> str:
    found = next((info for info in keys.list() if info.id == id_), None)
    if found is None:
        raise ConfigError("there is no key with that id", hint="`accord keys list` shows them")
    return found.tenant


def _show(shared: Common, principal: Principal, key: str) -> None:
    if shared.json:
        say.as_json(
            {
                "id": principal.id,
                "tenant": principal.tenant,
                "role": principal.role.value,
                "scopes": sorted(principal.scopes),
                "expires": _when(principal.expires),
                "key": key,
            }
        )
        return
    ends = f", until {_when(principal.expires)}" if principal.expires else ""
    say.note(
        f"{principal.role.value} key {principal.id} of tenant {say.safe(principal.tenant)}{ends}; shown only now:"
    )
    say.line(key)


def _object(info: KeyInfo, now: int) -> dict[str, Any]:
    return {
        "id": info.id,
        "tenant": info.tenant,
        "role": info.role.value,
        "scopes": sorted(info.scopes),
        "holder": info.holder,
        "state": info.state(now),
        "created": _when(info.created),
        "expires": _when(info.expires),
        "revoked": _when(info.revoked),
        "successor": info.successor,
    }


def _cells(info: KeyInfo, now: int) -> tuple[str, ...]:
    return (
        info.id,
        say.safe(info.tenant),
        info.role.value,
        ",".join(sorted(info.scopes)) or "-",
        say.safe(info.holder) or "-",
        info.state(now),
        _when(info.created) or "-",
        _when(info.expires) or "never",
        info.successor or "-",
    )


def _table(found: tuple[KeyInfo, ...], now: int) -> None:
    if not found:
        say.line("there is no key; make one with: accord keys add --tenant NAME --role app")
        return
    table = Table("id", "tenant", "role", "state", "ends", "more", box=box.SIMPLE_HEAD)
    for column in table.columns:
        column.overflow = "fold"
    table.columns[0].no_wrap = True
    for info in found:
        more = [f"only {', '.join(sorted(info.scopes))}"] if info.scopes else []
        more += [f"held by {say.safe(info.holder)}"] if info.holder else []
        more += [f"replaced by {info.successor}"] if info.successor else []
        ends = (_when(info.expires) or "never")[:10]
        state = info.state(now)
        cells = (info.id, say.safe(info.tenant), info.role.value, state, ends, "; ".join(more))
        table.add_row(*cells, style=_STYLES[state])
    say.console().print(table)


def _when(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
