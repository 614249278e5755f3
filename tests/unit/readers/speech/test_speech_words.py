"""Words and their times, made of tokens that were given by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.place import Interval, Span
from accord.readers.speech.activity import FRAME_S
from accord.readers.speech.whisper import Guess, Token, compression, token_times
from accord.readers.speech.words import (
    digits_of,
    lasting,
    merged,
    questionable,
    settle,
    strip_of,
    widened,
    words_of,
)


def tokens(*parts: tuple[str | bytes, float, float], logprob: float = -0.1) -> tuple[Token, ...]:
    return tuple(Token(t.encode() if isinstance(t, str) else t, a, b, logprob) for t, a, b in parts)


def guess(*parts: tuple[str | bytes, float, float], logprob: float = -0.1, silence: float = 0.0) -> Guess:
    return Guess(tokens(*parts, logprob=logprob), logprob, "en", silence)


def voice(*speaking: tuple[float, float], seconds: float = 10.0) -> np.ndarray:
    heard = np.zeros(round(seconds / FRAME_S), np.float32)
    for start, end in speaking:
        heard[round(start / FRAME_S) : round(end / FRAME_S)] = 0.9
    return heard


# -- times of tokens


def test_a_token_lasts_from_its_first_place_on_the_path_to_the_next_ones() -> None:
    path = [(0, 0), (0, 10), (1, 11), (1, 30), (2, 30), (2, 50), (3, 51)]
    assert token_times(path, 3, 2.0) == [(0.0, 0.22), (0.22, 0.6), (0.6, 1.02)]


def test_without_the_end_on_the_path_the_last_token_lasts_to_the_end() -> None:
    assert token_times([(0, 0), (1, 5)], 2, 0.5) == [(0.0, 0.1), (0.1, 0.5)]
    assert token_times([], 1, 0.5) == [(0.5, 0.5)]


steps = st.lists(st.sampled_from([(0, 1), (1, 0), (1, 1)]), min_size=1, max_size=60)


@given(steps)
def test_times_never_run_backwards_and_stay_inside(moves: list[tuple[int, int]]) -> None:
    path, token, position = [(0, 0)], 0, 0
    for down, right in moves:
        token, position = token + down, position + right
        path.append((token, position))
    times = token_times(path, token, 1.0)
    assert all(0 <= start <= end <= 1.0 for start, end in times)
    assert all(a[1] == b[0] for a, b in zip(times, times[1:], strict=False))


# -- words


def test_tokens_are_joined_to_words_at_spaces() -> None:
    found = words_of(tokens((" Pri", 0, 0.2), ("ya", 0.2, 0.4), (",", 0.4, 0.5), (" hello", 0.5, 1.0)), 2.0)
    assert [(word.text, word.start, word.end) for word in found] == [("Priya,", 2.0, 2.5), ("hello", 2.5, 3.0)]


def test_characters_share_the_time_of_their_token_and_marks_take_none() -> None:
    (word,) = words_of(tokens((" 41", 0, 0.4), ("11", 0.4, 1.0), (".", 1.0, 1.4)), 0.0)
    assert [time for pair in word.times for time in pair] == pytest.approx(
        [0, 0.2, 0.2, 0.4, 0.4, 0.7, 0.7, 1.4, 0.7, 1.4]
    )


def test_a_character_that_is_spread_over_tokens_is_put_together() -> None:
    data = "好".encode()
    found = words_of(tokens((data[:1], 0, 0.1), (data[1:2], 0.1, 0.2), (data[2:], 0.2, 0.3), ("的", 0.3, 0.5)), 0.0)
    assert [(word.text, word.start, word.end, word.spaced) for word in found] == [
        ("好", 0.0, 0.3, False),
        ("的", 0.3, 0.5, False),
    ]


def test_scripts_with_and_without_spaces_are_told_apart() -> None:
    found = words_of(tokens((" Приве", 0, 1), ("т", 1, 2), (" こん", 2, 3), ("にちは", 3, 4), ("。", 4, 5)), 0.0)
    assert [word.text for word in found] == ["Привет", "こん", "にちは。"]


def test_broken_characters_and_nul_are_left_out() -> None:
    found = words_of(tokens((b" a\xff", 0, 1), (b"\x00b", 1, 2)), 0.0)
    assert [word.text for word in found] == ["ab"]
    assert words_of(tokens((b"\xe5", 0, 1)), 0.0) == []
    assert words_of(tokens((" ", 0, 1)), 0.0) == []


# -- words over the voice


def test_silence_is_taken_off_the_ends_of_a_word() -> None:
    heard = settle(guess((" yes", 0.0, 4.0)), 0.0, 4.0, voice((1.5, 2.0), seconds=4))
    assert heard.doubts == ()
    # A consonant before the voice sets in is left on.
    assert 1.25 <= heard.words[0].start <= 1.35
    assert 2.05 <= heard.words[0].end <= 2.2


def test_a_little_voice_after_a_word_is_added_to_it() -> None:
    heard = settle(guess((" four", 0.0, 0.5), (" one", 0.5, 1.0)), 0.0, 2.0, voice((0.0, 1.4), seconds=2))
    assert heard.words[-1].end == pytest.approx(1.4, abs=0.05)
    assert heard.doubts == ()


def test_a_little_voice_before_the_first_word_is_added_to_it() -> None:
    heard = settle(guess((" four", 1.0, 1.5)), 0.0, 2.0, voice((0.6, 1.5), seconds=2))
    assert heard.words[0].start == pytest.approx(0.6, abs=0.05)


def test_much_voice_that_no_word_covers_is_a_doubt() -> None:
    heard = settle(guess((" four", 0.0, 0.5)), 0.0, 4.0, voice((0.0, 0.5), (1.0, 3.0), seconds=4))
    ((start, end),) = heard.doubts
    assert start <= 1.0
    assert end >= 3.0
    # What was not written down is covered by the word as well, so that it falls with it.
    assert heard.words[0].end == pytest.approx(3.0, abs=0.05)


def test_a_word_that_takes_longer_than_anybody_needs_is_a_doubt() -> None:
    said = guess((" She", 0.0, 7.0), (" looked", 7.0, 7.5))
    assert settle(said, 0.0, 7.5, voice((0.0, 7.5), seconds=7.5)).doubts
    slow = guess((" She", 0.0, 0.7), (" looked", 0.7, 1.5))
    assert not settle(slow, 0.0, 1.5, voice((0.0, 1.5), seconds=1.5)).doubts


def test_folded_digits_may_take_their_time() -> None:
    heard = settle(guess((" 4111", 0.0, 2.4), (" 1111", 2.4, 4.8)), 0.0, 4.8, voice((0.0, 4.8), seconds=4.8))
    assert heard.doubts == ()


def test_what_is_unsure_is_kept_and_doubted() -> None:
    heard = settle(guess((" maybe", 0.0, 1.0), logprob=-1.2), 0.0, 1.0, voice((0.0, 1.0), seconds=1.0))
    assert [word.text for word in heard.words] == ["maybe"]
    assert heard.doubts == ((0.0, 1.0),)


@pytest.mark.parametrize(("said", "logprob", "doubted"), [("hm", -1.2, False), ("hm", -1.6, True), ("4", -1.2, True)])
def test_a_mumble_is_no_doubt_unless_it_is_a_number_or_may_be_anything(
    said: str, logprob: float, doubted: bool
) -> None:
    heard = settle(guess((f" {said}", 0.0, 0.5), logprob=logprob), 0.0, 0.5, voice((0.0, 0.5), seconds=0.5))
    assert [word.text for word in heard.words] == [said]
    assert bool(heard.doubts) == doubted


def test_a_word_that_goes_round_in_circles_is_a_doubt() -> None:
    parts = [(" so", 0.0, 0.5), (" m", 0.5, 1.0), *[("-m", 1.0 + at / 4, 1.25 + at / 4) for at in range(12)]]
    heard = settle(guess(*parts, (" yes", 4.0, 4.5)), 0.0, 4.5, voice((0.0, 4.5), seconds=4.5))
    assert any(start <= 1.0 and end >= 3.9 for start, end in heard.doubts)
    fine = settle(guess((" Mississippi", 0.0, 0.8), (" hahaha", 0.8, 1.4)), 0.0, 1.4, voice((0.0, 1.4), seconds=1.4))
    assert fine.doubts == ()


def test_one_phrase_that_is_unsure_is_doubted_by_itself() -> None:
    sure = tokens((" clear", 0.0, 1.0), (" words", 1.0, 2.0))
    unsure = tokens((" mumbled", 3.0, 4.0), logprob=-2.0)
    heard = settle(Guess(sure + unsure, -0.7, "en"), 0.0, 4.0, voice((0.0, 2.0), (3.0, 4.0), seconds=4))
    ((start, end),) = heard.doubts
    assert (start, end) == (pytest.approx(3.0, abs=0.1), pytest.approx(4.0, abs=0.1))


@pytest.mark.parametrize(
    "said",
    [
        guess((" Thank", 0.0, 0.5), (" you.", 0.5, 1.0), logprob=-1.3, silence=0.9),
        guess((" no" * 60, 0.0, 2.0)),
        guess(*((f" {at}", at / 50, (at + 1) / 50) for at in range(100))),
        guess((" ...", 0.0, 2.0)),
        guess(),
    ],
    ids=["unsure where nobody speaks", "goes round", "faster than anybody", "marks only", "nothing"],
)
def test_what_was_invented_is_dropped_and_the_voice_is_a_doubt(said: Guess) -> None:
    assert settle(said, 0.0, 2.0, voice((0.0, 2.0), seconds=2)) == settle(guess(), 0.0, 2.0, voice((0.0, 2.0)))
    assert settle(said, 0.0, 2.0, voice((0.0, 2.0), seconds=2)).doubts == ((0.0, 2.0),)
    assert settle(said, 0.0, 2.0, voice(seconds=2)).doubts == ()


def test_compression_tells_loops_from_speech_and_from_numbers() -> None:
    assert compression("you can do for you and " * 12) > 2.4
    assert compression("4, 8, 5, 2, 6, 0, 5, 7, 4, 7, 9, 3, 8, 0, 9, 2") < 2.4
    assert compression("And so my fellow Americans, ask not what your country can do for you.") < 2.4
    assert compression("") == 0.0


# -- text


def test_a_strip_has_a_time_for_every_character_and_none_for_blanks() -> None:
    said = tokens((" My", 0, 0.2), (" name", 0.2, 0.5), (" is", 0.5, 0.7), (" Priya.", 3.0, 3.5))
    strip = strip_of(words_of(said, 1.0), item=2)
    assert (strip.text, strip.reader, strip.item) == ("My name is\nPriya.", "speech", 2)
    assert strip.times is not None
    assert strip.times.dtype == np.float32
    assert [strip.times[at, 0] for at, each in enumerate(strip.text) if each.isspace()] == [-1, -1, -1]
    (interval,) = strip.places(Span(11, 16))
    assert isinstance(interval, Interval)
    assert (interval.start, interval.end) == (pytest.approx(4.0), pytest.approx(4.5))


def test_words_of_scripts_without_spaces_stand_together() -> None:
    assert strip_of(words_of(tokens(("你", 0, 0.2), ("好", 0.2, 0.4)), 0.0), 0).text == "你好"


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 5)), max_size=20))
def test_merged_intervals_are_sorted_and_apart(parts: list[tuple[float, float]]) -> None:
    given_ = [(start, start + length) for start, length in parts]
    found = merged(given_)
    assert all(a[1] < b[0] for a, b in zip(found, found[1:], strict=False))
    assert all(any(low <= start and end <= high for low, high in found) for start, end in given_)


# -- what may hide in words


def test_a_number_that_was_left_out_stretches_the_words_beside_it() -> None:
    said = [(" before", 0.0, 0.4), (" the", 0.4, 0.5), (" rain", 0.5, 0.8), (" came", 0.8, 1.6), (" but", 1.6, 2.4)]
    words = words_of(tokens(*said), 0.0)
    ((start, end, seconds),) = lasting(words, voice((0.0, 2.4)))
    assert (start, end) == (0.8, 2.4)
    assert seconds > 0.5
    assert questionable(words, voice((0.0, 2.4)))


def test_words_at_an_ordinary_pace_hide_nothing() -> None:
    said = [(" before", 0.0, 0.4), (" the", 0.4, 0.5), (" rain", 0.5, 0.8), (" came", 0.8, 1.2), (" but", 1.2, 1.4)]
    words = words_of(tokens(*said), 0.0)
    assert lasting(words, voice((0.0, 1.4))) == []
    assert not questionable(words, voice((0.0, 1.4)))


def test_who_speaks_slowly_all_the_time_hides_nothing() -> None:
    said = [(f" word{'s' * (at % 3)}", at * 0.8, at * 0.8 + 0.8) for at in range(10)]
    assert lasting(words_of(tokens(*said), 0.0), voice((0.0, 8.0))) == []


@pytest.mark.parametrize(("text", "count"), [("4,", 1), ("202-555", 6), ("Seven,", 1), ("zwölf", 2), ("word", 0)])
def test_how_many_digits_a_word_stands_for(text: str, count: int) -> None:
    (word,) = words_of(tokens((f" {text}", 0.0, 0.5)), 0.0)
    assert digits_of(word) == count
    assert questionable([word], voice((0.0, 0.4))) == bool(count)


def test_a_number_gets_time_from_the_words_that_touch_it_and_never_loses_any() -> None:
    said = [(" hat", 0.0, 1.0), (" four", 1.0, 1.3), (" six", 1.3, 1.6), (" after", 1.6, 1.8), (" dinner", 1.8, 2.2)]
    before = words_of(tokens(*said), 0.0)
    after = widened(before)
    assert after[1].start == pytest.approx(0.85) and after[2].end == pytest.approx(1.7)
    assert [word.times for word in (after[0], after[3], after[4])] == [w.times for w in (before[0], *before[3:])]
    apart = widened(words_of(tokens((" hat", 0.0, 0.5), (" four", 1.0, 1.3)), 0.0))
    assert (apart[1].start, apart[1].end) == (1.0, 1.3)


def test_one_word_again_and_again_is_not_understood_but_one_digit_is() -> None:
    stammer = guess(*[(" I'm,", at * 0.4, at * 0.4 + 0.4) for at in range(5)])
    assert settle(stammer, 0.0, 2.0, voice((0.0, 2.0))).doubts == ((0.0, 2.0),)
    digits = guess(*[(" 4,", at * 0.4, at * 0.4 + 0.4) for at in range(5)])
    assert settle(digits, 0.0, 2.0, voice((0.0, 2.0))).doubts == ()
