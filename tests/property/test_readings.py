"""Every reading knows exactly where each of its characters came from."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from accord.core.place import Span
from accord.core.reading import Reading
from accord.readers.align import realign
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader

READERS = (StructureReader(), EncodedReader())
VALUE = "jane.roe@example.org"

LEFT = st.sampled_from(
    ["", "Please note ", "Она сказала: ", "id 77, ", "注意 ", "line one\r\nline two ", "\0 ", "50% off, "]
)
RIGHT = st.sampled_from(["", " and more", " — так и есть", " (end)", "\r\nnext", " \\ 5%", "\n\n"])
FILLER = st.sampled_from(["", "write to ", "Grüße an ", "the owner is ", "说 "])


def readings(text: str, depth: int = 4) -> list[Reading]:
    """All readings of a text, as a guard would drive them."""
    queue = [Reading(text)]
    for reading in queue:
        if reading.depth >= depth:
            continue
        for reader in READERS:
            queue += reader.read(reading, "").readings
    return queue


def places(text: str, value: str) -> set[Span]:
    """Where on the tape a value is found, in any reading but the first."""
    found = set()
    for reading in readings(text)[1:]:
        at = reading.text.find(value)
        if at >= 0:
            found.add(reading.tape_span(Span(at, at + len(value))))
    return found


def _fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _homoglyphs(text: str) -> str:
    return text.translate(str.maketrans("aeopcxy", "аеорсху"))


def _per_character(template: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(template(c) for c in text)


ONE_TO_ONE: dict[str, Callable[[str], str]] = {
    "zero width": "\u200b".join,
    "word joiner": "\u2060".join,
    "tags": _per_character(lambda c: chr(0xE0000 + ord(c))),
    "fullwidth": _fullwidth,
    "homoglyphs": _homoglyphs,
    "percent": _per_character(lambda c: f"%{ord(c):02X}"),
    "decimal entities": _per_character(lambda c: f"&#{ord(c)};"),
    "hex entities": _per_character(lambda c: f"&#x{ord(c):x};"),
    "unicode escapes": _per_character(lambda c: f"\\u{ord(c):04x}"),
    "hex escapes": _per_character(lambda c: f"\\x{ord(c):02x}"),
    "braced escapes": _per_character(lambda c: f"\\u{{{ord(c):x}}}"),
    "spaced": " ".join,
    "backwards": lambda text: "\u202e" + text[::-1] + "\u202c",
}
WRAPPED = {"backwards": 1}


@given(st.sampled_from(sorted(ONE_TO_ONE)), LEFT, RIGHT)
def test_a_value_in_disguise_is_found_at_its_exact_place(kind: str, left: str, right: str) -> None:
    hidden = ONE_TO_ONE[kind](VALUE)
    margin = WRAPPED.get(kind, 0)
    left = left + " " if left and kind in {"spaced", "homoglyphs"} and not left[-1].isspace() else left
    expected = Span(len(left) + margin, len(left) + len(hidden) - margin)
    assert expected in places(left + hidden + right, VALUE)


def _base64(text: str, *, urlsafe: bool, padded: bool, charset: str) -> str:
    data = text.encode(charset)
    coded = (base64.urlsafe_b64encode(data) if urlsafe else base64.b64encode(data)).decode()
    return coded if padded else coded.rstrip("=")


@given(LEFT, RIGHT, FILLER, st.booleans(), st.booleans(), st.sampled_from(["utf-8", "utf-16-le"]))
def test_base64_is_read_to_the_character(
    left: str, right: str, filler: str, urlsafe: bool, padded: bool, charset: str
) -> None:
    plain = f"{filler}{VALUE} thanks"
    if charset != "utf-8" and not filler.isascii():
        charset = "utf-8"
    coded = _base64(plain, urlsafe=urlsafe, padded=padded, charset=charset)
    text = f"{left} {coded} {right}"
    found = [r for r in readings(text) if r.reader == "base64" and VALUE in r.text]
    assert found
    reading = found[0]
    start = len(left) + 1
    assert reading.region == Span(start, start + len(coded))
    assert reading.encode is not None and reading.encode(reading.text) == coded
    before = len(filler.encode(charset))
    after = before + len(VALUE.encode(charset))
    at = reading.text.index(VALUE)
    span = reading.tape_span(Span(at, at + len(VALUE)))
    # a byte takes a third of four characters: the first one it has bits in, to the last
    assert span == Span(start + before * 8 // 6, start + -(-after * 8 // 6))


@given(st.integers(min_value=16, max_value=76), st.sampled_from(["\n", "\r\n", "\n    "]), st.integers(2, 6))
def test_wrapped_base64_is_one_block_and_is_wrapped_again(width: int, newline: str, times: int) -> None:
    plain = f"Reports go to {VALUE} every Monday. " * times
    flat = base64.b64encode(plain.encode()).decode()
    coded = newline.join(flat[i : i + width] for i in range(0, len(flat), width))
    text = f"see:\n{coded}\n\nbye"
    found = [r for r in readings(text) if r.reader == "base64" and r.text == plain]
    assert found
    assert found[0].region == Span(5, 5 + len(coded))
    assert found[0].encode is not None and found[0].encode(plain) == coded
    at = plain.index(VALUE)
    span = found[0].tape_span(Span(at, at + len(VALUE)))
    first, last = at * 8 // 6, -(-(at + len(VALUE)) * 8 // 6) - 1
    step = width + len(newline)
    assert span == Span(5 + first // width * step + first % width, 5 + last // width * step + last % width + 1)


@given(LEFT, RIGHT, FILLER, st.booleans(), st.sampled_from(["", " ", ":", ", "]), st.booleans())
def test_hex_is_read_to_the_byte(
    left: str, right: str, filler: str, upper: bool, separator: str, prefixed: bool
) -> None:
    data = f"{filler}{VALUE}".encode()
    digits = [f"{byte:02X}" if upper else f"{byte:02x}" for byte in data]
    prefix = "0x" if prefixed else ""
    coded = separator.join(prefix + d for d in digits) if separator else prefix + "".join(digits)
    text = f"{left} {coded} {right}"
    found = [r for r in readings(text) if r.reader == "hex" and VALUE in r.text]
    assert found
    reading = found[0]
    start = len(left) + 1
    assert reading.region == Span(start, start + len(coded))
    assert reading.encode is not None and reading.encode(reading.text) == coded
    at = reading.text.index(VALUE)
    assert reading.tape_span(Span(at, at + len(VALUE))).end == start + len(coded)


@given(st.sampled_from(["utf-8", "iso-8859-1"]), st.sampled_from(["\n", "\r\n"]))
def test_quoted_printable_mail_is_read_and_written_again(charset: str, newline: str) -> None:
    plain = f"Grüße, schreiben Sie bitte an {VALUE}, wir antworten gern und so schnell wir können, mit Gruß."
    coded = quopri.encodestring(plain.encode(charset)).decode().replace("\n", newline)
    head = newline.join(
        [
            "From: a@example.com",
            "To: b@example.com",
            f"Content-Type: text/plain; charset={charset}",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "",
        ]
    )
    found = [r for r in readings(head + coded) if r.reader == "quoted-printable"]
    assert [r.text for r in found] == [plain]
    assert found[0].encode is not None and found[0].encode(plain) == coded
    assert found[0].region == Span(len(head), len(head) + len(coded))
    at = plain.index(VALUE)
    span = found[0].tape_span(Span(at, at + len(VALUE)))
    assert (head + coded)[span.start : span.end].replace("=" + newline, "") == VALUE


@given(st.permutations(["percent", "homoglyphs", "base64", "zero width"]), LEFT, RIGHT)
def test_disguises_in_disguises_lead_back_to_one_place(kinds: list[str], left: str, right: str) -> None:
    hidden = VALUE
    if kinds.index("percent") < kinds.index("homoglyphs"):
        kinds = [kind for kind in kinds if kind != "percent"]  # a percent-encoded letter has no look-alike
    for kind in kinds[:3]:
        if kind == "base64":
            hidden = base64.b64encode(hidden.encode()).decode().rstrip("=")
        elif kind == "percent":
            hidden = quote(hidden)
        else:
            hidden = ONE_TO_ONE[kind](hidden)
    text = f"{left} {hidden} {right}"
    start = len(left) + 1
    assert Span(start, start + len(hidden)) in places(text, VALUE)


@given(st.text(max_size=60), st.data())
def test_swaps_keep_every_character_in_its_place(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8).filter(lambda c: len(c) % 2 == 0)))
    swaps = [(cuts[i], cuts[i + 1], data.draw(st.text(max_size=3))) for i in range(0, len(cuts), 2)]
    new, starts, ends = realign(text, swaps)
    assert len(new) == len(starts) == len(ends)
    assert list(starts) == sorted(starts)
    changed = {at for start, end, _ in swaps for at in range(start, end)}
    for char, start, end in zip(new, starts, ends, strict=True):
        assert start <= end
        if end - start == 1 and start not in changed:
            assert text[start] == char


@given(st.text(max_size=300))
def test_no_text_breaks_a_reader_and_every_place_is_within_its_source(text: str) -> None:
    for reading in readings(text)[1:]:
        assert reading.source is not None
        whole = reading.source_span(Span(0, len(reading.text)))
        assert whole.end <= len(reading.source.text)
        if reading.encode is not None and reading.region is not None:
            assert reading.region.covers(whole)
        _in_order(reading)


STRUCTURED = st.text(alphabet="abc\"'\\{}[]:,=<>/&;#x41%-_.\n\r\t |@ü\u200b", max_size=200)


@given(STRUCTURED, st.sampled_from(["", "application/json", "text/csv", "text/html", "message/rfc822"]))
def test_no_structure_breaks_a_reader(text: str, media_type: str) -> None:
    root = Reading(text)
    for reader in READERS:
        readout = reader.read(root, media_type)
        ends = 0
        for item in readout.fields:
            assert ends <= item.span.start < item.span.end <= len(text)
            assert item.name and item.name == item.name.lower()
            ends = item.span.end
        for reading in readout.readings:
            assert reading.source is root
            _in_order(reading)


def _in_order(reading: Reading) -> None:
    end = 0
    for item in reading.fields:
        assert end <= item.span.start < item.span.end <= len(reading.text)
        end = item.span.end
