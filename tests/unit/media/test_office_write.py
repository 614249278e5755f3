"""Office files written anew: values gone wherever they stood, formatting kept, nothing uninspected kept."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.unit.media.offices import (
    OOXML,
    Extra,
    R,
    S,
    W,
    cell,
    docx,
    leaks,
    opened,
    para,
    patches,
    pptx,
    rewritten,
    row,
    run,
    shape,
    sheet_part,
    si,
    slide_part,
    strips,
    table,
    text,
    unzipped,
    word_extra,
    xlsx,
)

from accord.core.media import Patch
from accord.core.place import Span
from accord.errors import ContentError
from accord.media.office_write import WHITE, rewrite_office

MAIN = "word/document.xml"
SHEET = "xl/worksheets/sheet1.xml"
PNG = b"\x89PNG\r\n\x1a\nfresh"


def tree(data: bytes, name: str) -> etree._Element:
    return etree.fromstring(unzipped(data)[name])


def test_a_value_over_runs_is_replaced_in_the_first_with_its_formatting() -> None:
    data = docx(para(run("Mail jane.", "<w:i/>"), run("roe@exa", "<w:b/>"), run("mple.org now", "<w:u/>")))
    out = rewritten(data, "jane.roe@example.org")
    assert text(out, MAIN) == "Mail [X] now\n"
    runs = tree(out, MAIN).findall(f".//{{{W}}}r")
    marks = [run[0][0].tag.rpartition("}")[2] for run in runs]
    assert [("".join(run.itertext()), mark) for run, mark in zip(runs, marks, strict=True)] == [
        ("Mail [X]", "i"),
        ("", "b"),
        (" now", "u"),
    ]


def test_a_value_over_tabs_and_breaks_goes_with_them() -> None:
    data = docx(para("<w:r><w:t>4111</w:t><w:tab/><w:t>1111</w:t><w:br/><w:t>1111 end</w:t></w:r>"))
    assert text(rewritten(data, "4111\t1111\n1111"), MAIN) == "[X] end\n"


def test_a_value_that_begins_with_a_symbol_is_replaced() -> None:
    data = docx(para("<w:r><w:t>a </w:t><w:sym w:char='F034'/><w:t>111 b</w:t></w:r>"))
    assert text(rewritten(data, "4111"), MAIN) == "a [X] b\n"


def test_deleted_text_and_what_is_kept_beside_it_are_rewritten_once() -> None:
    deleted = '<w:del w:author="A B"><w:r><w:delText>1111</w:delText></w:r></w:del>'
    out = rewritten(docx(para(run("4111 1111 1111 "), deleted, run(" thanks"))), "4111 1111 1111 1111")
    assert text(out, MAIN, hidden=False) == "[X] thanks\n"
    assert not leaks(out, "1111")


def test_every_place_of_a_word_file_is_rewritten() -> None:
    value = "jane@example.org"
    drawing = f'<w:r><w:drawing><wp:docPr id="1" name="Picture 1" descr="{value}"/></w:drawing></w:r>'
    extras = [
        word_extra("comments", f'<w:comment w:id="0" w:author="{value}">{para(run(value))}</w:comment>', id="rId1"),
        word_extra("header", para(run(value)), id="rId2"),
        word_extra("settings", f'<w:docVars><w:docVar w:name="a" w:val="{value}"/></w:docVars>', id="rId3"),
        Extra(f"mailto:{value}", "hyperlink", "", id="rId4", external=True),
        Extra("customXml/item1.xml", "customXml", f"<a>{value}</a>", id="rId5"),
    ]
    body = para(run(value), drawing, '<w:hyperlink r:id="rId4"/>') + table(["a", value, "b"])
    data = docx(body, extras, {"word/lost.xml": f"<a>{value}</a>", f"word/{value}.bin": b"\0"})
    out = rewritten(data, value)
    assert not leaks(out, value)
    assert text(out, MAIN) == "[X]\na\t[X]\tb\n[X]\n"
    assert text(out, "word/_rels/document.xml.rels") == "mailto:%5BX%5D\n"
    assert not opened(out).flaws


def test_what_was_not_inspected_is_left_out() -> None:
    extras = [
        Extra("word/vbaProject.bin", "vbaProject", b"secret", "application/vnd.ms-office.vbaProject", id="rId1"),
        Extra("word/printer1.bin", "printerSettings", b"secret", "application/octet-stream", id="rId2"),
        Extra("docProps/thumbnail.jpeg", "x/metadata/thumbnail", b"secret", "image/jpeg", owner="/", id="rId3"),
        Extra("docProps/core.xml", "x/core-properties", "<a>secret</a>", owner="/", id="rId4"),
        Extra("http://track.example/secret.png", "image", "", id="rId5", external=True),
        Extra("word/embeddings/a.bin", "oleObject", b"secret", "application/octet-stream", id="rId6"),
    ]
    body = '<!-- secret --><w:p><w:r><w:object><wps:x r:id="rId6"/></w:object></w:r><?x secret?></w:p>'
    out = rewritten(docx(body, extras, {"secret.txt": "secret"}), "nothing")
    assert not leaks(out, "secret")
    assert not leaks(out, "rId")[1:]
    assert sorted(unzipped(out)) == ["[Content_Types].xml", "_rels/.rels", MAIN]


def test_foreign_markup_and_namespaces_are_left_out() -> None:
    out = rewritten(docx(f'<x:y xmlns:x="http://jane.example/"><x:z/></x:y>{para(run("x"))}'), "nothing")
    assert not leaks(out, "jane")


def test_the_archive_itself_says_nothing() -> None:
    buffer = io.BytesIO(docx(para(run("x"))))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"secret"
    out = rewritten(buffer.getvalue(), "nothing")
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert not archive.comment
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) and not info.extra for info in archive.infolist())
    assert out == rewritten(buffer.getvalue(), "nothing")


def test_macros_go_and_the_type_stays_so_that_the_name_still_fits() -> None:
    data = docx(para(run("x")))
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    members = unzipped(data)
    types = members["[Content_Types].xml"].decode().replace(f"{OOXML}wordprocessingml.document.main+xml", kind)
    from tests.unit.media.offices import zipped

    out = rewritten(zipped({**members, "[Content_Types].xml": types}), "nothing")
    assert kind.encode() in unzipped(out)["[Content_Types].xml"]


def test_pictures_are_what_was_built_anew_or_white() -> None:
    blip = '<w:r><w:drawing><a:blip r:embed="rId{}"/></w:drawing></w:r>'
    extras = [
        Extra("word/media/jane-roe.jpg", "image", b"\xff\xd8\xffold", "image/jpeg", id="rId1"),
        Extra("word/media/image2.png", "image", b"\x89PNGold", "image/png", id="rId2"),
    ]
    data = docx(para(blip.format(1), blip.format(2)), extras)
    item = opened(data).item
    out = rewrite_office(data, item, [], {"word/media/jane-roe.jpg": PNG, "word/media/image2.png": None})
    members = unzipped(out)
    pictures = {name: content for name, content in members.items() if "media" in name}
    assert pictures == {"word/media/image1.png": PNG, "word/media/image2.png": WHITE}
    assert not leaks(out, "jane")
    assert {each.key for each in opened(out).embedded} == set(pictures)


def test_the_white_picture_is_one() -> None:
    from PIL import Image

    with Image.open(io.BytesIO(WHITE)) as picture:
        assert picture.size == (1, 1)
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_shared_string_is_changed_in_the_cells_that_are_touched() -> None:
    rows = row(1, cell("A1", "", shared=0), cell("B1", "", shared=1)) + row(2, cell("A2", "", shared=0))
    data = xlsx(sheet_part(rows), strings=[si("Jane ", "Roe"), si("Max"), si("forgotten Jane")])
    item = opened(data).item
    both = rewrite_office(data, item, patches(item, "Jane Roe", "[X]"), {})
    assert text(both, SHEET) == "[X]\tMax\n[X]\t\n"
    assert not leaks(both, "Jane")
    one = rewrite_office(data, item, patches(item, "Jane Roe", "[X]")[:1], {})
    assert text(one, SHEET) == "[X]\tMax\nJane Roe\t\n"
    assert tree(both, SHEET).find(f".//{{{S}}}b") is not None


def test_numbers_dates_and_formulas_become_text() -> None:
    rows = row(1, cell("A1", 4111111111111111), cell("B1", 29342, style=1)) + row(
        2, cell("A2", "Jane Roe", formula='"Jane"&" Roe"'), cell("B2", 7, formula="3+4")
    )
    data = xlsx(sheet_part(rows))
    out = rewritten(rewritten(rewritten(data, "4111111111111111"), "1980-05-01"), "Jane Roe")
    assert text(out, SHEET, hidden=False) == "[X]\t[X]\n[X]\t7\n"
    assert text(out, SHEET, hidden=True) == "3+4\n"
    assert not leaks(out, "29342") and not leaks(out, "Jane")


def test_a_formula_that_quotes_a_value_goes_and_its_result_stays() -> None:
    data = xlsx(sheet_part(row(1, cell("A1", "12 years", formula='IF(B1="Jane Roe","12 years","")'))))
    out = rewritten(data, "Jane Roe")
    assert text(out, SHEET) == "12 years\n"
    assert not leaks(out, "Jane")


def test_cells_that_repeat_a_shared_formula_keep_their_values() -> None:
    first = '<c r="A1"><f t="shared" ref="A1:A2" si="0">LEN("Jane")+1</f><v>5</v></c>'
    rows = row(1, first) + row(2, '<c r="A2"><f t="shared" si="0"/><v>5</v></c>')
    out = rewritten(xlsx(sheet_part(rows)), "Jane")
    assert tree(out, SHEET).find(f".//{{{S}}}f") is None
    assert text(out, SHEET) == "5\n5\n"


def test_a_sheet_is_renamed_wherever_it_is_named() -> None:
    book = "<definedNames><definedName name='first_'>'Jane Roe'!$A$1</definedName></definedNames>"
    rows = row(1, cell("A1", 1), cell("B1", 1, formula="'Jane Roe'!A1"))
    data = xlsx(sheet_part(rows), names=["Jane Roe"], book=book)
    item = opened(data).item
    chosen = [
        patch for patch in patches(item, "Jane Roe", "[X/1]") if item.strips[patch.strip].key == "xl/workbook.xml"
    ]
    out = rewrite_office(data, item, chosen, {})
    assert not leaks(out, "Jane")
    assert "X_1" in text(out, "xl/workbook.xml")
    assert text(out, SHEET, hidden=True) == "'X_1'!A1\n"


@pytest.mark.parametrize("where", ["cell", "column"])
def test_columns_of_tables_are_called_what_stands_above_them(where: str) -> None:
    columns = (
        '<tableColumns count="2"><tableColumn id="1" name="Jane Roe"/><tableColumn id="2" name="Pay"/></tableColumns>'
    )
    extra = Extra(
        "xl/tables/table1.xml",
        "table",
        f'<table xmlns="{S}" id="1" name="Table1" displayName="Table1" ref="A1:B2">{columns}</table>',
        f"{OOXML}spreadsheetml.table+xml",
        owner=SHEET,
    )
    rows = row(1, cell("A1", "Jane Roe"), cell("B1", "Pay")) + row(2, cell("A2", 1), cell("B2", 2))
    after = f'<tableParts xmlns:r="{R}"><tablePart r:id="rId1"/></tableParts>'
    data = xlsx(sheet_part(rows, after=after), extras=[extra])
    item = opened(data).item
    key = SHEET if where == "cell" else "xl/tables/table1.xml"
    chosen = [patch for patch in patches(item, "Jane Roe", "X") if item.strips[patch.strip].key == key]
    out = rewrite_office(data, item, chosen, {})
    assert not leaks(out, "Jane")
    assert tree(out, "xl/tables/table1.xml").find(f".//{{{S}}}tableColumn").get("name") == "X"
    assert text(out, SHEET).startswith("X\tPay\n")


def test_pivot_caches_and_external_links_are_left_out_with_what_names_them() -> None:
    extras = [
        Extra("xl/pivotCache/p1.xml", "pivotCacheDefinition", f'<a xmlns="{S}" b="Jane Roe"/>', id="rId7"),
        Extra("xl/externalLinks/e1.xml", "externalLink", f'<a xmlns="{S}">Jane Roe</a>', id="rId8"),
    ]
    book = '<externalReferences><externalReference r:id="rId8"/></externalReferences><pivotCaches><pivotCache r:id="rId7"/></pivotCaches>'
    data = xlsx(sheet_part(""), book=book, extras=extras)
    assert (
        text(data, "xl/part-1.xml", hidden=True) + text(data, "xl/part-2.xml", hidden=True) == "Jane Roe\nJane Roe\n"
    )
    out = rewritten(data, "nothing")
    assert not leaks(out, "Jane") and not leaks(out, "externalReference") and not leaks(out, "pivotCache")


def test_caches_of_charts_are_rewritten_and_stay_numbers() -> None:
    space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    chart = (
        f'<c:chartSpace xmlns:c="{space}"><c:ser><c:strCache><c:pt idx="0"><c:v>Jane Roe</c:v></c:pt></c:strCache>'
        '<c:numCache><c:pt idx="0"><c:v>4111111111111111</c:v></c:pt></c:numCache></c:ser></c:chartSpace>'
    )
    kind = f"{OOXML}drawingml.chart+xml"
    data = pptx(
        slide_part(shape("x")), extras=[Extra("ppt/charts/chart1.xml", "chart", chart, kind, "ppt/slides/slide1.xml")]
    )
    out = rewritten(rewritten(data, "Jane Roe"), "4111111111111111")
    assert text(out, "ppt/charts/chart1.xml") == "[X]\n0\n"


def test_slides_are_rewritten_run_by_run() -> None:
    out = rewritten(pptx(slide_part(shape("Dear Jane| Roe|!", descr="Jane Roe smiles"))), "Jane Roe")
    assert text(out, "ppt/slides/slide1.xml", hidden=False) == "Dear [X]!\n"
    assert text(out, "ppt/slides/slide1.xml", hidden=True) == "[X] smiles\n"


def test_a_file_that_is_not_what_was_inspected_is_refused() -> None:
    item = opened(docx(para(run("one")))).item
    with pytest.raises(ContentError, match="inspected"):
        rewrite_office(docx(para(run("two"))), item, [], {})
    with pytest.raises(ContentError, match="anew"):
        rewrite_office(b"no archive", item, [], {})


def test_what_is_put_in_is_text_and_legal_xml() -> None:
    out = rewritten(docx(para(run("Jane"))), "Jane", "<a>&\x00\x0b\ufffe\U0001f600")
    assert text(out, MAIN) == "<a>&\U0001f600\n"


def every_kind() -> dict[str, bytes]:
    """A file of every kind with much in it that is to stay."""
    picture = '<w:r><w:drawing><wp:docPr id="1" name="Picture 1" descr="Her cat"/><a:blip r:embed="rId2"/></w:drawing></w:r>'
    word = [
        word_extra("styles", '<w:style w:styleId="Own"><w:name w:val="Own"/></w:style>', id="rId1"),
        Extra("word/media/image1.png", "image", PNG, "image/png", id="rId2"),
        word_extra("footnotes", para(run("Below")), id="rId3"),
        Extra("https://example.com/a", "hyperlink", "", id="rId4", external=True),
    ]
    link = '<w:hyperlink r:id="rId4" w:anchor="part two"><w:r><w:t>there</w:t></w:r></w:hyperlink>'
    body = para(run("One ", "<w:b/>"), link, picture) + table(["Name", "Mail", "Id"], ["Jane", "j@example.org", "7"])
    rows = row(1, cell("A1", "", shared=0), cell("B1", 29342, style=1)) + row(
        2, cell("A2", 7.25), cell("B2", "x", formula='"x"&""')
    )
    after = '<dataValidations><dataValidation sqref="A1:B2" prompt="Ask"/></dataValidations>'
    return {
        "docx": docx(body, word),
        "xlsx": xlsx(sheet_part(rows, after=after), strings=[si("Jane ", "Roe")], names=["Staff of 2024"]),
        "pptx": pptx(
            slide_part(shape("Jane| Roe", descr="her face")), slide_part(shape("two"), attributes='show="0"')
        ),
    }


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_where_nothing_is_found_all_text_stays_and_a_second_time_changes_nothing(kind: str) -> None:
    data = every_kind()[kind]
    once = rewrite_office(data, opened(data).item, [], {each.key: each.data for each in opened(data).embedded})
    assert [(strip.text, strip.hidden) for strip in strips(once)] == [
        (strip.text, strip.hidden) for strip in strips(data)
    ]
    assert [each.data for each in opened(once).embedded] == [each.data for each in opened(data).embedded]
    twice = rewrite_office(once, opened(once).item, [], {each.key: each.data for each in opened(once).embedded})
    assert twice == once


@settings(max_examples=40)
@given(st.sampled_from(["docx", "xlsx", "pptx"]), st.data())
def test_whatever_is_patched_the_file_opens_and_holds_no_more_of_it(kind: str, data: st.DataObject) -> None:
    file = every_kind()[kind]
    item = opened(file).item
    writable = [number for number, strip in enumerate(item.strips) if strip.writable]
    number = data.draw(st.sampled_from(writable))
    line = data.draw(st.sampled_from([line for line in item.strips[number].text.split("\n") if line.strip()]))
    start = item.strips[number].text.index(line)
    out = rewrite_office(file, item, [Patch(number, Span(start, start + len(line)), "[X]")], {})
    assert not opened(out).flaws
    assert line not in text(out, item.strips[number].key).split("\n")


WORDS = st.text("abc äß@.1", min_size=0, max_size=6)
PROPERTIES = st.sampled_from(["", "<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>'])


@settings(max_examples=60)
@given(st.data())
def test_text_read_again_is_the_patched_text(data: st.DataObject) -> None:
    paragraphs = data.draw(st.lists(st.lists(st.tuples(WORDS, PROPERTIES), max_size=5), min_size=1, max_size=4))
    file = docx("".join(para(*(run(*each) for each in runs)) for runs in paragraphs))
    item = opened(file).item
    (strip,) = strips(file, MAIN) or [None]
    if strip is None:
        return
    cuts = sorted(data.draw(st.sets(st.integers(0, len(strip.text)), max_size=6)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if "\n" not in strip.text[a:b]]
    wanted = [Patch(0, span, data.draw(st.sampled_from(["", "X", "[Y Z]"]))) for span in spans]
    expected = strip.text
    for patch in reversed(wanted):
        expected = expected[: patch.span.start] + patch.text + expected[patch.span.end :]
    out = rewrite_office(file, item, wanted, {})
    expected = "".join(f"{line}\n" for line in expected.split("\n") if line and not line.isspace())
    assert text(out, MAIN) == expected
    before, after = (
        [etree.tostring(each, method="c14n", exclusive=True) for each in tree(one, MAIN).iter(f"{{{W}}}rPr")]
        for one in (file, out)
    )
    assert after == before
