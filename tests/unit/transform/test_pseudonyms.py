"""One name for one value within one scope, and back for that scope alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import Context
from accord.core.content import Origin
from accord.core.pseudonym import Issued, Scope
from accord.errors import StoreError
from accord.transform.pseudonyms import MemoryMap, Pseudonyms, label, normalise

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
    broken = f"({tag[1:-1].replace('_', ':')})"
    assert names.escape(THERE, tag) == broken
    assert names.escape(HERE, tag) == tag
    assert names.restore(THERE, names.escape(THERE, tag)) == broken
    names.tag(THERE, EMAIL, "jane@example.org")
    assert names.restore(THERE, broken) == broken, "also when it is issued later"
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


class Counting(MemoryMap):
    """Counts what is asked of it, and can be out of order."""

    def __init__(self) -> None:
        super().__init__(b"k" * 32)
        self.asked: Counter[str] = Counter()
        self.broken = False

    def version(self, scope: Scope) -> int:
        self.asked["version"] += 1
        return super().version(scope)

    def load(self, scope: Scope) -> Mapping[str, Issued]:
        self.asked["load"] += 1
        return super().load(scope)

    def keep(self, scope: Scope, issued: Mapping[str, Issued], subject: str = "") -> None:
        self.asked["keep"] += 1
        if self.broken:
            raise StoreError("the disk is full")
        super().keep(scope, issued, subject)


def test_what_one_issued_another_restores() -> None:
    kept = Counting()
    one, two = Pseudonyms(keeper=kept), Pseudonyms(keeper=kept)
    assert two.restore(HERE, "[EMAIL_K7QX]") == "[EMAIL_K7QX]"
    tag = one.tag(HERE, EMAIL, "jane@example.org")
    assert two.restore(HERE, tag) == tag, "not before it is durable"
    one.flush(HERE)
    assert two.restore(HERE, tag) == "jane@example.org"
    assert two.knows(HERE, EMAIL, "Jane@example.org")
    assert two.names(HERE) == []
    assert two.tag(HERE, EMAIL, "jane@example.org") == tag
    assert two.restore(THERE, tag) == tag


def test_what_one_forgot_another_forgets() -> None:
    kept = Counting()
    one, two = Pseudonyms(keeper=kept), Pseudonyms(keeper=kept)
    tag = one.tag(HERE, EMAIL, "jane@example.org")
    one.flush(HERE)
    assert two.restore(HERE, tag) == "jane@example.org"
    assert two.tag(HERE, EMAIL, "jane@example.org") == tag  # to be kept anew, as it is in use
    one.forget(HERE)
    assert two.restore(HERE, tag) == one.restore(HERE, tag) == tag
    two.flush(HERE)
    assert kept.load(HERE.scope) == {}, "nothing brings it back"


def test_a_batch_looks_once_and_one_flush_keeps_all() -> None:
    kept = Counting()
    names = Pseudonyms(keeper=kept)
    batch = names.batch(HERE)
    tags = [batch.tag(EMAIL, f"user{i}@example.org") for i in range(50)]
    assert batch.restore(" ".join(tags)).count("@") == 50
    batch.escape(" ".join(f"[EMAIL_{tag}]" for tag in ("A2BC", "B2CD", "C2DE")))
    assert kept.asked == {"version": 1, "load": 1}
    batch.flush()
    assert kept.asked["keep"] == 1
    kept.asked.clear()
    assert names.restore(HERE, tags[0]) == "user0@example.org"
    assert names.restore(HERE, "[EMAIL_A2BC] [EMAIL_B2CD]").count("EMAIL") == 2
    assert kept.asked["load"] <= 1
    names.flush(HERE)
    assert kept.asked["keep"] == 0, "there was nothing to keep"


def test_flushing_one_scope_again_and_again_does_not_load_it_again() -> None:
    kept = Counting()
    names = Pseudonyms(keeper=kept)
    for i in range(20):
        names.tag(HERE, EMAIL, f"user{i}@example.org")
        names.flush(HERE)
    assert kept.asked["load"] <= 3


def test_two_who_issue_the_same_for_different_values_clash_and_try_again() -> None:
    kept = Counting()
    one, two = Pseudonyms(keeper=kept), Pseudonyms(keeper=kept)
    first = two.batch(HERE)
    tag = first.tag(EMAIL, "jane@example.org")
    kept.keep(HERE.scope, {tag: Issued("john@example.org", EMAIL, Origin.CALLER)})
    with pytest.raises(StoreError):
        first.flush()
    again = two.batch(HERE)
    other = again.tag(EMAIL, "jane@example.org")
    assert other != tag
    again.flush()
    assert one.restore(HERE, f"{tag} {other}") == "john@example.org jane@example.org"


def test_whoever_looks_first_does_not_hide_a_clash_from_whoever_releases() -> None:
    kept = Counting()
    names = Pseudonyms(keeper=kept)
    releasing = names.batch(HERE)
    tag = releasing.tag(EMAIL, "jane@example.org")
    kept.keep(HERE.scope, {tag: Issued("john@example.org", EMAIL, Origin.CALLER)})
    assert names.restore(HERE, tag) == "john@example.org"
    names.flush(HERE)
    with pytest.raises(StoreError, match="meanwhile"):
        releasing.flush()


def test_what_cannot_be_kept_does_not_leave() -> None:
    kept = Counting()
    names = Pseudonyms(keeper=kept)
    one, two = names.batch(HERE), names.batch(HERE)
    tag = one.tag(EMAIL, "jane@example.org")
    assert two.tag(EMAIL, "jane@example.org") == tag
    kept.broken = True
    with pytest.raises(StoreError, match="full"):
        one.flush()
    kept.broken = False
    with pytest.raises(StoreError):
        two.flush()
    once_more = names.batch(HERE)
    assert once_more.tag(EMAIL, "jane@example.org") == tag
    once_more.flush()
    assert Pseudonyms(keeper=kept).restore(HERE, tag) == "jane@example.org"


def test_a_scope_in_use_is_not_lost_when_there_are_too_many() -> None:
    names = Pseudonyms(scopes=1)
    batch = names.batch(HERE)
    tag = batch.tag(EMAIL, "jane@example.org")
    names.tag(THERE, EMAIL, "john@example.org")
    batch.flush()
    assert names.restore(HERE, tag) == "jane@example.org"


def test_the_callers_origin_wins_over_what_another_process_thinks() -> None:
    kept = Counting()
    one, two = Pseudonyms(keeper=kept), Pseudonyms(keeper=kept)
    one.tag(HERE, EMAIL, "jane@example.org", Origin.MODEL)
    two.tag(HERE, EMAIL, "jane@example.org", Origin.CALLER)
    two.flush(HERE)
    one.flush(HERE)
    assert one.knows(HERE, EMAIL, "jane@example.org")
    assert Pseudonyms(keeper=kept).knows(HERE, EMAIL, "jane@example.org")


def test_a_pseudonym_of_the_scope_is_its_own() -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    assert names.tag(HERE, NAME, tag) == tag


@given(st.text(max_size=30), st.sampled_from([EMAIL, NAME, "privacy.id.social_security"]))
def test_the_letters_of_a_tag_are_no_word_and_no_number(value: str, category: str) -> None:
    letters = Pseudonyms(b"k" * 32).tag(HERE, category, value)[1:-1].rpartition("_")[2]
    assert letters[0].isalpha()
    assert letters[-1].isalpha()
    assert any(letter.isdigit() for letter in letters)


def test_asking_of_every_finding_does_not_ask_the_keeper_each_time() -> None:
    kept = Counting()
    names = Pseudonyms(keeper=kept)
    tag = names.tag(HERE, EMAIL, "jane@example.org")
    names.flush(HERE)
    kept.asked.clear()
    assert all(names.knows(HERE, EMAIL, "jane@example.org") for _ in range(200))
    assert kept.asked["version"] < 200
    Pseudonyms(keeper=kept).forget(HERE)
    assert names.restore(HERE, tag) == tag, "what is given back is asked for"
