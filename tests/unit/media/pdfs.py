"""PDF files written by hand, so that tests can build what no library would write."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

LETTER = (0.0, 0.0, 612.0, 792.0)


class Pdf:
    """Objects of a PDF file, numbered from 1: the catalogue is 1, the page tree 2, Helvetica 3."""

    def __init__(self) -> None:
        self.objects: dict[int, bytes] = {3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
        self.pages: list[int] = []
        self.catalogue: list[str] = []
        self.trailer: list[str] = []
        self._next = 4

    def add(self, body: str | bytes) -> int:
        """Add an object and return its number."""
        number, self._next = self._next, self._next + 1
        self.objects[number] = body.encode("latin-1") if isinstance(body, str) else body
        return number

    def stream(self, data: bytes, entries: str = "", *, packed: bool = False) -> int:
        """Add a stream object and return its number."""
        if packed:
            data, entries = zlib.compress(data, 9), f"{entries} /Filter /FlateDecode"
        return self.add(f"<< {entries} /Length {len(data)} >>\nstream\n".encode("latin-1") + data + b"\nendstream")

    def page(
        self,
        content: str | bytes,
        *,
        box: Sequence[float] = LETTER,
        extra: str = "",
        fonts: Mapping[str, int] | None = None,
        resources: str = "",
    ) -> int:
        """Add a page with `/F1` Helvetica and return its number."""
        named = " ".join(f"/{name} {number} 0 R" for name, number in {"F1": 3, **(fonts or {})}.items())
        body = self.stream(content.encode("latin-1") if isinstance(content, str) else content)
        number = self.add(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{' '.join(map(str, box))}] /Contents {body} 0 R "
            f"/Resources << /Font << {named} >> {resources} >> {extra} >>"
        )
        self.pages.append(number)
        return number

    def build(self) -> bytes:
        """The file."""
        kids = " ".join(f"{number} 0 R" for number in self.pages)
        tree = f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode()
        catalogue = f"<< /Type /Catalog /Pages 2 0 R {' '.join(self.catalogue)} >>".encode("latin-1")
        objects = {1: catalogue, 2: tree, **self.objects}
        out = bytearray(b"%PDF-1.7\n")
        offsets = {}
        for number in sorted(objects):
            offsets[number] = len(out)
            out += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
        start, size = len(out), max(objects) + 1
        out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
        for number in range(1, size):
            out += f"{offsets[number]:010} 00000 n \n".encode() if number in offsets else b"0000000000 65535 f \n"
        out += (
            f"trailer\n<< /Size {size} /Root 1 0 R {' '.join(self.trailer)} >>\nstartxref\n{start}\n%%EOF\n".encode()
        )
        return bytes(out)


def show(text: str, left: float = 72, bottom: float = 700, *, size: float = 12, before: str = "") -> str:
    """Content that shows one line of Helvetica."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q {before} BT /F1 {size} Tf 1 0 0 1 {left} {bottom} Tm ({escaped}) Tj ET Q\n"


def one_page(content: str, **options: object) -> bytes:
    """A document of one page."""
    pdf = Pdf()
    pdf.page(content, **options)  # type: ignore[arg-type]
    return pdf.build()


def update(data: bytes, objects: Mapping[int, str], size: int, entries: str = "") -> bytes:
    """Append an incremental update (ISO 32000-2, 7.5.6) that replaces or adds objects."""
    previous = int(data.rsplit(b"startxref", 1)[1].split()[0])
    out = bytearray(data)
    table = b""
    for number, body in sorted(objects.items()):
        table += f"{number} 1\n{len(out):010} 00000 n \n".encode()
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += b"xref\n" + table
    out += f"trailer\n<< /Size {size} /Root 1 0 R /Prev {previous} {entries} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
