"""When somebody speaks on any channel of a recording: Silero VAD, second by second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.core.media import Sound, Stop
from accord.core.place import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

RATE = 16_000
"""Samples per second the network hears."""
FRAME = 512
"""Samples one probability stands for."""

_CONTEXT = 64
_BLOCK_S = 10
_LEVEL = 0.5
_MOST_GAIN = 300.0
_JOIN_S = 0.6
_LEAST_S = 0.1


def probabilities(session: Any, sound: Sound, stop: Stop) -> Floats:
    """How likely somebody speaks in each 32 ms, on the channel where it is likeliest; shorter where `stop` said so.

    Args:
        session: an ONNX Runtime session of Silero's 16 kHz graph over sequences of frames.
        sound: the recording. Channels that repeat another one are heard once.
        stop: asked between blocks.
    """
    heard = [_channel(session, sound, channel, stop) for channel in _different(sound)]
    if not heard:
        return np.zeros(0, dtype=np.float32)
    size = min(len(each) for each in heard)
    return np.asarray(np.max([each[:size] for each in heard], axis=0), dtype=np.float32)


def samples_of(sound: Sound) -> NDArray[np.int16]:
    """Samples as they are kept, shape (frames, channels)."""
    return np.frombuffer(sound.packed, dtype="<i2").reshape(-1, sound.channels)


def _different(sound: Sound) -> list[int]:
    """Channels with sound on them, without those that are the same as one before, sample for sample."""
    whole, seen, kept = samples_of(sound), set(), []
    for channel in range(sound.channels):
        data = whole[:, channel].tobytes()
        if data.count(b"\0") == len(data) or hash(data) in seen:
            continue
        seen.add(hash(data))
        kept.append(channel)
    return kept


def mono_blocks(sound: Sound, channel: int, seconds: int = _BLOCK_S) -> Iterator[Floats]:
    """One channel in blocks of some seconds, between -1 and 1, at 16,000 samples a second."""
    import soxr

    whole, size = samples_of(sound), seconds * sound.rate
    stream = None if sound.rate == RATE else soxr.ResampleStream(sound.rate, RATE, 1, dtype="float32", quality="HQ")
    for at in range(0, len(whole), size):
        block = whole[at : at + size, channel].astype(np.float32) / np.float32(32767)
        if stream is not None:
            block = np.asarray(stream.resample_chunk(block, last=at + size >= len(whole)), dtype=np.float32)
        yield block


def _channel(session: Any, sound: Sound, channel: int, stop: Stop) -> Floats:
    state = memory = np.zeros((1, 1, 128), dtype=np.float32)
    before, rest = np.zeros(_CONTEXT, dtype=np.float32), np.zeros(0, dtype=np.float32)
    found = []
    for block in mono_blocks(sound, channel):
        if stop():
            break
        joined = np.concatenate([rest, _even(block)])
        count = len(joined) // FRAME
        rest = joined[count * FRAME :]
        if not count:
            continue
        run = np.concatenate([before, joined[: count * FRAME]])
        before = run[-_CONTEXT:]
        frames = np.lib.stride_tricks.sliding_window_view(run, FRAME + _CONTEXT)[::FRAME]
        feed = {"input": np.ascontiguousarray(frames), "h": state, "c": memory}
        heard, state, memory = session.run(["speech_probs", "hn", "cn"], feed)
        found.append(np.asarray(heard, dtype=np.float32).ravel())
    return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


def _even(block: Floats) -> Floats:
    """A block without what is constant, and as loud as training data: whispers are voices too."""
    if not len(block):
        return block
    centred = block - block.mean()
    top = float(np.percentile(np.abs(centred), 99.5))
    gain = np.float32(min(_MOST_GAIN, _LEVEL / max(top, 1e-6)))
    return np.asarray(np.clip(centred * gain, -1.0, 1.0), dtype=np.float32)


def stretches(likely: Floats, threshold: float, seconds: float) -> list[tuple[Interval, float]]:
    """Times in which somebody speaks, joined over pauses of up to 0.6 s, each with how sure that is.

    Args:
        likely: one probability for each frame.
        threshold: from here on somebody speaks.
        seconds: how long the recording is.
    """
    frame = FRAME / RATE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (likely >= threshold).astype(np.int8), [0]])))
    joined: list[list[int]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if joined and (start - joined[-1][1]) * frame <= _JOIN_S:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    found = []
    for start, end in joined:
        last = min(end * frame, seconds)
        if (end - start) * frame >= _LEAST_S and last > start * frame:
            found.append((Interval(start * frame, last), float(np.clip(likely[start:end].max(), 0.0, 1.0))))
    return found
