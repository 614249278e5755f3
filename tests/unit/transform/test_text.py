"""Rewriting: what each transform writes, and in the syntax of where it writes."""

from __future__ import annotations

import json

import pytest

from accord import Context, Role, Span, Text
from accord.core.edit import Edit
from accord.core.reading import Field, Reading
from accord.core.tape import Tape
from accord.transform.pseudonyms import Pseudonyms
from accord.transform.text import NOTICE, TextRewriter, generalise, splice, withhold

HERE = Context(session="s")


@pytest.mark.parametrize(
    ("category", "value", "coarse"),
    [
        ("privacy.date.birth", "12 March 1984", "1984"),
        ("privacy.date.date", "2026-11-23T10:00:00Z", "2026"),
        ("privacy.date.date", "23/11", "[DATE]"),
        ("privacy.network.ip", "203.0.113.77", "203.0.113.0/24"),
        ("privacy.network.ip", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("privacy.network.ip", "no address", "[IP]"),
        ("privacy.location.gps", "51.50740, -0.12780", "51.5, -0.1"),
        ("privacy.contact.phone", "+44 20 7946 0018", "[PHONE +44]"),
        ("privacy.contact.phone", "020 7946 0018", "[PHONE]"),
        ("privacy.person.name", "Jane Doe", "[PERSON]"),
    ],
)
def test_generalising_keeps_only_what_is_coarse(category: str, value: str, coarse: str) -> None:
    assert generalise(category, value) == coarse


def rewritten(text: str, edits: list[Edit], fields: tuple[Field, ...] = ()) -> str:
    tape = Tape.lay((Text(text),))
    [(root, _)] = tape.roots()
    root.name_fields(fields)
    changed = TextRewriter(Pseudonyms(b"k" * 32)).rewrite(tape, [root], {None: edits}, HERE).texts
    return changed[0].reveal() if changed else text


def edit(start: int, end: int, transform: str = "mask", category: str = "privacy.contact.email") -> Edit:
    return Edit(Span(start, end), transform, category, ("A",))


def test_each_transform_writes_its_own() -> None:
    written = {
        how: rewritten("to a@b.org!", [edit(3, 10, how)]) for how in ("mask", "remove", "hash", "pseudonymise")
    }
    assert written["mask"] == "to [EMAIL]!"
    assert written["remove"] == "to !"
    assert written["hash"].startswith("to [EMAIL_")
    assert written["pseudonymise"].startswith("to [EMAIL_")
    assert written["hash"] != written["pseudonymise"]


@pytest.mark.parametrize(
    ("text", "span", "syntax", "left"),
    [
        ('{"n": 4111}', (6, 10), "json.scalar", '{"n": "[EMAIL]"}'),
        ('{"n": 4111}', (7, 9), "json.scalar", '{"n": "[EMAIL]"}'),
        ("<p>a</p>", (3, 4), "html.text", "<p>[EMAIL]</p>"),
        ("a,b", (0, 1), "csv.bare", "[EMAIL],b"),
    ],
)
def test_a_replacement_is_written_as_its_place_needs(
    text: str, span: tuple[int, int], syntax: str, left: str
) -> None:
    place = (6, 10) if syntax == "json.scalar" else span
    assert rewritten(text, [edit(*span)], (Field(Span(*place), "x", syntax),)) == left


def test_a_codec_frame_is_encoded_again_and_swallowed_where_an_edit_cuts_across_it() -> None:
    tape = Tape.lay((Text("xx 6162 yy"),))
    [(root, _)] = tape.roots()
    frame = Reading("ab", "hex", root, [3, 5], [5, 7], encode=lambda t: t.encode().hex(), region=Span(3, 7))
    inner = Edit(Span(1, 2), "remove", "privacy.contact.email", ("A",))
    rewriter = TextRewriter(Pseudonyms())
    assert rewriter.rewrite(tape, [root], {frame: [inner]}, HERE).texts[0].reveal() == "xx 61 yy"
    across = rewriter.rewrite(tape, [root], {frame: [inner], None: [edit(5, 10)]}, HERE).texts
    assert across[0].reveal() == "xx [EMAIL]"


def test_frames_that_were_read_twice_from_the_same_characters_are_taken_out() -> None:
    tape = Tape.lay((Text("xx 6162 yy"),))
    [(root, _)] = tape.roots()
    frames = [
        Reading("ab", name, root, [3, 5], [5, 7], encode=lambda t: "ZZ", region=Span(3, 7)) for name in ("one", "two")
    ]
    edits = {frame: [Edit(Span(0, 1), "mask", "privacy.contact.email", ("A",))] for frame in frames}
    assert TextRewriter(Pseudonyms()).rewrite(tape, [root], dict(edits), HERE).texts[0].reveal() == "xx  yy"


def test_parts_that_do_not_change_are_left_alone() -> None:
    content = (Text("a"), Text("b", role=Role.TOOL))
    assert splice(content, {1: Text("c")}) == (Text("a"), Text("c"))
    assert withhold(content[1]) == Text(NOTICE, role=Role.TOOL)


def test_json_with_a_value_in_a_list_stays_json() -> None:
    text = json.dumps({"l": ["a@b.org", 1]})
    at = text.index("a@b")
    assert json.loads(rewritten(text, [edit(at, at + 7)])) == {"l": ["[EMAIL]", 1]}
