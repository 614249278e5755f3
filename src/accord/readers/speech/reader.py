"""Reads what is said in a recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accord.core.media import Flaw, Heard, Sound, Stop
from accord.core.place import Interval
from accord.errors import PluginError
from accord.models.runtime import session, speech_model
from accord.readers.speech.activity import (
    FRAME_S,
    SURE,
    Activity,
    Stretch,
    VoiceDetector,
    packed,
    split,
    stretches,
    voiced,
)
from accord.readers.speech.expected import context, corrected
from accord.readers.speech.features import WINDOW_S
from accord.readers.speech.foreign import foreign, that_knows
from accord.readers.speech.intervals import clipped, inside, meets, middle, outside, replaced
from accord.readers.speech.loudness import evened
from accord.readers.speech.residue import LOUD, WHOLE, its_own, kept
from accord.readers.speech.tracks import DISGUISES, Key, Track, Way, tracks
from accord.readers.speech.whisper import DIGITS, Encoded, Whisper
from accord.readers.speech.windows import (
    PAUSE_S,
    ROOM_S,
    TAIL_S,
    WELL,
    language_of,
    plainly,
    room,
    unexplained,
    windows_of,
)
from accord.readers.speech.words import (
    Hearing,
    Word,
    digits_of,
    lasting,
    merged,
    questionable,
    settle,
    strip_of,
    widened,
    words_of,
)

Floats = NDArray[np.float32]

MODELS = {"base": "whisper-base", "tiny.en": "whisper-tiny-en"}
"""What the option `model` may be, and what it is called in the register."""

NOT_UNDERSTOOD = "speech that could not be understood"

_PIECE_S, _FEW = 8.0, 3
_LANGUAGE_ROOM_S = 10.0
_CLOSE_ROOM_S = 8.0
_HIDDEN_WORDS_S = 0.8
_LEAST_DIGITS, _MOST_DIGITS_A_SECOND = 3, 6
_KEPT = 8
_LANGUAGE_S = 2.0
_LANGUAGE_SURE = 0.5  # as Whisper's users take it for settled
_VOICE_S = 0.1
_HIDDEN_S = 0.5
_SAMPLE_S = 5.0
_HIGH_RATE = 40_000
_MOSTLY = 0.5
_SLOWEST, _FASTEST = 2_000, 768_000


class SpeechReader:
    """Reads what is said: voice activity first, then Whisper, run by accord itself.

    Args:
        cache: another model cache than the user's.
        model: `base` for 99 languages, `tiny.en` for English in half the time; where `base` was pulled, too, it tells
            what is no English, which is then a fault.
        language: the language that is spoken (ISO 639-1); empty to find out.

    Raises:
        PluginError: there is no such model, or it does not know the language.
    """

    name = "speech"

    def __init__(self, cache: Path | None = None, model: str = "base", language: str = "") -> None:
        if model not in MODELS:
            raise PluginError("no such speech model", hint=f"one of {', '.join(MODELS)}")
        if model.endswith(".en") and language not in {"", "en"}:
            raise PluginError("this speech model knows English only", hint="use the model base")
        self._cache = cache
        self._model = MODELS[model]
        self._language = language
        self._names: tuple[str, ...] = ()

    def told(self, names: Sequence[str]) -> SpeechReader:
        """A reader like this one that knows names which may be said, and how they are written."""
        reader = copy(self)
        reader._names = tuple(names)
        return reader

    def read_sound(self, sound: Sound, stop: Stop) -> Heard:
        """Read what is said in a recording, every character with its time.

        Raises:
            ModelError: the weights are missing or altered.
            TimeoutError: `stop` said so before everything was heard.
        """
        if not sound.frames or sound.loudness <= 0:
            return Heard()
        if not _SLOWEST <= sound.rate <= _FASTEST:
            return Heard(flaws=(Flaw("fault.uninspected", "a sampling rate that is not listened to", sound.item),))
        whisper = Whisper(speech_model(self._model, self._cache))
        if self._language and not whisper.knows(self._language):
            raise PluginError("the speech model does not know this language", hint="give it as ISO 639-1")
        knows = None if whisper.multilingual else that_knows(MODELS["base"], self._cache)
        listening = _Listening(whisper, self._cache, self._language, stop, self._names, knows)
        found = tracks(sound, listening.judge)
        plain = [track for track in found if not track.faint]
        hearings = [listening.hear(track) for track in plain]
        faint = [listening.well(track, listening.activity(track)).words for track in found if track.faint]
        pairs = list(zip(plain, hearings, strict=True))
        disguised = [listening.disguised(track, heard, way) for track, heard in pairs for way in DISGUISES]
        doubts = merged(each for hearing in hearings for each in hearing.doubts)
        flaws = [Flaw("fault.uninspected", NOT_UNDERSTOOD, sound.item, Interval(*each)) for each in doubts]
        strips = [strip_of(hearing.words, sound.item) for hearing in hearings if hearing.words]
        strips += [strip_of(words, sound.item) for words in faint if words]
        strips += [replace(strip_of(words, sound.item), hidden=True) for words in disguised if words]
        return Heard(tuple(strips), tuple(flaws), language_of(hearings))


class _Listening:
    """One recording being listened to."""

    def __init__(
        self,
        whisper: Whisper,
        cache: Path | None,
        language: str,
        stop: Stop,
        names: tuple[str, ...] = (),
        knows: Whisper | None = None,
    ) -> None:
        self._whisper = whisper
        self._voice = session("silero-vad", "silero_vad_16k_sequence.onnx", cache)
        self._forced = language or ("" if whisper.multilingual else "en")
        self._stop = stop
        self._names = names
        self._knows = knows
        self._known: dict[Key, Activity] = {}
        self._encoded: dict[tuple[Key, float, float, float], Encoded] = {}

    def judge(self, plain: Track | None, rest: Track, heard: Sequence[Track]) -> Track | None:
        """How a channel is heard beside others: as it is, as what it has of its own, or not at all.

        Args:
            plain: the channel; None for a sum or a difference of channels that are heard.
            rest: what it has of its own.
            heard: what is heard so far.
        """
        own = self.activity(rest)
        whole = self.activity(plain) if plain is not None else own
        share, apart, near = its_own(whole, own, [self.activity(track) for track in heard])
        voice = kept(own, np.ones_like(apart)).voice >= SURE
        mine = voice & apart
        chosen: Track | None = None
        if plain is not None and mine.sum() * FRAME_S >= _VOICE_S and float(share[mine].mean()) >= WHOLE:
            chosen = plain
        elif plain is not None and (mine & near & (share >= LOUD)).sum() * FRAME_S >= max(
            _VOICE_S, _MOSTLY * float(voice.sum()) * FRAME_S
        ):
            chosen = rest
        elif mine.sum() * FRAME_S >= _HIDDEN_S:
            chosen = replace(rest, faint=True)
        if chosen is not None:
            self._known[chosen.key] = kept(whole if chosen is plain else own, apart)
        return chosen

    def hear(self, track: Track) -> Hearing:
        """Everything that is said on a track; of one that is not listened to plainly, what is understood at once."""
        activity = self.activity(track).voice
        found = [
            piece for stretch in stretches(activity, track.seconds) for piece in split(stretch, activity, _PIECE_S)
        ]
        if not found:
            return Hearing((), (), "")
        main, languages = self._languages(track, found)
        words: list[Word] = []
        doubts: list[tuple[float, float]] = []
        for language, window in windows_of(found, languages):
            hearing = self._window(track, window, language, activity)
            words += hearing.words
            doubts += hearing.doubts
            if not track.plainly and (doubts or not hearing.words):
                break  # that way, it is no speech
        doubts += unexplained(found, words, doubts, activity)
        if self._knows is not None and track.plainly:
            doubts += foreign(self._knows, found, partial(self._evened, track), self._pause)
        return Hearing(tuple(widened(words)), tuple(merged(doubts)), main)

    def _evened(self, track: Track, start: float, end: float) -> Floats:
        return evened(track.piece(start, end), self.activity(track).voice[round(start / FRAME_S) :])

    def disguised(self, track: Track, heard: Hearing, way: Way) -> tuple[Word, ...]:
        """What is said on a track for who listens to it in another way, where nobody was understood plainly.

        Much that is no speech resembles it when it is played slower, so only what is understood well counts.
        """
        if way.carried and track.sound.rate < _HIGH_RATE:
            return ()
        other = replace(track, way=way)
        own = self.activity(other)
        plain = plainly(heard, round(track.seconds / FRAME_S) + 1)
        middles = [other.recorded(at * FRAME_S, (at + 1) * FRAME_S) for at in range(len(own.voice))]
        there = np.asarray([int((low + high) / 2 / FRAME_S) for low, high in middles]).clip(0, len(plain) - 1)
        own = Activity(np.where(plain[there], 0, own.voice).astype(np.float32), own.levels)
        if float((own.voice >= SURE).sum()) * FRAME_S < _HIDDEN_S:
            return ()
        words = self.well(other, own).words
        return tuple(replace(word, times=tuple(other.recorded(*each) for each in word.times)) for word in words)

    def well(self, track: Track, activity: Activity) -> Hearing:
        """What is understood well of a track; a little of it tells whether it is worth listening to the rest."""
        sure = np.cumsum(activity.voice >= SURE) * FRAME_S
        found = nothing = Hearing((), (), "")
        for most in (_SAMPLE_S, float(sure[-1])):
            voice = np.where(sure <= most, activity.voice, 0).astype(np.float32)
            self._known[track.key] = Activity(voice, activity.levels)
            found = self.hear(track)
            if found.doubts or found.sureness < WELL:
                return nothing
            if sure[-1] <= _SAMPLE_S:
                break
        return found

    def activity(self, track: Track) -> Activity:
        """When somebody speaks on a track, and how loud it is."""
        known = self._known.get(track.key)
        if known is None:
            detector = VoiceDetector(self._voice)
            heard = []
            for block in track.blocks():
                self._pause()
                heard.append(detector.hear(block))
            heard.append(detector.hear(np.zeros(0, dtype=np.float32), last=True))
            voice, levels = (np.concatenate(each) for each in zip(*heard, strict=True))
            known = self._known[track.key] = Activity(voice, levels)
        return known

    def _pause(self) -> None:
        if self._stop():
            raise TimeoutError

    def _languages(self, track: Track, found: Sequence[Stretch]) -> tuple[str, dict[Stretch, str]]:
        """The language of the recording, and the one of each stretch where it is another."""
        if self._forced:
            return self._forced, dict.fromkeys(found, self._forced)
        shares: dict[str, float] = defaultdict(float)
        likeliest: list[tuple[tuple[Stretch, ...], str, float]] = []
        groups = packed(found, _PIECE_S, PAUSE_S)
        size = ROOM_S if len(groups) <= _FEW else _LANGUAGE_ROOM_S
        for group in groups:
            self._pause()
            start, end = group[0].start, group[-1].end
            guesses = self._whisper.languages(self._encode(track, start, end, size))
            if guesses[0][1] < _LANGUAGE_SURE and len(groups) <= _FEW and track.plainly:
                guesses = self._whisper.languages(self._encode(track, start, end, WINDOW_S))
            for language, share in guesses[:5]:
                shares[language] += share * (end - start)
            likeliest.append((group, *guesses[0]))
        main = max(shares, key=lambda each: shares[each])
        languages = dict.fromkeys(found, main)
        for group, language, share in likeliest:
            if share >= _LANGUAGE_SURE and group[-1].end - group[0].start >= _LANGUAGE_S:
                languages.update(dict.fromkeys(group, language))
        return main, languages

    def _window(self, track: Track, window: tuple[Stretch, ...], language: str, activity: Floats) -> Hearing:
        """One window; what was not understood in it is listened to again by itself."""
        hearing = self._attempt(track, window, language, activity)
        again = [piece for piece in window if meets(piece, hearing) and track.plainly]
        words, doubts = list(hearing.words), list(hearing.doubts)
        for group in packed(again, _PIECE_S, PAUSE_S):
            if group == window:
                break  # nothing would be heard that was not
            start, end = group[0].start, group[-1].end
            closer = self._attempt(track, group, language, activity)
            if not inside(words, start, end) or closer.doubtful < sum(
                high - low for low, high in clipped(doubts, start, end)
            ):
                words = [word for word in words if not start <= middle(word) < end] + list(closer.words)
                left = [each for each in outside(doubts, start, end) if voiced(activity, *each) >= _VOICE_S]
                doubts = [*left, *closer.doubts]
        words.sort(key=lambda word: word.start)
        if track.plainly:
            words = self._counted(track, window, hearing.language, activity, words)
            words, unheard = self._unhurried(track, hearing.language, activity, words, doubts)
            doubts += unheard
            words = self._with_names(track, window, language, words)
        return Hearing(tuple(words), tuple(doubts), hearing.language)

    def _counted(
        self, track: Track, window: tuple[Stretch, ...], language: str, activity: Floats, words: list[Word]
    ) -> list[Word]:
        """The same words, but for numbers of which more is heard when digits are expected."""
        if not any(questionable(inside(words, piece.start, piece.end), activity) for piece in window):
            return words
        self._pause()
        start, end = window[0].start, window[-1].end
        encoded = self._encode(track, start, end, room(start, end))
        primed = settle(self._whisper.understand(encoded, language, DIGITS), start, end, activity).words
        for piece in window:
            before, after = (inside(each, piece.start, piece.end) for each in (words, primed))
            few, many = (sum(map(digits_of, each)) for each in (before, after))
            most = 1 + _MOST_DIGITS_A_SECOND * voiced(activity, piece.start, piece.end)
            if max(few, _LEAST_DIGITS - 1) < many <= most:
                words = replaced(words, before, after)
        return words

    def _unhurried(
        self, track: Track, language: str, activity: Floats, words: list[Word], doubts: Sequence[tuple[float, float]]
    ) -> tuple[list[Word], list[tuple[float, float]]]:
        """What is said where words last longer than they take; and where that stays so, so that more is said."""
        unheard = []
        for start, end, surplus in lasting(words, activity):
            if any(low <= (start + end) / 2 < high for low, high in doubts):
                continue
            self._pause()
            encoded = self._encode(track, start, end, max(_CLOSE_ROOM_S, end - start + TAIL_S))
            tries = [self._whisper.understand(encoded, language, told) for told in ("", DIGITS)]
            heard = [list(settle(guess, start, end, activity).words) for guess in tries if not guess.unsure]
            left = [sum(more for _, _, more in lasting(each, activity)) if each else surplus for each in heard]
            best = min(range(len(heard)), key=lambda at: left[at], default=-1)
            if best >= 0 and left[best] < surplus / 2:
                words = replaced(words, inside(words, start, end), heard[best])
            if min([surplus, *left]) > _HIDDEN_WORDS_S:
                unheard.append((start, end))
        return words, unheard

    def _with_names(self, track: Track, window: tuple[Stretch, ...], language: str, words: list[Word]) -> list[Word]:
        """The words of a window in which the names that may be said are written right."""
        if not self._names or not words or not track.plainly:
            return words
        self._pause()
        start, end = window[0].start, window[-1].end
        encoded = self._encode(track, start, end, room(start, end))
        guess = self._whisper.understand(encoded, language, context(self._names))
        return words if guess.loops else corrected(words, words_of(guess.tokens, start), self._names)

    def _attempt(self, track: Track, window: tuple[Stretch, ...], language: str, activity: Floats) -> Hearing:
        """Listen to a window; a short one that leaves doubts once more, as the language it seems to be.

        The models were taught with half a minute: with less silence after the words they are quicker, and now and
        then go round in circles.
        """
        start, end = window[0].start, window[-1].end
        best: Hearing | None = None
        tried = set[tuple[float, str]]()
        rooms = [room(start, end), WINDOW_S]
        for size in rooms if end - start <= _PIECE_S and track.plainly else rooms[:1]:
            self._pause()
            encoded = self._encode(track, start, end, size)
            if best is not None and not self._forced:
                seems, share = self._whisper.languages(encoded)[0]
                language = seems if share >= _LANGUAGE_SURE else language
            if (size, language) in tried:
                break
            tried.add((size, language))
            hearing = settle(self._whisper.understand(encoded, language), start, end, activity)
            if best is None or hearing.doubtful < best.doubtful:
                best = hearing
            if not best.doubts:
                return best
        if best is None or max(stretch.surest for stretch in window) < SURE:
            # Nobody spoke there after all, unless what was said is beyond doubt.
            well = best is not None and best.sureness >= WELL
            return Hearing(best.words if best is not None and well else (), (), language)
        return best

    def _encode(self, track: Track, start: float, end: float, size: float) -> Encoded:
        key = (track.key, start, end, size)
        if key not in self._encoded:
            while len(self._encoded) >= _KEPT:
                self._encoded.pop(next(iter(self._encoded)))
            self._encoded[key] = self._whisper.encode(self._evened(track, start, end), least=size)
        return self._encoded[key]
