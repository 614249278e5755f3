"""Policies that a user adds to the shipped ones: read, named and validated before anything is decided by them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import cedarpy

from accord.errors import ConfigError

MAX_CHARACTERS = 1 << 18


def added(shipped: str, extra: Mapping[str, str], schema: cedarpy.Schema) -> cedarpy.PolicySet:
    """One set of all policies.

    Args:
        shipped: those that come with accord.
        extra: further ones, by where they came from.
        schema: what they are validated against.

    Raises:
        ConfigError: one of them cannot be read, has no name of its own, or does not fit the schema.
    """
    taken = set(_names(shipped, "accord"))
    policies = cedarpy.PolicySet.from_str(shipped)
    _validated(shipped, "accord", schema)
    for place, text in extra.items():
        if len(text) > MAX_CHARACTERS:
            raise ConfigError(f"{place}: more than {MAX_CHARACTERS:,} characters of policies")
        names = _names(text, place)
        for name in names:
            if not name:
                raise ConfigError(
                    f"{place}: a policy has no name", hint='write @id("…") before it: the audit log names it'
                )
            if name in taken:
                raise ConfigError(f"{place}: there are two policies named {name!r}", hint="give one another @id")
            taken.add(name)
        _validated(text, place, schema)
        policies = policies.with_added_str(text)
    return policies


def _names(text: str, place: str) -> list[str]:
    try:
        if cedarpy.PolicySet.from_str(text).templates():
            raise ConfigError(f"{place}: templates are not supported", hint="write policies without ?principal")
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise ConfigError(f"{place}: not Cedar: {str(error)[:300]}") from None
    return [policy.get("annotations", {}).get("id") or "" for policy in parsed["staticPolicies"].values()]


def _validated(text: str, place: str, schema: cedarpy.Schema) -> None:
    result = cedarpy.validate_policies(text, schema)
    if not result.validation_passed:
        named = result.id_annotations_by_policy_id
        first = result.errors[0]
        raise ConfigError(
            f"{place}: {named.get(first.policy_id, 'a policy')}: {first.error[:300]}",
            hint="see docs/reference/access.md for what policies can speak about",
        )
