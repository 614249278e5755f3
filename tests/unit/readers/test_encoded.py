"""What is a disguise, and what only looks like one."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import uuid
import zlib

import pytest

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.roles import Readout
from accord.readers.encoded import EncodedReader


def read(text: str) -> Readout:
    return EncodedReader().read(Reading(text), "")


def kinds(text: str) -> list[str]:
    return [reading.reader for reading in read(text).readings]


def one(text: str, reader: str) -> Reading:
    found = [reading for reading in read(text).readings if reading.reader == reader]
    assert len(found) == 1
    return found[0]


GENUINE = {
    "English": "The meeting is at half past nine; bring the report, please. It's 50% done & won't take long.",
    "Russian": "Сор из избы не выносят, а оса села на нос. Он сказал OK и ушёл домой со своей семьёй, хор поёт.",
    "Russian with English": "Подключите USB-кабель и откройте файл README, затем нажмите Enter. А то всё сотрётся.",
    "Ukrainian": "Її їжак їсть і спить, а сіно росте. Це звичайний текст українською мовою.",
    "Greek": "Αυτό είναι ένα κείμενο στα ελληνικά, και το νερό είναι ζεστό. Ο νόμος και ο τόνος.",
    "Armenian": "Սա սովորական հայերեն տեքստ է, որը պետք է մնա անփոփոխ։",
    "Arabic": "هذا نص عربي عادي يجب أن يبقى كما هو دون تغيير.",
    "Persian": "می‌خواهم این متن را همان‌طور که هست بخوانید.",
    "Hebrew": "זהו טקסט רגיל בעברית שצריך להישאר כפי שהוא.",
    "Hindi": "यह एक साधारण हिन्दी पाठ है, क्‍षमा करें, इसे वैसा ही रहना चाहिए।",
    "Chinese": "这是一段普通的中文文本，应该保持不变。价格：五十元（含税）。",
    "Japanese": "これは普通の日本語のテキストです。「そのまま」でお願いします。",
    "Korean": "이것은 평범한 한국어 텍스트이며 그대로 있어야 합니다.",
    "Thai": "นี่คือข้อความภาษาไทยธรรมดา",
    "Turkish": "Işık ılık ılık süzülüyordu, İstanbul'da sıradan bir gün; kışın ısınmak zor.",
    "Vietnamese": "Đây là một văn bản tiếng Việt bình thường, nên giữ nguyên.",
    "German": "Die Straße führt über den Fluss; Größe, Länge und Breite sind unverändert – „wirklich“.",
    "Science": "NFκB and TNFα bind; ΔE = 5 kΩ at 3 μm, α-helix, β-sheet, x² ≤ y.",
    "Emoji": "Nice 👨‍👩‍👧 work ❤️ from 🏴󠁧󠁢󠁥󠁮󠁧󠁿 to 🇩🇪 👍🏽 ☺️",
}


@pytest.mark.parametrize("language", sorted(GENUINE))
def test_genuine_text_stays_as_it_is(language: str) -> None:
    assert read(GENUINE[language]) == Readout()


ORDINARY = {
    "hashes": " ".join(getattr(hashlib, name)(b"x").hexdigest() for name in ("md5", "sha1", "sha256", "sha512")),
    "uuids": " ".join(str(uuid.UUID(int=n * 0x1234567890ABCDEF1234567)) for n in range(1, 9)),
    "base64 of hashes": " ".join(base64.b64encode(hashlib.sha256(bytes([n])).digest()).decode() for n in range(40)),
    "code": "class AbstractSingletonProxyFactoryBean: MAX_RETRIES_PER_CONNECTION = getUserByIdOrThrow(x1, y2)",
    "paths": "/usr/local/share/applications/SomeProgram/Resources/en and src/main/java/com/Example/Handler_v2.java",
    "log": "2026-01-02T03:04:05.678Z INFO [worker-12] request_id=7f3a9c1e55 status=200 bytes=48213 took=0.35ms",
    "numbers": "4111 1111 1111 1111, 2026-01-02, 1 2 3, 10.0.0.1, aa:bb:cc:dd:ee:ff, fe80::1ff:fe23:4567:890a",
    "identifiers": "use C4 or S3 with i18n, k8s, x86, b2b, p2p, 3rd, 1st, h264, mp3, R2D2, A4, v2.0, utf8, 3D, 4x4",
    "initials": "J. R. R. Tolkien met C. S. Lewis in the U.S.A. at 5 p.m.",
    "list": "- a\n- b\n- c\n\nx y z",
    "signature": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
    + base64.b64encode(hashlib.sha256(b"k").digest()).decode()[:43],
    "percent": "100%, 5%ish, 20% of all, %s and %d, 3 % 4",
    "ampersands": "R&D, AT&T, a && b, x &y; Q&A;",
    "backslashes": "C:\\users\\new\\table and \\section{x} and \\n",
    "typography": "from 1990–1992, pages 12–15, 5\u00a0km, 10\u00a0000 €, see no.\u00a04 – done… it’s “fine”™ ½",
    "sizes": "it measures 6 x 6 x 5 x 4 cm, 4 x 4",
    "escaped": "Tom &amp; Ann say 1 &lt; 2 &gt; 0 &quot;so&quot;; ?a=1&amp;b=2",
    "hex dump of bytes": "6e 00 6e 01 4f ff 6e 12 00 00 6e",
    "words": "pneumonoultramicroscopicsilicovolcanoconiosis Internationalization InterdisciplinaryStudies",
}


@pytest.mark.parametrize("kind", sorted(ORDINARY))
def test_ordinary_text_is_not_misread(kind: str) -> None:
    assert read(ORDINARY[kind]) == Readout()


def test_a_json_web_token_is_left_to_the_detectors() -> None:
    parts = [
        base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=")
        for p in ({"alg": "HS256"}, {"sub": "x"})
    ]
    assert kinds("Bearer " + ".".join([*parts, "c2lnbmF0dXJlMTIz"])) == []


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(range(256)) * 4)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_png(), "png"),
        (b"%PDF-1.7\n" + b"x" * 90, "pdf"),
        (b"PK\x03\x04" + bytes(90), "zip"),
        (b"\xff\xd8\xff\xe0" + bytes(90), "jpeg"),
        (b"RIFF\0\0\0\0WAVE" + bytes(90), "wav"),
        (b"\x1f\x8b\x08" + bytes(90), "gzip"),
    ],
)
def test_embedded_media_is_handed_on(data: bytes, kind: str) -> None:
    coded = base64.b64encode(data).decode()
    readout = read(f"see data:image/x;base64,{coded} end")
    [file] = readout.enclosed
    assert (file.kind, file.data, file.encode(data)) == (f"embedded {kind}", data, coded)
    assert file.region == Span(24, 24 + len(coded))
    assert readout.readings == ()


def test_media_in_wrapped_lines_is_handed_on_too() -> None:
    coded = base64.encodebytes(_png()).decode()
    [file] = read(f"picture:\n{coded}\n").enclosed
    assert file.data == _png()
    assert file.encode(file.data) == coded.rstrip("\n")


def test_a_data_url_of_unknown_bytes_is_handed_on() -> None:
    coded = base64.b64encode(hashlib.sha512(b"x").digest() * 2).decode()
    assert [f.kind for f in read(f"data:audio/x-thing;base64,{coded}").enclosed] == ["embedded audio data"]


def test_a_data_url_of_text_is_read() -> None:
    coded = base64.b64encode("<svg>Straße 5</svg>".encode()).decode()
    assert one(f"data:image/svg+xml;base64,{coded}", "base64").text == "<svg>Straße 5</svg>"


def test_base64_behind_a_slash_is_found() -> None:
    coded = base64.b64encode(b"the secret is hidden here").decode()
    assert one(f"https://x.example/get/{coded}", "base64").text == "the secret is hidden here"


def test_windows_1252_in_base64() -> None:
    coded = base64.b64encode("Bitte an Herrn Müller in der Straße 5 schreiben".encode("cp1252")).decode()
    reading = one(coded, "base64")
    assert "Müller" in reading.text and reading.encode is not None and reading.encode(reading.text) == coded


def test_rewriting_keeps_the_form() -> None:
    coded = base64.urlsafe_b64encode(b"ask ~~~ jane@example.org >>> today??").decode().rstrip("=")
    reading = one(coded, "base64")
    assert reading.encode is not None
    again = reading.encode(reading.text.replace("jane@example.org", "[EMAIL]"))
    assert base64.urlsafe_b64decode(again + "=" * (-len(again) % 4)) == b"ask ~~~ [EMAIL] >>> today??"
    assert "=" not in again and "+" not in again


def test_decoding_is_bounded() -> None:
    coded = " ".join([base64.b64encode(b"some words that repeat and repeat").decode()] * 50)
    readout = EncodedReader(slack=-2 * len(coded) + 100).read(Reading(coded), "")
    assert len(readout.readings) == 3
    assert [f.category for f in readout.faults] == ["fault.uninspected"]


def test_fields_are_carried_over() -> None:
    root = Reading("mail: ja\u200bne@x.example now", fields=(Field(Span(6, 21), "mail", "value"),))
    reading = next(r for r in EncodedReader().read(root, "").readings if r.reader == "folded")
    (field,) = reading.fields
    assert (field.name, reading.text[field.span.start : field.span.end]) == ("mail", "jane@x.example")


def test_ordinary_escapes_and_digits_are_no_disguise() -> None:
    for text in ("a%20b%40c", "x &eacute; y", "tel ٠١٢٣٤", "ｆｕｌｌｙ", "+33\u00a06\u00a012", "cafe\u0301"):
        assert [r.disguise for r in read(text).readings] == [False], text


def test_soft_hyphens_in_words_are_no_disguise() -> None:
    reading = one("Donau\u00addampf\u00adschiff", "folded")
    assert reading.text == "Donaudampfschiff" and not reading.disguise


def test_percent_bytes_that_are_not_utf8_stay() -> None:
    assert one("%41%FF%C3%A9%zz", "unescaped").text == "A%FFé%zz"


@pytest.mark.parametrize(
    "text",
    ["%" * 9_999, "\0" * 9_999, "a" * 1_000_000, "&#" * 9_999, "\\u" * 9_999, "a\u200b" * 20_000, "\u0301" * 50_000,
     "0a" * 50_000, "aB1" * 100_000, "4 " * 50_000, "pа" * 50_000, "QUJD\n" * 20_000, "\u202ea" * 9_999,
     "&#xFFFFFFF;", "\\U99999999", "&#55555;", "=" * 9_999, "eyJ." * 9_999, "\U000e0041" * 9_999],
)  # fmt: skip
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    readout = read(text)
    assert sum(len(r.text) for r in readout.readings) <= 8 * len(text) + 65_536
