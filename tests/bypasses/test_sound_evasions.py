"""What hides in recordings does not leave with them: one test for each way of hiding."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.sounds import chunk, file, level, read, speechlike, tone, with_chunks

from accord.core.content import Audio
from accord.core.media import Changes, Cut, Opening
from accord.core.place import Interval
from accord.media.limits import MediaLimits
from accord.media.rebuild import rebuild
from accord.media.unpack import unpack


def opened(data: bytes) -> Opening:
    return unpack(data, MediaLimits(), lambda: False)


def released(data: bytes, *cuts: Cut) -> tuple[np.ndarray, int]:
    made = rebuild(Audio(data), opened(data), Changes(cuts=cuts))
    return read(made.reveal())


def band(samples: np.ndarray, rate: int, low: float, high: float) -> float:
    """How loud a band is, as the root of the mean square."""
    spectrum = np.fft.rfft(samples[:, 0] * np.hanning(len(samples)))
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[(hertz < low) | (hertz >= high)] = 0
    return level(np.fft.irfft(spectrum, len(samples)))


def moved(samples: np.ndarray, rate: int, carrier: float) -> np.ndarray:
    """Speech on a carrier far above it, as in inaudible commands."""
    at = np.arange(len(samples)) / rate
    return ((0.5 + samples[:, 0]) * np.cos(2 * np.pi * carrier * at)).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    ("rate", "carrier"), [(48_000, 21_000), (44_100, 20_000), (96_000, 30_000), (192_000, 40_000)]
)
def test_a_command_in_ultrasound_does_not_leave(rate: int, carrier: float) -> None:
    heard = speechlike(2, rate)
    data = file(0.5 * heard + 0.5 * moved(speechlike(2, rate, seed=1), rate, carrier), rate)
    samples, kept = released(data)
    assert kept <= 48_000
    assert band(samples, kept, 18_000, kept / 2) < 1e-4
    assert band(samples, kept, 0, 8_000) == pytest.approx(band(0.5 * heard, rate, 0, 8_000), rel=0.03)
    assert "sound.above-18-kHz" in opened(data).items[0].metadata


def test_ultrasound_does_not_fold_down_into_what_is_heard() -> None:
    data = file(tone(1, 192_000, 90_000), 192_000)
    samples, _ = released(data)
    assert np.abs(samples[1_000:-1_000]).max() < 1e-3


@pytest.mark.parametrize("carrier", [11_000, 13_000, 15_000])
def test_speech_moved_above_what_recognisers_hear_does_not_leave(carrier: float) -> None:
    rate = 48_000
    data = file(0.2 * speechlike(3, rate) + 0.6 * moved(speechlike(3, rate, seed=1), rate, carrier), rate)
    samples, kept = released(data)
    assert band(samples, kept, 8_000, 24_000) < 1e-3
    assert band(samples, kept, 100, 7_000) > 0.005
    assert "sound.above-8-kHz" in opened(data).items[0].metadata


def test_hisses_and_music_keep_their_heights() -> None:
    rate = 48_000
    rng = np.random.default_rng(0)
    speech = speechlike(4, rate)
    hiss = rng.normal(size=speech.shape) * 0.2
    hiss = np.diff(hiss, axis=0, prepend=0)  # louder above than below, like an s
    starts = np.arange(rate // 2, len(speech), rate)
    gate = np.zeros_like(speech)
    for start in starts:
        gate[start : start + rate // 12] = 1
    music = sum(tone(4, rate, 440 * n, 0.3 / n) for n in range(1, 38))
    for samples in (0.5 * (speech + (gate * hiss).astype(np.float32)), 0.5 * music.astype(np.float32)):
        data = file(samples, rate)
        assert not [key for key in opened(data).items[0].metadata if "8-kHz" in key and "18" not in key]
        made, kept = released(data)
        assert band(made, kept, 8_000, 16_500) == pytest.approx(band(samples, rate, 8_000, 16_500), rel=0.05)


def test_what_is_under_the_last_bit_does_not_leave() -> None:
    rate = 16_000
    whisper = 4e-6 * speechlike(1, rate)
    samples, _ = released(file(np.round(tone(1, rate) * 32767) / 32767 + whisper, rate, coding="PCM_32"))
    assert np.abs(samples - np.round(tone(1, rate) * 32767) / 32768).max() < 4e-5
    assert not samples[np.abs(tone(1, rate)[:, 0]) < 1e-9].any()


def test_a_second_data_chunk_is_said_and_does_not_leave() -> None:
    data = with_chunks(file(tone(0.5)), chunk(b"data", b"my number is 555-0100, call me" * 20))
    found = opened(data)
    assert "riff.data" in found.items[0].metadata
    assert any("555-0100" in strip.text for strip in found.items[0].strips)
    assert b"555-0100" not in rebuild(Audio(data), found, Changes()).reveal()


def test_samples_behind_the_announced_size_do_not_leave() -> None:
    data = bytearray(file(tone(2)))
    data[40:44] = (32_000).to_bytes(4, "little")  # one second of two
    assert len(released(bytes(data))[0]) == 16_000
    both = bytes(data)[:44] + b"\0" * 32_000 + b"call 555-0100 " * 50
    sized = bytearray(both)
    sized[4:8] = (36 + 32_000).to_bytes(4, "little")
    assert any("555-0100" in strip.text for strip in opened(bytes(sized)).items[0].strips)


def test_a_size_that_hides_samples_from_some_players_hides_nothing() -> None:
    data = bytearray(file(tone(2)))
    data[4:8] = data[40:44] = bytes(4)  # many players go on to the end of the file
    found = opened(bytes(data))
    assert found.items[0].sound is not None and found.items[0].sound.seconds == 2


def test_another_format_under_the_suffix_and_type_of_sound_is_opened_as_what_it_is() -> None:
    found = opened(b"%PDF-1.4\n" + b"not a recording")
    assert found.items[0].kind in {"pdf", "other"} and found.items[0].sound is None
    text = unpack(b"my name is Jane Roe", MediaLimits(), lambda: False, "call.wav")
    assert text.items[0].kind == "text"


def test_a_flac_behind_id3_tags_is_heard() -> None:
    tag = b"ID3\4\0\0\0\0\0\x0aTIT2\0\0\0\0\0\0"
    data = tag + file(tone(1), form="FLAC")
    found = opened(data)
    assert found.items[0].media_type == "audio/flac"
    assert found.flaws or (found.items[0].sound is not None and found.items[0].sound.seconds == 1)


@pytest.mark.parametrize("transform", ["mute", "replace", "remove"])
def test_nothing_of_a_cut_is_left_beside_it_in_a_lossy_file(transform: str) -> None:
    """Encoders of MP3 and Vorbis smear over time; what they are given is cut already."""
    for form, coding in (("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")):
        samples = 0.01 * tone(3, hertz=300)
        samples[16_000:32_000] += 0.8 * tone(1, hertz=1_500)
        made, rate = released(file(samples, form=form, coding=coding), Cut(Interval(1, 2), transform))
        assert band(made, rate, 1_400, 1_600) < 0.002


def test_a_voice_in_opposite_phase_is_cut_on_both_channels() -> None:
    one = speechlike(3)
    made, _ = released(file(np.concatenate([one, -one], axis=1)), Cut(Interval(1, 2), "mute"))
    assert not made[16_000:32_000].any()


def test_a_cut_quieter_than_a_bang_is_as_silent() -> None:
    samples = 0.01 * speechlike(3)
    samples[100] = 1.0
    made, _ = released(file(samples), Cut(Interval(1, 2), "mute"))
    assert not made[16_000:32_000].any()
