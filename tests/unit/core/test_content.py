"""Content does not show by accident."""

from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path

import pytest

from accord import Audio, ContentError, Context, Document, Image, Origin, Role, Text

SECRET = "jane.doe@example.org"


@pytest.mark.parametrize("part", [Text(SECRET), *(kind(SECRET.encode()) for kind in (Image, Audio, Document))])
def test_repr_shows_size_and_role_only(part: Text) -> None:
    for shown in (repr(part), str(part), f"{part}", f"{[part]}", f"{ ({'a': part}) }"):
        assert SECRET not in shown
        assert str(len(SECRET)) in shown


def test_a_name_does_not_show_either() -> None:
    assert "doe" not in repr(Text("x", name="letter to jane doe.txt"))


def test_content_comes_back_when_asked() -> None:
    assert Text(SECRET).reveal() == SECRET
    assert Image(b"\x00").reveal() == b"\x00"


def test_parts_are_values() -> None:
    assert Text("a") == Text("a") != Text("a", role=Role.TOOL)
    assert copy.deepcopy(Text("a")) == pickle.loads(pickle.dumps(Text("a"))) == Text("a")


def test_lone_surrogates_are_refused_without_being_quoted() -> None:
    with pytest.raises(ContentError) as caught:
        Text(SECRET + "\ud800")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"\xef\xbb\xbfa", "a"),
        ("grüß".encode("utf-16"), "grüß"),
        ("grüß".encode("utf-16-be").join([b"\xfe\xff", b""]), "grüß"),
        (b"", ""),
    ],
)
def test_what_says_how_it_is_encoded_is_decoded(data: bytes, text: str) -> None:
    assert Text.decode(data).reveal() == text


@pytest.mark.parametrize("data", [b"caf\xe9", b"\x80", b"\xff\xfea", b"\xc3"])
def test_other_bytes_are_an_error_that_quotes_nothing(data: bytes) -> None:
    with pytest.raises(ContentError, match="not valid UTF"):
        Text.decode(data)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot read the file"):
        Text.open(tmp_path / "none")
    with pytest.raises(ContentError, match="cannot read the file"):
        Image.open(tmp_path)


def test_text_is_made_from_str_only() -> None:
    with pytest.raises(TypeError):
        Text(b"bytes")  # type: ignore[arg-type]


def test_origin_follows_the_role() -> None:
    origins = [Text("", role=role).origin for role in (Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL)]
    assert origins == [Origin.CALLER, Origin.CALLER, Origin.MODEL, Origin.TOOL]


def test_without_a_session_the_scope_is_one_request() -> None:
    assert Context().scope != Context().scope
    assert Context(tenant="t", session="s").scope == Context(tenant="t", session="s").scope
    assert Context(tenant="t", session="s").scope != Context(tenant="u", session="s").scope
    assert Context(principal="p").scope != Context(principal="p").scope
