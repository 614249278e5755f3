"""`accord`: every command, and what happens when something goes wrong.

Exit codes: 0 admitted, 1 refused, 2 error or cannot decide, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from accord import __version__
from accord.cli import erase, export, hold, kept, keys, kill, review
from accord.cli.audit import audit_commands
from accord.cli.check import check
from accord.cli.demo import demo
from accord.cli.doctor import doctor
from accord.cli.models import models
from accord.cli.options import Common, common
from accord.cli.policy import policy
from accord.cli.sanitise import sanitise
from accord.cli.say import complain, note
from accord.cli.serve import serve
from accord.cli.vault import vault_commands
from accord.errors import AccordError

DEBUG = "ACCORD_DEBUG"
"""Set to 1, unexpected errors show where they come from. Their words may then quote content."""

_INTERRUPTED = 130
_BROKEN_PIPE = 141


class _Accord(click.Group):
    """The group of all commands, in the order in which people need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added."""
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *more: Any, **settings: Any) -> Any:
        """Run and leave with the exit code; nothing ever ends in a traceback."""
        settings["standalone_mode"] = False
        settings["prog_name"] = "accord"
        sys.exit(_code(lambda: super(_Accord, self).main(args, *more, **settings)))


def _code(run: Any) -> int:
    try:
        code = run()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return 2
    except AccordError as error:
        complain(error)
    except BrokenPipeError:
        return _BROKEN_PIPE
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        # Its message may quote content.
        note(f"accord: internal error: {type(error).__name__}\n  set {DEBUG}=1 to see where")
    return 2


@click.group(
    "accord", cls=_Accord, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="accord", message="%(prog)s %(version)s")
@common
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Decides what may leave: one policy over privacy and safety.

    Exit codes: 0 admitted, 1 refused, 2 error or cannot decide.
    """
    ctx.ensure_object(Common)


_STATE = (
    kill.commands(kept.bare_switch, kept.switch),
    audit_commands(kept.log_of),
    review.commands(kept.desk),
    erase.command(kept.desk),
    export.command(kept.desk),
    hold.commands(kept.desk),
    keys.commands(kept.api_keys),
    vault_commands(kept.ring_of, kept.record),
)

for _command in (demo, serve, check, sanitise, models, policy, doctor, *_STATE):
    cli.add_command(_command)


def main() -> NoReturn:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # A pool that is interrupted while it closes would write a traceback.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    code: int | str | None = 2
    try:
        cli.main()
    except SystemExit as ended:
        code = ended.code
    with contextlib.suppress(BrokenPipeError, ValueError):
        sys.stdout.flush()
    if code in (_INTERRUPTED, _BROKEN_PIPE):
        # Without waiting for detectors that are still at work, nor for a pipe that nobody reads.
        os._exit(int(code))
    sys.exit(code)
