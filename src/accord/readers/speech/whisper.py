"""Asks Whisper what was said in a window, in which language, and when."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache as memo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.models.runtime import SpeechModel
from accord.readers.speech.features import HOP, RATE, WINDOW_S, log_mel

Floats = NDArray[np.float32]

TOKEN_S = 0.02
"""Seconds one position of the encoder stands for."""

# What Whisper's authors take for a failed decoding (Radford et al. 2022, section 4.5, and their released code).
LEAST_LOGPROB = -1.0
MOST_COMPRESSION = 2.4
MOST_SILENCE = 0.6

DIGITS = "4, 8, 1, 5, 09, 72, 3, 6, 0."
"""What a model is told to have heard so that it expects digits: `a five three oh` is then 8530."""

_BEAM = 5
_MOST_TOKENS = 224
_FEWEST_TOKENS, _TOKENS_A_SECOND = 16, 14  # a digit and a comma, five times a second, and more in other scripts
_LAST_S = 0.1
_MOST_TOLD = 160
_FULL = WINDOW_S * RATE // HOP
_BANDS = 80


@dataclass(frozen=True, slots=True, repr=False)
class Encoded:
    """A window as the encoder understood it.

    Attributes:
        view: what it gave, a `ctranslate2.StorageView`.
        frames: frames of 10 ms that hold sound; what follows is silence.
    """

    view: Any
    frames: int


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A piece of a word.

    Attributes:
        data: its UTF-8 bytes; a character may be spread over several tokens.
        start: seconds from the start of the window.
        end: likewise.
        logprob: natural logarithm of its probability.
    """

    data: bytes
    start: float
    end: float
    logprob: float


@dataclass(frozen=True, slots=True, repr=False)
class Guess:
    """What was understood in a window.

    Attributes:
        tokens: in order.
        logprob: mean logarithm of the probabilities of the tokens, the end included.
        language: the language it was decoded as.
        silence: probability that nobody speaks, as the decoder sees it.
    """

    tokens: tuple[Token, ...]
    logprob: float
    language: str
    silence: float = 0.0

    @property
    def text(self) -> str:
        """What was said, as one string."""
        return b"".join(token.data for token in self.tokens).decode("utf-8", "replace").strip()

    @property
    def loops(self) -> bool:
        """Whether the decoder went round in circles."""
        return compression(self.text) > MOST_COMPRESSION

    @property
    def unsure(self) -> bool:
        """Whether it may as well be something else."""
        return self.logprob < LEAST_LOGPROB

    @property
    def invented(self) -> bool:
        """Whether it is worth nothing: it goes round in circles, or is unsure where the decoder hears nobody."""
        return self.loops or (self.unsure and self.silence > MOST_SILENCE)


