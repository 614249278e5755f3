"""Views keep places, words and names, and drop what only machines read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.detect.noise import views

LINES = st.text(alphabet="aB1f -:.,/\n=+é中", max_size=300)


@given(LINES)
def test_views_lie_in_order_and_change_nothing_but_noise(text: str) -> None:
    done = 0
    for start, view in views(text):
        assert start >= done
        done = start + len(view)
        assert done <= len(text)
        for shown, real in zip(view, text[start:done], strict=True):
            assert shown in (real, " ") or (shown == "1" and real.isdigit())


@pytest.mark.parametrize(
    "noise",
    [
        "a3f5c9e2b17d4e8890abcdef12345678deadbeef",
        "123e4567-e89b-12d3-a456-426614174000",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ0KZm9v8aZ3QWxhZGRpbjpvcGVu",
        "a" * 70,
    ],
)
def test_noise_is_not_shown_and_the_words_beside_it_are(noise: str) -> None:
    text = f"Ask Margaret about {noise} today"
    assert list(views(text)) == [(0, text.replace(noise, " " * len(noise)))]


@pytest.mark.parametrize(
    "text",
    [
        "Call 1973648256 or write to 12 Baker Street, Springfield 62704.",
        "Meet me on 2024-05-01 at 12:30, says Ada.",
        "the-long-and-winding-road-that-leads-to-margaret-thornbury-and-her-garden",
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        "中" * 100,
        "Facade decade 0 defaced",
    ],
)
def test_prose_is_shown_as_it_is(text: str) -> None:
    assert list(views(text)) == [(0, text)]


def test_lines_of_a_log_that_differ_in_numbers_only_look_alike() -> None:
    line = (
        "2026-05-{:02d}T12:00:{:02d}.123Z INFO user Ada Byron from 10.0.{}.7 took {}ms {:08x}f1a2 /var/lib/{}/x.log\n"
    )
    text = "".join(line.format(n, n, n, n * 7, n * 99_991, n) for n in range(2, 9))
    shown = [view.split() for _, view in views(text)]
    assert len(shown) == 7
    assert shown[0] == ["INFO", "user", "Ada", "Byron", "from", "took", "11ms"]
    assert all(view == shown[0] for view in shown)


def test_what_holds_no_word_is_left_out() -> None:
    assert list(views("12:00 - 13:00 | 7 | % $ x\n1 2 3\n")) == []
    assert list(views("2026-05-01T12:00:01Z 10.0.0.1 - 200\n")) == []
