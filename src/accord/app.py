"""The composition root: the only place that turns configuration into objects."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord import config, plugins
from accord.absent import unavailable
from accord.errors import ConfigError, ModelError, PluginError
from accord.guard import Guard, Limits
from accord.guard.breaking import Agreed, Breaker
from accord.guard.guard import AnyDetector, AnyReader
from accord.guard.recording import Heard, Log
from accord.media.limits import MediaLimits
from accord.media.opener import MediaOpener
from accord.policy import Policy
from accord.state import State, open_state
from accord.transform.pseudonyms import Pseudonyms

STATE_VARIABLE = "ACCORD_STATE"


def state_dir(given: str | Path | None = None) -> Path:
    """The state folder: as given, else from the environment, else the user's own."""
    if given:
        return Path(given)
    if named := os.environ.get(STATE_VARIABLE):
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("accord")


def settings(source: str | Path | None = None) -> config.ConfigModel:
    """Read a configuration: a file, the name of a shipped policy, or the default.

    Raises:
        ConfigError: it is not understood.
    """
    if source is None:
        return config.shipped("default")
    if str(source) in config.SHIPPED:
        return config.shipped(str(source))
    return config.read(source)


def load(
    source: str | Path | None = None, *, state: str | Path | None = None, pseudonym_key: bytes | None = None
) -> Guard:
    """Make a guard.

    Args:
        source: a configuration file or the name of a shipped policy (`default`, `strict`); default when not given.
        state: the state folder; the user's own when not given.
        pseudonym_key: makes pseudonyms the same wherever this key is used; random when not given.

    Raises:
        ConfigError: the configuration is wrong.
        PluginError: a reader or detector is missing, fails to load or finds what no rule names.
        StoreError: the state cannot be used.
        AuditError: the audit log cannot be used.
    """
    chosen = settings(source)
    made = plugins_of(chosen)
    kept = open_state(state_dir(state), chosen)
    try:
        named = Pseudonyms(pseudonym_key) if pseudonym_key else pseudonyms_of(chosen, kept)
        return guard_of(chosen, made, kept, named, on_close=kept.close)
    except BaseException:
        kept.close()
        raise


@dataclass(frozen=True, slots=True)
class Made:
    """A policy and the plugins that go with it."""

    policy: Policy
    readers: tuple[AnyReader, ...]
    detectors: tuple[AnyDetector, ...]


def plugins_of(chosen: config.ConfigModel) -> Made:
    """The policy of a configuration, with its readers and detectors.

    Raises:
        ConfigError: the configuration is wrong.
        PluginError: a reader or detector is missing, fails to load or finds what no rule names.
    """
    policy = chosen.policy()
    readers = tuple(_reader(item) for item in _named(chosen.readers, config.READERS))
    return Made(
        policy, readers, tuple(_detector(item, policy) for item in _named(chosen.detectors, config.DETECTORS))
    )


def pseudonyms_of(chosen: config.ConfigModel, kept: State) -> Pseudonyms:
    """Pseudonyms in the style of a configuration, kept in the state."""
    return Pseudonyms(keeper=kept.pseudonyms, style=chosen.pseudonyms.style)


def guard_of(
    chosen: config.ConfigModel,
    made: Made,
    kept: State,
    named: Pseudonyms,
    *,
    keep: bool = True,
    on_close: Callable[[], None] | None = None,
    breaker: Breaker | None = None,
    agreed: Agreed | None = None,
    heard: Heard | None = None,
    log: Log | None = None,
) -> Guard:
    """A guard over plugins and state that may be shared with others.

    Args:
        chosen: the configuration.
        made: its policy and plugins.
        kept: the state.
        named: what stands for values.
        keep: whether content that does not leave is kept.
        on_close: run when the guard is closed.
        breaker: leaves detectors alone that fail again and again.
        agreed: whether a detector that is left alone may be missing.
        heard: told of every decision on record.
        log: writes to the audit log of the state, and does something besides; the log itself when not given.
    """
    limits = _limits(chosen.limits)
    return Guard(
        made.policy,
        made.readers,
        made.detectors,
        log or kept.audit,
        named,
        limits,
        MediaOpener(limits.media, workers=limits.workers),
        keeper=kept.quarantine if keep else None,
        identify=kept.identify,
        on_close=on_close,
        breaker=breaker,
        agreed=agreed,
        heard=heard,
    )


def _limits(chosen: config.LimitsModel) -> Limits:
    plain = chosen.model_dump(exclude={"media"})
    return Limits(**plain, media=MediaLimits(**chosen.media.model_dump()))


def _named(
    chosen: Sequence[config.PluginModel] | None, default: Sequence[config.PluginModel]
) -> Sequence[config.PluginModel]:
    items = default if chosen is None else chosen
    names = [item.use for item in items]
    if len(set(names)) != len(names):
        raise ConfigError("a plugin is named twice", hint=", ".join(sorted(names)))
    return items


def _reader(item: config.PluginModel) -> AnyReader:
    made: Any = _made("accord.readers", item)
    if not isinstance(made, AnyReader):
        raise PluginError(f"{item.use} is no reader: see the readers in accord.core.roles")
    return made


def _detector(item: config.PluginModel, policy: Policy) -> AnyDetector:
    made: Any = _made("accord.detectors", item)
    if not isinstance(made, AnyDetector):
        raise PluginError(f"{item.use} is no detector: see the detectors in accord.core.roles")
    unnamed = made.categories - policy.categories
    if unnamed:
        raise PluginError(
            f"detector {item.use} finds what no rule names: {', '.join(sorted(unnamed))}",
            hint="name these categories in a rule, or leave the detector out",
        )
    return made


def _made(group: str, item: config.PluginModel) -> Any:
    """A plugin; where its weights are missing, something that says so whenever it would have been asked."""
    try:
        return plugins.load(group, item.use, item.options)
    except ModelError as error:
        return unavailable(item.use, plugins.available(group)[item.use].load(), error)
