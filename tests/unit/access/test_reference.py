"""The page about access says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from accord.access.actions import ACTIONS, GROUPS
from accord.access.authorise import Authoriser
from accord.access.principals import Role
from accord.access.secrets import PATTERN
from accord.access.tokens import Tokens
from accord.cli.main import cli

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "access.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    authoriser = Authoriser()
    made = []
    for action, guarded in ACTIONS.items():
        roles = authoriser.roles(action)
        marks = " | ".join("✓" if role in roles else " " for role in Role)
        where = ", ".join(f"`{place}`" for place in (*guarded.doors, *guarded.commands))
        made.append(f"| `{action.value}` | {', '.join(guarded.groups)} | {marks} | {guarded.says} | {where} |")
    return made


def test_the_table_of_roles_is_what_cedar_decides() -> None:
    assert re.findall(r"^\| `.*✓.*\|$", PAGE, re.MULTILINE) == rows(), "\n".join(rows())


@pytest.mark.parametrize("line", sorted({line for guarded in ACTIONS.values() for line in guarded.commands}))
def test_commands_that_are_named_exist(line: str) -> None:
    found: click.Command = cli
    for word in line.split()[1:]:
        assert isinstance(found, click.Group)
        found = found.commands[word]


def test_every_policy_and_group_is_on_the_page() -> None:
    shipped = (ROOT / "src" / "accord" / "access" / "roles.cedar").read_text()
    for name in [*re.findall(r'@id\("([^"]+)"\)', shipped), *GROUPS, PATTERN]:
        assert f"`{name}`" in PAGE, name


@pytest.mark.parametrize("text", re.findall(r"^```cedar\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_the_policies_on_the_page_are_valid(text: str) -> None:
    Authoriser({"page": text})


def test_a_policy_is_shown() -> None:
    assert "```cedar" in PAGE and Tokens.__doc__
