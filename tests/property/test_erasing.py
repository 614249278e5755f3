"""Whatever is kept in whatever order, an erasure leaves exactly what it does not concern."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.custody.desks import Clock
from tests.unit.custody.rooms import Rooms, rooms

from accord.core.content import Context
from accord.core.decision import Outcome
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.transform.pseudonyms import normalise
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster

os.environ.setdefault("ACCORD_TEST_MASTER_PROPERTY", base64.b64encode(bytes(range(32))).decode())

TENANTS, SUBJECTS = ("acme", "other"), ("", "patient-1", "patient-2")
VALUES = ("Jonas Weber", "JONAS  weber", "Ida Berg", "Jonas Webers", "Eve")

who = st.tuples(st.sampled_from(TENANTS), st.sampled_from(SUBJECTS), st.sampled_from(("s1", "s2")))
named = st.tuples(st.just("name"), who, st.sampled_from(VALUES))
kept = st.tuples(st.sampled_from(("hold", "block")), who, st.sampled_from(VALUES))
told = st.tuples(st.just("unfound"), who, st.sampled_from(VALUES))
erased = st.tuples(st.just("erase"), st.sampled_from(TENANTS), st.sampled_from((*SUBJECTS[1:], *VALUES)))

Fact = tuple[str, str, str, str, str]
"""What is kept: kind, tenant, subject, session, value."""


def plain(value: str) -> str:
    return normalise("privacy.person.name", value)


def concerns(fact: Fact, tenant: str, target: str) -> bool:
    _, whose, subject, _, value = fact
    return whose == tenant and (subject == target if target in SUBJECTS else plain(value) == plain(target))


def act(made: Rooms, facts: set[Fact], step: tuple[str, tuple[str, str, str], str]) -> None:
    kind, (tenant, subject, session), value = step
    context = Context(tenant=tenant, principal="app", session=session, subject=subject)
    if kind == "name":
        made.name(context, f"[PERSON_{abs(hash(plain(value))) % 10**6}]", plain(value))
    elif kind == "unfound":
        made.keep(f"nothing found {value}, in {session}", context)
    else:
        made.keep(f"{{{value}}} in {session}", context, Outcome(kind))
    facts.add((kind, tenant, subject, session, plain(value) if kind == "name" else value))


def seen(made: Rooms) -> set[Fact]:
    """Everything that is kept, as it can be read."""
    found: set[Fact] = set()
    for tenant in TENANTS:
        for session in ("s1", "s2"):
            for subject in SUBJECTS[1:]:
                mine = made.pseudonyms.of_subject(tenant, subject)
                found |= {("name", tenant, subject, "", one.value) for _, one in mine}
            context = Context(tenant=tenant, principal="app", session=session)
            found |= {
                ("name", tenant, "", session, one.value) for one in made.pseudonyms.load(context.scope).values()
            }
        for item in made.quarantine.list(tenant):
            text = str(made.quarantine.unsealed_for_release(item.id).content[0].reveal())
            whose = next(s for s in SUBJECTS if _is_of(made, item.id, tenant, s))
            found.add((item.kind, tenant, whose, "", text))
    return found


def _is_of(made: Rooms, item: str, tenant: str, subject: str) -> bool:
    from sqlalchemy import select

    from accord.store.tables.custody import items

    with made.store.read() as connection:
        kept = connection.execute(select(items.c.subject).where(items.c.id == item)).scalar_one()
    return kept == (made.ring.name("subject", tenant, subject) if subject else None)


def expected(facts: set[Fact]) -> set[Fact]:
    """The same, as it should be read."""
    found: set[Fact] = set()
    for kind, tenant, subject, session, value in facts:
        if kind == "name":
            found.add(("name", tenant, "", session, value))
            if subject:
                found.add(("name", tenant, subject, "", value))
        else:
            text = f"nothing found {value}, in {session}" if kind == "unfound" else f"{value} in {session}"
            found.add(("evidence" if kind == "block" else "quarantine", tenant, subject, "", text))
    return found


@settings(max_examples=25)
@given(st.lists(st.one_of(named, kept, told, erased), min_size=1, max_size=12))
def test_an_erasure_leaves_exactly_what_it_does_not_concern(
    steps: list[tuple[str, str | tuple[str, str, str], str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Store(file_url(Path(folder) / "state.sqlite"), STATE_STORE)
        keys = Store(file_url(Path(folder) / "keys" / "keys.sqlite"), KEY_STORE)
        made = rooms(state, KeyRing(keys, EnvironmentMaster("ACCORD_TEST_MASTER_PROPERTY")), Clock())
        facts: set[Fact] = set()
        for kind, where, what in [*steps, ("erase", "acme", "Jonas Weber"), ("erase", "acme", "patient-1")]:
            if kind != "erase":
                assert isinstance(where, tuple)
                act(made, facts, (kind, where, what))
                continue
            assert isinstance(where, str)
            gone = {fact for fact in facts if concerns(fact, where, what)}
            target = {"subject": what} if what in SUBJECTS else {"value": what}
            made.erasure.erase(where, "olga", **target)
            facts -= gone
            assert seen(made) == expected(facts)
            assert made.erasure.preview(where, **target) == {}
        made.audit.verify()
        made.audit.close()
        state.close()
        keys.close()
