"""`accord.yaml` and policy files as typed models: an unknown key is an error with its path."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from accord.config.base import Model
from accord.config.gateway import (
    BreakerModel,
    DegradeModel,
    FailsafeModel,
    FetchModel,
    GatewayModel,
    OutputModel,
    ShadowModel,
    TlsModel,
    UpstreamModel,
)
from accord.config.limits import LimitsModel, MediaModel
from accord.config.rules import RuleModel, WhenModel
from accord.config.state import (
    AccessModel,
    AuditModel,
    CheckpointModel,
    ClaimsModel,
    KeysModel,
    OidcModel,
    PseudonymsModel,
    RetentionModel,
    StateModel,
)
from accord.core.decision import Outcome
from accord.core.taxonomy import CATEGORIES
from accord.errors import ConfigError
from accord.policy import Policy
from accord.transform.pseudonyms import label

SHIPPED = ("default", "strict", "monitor")
"""The policies that come with accord, by name."""

MAX_BYTES = 1 << 20


class PluginModel(Model):
    """A plugin, with its options."""

    use: str
    options: dict[str, Any] = Field(default_factory=dict)


class RestoreModel(Model):
    """Where pseudonyms are restored besides the user's own answer."""

    tools: dict[str, frozenset[str]] = Field(default_factory=dict)

    @field_validator("tools")
    @classmethod
    def _known(cls, value: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        known = {label(category).lower() for category in CATEGORIES}
        unknown = sorted(kind for kinds in value.values() for kind in kinds if kind not in known)
        if unknown:
            raise ValueError(f"no kind of pseudonym is named {unknown[0]!r}; there are {', '.join(sorted(known))}")
        return value


class ConfigModel(Model):
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
    state: StateModel = StateModel()
    retention: RetentionModel = RetentionModel()
    pseudonyms: PseudonymsModel = PseudonymsModel()
    access: AccessModel = AccessModel()
    upstreams: dict[str, UpstreamModel] = Field(default_factory=dict)
    output: OutputModel = OutputModel()
    gateway: GatewayModel = GatewayModel()
    failsafe: FailsafeModel = FailsafeModel()
    shadow: ShadowModel | None = None

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

_MODELS: Mapping[str, type[Model]] = {
    "rules": RuleModel,
    "when": WhenModel,
    "limits": LimitsModel,
    "media": MediaModel,
    "readers": PluginModel,
    "detectors": PluginModel,
    "restore": RestoreModel,
    "state": StateModel,
    "keys": KeysModel,
    "audit": AuditModel,
    "checkpoint": CheckpointModel,
    "retention": RetentionModel,
    "pseudonyms": PseudonymsModel,
    "access": AccessModel,
    "oidc": OidcModel,
    "claims": ClaimsModel,
    "upstreams": UpstreamModel,
    "output": OutputModel,
    "gateway": GatewayModel,
    "fetch": FetchModel,
    "tls": TlsModel,
    "failsafe": FailsafeModel,
    "upstream": BreakerModel,
    "degrade": DegradeModel,
    "shadow": ShadowModel,
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
