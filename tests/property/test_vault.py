"""Invariants of the vault: whatever is sealed, named and kept, and whoever tampers with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.content import Origin
from accord.core.pseudonym import Issued
from accord.errors import StoreError
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.vault.envelope import open_sealed, seal
from accord.vault.keys import KeyRing
from accord.vault.opening import open_ring
from accord.vault.pseudonyms import VaultPseudonyms
from accord.vault.secret import framed

CONTEXTS = st.lists(st.text(max_size=8), max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vault")


@pytest.fixture(scope="module")
def ring(folder: Path) -> Iterator[KeyRing]:
    store = Store(file_url(folder / "keys" / "keys.sqlite"), KEY_STORE)
    yield open_ring(store, folder / "master.key")
    store.close()


@pytest.fixture(scope="module")
def state(folder: Path) -> Iterator[Store]:
    store = Store(file_url(folder / "state" / "state.sqlite"), STATE_STORE)
    yield store
    store.close()


@given(plain=st.binary(max_size=300), context=CONTEXTS)
def test_what_is_sealed_comes_back(ring: KeyRing, plain: bytes, context: list[str]) -> None:
    assert open_sealed(ring, seal(ring.key("audit"), plain, *context), *context) == plain


@given(plain=st.binary(max_size=100), context=CONTEXTS, other=CONTEXTS)
def test_it_opens_in_one_place_only(ring: KeyRing, plain: bytes, context: list[str], other: list[str]) -> None:
    sealed = seal(ring.key("audit"), plain, *context)
    if context == other:
        return
    with pytest.raises(StoreError):
        open_sealed(ring, sealed, *other)


@given(plain=st.binary(max_size=100), edit=st.data())
def test_every_edit_is_noticed(ring: KeyRing, plain: bytes, edit: st.DataObject) -> None:
    sealed = seal(ring.key("audit"), plain, "x")
    start = edit.draw(st.integers(0, len(sealed)))
    end = edit.draw(st.integers(start, len(sealed)))
    changed = sealed[:start] + edit.draw(st.binary(max_size=20)) + sealed[end:]
    if changed == sealed:
        return
    with pytest.raises(StoreError):
        open_sealed(ring, changed, "x")


@given(one=st.lists(st.text() | st.binary(), max_size=5), other=st.lists(st.text() | st.binary(), max_size=5))
def test_framing_is_injective(one: list[str | bytes], other: list[str | bytes]) -> None:
    assert (framed(*one) == framed(*other)) == (one == other)


@given(one=st.lists(st.text(), max_size=4), other=st.lists(st.text(), max_size=4))
def test_two_names_are_two_hashes(ring: KeyRing, one: list[str], other: list[str]) -> None:
    assert (ring.name("scope", *one) == ring.name("scope", *other)) == (one == other)


# Long enough, and odd enough, that they stand in no database by chance.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=30).map(
    lambda text: f"Zq{text}qZ"
)


def forms(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("unicode_escape"), text.encode().hex().encode()]


@settings(max_examples=25)
@given(principal=WORDS, user=WORDS, session=WORDS, subject=WORDS, value=WORDS, pseudonym=WORDS, forget=st.booleans())
def test_the_state_alone_tells_nothing(
    ring: KeyRing,
    state: Store,
    principal: str,
    user: str,
    session: str,
    subject: str,
    value: str,
    pseudonym: str,
    forget: bool,
) -> None:
    held = VaultPseudonyms(state, ring)
    scope = ("acme", principal, user, session)
    held.forget_subject("acme", subject)
    held.keep(scope, {pseudonym: Issued(value, "privacy.person.name", Origin.CALLER)}, subject)
    assert held.load(scope)[pseudonym].value == value
    assert [one.value for _, one in held.of_subject("acme", subject)] == [value]
    if forget:
        assert held.forget_subject("acme", subject) == 1
        assert held.load(scope) == {}
    assert state.path is not None
    files = b"".join(path.read_bytes() for path in sorted(state.path.parent.iterdir()))
    for word in (principal, user, session, subject, value, pseudonym, "privacy.person"):
        assert not any(form in files for form in forms(word))


def test_the_state_is_searched_where_it_lies(ring: KeyRing, state: Store) -> None:
    """The search above finds what is there in clear: the name of the tenant."""
    VaultPseudonyms(state, ring).keep(("acme-gmbh", "a", "b", "c"), {"[P]": Issued("v", "c", Origin.CALLER)})
    assert state.path is not None
    assert any(b"acme-gmbh" in path.read_bytes() for path in state.path.parent.iterdir())


@settings(max_examples=25)
@given(values=st.lists(WORDS, min_size=1, max_size=4, unique=True))
def test_after_forgetting_and_scrubbing_nothing_sealed_is_left(
    ring: KeyRing, state: Store, values: list[str]
) -> None:
    held = VaultPseudonyms(state, ring)
    scope = ("acme", "p", "u", "forgotten")
    held.keep(scope, {f"[P_{n}]": Issued(v, "c", Origin.CALLER) for n, v in enumerate(values)}, "jonas")
    assert state.path is not None and ring.store.path is not None
    with sqlite3.connect(state.path) as reader:
        sealed = [row[0] for row in reader.execute("SELECT sealed FROM pseudonym ORDER BY id DESC LIMIT 4")]
    reader.close()
    with sqlite3.connect(ring.store.path) as reader:
        wrapped = [
            row[0] for row in reader.execute("SELECT wrapped FROM data_key WHERE kind IN ('subject', 'scope')")
        ]
    reader.close()
    held.forget_subject("acme", "jonas")
    state.scrub()
    ring.scrub()
    files = b"".join(p.read_bytes() for s in (state, ring.store) if s.path for p in sorted(s.path.parent.iterdir()))
    with sqlite3.connect(ring.store.path) as reader:
        left = {row[0] for row in reader.execute("SELECT wrapped FROM data_key")}
    reader.close()
    assert all(one[57:] not in files for one in sealed[: len(values)])
    gone = [one for one in wrapped if one not in left]
    assert len(gone) >= 2 and all(one[24:] not in files for one in gone)
