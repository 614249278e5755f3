"""`accord audit`: what was decided, that it was not changed since, and proof of it for others."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accord.cli import say
from accord.cli.options import Common, common, pass_common
from accord.errors import AuditError, TamperDetected

if TYPE_CHECKING:
    from accord.audit.log import AuditLog

Open = Callable[[Common], "AuditLog"]
Tell = Callable[[int, int], None]

_FILE = click.Path(path_type=Path, dir_okay=False)
_READ = click.Path(path_type=Path, dir_okay=False, exists=True)


def audit_commands(log_of: Open) -> click.Group:
    """The commands about the audit log.

    Args:
        log_of: opens the log that the options name, to read it.
    """

    @click.group(short_help="List, verify, prove and export what was decided.")
    def audit() -> None:
        """List, verify, prove and export what was decided.

        Records hold no content. Exit codes: 0 everything holds, 1 something does not, 2 error.
        """

    for command in (
        _list(log_of),
        _verify(log_of),
        _prove(log_of),
        _export(log_of),
        check,
        _key(log_of),
    ):
        audit.add_command(command)
    return audit


def _list(log_of: Open) -> click.Command:
    @click.command("list", short_help="Show records, oldest first.")
    @click.option("--kind", metavar="KIND", help="Only records of this kind: release, delivery, access …")
    @click.option("--decision", metavar="ID", help="Only records of this decision.")
    @click.option("--since", metavar="TIME", callback=_since, help="Only from this time on, ISO 8601 [UTC].")
    @click.option("--limit", metavar="N", type=click.IntRange(min=0), help="Only the newest N.")
    @common
    @pass_common
    def list_records(
        shared: Common, kind: str | None, decision: str | None, since: str | None, limit: int | None
    ) -> int:
        """Show records, oldest first; with --json one object a line."""
        with _opened(log_of, shared) as log:
            for record in log.records(kind=kind, decision=decision, since=since, limit=limit):
                if shared.json:
                    say.as_json(record)
                else:
                    say.line(_line(record))
        return 0

    return list_records


def _verify(log_of: Open) -> click.Command:
    @click.command("verify", short_help="Check that nothing was changed.")
    @click.option("--anchor", "anchors", metavar="FILE", type=_READ, multiple=True, help="Heads kept in a file.")
    @click.option(
        "--git",
        "repositories",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        multiple=True,
        help="Heads kept in a git repository.",
    )
    @common
    @pass_common
    def verify(shared: Common, anchors: Sequence[Path], repositories: Sequence[Path]) -> int:
        """Check every record, code, signature and tile, and heads that are kept elsewhere.

        Exit code 1 when something is not what was written.
        """
        from accord.audit.anchors import FileAnchor, GitAnchor, kept

        notes = kept([*map(FileAnchor, anchors), *map(GitAnchor, repositories)])
        with _opened(log_of, shared) as log, _progress(shared, "verifying") as tell:
            try:
                report = log.verify(notes, tell)
            except TamperDetected as error:
                return _tampered(shared, error)
        if shared.json:
            say.as_json({"ok": True, **asdict(report)})
            return 0
        say.line(
            f"{say.plural(report.size, 'record')} and {say.plural(report.checkpoints, 'signed head')} are what was "
            f"written; root {report.root}"
        )
        if report.anchored is not None:
            say.line(f"the first {say.plural(report.anchored, 'record')} are those whose head is kept elsewhere")
        for told in report.notes:
            say.note(f"note: {told}")
        return 0

    return verify


def _prove(log_of: Open) -> click.Command:
    @click.command("prove", short_help="Prove that a record stands in the log.")
    @click.argument("which", metavar="SEQ|DECISION")
    @common
    @pass_common
    def prove(shared: Common, which: str) -> int:
        """Prove that a record stands in the log: its audit path under a signed head.

        SEQ is the number of a record, DECISION an id: then all records of that decision are proved.
        """
        with _opened(log_of, shared) as log:
            seqs = [int(which)] if which.isascii() and which.isdigit() and len(which) < 16 else []
            seqs = seqs or [record["seq"] for record in log.records(decision=which)]
            if not seqs:
                raise AuditError("there is no record of this decision", hint="see `accord audit list`")
            try:
                proofs = [log.prove(seq) for seq in seqs]
            except TamperDetected as error:
                return _tampered(shared, error)
        for proof in proofs:
            path = [hashed.hex() for hashed in proof.hashes]
            if shared.json:
                say.as_json({**asdict(proof), "hashes": path})
            else:
                say.line(f"record {proof.seq}: {say.safe(proof.record)}")
                say.line(f"stands in the first {say.plural(proof.size, 'record')}, by the path")
                for hashed in path:
                    say.line(f"  {hashed}")
                say.line("to the root of the signed head")
                for line in proof.note.splitlines():
                    say.line(f"  {say.safe(line)}")
        return 0

    return prove


def _export(log_of: Open) -> click.Command:
    @click.command("export", short_help="Write records with proofs into a file for others.")
    @click.argument("file", type=_FILE)
    @click.option("--kind", metavar="KIND", help="Only records of this kind.")
    @click.option("--decision", metavar="ID", help="Only records of this decision.")
    @click.option("--since", metavar="TIME", callback=_since, help="Only from this time on, ISO 8601 [UTC].")
    @click.option("--head", "heads", metavar="NOTE", type=_READ, multiple=True, help="Earlier heads to be continued.")
    @common
    @pass_common
    def export(
        shared: Common, file: Path, kind: str | None, decision: str | None, since: str | None, heads: Sequence[Path]
    ) -> int:
        """Write records with proofs into FILE. `accord audit check`, or offline.py in it, checks it with the key."""

        def wanted(record: dict[str, Any]) -> bool:
            return (
                (kind is None or record.get("kind") == kind)
                and (decision is None or record.get("decision") == decision)
                and (since is None or str(record.get("at", "")) >= since)
            )

        kept = [_text(head) for head in heads]
        with _opened(log_of, shared) as log, _progress(shared, "exporting") as tell:
            try:
                done = log.export(file, wanted=wanted, heads=kept, progress=tell)
            except TamperDetected as error:
                return _tampered(shared, error)
        if shared.json:
            say.as_json({"file": str(file), **asdict(done), "key": str(log.verifier)})
        else:
            say.line(f"{say.plural(done.entries, 'record')} under a head of {done.size}; check them with")
            say.line(f"  accord audit check {file} --key KEYFILE")
            say.line(f"where KEYFILE holds {log.verifier}")
        return 0

    return export


@click.command("check", short_help="Check an exported bundle with the public key alone.")
@click.argument("bundle", type=_READ)
@click.option("--key", "key_file", metavar="KEYFILE", type=_READ, required=True, help="File with the public key.")
@click.option("--head", metavar="NOTE", type=_READ, help="An earlier signed head that must be continued.")
@common
@pass_common
def check(shared: Common, bundle: Path, key_file: Path, head: Path | None) -> int:
    """Check an exported BUNDLE with the public key alone. Exit code 1 when something in it is not true."""
    from accord.audit.offline import Untrue, VerifierKey, said
    from accord.audit.offline import check as checked

    try:
        key = VerifierKey.parse(_text(key_file))
    except Untrue as error:
        raise AuditError(str(error), hint="`accord audit key` prints it") from None
    try:
        found = checked(bundle, key, _text(head) if head else None)
    except Untrue as error:
        return _tampered(shared, TamperDetected(str(error), record=error.record))
    if shared.json:
        earlier = list(found.earlier)
        say.as_json({"ok": True, "entries": found.entries, "size": found.checkpoint.size, "earlier": earlier})
    else:
        say.line(said(found, key))
    return 0


def _key(log_of: Open) -> click.Command:
    @click.command("key", short_help="Print the public key that checks the log.")
    @common
    @pass_common
    def key(shared: Common) -> int:
        """Print the public key that checks signed heads and bundles, in the form of C2SP signed notes."""
        with _opened(log_of, shared) as log:
            found = log.verifier
        if shared.json:
            say.as_json({"key": str(found), "origin": found.name, "fingerprint": found.fingerprint})
        else:
            say.line(str(found))
        return 0

    return key


@contextlib.contextmanager
def _opened(log_of: Open, shared: Common) -> Iterator[AuditLog]:
    log = log_of(shared)
    try:
        yield log
    finally:
        log.close()


def _tampered(shared: Common, error: TamperDetected) -> int:
    if shared.json:
        say.as_json({"ok": False, "record": error.record, "message": str(error)})
    else:
        say.complain(error)
    return 1


def _line(record: dict[str, Any]) -> str:
    rest = {name: value for name, value in record.items() if name not in ("seq", "at", "kind", "decision", "writer")}
    facts = " ".join(
        f"{name}={_short(value)}" for name, value in sorted(rest.items()) if value not in ("", [], {}, None)
    )
    return say.safe(
        f"{record['seq']} {record.get('at')} {record.get('kind')} {record.get('decision') or '-'} {facts}"
    )


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{_short(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "/".join(_short(one) for one in value)
    return str(value)


def _since(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """A time in the one form in which records write it."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write it like 2026-01-31 or 2026-01-31T15:00+02:00") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise AuditError(f"{file.name} cannot be read: {type(error).__name__}") from None


@contextlib.contextmanager
def _progress(shared: Common, what: str) -> Iterator[Tell | None]:
    if shared.json or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=say.console(error=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
