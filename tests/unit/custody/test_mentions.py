"""The index of values: every spelling finds what mentions it, and nothing in it says what it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.unit.custody.desks import Desk

from accord.custody.mentions import Mention, forget_refs, forget_rows
from accord.store.tables.custody import mentions

A, B = b"a" * 32, b"b" * 32


def found(desk: Desk, value: str, tenant: str = "acme") -> list[bytes]:
    with desk.store.read() as connection:
        return [one.ref for one in desk.mentions.find(connection, tenant, value)]


def note(desk: Desk, ref: bytes, category: str, value: str, expires: int = 5, tenant: str = "acme") -> None:
    with desk.store.write() as connection:
        desk.mentions(connection, "pseudonym", ref, [(tenant, category, value)], expires)


@pytest.mark.parametrize(
    ("category", "kept", "asked"),
    [
        ("privacy.person.name", "Jonas Weber", "jonas  WEBER\n"),
        ("privacy.financial.iban", "DE44 5001 0517 5407 3249 31", "DE44500105175407324931"),
        ("privacy.contact.phone", "+49 (170) 555-0199", "+491705550199"),
        ("privacy.network.ip", "2001:0db8::1", "2001:db8:0:0::1"),
        ("privacy.contact.email", "Jonas@Example.org", "jonas@example.org"),
    ],
)
def test_every_spelling_finds_it(desk: Desk, category: str, kept: str, asked: str) -> None:
    note(desk, A, category, kept)
    assert found(desk, asked) == found(desk, kept) == [A]
    assert found(desk, asked + "0") == [] and found(desk, asked, "other") == []


def test_nothing_of_a_value_is_in_it(desk: Desk) -> None:
    note(desk, A, "privacy.person.name", "Jonas Weber")
    with desk.store.read() as connection:
        row = connection.execute(select(mentions)).one()
    assert len(bytes(row.value)) == 32 and b"onas" not in bytes(row.value)
    note(desk, A, "privacy.person.name", "Jonas Weber", tenant="b")
    with desk.store.read() as connection:
        assert len(set(connection.execute(select(mentions.c.value)).scalars())) == 2


def test_what_is_mentioned_again_lasts_longer_never_shorter(desk: Desk) -> None:
    for expires in (5, 9, 7):
        note(desk, A, "privacy.person.name", "Jonas Weber", expires)
    with desk.store.read() as connection:
        assert connection.execute(select(mentions.c.expires)).scalars().all() == [9]


def test_it_is_written_with_what_it_points_to_or_not_at_all(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.store.write() as connection:
        desk.mentions(connection, "item", A, [("acme", "privacy.person.name", "Jonas")], 5)
        raise ZeroDivisionError
    assert found(desk, "Jonas") == []


def test_forgetting(desk: Desk) -> None:
    for ref in (A, B):
        note(desk, ref, "privacy.person.name", "Jonas Weber")
    note(desk, A, "privacy.person.name", "Ida Berg")
    with desk.store.write() as connection:
        assert forget_refs(connection, "pseudonym", [A]) == 2
        assert forget_refs(connection, "item", [B]) == 0
    assert found(desk, "Jonas Weber") == [B] and found(desk, "Ida Berg") == []
    with desk.store.write() as connection:
        assert desk.mentions.find(connection, "acme", "Jonas Weber") == [Mention("pseudonym", B)]
        assert desk.mentions.forget_value(connection, "acme", "JONAS WEBER") == 1
        assert forget_rows(connection, []) == 0
    assert found(desk, "Jonas Weber") == []


def test_many_at_once(desk: Desk) -> None:
    values = [("acme", "privacy.person.name", f"Person {i}") for i in range(1500)]
    with desk.store.write() as connection:
        desk.mentions(connection, "item", A, values, 5)
        rows = [(bytes(r.value), r.kind, bytes(r.ref)) for r in connection.execute(select(mentions)).all()]
        assert forget_rows(connection, rows[:1200]) == 1200
        assert forget_refs(connection, "item", [A]) == 300
