"""How places are changed: which transform is stronger, and how edits that overlap become one.

Law 4 of the policy: places that overlap merge to their union, the strongest transform applies once, the longest
finding names it, and all rule ids are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accord.core.content import Modality, Origin
from accord.core.place import Span

TEXT_TRANSFORMS = ("pseudonymise", "hash", "generalise", "mask", "remove")
IMAGE_TRANSFORMS = ("pixelate", "replace", "fill", "remove")
AUDIO_TRANSFORMS = ("voice", "replace", "mute", "remove")

TRANSFORMS: dict[Modality, tuple[str, ...]] = {
    Modality.TEXT: TEXT_TRANSFORMS,
    Modality.DOCUMENT: TEXT_TRANSFORMS,
    Modality.IMAGE: IMAGE_TRANSFORMS,
    Modality.AUDIO: AUDIO_TRANSFORMS,
}
"""The transforms of each modality, weakest first."""

KNOWN_TRANSFORMS = frozenset(name for names in TRANSFORMS.values() for name in names)

# A transform that a modality lacks becomes its nearest one that hides at least as much.
_IN_TEXT = {"pixelate": "mask", "replace": "pseudonymise", "fill": "mask", "voice": "mask", "mute": "mask"}
_IN_IMAGE = {"pseudonymise": "replace", "hash": "fill", "generalise": "fill", "mask": "fill", "voice": "fill"}
_IN_AUDIO = {"pseudonymise": "replace", "pixelate": "mute", "fill": "mute"}


def suited(transform: str, modality: Modality) -> str:
    """The form a transform takes in a modality."""
    names = TRANSFORMS[modality]
    if transform in names:
        return transform
    if names is IMAGE_TRANSFORMS:
        return _IN_IMAGE.get(transform, "fill")
    if names is AUDIO_TRANSFORMS:
        return _IN_AUDIO.get(transform, "mute")
    return _IN_TEXT.get(transform, "mask")


def strongest(transforms: Iterable[str], modality: Modality) -> str:
    """The strongest of some transforms, in the form they take in a modality."""
    names = TRANSFORMS[modality]
    return max((suited(transform, modality) for transform in transforms), key=names.index)


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of text to be changed.

    Attributes:
        span: where, in the characters of its frame.
        transform: a text transform.
        category: the category that names it.
        rules: ids of the rules that ask for it, sorted.
        value: what stands for the value when a pseudonym or hash is derived; None means the text at `span`.
        origin: who brought the value.
    """

    span: Span
    transform: str
    category: str
    rules: tuple[str, ...]
    value: str | None = None
    origin: Origin = Origin.CALLER

    def __repr__(self) -> str:
        return f"<Edit {self.transform} {self.category} at [{self.span.start}, {self.span.end})>"


def merge(edits: Iterable[Edit]) -> list[Edit]:
    """Merge edits of one frame that overlap; the result is sorted and disjoint."""
    merged: list[Edit] = []
    group: list[Edit] = []
    end = -1
    for edit in sorted(edits, key=lambda e: (e.span, e.category, e.transform)):
        if group and edit.span.start < end:
            group.append(edit)
            end = max(end, edit.span.end)
            continue
        if group:
            merged.append(_join(group))
        group, end = [edit], edit.span.end
    if group:
        merged.append(_join(group))
    return merged


def _join(group: list[Edit]) -> Edit:
    if len(group) == 1:
        return group[0]
    span = Span(min(e.span.start for e in group), max(e.span.end for e in group))
    longest = max(group, key=lambda e: (len(e.span), e.category))
    transform = strongest((e.transform for e in group), Modality.TEXT)
    rules = tuple(sorted({rule for e in group for rule in e.rules}))
    value = longest.value if longest.span == span else None
    return Edit(span, transform, longest.category, rules, value, longest.origin)
