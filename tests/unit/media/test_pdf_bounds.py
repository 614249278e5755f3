"""Bad PDF files: each is bounded before it is decoded, and says what could not be read."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace

import pypdf
import pytest
from tests.unit.media.pdfs import Pdf, one_page, show

from accord.core.media import Flaw
from accord.media import pdf
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf import open_pdf
from accord.media.pdf_bounds import unpacks_too_far
from accord.media.pdf_page import size_of

LIMITS = MediaLimits()
SMALL = replace(LIMITS, bytes=100_000, pixels=400_000, dpi=40)


def opened(data: bytes, limits: MediaLimits = LIMITS) -> Opened:
    return open_pdf(data, 3, 1, "inner", limits, lambda: False)


def reasons(found: Opened) -> list[tuple[str, str]]:
    assert all(flaw.item == 3 for flaw in found.flaws)
    return [(flaw.category, flaw.reason) for flaw in found.flaws]


def text(found: Opened) -> str:
    return "\n".join(strip.text for strip in found.item.strips if strip.reader == "pdf")


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256-R5"])
def test_encrypted_file_says_so(algorithm: str) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(one_page(show("Jane Doe"))))
    try:
        writer.encrypt("secret", algorithm=algorithm)
    except pypdf.errors.DependencyError:
        pytest.skip("pypdf needs an AES library to write this file")
    out = io.BytesIO()
    try:
        writer.write(out)
    except pypdf.errors.DependencyError:
        pytest.skip("pypdf needs an AES library to write this file")
    found = opened(out.getvalue())
    assert reasons(found) == [("fault.undecodable", pdf.ENCRYPTED)]
    assert not found.item.surfaces
    assert not found.item.strips


def test_file_that_opens_without_a_password_is_read() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(one_page(show("Jane Doe"))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    found = opened(out.getvalue())
    assert text(found) == "Jane Doe"
    assert not found.flaws


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(5000), b"no PDF at all", b"\xff" * 999])
def test_corrupt_file_says_so(data: bytes) -> None:
    found = opened(data)
    assert reasons(found) == [("fault.undecodable", pdf.CORRUPT)]
    assert (found.item.number, found.item.parent, found.item.key) == (3, 1, "inner")


def test_truncated_files_never_raise() -> None:
    whole = one_page(
        show("Jane Doe"), extra="/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (x) >>]"
    )
    for end in range(0, len(whole), 23):
        found = opened(whole[:end], SMALL)
        assert found.flaws or text(found) in {"Jane Doe", ""}


def test_bytes_turned_over_never_raise() -> None:
    whole = bytearray(one_page(show("Jane Doe"), extra="/Annots [<< /Subtype /Link /Rect [0 0 9 9] >>]"))
    for at in range(9, len(whole), 17):
        broken = bytearray(whole)
        broken[at] ^= 0x15
        assert opened(bytes(broken), SMALL).item.kind == "pdf"


def test_file_with_a_preamble_and_a_tail_is_read() -> None:
    assert text(opened(b"GIF89a\n\n" + one_page(show("Jane Doe")) + b"\0\1garbage" * 99)) == "Jane Doe"


def test_pages_beyond_the_limit_are_said() -> None:
    document = Pdf()
    page = document.page(show("Jane Doe"), box=(0, 0, 100, 40))
    document.pages = [page] * 10_000
    found = opened(document.build(), replace(SMALL, pages=3))
    said = "10000 pages; at most 3 are inspected (limits.media.pages)"
    assert reasons(found) == [("fault.uninspected", said)]
    assert (found.item.surfaces, found.item.pages) == ((), 10_000)


def test_ten_thousand_pages_of_their_own() -> None:
    document = Pdf()
    for index in range(10_000):
        document.pages.append(
            document.add(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {20 + index % 3} 20] /Resources << >> >>")
        )
    found = opened(document.build(), replace(SMALL, bytes=10_000_000, pages=5))
    assert [category for category, _ in reasons(found)] == ["fault.uninspected"]
    assert (found.item.surfaces, found.item.pages) == ((), 10_000)


def test_page_count_that_lies_is_bounded() -> None:
    data = one_page(show("Jane Doe")).replace(b"/Count 1", b"/Count 999999999")
    found = opened(data, replace(SMALL, pages=20))
    assert found.flaws or text(found).startswith("Jane Doe")
    assert len(found.flaws) <= 3


def test_loop_in_the_page_tree_ends() -> None:
    document = Pdf()
    page = document.page(show("Jane Doe"))
    inner = document.add(f"<< /Type /Pages /Parent 2 0 R /Kids [{page} 0 R 2 0 R] /Count 2 >>")
    document.pages = [inner]
    found = opened(document.build(), SMALL)
    assert len(found.item.surfaces) <= 2


def test_loops_in_outlines_and_forms_end() -> None:
    document = Pdf()
    document.page(show("Jane Doe") + "/X Do\n", resources="/XObject << /X 7 0 R >>")
    first, second, form = (document.add("null") for _ in range(3))
    assert form == 8
    document.objects[first] = f"<< /Title (one) /Parent 6 0 R /Next {second} 0 R /First {first} 0 R >>".encode()
    document.objects[second] = f"<< /Title (two) /Parent 6 0 R /Next {first} 0 R >>".encode()
    document.objects[form] = (
        b"<< /Subtype /Form /BBox [0 0 9 9] /Length 5 /Resources << /XObject << /X 8 0 R >> >> >>\nstream\n/X Do\nendstream"
    )
    document.objects[7] = document.objects[form]
    root = document.add(f"<< /Type /Outlines /First {first} 0 R /Last {second} 0 R /Count 2 >>")
    document.catalogue.append(f"/Outlines {root} 0 R")
    found = opened(document.build())
    assert text(found) == "Jane Doe"


def test_form_loop_with_text_ends() -> None:
    document = Pdf()
    body = b"BT /F1 9 Tf 9 9 Td (Jane Doe) Tj ET /X Do"
    number = document.add("null")
    document.objects[number] = (
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length {len(body)} /Resources "
        f"<< /Font << /F1 3 0 R >> /XObject << /X {number} 0 R >> >> >>\nstream\n".encode()
        + body
        + b"\nendstream"
    )
    document.page("/X Do", resources=f"/XObject << /X {number} 0 R >>")
    assert "Doe" in text(opened(document.build()))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_stream_bomb_is_refused_before_it_is_unpacked(layers: int) -> None:
    packed = bytes(50_000_000)
    for _ in range(layers):
        packed = zlib.compress(packed, 9)
    document = Pdf()
    filters = " ".join(["/FlateDecode"] * layers)
    page = document.page("")
    body = document.add(
        f"<< /Filter [{filters}] /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"
    )
    document.objects[page] = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents {body} 0 R >>".encode()
    found = opened(document.build(), SMALL)
    assert reasons(found) == [("fault.undecodable", pdf.UNPACKS)]
    assert not found.item.surfaces


def test_stream_that_unpacks_within_bounds_is_no_bomb() -> None:
    content = show("Jane Doe") + "\n" * 50_000
    document = Pdf()
    page = document.page("")
    body = document.stream(content.encode(), packed=True)
    document.objects[page] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {body} 0 R "
        "/Resources << /Font << /F1 3 0 R >> >> >>"
    ).encode()
    assert text(opened(document.build(), SMALL)) == "Jane Doe"


def test_file_full_of_stream_openings_is_read_once() -> None:
    start = zlib.compress(b"x")[:2]
    assert not unpacks_too_far((b"stream\n" + start) * 200_000, LIMITS, lambda: False)


def test_picture_of_too_many_pixels_is_left_out_and_the_page_is_read() -> None:
    document = Pdf()
    row = zlib.compress(bytes(60_000), 9)
    picture = document.add(
        "<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceGray "
        f"/Filter /FlateDecode /Length {len(row)} >>\nstream\n".encode()
        + row
        + b"\nendstream"
    )
    document.page(show("Jane Doe") + "q 200 0 0 200 99 99 cm /I Do Q", resources=f"/XObject << /I {picture} 0 R >>")
    found = opened(document.build())
    assert reasons(found) == [("fault.uninspected", pdf.LARGE_PICTURE)]
    assert text(found) == "Jane Doe"


@pytest.mark.parametrize(
    "box", [(0, 0, 14400, 14400), (0, 0, 1_000_000, 10), (0, 0, 3, 200_000), (-1e9, -1e9, 1e9, 1e9)]
)
def test_giant_pages_are_drawn_within_bounds(box: tuple[float, ...]) -> None:
    found = opened(one_page(show("Jane Doe", 1, 1), box=box), replace(LIMITS, pixels=1_000_000))
    for surface in found.item.surfaces:
        assert surface.width * surface.height <= 1_000_000
    assert ("fault.uninspected", pdf.SMALL_PRINT) in reasons(found) or not found.item.surfaces


def test_giant_page_with_giant_print_is_no_flaw() -> None:
    found = opened(
        one_page(show("Jane", 10, 3000, size=3000), box=(0, 0, 8000, 8000)), replace(LIMITS, pixels=250_000)
    )
    assert not found.flaws
    assert text(found) == "Jane"


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (50, 50, 50, 90), (9, 9, 1, 1)])
def test_page_without_area_never_raises(box: tuple[float, ...]) -> None:
    found = opened(one_page(show("Jane Doe"), box=box), SMALL)
    assert found.item.surfaces or found.flaws


@pytest.mark.parametrize("size", [(0.0, 9.0), (float("nan"), 9.0), (float("inf"), 9.0), (-3.0, 9.0)])
def test_size_of_no_area_is_none(size: tuple[float, float]) -> None:
    assert size_of(*size, LIMITS) is None


def test_small_page_is_drawn_as_large_as_a_viewer_would() -> None:
    size = size_of(61.2, 79.2, LIMITS)
    assert size is not None
    assert size.height == 1000
    assert not size.reduced


def test_total_pixels_are_bounded() -> None:
    document = Pdf()
    for _ in range(4):
        document.page(show("Jane Doe"))
    found = opened(document.build(), replace(LIMITS, total_pixels=2 * 1275 * 1650))
    assert len(found.item.surfaces) == 2
    assert reasons(found) == [("fault.uninspected", pdf.MORE_PIXELS)]


def test_characters_are_bounded() -> None:
    document = Pdf()
    for _ in range(4):
        document.page(show("Jane Doe 42"))
    found = opened(document.build(), replace(LIMITS, characters=20))
    assert len(text(found)) <= 24
    assert reasons(found) == [("fault.uninspected", pdf.MORE_TEXT)]


def test_deadline_is_asked_between_pages() -> None:
    document = Pdf()
    for _ in range(4):
        document.page(show("Jane Doe"))
    answers = iter([False, False])
    found = open_pdf(document.build(), 0, None, "", LIMITS, lambda: next(answers, True))
    assert len(found.item.surfaces) == 2
    assert found.flaws == (Flaw("fault.deadline", pdf.LATE),)


def test_embedded_files_are_bounded() -> None:
    document = Pdf()
    document.page("")
    names = []
    for index in range(5):
        file = document.stream(f"file {index}".encode() * 100, "/Type /EmbeddedFile")
        names.append(f"(f{index}) << /Type /Filespec /F (f{index}.txt) /EF << /F {file} 0 R >> >>")
    document.catalogue.append(f"/Names << /EmbeddedFiles << /Names [{' '.join(names)}] >> >>")
    found = opened(document.build(), replace(LIMITS, files=2))
    assert len(found.embedded) == 2
    assert reasons(found) == [("fault.uninspected", pdf.MORE_FILES)]
