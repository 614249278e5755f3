"""Runs models: one session a process, one thread, nothing but what was hashed."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.errors import ModelError
from accord.models.cache import PULL, cache_dir, path_of, read_checked
from accord.models.register import Entry, File, register

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_LOADED: dict[tuple[int, str, str], TokenClassifier] = {}
_SESSIONS: dict[tuple[int, str, str, str], Any] = {}
_SPEECH: dict[tuple[int, str, str], SpeechModel] = {}
_LOCK = threading.Lock()
_WORKERS = 4


class Tokens:
    """A text cut into word pieces, without the special pieces around it.

    Attributes:
        ids: vocabulary index of each piece.
        offsets: the characters of the text each piece stands for, `(start, end)` in code points.
        words: for each piece, the number of the word it belongs to.
    """

    __slots__ = ("ids", "offsets", "words")

    def __init__(self, ids: list[int], offsets: list[tuple[int, int]], words: list[int]) -> None:
        self.ids = ids
        self.offsets = offsets
        self.words = words

    def __len__(self) -> int:
        return len(self.ids)


class TokenClassifier:
    """A token classifier with its tokenizer.

    Attributes:
        labels: the labels, in the order of the probabilities.
        limit: how many pieces fit a window, without the two special ones around it.
    """

    def __init__(self, entry: Entry, cache: Path | None) -> None:
        files: dict[str, File] = {file.name: file for file in entry.files}
        config = json.loads(read_checked(entry, files["config.json"], cache))
        self.labels: tuple[str, ...] = tuple(config["id2label"][str(i)] for i in range(len(config["id2label"])))
        self.limit: int = int(config["max_position_embeddings"]) - 2
        self._tokenizer = _tokenizer(read_checked(entry, files["tokenizer.json"], cache))
        self._first: int = self._tokenizer.token_to_id("[CLS]")
        self._last: int = self._tokenizer.token_to_id("[SEP]")
        made = [file for file in entry.derived if path_of(entry, file, cache).exists()]
        original = next(file for file in entry.files if file.name.endswith(".onnx"))
        self._session = open_session(read_checked(entry, made[0] if made else original, cache))
        self._inputs = {each.name for each in self._session.get_inputs()}

    def encode(self, text: str) -> Tokens:
        """Cut a text into pieces; nothing is truncated or padded."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return Tokens(encoded.ids, encoded.offsets, encoded.word_ids)

    def probabilities(self, ids: list[int]) -> Floats:
        """The probability of every label for every piece of one window, as rows.

        Raises:
            ValueError: the window holds more pieces than `limit`.
        """
        import numpy as np

        if len(ids) > self.limit:
            raise ValueError(f"a window holds at most {self.limit} pieces")
        row = np.array([[self._first, *ids, self._last]], dtype=np.int64)
        feed = {"input_ids": row}
        if "attention_mask" in self._inputs:
            feed |= {"attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        scores = self._session.run(["logits"], feed)[0][0, 1:-1]
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def token_classifier(name: str, cache: Path | None = None) -> TokenClassifier:
    """Load a model by its name in the register; threads of a process share one.

    Raises:
        ModelError: its files are missing, altered or cannot be loaded.
    """
    key = (os.getpid(), name, str(cache_dir(cache)))
    with _LOCK:
        found = _LOADED.get(key)
        if found is None:
            found = _LOADED[key] = TokenClassifier(register().entry(name), cache)
        return found


def session(name: str, file: str, cache: Path | None = None, change: Callable[[bytes], bytes] | None = None) -> Any:
    """An ONNX Runtime session on one file of a registered model; threads of a process share one.

    Args:
        name: the model.
        file: the file.
        cache: the folder of pulled weights.
        change: what is done to the graph, once its hash is proven, before it is loaded.

    Raises:
        ModelError: the file is missing, altered, not in the register or cannot be loaded.
    """
    key = (os.getpid(), name, file, str(cache_dir(cache)))
    with _LOCK:
        found = _SESSIONS.get(key)
        if found is None:
            entry = register().entry(name)
            known = next((each for each in (*entry.files, *entry.derived) if each.name == file), None)
            if known is None:
                raise ModelError(f"model {name} has no file {file}")
            graph = read_checked(entry, known, cache)
            found = _SESSIONS[key] = open_session(change(graph) if change else graph, shapes_vary=True)
        return found


class SpeechModel:
    """A Whisper model with its vocabulary.

    Attributes:
        model: the `ctranslate2.models.Whisper`; it may be called by several threads at once.
        tokenizer: its `tokenizers.Tokenizer`.
    """

    def __init__(self, entry: Entry, cache: Path | None) -> None:
        import ctranslate2

        from accord.models.memory import eight_bits, few_arenas, give_back

        few_arenas()
        files = {file.name: read_checked(entry, file, cache) for file in entry.files}
        self.tokenizer: Any = _tokenizer(files.pop("tokenizer.json"))
        files["model.bin"] = eight_bits(files["model.bin"])
        workers = min(_WORKERS, os.cpu_count() or 1)
        options = {"compute_type": "int8", "intra_threads": 1, "inter_threads": workers, "files": files}
        try:
            self.model: Any = ctranslate2.models.Whisper(entry.name, device="cpu", **options)
        except Exception as error:
            raise ModelError(f"the speech model cannot be loaded: {type(error).__name__}", hint=PULL) from None
        files.clear()
        give_back()


def speech_model(name: str, cache: Path | None = None) -> SpeechModel:
    """Load a speech model by its name in the register; threads of a process share one.

    Raises:
        ModelError: its files are missing, altered or cannot be loaded.
    """
    key = (os.getpid(), name, str(cache_dir(cache)))
    with _LOCK:
        found = _SPEECH.get(key)
        if found is None:
            found = _SPEECH[key] = SpeechModel(register().entry(name), cache)
        return found


def _tokenizer(data: bytes) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(data)
    except Exception as error:
        raise ModelError(f"the tokenizer cannot be loaded: {type(error).__name__}", hint=PULL) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def open_session(data: bytes, *, shapes_vary: bool = False) -> Any:
    """An ONNX Runtime session on a graph: one thread, nothing sent anywhere.

    Args:
        data: the ONNX file.
        shapes_vary: inputs differ much in size; then no memory is kept between runs.

    Raises:
        ModelError: it cannot be loaded.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # inputs come in many shapes, and a plan would be kept for each
    options.enable_cpu_mem_arena = not shapes_vary  # the arena keeps the largest picture's memory for good
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"the model graph cannot be loaded: {type(error).__name__}", hint=PULL) from None
