"""What learning is made of, as far as it needs no torch."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tokenizers import Tokenizer

from accord.errors import ConfigError, ModelError
from accord.learn.text.base import load_packed, pruned, shallow
from accord.learn.text.batches import Mixer, Row, cut, read_rows
from accord.learn.text.calibrate import even, fit, thresholds, upper_quantile
from accord.learn.text.labels import CATEGORY, TOKEN_LABELS, TYPES, beginning, unknown

from . import toy


def mixer(rows: list[Row], **given: float) -> Mixer:
    made = toy.base()
    settings = {"room": 16, "size": 4, "seed": 3, "temperature": 0.5} | given
    return Mixer(rows, Tokenizer.from_str(made.tokenizer), ends=made.ends, blank=made.blank, **settings)


def test_labels_are_pairs_and_each_type_has_a_category():
    assert len(TOKEN_LABELS) == 1 + 2 * len(TYPES)
    assert TOKEN_LABELS[beginning("person")] == "B-person"
    assert TOKEN_LABELS[beginning("credential") + 1] == "I-credential"
    assert set(CATEGORY) == set(TYPES)


def test_unknown_labels_are_those_of_types_nobody_looked_for():
    assert unknown(None) == ()
    assert len(unknown([])) == 2 * len(TYPES)
    assert not {beginning("person"), beginning("person") + 1} & set(unknown(["person"]))
    with pytest.raises(ConfigError):
        unknown(["colour"])


def test_a_packed_encoder_comes_back_with_its_pieces_and_weights(tmp_path):
    made = toy.base()
    (tmp_path / "e.bin").write_bytes(toy.packed(made))
    read = load_packed(tmp_path / "e.bin")
    assert (read.layers, read.heads, read.ends, read.blank) == (toy.LAYERS, toy.HEADS, (0, 2), 1)
    assert set(read.weights) == set(made.weights)
    for name, value in made.weights.items():
        assert read.weights[name].shape == value.shape, name
        near = np.clip(value, -8 / 64, 7 / 64)
        assert np.abs(read.weights[name] - (near if _is_packed(name) else value)).max() <= 1 / 64
    assert Tokenizer.from_str(read.tokenizer).encode("my name is ana").tokens == ["▁my", "▁name", "▁is", "▁ana"]


def _is_packed(name: str) -> bool:
    return name.endswith("weight") and not any(part in name for part in ("LayerNorm", "position", "token_type"))


@pytest.mark.parametrize("spoil", [lambda d: d[:-9], lambda d: b"NOPE" + d[4:], lambda d: d[:30], lambda d: b""])
def test_a_spoilt_file_is_refused(tmp_path, spoil):
    (tmp_path / "e.bin").write_bytes(spoil(toy.packed(toy.base())))
    with pytest.raises(ModelError):
        load_packed(tmp_path / "e.bin")


def test_fewer_layers_are_renumbered():
    made = toy.base()
    less = shallow(made, [1])
    assert less.layers == 1
    name = "attention.self.query.weight"
    assert np.array_equal(less.weights[f"encoder.layer.0.{name}"], made.weights[f"encoder.layer.1.{name}"])
    assert not any(name.startswith("encoder.layer.1.") for name in less.weights)
    with pytest.raises(ModelError):
        shallow(made, [2])


def test_a_smaller_vocabulary_keeps_used_pieces_and_every_letter():
    made = toy.base()
    less = pruned(made, {"▁bob": 5, "▁ana": 2}, size=len(toy.LETTERS) + 4 + 1)
    kept = [piece for piece, _ in json.loads(less.tokenizer)["model"]["vocab"]]
    assert set(toy.LETTERS) <= set(kept) and "▁bob" in kept and "▁ana" not in kept
    table, old = less.weights["embeddings.word_embeddings.weight"], made.weights["embeddings.word_embeddings.weight"]
    pieces = [piece for piece, _ in toy.PIECES]
    for at, piece in enumerate(kept):
        assert np.array_equal(table[at], old[pieces.index(piece)])
    assert Tokenizer.from_str(less.tokenizer).encode("ana bob").tokens == ["▁", "a", "n", "a", "▁bob"]


def test_spaces_that_cannot_be_seen_do_not_make_new_pieces():
    read = Tokenizer.from_str(toy.base().tokenizer).encode("my\u200b name\tis\u2003ana")
    assert read.tokens == ["▁my", "▁name", "▁is", "▁ana"]


def test_a_piece_takes_the_label_of_the_span_it_touches():
    (window,) = cut(
        toy.row("call me ana the old", "ana", types=("person",)), Tokenizer.from_str(toy.base().tokenizer), 20
    )
    assert [TOKEN_LABELS[at] for at in window.tokens] == ["O", "O", "B-person", "O", "O"]
    assert window.allowed[0] and window.allowed[beginning("phone")] and not window.allowed[beginning("person")]


def test_of_a_long_row_only_the_first_window_is_known_to_be_harmful_and_all_to_be_harmless():
    windows = cut(toy.row("my name is ana " * 3, injection=1, hate=0), Tokenizer.from_str(toy.base().tokenizer), 5)
    assert [len(window.ids) for window in windows][:2] == [5, 5]
    assert windows[0].heads[:3].tolist() == [1, 0, -1]
    assert windows[1].heads[:3].tolist() == [-1, 0, -1]
    silent = Row("s", "my name is ana " * 3, None, None, {"injection": 1.0}, 1.0, "train", {})
    (only,) = cut(silent, Tokenizer.from_str(toy.base().tokenizer), 5)
    assert (only.tokens == -1).all() and only.heads[0] == 1


def test_batches_depend_on_seed_and_number_alone():
    one, two, other = mixer(toy.rows()), mixer(toy.rows()), mixer(toy.rows(), seed=4)
    for number in (0, 3, 9):
        assert np.array_equal(one.batch(number).ids, two.batch(number).ids)
    assert any(
        one.batch(n).ids.shape != other.batch(n).ids.shape or (one.batch(n).ids != other.batch(n).ids).any()
        for n in range(4)
    )


def test_temperature_decides_how_much_a_large_source_outweighs_a_small_one():
    rows = toy.rows()
    assert mixer(rows, temperature=0.0).shares == pytest.approx({"attacks": 0.5, "toy": 0.5})
    assert mixer(rows, temperature=1.0).shares["toy"] > 0.8


def test_rows_are_read_without_the_sources_left_out(tmp_path):
    lines = [
        {"source": "a", "text": "x\u2028y", "spans": [[0, 1, "person"]], "types": ["person"]},
        {"source": "b", "text": "z", "spans": None, "heads": {"hate": 1}},
    ]
    (tmp_path / "r.jsonl").write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", "utf-8"
    )
    assert [row.source for row in read_rows(tmp_path)] == ["a", "b"]
    (left,) = read_rows(tmp_path, leave_out=["a"])
    assert left.heads == {"hate": 1.0} and left.spans is None
    (tmp_path / "s.jsonl").write_text('{"text": "no source"}\n', "utf-8")
    with pytest.raises(ConfigError, match="line 1"):
        read_rows(tmp_path)


def test_scores_after_calibration_are_rates_of_false_alarms():
    draw = np.random.default_rng(5)
    calm = draw.normal(0, 1, 20_000)
    curve = fit("injection", calm, ["one"] * calm.size)
    share = 1 / (1 + np.exp(-curve(calm)))
    assert (share > 0.6).mean() == pytest.approx(0.018, abs=0.001)
    assert (share > 0.9).mean() == pytest.approx(0.0045, abs=0.0005)
    assert np.median(share) == pytest.approx(0.02, abs=0.005)
    assert (np.diff(curve(np.sort(calm))) >= 0).all()


def test_every_source_counts_the_same_in_calibration():
    assert even(["a", "a", "a", "b"]) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    values = np.array([1.0, 2.0, 3.0, 9.0])
    assert upper_quantile(values, even(["a", "a", "a", "b"]), 0.4) == 9.0
    assert upper_quantile(values, even(["a"] * 4), 0.3) == 3.0
    assert thresholds({"hate": list(range(200))}, {"hate": ["a"] * 200}) == {"hate": 197.0}


def test_few_texts_say_nothing_about_rare_alarms():
    with pytest.raises(ConfigError):
        fit("hate", [0.0] * 50, ["a"] * 50)
