"""What stands on or beside the pages of a PDF: comments, fields, links, bookmarks, scripts, files, metadata."""

from __future__ import annotations

from tests.unit.media.pdfs import Pdf, one_page, show

from accord.core.media import Strip
from accord.core.place import Box, Meta, Span
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf import open_pdf

XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmp:CreatorTool="Tool of Zoë"><dc:creator><rdf:Seq><rdf:li>Ada &amp; Bob</rdf:li></rdf:Seq></dc:creator>'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def opened(data: bytes) -> Opened:
    return open_pdf(data, 0, None, "", MediaLimits(), lambda: False)


def strip(found: Opened, reader: str) -> Strip:
    strips = [strip for strip in found.item.strips if strip.reader == reader]
    assert len(strips) == 1, [strip.reader for strip in found.item.strips]
    return strips[0]


def place(one: Strip, value: str) -> Box | Meta:
    start = one.text.index(value)
    (found,) = one.places(Span(start, start + len(value)))
    assert isinstance(found, Box | Meta)
    return found


def noted(*annotations: str, extra: str = "") -> bytes:
    return one_page(show("page"), extra=f"/Annots [{' '.join(annotations)}] {extra}")


def near(box: Box | Meta, left: float, bottom: float, right: float, top: float) -> bool:
    """Whether a box is a rectangle of a Letter page drawn at 150 dpi."""
    assert isinstance(box, Box)
    scale = 150 / 72
    wanted = (left * scale, (792 - top) * scale, right * scale, (792 - bottom) * scale)
    return all(abs(a - b) <= 2 for a, b in zip((box.left, box.top, box.right, box.bottom), wanted, strict=True))


def test_comment_has_contents_author_and_subject_at_its_place() -> None:
    found = opened(
        noted(
            "<< /Type /Annot /Subtype /Text /Rect [100 600 120 620] /Contents (call Jane) /T (Bob Ray) /Subj (private) "
            "/RC (<body><p>rich &amp; <b>bold</b></p></body>) >>"
        )
    )
    notes = strip(found, "pdf.annotation")
    assert notes.text.splitlines() == ["call Jane", "rich & bold", "Author: Bob Ray", "Subject: private"]
    assert near(place(notes, "Bob Ray"), 100, 600, 120, 620)
    assert not notes.hidden


def test_hidden_and_distant_comments_are_hidden() -> None:
    found = opened(
        noted(
            "<< /Type /Annot /Subtype /Text /Rect [100 600 120 620] /Contents (flagged) /F 2 >>",
            "<< /Type /Annot /Subtype /Text /Rect [9000 600 9020 620] /Contents (distant) >>",
        )
    )
    notes = strip(found, "pdf.annotation")
    assert notes.hidden
    assert notes.text == "flagged\ndistant"
    assert isinstance(place(notes, "flagged"), Box)
    assert place(notes, "distant") == Meta("pdf.annotation")


def test_links_and_files_they_open() -> None:
    found = opened(
        noted(
            "<< /Type /Annot /Subtype /Link /Rect [10 10 90 30] /A << /S /URI /URI (mailto:jane@example.org) >> >>",
            "<< /Type /Annot /Subtype /Link /Rect [10 50 90 70] /A << /S /GoToR /F (plans/q3.pdf) /D [0 /Fit] >> >>",
        )
    )
    links = strip(found, "pdf.link")
    assert near(place(links, "jane@example.org"), 10, 10, 90, 30)
    assert "plans/q3.pdf" in links.text


def form(fields: list[str], catalogue: str = "") -> bytes:
    pdf = Pdf()
    numbers = [pdf.add(field) for field in fields]
    references = " ".join(f"{number} 0 R" for number in numbers)
    pdf.page(show("page"), extra=f"/Annots [{references}]")
    pdf.catalogue.append(
        f"/AcroForm << /Fields [{references}] /DR << /Font << /Helv 3 0 R >> >> /DA (/Helv 12 Tf 0 g) "
        f"/NeedAppearances true {catalogue} >>"
    )
    return pdf.build()


