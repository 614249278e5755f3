"""Every character of every part has one place on the tape, and back."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import Image, Role, Span, Text
from accord.core.media import Strip
from accord.core.place import Box, Meta
from accord.core.reading import Field, Reading
from accord.core.tape import SEAM, Tape

PARTS = st.lists(
    st.one_of(
        st.builds(Text, st.text(max_size=20), role=st.sampled_from(list(Role)), message=st.integers(0, 2)),
        st.just(Image(b"x")),
    ),
    max_size=6,
).map(tuple)


@given(PARTS, st.data())
def test_a_stretch_of_a_part_goes_to_the_tape_and_back(
    content: tuple[Text | Image, ...], data: st.DataObject
) -> None:
    tape = Tape.lay(content)
    for lane in tape.lanes:
        part = lane.part
        size = len(content[part])
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, size))
        places = tape.places(Span(lane.span.start + start, lane.span.start + end))
        assert (lane, Span(start, end)) in places
        if start < end:
            assert places == [(lane, Span(start, end))]


@given(PARTS)
def test_roots_read_every_character_once(content: tuple[Text | Image, ...]) -> None:
    tape = Tape.lay(content)
    seen = [0] * (tape.lanes[-1].span.end + 1 if tape.lanes else 1)
    for root, _ in tape.roots():
        for index, character in enumerate(root.text):
            place = root.tape_span(Span(index, index + 1))
            seen[place.start] += 1
            for lane, span in tape.places(place):
                text = content[lane.part]
                assert isinstance(text, Text)
                assert text.reveal()[span.start] == character
    for lane in tape.lanes:
        assert all(count == 1 for count in seen[lane.span.start : lane.span.end])


@given(PARTS)
def test_seams_are_aligned(content: tuple[Text | Image, ...]) -> None:
    tape = Tape.lay(content)
    for seam in tape.seams():
        assert seam.is_seam
        for index, character in enumerate(seam.text):
            [(lane, span)] = tape.places(seam.tape_span(Span(index, index + 1)))
            text = content[lane.part]
            assert isinstance(text, Text)
            assert text.reveal()[span.start : span.end] == character


def test_long_parts_only_lend_their_ends_to_a_seam() -> None:
    long = "ab " * 2000 + "MIDDLE" + " cd" * 2000
    [seam] = Tape.lay((Text(long, message=0), Text("short", message=1))).seams()
    assert "MIDDLE" not in seam.text
    assert 2 * SEAM <= len(seam.text) <= 2 * SEAM + 20
    assert seam.text.endswith(" cdshort")


def test_a_seam_takes_in_the_whole_of_an_unbroken_run_at_the_border() -> None:
    run = "QUJD" * 1000
    content = (Text("words " * 500 + run, message=0), Text(run + " words" * 500, message=1))
    [seam] = Tape.lay(content).seams()
    assert run + run in seam.text


def test_a_seam_runs_over_other_roles_without_covering_them() -> None:
    content = (Text("4111 1111 ", message=0), Text("go on", role=Role.ASSISTANT, message=1), Text("1111", message=2))
    tape = Tape.lay(content)
    [seam] = tape.seams()
    assert seam.text == "4111 1111 1111"
    stretches = seam.tape_spans(Span(0, len(seam.text)))
    found = [(lane.part, span) for s in stretches for lane, span in tape.places(s)]
    assert found == [(0, Span(0, 10)), (2, Span(0, 4))]


@pytest.mark.parametrize(
    "second", [Text("b", role=Role.TOOL), Text("b", message=1), Text("b", name="f"), Text("b", media_type="text/csv")]
)
def test_only_plain_neighbours_of_one_message_read_as_one_text(second: Text) -> None:
    assert [root.text for root, _ in Tape.lay((Text("a"), Text("b"))).roots()] == ["a\nb"]
    assert [root.text for root, _ in Tape.lay((Text("a"), second)).roots()] == ["a", "b"]


def test_a_reading_checks_its_alignment() -> None:
    with pytest.raises(ValueError, match="starts and ends"):
        Reading("a", starts=[0])
    with pytest.raises(ValueError, match="one place for each"):
        Reading("ab", starts=[0], ends=[1])
    with pytest.raises(ValueError, match="encoder and a region"):
        Reading("a", encode=str)


def test_a_nested_reading_knows_its_place() -> None:
    root = Reading("xx AAAA xx", offset=100)
    blob = Reading(
        "abc", "base64", root, array("l", [3, 4, 5]), array("l", [5, 6, 7]), encode=lambda t: t, region=Span(3, 7)
    )
    folded = Reading("bc", "folded", blob, offset=1)
    assert (folded.path, folded.depth, folded.frame, folded.root) == ("text>base64>folded", 2, blob, root)
    assert folded.source_span(Span(0, 1)) == folded.frame_span(Span(0, 1)) == Span(1, 2)
    assert folded.tape_span(Span(0, 2)) == Span(104, 107)
    assert root.frame is None
    assert root.frame_span(Span(3, 7)) == Span(103, 107)


def test_fields_are_found_by_position() -> None:
    fields = (Field(Span(2, 4), "a"), Field(Span(6, 9), "b"))
    reading = Reading("0123456789", fields=fields)
    assert [f.name if (f := reading.field_at(i)) else "" for i in range(10)] == ["", "", "a", "a", "", "", *"bbb", ""]
    assert [f.name for f in reading.fields_in(Span(3, 7))] == ["a", "b"]
    assert reading.fields_in(Span(4, 6)) == []


def test_strips_lie_behind_the_texts_and_know_their_boxes() -> None:
    boxes = np.array([[10 * i, 5, 10 * i + 9, 15, 0] for i in range(6)], dtype=np.int32)
    seen = Strip("AB 12\n", "ocr", boxes, item=0)
    hidden = Strip("Artist: Jane", "metadata", key="exif", hidden=True)
    content = (Text("one"), Image(b"x"), Text("two"))
    tape = Tape.lay(content, [(1, seen, -1), (1, hidden, 0)])
    roots = [root for root, _ in tape.roots()]
    assert [root.text for root in roots] == ["one", "two", "AB 12\n", "Artist: Jane"]
    assert [root.hidden for root in roots] == [False, False, False, True]
    [(lane, span)] = tape.places(roots[2].tape_span(Span(3, 5)))
    assert (lane.part, lane.places(span)) == (1, [Box(30, 5, 49, 15, 0)])
    [(lane, span)] = tape.places(roots[3].tape_span(Span(8, 12)))
    assert lane.places(span) == [Meta("exif")]
    assert not tape.seams() or all("AB" not in seam.text for seam in tape.seams())
