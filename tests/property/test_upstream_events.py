"""However a stream is cut, its events are the same; and they are what was written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accord.gateway.upstream_events import EventParser

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=20)
END = st.sampled_from(["\n", "\r", "\r\n"])


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    written, meant = draw(st.sampled_from(["", "\ufeff"])), []
    for lines in draw(st.lists(st.lists(TEXT, min_size=1, max_size=3), max_size=5)):
        for line in lines:
            written += draw(st.sampled_from(["", ": note\n", "id: 7\r", "event: e\r\n"]))
            written += f"data: {line}{draw(END)}"
        # A line that ended in CR and an empty one that ends in LF would be one end of a line.
        written += "\r\n" if written.endswith("\r") else draw(END)
        meant.append("\n".join(lines).encode())
        if written.endswith("\r\r\n"):
            written += "\n"
    return written.encode(), meant


@given(streams(), st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_cuts_do_not_matter(made: tuple[bytes, list[bytes]], sizes: list[int]) -> None:
    stream, meant = made
    whole, pieces = EventParser(10_000), EventParser(10_000)
    whole.feed(stream)
    at, turn = 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        pieces.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert list(pieces.ready) == list(whole.ready)
    assert [event.data for event in whole.ready if event.comment is None] == meant
