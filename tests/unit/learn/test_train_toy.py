"""A tiny encoder learns, is written, read again, and comes out the same each time."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: make learn-env")
pytest.importorskip("onnx", reason="onnx is not installed: make learn-env")

from tokenizers import Tokenizer  # noqa: E402

from accord.errors import ConfigError  # noqa: E402
from accord.learn.text.export import Exported, parity, to_onnx  # noqa: E402
from accord.learn.text.labels import TOKEN_LABELS, beginning  # noqa: E402
from accord.learn.text.measure import decode, head_scores, read_all, token_scores  # noqa: E402
from accord.learn.text.model import Targets, head_loss, token_loss  # noqa: E402
from accord.learn.text.train import Recipe, learn  # noqa: E402

from . import toy  # noqa: E402

RECIPE = Recipe(base="toy", steps=40, batch=16, room=24, rate=3e-3, dropout=0.0, save=10)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def learnt():
    return learn(RECIPE, toy.base(), toy.rows())


def exported(model) -> Exported:
    made = toy.base()
    return Exported(to_onnx(model), made.tokenizer, made.ends, room=24, overlap=6)


def test_it_learns_names_and_attacks(learnt):
    start = []
    learn(RECIPE, toy.base(), toy.rows(), until=1, tell=lambda _, losses: start.append(losses))
    assert learnt.losses["tokens"] < 0.5 * start[0]["tokens"]
    assert learnt.losses["heads"] < 0.5 * start[0]["heads"]


def test_the_exported_file_says_what_the_module_says(learnt):
    made, reader = toy.base(), exported(learnt.model)
    cutter = Tokenizer.from_str(made.tokenizer)
    windows = [cutter.encode(row.text, add_special_tokens=False).ids for row in toy.rows()[:8]]
    found = parity(learnt.model, reader, windows, made.ends)
    assert found.labels > 0.95 and found.heads < 0.05 and found.pieces == sum(map(len, windows))


def test_the_exported_file_finds_what_was_learnt(learnt):
    reader = exported(learnt.model)
    text = "the sun is old. my name is eva."
    assert [(text[each.start : each.end], each.kind) for each in decode(text, reader.read(text))] == [
        ("eva", "person")
    ]
    read = read_all(reader, toy.rows())
    assert token_scores(toy.rows(), read)["overlap_f1"].value > 0.9
    assert head_scores(toy.rows(), read)["injection"]["auc"].value > 0.9


def test_a_long_text_is_read_in_windows_and_every_piece_once(learnt):
    reader = exported(learnt.model)
    text = "my name is bob. " * 9
    read = reader.read(text)
    assert len(read.offsets) == len(read.labels) and len(read.heads) > 1
    assert {text[each.start : each.end] for each in decode(text, read)} == {"bob"}
    ids = Tokenizer.from_str(toy.base().tokenizer).encode(text, add_special_tokens=False).ids
    first, second = reader.logits(ids[:22])[0], reader.logits(ids[16:38])[0]
    assert (read.labels[:19].argmax(1) == first[:19].argmax(1)).all()
    assert (read.labels[19:35].argmax(1) == second[3:19].argmax(1)).all()
    assert not decode("", reader.read(""))


def test_the_same_recipe_gives_the_same_bytes(learnt):
    again = learn(RECIPE, toy.base(), toy.rows())
    assert to_onnx(again.model) == to_onnx(learnt.model)


def test_a_run_that_stopped_goes_on_to_the_same_end(learnt, tmp_path):
    learn(RECIPE, toy.base(), toy.rows(), tmp_path, until=14)
    steps = []
    on = learn(RECIPE, toy.base(), toy.rows(), tmp_path, tell=lambda step, _: steps.append(step))
    assert steps[0] == 11 and steps[-1] == 40
    assert to_onnx(on.model) == to_onnx(learnt.model)
    with pytest.raises(ConfigError, match="another recipe"):
        learn(RECIPE.model_copy(update={"seed": 8}), toy.base(), toy.rows(), tmp_path)


def test_a_frozen_vocabulary_stays_as_it_was():
    made = toy.base()
    still = learn(RECIPE.model_copy(update={"frozen": True}), made, toy.rows(), until=3).model
    moved = learn(RECIPE, made, toy.rows(), until=3).model
    given = made.weights["embeddings.word_embeddings.weight"]
    assert (still.words.weight.detach().numpy() == given).all()
    assert (moved.words.weight.detach().numpy() != given).any()


def targets(label: int, allowed: list[int], heads: list[float]) -> Targets:
    may = torch.zeros(1, len(TOKEN_LABELS), dtype=torch.bool)
    may[0, allowed] = True
    return Targets(torch.tensor([[label]]), may, torch.tensor([heads]), torch.ones(1))


def test_outside_costs_little_where_the_type_was_not_annotated():
    logits = torch.zeros(1, 1, len(TOKEN_LABELS))
    phone = beginning("phone")
    logits[0, 0, phone] = 20.0
    assert token_loss(logits, targets(0, [0, phone], []), doubt=1.0) < 0.01
    assert 0.6 < token_loss(logits, targets(0, [0, phone], []), doubt=0.5) < 0.7
    assert token_loss(logits, targets(0, [0, phone], []), doubt=0.0) > 10
    assert token_loss(logits, targets(0, [0], [])) > 10
    assert token_loss(logits, targets(-1, [0], [])) == 0


def test_an_unknown_head_costs_nothing():
    logits = torch.tensor([[9.0, 9.0]])
    assert head_loss(logits, targets(0, [0], [1.0, -1.0])) < 0.01
    assert head_loss(logits, targets(0, [0], [1.0, 0.0])) > 4


@pytest.mark.parametrize("name", ["minilm", "e5-six"])
def test_the_recipes_that_come_with_accord_are_read(name):
    recipe = Recipe.read(Path(str(files("accord.learn") / "configs" / f"{name}.yaml")))
    assert recipe.steps > 0 and recipe.base in {"minilm", "e5"}


def test_a_recipe_with_an_unknown_word_is_refused(tmp_path):
    (tmp_path / "r.yaml").write_text("base: e5\nspeed: 3\n")
    with pytest.raises(ConfigError, match="speed"):
        Recipe.read(tmp_path / "r.yaml")
