"""`accord check` and `accord sanitise` on pictures and documents: places, embedded files, faults, and no values."""

from __future__ import annotations

import io
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from accord.cli import report, say
from accord.core.media import Item, Opening
from accord.core.place import Box

VALUES = ("+1 202 555 0167", "tomas.lindqvist@example.org", "5555 5555 5555 4444", "dana.whitlock@example.org")


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("badge.png", "invoice.pdf", "letter.docx"):
        (folder / name).write_bytes(resources.files("accord").joinpath("samples", name).read_bytes())
    return folder


def no_values(text: str) -> None:
    for value in VALUES:
        assert value not in text


def test_json_has_boxes_with_pages_and_keys_with_items(run, samples) -> None:
    ran = run("check --json", *sorted(samples.iterdir()))
    badge, invoice, letter = ran.lines
    assert (ran.code, ran.err) == (0, "")
    assert [each["outcome"] for each in ran.lines] == ["transform"] * 3
    (phone,) = [f for f in badge["findings"] if f["category"] == "privacy.contact.phone"]
    assert list(phone) == ["category", "score", "detector", "part", "place", "item"]
    assert list(phone["place"]) == ["kind", "left", "top", "right", "bottom", "page"]
    assert (phone["place"]["kind"], phone["place"]["page"], phone["item"]) == ("box", 0, 0)
    assert 0 <= phone["place"]["left"] < phone["place"]["right"] <= 560
    assert badge["coverage"]["image"]["inspected"] == badge["coverage"]["image"]["total"] > 0
    assert {f["place"]["page"] for f in invoice["findings"] if f["place"]["kind"] == "box"} == {0, 1}
    assert {"kind": "meta", "key": "pdf.Author"} in [f["place"] for f in invoice["findings"]]
    assert {"kind": "meta", "key": "word/comments.xml"} in [f["place"] for f in letter["findings"]]
    no_values(ran.out)


def test_plain_lines_say_what_was_opened(run, samples) -> None:
    ran = run("check --all", *sorted(samples.iterdir()))
    assert "badge.png: opened a picture, 560 × 760 pixels" in ran.out
    assert "invoice.pdf: opened a PDF of 2 pages" in ran.out
    assert "invoice.pdf:page 1, " in ran.out
    assert "invoice.pdf:page 2, " in ran.out
    assert "letter.docx: opened an Office file" in ran.out
    assert "letter.docx:word/comments.xml: privacy.contact.phone" in ran.out
    no_values(ran.out + ran.err)


@pytest.mark.parametrize("option", ["--excerpt", "--no-excerpt"])
def test_for_people_places_stand_in_a_table(run, samples, monkeypatch, option) -> None:
    monkeypatch.setattr(say, "human", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    ran = run(f"check {option}", *sorted(samples.iterdir()))
    assert ran.code == 0
    assert "opened    a PDF of 2 pages" in ran.out
    assert "text, masked" not in ran.out
    no_values(ran.out)


def test_what_is_embedded_is_counted_never_named(run, tmp_path) -> None:
    from accord.app import load

    guard = load(run.config, state=run.state)
    inspection = guard.inspect("call +1 202 555 0143")
    guard.close()
    (found,) = inspection.findings
    opening = Opening(
        (Item(0, None, "pdf", "application/pdf", pages=3), Item(1, 0, "picture", "image/png", key="Jane"))
    )
    object.__setattr__(found, "place", Box(1, 2, 3, 4, 2))
    object.__setattr__(inspection, "openings", {0: opening})
    assert report.where(inspection, found, [None]) == "page 3, 1,2–3,4"
    object.__setattr__(found, "item", 1)
    object.__setattr__(found, "place", Box(1, 2, 3, 4))
    assert report.where(inspection, found, [None]) == "embedded 1, 1,2–3,4"
    checked = report.Checked("x", "", (), inspection, inspection.preview("model"))
    assert report.opened_words(checked) == "a PDF of 3 pages, 1 embedded file"


def test_a_file_that_is_damaged_is_said_and_refused(run, samples) -> None:
    whole = (samples / "badge.png").read_bytes()
    (samples / "cut.png").write_bytes(whole[: len(whole) // 2])
    (samples / "cut.pdf").write_bytes((samples / "invoice.pdf").read_bytes()[:600])
    (samples / "cut.docx").write_bytes((samples / "letter.docx").read_bytes()[:900])
    (samples / "other.png").write_bytes(b"\x93\0\0 nothing of the kind")
    (samples / "empty.png").write_bytes(b"")
    for name in ("cut.png", "cut.pdf", "cut.docx", "other.png"):
        ran = run("check --json", samples / name)
        faults = [f for f in ran.lines[0]["findings"] if f["category"].startswith("fault.")]
        assert (ran.code, ran.lines[0]["outcome"]) == (1, "block"), name
        assert faults, name
        assert all(f["reason"] in ran.err for f in faults), name
    assert run("check", samples / "empty.png").code == 0


def test_video_is_an_error_of_its_own(run, tmp_path) -> None:
    (tmp_path / "party.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\xff")
    ran = run("check", tmp_path / "party.mp4")
    assert (ran.code, ran.out) == (2, "")
    assert "this is video (MP4), and video is not inspected" in ran.err


def test_a_folder_of_many_kinds_is_sanitised(run, samples, tmp_path) -> None:
    Image.new("RGB", (40, 30), "white").save(samples / "dot.bmp")
    (samples / "notes.txt").write_text("Write to dana.whitlock@example.org")
    ran = run("sanitise --json", samples, tmp_path / "out")
    assert ran.code == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(written) == ["badge.png", "dot.png", "invoice.pdf", "letter.docx", "manifest.json", "notes.txt"]
    for entry in ran.json["files"]:
        assert entry["bytes"] == len(written[entry["name"]])
    assert zxingcpp.read_barcodes(np.asarray(Image.open(io.BytesIO(written["badge.png"])))) == []
    seen = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(written["invoice.pdf"]))
    with zipfile.ZipFile(io.BytesIO(written["letter.docx"])) as letter:
        seen += "".join(letter.read(name).decode("utf-8", "replace") for name in letter.namelist())
    seen += written["notes.txt"].decode() + written["manifest.json"].decode()
    no_values(seen)
    assert "mateo.ruiz@example.net" not in seen


def test_a_name_that_no_longer_fits_is_said(run, samples, tmp_path) -> None:
    Image.new("RGB", (40, 30), "white").save(samples / "dot.bmp")
    ran = run("sanitise", samples / "dot.bmp", tmp_path / "dot.bmp")
    assert (ran.code, "dot.bmp: written as PNG, whatever its name says" in ran.out) == (0, True)
    assert (tmp_path / "dot.bmp").read_bytes().startswith(b"\x89PNG")
