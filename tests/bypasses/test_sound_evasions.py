"""What hides in recordings does not leave with them: one test for each way of hiding."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.sounds import chunk, file, level, read, speechlike, tone, with_chunks

from accord.core.content import Audio
from accord.core.media import Changes, Cut, Opening, Sound
from accord.core.place import Interval
from accord.core.reading import Reading
from accord.detect.speech.digits import SpokenNumberDetector
from accord.media.limits import MediaLimits
from accord.media.rebuild import rebuild
from accord.media.unpack import unpack
from accord.readers.encoded import EncodedReader
from accord.readers.speech.activity import FRAME, Activity
from accord.readers.speech.residue import its_own
from accord.readers.speech.tracks import Track, tracks
from accord.testing import never


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


def mp3(samples: np.ndarray, rate: int = 16_000) -> bytes:
    return file(samples, rate, form="MP3", coding="MPEG_LAYER_III")


def heard(found: Opening) -> float:
    """Seconds that were decoded, of all recordings in the file."""
    return sum(item.sound.seconds for item in found.items if item.sound is not None)


def texts(found: Opening) -> str:
    return "\n".join(strip.text for item in found.items for strip in item.strips)


def noise(size: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(size)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_an_mp3_behind_an_mp3_is_heard(rate: int) -> None:
    """Decoders stop where the first header says that the file ends; players go on."""
    found = opened(mp3(tone(2)) + mp3(speechlike(3, rate), rate))
    assert not found.flaws
    assert heard(found) == pytest.approx(5, abs=0.3)


def test_an_mp3_whose_header_tells_of_fewer_frames_or_none_is_heard_to_its_end() -> None:
    data = mp3(np.concatenate([speechlike(2), tone(4, loud=0.01)]))
    at = data.index(b"Xing" if b"Xing" in data else b"Info")
    lying = data[: at + 8] + (10).to_bytes(4, "big") + data[at + 12 :]
    without = data[:at] + b"none" + data[at + 4 :]
    for hidden in (lying, without):
        found = opened(hidden)
        assert not found.flaws and heard(found) == pytest.approx(6, abs=0.3)


def test_words_between_and_behind_the_frames_of_mp3_are_read_and_do_not_leave() -> None:
    one, other = mp3(tone(1)), mp3(tone(1))
    found = opened(one + b"my name is Jane Roe, call 555-0100" + other + b"and 555-0199 at night")
    assert "Jane Roe" in texts(found) and "555-0199" in texts(found)
    assert heard(found) == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize("same", [True, False])
def test_an_ogg_stream_behind_the_end_of_another_is_heard(same: bool) -> None:
    def numbered(data: bytes, serial: int) -> bytes:
        from accord.media.encode_sound import _renumbered

        assert data.startswith(b"OggS")
        made = bytearray(_renumbered(data))
        return bytes(made) if serial == 1 else data

    one, other = (file(speechlike(n), form="OGG", coding="VORBIS") for n in (1, 2))
    found = opened(numbered(one, 1) + numbered(other, 1 if same else 0))
    assert not found.flaws
    assert heard(found) == pytest.approx(3, abs=0.05)


def test_samples_in_a_second_data_chunk_are_heard_and_are_no_text() -> None:
    one, other = file(tone(1)), file(speechlike(2))
    for data in (with_chunks(one, chunk(b"data", other[44:])), one + chunk(b"data", other[44:])):
        found = opened(data)
        assert not found.flaws and not texts(found)
        assert heard(found) == 3
        assert len(released(data)[0]) == 16_000


@pytest.mark.parametrize("form", ["WAV", "OGG", "MP3", "AIFF", "AU"])
def test_noise_behind_a_recording_is_told_and_is_neither_text_nor_files(form: str) -> None:
    coding = {"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}.get(form, "PCM_16")
    data = file(tone(1), form=form, coding=coding)
    for tail in (noise(300_000), file(speechlike(4))[44:], file(0.05 * speechlike(4))[44:]):
        found = opened(data + tail)
        assert not found.flaws and not texts(found)
        assert found.items[0].metadata and len(found.items) == 1
        assert len(rebuild(Audio(data + tail), found, Changes()).reveal()) < len(data) + 20_000


@pytest.mark.parametrize("before", [0, 1_000, 200_000])
def test_words_in_noise_are_found(before: int) -> None:
    said = b"please call Jane Roe on 555-0100 tonight"
    for coded in (said, said.decode().encode("utf-16-le")):
        found = opened(file(tone(0.5)) + noise(before) + b"\0\1" + coded + b"\0\1" + noise(50_000, 1))
        assert "Jane Roe on 555-0100" in texts(found) and not found.flaws


def test_a_picture_in_noise_is_opened() -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    found = opened(file(tone(0.5)) + noise(5_000) + out.getvalue())
    assert [item.kind for item in found.items] == ["sound", "picture"] and not found.flaws


def test_a_second_form_of_the_other_byte_order_is_no_way_around() -> None:
    rifx = _rifx(file(speechlike(2)), chunk_text=b"call Jane Roe on 555-0100")
    found = opened(rifx)
    assert not found.flaws and heard(found) == 2 and "Jane Roe" in texts(found)
    assert [flaw.category for flaw in opened(rifx[: len(rifx) // 2]).flaws] == ["fault.undecodable"]


def _rifx(wav: bytes, chunk_text: bytes) -> bytes:
    """The same recording with numbers the other way round, and a comment."""
    import struct

    head = struct.pack(">HHIIHH", *struct.unpack("<HHIIHH", wav[20:36]))
    samples = np.frombuffer(wav[44:], "<i2").astype(">i2").tobytes()
    note = b"INFOICMT" + len(chunk_text).to_bytes(4, "big") + chunk_text + b"\0" * (len(chunk_text) & 1)
    parts = [(b"fmt ", head), (b"LIST", note), (b"data", samples)]
    body = b"WAVE" + b"".join(name + len(each).to_bytes(4, "big") + each for name, each in parts)
    return b"RIFX" + len(body).to_bytes(4, "big") + body


def test_packed_frames_of_id3_share_one_room() -> None:
    """A bomb of many small frames: four megabytes out of four thousand bytes, four hundred times."""
    import zlib

    packed = (4_000_000).to_bytes(4, "big") + zlib.compress(b"A" * 4_000_000, 9)
    frames = (b"TIT2" + len(packed).to_bytes(4, "big") + b"\0\x80" + packed) * 400
    size = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    found = opened(b"ID3\3\0\0" + size + frames + mp3(tone(0.5)))
    assert ("fault.uninspected", "there is more metadata than is read") in {
        (f.category, f.reason) for f in found.flaws
    }
    assert len(found.items[0].strips) <= 9


def test_a_comment_over_many_pages_of_ogg_is_put_together_once() -> None:
    from accord.media.ogg import Packets

    packets = Packets()
    assert packets.second(b"\x05", b"first") is None
    for _ in range(60_000):  # sixteen megabytes
        assert packets.second(b"\xff", b"x" * 255) is None
    whole = packets.second(b"\x03\x04", b"endrest")
    assert whole is not None and len(whole) == 60_000 * 255 + 3 and whole.endswith(b"xend")


def test_a_binary_item_of_ape_without_a_name_is_no_empty_file() -> None:
    import struct

    def ape(value: bytes) -> bytes:
        item = struct.pack("<II", len(value), 2) + b"Cover Art (Front)\0" + value
        return item + b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + bytes(8)

    for value in (b"\1\2\3", noise(2_000).replace(b"\0", b"\1"), b"cover.jpg\0", b""):
        found = opened(mp3(tone(0.5)) + ape(value))
        assert not found.flaws and [item.kind for item in found.items] == ["sound"]
        assert "ape.picture" in found.items[0].metadata
    assert "555-0100" in texts(opened(mp3(tone(0.5)) + ape(b"call 555-0100")))


# -- what is said


def taken(*texts: str) -> list[str]:
    """What of some recordings is found, with what their words stand for."""
    heard = [Reading(text, reader="speech") for text in texts]
    for reading in list(heard):
        heard += EncodedReader().read(reading, never).readings
    return [
        heard[hit.reading].text[hit.span.start : hit.span.end] for hit in SpokenNumberDetector().detect(heard, never)
    ]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("My reference is B45327198. Please write it down.", "B45327198"),
        ("Le compte est à quatre, cinq, trois, deux, sept.", "45327"),
        ("My account number is 4821-7765 people always ask me for it.", "4821-7765"),
        ("My pin is 4821 feet are cold today", "4821"),
        ("You can find the door code in 1984.", "1984"),
        ("It begins with 48, then 21, and then 77, and finally 65.", "48, then 21, and then 77, and finally 65"),
        ("The booking code is TK9B77XQ.", "TK9B77XQ"),
        ("It is tango, kilo, nine, robo, seven, seven, x-ray.", "tango, kilo, nine, robo, seven, seven, x-ray"),
        ("The password is blue elephant 42. Keep it.", "blue elephant 42"),
    ],
)
def test_a_way_to_say_a_number_that_words_hide(said: str, value: str) -> None:
    assert value in taken(said)


def test_a_number_said_over_several_recordings() -> None:
    assert taken("55", "52", "31", "84") == ["55", "52", "31", "84"]


# -- what channels hide


def voices(*channels: np.ndarray) -> list[Track]:
    """The tracks that are listened to, for a judge to whom every sound is a voice."""

    def activity(track: Track) -> Activity:
        samples = np.concatenate(list(track.blocks()))
        frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
        return Activity(np.ones(len(frames), np.float32), np.sqrt(np.square(frames).mean(axis=1)))

    def judge(plain: Track | None, rest: Track, heard: list[Track]) -> Track | None:
        own = activity(rest)
        whole = own if plain is None else activity(plain)
        _, apart, _ = its_own(whole, own, [activity(track) for track in heard])
        return rest if apart.mean() > 0.3 else None

    return tracks(Sound.of(np.concatenate(channels, axis=1), 16_000), judge)


def likest(found: list[Track], hidden: np.ndarray) -> float:
    """How like something hidden what is heard is, at best."""
    heard = [np.concatenate(list(track.blocks())) for track in found]
    return max(abs(float(np.corrcoef(each[: len(hidden)], hidden[: len(each), 0])[0, 1])) for each in heard)


def syllables(seconds: float, seed: int) -> np.ndarray:
    """Noise that comes and goes like speech, so that no two seeds follow each other."""
    rng = np.random.default_rng(seed)
    marks = np.arange(0, int(seconds * 16_000) + 3_200, 3_200)
    rise = np.interp(np.arange(int(seconds * 16_000)), marks, rng.random(len(marks)) ** 3)
    return (0.2 * rng.normal(size=len(rise)).clip(-2, 2) * rise).astype(np.float32)[:, None]


@pytest.mark.parametrize("quieter", [0.2, 0.05, 0.025, 0.01])
def test_a_voice_far_below_what_another_channel_plays_is_heard(quieter: float) -> None:
    hidden = syllables(10, 1)
    assert likest(voices(syllables(10, 2), quieter * hidden), hidden) > 0.9


@pytest.mark.parametrize(("quieter", "late"), [(1.0, 0), (0.25, 0), (0.1, 0), (0.25, 5), (0.1, 5)])
def test_a_voice_in_opposite_phase_under_a_cover_is_heard(quieter: float, late: int) -> None:
    hidden, cover = syllables(10, 1), syllables(10, 2)
    left, right = cover + quieter * hidden, np.roll(cover - quieter * hidden, late, axis=0)
    assert likest(voices(left, right), hidden) > (0.9 if not late else 0.6)


@pytest.mark.parametrize("late", [0, 12])
def test_an_echo_of_a_channel_is_not_heard_again(late: int) -> None:
    one = syllables(10, 2)
    assert len(voices(one, 0.3 * np.roll(one, late, axis=0))) == 1
