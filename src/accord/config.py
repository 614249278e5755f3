"""`accord.yaml` and policy files as typed models: an unknown key is an error with its path."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from accord.core.content import Modality, Origin, Role
from accord.core.decision import Destination, Outcome
from accord.core.taxonomy import CATEGORIES
from accord.errors import ConfigError
from accord.media.limits import MediaLimits
from accord.policy import Policy, Rule, When
from accord.transform.pseudonyms import label

SHIPPED = ("default", "strict", "monitor")
"""The policies that come with accord, by name."""

MAX_BYTES = 1 << 20

_MEDIA = MediaLimits()


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class WhenModel(_Model):
    """Conditions of a rule."""

    modality: frozenset[Modality] = frozenset()
    role: frozenset[Role] = frozenset()
    origin: frozenset[Origin] = frozenset()
    purpose: frozenset[str] = frozenset()
    tenant: frozenset[str] = frozenset()


class RuleModel(_Model):
    """One rule as it is written."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")
    match: tuple[str, ...] = Field(min_length=1)
    excepted: tuple[str, ...] = Field(default=(), alias="except")
    to: frozenset[Destination] = Field(min_length=1)
    action: Outcome
    min_score: float = Field(default=0.0, ge=0, le=1)
    transform: str | None = Field(default=None, alias="with")
    when: WhenModel = WhenModel()
    reason: str = ""
    on_error: Literal["hold", "block"] = "block"

    @field_validator("match", "excepted", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def rule(self) -> Rule:
        """The rule it means."""
        when = When(**{name: getattr(self.when, name) for name in WhenModel.model_fields})
        return Rule(
            id=self.id,
            match=self.match,
            excepted=self.excepted,
            to=self.to,
            action=self.action,
            min_score=self.min_score,
            transform=self.transform,
            when=when,
            reason=self.reason,
            on_error=Outcome(self.on_error),
        )


class MediaModel(_Model):
    """Bounds on opening one part that is no text; see `accord.media.limits.MediaLimits`."""

    bytes: int = Field(default=_MEDIA.bytes, ge=1)
    pixels: int = Field(default=_MEDIA.pixels, ge=1)
    total_pixels: int = Field(default=_MEDIA.total_pixels, ge=1)
    pages: int = Field(default=_MEDIA.pages, ge=1)
    characters: int = Field(default=_MEDIA.characters, ge=1)
    files: int = Field(default=_MEDIA.files, ge=0)
    depth: int = Field(default=_MEDIA.depth, ge=0, le=16)
    ratio: int = Field(default=_MEDIA.ratio, ge=1)
    seconds: float = Field(default=_MEDIA.seconds, gt=0)
    memory: int = Field(default=_MEDIA.memory, ge=256_000_000)
    dpi: int = Field(default=_MEDIA.dpi, ge=36, le=600)


class LimitsModel(_Model):
    """Bounds on one inspection.

    Attributes:
        characters: longest text inspected at once.
        depth: how deep readings may nest.
        deadline: seconds an inspection may take.
        deadline_per_megabyte: seconds more for every million characters.
        workers: threads that run detectors; 1 keeps everything on one core.
        waiting: inspections that may wait for a worker at once.
        deadline_per_megapixel: seconds more for every million pixels of pictures and pages.
        deadline_per_minute: seconds more for every minute of recordings.
        media: bounds on opening one picture or document.
    """

    characters: int = Field(default=16_000_000, ge=1)
    depth: int = Field(default=4, ge=0, le=16)
    deadline: float = Field(default=30.0, gt=0)
    deadline_per_megabyte: float = Field(default=180.0, ge=0)
    workers: int = Field(default=2, ge=1, le=64)
    waiting: int = Field(default=64, ge=1)
    deadline_per_megapixel: float = Field(default=20.0, ge=0)
    deadline_per_minute: float = Field(default=60.0, ge=0)
    media: MediaModel = MediaModel()


class PluginModel(_Model):
    """A plugin, with its options."""

    use: str
    options: dict[str, Any] = {}


class RestoreModel(_Model):
    """Where pseudonyms are restored besides the user's own answer."""

    tools: dict[str, frozenset[str]] = {}

    @field_validator("tools")
    @classmethod
    def _known(cls, value: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        known = {label(category).lower() for category in CATEGORIES}
        unknown = sorted(kind for kinds in value.values() for kind in kinds if kind not in known)
        if unknown:
            raise ValueError(f"no kind of pseudonym is named {unknown[0]!r}; there are {', '.join(sorted(known))}")
        return value


class ConfigModel(_Model):
    """The whole file."""

    version: Literal[1]
    extends: str | None = None
    mode: Literal["enforce", "monitor"] | None = None
    default: Literal["hold", "block"] | None = None
    owner: str = ""
    expires: date | None = None
    rules: tuple[RuleModel, ...] = ()
    restore: RestoreModel = RestoreModel()
    readers: tuple[PluginModel, ...] | None = None
    detectors: tuple[PluginModel, ...] | None = Field(default=None, min_length=1)
    limits: LimitsModel = LimitsModel()

    @field_validator("readers", "detectors", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [{"use": item} if isinstance(item, str) else item for item in value]
        return value

    def policy(self) -> Policy:
        """The policy it states, with the rules of the one it extends: those stay in force."""
        whole = self.merged()
        return Policy(
            rules=tuple(rule.rule() for rule in whole.rules),
            default=Outcome(whole.default or "block"),
            monitor=whole.mode == "monitor",
            owner=whole.owner,
            expires=whole.expires,
            restore=whole.restore.tools,
        )

    def merged(self) -> ConfigModel:
        """Itself with the rules, mode and default of what it extends written out."""
        if self.extends is None:
            return self
        base = shipped(self.extends).merged()
        update = {
            "extends": None,
            "rules": (*base.rules, *self.rules),
            "mode": self.mode or base.mode,
            "default": self.default or base.default,
        }
        return self.model_copy(update=update)


READERS = tuple(PluginModel(use=name) for name in ("structure", "encoded", "ocr", "codes", "speech"))
DETECTORS = tuple(
    PluginModel(use=name)
    for name in "patterns fields entities injection harm documents spoken plates lists faces unsafe voice".split()
)


def shipped(name: str) -> ConfigModel:
    """A policy that comes with accord.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in SHIPPED:
        raise ConfigError(f"no policy is named {name!r}", hint=f"there are {', '.join(SHIPPED)}")
    text = resources.files("accord").joinpath("policies", f"{name}.yaml").read_text(encoding="utf-8")
    return parse(text, f"{name}.yaml")


def read(path: str | Path) -> ConfigModel:
    """Read a configuration file.

    Raises:
        ConfigError: it cannot be read, is not YAML, or says something accord does not understand.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file.name} is larger than {MAX_BYTES} bytes; that is no policy")
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{file.name} is not UTF-8") from None
    except OSError as error:
        raise ConfigError(f"cannot read {file.name}: {error.strerror}") from None
    return parse(text, file.name)


def parse(text: str, name: str) -> ConfigModel:
    """Read configuration from YAML text; `name` is what errors call it."""
    try:
        raw = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader that also refuses repeated keys
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{name}{at}: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ConfigError(f"{name} is not YAML that accord can read") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{name}: expected keys and values", hint="a policy starts with `version: 1`")
    try:
        return ConfigModel.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(name, item) for item in error.errors())) from None


class _StrictLoader(yaml.SafeLoader):
    """YAML without repeated keys: the second would silently replace the first."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)

_MODELS: Mapping[str, type[_Model]] = {
    "rules": RuleModel,
    "when": WhenModel,
    "limits": LimitsModel,
    "media": MediaModel,
    "readers": PluginModel,
    "detectors": PluginModel,
    "restore": RestoreModel,
}


def _explain(name: str, item: Any) -> str:
    """One validation error as `file: path: what is wrong`."""
    location = item["loc"]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).lstrip(".")
    if item["type"] == "extra_forbidden":
        parents = [step for step in location[:-1] if isinstance(step, str)]
        model = _MODELS.get(parents[-1], ConfigModel) if parents else ConfigModel
        known = [info.alias or key for key, info in model.model_fields.items()]
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        return f"{name}: {path}: unknown key" + (f"; did you mean {close[0]!r}?" if close else "")
    return f"{name}: {path}: {item['msg'][0].lower()}{item['msg'][1:]}"