def test_form_fields_have_names_values_titles_and_options() -> None:
    found = opened(
        form(
            [
                "<< /Type /Annot /Subtype /Widget /FT /Tx /T (ssn) /V (078-05-1120) /TU (Social security number) "
                "/Rect [100 600 300 620] /F 4 /DA (/Helv 12 Tf 0 g) >>",
                "<< /Type /Annot /Subtype /Widget /FT /Ch /T (doctor) /Opt [(Dr Abel) (Dr Cain)] "
                "/Rect [100 500 300 520] /F 4 /DA (/Helv 12 Tf 0 g) >>",
            ]
        )
    )
    fields = strip(found, "pdf.form")
    assert "Social security number: 078-05-1120" in fields.text.splitlines()
    assert "Name: ssn" in fields.text
    assert {"Dr Abel", "Dr Cain"} <= set(fields.text.splitlines())
    box = place(fields, "078-05-1120")
    assert near(box, 100, 600, 300, 620)
    assert isinstance(box, Box)
    drawn = found.item.surfaces[0].pixels[box.top : box.bottom, box.left : box.right]
    assert drawn.min() < 128, "the value of the field is drawn"


def test_bookmarks_and_their_links() -> None:
    pdf = Pdf()
    pdf.page(show("page"))
    child = pdf.add("null")
    root = pdf.add(f"<< /Type /Outlines /First {child} 0 R /Last {child} 0 R /Count 1 >>")
    pdf.objects[child] = (
        f"<< /Title <FEFF00C900760061> /Parent {root} 0 R /A << /S /URI /URI (https://example.org/jane) >> >>".encode()
    )
    pdf.catalogue.append(f"/Outlines {root} 0 R")
    found = opened(pdf.build())
    assert strip(found, "pdf.outline").text == "Éva"
    assert strip(found, "pdf.link").text == "https://example.org/jane"


def test_scripts_wherever_they_hang() -> None:
    pdf = Pdf()
    inner = pdf.stream(b"submit('https://example.org/' + ssn)")
    pdf.page(show("page"), extra=f"/AA << /O << /S /JavaScript /JS {inner} 0 R >> >>")
    pdf.catalogue.append("/OpenAction << /S /JavaScript /JS (app.alert\\('Jane'\\)) >>")
    pdf.catalogue.append("/Names << /JavaScript << /Names [(start) << /S /JavaScript /JS (var x = 'Bob') >>] >> >>")
    found = opened(pdf.build())
    scripts = strip(found, "pdf.script")
    assert scripts.hidden
    for value in ("app.alert('Jane')", "var x = 'Bob'", "submit("):
        assert scripts.text.count(value) == 1


def test_attached_files_are_embedded_once_each() -> None:
    pdf = Pdf()
    plain = pdf.stream(b"first file", "/Type /EmbeddedFile /Subtype /text#2Fplain")
    packed = pdf.stream(b"second file", "/Type /EmbeddedFile", packed=True)
    loose = pdf.stream(b"third file", "/Type /EmbeddedFile")
    pdf.catalogue.append(
        f"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (jane.txt) /UF (jane.txt) /Desc (of Jane) "
        f"/EF << /F {plain} 0 R >> >>] >> >> /AF [<< /Type /Filespec /F (loose.txt) /EF << /F {loose} 0 R >> >>]"
    )
    pdf.page(
        show("page"),
        extra="/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [10 10 30 30] /FS << /Type /Filespec "
        f"/F (pinned.txt) /EF << /F {packed} 0 R >> >> >>]",
    )
    found = opened(pdf.build())
    assert sorted(file.data for file in found.embedded) == [b"first file", b"second file", b"third file"]
    assert {file.key for file in found.embedded} >= {"jane.txt", "pinned.txt"}
    assert next(file.media_type for file in found.embedded if file.key == "jane.txt") == "text/plain"
    names = strip(found, "pdf.attachment").text
    assert {"File: jane.txt", "Description: of Jane", "File: pinned.txt", "File: loose.txt"} <= set(
        names.splitlines()
    )


