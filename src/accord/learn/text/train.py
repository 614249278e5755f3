"""Learning: from a base and rows to a trained encoder, in steps that can be stopped and taken up again."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch  # type: ignore[import-not-found, unused-ignore]
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from accord.errors import ConfigError
from accord.learn.text.base import Base
from accord.learn.text.batches import Batch, Mixer, Row
from accord.learn.text.model import JointEncoder, Targets, head_loss, token_loss

STATE = "state.pt"
"""Where a run stands: weights, the optimiser's memory, the step."""

Tell = Callable[[int, dict[str, float]], None]


class Recipe(BaseModel):
    """How to learn.

    Attributes:
        base: name of the encoder to begin with.
        layers: which of its layers are kept; None keeps all.
        pieces: how many pieces of its vocabulary are kept; None keeps all.
        steps: batches in all.
        batch: windows of a batch.
        room: pieces of a window, with its two ends.
        rate: learning rate of the heads' layer; each layer below learns `decay` times as fast.
        fresh: how much faster the new heads learn than the encoder.
        decay: factor from one layer to the next below.
        shrink: weight decay.
        warm: share of the steps in which the rate grows.
        clip: longest gradient.
        dropout: share of values dropped.
        temperature: of the mix of sources (see `Mixer`).
        doubt: how much a type that nobody annotated counts beside "outside" (see `token_loss`).
        token_share: how much labels count against heads.
        seed: decides the mix, the new weights and dropout.
        frozen: leave the rows of the vocabulary as they are; most are rare, and would drift from those never met.
        half: compute in bfloat16 where that is safe.
        save: steps between two savings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str
    layers: tuple[int, ...] | None = None
    pieces: int | None = Field(default=None, gt=0)
    steps: int = Field(default=1_000, gt=0)
    batch: int = Field(default=32, gt=0)
    room: int = Field(default=96, ge=8, le=512)
    rate: float = Field(default=3e-4, gt=0)
    fresh: float = Field(default=10.0, gt=0)
    decay: float = Field(default=0.9, gt=0, le=1)
    shrink: float = Field(default=0.01, ge=0)
    warm: float = Field(default=0.1, ge=0, lt=1)
    clip: float = Field(default=1.0, gt=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    temperature: float = Field(default=0.5, ge=0, le=1)
    doubt: float = Field(default=0.5, ge=0, le=1)
    token_share: float = Field(default=1.0, ge=0)
    seed: int = 7
    frozen: bool = False
    half: bool = False
    save: int = Field(default=100, gt=0)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a recipe from YAML.

        Raises:
            ConfigError: it is missing or says what no recipe says.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise ConfigError(f"{path.name} is not a recipe for learning: {error}") from error


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained encoder, and the mean losses of its last tenth of steps."""

    model: JointEncoder
    losses: dict[str, float]


def learn(
    recipe: Recipe,
    base: Base,
    rows: Sequence[Row],
    folder: Path | None = None,
    *,
    tell: Tell | None = None,
    until: int | None = None,
) -> Learnt:
    """Train an encoder on the rows marked for training; goes on where `folder` says a run of this recipe stopped.

    Args:
        recipe: how.
        base: what to begin with, already cut down as the recipe says.
        rows: rows of all sources; those of another split are left alone.
        folder: where to save; None saves nothing.
        tell: called after each step with its number and its losses.
        until: stop before this step, as if interrupted.

    Raises:
        ConfigError: no rows to learn from, or the folder holds a run of another recipe.
    """
    from tokenizers import Tokenizer

    torch.manual_seed(recipe.seed)
    model = JointEncoder(base, recipe.dropout)
    model.words.weight.requires_grad_(not recipe.frozen)
    mixer = Mixer(
        [row for row in rows if row.split == "train"],
        Tokenizer.from_str(base.tokenizer),
        room=recipe.room, size=recipe.batch, seed=recipe.seed, temperature=recipe.temperature,
        ends=base.ends, blank=base.blank,
    )  # fmt: skip
    optimiser = torch.optim.AdamW(_groups(model, recipe), weight_decay=recipe.shrink)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step, recipe))
    first = _resume(folder, recipe, model, optimiser, schedule)
    recent: list[dict[str, float]] = []
    model.train()
    for step in range(first, min(recipe.steps, until or recipe.steps)):
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        losses = _step(recipe, model, optimiser, mixer.batch(step))
        schedule.step()
        recent = [*recent[-(recipe.steps // 10) :], losses]
        if tell is not None:
            tell(step + 1, losses)
        if folder is not None and ((step + 1) % recipe.save == 0 or step + 1 == recipe.steps):
            _save(folder, recipe, model, optimiser, schedule, step + 1)
    model.eval()
    means = {name: sum(each[name] for each in recent) / len(recent) for name in (recent[0] if recent else {})}
    return Learnt(model, means)


def _step(recipe: Recipe, model: JointEncoder, optimiser: Any, batch: Batch) -> dict[str, float]:
    targets = Targets(
        torch.from_numpy(batch.tokens), torch.from_numpy(batch.allowed), torch.from_numpy(batch.heads),
        torch.from_numpy(batch.weights),
    )  # fmt: skip
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.half):
        answers = model(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask))
    tokens, heads = token_loss(answers.tokens, targets, recipe.doubt), head_loss(answers.heads, targets)
    loss: Tensor = recipe.token_share * tokens + heads
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
    optimiser.step()
    return {"tokens": float(tokens.detach()), "heads": float(heads.detach())}


def _groups(model: JointEncoder, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameters by depth: the nearer to the text, the slower they learn (ULMFiT, Howard and Ruder, ACL 2018)."""
    depth = len(model.layers)
    groups: list[dict[str, Any]] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("layers."):
            rate = recipe.rate * recipe.decay ** (depth - 1 - int(name.split(".")[1]))
        elif name.startswith(("words", "places", "embedded")):
            rate = recipe.rate * recipe.decay**depth
        else:
            rate = recipe.rate * recipe.fresh
        group: dict[str, Any] = {"params": [parameter], "lr": rate}
        if parameter.ndim < 2:
            group["weight_decay"] = 0.0
        groups.append(group)
    return groups


def _pace(step: int, recipe: Recipe) -> float:
    """Share of the full rate: up in a line, then down along half a cosine."""
    warm = max(1, math.ceil(recipe.steps * recipe.warm))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, recipe.steps - warm)))


def _save(folder: Path, recipe: Recipe, model: JointEncoder, optimiser: Any, schedule: Any, step: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    staging = folder / f"{STATE}.part"
    state = {
        "recipe": recipe.model_dump_json(), "model": model.state_dict(), "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(), "step": step,
    }  # fmt: skip
    torch.save(state, staging)
    with staging.open("rb") as handle:
        os.fsync(handle.fileno())
    staging.replace(folder / STATE)


def _resume(folder: Path | None, recipe: Recipe, model: JointEncoder, optimiser: Any, schedule: Any) -> int:
    """Take up a run where it stopped; the step to begin with."""
    if folder is None or not (folder / STATE).exists():
        return 0
    state = torch.load(folder / STATE, weights_only=True, map_location="cpu")
    if state["recipe"] != recipe.model_dump_json():
        raise ConfigError("the folder holds a run of another recipe", hint="give another folder, or remove this one")
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
