"""Server-sent events, by the rules of WHATWG HTML 9.2.6."""

from __future__ import annotations

import pytest

from accord.gateway.upstream import Event, UpstreamFailed
from accord.gateway.upstream_events import EventParser


def parsed(*pieces: bytes, largest: int = 1000) -> list[Event]:
    parser = EventParser(largest)
    for piece in pieces:
        parser.feed(piece)
    return list(parser.ready)


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data\n\n", [b""]),
        (b"data\ndata\n\n", [b"\n"]),
        (b"data: a\ndata: b\n\ndata: c\n\n", [b"a\nb", b"c"]),
        (b"data: a\r\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\rdata: b\r\r", [b"a\nb"]),
        (b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n", [b"a"]),
        (b"id: 1\nretry: 5\nfoo: bar\ndatax: no\n Data: no\nDATA: no\n\n", []),
        (b"data: a:b: c\n\n", [b"a:b: c"]),
        (b"\n\n\n\ndata: a\n", []),
        (b"event: x\n\ndata: a\n\n", [b"a"]),
        (b"data: a\x00b\n\n", [b"a\x00b"]),
        (
            b"data: \xe2\x80\xa8a\x0bb\x0cc\x85".replace(b"\x85", b"\xc2\x85") + b"\n\n",
            ["\u2028a\x0bb\x0cc\x85".encode()],
        ),
    ],
)
def test_lines_and_fields(stream: bytes, data: list[bytes]) -> None:
    assert [event.data for event in parsed(stream)] == data
    assert parsed(*(bytes([byte]) for byte in stream)) == parsed(stream)


def test_types_and_comments() -> None:
    assert parsed(b"event: a\ndata: 1\n\ndata: 2\n\n: still\ndata: 3\n:\n\n") == [
        Event(b"1", None, "a"),
        Event(b"2"),
        Event(b"", b"still"),
        Event(b"", b""),
        Event(b"3"),
    ]


@pytest.mark.parametrize(
    "stream", [b"data: \xff\n\n", b"data: \xc3\n\n", b"data: \xed\xa0\x80\n\n", b"event: \xc3\xa4\ndata: a\n\n"]
)
def test_what_is_no_text_is_refused(stream: bytes) -> None:
    with pytest.raises(UpstreamFailed):
        parsed(stream)


@pytest.mark.parametrize(
    "stream", [b"data: " + b"x" * 1000, b"data: x\n" * 150, b"x" * 1001, b": " + b"x" * 1000, b"data\n" * 251]
)
def test_events_are_bounded(stream: bytes) -> None:
    for pieces in ([stream], [bytes([byte]) for byte in stream]):
        with pytest.raises(UpstreamFailed) as caught:
            parsed(*pieces)
        assert caught.value.code == "upstream_too_large"
    assert len(parsed(b"data: " + b"x" * 900 + b"\n\n" + b"data: " + b"x" * 900 + b"\n\n")) == 2
