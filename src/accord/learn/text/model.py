"""The encoder with its heads, and what it is trained to.

One pass gives a label for every piece and one logit for every head. Each head looks with its own eyes: it weighs the
pieces by a score of its own (attention pooling with one query a head), so that one bad sentence is not averaged away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch  # type: ignore[import-not-found, unused-ignore]
from torch import Tensor, nn

from accord.learn.text.base import Base
from accord.learn.text.labels import SEQUENCE_HEADS, TOKEN_LABELS

_FAR = -1e4  # in place of minus infinity: stays finite in half precision
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Answers:
    """What one pass gives: `tokens` of shape [batch, pieces, labels], `heads` of shape [batch, heads]; all logits."""

    tokens: Tensor
    heads: Tensor


@dataclass(frozen=True, slots=True)
class Targets:
    """What is known of a batch.

    Attributes:
        tokens: index of the label of each piece, -1 where none is known; [batch, pieces].
        allowed: labels that a piece marked outside may in truth have, since nobody annotated them; [batch, labels],
            true also for "outside" itself.
        heads: 0 to 1, or -1 where unknown; [batch, heads].
        weights: how much each row counts; [batch].
    """

    tokens: Tensor
    allowed: Tensor
    heads: Tensor
    weights: Tensor


class _Layer(nn.Module):  # type: ignore[misc, unused-ignore]
    def __init__(self, width: int, wide: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.mixed = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.attended = nn.LayerNorm(width, eps=_EPSILON)
        self.opened = nn.Linear(width, wide)
        self.closed = nn.Linear(wide, width)
        self.finished = nn.LayerNorm(width, eps=_EPSILON)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        batch, pieces, width = hidden.shape
        parts = self.mixed(hidden).view(batch, pieces, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        seen = self.joined(seen.transpose(1, 2).reshape(batch, pieces, width))
        drop = nn.functional.dropout
        hidden = self.attended(hidden + drop(seen, self.dropout, self.training))
        grown = self.closed(nn.functional.gelu(self.opened(hidden)))
        return self.finished(hidden + drop(grown, self.dropout, self.training))


class JointEncoder(nn.Module):  # type: ignore[misc, unused-ignore]
    """A BERT encoder with token labels and sequence heads.

    Args:
        base: where its weights begin.
        dropout: share of values dropped while learning.
    """

    def __init__(self, base: Base, dropout: float = 0.1) -> None:
        super().__init__()
        words, places = (base.weights[f"embeddings.{part}_embeddings.weight"] for part in ("word", "position"))
        wide = base.weights["encoder.layer.0.intermediate.dense.weight"].shape[0]
        self.dropout = dropout
        self.words = nn.Embedding(*words.shape)
        self.places = nn.Embedding(*places.shape)
        self.embedded = nn.LayerNorm(base.width, eps=_EPSILON)
        self.layers = nn.ModuleList(_Layer(base.width, wide, base.heads, dropout) for _ in range(base.layers))
        self.labels = nn.Linear(base.width, len(TOKEN_LABELS))
        self.looks = nn.Linear(base.width, len(SEQUENCE_HEADS))
        self.judges = nn.Linear(base.width, len(SEQUENCE_HEADS))
        for fresh in (self.labels, self.looks, self.judges):
            nn.init.normal_(fresh.weight, std=0.02)
            nn.init.zeros_(fresh.bias)
        self.load_state_dict(_state(base), strict=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Answers:
        """Read windows.

        Args:
            ids: pieces with the ends around them; [batch, pieces].
            mask: true where there is a piece; [batch, pieces].
        """
        hidden = self.embedded(self.words(ids) + self.places.weight[: ids.shape[1]])
        hidden = nn.functional.dropout(hidden, self.dropout, self.training)
        for layer in self.layers:
            hidden = layer(hidden, mask[:, None, None, :])
        looks = self.looks(hidden).masked_fill(~mask[..., None], _FAR)
        shares = torch.softmax(looks.float(), dim=1)
        return Answers(self.labels(hidden).float(), (shares * self.judges(hidden).float()).sum(dim=1))


def _state(base: Base) -> dict[str, Tensor]:
    """The base's weights under the names of the module; there is one token type, so it joins the positions."""
    given = {name: torch.from_numpy(value.copy()) for name, value in base.weights.items()}
    state = {
        "words.weight": given["embeddings.word_embeddings.weight"],
        "places.weight": given["embeddings.position_embeddings.weight"]
        + given["embeddings.token_type_embeddings.weight"][0],
        "embedded.weight": given["embeddings.LayerNorm.weight"],
        "embedded.bias": given["embeddings.LayerNorm.bias"],
    }
    names = {
        "joined": "attention.output.dense", "attended": "attention.output.LayerNorm",
        "opened": "intermediate.dense", "closed": "output.dense", "finished": "output.LayerNorm",
    }  # fmt: skip
    for layer in range(base.layers):
        stem = f"encoder.layer.{layer}"
        for kind in ("weight", "bias"):
            mixed = [given[f"{stem}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"layers.{layer}.mixed.{kind}"] = torch.cat(mixed)
            for ours, theirs in names.items():
                state[f"layers.{layer}.{ours}.{kind}"] = given[f"{stem}.{theirs}.{kind}"]
    return state


def token_loss(logits: Tensor, targets: Targets, doubt: float = 0.5) -> Tensor:
    """Cross-entropy of labels under partial annotation.

    Where a piece is marked outside and not every type was annotated, what is asked for is the sum of the
    probabilities of "outside" and of all types that nobody looked for (as marginal training of Bellare and McCallum
    2007 and of Greenberg et al., EMNLP 2018, without the transitions). Those types count by `doubt` only: at 1
    nothing would ever teach the model that most of what nobody looked at is outside, at 0 what was not annotated
    would be taught to be absent.
    """
    log = torch.log_softmax(logits, dim=-1)
    known = targets.tokens >= 0
    right = log.gather(-1, targets.tokens.clamp(min=0)[..., None])[..., 0]
    shares = torch.where(targets.allowed, math.log(doubt) if doubt > 0 else _FAR, _FAR)
    shares[:, 0] = 0.0
    outside = (log + shares[:, None, :]).logsumexp(-1)
    each = -torch.where(targets.tokens == 0, outside, right)
    counts = known * targets.weights[:, None]
    return (each * counts).sum() / counts.sum().clamp(min=1.0)


def head_loss(logits: Tensor, targets: Targets) -> Tensor:
    """Binary cross-entropy over the heads that are known of each row."""
    known = (targets.heads >= 0) * targets.weights[:, None]
    each = nn.functional.binary_cross_entropy_with_logits(logits, targets.heads.clamp(min=0), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1.0)
