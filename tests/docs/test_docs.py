"""Every sentence of the documentation that can be executed is executed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from accord.config import parse
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


def test_every_file_the_architecture_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z_/]+(?:\.py|/))`", text):
        assert (ROOT / "src" / "accord" / name).exists() or (ROOT / name).exists(), name


def test_the_categories_page_is_the_taxonomy() -> None:
    text = (ROOT / "docs" / "reference" / "categories.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z_.]+)`", text, re.MULTILINE) == list(CATEGORIES)
