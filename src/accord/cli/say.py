"""What every command says in the same way: outcomes, places, errors, and text that cannot play tricks.

People at a terminal get colour and tables; a pipe gets plain lines; `--json` gets JSON and nothing else.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import click
from rich.console import Console
from rich.text import Text as Styled

from accord.core.decision import Decision, Outcome
from accord.errors import AccordError

STYLES = {"allow": "green", "transform": "cyan", "hold": "yellow", "block": "bold red", "error": "bold red"}
"""The colour of each outcome."""

WORDS = {
    "allow": "may leave as it is",
    "transform": "may leave, changed",
    "hold": "waits for a person",
    "block": "does not leave",
    "error": "could not be decided",
}
"""What each outcome means."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text in which nothing steers a terminal: control, direction and undecodable characters are spelt out."""
    return _CONTROL.sub(lambda m: f"\\x{ord(m[0]):02x}" if ord(m[0]) < 256 else f"\\u{ord(m[0]):04x}", text)


def human() -> bool:
    """Whether a person is looking at what is printed."""
    return sys.stdout.isatty()


def console(*, error: bool = False) -> Console:
    """Where rich output goes."""
    return Console(stderr=error, highlight=False, markup=False, emoji=False, soft_wrap=False)


def line(text: str = "") -> None:
    """Print a plain line."""
    click.echo(text)


def note(text: str) -> None:
    """Print a line for people beside the output proper."""
    click.echo(text, err=True)


def as_json(value: Any, *, indent: int | None = None) -> None:
    """Print one JSON value; without an indent, on one line."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=indent))


def badge(outcome: str) -> Styled:
    """An outcome in its colour."""
    return Styled(outcome, style=STYLES.get(outcome, ""))


def verdict(decision: Decision) -> str:
    """The outcome of a decision, with what it would be where the policy only watches."""
    watching = "" if decision.would is decision.outcome else f" (would {decision.would.value} if enforced)"
    return f"{decision.outcome.value}{watching}"


def exit_code(outcome: Outcome) -> int:
    """0 for what is admitted, 1 for what is refused."""
    return 0 if outcome.releases else 1


def complain(error: AccordError) -> None:
    """Say what is wrong and what to do next."""
    note(f"accord: {safe_lines(str(error))}")
    if error.hint:
        note(f"  {safe_lines(error.hint)}")


def safe_lines(text: str) -> str:
    """`safe`, keeping line breaks."""
    return "\n".join(safe(part) for part in text.split("\n"))


def plural(count: int, word: str, many: str = "") -> str:
    """A count with its noun."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"
