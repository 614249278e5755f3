"""Recordings for tests, made by code."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def tone(
    seconds: float = 1.0, rate: int = 16_000, hertz: float = 440.0, loud: float = 0.3, channels: int = 1
) -> Samples:
    """A tone of shape (frames, channels)."""
    at = np.arange(int(seconds * rate)) / rate
    wave = (loud * np.sin(2 * np.pi * hertz * at)).astype(np.float32)
    return np.repeat(wave[:, None], channels, axis=1)


def speechlike(seconds: float, rate: int = 16_000, seed: int = 0) -> Samples:
    """Buzz through moving resonances, in syllables: what a filter for voices works on; shape (frames, 1)."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate)) / rate
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.7 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    wave = np.zeros(len(at))
    for harmonic in range(1, 30):
        near = np.exp(-((harmonic * 120 - 600 - 200 * np.sin(2 * np.pi * 2 * at)) ** 2) / 90_000)
        wave += (near + 0.3 * np.exp(-((harmonic * 120 - 1800) ** 2) / 90_000)) * np.sin(harmonic * phase)
    wave *= 0.5 + 0.5 * np.sin(2 * np.pi * 4 * at)
    wave += 0.002 * rng.normal(size=len(at))
    return (0.3 * wave / np.abs(wave).max()).astype(np.float32)[:, None]


def file(samples: Samples, rate: int = 16_000, form: str = "WAV", coding: str = "PCM_16", **tags: str) -> bytes:
    """A sound file, written in blocks: libsndfile ends the process over many seconds of Vorbis at once."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, samples.shape[1], coding, format=form) as made:
        for name, value in tags.items():
            setattr(made, name, value)
        for at in range(0, len(samples), rate // 2):
            made.write(samples[at : at + rate // 2])
    return out.getvalue()


def read(data: bytes) -> tuple[Samples, int]:
    """The samples of a file, shape (frames, channels), and its rate."""
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return samples, int(rate)


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a WAV file."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def with_chunks(wav: bytes, *more: bytes) -> bytes:
    """A WAV file with further chunks, and its size put right."""
    made = bytearray(wav + b"".join(more))
    made[4:8] = (len(made) - 8).to_bytes(4, "little")
    return bytes(made)


def kinds() -> list[tuple[str, str, str]]:
    """Forms, codings and media types that are read."""
    return [
        ("WAV", "PCM_U8", "audio/wav"),
        ("WAV", "PCM_16", "audio/wav"),
        ("WAV", "PCM_24", "audio/wav"),
        ("WAV", "PCM_32", "audio/wav"),
        ("WAV", "FLOAT", "audio/wav"),
        ("WAV", "DOUBLE", "audio/wav"),
        ("WAV", "ALAW", "audio/wav"),
        ("WAV", "ULAW", "audio/wav"),
        ("WAVEX", "PCM_24", "audio/wav"),
        ("RF64", "PCM_16", "audio/wav"),
        ("FLAC", "PCM_16", "audio/flac"),
        ("FLAC", "PCM_24", "audio/flac"),
        ("OGG", "VORBIS", "audio/ogg"),
        ("OGG", "OPUS", "audio/ogg"),
        ("MP3", "MPEG_LAYER_III", "audio/mpeg"),
        ("AIFF", "PCM_16", "audio/aiff"),
        ("AU", "PCM_16", "audio/basic"),
    ]


def level(samples: Any) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.asarray(samples, dtype=np.float64) ** 2)))
