"""What the clients send: made here, with values that must not leave."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from importlib import resources

from PIL import Image, ImageDraw, ImageFont


def picture(lines: Sequence[str]) -> bytes:
    """A screenshot with these lines, as PNG."""
    font = ImageFont.load_default(size=28)
    page = Image.new("RGB", (900, 60 + 60 * len(lines)), "white")
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((40, 30 + 60 * number), line, "black", font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def pdf(lines: Sequence[str]) -> bytes:
    """A page of text (ISO 32000-2, section 7.5)."""
    shown = "".join(f"BT /F1 14 Tf 60 {760 - 30 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines)).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, starts = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in starts)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def voice_note() -> tuple[bytes, int]:
    """The voice note that comes with accord as WAV, and its length in samples. It tells a card and a phone number."""
    import numpy as np
    import soundfile

    sample = io.BytesIO(resources.files("accord").joinpath("samples", "voice-note.ogg").read_bytes())
    samples, rate = soundfile.read(sample, dtype="int16")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples).tobytes())
    return out.getvalue(), len(samples)
