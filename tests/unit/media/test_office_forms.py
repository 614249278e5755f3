"""Labels beside values are told from headers above them."""

from __future__ import annotations

import pytest
from tests.unit.media.offices import (
    cell,
    docx,
    pptx,
    rewritten,
    row,
    sheet_part,
    slide_part,
    strips,
    table,
    text,
    xlsx,
)

from accord.media.office_forms import is_form

FORM = [["Surname", "Quigley"], ["Date of birth", "21.07.1990"], ["City", "Bonn"], ["Quantity", "120"]]


@pytest.mark.parametrize(
    "rows",
    [
        FORM,
        [["Nachname", "Weber"], ["Telefon", "0221 9"], ["", "oder 0222"]],
        [["Surname", "Roe", "Phone", "555"], ["Email", "j@example.org", "City", "Bonn"]],
        [["Client:", "Jane"], ["Ref:", "7"]],
        [["Phone", "555 0100"]],
    ],
)
def test_forms(rows: list[list[str]]) -> None:
    assert is_form(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [["Surname", "Phone"], ["Roe", "555"], ["Doe", "556"]],
        [["Surname", "Pay"], ["Roe", "1"], ["Doe", "2"]],
        [["Passport", "Name"], ["C8M2K7T4Q", "Hyacinth Bellweather"]],
        [["Item", "Price"], ["Apple", "1"]],
        [["Surname", "Given name", "Phone"], ["Roe", "Jane", "555"]],
        [["Email"], ["j@example.org"]],
        [],
        [["", ""]],
    ],
)
def test_headers(rows: list[list[str]]) -> None:
    assert not is_form(rows)


def test_a_form_reads_the_same_in_a_sheet_and_in_a_document() -> None:
    wanted = "Surname: Quigley\nDate of birth: 21.07.1990\nCity: Bonn\nQuantity: 120\n"
    rows = "".join(
        row(n, *(cell(f"{c}{n}", v) for c, v in zip("AC", line, strict=True))) for n, line in enumerate(FORM, 1)
    )
    assert text(xlsx(sheet_part(rows)), "xl/worksheets/sheet1.xml") == wanted
    assert text(docx(table(*FORM)), "word/document.xml") == wanted


def test_a_label_with_a_colon_gets_no_second_one() -> None:
    assert text(docx(table(["Client:", "Jane"], ["Ref:", "7"])), "word/document.xml") == "Client: Jane\nRef: 7\n"


def test_values_of_forms_are_rewritten_in_their_cells() -> None:
    out = rewritten(docx(table(*FORM)), "Quigley")
    assert text(out, "word/document.xml").startswith("Surname: [X]\nDate of birth: ")


def test_a_table_on_a_hidden_slide_keeps_its_header() -> None:
    def cells(*values: str) -> str:
        return "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{v}</a:t></a:r></a:p></a:txBody></a:tc>" for v in values)

    grid = f"<a:tbl><a:tr>{cells('Name', 'Id', 'Pay')}</a:tr><a:tr>{cells('Jane', '7', '1')}</a:tr></a:tbl>"
    found = strips(pptx(slide_part(grid, attributes='show="0"')), "ppt/slides/slide1.xml")
    assert [(strip.text, strip.hidden) for strip in found] == [("Name\tId\tPay\nJane\t7\t1\n", True)]
