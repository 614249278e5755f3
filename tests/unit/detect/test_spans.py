"""Blocks and windows: everything is read once, and cuts fall where they hurt least."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.detect.spans import blocks, border, windows
from accord.models.runtime import Tokens

TEXT = st.text(alphabet="ab .!\n。é\u0301", max_size=400)


def pieces(text: str) -> Tokens:
    """A stand-in for a tokenizer: words are cut into pieces of two characters."""
    offsets, words = [], []
    for number, found in enumerate(re.finditer(r"\w+|[^\w\s]", text)):
        for start in range(found.start(), found.end(), 2):
            offsets.append((start, min(start + 2, found.end())))
            words.append(number)
    return Tokens(list(range(len(offsets))), offsets, words)


@given(TEXT, st.integers(4, 60))
def test_blocks_cover_a_text_without_overlap(text: str, size: int) -> None:
    found = list(blocks(text, size))
    assert "".join(text[start:end] for start, end in found) == text
    assert all(0 < end - start <= size for start, end in found)


@given(TEXT, st.integers(4, 40), st.integers(0, 12))
def test_every_piece_counts_in_exactly_one_window(text: str, size: int, overlap: int) -> None:
    tokens = pieces(text)
    found = windows(text, tokens, size, overlap)
    counted = [piece for window in found for piece in range(window.keep, window.until)]
    assert counted == list(range(len(tokens)))
    for window in found:
        assert window.start <= window.keep < window.until <= window.end
        assert window.end - window.start <= size


def test_borders_are_ranked() -> None:
    text = "One. Two three\nfour"
    assert [border(text, text.index(word)) for word in ("Two", "three", "four", "hree")] == [2, 1, 3, 0]
    assert border("你好。再见", 3) == 2


def test_a_cut_prefers_the_end_of_a_line() -> None:
    text = "aa bb. cc\ndd ee ff gg hh"
    tokens = pieces(text)
    first = windows(text, tokens, 6, 2)[0]
    assert tokens.offsets[first.end][0] == text.index("dd")


def test_windows_overlap_only_inside_sentences() -> None:
    sentence = "aa " * 30
    assert any(window.start < window.keep for window in windows(sentence, pieces(sentence), 10, 4))
    lines = "aa aa aa aa aa\n" * 10
    assert all(window.start == window.keep for window in windows(lines, pieces(lines), 10, 4))


class Counted(str):
    """A text that counts how often one of its characters is looked at."""

    looks = 0

    def __getitem__(self, key):  # type: ignore[no-untyped-def]
        if isinstance(key, int):
            Counted.looks += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("unit", [" ", "\t", "\u00a0", "\n", "a", "a ", ".", "。", " " * 3_000 + "a", "\r \u2028"])
def test_cutting_looks_at_every_character_a_few_times_at_most(unit: str) -> None:
    text = Counted((unit * 1_000_000)[:1_000_000])
    Counted.looks = 0
    found = list(blocks(text))
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    assert Counted.looks < 5 * len(text)