def compression(text: str) -> float:
    """How many times shorter zlib makes a text; a decoder that goes round in circles compresses well."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


class Whisper:
    """A Whisper model that is asked piece by piece.

    Args:
        loaded: the model.
    """

    def __init__(self, loaded: SpeechModel) -> None:
        self._model = loaded.model
        self._tokenizer = loaded.tokenizer
        self._special = {name: loaded.tokenizer.token_to_id(f"<|{name}|>") for name in _SPECIAL}
        self.multilingual: bool = bool(loaded.model.is_multilingual)

    def encode(self, samples: Floats, *, least: float) -> Encoded:
        """Encode at most 30 seconds of 16 kHz sound, filled up with silence to at least so many seconds."""
        import ctranslate2

        held = min(_FULL, -(-len(samples) // HOP))
        frames = min(_FULL, max(held, round(least * RATE / HOP)))
        features = log_mel(samples, frames + frames % 2, bands=_BANDS)
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        return Encoded(self._model.encode(view, to_cpu=True), held)

    def languages(self, encoded: Encoded) -> list[tuple[str, float]]:
        """Languages it may be (BCP 47), the likeliest first, with their probabilities."""
        if not self.multilingual:
            return [("en", 1.0)]
        return [(name.strip("<|>"), float(share)) for name, share in self._model.detect_language(encoded.view)[0]]

    def knows(self, language: str) -> bool:
        """Whether it can write a language down."""
        if not self.multilingual:
            return language == "en"
        return self._tokenizer.token_to_id(f"<|{language}|>") is not None

    def understand(self, encoded: Encoded, language: str, told: str = "") -> Guess:
        """Write down what was said in a window, every token with its time.

        The model says in between when it is; without that it leaves out what breaks off or does not fit, such as a
        number in the middle of a sentence.

        Args:
            encoded: the window.
            language: as what it is decoded.
            told: text that is taken for what was said before; listens once only, without a beam.
        """
        plain = self._prompt(language)
        timed = [*self._before(told), *plain[:-1]]
        seconds = encoded.frames * HOP / RATE
        options = {
            "beam_size": 1 if told else _BEAM,
            "max_length": len(timed) + min(_MOST_TOKENS, round(_FEWEST_TOKENS + _TOKENS_A_SECOND * seconds)),
            "return_scores": True,
            "return_no_speech_prob": True,
        }
        made = self._model.generate(encoded.view, [timed], **options)[0]
        ids = self._within(made.sequences_ids[0], seconds)
        # The score is the mean over the tokens; the end is one of them and not counted among them.
        logprob = float(made.scores[0]) * len(made.sequences_ids[0]) / (len(made.sequences_ids[0]) + 1)
        if not ids or (told == DIGITS and self._repeats(ids)):
            return Guess((), logprob, language, float(made.no_speech_prob))
        aligned = self._model.align(encoded.view, plain, [ids], encoded.frames)[0]
        times = token_times(aligned.alignments, len(ids), seconds)
        chances = np.log(np.maximum(np.asarray(aligned.text_token_probs, dtype=np.float64), 1e-10)).tolist()
        tokens = [
            Token(self._bytes(number), start, end, chance)
            for number, (start, end), chance in zip(ids, times, chances, strict=True)
        ]
        return Guess(tuple(tokens), logprob, language, float(made.no_speech_prob))

    def _repeats(self, ids: Sequence[int]) -> bool:
        """Whether the model says the digits it was told to have heard before."""
        told = self._before(DIGITS)[1:]
        size = len(told) // 3
        pieces = {tuple(told[at : at + size]) for at in range(len(told) - size + 1)}
        return any(tuple(ids[at : at + size]) in pieces for at in range(len(ids) - size + 1))

    def _within(self, ids: Sequence[int], seconds: float) -> list[int]:
        """The tokens of words that are said before the sound ends; behind it, the model makes up more."""
        kept, begun = list[int](), 0.0
        for each in ids:
            if each > self._special["notimestamps"]:
                begun = (each - self._special["notimestamps"] - 1) * TOKEN_S
            elif each < self._special["endoftext"] and begun < max(seconds - _LAST_S, _LAST_S):
                kept.append(each)
        return kept

    def _before(self, told: str) -> list[int]:
        if not told:
            return []
        ids: list[int] = self._tokenizer.encode(f" {told}", add_special_tokens=False).ids
        return [self._special["startofprev"], *ids[:_MOST_TOLD]]

    def _prompt(self, language: str) -> list[int]:
        start, plain = self._special["startoftranscript"], self._special["notimestamps"]
        if not self.multilingual:
            return [start, plain]
        return [start, self._tokenizer.token_to_id(f"<|{language}|>"), self._special["transcribe"], plain]

    def _bytes(self, number: int) -> bytes:
        piece = self._tokenizer.id_to_token(number) or ""
        alphabet = _byte_alphabet()
        return bytes(alphabet[each] for each in piece if each in alphabet)


_SPECIAL = ("startofprev", "startoftranscript", "transcribe", "notimestamps", "endoftext")


def token_times(path: Sequence[tuple[int, int]], count: int, seconds: float) -> list[tuple[float, float]]:
    """Start and end of every token, from the path of dynamic time warping over the cross-attention.

    Args:
        path: pairs of a token and a position of the encoder, neither of which ever falls.
        count: how many tokens there are; the path may go on to the end of the text after them.
        seconds: how long the window is.
    """
    starts = [-1.0] * (count + 1)
    for token, position in path:
        if token <= count and starts[token] < 0:
            starts[token] = min(seconds, position * TOKEN_S)
    if starts[count] < 0:
        starts[count] = seconds
    for at in range(count - 1, -1, -1):
        if starts[at] < 0:
            starts[at] = starts[at + 1]
    return [(starts[at], max(starts[at], starts[at + 1])) for at in range(count)]


@memo
def _byte_alphabet() -> dict[str, int]:
    """The letters GPT-2's vocabulary writes bytes with: printable Latin-1 as itself, the others from U+0100 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + at): byte for at, byte in enumerate(others)}
