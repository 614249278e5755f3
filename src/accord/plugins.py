"""Plugins by name: installed is not enabled, and nothing built in is privileged."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from accord.errors import AccordError, PluginError


def available(group: str) -> dict[str, EntryPoint]:
    """The plugins of a group that are installed, by name.

    Raises:
        PluginError: two distributions offer the same name.
    """
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise PluginError(
                f"two plugins of {group} are named {entry.name!r}: {other.value} and {entry.value}",
                hint="uninstall one of them",
            )
    return found


def load(group: str, name: str, options: dict[str, Any] | None = None) -> Any:
    """Make the plugin of this name, with its options.

    Raises:
        PluginError: it is not installed, cannot be imported or refuses its options.
    """
    known = available(group)
    entry = known.get(name)
    if entry is None:
        raise PluginError(
            f"no plugin of {group} is named {name!r}",
            hint=f"installed: {', '.join(sorted(known)) or 'none'}",
        )
    try:
        factory = entry.load()
    except Exception as error:
        raise PluginError(f"plugin {name!r} cannot be imported: {type(error).__name__}") from None
    try:
        return factory(**(options or {}))
    except TypeError:
        raise PluginError(f"plugin {name!r} does not take these options: {', '.join(options or {})}") from None
    except AccordError:
        raise
    except Exception as error:
        # Options may hold keys and passwords, and a plugin's own words may quote them.
        raise PluginError(f"plugin {name!r} cannot be made: {type(error).__name__}") from None
