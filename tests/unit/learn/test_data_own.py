"""Texts of our own: values where they are said to be, the same from the same seed, groups treated alike."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict

import phonenumbers
import pytest
from stdnum import iban, luhn

from accord.learn.text import generate_parts as parts
from accord.learn.text import generate_values as values
from accord.learn.text.generate import FORMATS, generate
from accord.learn.text.generate_values import Person, cultures
from accord.learn.text.hard import CARRIERS, GROUPS, carried, groups, phrases, spell, spelled
from accord.learn.text.labels import SEQUENCE_HEADS, TYPES
from accord.learn.text.rows import check

ROWS = list(generate(2500, 3))


def test_every_text_is_right_and_every_type_is_there() -> None:
    for row in ROWS:
        check(row)
        assert row.types is None
    found = Counter(label for row in ROWS for _, _, label in row.spans or ())
    assert set(found) == set(TYPES)
    assert min(found.values()) > 50
    assert sum(not row.spans for row in ROWS) > 100
    assert len({row.language for row in ROWS}) >= 16
    assert {row.group["noise"] for row in ROWS} == {"none", "transcript", "scanned", "hasty", "shouted"}


def test_the_same_seed_gives_the_same_and_another_one_does_not() -> None:
    assert list(generate(40, 3)) == ROWS[:40]
    assert [row.text for row in generate(40, 4)] != [row.text for row in ROWS[:40]]


def test_no_slot_or_choice_is_left_open() -> None:
    who = Person(random.Random(1), cultures()[0])
    for (_, language), frames in parts.frames().items():
        for frame in frames:
            text, _ = parts.assemble(parts.fill(frame, who, language))
            assert not parts._SLOT.search(text), frame
            assert "|" not in text or "|" in parts._CHOICE.sub("", frame), frame
    assert all(spell(template, random.Random(1)) for _, _, template in phrases())


def test_frames_are_many_and_names_come_from_many_origins() -> None:
    assert sum(len(frames) for frames in parts.frames().values()) >= 190
    assert len({key for row in ROWS if (key := row.group["origin"])}) == len(cultures()) >= 30
    share = Counter(row.group["origin"] for row in ROWS)
    assert max(share.values()) < 0.12 * len(ROWS)


@pytest.mark.parametrize("culture", cultures(), ids=lambda one: one.name)
def test_values_hold_what_they_claim(culture: values.Culture) -> None:
    draw = random.Random(5)
    for _ in range(20):
        who = Person(draw, culture)
        assert who.surname in who.full()
        assert "@" in values.email(who) and values.email(who).isascii()
        assert phonenumbers.is_possible_number(phonenumbers.parse(values.phone(who), culture.country))
        text, spans = parts.assemble(values.address(who))
        assert {label for _, _, label in spans} == {"address", "location"}
        assert all(text[a:b] == text[a:b].strip() for a, b, _ in spans)


def test_accounts_have_their_check_digits() -> None:
    draw, cards, banks = random.Random(9), 0, 0
    for _ in range(200):
        text = values.account(Person(draw, cultures()[0])).replace(" ", "").replace("-", "")
        if text[:2].isalpha() and text[2:4].isdigit():
            assert iban.mod_97_10.is_valid(text[4:] + text[:4])
            banks += 1
        elif len(text) in (15, 16) and text[0] in "345" and not text.startswith("000"):
            assert luhn.is_valid(text)
            cards += 1
    assert cards > 50
    assert banks > 40


def test_noise_moves_spans_with_the_text() -> None:
    pieces = [
        ("Call ", None),
        ("Mollie O'Brien", "person"),
        (" on ", None),
        ("+44 20 7946 0000", "phone"),
        (".", None),
    ]
    for spoil in (parts.transcript, parts.scanned, parts.hasty, parts.shouted):
        text, spans = parts.assemble(spoil(pieces, random.Random(2)))
        assert [label for _, _, label in spans] == ["person", "phone"]
        assert text[spans[0][0]].casefold() in "mr" and text[spans[1][0]] == "+"
    assert parts.assemble(parts.transcript(pieces, random.Random(2)))[0] == "call mollie o'brien on +44 20 7946 0000"


def test_json_of_ours_is_json() -> None:
    for seed in range(60):
        text, spans = parts.assemble(FORMATS["json"](Person(random.Random(seed), cultures()[seed % 20])))
        assert all(isinstance(value, str) for value in json.loads(text).values())
        assert all(0 <= a < b <= len(text) for a, b, _ in spans)


def test_each_group_of_people_stands_in_the_same_sentences_with_the_same_weight() -> None:
    rows = list(groups(3000, 1))
    by_word: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for row in rows:
        check(row)
        word = row.group["identity"]
        said = row.text.casefold().replace(word.casefold(), "…")
        by_word[word].append((said, row.heads["hate"], row.weight))
    assert set(by_word) == {word for some in GROUPS.values() for word in some}
    assert len({tuple(said) for said in by_word.values()}) == 1
    answers = {hate for _, hate, _ in by_word["Muslim"]}
    assert answers == {0.0, 1.0}


def test_carriers_hold_attacks_and_harmless_texts_alike() -> None:
    rows = list(carried(3000, 1))
    for row in rows:
        check(row)
    for carrier in CARRIERS:
        share = [row.heads["injection"] for row in rows if row.group["carrier"] == carrier]
        assert 0.35 < sum(share) / len(share) < 0.65
    assert len({row.language for row in rows if row.heads["injection"]}) >= 12
    assert all("hate" not in row.heads for row in rows if row.heads["injection"])


def test_phrases_speak_of_every_head_in_both_ways() -> None:
    rows = list(spelled(2, 1))
    for row in rows:
        check(row)
    for head in SEQUENCE_HEADS:
        assert {1.0, 0.0} <= {row.heads[head] for row in rows if head in row.heads}
