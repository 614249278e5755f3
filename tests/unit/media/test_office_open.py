"""What is read out of Office files, and what is not opened."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest
from tests.unit.media.offices import (
    OOXML,
    Extra,
    R,
    S,
    W,
    cell,
    docx,
    opened,
    package,
    para,
    pptx,
    row,
    run,
    shape,
    sheet_part,
    si,
    slide_part,
    strips,
    table,
    text,
    word_extra,
    word_part,
    xlsx,
)

from accord.media.office_kinds import contents
from accord.media.office_numbers import shown_number
from accord.media.office_xml import parse_xml

MAIN = "word/document.xml"


def test_runs_of_a_paragraph_are_one_value() -> None:
    body = para(run("Mail jane."), run("roe@exa", "<w:b/>"), "<w:proofErr/>", run("mple.org."), run(" Thanks"))
    assert text(docx(body + para(run("next"))), MAIN) == "Mail jane.roe@example.org. Thanks\nnext\n"


def test_tabs_breaks_and_symbols_are_characters() -> None:
    body = para("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:noBreakHyphen/><w:sym w:char='F041'/></w:r>")
    assert text(docx(body), MAIN) == "a\tb\n-A\n"


def test_a_table_of_three_columns_is_a_strip_with_its_header() -> None:
    found = strips(
        docx(para(run("Before")) + table(["Name", "Mail", "Id"], ["Jane Roe", "j@example.org", "7"])), MAIN
    )
    assert [strip.text for strip in found] == ["Before\n", "Name\tMail\tId\nJane Roe\tj@example.org\t7\n"]


def test_a_form_of_two_columns_keeps_its_cells_apart() -> None:
    assert text(docx(table(["Name", "Jane Roe"], ["Phone", "555 0100"])), MAIN) == "Name\tJane Roe\nPhone\t555 0100\n"


def test_nested_tables_and_content_controls_of_cells_are_read() -> None:
    inner = f"<w:sdt><w:sdtContent>{para(run('deep'))}</w:sdtContent></w:sdt>{table(['in a', 'in b'])}"
    body = f"<w:tbl><w:tr><w:tc>{inner}{para()}</w:tc><w:tc>{para(run('x'))}</w:tc></w:tr></w:tbl>"
    assert text(docx(body), MAIN) == "deep in a in b\tx\n"


def test_deleted_text_is_hidden_and_stays_one_value_with_what_is_kept() -> None:
    deleted = (
        '<w:del w:author="Max Muster" w:date="2024-01-01T00:00:00Z"><w:r><w:delText>1111</w:delText></w:r></w:del>'
    )
    body = para(run("4111 1111 1111 "), deleted, f'<w:ins w:author="A B">{run("2222")}</w:ins>')
    data = docx(body)
    assert text(data, MAIN, hidden=False) == "4111 1111 1111 2222\n"
    assert text(data, MAIN, hidden=True) == "author: Max Muster\nauthor: A B\n1111\n4111 1111 1111 1111\n"


@pytest.mark.parametrize("properties", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'])
def test_text_that_is_not_shown_is_hidden(properties: str) -> None:
    data = docx(para(run("seen "), run("unseen", properties)))
    assert text(data, MAIN, hidden=False) == "seen \n"
    assert "unseen\n" in text(data, MAIN, hidden=True)


@pytest.mark.parametrize("properties", ['<w:vanish w:val="0"/>', '<w:color w:val="FFFFFE"/>', '<w:sz w:val="16"/>'])
def test_text_that_is_shown_is_not_hidden(properties: str) -> None:
    assert strips(docx(para(run("seen", properties))), MAIN, hidden=True) == []


def test_text_of_a_hidden_style_is_hidden() -> None:
    style = (
        '<w:style w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="Own"><w:basedOn w:val="Base"/></w:style>'
    )
    data = docx(para(run("unseen", '<w:rStyle w:val="Own"/>')), [word_extra("styles", style)])
    assert text(data, MAIN, hidden=False) == ""
    assert "unseen" in text(data, MAIN, hidden=True)


def test_field_codes_are_joined_and_hidden() -> None:
    codes = ["HYPERLINK &quot;mail", "to:jane@exa", "mple.org&quot;"]
    body = para(*(f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in codes), run("write"))
    data = docx(body)
    assert text(data, MAIN, hidden=False) == "write\n"
    assert text(data, MAIN, hidden=True) == 'HYPERLINK "mailto:jane@example.org"\n'


def test_text_boxes_do_not_cut_the_paragraph_they_hang_on() -> None:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
        f"{para(run('in the box'))}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        f"<w:txbxContent>{para(run('in the old box'))}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    data = docx(para(run("one "), box, run("value")))
    assert text(data, MAIN, hidden=False) == "one value\nin the box\n"
    assert text(data, MAIN, hidden=True) == "in the old box\n"


def test_all_parts_of_a_document_are_read() -> None:
    roles = ["header", "footer", "footnotes", "endnotes", "comments"]
    extras = [word_extra(role, para(run(f"text of {role}")), id=f"rId{n}") for n, role in enumerate(roles)]
    data = docx(para(run("x")), extras)
    for role in roles:
        assert text(data, f"word/{role}.xml") == f"text of {role}\n"


def test_alt_text_addresses_and_document_variables_are_read() -> None:
    drawing = '<w:r><w:drawing><wp:docPr id="1" name="Picture 1" descr="Jane at home" title="Her"/></w:drawing></w:r>'
    settings = '<w:docVars><w:docVar w:name="client" w:val="Jane Roe"/></w:docVars>'
    extras = [
        word_extra("settings", settings),
        Extra("mailto:jane@example.org", "hyperlink", "", id="rId2", external=True),
    ]
    data = docx(para(drawing, '<w:hyperlink r:id="rId2" w:tooltip="Write to Jane"/>'), extras)
    assert text(data, MAIN) == "Write to Jane\nJane at home\nHer\n"
    assert text(data, "word/settings.xml") == "client\nJane Roe\n"
    assert text(data, "word/_rels/document.xml.rels") == "mailto:jane@example.org\n"


def test_properties_are_metadata_with_names() -> None:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Jane Doe</dc:creator></cp:coreProperties>'
    )
    own = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        '<property name="Client"><vt:lpwstr>John Roe</vt:lpwstr></property></Properties>'
    )
    extras = [
        Extra("docProps/core.xml", "x/core-properties", core, owner="/", id="rId7"),
        Extra("docProps/custom.xml", "x/custom-properties", own, owner="/", id="rId8"),
    ]
    result = opened(docx(para(run("x")), extras))
    found = [strip for strip in result.item.strips if strip.reader == "metadata"]
    assert [strip.text for strip in found] == ["creator: Jane Doe\n", "Client: John Roe\n"]
    assert not any(strip.writable for strip in found)
    assert result.item.metadata == ("office.creator", "office.custom")


def test_custom_xml_and_parts_nothing_leads_to_are_read_as_hidden() -> None:
    loose = {"customXml/item9.xml": "<a><b>Jane Roe</b></a>", "word/lost.xml": "<c d='John Roe'/>", "x.bin": b"\1\2<"}
    data = docx(para(run("x")), loose=loose)
    assert text(data, "word/part-1.xml", hidden=True) == "Jane Roe\n"
    assert text(data, "word/part-2.xml", hidden=True) == "John Roe\n"


def test_pictures_and_objects_are_embedded() -> None:
    extras = [
        Extra("word/media/image1.png", "image", b"\x89PNG", "image/png", id="rId1"),
        Extra("word/embeddings/object1.bin", "oleObject", b"\xd0\xcf", "application/vnd.ms-office", id="rId2"),
        Extra("word/fonts/font1.odttf", "font", b"font", "application/x-font", id="rId3"),
        Extra("word/vbaProject.bin", "vbaProject", b"macro", "application/vnd.ms-office.vbaProject", id="rId4"),
    ]
    found = opened(docx(para(run("x")), extras)).embedded
    assert [each.key for each in found] == ["word/media/image1.png", "word/embeddings/object1.bin"]
    assert found[0].media_type == "image/png"


def test_media_type_comes_from_the_main_part() -> None:
    assert opened(docx("")).item.media_type == f"{OOXML}wordprocessingml.document"
    assert opened(xlsx(sheet_part(""))).item.media_type == f"{OOXML}spreadsheetml.sheet"
    assert opened(pptx(slide_part(""))).item.media_type == f"{OOXML}presentationml.presentation"


def test_cells_are_shown_as_a_viewer_shows_them() -> None:
    rows = (
        row(1, cell("A1", "", shared=0), cell("B1", "Born"), cell("C1", "SSN"), cell("D1", "Card"), cell("E1", "Sum"))
        + row(2, cell("A2", "", shared=1), cell("B2", 29342, style=1), cell("C2", 78051120, style=2))
        + row(3, cell("A3", "x"), cell("D3", 4.111111111111111e15), cell("E3", "Jane Roe", formula='"Jane "&Z1'))
    )
    data = xlsx(sheet_part(rows), strings=[si("Name"), si("Jane ", "Roe")])
    assert text(data, "xl/worksheets/sheet1.xml", hidden=False) == (
        "Name\tBorn\tSSN\tCard\tSum\nJane Roe\t1980-05-01\t078-05-1120\t\t\nx\t\t\t4111111111111111\tJane Roe\n"
    )
    assert text(data, "xl/worksheets/sheet1.xml", hidden=True) == '"Jane "&Z1\n'


def test_hidden_sheets_rows_columns_and_cells_are_apart() -> None:
    rows = (
        row(1, cell("A1", "Name"), cell("B1", "Pay"))
        + row(2, cell("A2", "Jane"), cell("B2", 10))
        + row(3, cell("A3", "John"), cell("B3", 20), attributes='hidden="1"')
        + row(4, cell("A4", "white", style=4), cell("B4", 30, style=3))
    )
    shown = sheet_part(rows, before='<cols><col min="2" max="2" hidden="1"/></cols>')
    data = xlsx(shown, sheet_part(row(1, cell("A1", "gone"))), states=["visible", "veryHidden"])
    assert text(data, "xl/worksheets/sheet1.xml", hidden=False) == "Name\nJane\n"
    assert text(data, "xl/worksheets/sheet1.xml", hidden=True) == "Name\tPay\n\t10\nJohn\t20\nwhite\t30\n"
    assert strips(data, "xl/worksheets/sheet2.xml", hidden=False) == []


def test_a_table_below_a_title_is_a_strip_of_its_own() -> None:
    rows = row(1, cell("A1", "Staff of 2024")) + row(2, cell("A2", "Name"), cell("B2", "Mail"))
    data = xlsx(sheet_part(rows + row(3, cell("A3", "Jane"), cell("B3", "j@example.org"))))
    found = [strip.text for strip in strips(data, "xl/worksheets/sheet1.xml")]
    assert found == ["Staff of 2024\n", "Name\tMail\nJane\tj@example.org\n"]


def test_what_surrounds_the_cells_of_a_sheet_is_read() -> None:
    after = (
        '<dataValidations><dataValidation sqref="A1" prompt="Ask Jane"><formula1>"Jane,John"</formula1>'
        "</dataValidation></dataValidations><headerFooter><oddHeader>&amp;LJane Roe</oddHeader></headerFooter>"
    )
    book = '<definedNames><definedName name="boss_of_it">"Max Muster"</definedName></definedNames>'
    data = xlsx(
        sheet_part(row(1, cell("A1", 1)), after=after), names=["Roe, Jane"], book=book, strings=[si("forgotten")]
    )
    assert text(data, "xl/worksheets/sheet1.xml") == '1\nAsk Jane\n"Jane,John"\n&LJane Roe\n'
    assert text(data, "xl/workbook.xml") == '"Max Muster"\nRoe, Jane\nboss_of_it\n'
    assert text(data, "xl/sharedStrings.xml", hidden=True) == "forgotten\n"


def test_slides_notes_and_shapes_out_of_sight() -> None:
    shapes = shape("Jane| Roe", descr="her face") + shape("far off", x=9_200_000) + shape("switched off", hidden=True)
    notes = Extra(
        "ppt/notesSlides/notesSlide1.xml",
        "notesSlide",
        slide_part(shape("say hello"), tag="notes"),
        f"{OOXML}presentationml.notesSlide+xml",
        owner="ppt/slides/slide1.xml",
    )
    data = pptx(slide_part(shapes), slide_part(shape("skipped"), attributes='show="0"'), extras=[notes])
    assert text(data, "ppt/slides/slide1.xml", hidden=False) == "Jane Roe\n"
    assert text(data, "ppt/slides/slide1.xml", hidden=True) == "her face\nfar off\nswitched off\n"
    assert text(data, "ppt/slides/slide2.xml", hidden=True) == "skipped\n"
    assert text(data, "ppt/notesSlides/notesSlide1.xml") == "say hello\n"
    assert opened(data).item.pages == 2


def test_utf_16_parts_are_read() -> None:
    body = f'<?xml version="1.0" encoding="UTF-16"?><w:ftr xmlns:w="{W}">{para(run("Zoë"))}</w:ftr>'
    extra = Extra("word/footer.xml", "footer", body.encode("utf-16"), f"{OOXML}wordprocessingml.footer+xml")
    assert text(docx("", [extra]), "word/footer.xml") == "Zoë\n"


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("4.111111111111111E15", "", "4111111111111111"),
        ("5550100", "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-0100"),
        ("2025550100", "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(202) 555-0100"),
        ("29342.5", "yyyy\\-mm\\-dd\\ hh:mm", "1980-05-01 12:00"),
        ("0.5", "hh:mm", "12:00"),
        ("1234.5", "#,##0.00", "1234.5"),
        ("12", '0 "days"', "12"),
        ("12", "[Red]General", "12"),
        ("not a number", "", "not a number"),
        ("1E400", "", "1E400"),
        ("-1", "yyyy", "-1"),
    ],
)
def test_numbers_are_shown(raw: str, code: str, shown: str) -> None:
    assert shown_number(raw, 0, code, since_1904=False) == shown


def test_attributes_that_people_write_are_read_whatever_they_look_like() -> None:
    body = (
        "<w:sdt><w:sdtPr><w:alias w:val='5550100'/><w:tag w:val='blue'/><w:dropDownList><w:listItem "
        "w:displayText='4111 1111 1111 1111' w:value='41111111'/></w:dropDownList></w:sdtPr></w:sdt>"
        + para("<w:bookmarkStart w:id='1' w:name='blue'/><w:bookmarkStart w:id='2' w:name='_Toc123456'/>")
        + para(
            "<w:r><w:pict><v:shape id='_x0000_s1026' alt='center'><v:textpath string='12 34 56'/></v:shape></w:pict></w:r>"
        )
        + para("<w:r><w:drawing><wp:docPr id='1' name='Picture 1' descr='4711' title='Title'/></w:drawing></w:r>")
    )
    assert text(docx(body), MAIN) == (
        "5550100\nblue\n4111 1111 1111 1111\n41111111\nblue\ncenter\n12 34 56\n4711\nTitle\n"
    )


def test_names_of_sheets_and_columns_are_read_whatever_they_look_like() -> None:
    after = '<dataValidations><dataValidation promptTitle="1234" prompt="12 34" errorTitle="blue" error="true"/></dataValidations>'
    table = f'<table xmlns="{S}" id="1" name="Table1" displayName="Table1" ref="A1:A2"><tableColumns><tableColumn id="1" name="4711"/></tableColumns></table>'
    extra = Extra(
        "xl/tables/table1.xml", "table", table, f"{OOXML}spreadsheetml.table+xml", owner="xl/worksheets/sheet1.xml"
    )
    data = xlsx(sheet_part("", after=after), names=["079 123 45 67"], extras=[extra])
    assert text(data, "xl/workbook.xml") == "079 123 45 67\n"
    assert text(data, "xl/worksheets/sheet1.xml") == "1234\n12 34\nblue\ntrue\n"
    assert text(data, "xl/tables/table1.xml") == "Table1\nTable1\n4711\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("w:w", "12700"),
        ("w:fill", "FF00AA"),
        ("w:val", "center"),
        ("w:val", "Heading 1"),
        ("w:ascii", "Times New Roman"),
        ("w:lang", "en-US"),
        ("w:rsidR", "00AB12CD"),
        ("r:id", "rId12"),
        ("name", "Picture 4"),
        ("spans", "1:16"),
        ("sqref", "$A$1:$C$5 D7"),
        ("formatCode", "_-* #,##0.00\\ [$€-407]_-;[Red]\\-0.0%"),
        ("uri", "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"),
        ("style", "position:absolute;margin-left:0;width:5in;z-index:251659264"),
        ("path", "m@4@5l@4@11@9@11@9@5xe"),
        ("fmla", "*/ h 2 3"),
    ],
)
def test_structure_is_not_read_as_content(name: str, value: str) -> None:
    assert not read_attributes("tcW", name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("w:val", "Jane Roe"),
        ("w:val", "jane"),
        ("w:val", "jane@example.org"),
        ("w:val", "078-05-1120"),
        ("w:val", "12 34 56 78"),
        ("w:val", "5550100123"),
        ("w:sz", "41111111"),
        ("w:ascii", "Jane Roe"),
        ("name", "Picture 41111"),
        ("name", "Li Wu"),
        ("name", "张伟"),
        ("spans", "4111 1111"),
        ("sqref", "Jane"),
        ("formatCode", '"Jane"0'),
        ("uri", "http://schemas.microsoft.com/jane/roe"),
        ("style", "font-family:jane"),
        ("lang", "jane-Roe"),
        ("fmla", "val Jane"),
        ("b", "Jane Roe"),
    ],
)
def test_content_is_not_taken_for_structure(name: str, value: str) -> None:
    assert read_attributes("tcW", name, value) == [value]


@pytest.mark.parametrize("name", ["formatCode", "path", "style", "sqref", "w:val", "uri", "spans", "fmla"])
@pytest.mark.parametrize("piece", ["d", "a", "1 ", "A1:", "a:b;", "%1."])
def test_long_values_are_judged_at_once(name: str, piece: str) -> None:
    assert read_attributes("tcW", name, piece * 900 + "!!") == [piece * 900 + "!!"]


def read_attributes(element: str, name: str, value: str) -> list[str]:
    prefixes = f'xmlns:w="{W}" xmlns:r="{R}"'
    return [
        found for _, found in contents(parse_xml(f"<w:{element} {prefixes} {name}={quoteattr(value)}/>".encode()))
    ]


def test_keys_say_nothing_of_the_names_in_the_archive() -> None:
    kind = f"{OOXML}wordprocessingml."
    header = Extra("word/Jane Roe.xml", "header", word_part("hdr", para(run("top"))), f"{kind}header+xml")
    app = Extra(
        "docProps/Jane.xml",
        "x/extended-properties",
        "<Properties><JaneRoe>y</JaneRoe></Properties>",
        owner="/",
        id="rId7",
    )
    loose = {"Jane/Roe.xml": "<a>lost</a>", "word/_rels/Roe.xml.rels": "<Relationships/>"}
    result = opened(
        package(
            "word/Jane.xml", f"{kind}document.main+xml", word_part("document", para(run("x"))), [header, app], loose
        )
    )
    assert [strip.key for strip in result.item.strips] == [
        "word/document.xml",
        "word/header1.xml",
        "word/part-1.xml",
        "docProps/app.xml",
    ]
    assert result.item.metadata == ("office.other",)
