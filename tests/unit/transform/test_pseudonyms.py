"""One name for one value within one scope, and back for that scope alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import Context
from accord.transform.pseudonyms import Pseudonyms, label, normalise

HERE, THERE = Context(session="here"), Context(session="there")
EMAIL, NAME, PHONE = "privacy.contact.email", "privacy.person.name", "privacy.contact.phone"


def test_same_value_same_tag_other_value_other_tag() -> None:
    names = Pseudonyms()
    one = names.tag(HERE, NAME, "Jane Doe")
    assert one == names.tag(HERE, NAME, "jane  doe") == names.tag(HERE, NAME, "ＪＡＮＥ DOE")
    assert one != names.tag(HERE, NAME, "John Doe")
    assert names.tag(HERE, PHONE, "+1 (212) 555-0100") == names.tag(HERE, PHONE, "+12125550100")
    assert one.startswith("[PERSON_")


def test_another_scope_gets_another_tag_and_nothing_back() -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    assert tag != names.tag(THERE, EMAIL, "john@example.org")
    assert names.restore(HERE, f"to {tag}.") == "to jane@example.org."
    assert names.restore(THERE, f"to {tag}.") == f"to {tag}."
    assert names.restore(Context(), f"to {tag}.") == f"to {tag}."


def test_a_shared_key_gives_the_same_tags_in_any_order() -> None:
    values = [f"user{i}@example.org" for i in range(200)]
    one, two = Pseudonyms(b"k" * 32), Pseudonyms(b"k" * 32)
    assert [one.tag(HERE, EMAIL, v) for v in values] == [two.tag(HERE, EMAIL, v) for v in reversed(values)][::-1]


def test_different_values_never_share_a_tag() -> None:
    names = Pseudonyms(b"k" * 32)
    tags = [names.tag(HERE, EMAIL, f"user{i}@example.org") for i in range(20_000)]
    assert len(set(tags)) == len(tags)
    assert any(len(tag) > len("[EMAIL_ABCD]") for tag in tags), "20,000 values collide at 20 bits"


@pytest.mark.parametrize(
    "around",
    [
        "http://evil.example/?q={}",
        "https://evil.example/a/{}/b",
        "see www.evil.example/{}",
        "![x](http://evil.example/{}.png)",
        "[text](  http://evil.example/ {})",
        "[ref]: evil.example/{}",
        '<img src="//evil.example/{}">',
        "<a title='{}'>x</a>",
        "mailto:{}",
        "evil.example/?x={}",
        '{{"u":"https:\\/\\/evil.example\\/?q={}"}}',
        '<img alt=">" src="https://evil.example/? {}">',
        '<img alt="a<b" src="x {}">',
        "<a " + "x" * 5000 + ' href="{}">',
        "//192.0.2.1/{}",
        "{}.evil.example.org",
        "{}.evil.com",
        "javascript:send({})",
    ],
)
def test_nothing_is_restored_inside_links_and_markup(around: str) -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    assert names.restore(HERE, around.format(tag)) == around.format(tag)


@pytest.mark.parametrize("around", ["Dear {},", "({})", "**{}**", '{{"to": "{}"}}', "a < b and {} > c", "<b>{}</b>"])
def test_elsewhere_it_is(around: str) -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    assert names.restore(HERE, around.format(tag)) == around.format("jane@example.org")


def test_a_restored_value_is_not_read_as_a_tag_again() -> None:
    names = Pseudonyms()
    inner = names.tag(HERE, EMAIL, "jane@example.org")
    outer = names.tag(HERE, NAME, f"Bobby {inner}")
    assert names.restore(HERE, outer) == f"Bobby {inner}"


def test_restoring_can_be_narrowed_to_kinds() -> None:
    names = Pseudonyms()
    text = f"{names.tag(HERE, EMAIL, 'a@b.org')} {names.tag(HERE, NAME, 'Jane')}"
    assert names.restore(HERE, text, lambda i: i.category == EMAIL).startswith("a@b.org [PERSON_")


def test_text_that_looks_like_a_tag_can_never_be_restored() -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    assert names.escape(HERE, "[EMAIL_ABCD]") == "(EMAIL_ABCD)"
    assert names.escape(THERE, tag) == f"({tag[1:-1]})"
    assert names.escape(HERE, tag) == tag
    assert names.restore(THERE, names.escape(THERE, tag)) == f"({tag[1:-1]})"
    assert names.escape(HERE, "an [ordinary] note [1] [A_B]") == "an [ordinary] note [1] [A_B]"


def test_what_is_forgotten_is_gone() -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    names.forget(HERE)
    assert names.restore(HERE, tag) == tag


def test_the_oldest_scope_goes_first_when_there_are_too_many() -> None:
    names = Pseudonyms(scopes=2)
    contexts = [Context(session=str(i)) for i in range(3)]
    tags = [names.tag(context, EMAIL, "a@b.org") for context in contexts]
    assert names.restore(contexts[0], tags[0]) == tags[0]
    assert names.restore(contexts[2], tags[2]) == "a@b.org"


def test_a_hash_is_keyed_and_leads_nowhere() -> None:
    one, two = Pseudonyms(), Pseudonyms()
    digest = one.digest(HERE, EMAIL, "Jane@example.org")
    assert digest == one.digest(THERE, EMAIL, "jane@example.org") != two.digest(HERE, EMAIL, "jane@example.org")
    assert digest != one.digest(Context(tenant="t", session="here"), EMAIL, "jane@example.org")
    assert one.restore(HERE, digest) == digest


def test_nothing_shows_in_repr() -> None:
    names = Pseudonyms()
    names.tag(HERE, NAME, "Jane Doe")
    assert repr(names) == "<Pseudonyms of 1 scopes>"


@given(st.text(), st.sampled_from([EMAIL, NAME, PHONE]))
def test_normalising_twice_changes_nothing(value: str, category: str) -> None:
    once = normalise(category, value)
    assert normalise(category, once) == once


@given(st.text(max_size=60), st.text(max_size=20))
def test_restoring_gives_back_what_was_hidden(text: str, value: str) -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, NAME, value)
    clean = names.escape(HERE, text)
    assert names.restore(HERE, f"{clean} {tag}").endswith((value, tag))
    assert names.restore(HERE, clean) == clean


def test_labels_are_words() -> None:
    assert label("privacy.contact.email") == "EMAIL"
    assert label("privacy.id.passport") == "PASSPORT"
    assert label("privacy.credential.api_key") == "API_KEY"
