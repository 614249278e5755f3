"""What files say beside their pixels is read as text under names, and bounded."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from accord.core.media import Strip
from accord.media.directories import MOST_ENTRIES, directories, end_of
from accord.media.exif import read_exif, runs
from accord.media.limits import MediaLimits
from accord.media.metadata import MOST_STRIPS, Metadata, read_metadata
from accord.media.sniff import media_type

LIMITS = MediaLimits()
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Zwickau">
<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def saved(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), "navy").save(out, kind, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x013B] = "Jane Doe"
    made[0x9C9C] = "Grüße an Karl".encode("utf-16-le")
    made.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0call 4111 1111 1111 1111"
    made.get_ifd(0x8769)[0x927C] = b"\x01\x02OWNER Jane Doe\0\x03"
    made.get_ifd(0x8769)[0x829A] = TiffImagePlugin.IFDRational(1, 250)
    rational = TiffImagePlugin.IFDRational
    made.get_ifd(0x8825).update(
        {
            1: "S",
            2: (rational(33, 1), rational(30, 1), rational(0, 1)),
            3: "E",
            4: (rational(151), rational(15), rational(0)),
        }
    )
    return made


def read(data: bytes, limits: MediaLimits = LIMITS) -> Metadata:
    return read_metadata(data, media_type(data), 3, limits)


def texts(found: Metadata) -> dict[str, str]:
    return {strip.key: strip.text for strip in found.strips}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_is_read_out_of_every_container(kind: str) -> None:
    found = read(saved(kind, exif=exif().tobytes()))
    said = texts(found)
    assert said["exif.Artist"] == "Artist: Jane Doe"
    assert said["exif.XPComment"] == "XPComment: Grüße an Karl"
    assert said["exif.UserComment"] == "UserComment: call 4111 1111 1111 1111"
    assert "OWNER Jane Doe" in said["exif.MakerNote"]
    assert said["exif.GPSInfo"] == "GPSPosition: -33.500000, 151.250000"
    assert "exif.ExposureTime" in found.keys and "exif.ExposureTime" not in said
    assert all(strip.item == 3 and strip.reader == "metadata" and not strip.writable for strip in found.strips)


def test_a_tiff_is_read_in_all_its_pages() -> None:
    out = io.BytesIO()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "patient Jane Doe"
    first = Image.new("L", (9, 9))
    first.save(out, "TIFF", tiffinfo=tags, save_all=True, append_images=[Image.new("L", (9, 9), 9)])
    found = read(out.getvalue())
    assert texts(found)["exif.ImageDescription"] == "ImageDescription: patient Jane Doe"
    assert "trailing" not in found.keys
    assert not any(key in found.keys for key in ("exif.ImageWidth", "exif.StripOffsets"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_xmp_is_read_with_the_names_of_its_properties(kind: str) -> None:
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        data = saved("PNG", pnginfo=info)
    else:
        data = saved(kind, xmp=XMP)
    said = texts(read(data))["xmp"].splitlines()
    assert "creator: Jane Doe" in said
    assert "City: Zwickau" in said


def test_xmp_with_entities_is_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;&b;&b; Jane</x>'
    said = texts(read(saved("JPEG", xmp=bomb))).get("xmp", "")
    assert len(said) < 100


def iptc(*sets: tuple[int, bytes]) -> bytes:
    records = b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value for number, value in sets)
    resource = b"8BIM" + struct.pack(">H", 1028) + b"\0\0" + struct.pack(">I", len(records)) + records
    return b"Photoshop 3.0\0" + resource + b"\0" * (len(records) & 1)


def with_segment(marker: int, body: bytes) -> bytes:
    data = saved("JPEG")
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + data[2:]


def test_iptc_is_read_by_its_data_sets() -> None:
    found = read(with_segment(0xED, iptc((80, b"Jane Doe"), (120, b"At the lake"), (199, b"odd"))))
    said = texts(found)
    assert said["iptc.By-line"] == "By-line: Jane Doe"
    assert said["iptc.Caption-Abstract"] == "Caption-Abstract: At the lake"
    assert said["iptc.2:199"] == "2:199: odd"


def test_segments_nobody_knows_are_searched_for_letters() -> None:
    found = read(with_segment(0xE9, b"\x01\x02private: jane@example.org\x00\x03"))
    assert "jane@example.org" in texts(found)["app9"]


def test_comments_are_read() -> None:
    assert texts(read(saved("JPEG", comment=b"mail jane@example.org")))["comment"] == "Comment: mail jane@example.org"
    assert texts(read(saved("GIF", comment=b"mail jane@example.org")))["comment"] == "Comment: mail jane@example.org"


def test_png_texts_are_read_packed_or_not() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Jane Doe")
    info.add_text("Comment", "packed words", zip=True)
    info.add_itxt("Title", "Überschrift", zip=True)
    info.add_text("Jane Doe", "a name of its own")
    found = read(saved("PNG", pnginfo=info))
    said = texts(found)
    assert said["png.Author"] == "Author: Jane Doe"
    assert said["png.Comment"] == "Comment: packed words"
    assert said["png.Title"] == "Title: Überschrift"
    assert said["png.text"] == "Jane Doe: a name of its own"
    assert not any("Jane" in key for key in found.keys)


def test_profiles_written_as_digits_are_read() -> None:
    body = exif().tobytes()
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(body):8}\n" + body.hex(), zip=True)
    assert texts(read(saved("PNG", pnginfo=info)))["exif.Artist"] == "Artist: Jane Doe"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_a_giant_packed_text_is_cut_and_said_so() -> None:
    packed = zlib.compress(b"\0" * 60_000_000 + b"Jane", 9)
    data = saved("PNG")
    found = read(data[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + data[33:])
    assert [flaw.category for flaw in found.flaws] == ["fault.uninspected"]
    assert found.flaws[0].place.key == "png.Comment"  # type: ignore[union-attr]


def test_many_texts_are_bounded() -> None:
    data = saved("PNG")
    many = b"".join(chunk(b"tEXt", b"Comment\0no %d" % i) for i in range(1000))
    found = read(data[:33] + many + data[33:])
    assert len(found.strips) == MOST_STRIPS + 1
    assert "no 999" in found.strips[-1].text
    few = read(data[:33] + many + data[33:], MediaLimits(characters=100))
    assert sum(len(strip.text) for strip in few.strips) <= 100
    assert few.flaws


def test_thumbnails_are_files_of_their_own() -> None:
    small = saved("JPEG")
    blob = b"II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<I", 14)
    entries = struct.pack("<HHHI", 2, 513, 4, 1) + struct.pack("<I", 60) + struct.pack("<HHII", 514, 4, 1, len(small))
    blob = (blob + entries + struct.pack("<I", 0)).ljust(60, b"\0") + small
    found = read(saved("JPEG", exif=b"Exif\0\0" + blob))
    assert "exif.thumbnail" in found.keys
    assert [(file.key, file.data) for file in found.embedded] == [("exif.thumbnail", small)]


def test_raw_thumbnails_of_jfif_are_pictures() -> None:
    data = saved("JPEG")
    body = b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x02" + bytes(range(12))
    at = 4 + struct.unpack(">H", data[4:6])[0]
    found = read(data[:2] + b"\xff\xe0" + struct.pack(">H", len(body) + 2) + body + data[at:])
    assert "jfif.thumbnail" in found.keys
    assert Image.open(io.BytesIO(found.embedded[0].data)).size == (2, 2)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "AVIF"])
def test_text_after_the_end_is_read_and_padding_is_nothing(kind: str) -> None:
    data = saved(kind)
    found = read(data + b"call Jane Doe at noon, or write")
    assert texts(found)["trailing"].endswith("write")
    assert next(strip for strip in found.strips if strip.key == "trailing").hidden
    assert "trailing" not in read(data).keys
    assert "trailing" not in read(data + b"\0" * 100).keys


@pytest.mark.parametrize("inner", [b"PK\x03\x04 archive \x00", saved("PNG"), saved("JPEG")])
def test_files_after_the_end_are_files_of_their_own(inner: bytes) -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        found = read(saved(kind) + b"\x00\x01\x02" + inner)
        assert "trailing" in found.keys
        assert [(file.key, file.data) for file in found.embedded] == [("trailing", inner)]


def test_the_description_of_a_profile_is_read() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("PNG", "JPEG", "WEBP"):
        assert "icc" in read(saved(kind, icc_profile=profile)).keys


def test_directories_that_loop_end() -> None:
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 34665, 4, 1, 8) + struct.pack("<I", 8)
    assert len(list(directories(loop))) == 1
    assert read_exif(loop).notes == ()
    wide = b"MM\0*\0\0\0\x08" + b"\xff\xff" + b"\x01\x3b\0\x02\0\0\0\x04Jane" * 65535
    assert len(list(directories(wide))) == MOST_ENTRIES
    assert end_of(wide) is None


def test_big_tiff_is_read_too() -> None:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "TIFF", big_tiff=True, description="of Jane Doe")
    assert texts(read(out.getvalue()))["exif.ImageDescription"] == "ImageDescription: of Jane Doe"


def test_every_cut_of_a_file_is_read_without_an_error() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "packed words", zip=True)
    files = [
        saved("PNG", pnginfo=info, exif=exif().tobytes()) + b"after",
        saved("JPEG", exif=exif().tobytes(), xmp=XMP, comment=b"c"),
        saved("WEBP", exif=exif().tobytes(), xmp=XMP),
        saved("TIFF"),
        saved("GIF", comment=b"words"),
        saved("ICO"),
        with_segment(0xED, iptc((80, b"Jane Doe"))),
    ]
    for data in files:
        for at in range(12, len(data), max(1, len(data) // 150)):
            found = read_metadata(data[:at], media_type(data), 0, LIMITS)
            assert all(isinstance(strip, Strip) for strip in found.strips)


def test_runs_of_letters_are_found_among_bytes() -> None:
    assert (
        runs(b"\x00\x01owner: Jane\x00\xff" + "geheime Worte".encode("utf-16-le") + b"\x02abc")
        == "owner: Jane\ngeheime Worte"
    )
    assert runs(b"\x01\x02......!!!!!\x03") == ""
