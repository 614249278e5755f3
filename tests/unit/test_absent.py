"""A plugin whose weights are missing says so where it would have been asked, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

import accord
from accord.absent import unavailable
from accord.core.roles import Detector, PictureDetector, PictureReader, SoundReader
from accord.detect.vision.faces import FaceDetector
from accord.errors import ModelError
from accord.readers.ocr.rapid import RapidOcrReader
from accord.readers.speech.reader import SpeechReader

ERROR = ModelError("model x is not there", hint="run `accord models pull`")


def test_it_plays_the_part_of_the_plugin() -> None:
    face = unavailable("faces", FaceDetector, ERROR)
    assert isinstance(face, PictureDetector) and not isinstance(face, Detector)
    assert isinstance(unavailable("ocr", RapidOcrReader, ERROR), PictureReader)
    assert isinstance(unavailable("speech", SpeechReader, ERROR), SoundReader)
    for _ in range(2):
        with pytest.raises(ModelError, match="is not there") as caught:
            face.look(None, None)
        assert caught.value.hint == ERROR.hint


def test_without_eyes_and_ears_text_still_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_MODELS", str(tmp_path / "none"))
    file = tmp_path / "accord.yaml"
    file.write_text(
        "version: 1\nextends: default\nreaders: [structure, encoded, ocr, codes, speech]\n"
        "detectors: [patterns, faces, unsafe, voice]\n"
    )
    guard = accord.load(file, state=tmp_path)
    try:
        assert guard.inspect("hello there").release("model").outcome is accord.Outcome.ALLOW
    finally:
        guard.close()
