"""The register: which weights accord uses, where they come from, their licence, and what they must hash to."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from accord.errors import ModelError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """The package a model is taken from.

    Attributes:
        requirement: what the package client is asked for, pinned (`name==1.2.3`).
        wheel: file name of the one wheel that is accepted.
        sha256: its hash.
        size: its bytes.
    """

    requirement: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+$")]
    wheel: FileName
    sha256: Sha256
    size: Annotated[int, Field(gt=0)]


class File(_Strict):
    """A file of a model: its name in the cache, its hash, its bytes."""

    name: FileName
    sha256: Sha256
    size: Annotated[int, Field(gt=0)]


class SourceFile(File):
    """A file that is taken from somewhere.

    Attributes:
        path: its path in the wheel, or below the `accord` package.
        then: paths of the pieces that follow, in order, for a file that its publisher cut to pieces.
    """

    path: str
    then: tuple[str, ...] = ()


class Derived(File):
    """A file that is computed at pull time, byte for byte the same everywhere.

    Attributes:
        made_from: the file it is computed from.
        method: how; see `accord.models.convert`.
    """

    made_from: FileName
    method: Literal["bert-int8"]


class Measured(_Strict):
    """A figure that was measured for a model: metric, value, sample size, and the data it was measured on."""

    metric: str
    value: float
    n: int
    data: str


class Entry(_Strict):
    """One model.

    Attributes:
        name: what `accord models pull NAME` takes.
        slot: the place in the configuration it fills.
        version: the publisher's version.
        kind: `package` comes out of a wheel; `shipped` comes with accord.
        summary: what it does, in one line.
        source: the package, for `package`.
        further: more packages, where the publisher spread the files over several.
        files: the files taken from it; for `shipped`, the path below the `accord` package.
        derived: files computed from those.
        licence: SPDX expression of the weights.
        attribution: the line NOTICE carries.
        languages: BCP 47 tags in which it was seen to work.
        gaps: what it is known to miss.
        measured: figures, with what they were measured on.
    """

    name: FileName
    slot: str
    version: str
    kind: Literal["package", "shipped"]
    summary: str
    source: Source | None = None
    further: tuple[Source, ...] = ()
    files: tuple[SourceFile, ...]
    derived: tuple[Derived, ...] = ()
    licence: str
    attribution: str
    languages: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind == "package") != (self.source is not None):
            raise ValueError("a package entry has a source, a shipped one has none")
        if self.kind == "shipped" and (self.further or any(file.then for file in self.files)):
            raise ValueError("a shipped entry is whole")
        names = [file.name for file in self.files] + [file.name for file in self.derived]
        if len(set(names)) != len(names):
            raise ValueError("two files have the same name")
        if not {made.made_from for made in self.derived} <= set(names):
            raise ValueError("a derived file names a source that is not there")
        return self

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every package its files are taken from."""
        return (self.source, *self.further) if self.source is not None else ()

    @property
    def folder(self) -> str:
        """The name of its folder in the cache."""
        return f"{self.name}-{self.version}"


class Register(_Strict):
    """All models, by name."""

    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [entry.name for entry in self.entries]
        if len(set(names)) != len(names):
            raise ValueError("two entries have the same name")
        return self

    def entry(self, name: str) -> Entry:
        """The entry of that name.

        Raises:
            ModelError: there is none.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(sorted(entry.name for entry in self.entries))
        shown = name if re.fullmatch(r"[\w.-]{1,64}", name) else "that name"
        raise ModelError(f"no model is called {shown}", hint=f"known models: {known}")


def parse(text: str) -> Register:
    """Read a register from YAML.

    Raises:
        ModelError: it is not one.
    """
    try:
        return Register.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise ModelError(f"the model register is not valid: {type(error).__name__}") from error


@cache
def register() -> Register:
    """The register that comes with accord."""
    return parse(resources.files("accord.models").joinpath("register.yaml").read_text(encoding="utf-8"))
