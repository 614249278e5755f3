"""Office files that are damaged, hostile or too large give one clear flaw and nothing else."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

import pytest
from tests.unit.media.offices import (
    Extra,
    cell,
    docx,
    opened,
    para,
    row,
    run,
    sheet_part,
    si,
    strips,
    text,
    unzipped,
    word_part,
    xlsx,
    zipped,
)

from accord.media.limits import MediaLimits
from accord.media.office import open_office
from accord.media.office_xml import parse_xml
from accord.media.office_zip import Unreadable, read_archive, write_archive

MAIN = "word/document.xml"


def refused(data: bytes, category: str, words: str, **limits: int) -> None:
    result = opened(data, **limits)
    assert [(flaw.category, flaw.item) for flaw in result.flaws] == [(category, 0)]
    assert words in result.flaws[0].reason
    assert result.item.kind == "office"
    assert not result.item.strips and not result.embedded


def with_main(xml: str | bytes) -> bytes:
    return zipped({**unzipped(docx("")), MAIN: xml})


def test_a_member_that_unpacks_to_far_too_much() -> None:
    refused(docx("", loose={"word/zeros.xml": b"\0" * 10_000_000}), "fault.uninspected", "too tightly")


def test_members_that_together_unpack_to_too_much() -> None:
    refused(
        docx("", loose={f"{n}.bin": bytes(90_000) for n in range(12)}), "fault.uninspected", "more bytes", bytes=10**6
    )


def test_a_hundred_thousand_members() -> None:
    members = docx("")
    entry = b"PK\x01\x02" + bytes(42)
    refused(members + entry * 100_000, "fault.uninspected", "too many members")


def test_a_member_that_is_larger_than_it_says() -> None:
    data = bytearray(zipped({"a": b"x" * 5_000}))
    local, central = data.find(b"PK\x03\x04"), data.find(b"PK\x01\x02")
    data[local + 22 : local + 26] = data[central + 24 : central + 28] = struct.pack("<I", 10)
    with pytest.raises(Unreadable):
        read_archive(bytes(data), MediaLimits(), lambda: False)


def test_members_that_overlap() -> None:
    data = bytearray(zipped({"a": b"same", "b": b"same"}))
    first, second = data.find(b"PK\x01\x02"), data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    with pytest.raises(Unreadable):
        read_archive(bytes(data), MediaLimits(), lambda: False)


@pytest.mark.parametrize("name", ["../evil.xml", "/evil.xml", "a/../../evil.xml", "c:evil.xml", "a\\..\\evil.xml"])
def test_names_that_lead_out_of_the_archive(name: str) -> None:
    info = zipfile.ZipInfo("x" * len(name))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, b"x")
    data = buffer.getvalue().replace(b"x" * len(name), name.encode())
    with pytest.raises(Unreadable, match="out of the archive"):
        read_archive(data, MediaLimits(), lambda: False)


@pytest.mark.parametrize("names", [("a.xml", "a.xml"), ("word/Document.xml", "word/document.xml")])
def test_two_members_of_one_name(names: tuple[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            archive.writestr(name, name)
    with pytest.raises(Unreadable, match="same name"):
        read_archive(buffer.getvalue(), MediaLimits(), lambda: False)


def test_an_encrypted_member() -> None:
    data = bytearray(docx(para(run("x"))))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    refused(bytes(data), "fault.uninspected", "encrypted")


def test_an_unusual_packing() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a", b"x" * 100)
    refused(buffer.getvalue(), "fault.uninspected", "unusual")


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_a_truncated_archive(cut: int) -> None:
    refused(docx(para(run("x" * 500)))[:cut], "fault.undecodable", "")


def test_a_damaged_member() -> None:
    data = bytearray(docx(para(run("x" * 500))))
    at = data.find(MAIN.encode()) + len(MAIN) + 5
    data[at : at + 20] = b"\xff" * 20
    refused(bytes(data), "fault.undecodable", "")


def test_an_archive_that_is_no_office_file() -> None:
    refused(zipped({"a.txt": "x"}), "fault.undecodable", "no Office package")
    members = unzipped(docx(""))
    refused(zipped({**members, "_rels/.rels": "<a/>"}), "fault.undecodable", "no Office package")


ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding(encoding: str) -> None:
    body = ENTITIES + word_part("document", "<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body>")
    refused(with_main(body.encode(encoding)), "fault.undecodable", "entities")


def test_other_encodings_are_refused() -> None:
    body = '<?xml version="1.0" encoding="UTF-7"?>' + word_part("document", "<w:body>\xe4</w:body>")
    refused(with_main(body.encode("latin-1")), "fault.undecodable", "UTF-8")


def test_a_huge_attribute() -> None:
    words = " ".join(map(str, range(1_700_000)))
    refused(with_main(word_part("document", f'<w:body w:x="{words}"/>')), "fault.undecodable", "well-formed")


def test_elements_nested_too_deep() -> None:
    deep = "".join(f"<w:sdt w:n='{n}'>" for n in range(100_000)) + "</w:sdt>" * 100_000
    refused(with_main(word_part("document", deep)), "fault.undecodable", "nested too deep")


def test_elements_nested_as_deep_as_is_parsed_are_read() -> None:
    deep = "<w:sdt>" * 200 + para(run("deep down")) + "</w:sdt>" * 200
    assert text(docx(deep), MAIN) == "deep down\n"


def test_too_many_elements() -> None:
    with pytest.raises(Unreadable, match="too many elements"):
        parse_xml(b"<a/>" * 8_000_001)


def test_more_text_than_is_read() -> None:
    refused(docx(para(run("x" * 1_000))), "fault.uninspected", "more text", characters=500)


def test_one_string_shown_by_very_many_cells() -> None:
    rows = "".join(row(n, cell(f"A{n}", "", shared=0)) for n in range(1, 101))
    data = xlsx(sheet_part(rows), strings=[si("x" * 1_000)])
    refused(data, "fault.uninspected", "more text", characters=50_000)


def test_the_deadline_is_kept() -> None:
    result = open_office(docx(para(run("x"))), 3, 1, "k", MediaLimits(), lambda: True)
    assert [(flaw.category, flaw.item) for flaw in result.flaws] == [("fault.deadline", 3)]
    assert (result.item.number, result.item.parent, result.item.key) == (3, 1, "k")


def test_parts_that_lead_to_each_other_are_read_once() -> None:
    extras = [
        Extra("word/header1.xml", "header", word_part("hdr", para(run("top"))), _kind("header")),
        Extra(
            "word/header1.xml",
            "header",
            word_part("hdr", para(run("top"))),
            _kind("header"),
            "word/header1.xml",
            "rId9",
        ),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = docx("", extras)
    assert text(data, "word/header1.xml") == "top\n"


def _kind(role: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.wordprocessingml.{role}+xml"


def test_a_damaged_part_that_is_kept_is_a_flaw_and_one_that_is_dropped_is_not() -> None:
    refused(docx("", [Extra("word/header.xml", "header", "<a", _kind("header"))]), "fault.undecodable", "well-formed")
    assert not opened(docx("", loose={"word/lost.xml": "<a"})).flaws


def test_hostile_numbers_in_a_sheet_do_no_harm() -> None:
    cells = (
        '<c r="ZZZ9999999" s="99999"><v>1e999999999</v></c><c r="?" t="s"><v>99999999999999999999</v></c>'
        '<c t="s"><v>-1</v></c><c s="x" t="d"><v>2024-01-01</v></c><c r="A1" s="1"><v>1e308</v></c>'
    )
    data = xlsx(sheet_part(row(1, cells), before='<cols><col min="1" max="999999999" hidden="x"/></cols>'))
    assert "2024-01-01" in text(data, "xl/worksheets/sheet1.xml")


def test_archives_are_written_the_same_every_time() -> None:
    assert write_archive({"b": b"1", "a": b"2"}) == write_archive({"b": b"1", "a": b"2"})
    assert list(unzipped(write_archive({"b": b"1", "a": b"2"}))) == ["b", "a"]


def test_a_long_document_that_repeats_itself_is_read() -> None:
    data = docx(para(run("the same line again")) * 15_000)
    assert len(data) * 200 < len(unzipped(data)[MAIN])
    assert strips(data, MAIN)[0].text.count("\n") == 15_000


def test_an_open_document_says_that_it_is_not_inspected() -> None:
    members = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a>Jane Roe</a>"}
    refused(zipped(members), "fault.uninspected", "OpenDocument files are not inspected")
