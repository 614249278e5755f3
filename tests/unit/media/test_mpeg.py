"""Frames of MP3 are walked to the real end of a file, whatever stands between them and whatever headers tell."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.sounds import file, speechlike, tone

from accord.media.mpeg import walk


def mp3(seconds: float, rate: int = 16_000, channels: int = 1) -> bytes:
    return file(tone(seconds, rate, channels=channels), rate, form="MP3", coding="MPEG_LAYER_III")


@pytest.mark.parametrize("rate", [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_rate_is_as_long_as_it_was_made(rate: int, channels: int) -> None:
    data = mp3(2, rate, channels)
    found = walk(data, 3_600)
    assert found.seconds == pytest.approx(2, abs=0.25)
    assert (found.spans, found.gaps, found.others) == ([(0, len(data))], [], [])
    assert found.told and not found.cut
    assert found.lean(data) == data


def test_tags_and_bytes_between_frames_are_gaps() -> None:
    data = mp3(1)
    tag = b"ID3\4\0\0\0\0\0\x0aTIT2\0\0\0\0\0\0"
    found = walk(tag + data + b"between \xff\xfb the frames" + data + b"after", 3_600)
    assert len(found.spans) == 2 and found.spans[0][0] == len(tag)
    assert [end - start for start, end in found.gaps] == [21, 5]
    assert not found.told  # the header tells of the first half alone


def test_another_rate_and_number_of_channels_is_another_stream() -> None:
    first, second, third = mp3(1), mp3(1, 44_100), mp3(1, channels=2)
    found = walk(first + second + third, 3_600)
    assert found.spans == [(0, len(first))]
    assert found.others == [(len(first), len(first + second)), (len(first + second), len(first + second + third))]


def test_a_last_frame_that_is_not_whole_and_frames_that_are_missing_are_cut() -> None:
    data = file(speechlike(2), form="MP3", coding="MPEG_LAYER_III")
    assert walk(data[:-10], 3_600).cut
    assert walk(data[: len(data) // 2], 3_600).cut
    assert not walk(data, 3_600).cut


def test_a_walk_ends_where_nobody_listens_any_more() -> None:
    data = mp3(20)
    found = walk(data, 5)
    assert 5 <= found.seconds < 6
    assert not found.gaps


def test_noise_has_no_frames_and_is_given_to_the_decoder_as_it_is() -> None:
    noise = np.random.default_rng(0).bytes(500_000)
    for data in (noise, b"\xff\xfb\x90\0" * 50_000, b"", b"\xff", b"ID3\4\0\0\x7f\x7f\x7f\x7f"):
        found = walk(data, 3_600)
        assert not found.spans and found.lean(data) == data