def test_document_information_and_xmp() -> None:
    pdf = Pdf()
    pdf.page(show("page"))
    info = pdf.add("<< /Author (Jane Doe) /Title <FEFF00DC> /Case#20Number (HR-17) /CreationDate (D:20240102) >>")
    packet = pdf.stream(XMP.encode(), "/Type /Metadata /Subtype /XML", packed=True)
    pdf.catalogue.append(f"/Metadata {packet} 0 R")
    pdf.trailer.append(f"/Info {info} 0 R")
    found = opened(pdf.build())
    metadata = strip(found, "metadata")
    assert metadata.places(Span(0, 1)) == [Meta("pdf.info")]
    assert {
        "Author: Jane Doe",
        "Title: Ü",
        "Case Number: HR-17",
        "CreationDate: D:20240102",
        "xmp:CreatorTool: Tool of Zoë",
        "dc:creator: Ada & Bob",
    } <= set(metadata.text.splitlines())
    assert set(found.item.metadata) == {"pdf.Author", "pdf.Title", "pdf.Other", "pdf.CreationDate", "pdf.XMP"}


def test_xmp_in_bytes_that_nothing_refers_to() -> None:
    pdf = Pdf()
    pdf.page(show("page"))
    pdf.stream(XMP.encode(), "/Type /Metadata /Subtype /XML")
    found = opened(pdf.build())
    assert "dc:creator: Ada & Bob" in strip(found, "metadata").text
    assert found.item.metadata == ("pdf.XMP",)


def test_alternative_texts_labels_layers_and_private_data() -> None:
    pdf = Pdf()
    element = pdf.add("<< /Type /StructElem /S /Figure /Alt (photo of Jane) /ActualText (J. Doe) /P 99 0 R >>")
    pdf.catalogue.append(f"/StructTreeRoot << /Type /StructTreeRoot /K [{element} 0 R] >>")
    pdf.catalogue.append("/PageLabels << /Nums [0 << /P (Case Jane-) /S /D >>] >>")
    pdf.catalogue.append("/PieceInfo << /App << /Private << /Reviewer (Bob Ray) >> >> >>")
    pdf.page(show("page"))
    found = opened(pdf.build())
    assert set(strip(found, "pdf.alternative").text.splitlines()) == {"photo of Jane", "J. Doe"}
    others = {one.hidden: one.text for one in found.item.strips if one.reader == "pdf.other"}
    assert "Case Jane-1" in others[False], "a viewer shows the label of a page"
    assert "Bob Ray" in others[True]
    assert {"pdf.PieceInfo", "pdf.Structure"} <= set(found.item.metadata)


def test_forms_in_xml_are_read() -> None:
    pdf = Pdf()
    packet = pdf.stream(b"<xfa:datasets><name>Jane Doe</name><iban>DE00 1234</iban></xfa:datasets>")
    pdf.catalogue.append(f"/AcroForm << /Fields [] /XFA [(datasets) {packet} 0 R] >>")
    pdf.page(show("page"))
    found = opened(pdf.build())
    texts = "\n".join(one.text for one in found.item.strips if one.reader == "pdf.form")
    assert "Jane Doe" in texts
    assert "DE00 1234" in texts


def test_plain_page_has_nothing_beside_it() -> None:
    found = opened(one_page(show("page")))
    assert [one.reader for one in found.item.strips] == ["pdf"]
    assert not found.item.metadata
    assert not found.embedded


def test_nothing_inside_is_in_repr() -> None:
    found = opened(noted("<< /Subtype /Text /Rect [9 9 20 20] /Contents (Jane Doe) >>"))
    assert "Jane" not in repr(found) + repr(found.item) + repr(found.item.strips) + repr(found.flaws)
