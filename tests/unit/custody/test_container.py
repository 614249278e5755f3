"""Content as it is sealed: everything comes back but names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.content import Audio, Content, Document, Image, Role, Text
from accord.custody.container import pack, unpack
from accord.errors import ContentError, StoreError

LIMIT = 1_000_000

texts = st.builds(
    Text,
    st.text(st.characters(exclude_categories=["Cs"])),
    role=st.sampled_from(Role),
    message=st.integers(0, 99),
    media_type=st.sampled_from(["", "text/plain"]),
)
files = st.builds(
    lambda maker, data, role: maker(data, role=role, media_type="x/y"),
    st.sampled_from([Image, Audio, Document]),
    st.binary(),
    st.sampled_from(Role),
)


@given(st.lists(st.one_of(texts, files), max_size=5).map(tuple))
def test_what_is_packed_is_unpacked(content: Content) -> None:
    assert unpack(pack(content, LIMIT)) == content


@given(st.lists(texts, max_size=3).map(tuple), st.lists(texts, max_size=3).map(tuple))
def test_two_contents_are_never_written_the_same(one: Content, two: Content) -> None:
    assert (pack(one, LIMIT) == pack(two, LIMIT)) == (one == two)


def test_where_parts_are_cut_counts() -> None:
    assert pack((Text("ab"), Text("c")), LIMIT) != pack((Text("a"), Text("bc")), LIMIT)


def test_names_are_not_kept() -> None:
    packed = pack((Image(b"x", name="Jonas Weber.png"),), LIMIT)
    assert b"Weber" not in packed and packed == pack((Image(b"x"),), LIMIT)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ContentError, match="too large"):
        pack((Image(b"x" * 2000),), 1000)
    assert unpack(pack((Image(b"x" * 100),), 1000)) == (Image(b"x" * 100),)


@pytest.mark.parametrize("cut", [0, 3, 5, 11, 12, 20, 40, -1])
def test_what_is_damaged_says_so(cut: int) -> None:
    packed = pack((Text("hello"), Image(b"123")), LIMIT)
    with pytest.raises(StoreError):
        unpack(packed[:cut])


@given(st.binary(max_size=200))
def test_anything_else_says_so(data: bytes) -> None:
    with pytest.raises(StoreError):
        unpack(b"ACQ1" + (2**63).to_bytes(8, "big") + data)
