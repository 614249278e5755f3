"""`accord sanitise`: a file or folder, made safe for a destination."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accord.batch.sanitise import Job, Report, Result
from accord.batch.sanitise import Progress as Tell
from accord.cli import say
from accord.cli.options import Common, common, destination_option, pass_common, policy_option
from accord.core.content import Context
from accord.core.decision import Destination
from accord.errors import ConfigError

_MIN_KEY = 16


@click.command(short_help="Make a file or a folder safe to pass on.")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@destination_option("dataset")
@policy_option
@click.option("--force", is_flag=True, help="Replace what an earlier run wrote.")
@click.option("--dry-run", is_flag=True, help="Decide, and write nothing.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Secret of at least {_MIN_KEY} bytes: one value gets one pseudonym in every run that uses it.",
)
@click.option("--transcripts", is_flag=True, help="Write what is said in a recording, as it may leave, beside it.")
@click.option("--tenant", default="", help="For rules that name a tenant.")
@click.option("--purpose", default="", help="For rules that name a purpose.")
@common
@pass_common
def sanitise(
    shared: Common,
    source: Path,
    target: Path,
    to: str,
    force: bool,
    dry_run: bool,
    key_file: Path | None,
    transcripts: bool,
    tenant: str,
    purpose: str,
) -> int:
    """Write to OUT what of IN may leave, changed where it must be.

    IN is a file, or a folder that OUT will mirror, with a manifest.json. Pictures, recordings and documents are built
    anew. File names are rewritten like content. What is held, blocked or cannot be read is listed and not written.
    Files appear whole or not at all.

    Exit code 0 when everything was written, 1 when something was refused, 2 when something could not be read or
    written.
    """
    key = _key(key_file)
    guard = shared.guard(pseudonym_key=key)
    try:
        # One session for the whole job: one value has one pseudonym in all of its files.
        session = "sanitise" if key else secrets.token_hex(8)
        context = Context(tenant=tenant, purpose=purpose, session=session)
        job = Job(
            guard,
            source,
            target,
            Destination(to),
            context=context,
            force=force,
            dry_run=dry_run,
            transcripts=transcripts,
        )
        with _progress(shared) as tell:
            report = job.run(tell)
    finally:
        guard.close()
    _say(report, shared)
    return report.exit_code


def _key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"cannot read the key file: {error.strerror or type(error).__name__}") from None
    if len(key) < _MIN_KEY:
        raise ConfigError(f"the key is shorter than {_MIN_KEY} bytes", hint="make one with `openssl rand -hex 32`")
    return key


@contextlib.contextmanager
def _progress(shared: Common) -> Iterator[Tell | None]:
    if shared.json or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("inspecting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say.console(error=True), transient=True) as bar:
        task = bar.add_task("")

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def _say(report: Report, shared: Common) -> None:
    if shared.json:
        say.as_json(report.manifest(), indent=2)
        return
    refused = [result for result in report.results if not _passed(result)]
    if say.human():
        _table(report, refused)
    else:
        for result in refused:
            say.line(f"{result.outcome} #{result.number} {say.safe(result.name)}: {_why(result)}")
    for result in report.results:
        if _passed(result) and result.note:
            say.line(f"{result.outcome} #{result.number} {say.safe(result.name)}: {result.note}")
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in report.counts.items())
    written = sum(result.written for result in report.results)
    done = "nothing written (dry run)" if report.dry_run else f"{say.plural(written, 'file')} written"
    say.line(f"{say.plural(len(report.results), 'file')} to {report.to}: {counts}; {done}")


def _passed(result: Result) -> bool:
    return result.outcome in ("allow", "transform")


def _why(result: Result) -> str:
    return "; ".join(filter(None, [", ".join(result.rules), result.note]))


def _table(report: Report, refused: list[Result]) -> None:
    found: dict[str, int] = {}
    for result in report.results:
        for category, count in result.findings.items():
            found[category] = found.get(category, 0) + count
    out = say.console()
    if found:
        table = Table("category", "found", title="Findings", title_justify="left", box=box.SIMPLE_HEAD)
        table.columns[1].justify = "right"
        for category, count in sorted(found.items()):
            table.add_row(category, f"{count:,}")
        out.print(table)
    if refused:
        table = Table("#", "file", "outcome", "why", title="Not written", title_justify="left", box=box.SIMPLE_HEAD)
        for result in refused:
            table.add_row(str(result.number), say.safe(result.name), say.badge(result.outcome), _why(result))
        out.print(table)
