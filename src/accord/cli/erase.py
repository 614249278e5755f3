"""`accord erase`: a data subject, a value, or what has expired."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from accord.cli import say
from accord.cli.custody import Opened, counted, tenant_option
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.custody.desk import Desk
    from accord.custody.erasure import Erased

_LONGEST = 1 << 20
_NOTHING = "nothing is kept under that: ids count as they are written, capitals too; is it the right tenant?"


def command(opened: Opened) -> click.Command:
    """The command `erase`.

    Args:
        opened: lets somebody in.
    """

    @click.command("erase", short_help="Erase a person, a value, or what has expired.")
    @click.option("--subject", metavar="ID", help="Everything of this data subject; - reads it from standard input.")
    @click.option("--value", metavar="-", help="Everything that mentions the value on standard input.")
    @click.option("--expired", is_flag=True, help="What has expired, as a server does by itself.")
    @click.option("--resume", is_flag=True, help="Finish erasures that broke off.")
    @tenant_option("Whose data [default: your own tenant's].")
    @click.option("--dry-run", is_flag=True, help="Say what would be erased; change nothing.")
    @click.option("--yes", is_flag=True, help="Do not ask first.")
    @click.option("--confirm-clock", is_flag=True, help="With --expired: the clock is right, however far it went.")
    @common
    @pass_common
    def erase(
        shared: Common,
        subject: str | None,
        value: str | None,
        expired: bool,
        resume: bool,
        tenant: str | None,
        dry_run: bool,
        yes: bool,
        confirm_clock: bool,
    ) -> int:
        """Erase everything kept of a data subject, or everything that mentions a value, and prove it.

        Keys are destroyed, so that copies of the state cannot be read either; rows and their traces in the files are
        removed; a signed record goes into the audit log. Old proofs of the log still hold. A legal hold forbids it:
        exit code 1.

        A value is never an argument, because arguments can be seen by others: accord erase --value - < FILE
        """
        if sum((subject is not None, value is not None, expired, resume)) != 1:
            raise click.UsageError("name one of --subject, --value, --expired and --resume")
        with opened(shared, "erase", tenant) as desk:
            if expired:
                return _expired(shared, desk, confirm_clock)
            if resume:
                return _resumed(shared, desk)
            whose = tenant if tenant is not None else desk.tenant or ""
            return _erase(shared, desk, whose, _target(subject, value), subject is None, dry_run, yes)

    return erase


def _target(subject: str | None, value: str | None) -> str:
    if subject is not None and subject != "-":
        return subject
    if value not in (None, "-"):
        raise click.UsageError("--value takes a dash: give the value on standard input, where nobody else sees it")
    if sys.stdin.isatty():
        return str(click.prompt("erase", hide_input=True))
    read = sys.stdin.buffer.read(_LONGEST)
    try:
        text = read.decode().strip("\r\n")
    except UnicodeDecodeError:
        raise click.UsageError("what is on standard input is not UTF-8") from None
    if not text.strip():
        raise click.UsageError("there is nothing on standard input")
    return text


def _erase(shared: Common, desk: Desk, tenant: str, target: str, is_value: bool, dry_run: bool, yes: bool) -> int:
    from accord.custody.holds import OnHold

    subject, value = ("", target) if is_value else (target, "")
    try:
        if dry_run or not yes:
            found = desk.erasure.preview(tenant, subject=subject, value=value)
            if dry_run:
                _say_preview(shared, found)
                return 0
            say.note(f"this would go for good: {counted(found)}" if found else _NOTHING)
            if not sys.stdin.isatty():
                raise click.UsageError("nobody is here to be asked: say --yes")
            click.confirm("erase it?", abort=True, err=True)
        erased = desk.erasure.erase(tenant, desk.by, subject=subject, value=value)
    except OnHold as error:
        say.complain(error)
        return 1
    _say_erased(shared, erased)
    return 0


def _resumed(shared: Common, desk: Desk) -> int:
    finished = desk.erasure.resume(_whose(desk), desk.by)
    for erased in finished:
        _say_erased(shared, erased)
    if not finished and not shared.json:
        say.line("no erasure broke off")
    return 0


def _expired(shared: Common, desk: Desk, confirmed: bool) -> int:
    removed = desk.sweeper.sweep(confirmed=confirmed, tenant=_whose(desk), by=desk.by)
    if shared.json:
        say.as_json({"removed": dict(removed)})
    else:
        say.line(f"removed {counted(removed)}" if removed else "nothing has expired")
    return 0


def _whose(desk: Desk) -> str | None:
    """Whose data somebody sweeps: their own tenant's, or everybody's where they belong to none."""
    from accord.access.principals import ALL_TENANTS

    return None if desk.tenant == ALL_TENANTS else desk.tenant


def _say_preview(shared: Common, found: Mapping[str, int]) -> None:
    counts = dict(found)
    if shared.json:
        say.as_json({"would_remove": counts})
    else:
        say.line(f"would remove {counted(counts)}" if counts else _NOTHING)


def _say_erased(shared: Common, erased: Erased) -> None:
    if shared.json:
        say.as_json(
            {
                "id": erased.id,
                "tenant": erased.tenant,
                "of": erased.of,
                "removed": dict(erased.removed),
                "keys_destroyed": erased.keys,
                "record": erased.note,
            }
        )
        return
    from accord.custody.notes import BEYOND

    say.line(f"erased {counted(erased.removed)}" if erased.removed or erased.keys else f"erased nothing: {_NOTHING}")
    say.line(f"destroyed {say.plural(erased.keys, 'key')}")
    say.line(f"signed record {erased.id} is in the audit log: accord audit list --kind erasure")
    say.note("what this cannot reach:")
    for place in BEYOND:
        say.note(f"  {place}")
