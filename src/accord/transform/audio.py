"""Taking times out of a recording, so that nothing of what was said there is left.

Four transforms, weakest first:

* `voice`: the voice is changed, the words stay. **Who speaks can still be told** by whoever tries hard enough: see
  `accord.transform.voice` and the figures in the model register. It hides a voice from a listener, not a person.
* `replace`: a soft tone, so that it is heard that something was taken out.
* `mute`: silence of the same length.
* `remove`: the time itself is cut out, and what stood around it is joined.

But for `voice`, what is heard in a cut depends on nothing inside any cut. Times are widened by `PAD` on both sides,
because recognisers place words by some hundredths of a second. The 5 ms of sound before and after a cut are faded,
against clicks; all else stays sample for sample. Cuts in any order give the same sound.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.core.content import Modality
from accord.core.edit import strongest
from accord.core.media import Cut, Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Samples

    Whole = NDArray[Any]  # float32 between -1 and 1, or int16; shape (frames, channels)

PAD = 0.12
"""Seconds by which a cut is widened on both sides."""
TONE = 330.0
"""The frequency of the tone, in hertz."""

_FADE = 0.005
_TONE_FADE = 0.02
_LOUD = 0.05  # of full scale
_GAP = 0.04  # seconds between two cuts that are not worth keeping
_STEP = 1 << 18

Region = tuple[int, int, str]
"""Frames `[start, end)` and what happens to them."""


def apply(samples: Samples, rate: int, cuts: Sequence[Cut], seed: int | None = None) -> Samples:
    """Change the times of a recording that are marked.

    Cuts that overlap are one: all of their time is taken, and the strongest transform applies once (law 4 of the
    policy). A changed voice lies under the others and does not widen them.

    Args:
        samples: shape (frames, channels), between -1 and 1; left as they are.
        rate: samples per second.
        cuts: in seconds of this recording, whatever item they name.
        seed: what the changed voice is drawn from; from the sound that is left where none is given.

    Returns:
        A new array of shape (frames, channels); shorter where time was removed.
    """
    return np.asarray(_worked(np.array(samples, dtype=np.float32, order="C"), rate, cuts, seed), dtype=np.float32)


def applied(sound: Sound, cuts: Sequence[Cut], seed: int | None = None) -> Sound:
    """The same for a whole recording, with a single copy of its samples; see `apply`."""
    if not cuts:
        return sound
    held = io.BytesIO(
        sound.packed
    )  # copies the bytes once they are written to, and hands its own over without a copy
    whole: Whole = np.frombuffer(held.getbuffer(), dtype="<i2").reshape(-1, sound.channels)
    made = _worked(whole, sound.rate, cuts, seed)
    peak = max(int(made.max(initial=0)), -int(made.min(initial=0)))
    shorter = made.tobytes() if len(made) < len(whole) else None
    del whole, made  # the stream lends its bytes out for as long as they live
    packed = held.getvalue() if shorter is None else shorter
    return Sound(sound.rate, sound.channels, packed, sound.item, peak / 32767)


def regions(cuts: Iterable[Cut], rate: int, frames: int) -> list[Region]:
    """The frames that cuts take, widened and merged, sorted and disjoint; changed voices are not among them."""
    taken = sorted(
        (*span, cut.transform)
        for cut in cuts
        if strongest([cut.transform], Modality.AUDIO) != "voice" and (span := _frames(cut, rate, frames, PAD))
    )
    merged: list[Region] = []
    for start, end, transform in taken:
        if merged and start <= merged[-1][1] + int(_GAP * rate):
            last = merged[-1]
            merged[-1] = last[0], max(last[1], end), strongest([last[2], transform], Modality.AUDIO)
        else:
            merged.append((start, end, strongest([transform], Modality.AUDIO)))
    return merged


def _frames(cut: Cut, rate: int, frames: int, pad: float) -> tuple[int, int] | None:
    """The frames of a cut within the recording; sides the wrong way round are put right."""
    first, last = sorted((cut.interval.start, cut.interval.end))
    start = max(0, int(np.floor((first - pad) * rate)))
    end = min(frames, int(np.ceil((last + pad) * rate)))
    return (start, end) if start < end else None


def _worked(whole: Whole, rate: int, cuts: Sequence[Cut], seed: int | None) -> Whole:
    """Everything that is to be done to samples, in place, and what is left of them."""
    taken = regions(cuts, rate, len(whole))
    for start, end, _ in taken:  # first, so that nothing that follows can see it
        whole[start:end] = 0
    _change_voices(whole, rate, cuts, seed)
    for start, end, transform in taken:
        _fade(whole, rate, start, end)
        whole[start:end] = 0
        if transform == "replace":
            for at in range(start, end, _STEP):
                stop = min(end, at + _STEP)
                whole[at:stop] = _scaled(_tone(at - start, stop - start, end - start, rate)[:, None], whole)
    gone = [(start, end) for start, end, transform in taken if transform == "remove"]
    if not gone:
        return whole
    edges = [0, *(edge for pair in gone for edge in pair), len(whole)]
    return np.concatenate([whole[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)])


def _change_voices(whole: Whole, rate: int, cuts: Sequence[Cut], seed: int | None) -> None:
    spans = sorted(
        span
        for cut in cuts
        if strongest([cut.transform], Modality.AUDIO) == "voice" and (span := _frames(cut, rate, len(whole), PAD))
    )
    if not spans:
        return
    from accord.transform.voice import Voice, changed

    if seed is None:
        seed = int.from_bytes(hashlib.sha256(np.ravel(whole).view(np.uint8).data).digest()[:8], "big")
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    voice = Voice.drawn(seed)
    full = 32767.0 if whole.dtype == np.int16 else 1.0
    for start, end in joined:
        for channel in range(whole.shape[1]):
            mono = whole[start:end, channel].astype(np.float32) / np.float32(full)
            whole[start:end, channel] = _scaled(changed(mono, rate, voice), whole)


def _fade(whole: Whole, rate: int, start: int, end: int) -> None:
    """Fade the sound before a cut out, and the sound after it in."""
    size = max(1, int(_FADE * rate))
    before, after = whole[max(0, start - size) : start], whole[end : end + size]
    if len(before):
        before[:] = _scaled_like(before, np.linspace(1, 0, len(before) + 2)[1:-1, None])
    if len(after):
        after[:] = _scaled_like(after, np.linspace(0, 1, len(after) + 2)[1:-1, None])


def _scaled_like(part: Whole, factor: NDArray[np.float64]) -> Whole:
    product = part * factor
    return np.asarray(np.rint(product) if part.dtype == np.int16 else product, dtype=part.dtype)


def _scaled(values: NDArray[np.float32], whole: Whole) -> Whole:
    """Samples between -1 and 1 in the kind of number that a recording is kept in."""
    if whole.dtype == np.int16:
        return np.asarray(np.rint(np.clip(values, -1.0, 1.0) * 32767), dtype=np.int16)
    return np.asarray(values, dtype=whole.dtype)


def _tone(first: int, last: int, frames: int, rate: int) -> NDArray[np.float32]:
    """The frames `[first, last)` of a soft tone that comes and goes without a click."""
    at = np.arange(first, last)
    ramp = max(1, min(int(_TONE_FADE * rate), frames // 2))
    shape = np.minimum(1.0, np.minimum(at + 1, frames - at) / ramp)
    return np.asarray(_LOUD * shape * np.sin(2 * np.pi * TONE / rate * at), dtype=np.float32)
