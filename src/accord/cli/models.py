"""`accord models`: the weights that detectors use."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich import box
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accord.cli import say
from accord.cli.options import Common, common, pass_common

if TYPE_CHECKING:
    from accord.models.cache import Status
    from accord.models.fetch import Step

_STYLES = {"ready": "green", "missing": "yellow", "altered": "bold red"}


@click.group(short_help="Bring in, list and prove model weights.")
def models() -> None:
    """Bring in, list and prove the model weights that detectors use.

    Each model is pinned by SHA-256. ACCORD_MODELS names another cache folder.
    """


@models.command("pull", short_help="Bring models into the cache.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@common
@pass_common
def pull(shared: Common, names: tuple[str, ...]) -> int:
    """Bring models into the cache: those NAMEd, or all of them. The only command that uses the network."""
    from accord.models import fetch

    with _progress(shared) as tell:
        pulled = fetch.pull(names, progress=tell)
    if shared.json:
        say.as_json({"pulled": pulled})
    else:
        say.line(f"pulled {', '.join(pulled)}" if pulled else "every model is there already")
    return 0


@models.command("list", short_help="Show what is there of each model.")
@common
@pass_common
def list_models(shared: Common) -> int:
    """Show what is there of each model. Exit code 2 when one is missing or altered."""
    found = _status()
    if shared.json:
        for status in found:
            say.as_json(asdict(status) | {"folder": str(status.folder)})
    elif say.human():
        _table(found)
    else:
        for status in found:
            say.line(
                f"{status.name} {status.version} {status.slot} {status.state} {status.size} {status.detail}".rstrip()
            )
    return 0 if all(status.state == "ready" for status in found) else 2


@models.command("verify", short_help="Prove that models are unaltered.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@common
@pass_common
def verify(shared: Common, names: tuple[str, ...]) -> int:
    """Prove that models, those NAMEd or all, are what the register says. Exit code 2 when one is not."""
    from accord.models import fetch

    fetch.verify(names)
    wanted = [status for status in _status() if not names or status.name in names]
    if shared.json:
        say.as_json({"verified": [status.name for status in wanted]})
    else:
        say.line(f"verified {', '.join(status.name for status in wanted)}")
    return 0


def _status() -> list[Status]:
    from accord.models.cache import status

    return status()


def _table(found: list[Status]) -> None:
    table = Table("model", "version", "used for", "state", "size", "note", box=box.SIMPLE_HEAD)
    table.columns[4].justify = "right"
    for status in found:
        state = f"[{_STYLES[status.state]}]{status.state}[/]"
        size = f"{status.size / 1e6:,.1f} MB" if status.size else ""
        table.add_row(status.name, status.version, status.slot, state, size, status.detail)
    out = say.console()
    out.print(table)


@contextlib.contextmanager
def _progress(shared: Common) -> Iterator[Callable[[Step], None] | None]:
    if shared.json:
        yield None
    elif sys.stderr.isatty():
        columns = (
            TextColumn("{task.fields[model]}"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=say.console(error=True)) as bar:
            tasks: dict[str, int] = {}

            def show(step: Step) -> None:
                if step.model not in tasks:
                    tasks[step.model] = bar.add_task("", total=step.total, model=step.model)
                task = tasks[step.model]
                bar.update(task, completed=step.done, total=step.total, description=step.what)  # type: ignore[arg-type]

            yield show
    else:
        yield lambda step: say.note(f"{step.model}: {step.what}")
