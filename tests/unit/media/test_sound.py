"""Recordings are opened as a listener hears them, within bounds, whatever their headers say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.sounds import chunk, file, kinds, level, speechlike, tone, with_chunks

from accord.core.media import Opening, Sound
from accord.core.place import Interval
from accord.media import sniff, wire
from accord.media.limits import MediaLimits
from accord.media.sound import BROKEN, CUT_OFF, EMPTY, NO_SAMPLES, SMALL_RATE, TOO_LONG, TOO_MUCH, UNEVEN
from accord.media.unpack import unpack

LIMITS = MediaLimits()


def never() -> bool:
    return False


def opened(data: bytes, limits: MediaLimits = LIMITS) -> Opening:
    return unpack(data, limits, never)


def sound(data: bytes, limits: MediaLimits = LIMITS) -> Sound:
    found = opened(data, limits)
    assert not found.flaws, [flaw.reason for flaw in found.flaws]
    assert found.items[0].sound is not None
    return found.items[0].sound


def reasons(data: bytes, limits: MediaLimits = LIMITS) -> list[tuple[str, str]]:
    return [(flaw.category, flaw.reason) for flaw in opened(data, limits).flaws]


@pytest.mark.parametrize(("form", "coding", "kind"), kinds())
def test_every_kind_sounds_as_it_was_made(form: str, coding: str, kind: str) -> None:
    given = tone(1.3, channels=2)
    data = file(given, form=form, coding=coding)
    assert sniff.media_type(data) == kind
    heard = sound(data)
    assert (heard.rate, heard.channels, heard.item) == (16_000, 2, 0)
    assert heard.seconds == pytest.approx(1.3, abs=0.15 if form == "MP3" else 0.01)
    assert level(heard.samples[4_000:16_000]) == pytest.approx(level(given), rel=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000, 96_000, 192_000])
def test_rates_are_kept_up_to_48_kilohertz(rate: int) -> None:
    heard = sound(file(tone(0.6, rate), rate))
    assert heard.rate == min(rate, 48_000)
    assert heard.seconds == pytest.approx(0.6, abs=0.002)
    spectrum = np.abs(np.fft.rfft(heard.samples[:, 0]))
    assert np.argmax(spectrum) / heard.seconds == pytest.approx(440, abs=3)


@pytest.mark.parametrize("rate", [1_000, 6_000, 250_000])
def test_other_rates_are_refused_by_name(rate: int) -> None:
    assert reasons(file(tone(0.5, rate, 100), rate)) == [
        ("fault.uninspected", "the recording has a sampling rate that is not read (8 to 192 kHz are)")
    ]


def test_many_channels_are_kept_and_more_are_refused() -> None:
    given = np.concatenate([tone(0.4, hertz=200 * (n + 1)) for n in range(12)], axis=1)
    heard = sound(file(given))
    assert heard.channels == 12
    assert np.abs(heard.samples - given).max() < 2e-4
    assert reasons(file(tone(0.2, channels=40))) == [
        ("fault.uninspected", "the recording has more channels than are read")
    ]


def test_a_recording_without_samples_is_said_to_be_empty() -> None:
    for form in ("WAV", "AIFF", "AU"):
        assert reasons(file(np.zeros((0, 1), np.float32), form=form)) == [("fault.undecodable", EMPTY)]


def test_silence_and_a_constant_are_sound_of_no_content() -> None:
    assert sound(file(np.zeros((8_000, 1), np.float32))).loudness == 0
    constant = sound(file(np.full((8_000, 1), 0.5, np.float32)))
    assert np.ptp(constant.samples) == 0
    assert constant.loudness == pytest.approx(0.5, abs=1e-4)


def test_numbers_that_are_none_become_silence_and_are_told() -> None:
    given = tone(0.5)
    given[100:200], given[300], given[400] = np.nan, np.inf, -np.inf
    found = opened(file(given, coding="FLOAT"))
    assert [(flaw.category, flaw.reason) for flaw in found.flaws] == [("fault.undecodable", NO_SAMPLES)]
    assert found.items[0].sound is not None
    heard = found.items[0].sound.samples
    assert (heard[100:200] == 0).all() and heard[300] == heard[400] == 0
    assert np.abs(heard[500:] - given[500:]).max() < 1e-3


@pytest.mark.parametrize("coding", ["FLOAT", "DOUBLE"])
def test_one_spike_does_not_silence_a_recording(coding: str) -> None:
    given = tone(0.5)
    given[10] = 1e30
    heard = sound(file(given, coding=coding)).samples
    assert heard[10] == 1
    assert np.abs(heard[20:] - given[20:]).max() < 1e-3


def test_speech_beside_which_there_are_many_spikes_is_told_to_be_lost() -> None:
    given = tone(0.5)
    given[::50] = 1e30
    assert reasons(file(given, coding="FLOAT")) == [("fault.uninspected", UNEVEN)]


def test_floats_beyond_full_scale_are_made_smaller_not_clipped() -> None:
    given = tone(0.5) * np.float32(30_000)
    heard = sound(file(given, coding="DOUBLE")).samples
    assert np.corrcoef(heard[:, 0], given[:, 0])[0, 1] > 0.9999
    assert np.abs(heard).max() == pytest.approx(1, abs=1e-3)


def test_length_is_bounded_while_decoding() -> None:
    data = file(np.zeros((16_000 * 30, 1), np.float32), form="FLAC")
    assert len(data) < 16_000
    found = opened(data, MediaLimits(sound_seconds=10))
    assert [(flaw.category, flaw.reason) for flaw in found.flaws] == [("fault.uninspected", TOO_LONG)]
    place = found.flaws[0].place
    assert isinstance(place, Interval) and 10 <= place.start <= 10.6 and place.end == 30
    assert found.items[0].sound is None, "nobody listens to the beginning of what is refused"
    assert reasons(data, MediaLimits(samples=50_000)) == [("fault.uninspected", TOO_MUCH)]


def test_two_channels_of_the_longest_recording_fit_into_the_samples() -> None:
    assert 2 * LIMITS.sound_seconds * SMALL_RATE <= LIMITS.samples
    small = MediaLimits(sound_seconds=3, samples=2 * 3 * 16_000)
    assert sound(file(tone(2.99, channels=2)), small).seconds == pytest.approx(2.99, abs=0.01)
    assert sound(file(tone(2.99, 44_100, channels=2), 44_100), small).rate == 16_000
    assert reasons(file(tone(3.5, channels=2)), small)[0] == ("fault.uninspected", TOO_LONG)
    assert reasons(file(tone(2.99, channels=3)), small) == [("fault.uninspected", TOO_MUCH)]


def test_a_recording_of_many_samples_is_kept_at_a_lower_rate() -> None:
    given = file(tone(4, 48_000, channels=2), 48_000)
    heard = sound(given, MediaLimits(samples=200_000))
    assert heard.rate == 16_000
    assert heard.seconds == pytest.approx(4, abs=0.01)


def test_a_header_that_claims_hours_costs_nothing() -> None:
    flac = bytearray(file(tone(0.5), form="FLAC"))
    assert flac[4] & 127 == 0
    flac[21] |= 0x0F  # 36 bits of samples in the stream info block
    flac[22:26] = b"\xff\xff\xff\xff"
    found = opened(bytes(flac))
    assert [(flaw.category, flaw.reason) for flaw in found.flaws] == [("fault.undecodable", CUT_OFF)]
    assert found.items[0].sound is not None and found.items[0].sound.seconds == pytest.approx(0.5, abs=0.01)
    wav = bytearray(file(tone(0.5)))
    wav[40:44] = (0x7000_0000).to_bytes(4, "little")
    assert reasons(bytes(wav)) == [("fault.undecodable", CUT_OFF)]


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 0x7FFF_FFFF, 0x7FFF_F000])
def test_a_file_that_was_still_growing_is_heard_to_its_end(size: int) -> None:
    given = tone(1.0)
    wav = bytearray(file(given))
    wav[4:8] = wav[40:44] = size.to_bytes(4, "little")
    assert np.abs(sound(bytes(wav)).samples - given).max() < 1e-4


@pytest.mark.parametrize(("form", "coding", "kind"), kinds())
def test_a_truncated_file_is_a_fault_or_heard_as_far_as_it_goes(form: str, coding: str, kind: str) -> None:
    data = file(speechlike(2), form=form, coding=coding)
    for part in (0.5, 0.9):
        found = opened(data[: int(part * len(data))])
        heard = found.items[0].sound
        assert found.flaws or (heard is not None and heard.seconds < 1.99)
        if form != "MP3" or part == 0.5:
            assert [flaw.category for flaw in found.flaws] == ["fault.undecodable"]
    for size in (12, 20, 40):
        assert opened(data[:size]).flaws


def test_broken_bytes_are_flaws() -> None:
    for head in (b"RIFF\x24\0\0\0WAVEfmt ", b"fLaC", b"OggS\0\2", b"FORM\0\0\0\x20AIFFCOMM", b"\xff\xfb\x90\0"):
        assert [flaw for flaw, _ in reasons(head + bytes(range(256)) * 4)] == ["fault.undecodable"]
    rng = np.random.default_rng(0)
    for form, coding, _ in kinds():
        data = bytearray(file(tone(1.0), form=form, coding=coding))
        for at in rng.integers(20, len(data), 60).tolist():
            data[at] ^= int(rng.integers(1, 256))
        found = opened(bytes(data))
        assert found.flaws or found.items[0].sound is not None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0", "audio (MPEG-4) is not inspected"),
        (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(30), "audio (AAC) is not inspected"),
        (b"ID3\x04\0\0\0\0\0\x02xx\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(30), "audio (AAC) is not inspected"),
        (b"#!AMR\n" + bytes(30), "audio (AMR) is not inspected"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(30), "video or audio (Windows Media) is not inspected"),
        (b"caff\0\1\0\0" + bytes(30), "audio (Core Audio) is not inspected"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, reason: str) -> None:
    assert reasons(data) == [("fault.uninspected", reason)]


def test_codings_that_are_not_read_are_flaws() -> None:
    wav = bytearray(file(tone(0.5)))
    wav[20:22] = (0x0161).to_bytes(2, "little")  # Windows Media in a WAV
    assert reasons(bytes(wav)) == [("fault.undecodable", BROKEN)]


def test_the_deadline_ends_decoding() -> None:
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    found = unpack(file(tone(10)), LIMITS, stop)
    assert [flaw.category for flaw in found.flaws] == ["fault.deadline"]
    assert found.items[0].sound is not None and found.items[0].sound.seconds < 3


def test_a_sound_survives_the_wire_and_lies_do_not() -> None:
    found = opened(file(tone(0.5, channels=2), artist="Jane"), LIMITS)
    header, buffers = wire.encode(found)
    again = wire.decode(header, buffers, LIMITS).items[0].sound
    given = found.items[0].sound
    assert again is not None and given is not None
    assert (again.rate, again.channels, again.packed, again.loudness) == (
        given.rate,
        given.channels,
        given.packed,
        given.loudness,
    )
    rate, channels, index, loudness = header["items"][0]["sound"]
    for lie in (
        [0, channels, index, loudness],
        [rate, 0, index, loudness],
        [rate, 7, index, loudness],
        [rate, 1000, index, loudness],
        [rate, channels, 99, loudness],
        [rate, channels, index, 2.0],
        [rate, channels, index, float("nan")],
        [rate, channels, index],
    ):
        header["items"][0]["sound"] = lie
        with pytest.raises((wire.WireError, IndexError)):
            wire.decode(header, buffers, LIMITS)
    header["items"][0]["sound"] = [rate, channels, index, loudness]
    with pytest.raises(wire.WireError):
        wire.decode(header, [*buffers[:index], bytes(4_000_000), *buffers[index + 1 :]], MediaLimits(samples=10))


def test_an_interval_survives_the_wire() -> None:
    wav = bytearray(file(tone(0.5)))
    found = opened(bytes(wav[:-4_000]))
    header, buffers = wire.encode(found)
    assert wire.decode(header, buffers, LIMITS).flaws == found.flaws
    for lie in (["interval", -1, 2], ["interval", 0], ["interval", "0", 1], []):
        header["flaws"][0][3] = lie
        with pytest.raises(wire.WireError):
            wire.decode(header, buffers, LIMITS)


def test_a_second_recording_in_the_file_shares_the_bounds() -> None:
    inner = file(tone(2.0))
    data = with_chunks(file(tone(2.0)), chunk(b"LIST", b"INFO")) + b"\0\0" + b"%PDF-" + inner
    assert opened(data).items[0].sound is not None


def test_sound_is_not_confused_with_text_and_pictures() -> None:
    assert sniff.media_type(b"ID3 tags are described below") != "audio/mpeg"
    assert sniff.media_type(b"FORM of address") == sniff.UNKNOWN
    assert sniff.media_type(b"MAC addresses are personal") == sniff.UNKNOWN
    assert sniff.media_type("\ufeffwords".encode("utf-16-le")) == sniff.UNKNOWN
    assert sniff.media_type(b"RIFF\x24\0\0\0WEBPVP8 ") == "image/webp"
