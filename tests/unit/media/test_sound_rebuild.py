"""A recording is built anew from its samples, in a container that holds nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.sounds import file, kinds, level, read, speechlike, tone

from accord.core.content import Audio, Role
from accord.core.media import Changes, Cut, Sound
from accord.core.place import Interval
from accord.errors import ContentError
from accord.media import sniff
from accord.media.encode_sound import encode_sound
from accord.media.limits import MediaLimits
from accord.media.opener import MediaOpener
from accord.media.rebuild import rebuild
from accord.media.unpack import unpack

BECOMES = {"audio/aiff": "audio/wav", "audio/basic": "audio/wav"}


def never() -> bool:
    return False


@pytest.mark.parametrize(("form", "coding", "kind"), kinds())
def test_kinds_stay_where_they_can_and_cuts_are_silent(form: str, coding: str, kind: str) -> None:
    given = tone(3.0)
    part = Audio(file(given, form=form, coding=coding), role=Role.TOOL, name="Jane Roe.x", media_type="audio/x-any")
    found = unpack(part.reveal(), MediaLimits(), never)
    made = rebuild(part, found, Changes(cuts=(Cut(Interval(1.0, 1.5), "mute"),)))
    assert isinstance(made, Audio)
    assert (made.media_type, made.role, made.name) == (BECOMES.get(kind, kind), Role.TOOL, "")
    assert sniff.media_type(made.reveal()) == made.media_type
    samples, rate = read(made.reveal())
    assert len(samples) / rate == pytest.approx(3.0, abs=0.15)
    assert level(samples[int(1.05 * rate) : int(1.45 * rate)]) < 0.004
    assert level(samples[int(0.1 * rate) : int(0.8 * rate)]) == pytest.approx(level(given), rel=0.05)
    again = rebuild(part, found, Changes(cuts=(Cut(Interval(1.0, 1.5), "mute"),)))
    assert again.reveal() == made.reveal()


def test_long_recordings_are_written_in_pieces() -> None:
    long = Sound.of(speechlike(70), 16_000)
    for kind in ("audio/ogg", "audio/mpeg", "audio/flac", "audio/wav"):
        data, got = encode_sound(long, kind)
        samples, rate = read(data)
        assert got == kind and len(samples) / rate == pytest.approx(70, abs=0.2)


@pytest.mark.parametrize(
    ("rate", "channels", "kind", "becomes"),
    [
        (16_000, 12, "audio/flac", "audio/wav"),
        (16_000, 3, "audio/mpeg", "audio/wav"),
        (16_000, 12, "audio/ogg", "audio/wav"),
        (16_000, 2, "audio/mpeg", "audio/mpeg"),
        (13_000, 1, "audio/mpeg", "audio/mpeg"),
        (48_000, 6, "audio/flac", "audio/flac"),
    ],
)
def test_what_a_container_cannot_hold_becomes_wav(rate: int, channels: int, kind: str, becomes: str) -> None:
    data, got = encode_sound(Sound.of(tone(0.6, rate, channels=channels), rate), kind)
    samples, _ = read(data)
    assert got == becomes == sniff.media_type(data)
    assert samples.shape[1] == channels


def test_an_empty_sound_can_be_written() -> None:
    data, kind = encode_sound(Sound(16_000, 1, b"", 0, 0.0), "audio/wav")
    assert kind == "audio/wav" and len(read(data)[0]) == 0


def test_pages_of_ogg_have_their_checksums() -> None:
    data, _ = encode_sound(Sound.of(tone(2.0), 16_000), "audio/ogg")
    other = bytearray(data)
    other[-10] ^= 1
    assert len(read(data)[0]) == 32_000
    assert data[14:18] == b"\1\0\0\0"


def test_removed_time_is_gone_and_a_withheld_recording_is_not_built() -> None:
    part = Audio(file(tone(3.0)))
    found = unpack(part.reveal(), MediaLimits(), never)
    made = rebuild(part, found, Changes(cuts=(Cut(Interval(1.0, 2.0), "remove"),)))
    samples, rate = read(made.reveal())
    assert len(samples) / rate == pytest.approx(3.0 - 1.24, abs=0.01)
    with pytest.raises(ContentError):
        rebuild(part, found, Changes(withheld=frozenset({0})))
    broken = unpack(b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), MediaLimits(), never)
    with pytest.raises(ContentError):
        rebuild(part, broken, Changes())


def test_cuts_of_another_item_are_not_made() -> None:
    part = Audio(file(tone(1.0)))
    found = unpack(part.reveal(), MediaLimits(), never)
    made = rebuild(part, found, Changes(cuts=(Cut(Interval(0, 1), "mute", item=4),)))
    assert np.abs(read(made.reveal())[0] - tone(1.0)).max() < 1e-4


def test_recordings_are_opened_in_another_process() -> None:
    with MediaOpener(workers=1) as opener:
        part = Audio(file(tone(1.0, channels=2), form="FLAC", artist="Jane Roe"), media_type="image/png")
        found = opener.open(part, never)
        assert not found.flaws
        item = found.items[0]
        assert (item.kind, item.media_type, item.metadata) == ("sound", "audio/flac", ("vorbis.Artist",))
        assert item.sound is not None and np.abs(item.sound.samples - tone(1.0, channels=2)).max() < 1e-4
        assert opener.rebuild(part, found, Changes()).media_type == "audio/flac"
