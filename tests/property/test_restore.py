"""Whatever a model does to pseudonyms: the right value comes back, or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accord import Context
from accord.transform.pseudonyms import Pseudonyms, normalise
from accord.transform.restore import Source
from accord.transform.restore_settled import HELD, settled
from accord.transform.restore_tags import MAX, tags_in
from accord.transform.restore_view import View, fold
from accord.transform.surroundings import Links

HERE, THERE = Context(session="here"), Context(session="there")
CATEGORIES = [
    "privacy.person.name",
    "privacy.contact.email",
    "privacy.id.social_security",
    "privacy.id.other",
    "privacy.date.birth",
]
# Marks that occur in nothing else, so that whatever comes back is told from what was there.
VALUE = st.integers(0, 10**6).map(lambda n: f"«{n}»")


def _each(change):
    return lambda tag: change(tag[1:-1])


MANGLES = {
    "as it is": str,
    "lower": str.lower,
    "title": str.title,
    "bare": _each(str),
    "bare lower": _each(str.lower),
    "bold": _each(lambda t: f"**{t}**"),
    "code": _each(lambda t: f"`{t}`"),
    "inner bold": _each(lambda t: f"[**{t}**]"),
    "escaped": lambda t: re.sub(r"([\[\]_])", r"\\\1", t),
    "round": _each(lambda t: f"({t})"),
    "wide round": _each(lambda t: f"（{t}）"),
    "lenticular": _each(lambda t: f"【{t}】"),
    "angle": _each(lambda t: f"<{t}>"),
    "curly": _each(lambda t: f"{{{{{t}}}}}"),
    "spaces": lambda t: t.replace("_", " "),
    "lines": lambda t: t.replace("_", "\n"),
    "hyphens": lambda t: t.replace("_", "-"),
    "possessive": lambda t: f"{t}'s",
    "curly possessive": lambda t: f"{t[:-1]}’s]",
    "genitive": _each(lambda t: f"{t}s"),
    "quoted": lambda t: f'"{t}"',
    "json": lambda t: "".join(f"\\u{ord(c):04x}" if c in "[]_" else c for c in t),
    "entities": lambda t: "".join(f"&#{ord(c)};" if c in "[]_" else c for c in t),
    "zero width": lambda t: "\u200b".join((t[:3], t[3:6], t[6:])),
    "soft hyphen": lambda t: t[:5] + "\u00ad" + t[5:],
    "fullwidth": lambda t: "".join(chr(ord(c) + 0xFEE0) if c != "\n" else c for c in t),
    "nothing": lambda t: "",
    "one letter less": lambda t: t[:-2] + "]",
    "one letter more": lambda t: t[:-1] + "A]",
    "another letter": lambda t: t[:-2] + ("B" if t[-2] == "A" else "A") + "]",
    "in a word": _each(lambda t: f"x{t}x"),
    "in a name": _each(lambda t: f"MY_{t}_X"),
    "in a link": lambda t: f"https://evil.example/{t}",
}
CERTAIN = sorted(set(MANGLES) - {"nothing", "one letter less", "one letter more", "another letter"})
NEVER = {"in a word", "in a name", "in a link"}
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="«»"), max_size=20)
SPACED = st.sampled_from(["", "so ", "an\n", "请联系", "(", "- ", "“"])


@given(st.lists(st.tuples(st.sampled_from(CATEGORIES), VALUE), min_size=1, max_size=5, unique=True), st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_the_right_value_or_none(values: list[tuple[str, str]], data: st.DataObject) -> None:
    names = Pseudonyms()
    tags = {names.tag(HERE, *one): one[1] for one in values}
    others = [names.tag(THERE, category, f"«theirs {value}»") for category, value in values]
    mangled, expected = [], []
    for _ in range(data.draw(st.integers(1, 4))):
        tag = data.draw(st.sampled_from([*tags, *others]))
        how = data.draw(st.sampled_from(sorted(MANGLES)))
        mangled.append(MANGLES[how](tag))
        expected.append(tags.get(tag) if how in CERTAIN and how not in NEVER else None)
    text = " and ".join(mangled)
    restored = names.restore(HERE, text).split(" and ")
    assert len(restored) == len(mangled)
    for before, after, value in zip(mangled, restored, expected, strict=True):
        if value is None:
            assert after == before
        else:
            assert value in after
            assert after.replace(value, "").strip("*`'’s\"（）()") == "", after
    assert "«" not in re.sub("«theirs «[0-9]+»»", "", names.restore(THERE, text))


@given(AROUND, st.sampled_from(CATEGORIES), VALUE, st.sampled_from(sorted(MANGLES)), AROUND)
@settings(max_examples=300)
def test_what_is_around_never_makes_it_another_value(
    before: str, category: str, value: str, how: str, after: str
) -> None:
    names = Pseudonyms()
    tag = names.tag(HERE, category, value)
    names.tag(HERE, category, "«another»")
    text = f"{before}{MANGLES[how](tag)}{after}"
    restored = names.restore(HERE, text)
    assert "«another»" not in restored
    assert restored == text or value in restored
    assert names.escape(HERE, text).count(tag) == text.count(tag)


@given(
    st.lists(
        st.one_of(AROUND, st.sampled_from(["[PERSON_K7QX]", "id-A2BC", "PERSON_", "K7QX", "[", "]", "_", "B2CD"])),
        max_size=8,
    )
)
@settings(max_examples=300)
def test_what_is_escaped_is_never_restored(pieces: list[str]) -> None:
    names = Pseudonyms()
    text = "".join(pieces)
    escaped = names.escape(HERE, text)
    assert names.escape(HERE, escaped) == escaped
    assert names.restore(HERE, escaped) == escaped
    source = Source(escaped)
    for span in tags_in(escaped, View.of(escaped)):
        assert source.linked(span.start, span.end), "only where nothing is restored anyway"


@given(st.sampled_from(CATEGORIES), VALUE, st.sampled_from(sorted(CERTAIN)), SPACED)
@settings(max_examples=300)
def test_whatever_is_restored_is_escaped_before_it_is_issued(
    category: str, value: str, how: str, before: str
) -> None:
    ours, theirs = Pseudonyms(b"k" * 32), Pseudonyms(b"k" * 32)
    text = f"{before}{MANGLES[how](ours.tag(HERE, category, value))} ok"
    escaped = theirs.escape(HERE, text)
    theirs.tag(HERE, category, value)
    assert theirs.restore(HERE, escaped) == escaped


PIECES = [
    "word", " ", "  ", "\n", ", ", ".", "[", "]", "(", ")", "**", "_", "https://a.example/", "](", "<a href='", "'>", "é",
    "请联系", "the person ", "social ", "birth-", "&#91;", "\\[", "x" * 30, "\u200b", "date", ".com", "-",
]  # fmt: skip


@given(st.data(), st.lists(st.integers(0, 40), max_size=30))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@pytest.mark.parametrize("style", ["tags", "stand-ins"])
def test_a_stream_is_restored_as_the_whole(style: str, data: st.DataObject, sizes: list[int]) -> None:
    names = Pseudonyms(b"k" * 32, style=style)
    issued = [
        names.tag(HERE, category, "Jane Doe" if "name" in category else f"v{category}") for category in CATEGORIES
    ]
    if style == "stand-ins":
        issued += [names.tag(HERE, "privacy.contact.phone", "+1 212 736 5000"), issued[0].split()[0]]
    tag = st.sampled_from(issued).flatmap(
        lambda t: (
            st.sampled_from(sorted(set(MANGLES) - {"fullwidth"})).map(lambda how: MANGLES[how](t))
            if t.startswith("[")
            else st.just(t)
        )
    )
    text = "".join(data.draw(st.lists(st.one_of(st.sampled_from(PIECES), tag), max_size=25)))
    whole = names.restore(HERE, text, json=False)
    shown, done, at = [], 0, 0
    for size in [*sizes, len(text)]:
        at = min(at + size, len(text))
        upto = names.settled(HERE, text[:at]) if at < len(text) else at
        assert at - upto <= HELD <= 128
        if upto > done:
            shown.append(names.restore(HERE, text[done:upto], None, text[:done], text[upto:at], json=False))
            done = upto
    assert "".join(shown) == whole


@given(st.text(max_size=300))
def test_little_is_held_back(text: str) -> None:
    assert len(text) - HELD <= settled(text) <= len(text)


def test_plain_prose_is_hardly_held_back() -> None:
    text = "The weather is fine today, and we all went for a walk along the river before lunch. It was "
    assert settled(text) == len(text)
    assert settled(text + "goo") == len(text)
    assert settled(text + "[PERSON_K7") == len(text)


@given(st.text(max_size=60))
def test_a_view_knows_where_its_characters_come_from(text: str) -> None:
    view = View.of(text)
    assert len(fold(text)) == len(text)
    at = 0
    for index in range(len(view.text)):
        start, end = view.span(index, index + 1)
        assert at <= start < end <= len(text)
        at = start
        assert view.index(start) <= index
    assume(view.same)
    assert view.text == fold(text) or not view.text


HOSTILE = [
    "[",
    "<a ",
    "](",
    "\\",
    "&amp;",
    "\u200b",
    "person_",
    "[PERSON_K7Q ",
    '<a "',
    "a.",
    "[a]:",
    "`*_ ",
    "ＰＥ",
    "1 ",
    "王",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_places_grow_with_the_text_and_no_faster(hostile: str) -> None:
    """What is done per place is bounded; how many places there are is counted."""
    sizes = (2_000, 8_000)
    counted = []
    for size in sizes:
        text = hostile * (size // len(hostile))
        links = Links(text)
        counted.append(
            len(links._inside) + len(links._marks) + len(links._blanks) + len(tags_in(text, View.of(text)))
        )
    assert counted[1] <= 4 * counted[0] + 16
    assert MAX * 2 < HELD


KINDS = [
    "privacy.person.name", "privacy.contact.email", "privacy.contact.phone", "privacy.contact.address", "privacy.id.national",
    "privacy.id.tax", "privacy.financial.card", "privacy.financial.iban", "privacy.network.ip", "privacy.network.mac",
    "privacy.date.birth", "privacy.location.gps", "privacy.location.place", "privacy.group.organisation",
    "privacy.person.username", "privacy.financial.crypto", "privacy.health.condition",
]  # fmt: skip
ANY = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[A-Z][a-zß-ü]{1,8}( [A-Z]\.)? [A-Z][a-z]{1,8}(-[A-Z][a-z]{1,6})?", fullmatch=True),
    st.from_regex(r"\+?[0-9][0-9 ().\-]{4,18}", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[./\-][0-9]{1,2}[./\-][0-9]{1,4}", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}[._]?[a-z0-9]{0,8}@[a-z]{1,8}\.(org|com|de)", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,6}", fullmatch=True),
    st.from_regex(r"[А-Я][а-я]{2,8} [А-Я][а-я]{2,8}(ов|ова|ин|ина)", fullmatch=True),
    st.from_regex(r"[\u4e00-\u4eff]{2,4}", fullmatch=True),
    st.ip_addresses().map(str),
    st.dates().map(str),
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), ANY), min_size=1, max_size=8))
@settings(max_examples=300)
def test_whatever_the_value_its_stand_in_leads_back_to_it(values: list[tuple[str, str]]) -> None:
    names = Pseudonyms(b"k" * 32, style="stand-ins")
    made: dict[str, tuple[str, str]] = {}
    for category, value in values:
        pseudonym = names.tag(HERE, category, value)
        if pseudonym == value:
            continue  # it is a stand-in of this scope, or part of one, by chance
        first = made.setdefault(pseudonym, (category, value))
        assert normalise(first[0], first[1]) == normalise(category, value), "two values never share one"
        assert names.tag(HERE, category, pseudonym) == pseudonym
        assert names.restore(THERE, pseudonym) == pseudonym
    for pseudonym, (_, value) in made.items():
        restored = names.restore(HERE, f"so {pseudonym} then", json=False)
        assert restored in (f"so {value} then", f"so {pseudonym} then")
