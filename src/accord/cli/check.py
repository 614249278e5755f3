"""`accord check`: what is in it, and what would be decided."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from accord.batch.inputs import Input, open_input, read_input
from accord.cli import report, say
from accord.cli.options import Common, common, destination_option, pass_common, policy_option
from accord.core.content import Context, Role
from accord.errors import ContentError
from accord.guard import Guard

STDIN = "-"


@click.command(short_help="Say what is in a file and what would be decided.")
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@destination_option("model")
@policy_option
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default="user", show_default=True, help="Who speaks."
)
@click.option("--media-type", metavar="TYPE", default="", help="Such as application/json [default: by file name].")
@click.option("--tenant", default="", help="For rules that name a tenant.")
@click.option("--purpose", default="", help="For rules that name a purpose.")
@click.option("--all", "every", is_flag=True, help="Show every finding, however many.")
@click.option("--excerpt/--no-excerpt", default=True, help="Show, at a terminal, masked text around each finding.")
@click.option("--transcript", is_flag=True, help="Show what is said in recordings, masked [default: its times only].")
@common
@pass_common
def check(
    shared: Common,
    files: tuple[str, ...],
    to: str,
    role: str,
    media_type: str,
    tenant: str,
    purpose: str,
    every: bool,
    excerpt: bool,
    transcript: bool,
) -> int:
    """Say what is in FILEs, or in what is piped in (-), and what would be decided.

    Nothing is released: the decision is a preview, on record as one. With --json, one object a line for each input.
    Exit code 0 when all of it may leave (as it is or changed), 1 when some is held or blocked, 2 when some could not
    be read.
    """
    guard = shared.guard()
    try:
        code = 0
        for name in files:
            context = Context(tenant=tenant, purpose=purpose)
            try:
                given = _given(name, guard, Role(role), media_type)
            except ContentError as error:
                _say_error(name, to, error, shared)
                code = max(code, 2)
                continue
            checked = _checked(name, given, guard, to, context)
            code = max(code, _say(checked, shared, every, excerpt, transcript))
        return code
    finally:
        guard.close()


def _given(name: str, guard: Guard, role: Role, declared: str) -> Input:
    if name == STDIN:
        return read_input(sys.stdin.buffer, guard.limits, role=role, declared=declared)
    return open_input(Path(name), guard.limits, role=role, declared=declared)


def _checked(name: str, given: Input, guard: Guard, to: str, context: Context) -> report.Checked:
    inspection = guard.inspect(given.part, context)
    decision = inspection.preview(to)
    guard.recorder.record(decision, context, "preview")
    return report.Checked(name, given.note, (given.part,), inspection, decision)


def _say(checked: report.Checked, shared: Common, every: bool, excerpt: bool, spoken: bool) -> int:
    if shared.json:
        say.as_json(report.as_object(checked))
        for reason in dict.fromkeys(filter(None, [checked.note, *(f.reason for f in checked.decision.findings)])):
            say.note(f"{say.safe(checked.name)}: {reason}")
    elif say.human():
        report.rich(checked, say.console(), every=every, excerpts=excerpt, spoken=spoken)
    else:
        for text in report.plain(checked, every=every, spoken=spoken):
            say.line(text)
    return say.exit_code(checked.decision.outcome)


def _say_error(name: str, to: str, error: ContentError, shared: Common) -> None:
    if shared.json:
        problem = {"code": error.code, "message": str(error), "hint": error.hint}
        say.as_json({"input": name, "to": to, "outcome": "error", "error": problem})
    else:
        say.note(f"accord: {say.safe(name)}: {error}" + (f"\n  {error.hint}" if error.hint else ""))
