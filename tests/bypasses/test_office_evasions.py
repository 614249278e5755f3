"""Ways to carry words out in the structure of an Office file, past whoever reads only its text."""

from __future__ import annotations

from tests.unit.media.offices import (
    OOXML,
    Extra,
    R,
    W,
    docx,
    leaks,
    opened,
    package,
    para,
    patches,
    rewritten,
    run,
    sheet_part,
    strips,
    text,
    unzipped,
    word_part,
    xlsx,
)

from accord.media.office_write import rewrite_office

MAIN = "word/document.xml"
KIND = f"{OOXML}wordprocessingml."


def unchanged(data: bytes) -> bytes:
    """The file written anew, with nothing found in it."""
    return rewrite_office(data, opened(data).item, [], {})


def test_words_in_the_type_of_a_relationship() -> None:
    link = Extra("http://example.com/", "http://a/John_Smith/hyperlink", "", id="rId9", external=True)
    part = Extra(
        "word/header1.xml", "http://a/John_Smith/header", word_part("hdr", para(run("top"))), f"{KIND}header+xml"
    )
    data = docx(para('<w:hyperlink r:id="rId9"><w:r><w:t>x</w:t></w:r></w:hyperlink>'), [link, part])
    assert not leaks(unchanged(data), "John_Smith")
    assert text(data, hidden=True) == "http://example.com/\ntop\n"


def test_words_in_the_id_of_a_relationship() -> None:
    link = Extra("http://example.com/", "hyperlink", "", id="John_Smith", external=True)
    data = docx(para('<w:hyperlink r:id="John_Smith"><w:r><w:t>x</w:t></w:r></w:hyperlink>'), [link])
    out = unchanged(data)
    assert not leaks(out, "John_Smith")
    assert b'Id="rId1"' in unzipped(out)["word/_rels/document.xml.rels"] and b'r:id="rId1"' in unzipped(out)[MAIN]


def test_a_reference_to_no_relationship_is_left_out() -> None:
    assert not leaks(unchanged(docx(para('<w:hyperlink r:id="John_Smith"/>'))), "John_Smith")


def test_words_in_content_types() -> None:
    header = Extra("word/header1.xml", "header", word_part("hdr", ""), "application/vnd.ms-John_Smith+xml", id="rId1")
    chunk = Extra("word/a.smith", "aFChunk", "harmless", "text/plain; John_Smith", id="rId2")
    data = docx(para(run("x")), [header, chunk])
    out = rewritten(data, "nothing", replaced={each.key: each.data for each in opened(data).embedded})
    assert not leaks(out, "John_Smith") and not leaks(out, "smith")
    assert set(unzipped(out)) >= {"word/header1.xml", "word/chunks/chunk1.bin"}


def test_words_in_namespaces_and_prefixes() -> None:
    body = (
        '<w:p xmlns:q="http://schemas.microsoft.com/John_Smith/4111" xmlns:JohnSmith="http://schemas.microsoft.com/office/word/2010/wordml"'
        ' JohnSmith:paraId="00AB12CD"><q:a/><w:r><w:t>x</w:t></w:r></w:p>'
    )
    out = unchanged(docx(body))
    assert not leaks(out, "John")
    assert b'w14:paraId="00AB12CD"' in unzipped(out)[MAIN]


def test_words_in_the_names_of_elements_and_attributes() -> None:
    body = '<w:p w:John_Smith="1" w:johnSmith="2"><w:John_Smith w:a="1"/><w:JohnSmith>John Smith</w:JohnSmith><w:r><w:t>x</w:t></w:r></w:p>'
    data = docx(body)
    out = unchanged(data)
    assert not leaks(out, "John") and not leaks(out, "Smith") and not leaks(out, "john")
    assert text(out, MAIN) == "x\n"
    assert "John Smith" in text(data, MAIN, hidden=True)


def test_words_in_the_names_of_members() -> None:
    header = Extra("word/John_Smith.xml", "header", word_part("hdr", para(run("top"))), f"{KIND}header+xml")
    picture = Extra("word/media/John_Smith.png", "image", b"\x89PNG", "image/png", id="rId2")
    main = word_part("document", para(run("x"), '<w:r><w:pict><v:imagedata r:id="rId2"/></w:pict></w:r>'))
    data = package("word/John_Smith.xml.xml", f"{KIND}document.main+xml", main, [header, picture])
    assert not leaks(unchanged(data), "John_Smith")
    assert not any("John" in strip.key for strip in strips(data))


def test_words_in_what_is_declared_to_be_ignored() -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    main = (
        f'<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="{mc}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
        ' xmlns:john="urn:john" mc:Ignorable="w14 john" mc:ProcessContent="john:smith"><w:body>'
        '<w:p w14:paraId="00AB12CD"><w:r><mc:AlternateContent><mc:Choice Requires="john"><w:t>one</w:t></mc:Choice>'
        "<mc:Fallback><w:t>two</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p></w:body></w:document>"
    )
    out = unchanged(package(MAIN, f"{KIND}document.main+xml", main))
    assert not leaks(out, "john")
    assert b'mc:Ignorable="w14"' in unzipped(out)[MAIN] and b"two" in unzipped(out)[MAIN]


def test_a_card_number_as_the_name_of_a_sheet() -> None:
    data = xlsx(sheet_part(""), names=["4111 1111 1111 1111"])
    assert patches(opened(data).item, "4111 1111 1111 1111", "")
    assert not leaks(rewritten(data, "4111 1111 1111 1111"), "1111")


def test_a_value_in_the_levels_of_a_list() -> None:
    body = '<w:abstractNum><w:lvl><w:lvlText w:val="4111 1111 1111 1111 %1."/></w:lvl></w:abstractNum>'
    numbering = Extra("word/numbering.xml", "numbering", word_part("numbering", body), f"{KIND}numbering+xml")
    out = rewritten(docx("", [numbering]), "4111 1111 1111 1111")
    assert b'w:val="[X] %1."' in unzipped(out)["word/numbering.xml"]
