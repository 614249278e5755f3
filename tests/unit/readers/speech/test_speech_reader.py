"""Listening to whole recordings, with a detector and a model that are played, and with the real ones."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from accord.core.media import Heard, Sound
from accord.core.place import Interval
from accord.core.roles import SoundReader
from accord.errors import ModelError, PluginError
from accord.readers.speech import foreign
from accord.readers.speech import reader as module
from accord.readers.speech.activity import Stretch
from accord.readers.speech.features import RATE
from accord.readers.speech.reader import NOT_UNDERSTOOD, SpeechReader
from accord.readers.speech.tracks import DISGUISES, Track, Way
from accord.readers.speech.whisper import Guess, Token
from accord.readers.speech.windows import unexplained
from accord.readers.speech.words import Word


def beeps(*times: tuple[float, float], seconds: float, rate: int = RATE, frequency: float = 300.0) -> np.ndarray:
    """What the played detector takes for speech."""
    at = np.arange(int(seconds * rate)) / rate
    on = np.zeros(len(at), bool)
    for start, end in times:
        on |= (at >= start) & (at < end)
    return (0.4 * np.sin(2 * np.pi * frequency * at) * on).astype(np.float32)


class PlayedVoice:
    """Somebody speaks in a frame that is not silent."""

    def run(self, names: list[str], feed: dict[str, Any]) -> list[Any]:
        loud = feed["input"][:, 64:].std(axis=1) > 0.02
        return [np.where(loud, 0.9, 0.0).astype(np.float32), feed["h"], feed["c"]]


class PlayedWhisper:
    """Understands a word a second; what is heard decides which, or that nothing is understood."""

    multilingual = True

    def __init__(self, loaded: object) -> None:
        self.asked: list[tuple[float, str, float]] = []
        self.primed: list[tuple[float, str, float]] = []

    def knows(self, language: str) -> bool:
        return language in {"en", "es"}

    def encode(self, samples: np.ndarray, *, least: float) -> tuple[np.ndarray, float]:
        return samples, least

    def languages(self, encoded: tuple[np.ndarray, float]) -> list[tuple[str, float]]:
        other = self._pitch(encoded[0]) > 500
        return [("es", 0.9), ("en", 0.1)] if other else [("en", 0.9), ("es", 0.1)]

    def understand(self, encoded: tuple[np.ndarray, float], language: str, told: str = "") -> Guess:
        samples, least = encoded
        seconds = len(samples) / RATE
        (self.primed if told else self.asked).append((seconds, language, least))
        if language != self.languages(encoded)[0][0]:
            return Guess((), -0.5, language)
        if self._pitch(samples) > 900:
            return Guess((Token(b" what", 0.0, seconds, -1.5),), -1.5, language)
        words = [b" four", b" five"] if language == "en" else [b" dos", b" tres"]
        count = max(1, round(seconds))
        return Guess(
            tuple(
                Token(words[at % 2], at * seconds / count, (at + 1) * seconds / count, -0.1) for at in range(count)
            ),
            -0.1,
            language,
        )

    @staticmethod
    def _pitch(samples: np.ndarray) -> float:
        if not len(samples):
            return 0.0
        return float(np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples))


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[PlayedWhisper]:
    made: list[PlayedWhisper] = []

    def whisper(loaded: object) -> PlayedWhisper:
        made.append(PlayedWhisper(loaded))
        return made[-1]

    monkeypatch.setattr(module, "Whisper", whisper)
    monkeypatch.setattr(module, "speech_model", lambda name, cache=None: object())
    monkeypatch.setattr(module, "session", lambda name, file, cache=None: PlayedVoice())
    return made


def sound(*channels: np.ndarray, rate: int = RATE, item: int = 0) -> Sound:
    return Sound.of(np.stack(channels, axis=1), rate, item=item)


def hear(given: Sound, **options: str) -> Heard:
    return SpeechReader(**options).read_sound(given, lambda: False)


def test_it_plays_its_role() -> None:
    assert isinstance(SpeechReader(), SoundReader)
    assert SpeechReader().name == "speech"


def test_what_is_said_stands_where_it_is_said(played: list[PlayedWhisper]) -> None:
    heard = hear(sound(beeps((3.0, 5.0), seconds=8), item=4))
    (strip,) = heard.strips
    assert strip.text.split() == ["four", "five"]
    assert strip.item == 4
    times = strip.times
    assert times is not None
    assert times[0, 0] == pytest.approx(3.0, abs=0.25)
    assert times[:, 1].max() == pytest.approx(5.0, abs=0.25)
    assert (heard.language, heard.flaws) == ("en", ())


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 192_000])
def test_any_sampling_rate_gives_the_same_times(played: list[PlayedWhisper], rate: int) -> None:
    (strip,) = hear(sound(beeps((1.0, 3.0), seconds=4, rate=rate), rate=rate)).strips
    assert strip.times is not None
    assert strip.times[0, 0] == pytest.approx(1.0, abs=0.25)
    assert strip.times[:, 1].max() == pytest.approx(3.0, abs=0.25)


def test_silence_is_never_transcribed(played: list[PlayedWhisper]) -> None:
    assert hear(sound(np.zeros(5 * RATE, np.float32))) == Heard()
    assert hear(sound(np.full(5 * RATE, 0.3, np.float32))).strips == ()
    assert hear(Sound(RATE, 1, b"")) == Heard()
    assert all(whisper.asked == [] for whisper in played)


def test_only_where_somebody_speaks_is_listened_to(played: list[PlayedWhisper]) -> None:
    hear(sound(beeps((10.0, 12.0), (50.0, 52.0), seconds=90)))
    assert sum(seconds for seconds, _, _ in played[0].asked) < 6


def test_who_speaks_on_one_channel_only_is_heard(played: list[PlayedWhisper]) -> None:
    left, right = beeps((1, 3), seconds=8), beeps((5, 7), seconds=8, frequency=700.0)
    heard = hear(sound(left, right))
    assert sorted(strip.text for strip in heard.strips) == ["dos tres", "four five"]


def test_the_same_on_all_channels_is_heard_once(played: list[PlayedWhisper]) -> None:
    voice = beeps((1, 3), seconds=4)
    assert len(hear(sound(voice, voice * 0.5, voice * 0.1)).strips) == 1
    assert len(played[0].asked) == 1


def test_opposite_phase_does_not_silence(played: list[PlayedWhisper]) -> None:
    voice = beeps((1, 3), seconds=4)
    (strip,) = hear(sound(voice, -voice)).strips
    assert strip.text.split() == ["four", "five"]


def test_a_voice_under_the_same_music_on_both_channels_is_heard(played: list[PlayedWhisper]) -> None:
    cover, hidden = beeps((0, 8), seconds=8), beeps((4, 6), seconds=8, frequency=700.0) * 0.1
    texts = {strip.text for strip in hear(sound(cover, cover + hidden)).strips}
    assert "dos tres" in texts


def test_a_change_of_language_is_followed_and_the_main_one_is_said(played: list[PlayedWhisper]) -> None:
    spoken = beeps((0, 9), seconds=16) + beeps((10, 15), seconds=16, frequency=700.0)
    heard = hear(sound(spoken))
    assert heard.language == "en"
    assert {"four", "dos"} <= set(heard.strips[0].text.split())
    assert heard.flaws == ()


def test_a_language_can_be_forced(played: list[PlayedWhisper]) -> None:
    heard = hear(sound(beeps((1, 3), seconds=4, frequency=700.0)), language="es")
    assert heard.language == "es"
    assert {language for _, language, _ in played[0].asked} == {"es"}


def test_what_is_not_understood_is_a_flaw_with_its_time(played: list[PlayedWhisper]) -> None:
    heard = hear(
        sound(beeps((0, 2), seconds=12) + beeps((6, 9), seconds=12, frequency=1000.0), item=3), language="en"
    )
    (flaw,) = heard.flaws
    assert (flaw.category, flaw.reason, flaw.item) == ("fault.uninspected", NOT_UNDERSTOOD, 3)
    assert isinstance(flaw.place, Interval)
    assert flaw.place.start == pytest.approx(6.0, abs=0.3)
    assert flaw.place.end == pytest.approx(9.0, abs=0.3)
    assert heard.strips[0].text.split()[:2] == ["four", "five"]


@pytest.mark.parametrize("seconds", [60, 240])
def test_listening_again_is_bounded(
    played: list[PlayedWhisper], monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    def mumbles(self: PlayedWhisper, encoded: tuple[np.ndarray, float], language: str, told: str = "") -> Guess:
        length = len(encoded[0]) / RATE
        self.asked.append((length, language, encoded[1]))
        return Guess((Token(b" what", 0.0, length, -1.5),), -1.5, language)

    monkeypatch.setattr(PlayedWhisper, "understand", mumbles)
    hear(sound(beeps((0, seconds), seconds=seconds, frequency=1000.0)), language="en")
    # Once in long windows, twice in short ones, once more for digits, and a sample in each other way.
    assert sum(length for length, _, _ in played[0].asked) <= seconds * 4 + len(DISGUISES) * 12


@pytest.mark.parametrize("way", [way for way in DISGUISES if not way.carried], ids=lambda way: way.name)
def test_times_of_what_is_heard_another_way_are_those_of_the_recording(way: Way) -> None:
    track = Track(sound(beeps((1.0, 2.0), seconds=4)), np.ones(1, np.float32), way)
    loud = np.flatnonzero(np.abs(np.concatenate(list(track.blocks()))) > 0.1) / RATE
    first, last = track.recorded(float(loud[0]), float(loud[-1]))
    assert (first, last) == (pytest.approx(1.0, abs=0.03), pytest.approx(2.0, abs=0.03))
    piece = track.piece(float(loud[0]), float(loud[-1]))
    assert len(piece) == pytest.approx(way.slower * RATE, rel=0.03)
    assert np.sqrt(np.mean(piece**2)) > 0.3


def test_what_a_tone_above_hearing_carries_is_its_loudness() -> None:
    rate, at = 96_000, np.arange(96_000 * 2) / 96_000
    carried = (0.5 + 0.4 * np.sin(2 * np.pi * 300 * at)) * np.sin(2 * np.pi * 30_000 * at)
    made = sound(carried.astype(np.float32), rate=rate)
    way = next(way for way in DISGUISES if way.carried)
    piece = Track(made, np.ones(1, np.float32), way).piece(0.5, 1.5)
    assert np.abs(np.fft.rfft(piece)).argmax() == 300
    assert not Track(sound(beeps((0, 1), seconds=1)), np.ones(1, np.float32), way).piece(0.2, 0.8).any()


def test_speech_played_faster_is_read_and_hidden(
    played: list[PlayedWhisper], monkeypatch: pytest.MonkeyPatch
) -> None:
    class HearsLow(PlayedVoice):
        def run(self, names: list[str], feed: dict[str, Any]) -> list[Any]:
            heard, h, c = super().run(names, feed)
            turns = (np.diff(np.signbit(feed["input"]), axis=1) != 0).sum(axis=1)
            return [np.where(turns < 30, heard, 0).astype(np.float32), h, c]

    monkeypatch.setattr(module, "session", lambda name, file, cache=None: HearsLow())
    heard = hear(sound(beeps((2.0, 4.0), seconds=6, frequency=600.0)))
    assert heard.strips
    assert all(strip.hidden for strip in heard.strips)
    times = heard.strips[0].times
    assert times is not None
    assert (times[0, 0], times[:, 1].max()) == (pytest.approx(2.0, abs=0.2), pytest.approx(4.0, abs=0.2))
    assert hear(sound(beeps((2.0, 4.0), seconds=6, frequency=300.0))).strips[0].hidden is False


def test_a_long_recording_is_heard_in_windows(played: list[PlayedWhisper]) -> None:
    heard = hear(sound(beeps((0, 200), seconds=200)))
    assert max(seconds for seconds, _, _ in played[0].asked) <= 30
    assert heard.strips[0].times is not None
    assert heard.strips[0].times[:, 1].max() == pytest.approx(200, abs=1)


def test_the_deadline_is_kept(played: list[PlayedWhisper]) -> None:
    asked = iter([False] * 3 + [True] * 100)
    with pytest.raises(TimeoutError):
        SpeechReader().read_sound(sound(beeps((0, 100), seconds=100)), lambda: next(asked))


@pytest.mark.parametrize("rate", [1, 100, 5_000_000])
def test_a_rate_nobody_records_at_is_a_flaw(rate: int) -> None:
    heard = hear(Sound(rate, 1, b"\x01\x00" * 1000, item=1))
    assert [(flaw.category, flaw.item) for flaw in heard.flaws] == [("fault.uninspected", 1)]


def test_a_very_short_sound_is_no_error(played: list[PlayedWhisper]) -> None:
    for frames in (1, 2, 100, 511, 512, 513):
        assert hear(Sound.of(np.full((frames, 1), 0.5, np.float32), 8000)).flaws == ()


def test_options_are_checked(played: list[PlayedWhisper]) -> None:
    with pytest.raises(PluginError):
        SpeechReader(model="large")
    with pytest.raises(PluginError):
        SpeechReader(model="tiny.en", language="fr")
    with pytest.raises(PluginError):
        hear(sound(beeps((0, 1), seconds=1)), language="tlh")


def test_without_weights_it_says_how_to_get_them(tmp_path: Any) -> None:
    with pytest.raises(ModelError) as caught:
        SpeechReader(cache=tmp_path).read_sound(sound(beeps((0, 1), seconds=1)), lambda: False)
    assert "accord models pull" in caught.value.hint


def test_a_piece_of_a_track_is_where_it_is_said_to_be() -> None:
    made = sound(beeps((1.0, 2.0), seconds=3, rate=44_100), rate=44_100)
    piece = Track(made, np.ones(1, np.float32)).piece(0.5, 2.5)
    assert len(piece) == 2 * RATE
    loud = np.flatnonzero(np.abs(piece) > 0.1)
    assert loud[0] / RATE == pytest.approx(0.5, abs=0.01)
    assert loud[-1] / RATE == pytest.approx(1.5, abs=0.01)
    assert np.abs(piece).max() == pytest.approx(0.5)


def test_blocks_of_a_track_hold_all_of_it() -> None:
    made = sound(beeps((0, 70), seconds=70, rate=8000), rate=8000)
    assert sum(len(block) for block in Track(made, np.ones(1, np.float32)).blocks()) == pytest.approx(
        70 * RATE, abs=9
    )


def test_what_is_no_english_is_a_fault_for_a_model_that_knows_nothing_else(
    played: list[PlayedWhisper], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tiny(PlayedWhisper):
        def __init__(self, loaded: object) -> None:
            super().__init__(loaded)
            self.multilingual = loaded == "whisper-base"

        def understand(self, encoded: tuple[np.ndarray, float], language: str, told: str = "") -> Guess:
            return super().understand((beeps((0, 9), seconds=len(encoded[0]) / RATE), encoded[1]), "en", told)

    monkeypatch.setattr(module, "Whisper", Tiny)
    monkeypatch.setattr(foreign, "Whisper", Tiny)
    for where in (module, foreign):
        monkeypatch.setattr(where, "speech_model", lambda name, cache=None: name)
    spoken = sound(beeps((0, 4), seconds=16) + beeps((9, 14), seconds=16, frequency=700.0))
    (flaw,) = hear(spoken, model="tiny.en").flaws
    assert isinstance(flaw.place, Interval)
    assert (flaw.place.start, flaw.place.end) == (pytest.approx(9, abs=0.3), pytest.approx(14, abs=0.3))

    def missing(name: str, cache: object = None) -> object:
        raise ModelError("no weights")

    monkeypatch.setattr(foreign, "speech_model", missing)
    assert hear(spoken, model="tiny.en").flaws == ()


def test_a_voice_that_nothing_was_made_of_is_a_doubt() -> None:
    piece, other = Stretch(1.0, 3.0, 0.9), Stretch(4.0, 6.0, 0.9)
    voice = np.full(300, 0.9, np.float32)
    word = Word("hm", ((1.2, 1.4), (1.4, 1.6)), (-0.1,), True)
    assert unexplained([piece, other], [word], [], voice) == [(4.0, 6.0)]
    assert unexplained([piece, other], [word], [(5.0, 5.5)], voice) == []
    assert unexplained([other], [], [], voice * 0.3) == []


@pytest.mark.parametrize("loud", [0.05, 0.5])
def test_a_quiet_voice_beside_a_loud_one_on_another_channel_is_heard(
    played: list[PlayedWhisper], loud: float
) -> None:
    quiet = loud * beeps((1, 3), (4, 6), seconds=9, frequency=700.0)
    heard = hear(sound(beeps((0, 9), seconds=9), quiet))
    assert any("dos" in strip.text for strip in heard.strips)


# -- with the real weights


@pytest.mark.models
@pytest.mark.parametrize("model", ["base", "tiny.en"])
def test_music_and_noise_give_neither_text_nor_flaw(model: str) -> None:
    at = np.arange(4 * RATE) / RATE
    chord = sum(0.2 * np.sin(2 * np.pi * f * at) for f in (220.0, 277.2, 329.6))
    noise = np.random.default_rng(0).normal(size=len(at)) * 0.1
    for made in (chord, noise):
        assert hear(sound(made.astype(np.float32)), model=model) == Heard()


@pytest.mark.models
def test_threads_share_one_model() -> None:
    from accord.models.runtime import speech_model

    barrier = threading.Barrier(4)

    def load() -> int:
        barrier.wait()
        return id(speech_model("whisper-tiny-en"))

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: load(), range(4)))) == 1
