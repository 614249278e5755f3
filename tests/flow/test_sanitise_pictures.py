"""A folder of pictures, PDF and Office files, sanitised, and then searched by programs that accord does not use."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

PROGRAMS = ("tesseract", "pdftotext", "exiftool")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]

pytestmark = [
    pytest.mark.models,
    pytest.mark.engines,
    pytest.mark.skipif(bool(MISSING), reason=f"not here: {', '.join(MISSING)}"),
]

PLANTED = {
    "inbox.png": ("amara.okafor@example.org", "5555 5555 5555 4444", "DE89 3704 0044 0532 0130 00", "+1 202 555 0143",
                  "Amara Okafor"),
    "card.jpg": ("4111 1111 1111 1111", "AMARA OKAFOR", "Amara Okafor", "Otterphone"),
    "badge.png": ("Tomas Lindqvist", "tomas.lindqvist@example.org", "+1 202 555 0167"),
    "invoice.pdf": ("mateo.ruiz@example.net", "+1 303 555 0121", "GB82 WEST 1234 5698 7654 32", "Mateo Ruiz",
                    "+1 202 555 0188", "Elena Ruiz", "XK4417302", "Ingrid Solberg"),
    "letter.docx": ("Amara Okafor", "5555 5555 5555 4444", "DE89 3704 0044 0532 0130 00", "Henrik Solberg",
                    "Dana Whitlock", "dana.whitlock@example.org", "+1 202 555 0143"),
}  # fmt: skip


def said(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, check=True, timeout=90).stdout.decode()


def letters(picture: Image.Image, scratch: Path, mode: int = 11) -> str:
    picture.convert("L").save(scratch / "page.png")
    return said("tesseract", scratch / "page.png", "-", "--psm", mode)


def everything(path: Path, scratch: Path) -> str:
    """All that independent programs, and a look at the bytes, find in a file."""
    data = path.read_bytes()
    found = [data.decode("latin-1"), said("exiftool", "-a", "-G1", "-ee", path)]
    if path.suffix in (".png", ".jpg"):
        picture = Image.open(io.BytesIO(data))
        found.append(letters(picture, scratch))
        if path.suffix == ".jpg":
            found.append(letters(picture.convert("L").rotate(5), scratch, 6))  # the card lies at that slant
        found += [code.text for code in zxingcpp.read_barcodes(picture.convert("RGB"))]
    elif path.suffix == ".pdf":
        found.append(said("pdftotext", path, "-"))
        with pypdfium2.PdfDocument(data) as document:
            found += [letters(page.render(scale=2).to_pil(), scratch) for page in document]
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "".join("\n".join(found).split())


def bare(value: str) -> str:
    return "".join(value.split())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The samples, and what was made of them."""
    top = tmp_path_factory.mktemp("pictures")
    (top / "in").mkdir()
    for name in PLANTED:
        (top / "in" / name).write_bytes(resources.files("accord").joinpath("samples", name).read_bytes())
    command = ["sanitise", top / "in", top / "out", "--to", "reviewer", "--state", top / "state"]
    said(sys.executable, "-m", "accord", *command)
    return top / "in", top / "out"


@pytest.mark.parametrize("name", PLANTED)
def test_nothing_planted_is_found_by_others(folders: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    before, after = (everything(folder / name, tmp_path) for folder in folders)
    seen = [value for value in PLANTED[name] if bare(value) in before]
    assert len(seen) > len(PLANTED[name]) / 2, "those who judge read too little of the original"
    assert [value for value in PLANTED[name] if bare(value) in after] == []
