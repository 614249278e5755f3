"""`accord kill`: the kill switch, engaged at once, released on record."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from accord.cli import say
from accord.cli.options import Common, common, pass_common
from accord.errors import AccordError

if TYPE_CHECKING:
    from accord.store.switch import Switch

WAIT = 5.0
"""Seconds that engaging waits for the record, after it took effect."""

Bare = Callable[[Common], "Switch"]
"""The switch of the state folder, without its database."""

Recorded = Callable[[Common, str], "tuple[Switch, str]"]
"""The same with the audit log, for somebody who may do the action, and who that is."""


def commands(bare: Bare, recorded: Recorded) -> click.Group:
    """The group `kill`.

    Args:
        bare: opens the switch alone.
        recorded: opens it with the audit log, once it is known that whoever asks may do the action named.
    """

    @click.group(short_help="Stop everything at once, and let it go on.")
    def kill() -> None:
        """Stop everything at once, and let it go on.

        While the kill switch is engaged, every server that uses this state folder answers 503, and open streams end.
        """

    for command in (_on(bare, recorded), _off(recorded), _status(bare)):
        kill.add_command(command)
    return kill


def _on(bare: Bare, recorded: Recorded) -> click.Command:
    @click.command("on", short_help="Stop everything at once.")
    @click.option("--reason", default="", metavar="TEXT", help="Why; it goes on record.")
    @common
    @pass_common
    def on(shared: Common, reason: str) -> int:
        """Stop everything at once. It takes effect before it is recorded, and waits for no database."""
        switch = bare(shared)
        made = switch.engage(f"local:{_user()}", reason)
        noted = _noted(shared, recorded)
        if shared.json:
            say.as_json({"engaged": True, "recorded": noted, **asdict(made)})
            return 0
        say.line(f"engaged: nothing leaves any more ({made.id[:8]})")
        if not noted:
            say.note("not on record yet: a running server, or the next `accord kill`, will do that")
        return 0

    return on


def _off(recorded: Recorded) -> click.Command:
    @click.command("off", short_help="Let everything go on.")
    @click.option("--reason", required=True, metavar="TEXT", help="Why; it goes on record.")
    @common
    @pass_common
    def off(shared: Common, reason: str) -> int:
        """Let everything go on, once that is on record."""
        if not reason.strip():
            raise click.UsageError("--reason: say why")
        switch, who = recorded(shared, "switch.release")
        was = switch.release(who, reason)
        if shared.json:
            say.as_json({"engaged": False, "was": was})
        else:
            say.line("released" if was else "it was not engaged")
        return 0

    return off


def _status(bare: Bare) -> click.Command:
    @click.command("status", short_help="Say whether it is engaged, and why.")
    @common
    @pass_common
    def status(shared: Common) -> int:
        """Say whether it is engaged, by whom, since when and why. Exit code 1 while it is."""
        state = bare(shared).state()
        if shared.json:
            say.as_json({"engaged": state is not None, **(asdict(state) if state else {})})
        elif state is None:
            say.line("not engaged")
        else:
            since = f" since {state.at}" if state.at else ""
            why = f": {say.safe(state.reason)}" if state.reason else ""
            say.line(f"engaged by {say.safe(state.by)}{since}{why}")
        return 0 if state is None else 1

    return status


def _noted(shared: Common, recorded: Recorded) -> bool:
    """Put the engagement on record, as far as that is possible in a few seconds; it holds either way."""
    import threading

    made: list[Switch] = []

    def opened() -> None:
        try:
            made.append(recorded(shared, "switch.engage")[0])
        except (AccordError, OSError, click.ClickException):
            return

    context = click.get_current_context()

    def run() -> None:
        with context.scope(cleanup=False):
            opened()

    opening = threading.Thread(target=run, daemon=True)
    opening.start()
    opening.join(WAIT)
    return bool(made) and made[0].note(WAIT)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
