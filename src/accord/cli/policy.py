"""`accord policy explain`: what a policy does, in plain sentences."""

from __future__ import annotations

from typing import Any

import click
from rich import box
from rich.table import Table
from rich.text import Text as Styled

from accord.cli import explain as words
from accord.cli import say
from accord.cli.options import DESTINATIONS, Common, common, pass_common, policy_option
from accord.core.decision import Destination
from accord.core.taxonomy import CATEGORIES, expand
from accord.policy import Policy


@click.group(short_help="Say what a policy does.")
def policy() -> None:
    """Say what a policy does."""


@policy.command(short_help="Say what a policy does, in plain sentences.")
@click.argument("category", required=False)
@click.option("--to", type=DESTINATIONS, default=None, help="Only this destination.")
@policy_option
@common
@pass_common
def explain(shared: Common, category: str | None, to: str | None) -> int:
    """Say what the policy does: a table of categories and destinations, and every rule as a sentence.

    With a CATEGORY (privacy.contact.email, or a family such as 'safety.*'), say what happens to it at which score,
    and by which rules.
    """
    from accord.app import settings

    chosen = settings(shared.source).policy()
    wanted = [name for name in CATEGORIES if category is None or name in expand(category)]
    towards = [Destination(to)] if to else list(Destination)
    if shared.json:
        say.as_json(_object(chosen, wanted, towards), indent=2)
    elif category is None:
        _whole(chosen, towards)
    else:
        for name in wanted:
            _one(chosen, name, towards)
    return 0


def _object(chosen: Policy, categories: list[str], towards: list[Destination]) -> dict[str, Any]:
    return {
        "policy_digest": chosen.digest,
        "mode": "enforce" if chosen.enforced() else "monitor",
        "default": chosen.default.value,
        "rules": [{"id": rule.id, "says": words.sentence(rule), "reason": rule.reason} for rule in chosen.rules],
        "categories": {
            name: {to.value: [_case(case) for case in words.cases(chosen, name, to)] for to in towards}
            for name in categories
        },
    }


def _case(case: words.Case) -> dict[str, Any]:
    steps = [
        {"from": step.score, "outcome": step.outcome.value, "with": step.transform, "rules": list(step.rules)}
        for step in case.steps
    ]
    return {"when": case.condition, "steps": steps}


def _whole(chosen: Policy, towards: list[Destination]) -> None:
    say.line(f"Policy {chosen.digest[:12]}: {say.plural(len(chosen.rules), 'rule')}, {_mode(chosen)}.")
    say.line(f"What no rule names: {say.WORDS[chosen.default.value]}.")
    say.line("The strictest rule that is met decides; the order of the rules never matters.")
    say.line()
    columns = [list(Destination).index(to) for to in towards]
    rows = [(name, [cells[i] for i in columns]) for name, cells in words.matrix(chosen, CATEGORIES)]
    if say.human():
        _matrix(rows, towards)
    else:
        for name, cells in rows:
            for to, (said, _) in zip(towards, cells, strict=True):
                say.line(f"{name} to {to.value}: {said}")
        say.line()
    for rule in chosen.rules:
        if rule.to & set(towards):
            say.line(f"{rule.id}: {words.sentence(rule)}" + (f" {rule.reason}" if rule.reason else ""))


def _mode(chosen: Policy) -> str:
    if chosen.enforced():
        return "enforced"
    return f"watching only until {chosen.expires}; {chosen.owner} answers for that"


def _matrix(rows: list[tuple[str, list[tuple[str, Any]]]], towards: list[Destination]) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("category", overflow="fold", min_width=26, style="bold")
    for to in towards:
        table.add_column(f"to {to.value}", ratio=1)
    for name, cells in rows:
        table.add_row(name, *(Styled(said, style=say.STYLES[outcome.value]) for said, outcome in cells))
    say.console().print(table)


def _one(chosen: Policy, category: str, towards: list[Destination]) -> None:
    say.line(click.style(category, bold=True) + f": {CATEGORIES[category]}")
    for to in towards:
        for case in words.cases(chosen, category, to):
            condition = f", {case.condition}" if case.condition else ""
            say.line(f"  to {to.value}{condition}: {case.short()}")
            for step in case.steps:
                score = f"from {step.score:.2f}" if step.score else "at any score"
                act = step.outcome.value + (f" with {step.transform}" if step.transform else "")
                say.line(f"      {score}: {act} ({', '.join(step.rules)})")
    for rule in chosen.rules:
        if category in rule.categories and rule.to & set(towards):
            say.line(f"  {rule.id}: {words.sentence(rule)}" + (f" {rule.reason}" if rule.reason else ""))
