"""Recordings, sanitised, and then listened to: nothing of what was cut is left in the samples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytestmark = [pytest.mark.models, pytest.mark.timeout(300)]

SPOKEN = "4000056655665556", "2025550188", "ruiz"
FORMS = {"note.ogg": ("OGG", "VORBIS"), "note.mp3": ("MP3", "MPEG_LAYER_III")}


def accord(*command: object) -> str:
    ran = [sys.executable, "-m", "accord", *map(str, command)]
    return subprocess.run(ran, capture_output=True, check=True, timeout=110).stdout.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The voice note in several formats, sanitised for a model and for a data set."""
    top = tmp_path_factory.mktemp("sounds")
    (top / "in").mkdir()
    sample = top / "in" / "note.ogg"
    sample.write_bytes(resources.files("accord").joinpath("samples", "voice-note.ogg").read_bytes())
    samples, rate = soundfile.read(sample, dtype="float32")
    with soundfile.SoundFile(top / "in" / "note.mp3", "w", rate, 1, "MPEG_LAYER_III", format="MP3") as file:
        file.title = "Mateo Ruiz"
        for at in range(0, len(samples), rate):
            file.write(samples[at : at + rate])
    for to in ("model", "dataset"):
        accord("sanitise", top / "in", top / to, "--to", to, "--transcripts", "--state", top / "state")
    return top


@pytest.fixture(scope="module")
def cuts(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """When something was said that may not leave, by file."""
    made = {}
    files = [folder / "in" / name for name in FORMS]
    for line in accord("check", "--json", *files, "--state", folder / "state").splitlines():
        found = json.loads(line)
        assert {f["category"] for f in found["findings"]} >= {"privacy.person.name", "privacy.contact.email"}
        made[Path(found["input"]).name] = [
            (f["place"]["start"], f["place"]["end"])
            for f in found["findings"]
            if f["place"]["kind"] == "interval" and f["category"] != "privacy.biometric.voice"
        ]
    return made


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The largest normalised cross-correlation of two stretches of sound, at any delay, 0 to 1."""
    size = 2 * len(one)
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)))
    return float(np.abs(product).max() / max(1e-9, np.linalg.norm(one) * np.linalg.norm(other)))


@pytest.mark.parametrize("name", FORMS)
def test_nothing_of_the_original_is_left_in_the_cuts(folder: Path, cuts, name: str) -> None:
    original, rate = soundfile.read(folder / "in" / name, dtype="float32")
    for to in ("model", "dataset"):
        info = soundfile.info(folder / to / name)
        assert (info.format, info.subtype, info.samplerate) == (*FORMS[name], rate)
        released, _ = soundfile.read(folder / to / name, dtype="float32")
        assert abs(len(released) - len(original)) < rate // 10
        for start, end in cuts[name]:
            at = slice(round(start * rate), round(end * rate))
            assert np.sqrt(np.mean(original[at] ** 2)) > 0.02
            assert likeness(released[at], original[at]) < 0.1
            if to == "dataset":
                assert np.sqrt(np.mean(released[at] ** 2)) < 0.002  # silence, but for the noise of the coding
        before = slice(round(2.7 * rate), round(3.4 * rate))
        assert likeness(original[before], original[before]) > 0.99
        assert (likeness(released[before], original[before]) > 0.9) is (
            to == "model"
        )  # for a data set, the voice is another
        assert b"Mateo" not in (folder / to / name).read_bytes()


@pytest.mark.parametrize("to", ["model", "dataset"])
def test_neither_a_transcript_nor_another_recogniser_knows_what_was_cut(folder: Path, to: str) -> None:
    from accord.core.media import Sound
    from accord.readers.speech.reader import SpeechReader

    other = SpeechReader(model="tiny.en")
    samples, rate = soundfile.read(folder / to / "note.ogg", dtype="float32", always_2d=True)
    heard = " ".join(s.text for s in other.read_sound(Sound.of(samples, rate), lambda: False).strips)
    told = (folder / to / "note.ogg.txt").read_text()
    assert "Hello, this is [PERSON" in told
    for text in (heard, told):
        plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\[[^\]]*\]", "", text.lower()))
        assert not [value for value in SPOKEN if value in plain]
        assert not re.search(r"\d{4}", plain)
