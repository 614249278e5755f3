"""`accord export`: everything held about a data subject."""

from __future__ import annotations

import json
from pathlib import Path

import click

from accord.cli import say
from accord.cli.custody import Opened, counted, tenant_option, write_private
from accord.cli.options import Common, common, pass_common


def command(opened: Opened) -> click.Command:
    """The command `export`.

    Args:
        opened: lets somebody in.
    """

    @click.command("export", short_help="Give out everything held about a person.")
    @click.argument("subject", metavar="SUBJECT")
    @tenant_option("Whose data [default: your own tenant's].")
    @click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="A new file, for your eyes alone.")
    @common
    @pass_common
    def export(shared: Common, subject: str, tenant: str | None, out: Path | None) -> int:
        """Give out everything held about SUBJECT as JSON, in clear: values, content that was kept, records, holds.

        That it was given out, and to whom, is in the audit log first.
        """
        if out is not None and out.exists():
            raise click.UsageError("the file is there already: nothing was exported")
        with opened(shared, "export", tenant) as desk:
            whose = tenant if tenant is not None else desk.tenant or ""
            given = desk.exporter.export(whose, subject, desk.by)
        if out is None:
            say.as_json(given, indent=None if shared.json else 2)
            return 0
        write_private(out, json.dumps(given, ensure_ascii=True, indent=2).encode() + b"\n")
        counts = {"pseudonym": len(given["pseudonyms"]), "item": len(given["kept"]), "record": len(given["records"])}
        if shared.json:
            say.as_json({"out": str(out), "counts": counts})
        else:
            say.line(f"wrote {counted(counts) or 'nothing: nothing is held'} to {say.safe(str(out))}")
        return 0

    return export
