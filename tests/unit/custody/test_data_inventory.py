"""docs/data-inventory.md is what the tables say, and no column is kept without a reason and an end."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table

ROOT = Path(__file__).parents[3]


@pytest.fixture
def script() -> Any:
    spec = importlib.util.spec_from_file_location("make_data_inventory", ROOT / "scripts" / "make_data_inventory.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_data_inventory"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_tables_say(script: Any) -> None:
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run scripts/make_data_inventory.py"


def test_every_table_and_column_is_on_it(script: Any) -> None:
    text = script.page()
    for schema in (script.STATE_STORE, script.KEY_STORE):
        for table in schema.tables.sorted_tables:
            assert f"### {table.name}\n" in text
            for column in table.columns:
                assert f"| `{column.name}` |" in text and column.info["purpose"].replace("|", "\\|") in text


@pytest.mark.parametrize("info", [{}, {"purpose": "why"}, {"retention": "a day"}, {"purpose": "", "retention": "x"}])
def test_a_column_without_purpose_or_retention_is_an_error(script: Any, info: dict[str, str]) -> None:
    table = Table("extra", MetaData(), Column("secret", String(8), info=info))
    with pytest.raises(script.Incomplete, match="extra.secret"):
        script._table(table)


def test_a_table_outside_of_the_rooms_is_an_error(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = MetaData()
    Table("stray", schema, Column("id", String(8)))
    with pytest.raises(script.Incomplete, match="stray"):
        script._rooms(schema)


def test_an_outdated_page_fails_the_build(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["make_data_inventory.py", "--check"])
    assert script.main() == 0
    page = tmp_path / "page.md"
    page.write_text("old", encoding="utf-8")
    monkeypatch.setattr(script, "PAGE", page)
    assert script.main() == 1 and "run this" in capsys.readouterr().out
