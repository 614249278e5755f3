"""Every sentence of the documentation that can be executed is executed."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from accord.config import ConfigModel, parse
from accord.core.taxonomy import CATEGORIES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def blocks(language: str) -> list[object]:
    return [
        pytest.param(match[2], id=f"{page.name}:{page.read_text()[: match.start()].count(chr(10)) + 1}")
        for page in PAGES
        for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if match[1] == language
    ]


@pytest.mark.models
@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_STATE", str(tmp_path))
    exec(compile(code, "documentation", "exec"), {})


@pytest.mark.parametrize("text", blocks("yaml"))
def test_policies_are_understood(text: str) -> None:
    ours = {info.alias or name for name, info in ConfigModel.model_fields.items()}
    if ours & set(yaml.safe_load(text)):  # the configuration of another program has none of our words
        parse(text, "documentation.yaml").policy()


@pytest.mark.models
@pytest.mark.parametrize("text", blocks("console"))
def test_commands_exist(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.cli.main import cli

    monkeypatch.setenv("ACCORD_STATE", str(tmp_path))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        words = shlex.split(line[2:], comments=True)
        if words[0] == "make":
            assert set(words[1:]) <= targets
        elif words[0] == "accord":
            result = CliRunner().invoke(cli, [*words[1:2], "--help"])
            assert result.exit_code == 0, line


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_category_a_page_names_exists() -> None:
    named = re.compile(r"`((?:privacy|safety|fault)\.[a-z_.]+[a-z])`")
    for page in PAGES:
        for category in named.findall(page.read_text(encoding="utf-8")):
            assert any(known == category or known.startswith(f"{category}.") for known in CATEGORIES), category


def test_every_test_a_page_names_exists() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text))
    assert len(named) > 100
    for file, test in named:
        assert (ROOT / file).exists(), file
        if test:
            assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{test}"


def test_every_flow_of_the_threat_model_is_asked_for_every_kind_of_threat() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    kinds = {*"S T R I D E".split(), *"Li Id Nr De Dd Un Nc".split()}  # STRIDE, LINDDUN
    flows = re.findall(r"^## (\d+\. .*?)\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    drawn = set(re.findall(r"\d+", text.split("```")[1]))
    assert {title.split(".")[0] for title, _ in flows} == drawn
    for title, table in flows:
        rows = re.findall(r"^\| ([A-Z][\w ]*) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", table, re.MULTILINE)
        assert len(rows) == table.count("\n| ") - 1, title
        assert {kind for codes, _ in rows for kind in codes.split()} == kinds, title
        assert all("::test_" in held for _, held in rows), title


def test_every_file_the_architecture_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z_/]+(?:\.py|/))`", text):
        assert (ROOT / "src" / "accord" / name).exists() or (ROOT / name).exists(), name


def test_the_layers_of_the_architecture_are_those_that_are_enforced() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = re.search(r"^```\n(__main__.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [set(layer.split(" | ")) for layer in " ".join(drawn[1].split()).split(" › ")] == [
        set(layer.split(" | ")) for layer in contract["layers"]
    ]


def leaves(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *before, name)
        elif not command.hidden:
            yield (*before, name), command


def test_every_command_and_option_is_on_its_page() -> None:
    from accord.cli.main import cli

    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    common, *parts = page.split("\n## ")
    sections = {part.split()[0]: part for part in parts}
    for words, command in leaves(cli):
        section = sections[words[0]]
        assert words[-1] in section, words
        for option in command.params:
            if isinstance(option, click.Option):
                named = (*option.opts, *option.secondary_opts)
                assert any(re.search(rf"{one}\b", common + section) for one in named), (words, option.opts)


def test_every_command_on_a_page_takes_what_the_page_gives_it() -> None:
    from accord.cli.main import cli

    known = dict(leaves(cli))
    for page in PAGES:
        for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
            for line in match[2].splitlines() if match[1] == "console" else ():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words[:1] != ["accord"] or not line.startswith("$ "):
                    continue
                command = next((known[tuple(words[1:n])] for n in (4, 3, 2) if tuple(words[1:n]) in known), None)
                assert command is not None, line
                options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
                assert {word for word in words if re.match("--[a-z]", word)} <= options, line


def test_the_categories_page_is_the_taxonomy() -> None:
    text = (ROOT / "docs" / "reference" / "categories.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z_.]+)`", text, re.MULTILINE) == list(CATEGORIES)
