"""Small Office files made by code: parts as XML strings, zipped."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from accord.core.media import Item, Patch, Strip
from accord.core.place import Span
from accord.media.limits import MediaLimits
from accord.media.office import open_office
from accord.media.office_write import rewrite_office
from accord.media.parts import Opened

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
OOXML = "application/vnd.openxmlformats-officedocument."
XML = "application/xml"


@dataclass(frozen=True)
class Extra:
    """A further part: where it is, what it is to its owner, and how it is declared."""

    name: str
    role: str
    data: str | bytes
    kind: str = XML
    owner: str = ""
    id: str = "rId1"
    external: bool = False


def zipped(members: Mapping[str, str | bytes], *, stored: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == stored else None)
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def relationships(extras: Iterable[Extra], folder: str) -> str:
    lines = []
    for each in extras:
        mode = ' TargetMode="External"' if each.external else ""
        target = each.name if each.external else posixpath.relpath(each.name, folder or ".")
        kind = each.role if "/" in each.role else f"{R}/{each.role}"
        lines.append(
            f"<Relationship Id={quoteattr(each.id)} Type={quoteattr(kind)} Target={quoteattr(target)}{mode}/>"
        )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(lines)}</Relationships>'


def package(
    main: str, kind: str, data: str, extras: Iterable[Extra] = (), loose: Mapping[str, str | bytes] = {}
) -> bytes:
    """A package of a main part, further parts and members that nothing leads to."""
    parts = list(extras)
    members: dict[str, str | bytes] = {}
    kinds = {main: kind} | {each.name: each.kind for each in parts if not each.external}
    overrides = "".join(
        f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(value)}/>"
        for name, value in kinds.items()
    )
    members["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    roots = [Extra(main, "officeDocument", "", id="rIdMain"), *(each for each in parts if each.owner == "/")]
    members["_rels/.rels"] = relationships(roots, "")
    members[main] = data
    for each in parts:
        if not each.external:
            members[each.name] = each.data
    for owner in dict.fromkeys(each.owner or main for each in parts if each.owner != "/"):
        folder, base = posixpath.split(owner)
        mine = [each for each in parts if (each.owner or main) == owner]
        members[f"{folder}/_rels/{base}.rels"] = relationships(mine, folder)
    return zipped({**members, **loose})


def run(text: str, properties: str = "") -> str:
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def table(*rows: Iterable[str]) -> str:
    lines = ("".join(f"<w:tc>{para(run(cell))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def word_part(tag: str, body: str) -> str:
    spaces = (
        f'xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}" xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    )
    return f"<w:{tag} {spaces}>{body}</w:{tag}>"


def docx(body: str, extras: Iterable[Extra] = (), loose: Mapping[str, str | bytes] = {}) -> bytes:
    main = word_part("document", f"<w:body>{body}<w:sectPr/></w:body>")
    return package("word/document.xml", f"{OOXML}wordprocessingml.document.main+xml", main, extras, loose)


def word_extra(role: str, body: str, *, name: str = "", id: str = "rId1") -> Extra:
    tag = {"header": "hdr", "footer": "ftr"}.get(role, role)
    return Extra(f"word/{name or role}.xml", role, word_part(tag, body), f"{OOXML}wordprocessingml.{role}+xml", id=id)


def sheet_part(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{S}" xmlns:r="{R}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(reference: str, value: str | float, *, style: int = 0, formula: str = "", shared: int = -1) -> str:
    inner = f"<f>{escape(formula)}</f>" if formula else ""
    if shared >= 0:
        return f'<c r="{reference}" s="{style}" t="s">{inner}<v>{shared}</v></c>'
    if isinstance(value, str) and formula:
        return f'<c r="{reference}" t="str">{inner}<v>{escape(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}" s="{style}">{inner}<v>{value}</v></c>'


def row(number: int, *cells: str, attributes: str = "") -> str:
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


STYLES = (
    f'<styleSheet xmlns="{S}"><numFmts count="2"><numFmt numFmtId="164" formatCode="000\\-00\\-0000"/>'
    '<numFmt numFmtId="165" formatCode=";;;"/></numFmts>'
    '<fonts count="2"><font/><font><color rgb="FFFFFFFF"/></font></fonts>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="0" fontId="1"/></cellXfs></styleSheet>'
)


def xlsx(
    *sheets: str,
    strings: Iterable[str] = (),
    names: Iterable[str] = (),
    states: Iterable[str] = (),
    book: str = "",
    extras: Iterable[Extra] = (),
    loose: Mapping[str, str | bytes] = {},
) -> bytes:
    """A workbook; `strings` are items of the table of shared strings as XML."""
    called = list(names) or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    shown = list(states) or ["visible"] * len(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        for number, (name, state) in enumerate(zip(called, shown, strict=True), 1)
    )
    main = f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets>{book}</workbook>'
    kind = f"{OOXML}spreadsheetml."
    parts = [
        Extra(f"xl/worksheets/sheet{number}.xml", "worksheet", data, f"{kind}worksheet+xml", id=f"rId{number}")
        for number, data in enumerate(sheets, 1)
    ]
    items = "".join(strings)
    parts.append(
        Extra(
            "xl/sharedStrings.xml",
            "sharedStrings",
            f'<sst xmlns="{S}">{items}</sst>',
            f"{kind}sharedStrings+xml",
            id="rId90",
        )
    )
    parts.append(Extra("xl/styles.xml", "styles", STYLES, f"{kind}styles+xml", id="rId91"))
    return package("xl/workbook.xml", f"{kind}sheet.main+xml", main, [*parts, *extras], loose)


def si(*texts: str) -> str:
    if len(texts) == 1:
        return f"<si><t>{escape(texts[0])}</t></si>"
    return f"<si>{''.join(f'<r><rPr><b/></rPr><t>{escape(text)}</t></r>' for text in texts)}</si>"


def shape(text: str, *, x: int = 0, y: int = 0, hidden: bool = False, descr: str = "") -> str:
    runs = "".join(f"<a:r><a:rPr/><a:t>{escape(part)}</a:t></a:r>" for part in text.split("|"))
    flag = ' hidden="1"' if hidden else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="TextBox 1" descr={quoteattr(descr)}{flag}/><p:cNvSpPr/><p:nvPr/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="1000" cy="1000"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p>{runs}</a:p></p:txBody></p:sp>"
    )


def slide_part(shapes: str, *, tag: str = "sld", attributes: str = "") -> str:
    return (
        f'<p:{tag} xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}" {attributes}>'
        f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{tag}>"
    )


def pptx(*slides: str, extras: Iterable[Extra] = ()) -> bytes:
    kind = f"{OOXML}presentationml."
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    main = (
        f'<p:presentation xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"><p:sldIdLst>{listed}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>'
    )
    parts = [
        Extra(f"ppt/slides/slide{n}.xml", "slide", data, f"{kind}slide+xml", id=f"rId{n}")
        for n, data in enumerate(slides, 1)
    ]
    return package("ppt/presentation.xml", f"{kind}presentation.main+xml", main, [*parts, *extras])


def opened(data: bytes, **limits: int) -> Opened:
    return open_office(data, 0, None, "", MediaLimits(**limits), lambda: False)


def strips(data: bytes, key: str = "", *, hidden: bool | None = None) -> list[Strip]:
    result = opened(data)
    assert not result.flaws
    found = [strip for strip in result.item.strips if not key or strip.key == key]
    return [strip for strip in found if hidden is None or strip.hidden == hidden]


def text(data: bytes, key: str = "", *, hidden: bool | None = None) -> str:
    return "".join(strip.text for strip in strips(data, key, hidden=hidden))


def patches(item: Item, value: str, put: str) -> list[Patch]:
    """Patches of every place where a value stands."""
    found = []
    for number, strip in enumerate(item.strips):
        at = strip.text.find(value)
        while at >= 0 and strip.writable:
            found.append(Patch(number, Span(at, at + len(value)), put))
            at = strip.text.find(value, at + len(value))
    return found


def rewritten(data: bytes, value: str, put: str = "[X]", replaced: Mapping[str, bytes | None] = {}) -> bytes:
    item = opened(data).item
    return rewrite_office(data, item, patches(item, value, put), replaced)


def leaks(data: bytes, value: str) -> list[str]:
    """Members in whose bytes a value stands."""
    return [name for name, content in unzipped(data).items() if value.encode() in content or value in name]
