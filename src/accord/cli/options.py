"""Options that every command has, before its name or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from accord.core.decision import Destination

if TYPE_CHECKING:
    from accord.guard import Guard

DESTINATIONS = click.Choice([destination.value for destination in Destination])


@dataclass(slots=True)
class Common:
    """What the common options say.

    Attributes:
        json: print JSON and nothing else.
        config: a configuration file; None for the default policy.
        state: the state folder; None for the user's own.
        policy: the name of a policy that comes with accord.
    """

    json: bool = False
    config: str | None = None
    state: str | None = None
    policy: str | None = None

    @property
    def source(self) -> str | Path | None:
        """What `accord.app.load` takes."""
        if self.config and self.policy:
            raise click.UsageError("--config and --policy: give one of the two")
        return Path(self.config) if self.config else self.policy

    def guard(self, *, pseudonym_key: bytes | None = None) -> Guard:
        """The guard that these options ask for."""
        from accord.app import load

        return load(self.source, state=self.state, pseudonym_key=pseudonym_key)


Command = Callable[..., Any]


def _into_common(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value not in (None, False):
        setattr(ctx.ensure_object(Common), str(parameter.name), value)


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(*names, expose_value=False, callback=_into_common, **settings)


def common(command: Command) -> Command:
    """Give a command the options that every command has."""
    command = _option("--state", metavar="DIR", help="Folder of everything kept [default: the user's state folder].")(
        command
    )
    command = _option("--config", metavar="FILE", help="Configuration or policy file [default: the default policy].")(
        command
    )
    return _option("--json", is_flag=True, help="Print JSON and nothing else.")(command)


def policy_option(command: Command) -> Command:
    """Let a command use a policy that comes with accord."""
    return _option(
        "--policy", type=click.Choice(("default", "strict")), help="A policy that comes with accord, by its name."
    )(command)


def destination_option(default: str) -> Callable[[Command], Command]:
    """Ask where content goes."""
    return click.option(
        "--to", type=DESTINATIONS, default=default, show_default=True, help="Where the content would go."
    )


pass_common = click.make_pass_decorator(Common, ensure=True)
