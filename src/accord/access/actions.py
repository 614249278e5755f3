"""Everything that can be asked for: one table of actions, with the doors and commands they guard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from accord.errors import ConfigError


class Action(Enum):
    """What a principal asks to do; the value is its name in Cedar, in scopes and in the audit log."""

    CHAT = "chat"
    EMBED = "embed"
    MODERATE = "moderate"
    MODELS = "models"
    INSPECT = "inspect"

    REVIEW_LIST = "review.list"
    REVIEW_SHOW = "review.show"
    REVIEW_RELEASE = "review.release"
    REVIEW_DENY = "review.deny"

    BREAKGLASS_REQUEST = "breakglass.request"
    BREAKGLASS_APPROVE = "breakglass.approve"
    BREAKGLASS_OPEN = "breakglass.open"
    BREAKGLASS_REVOKE = "breakglass.revoke"
    BREAKGLASS_LIST = "breakglass.list"

    ERASE = "erase"
    EXPORT = "export"
    HOLD_LIST = "hold.list"
    HOLD_PLACE = "hold.place"
    HOLD_LIFT = "hold.lift"

    HEALTH = "health"
    METRICS = "metrics"
    POLICY_SHOW = "policy.show"
    POLICY_RELOAD = "policy.reload"
    SWITCH_ENGAGE = "switch.engage"
    SWITCH_RELEASE = "switch.release"

    AUDIT_LIST = "audit.list"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_PROVE = "audit.prove"
    AUDIT_EXPORT = "audit.export"

    KEYS_ADD = "keys.add"
    KEYS_LIST = "keys.list"
    KEYS_ROTATE = "keys.rotate"
    KEYS_REVOKE = "keys.revoke"
    VAULT_SHOW = "vault.show"
    VAULT_ROTATE = "vault.rotate"
    VAULT_REWRAP = "vault.rewrap"
    VAULT_RETIRE = "vault.retire"
    CONFIG_SHOW = "config.show"
    CONFIG_CHANGE = "config.change"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What an action is and where it is asked for.

    Attributes:
        groups: the groups it is in: the first is its family, `content` means that content is shown or leaves.
        says: what it is, in words.
        doors: HTTP method and path, as far as one action has one.
        commands: what does the same at the command line.
    """

    groups: tuple[str, ...]
    says: str
    doors: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


_CHAT = ("POST /v1/chat/completions",)
_INSPECT = (
    "POST /beta/litellm_basic_guardrail_api",
    "POST /verdict/beta/litellm_basic_guardrail_api",
    "POST /analyze",
    "GET /recognizers",
    "GET /supportedentities",
    "POST /anonymize",
    "POST /deanonymize",
    "GET /anonymizers",
    "GET /deanonymizers",
    "POST /redact",
    "POST /console/inspect",
)
_CHECKS = ("accord check", "accord sanitise")
_RAW = ("breakglass", "content")


def _glass(command: str) -> tuple[str, ...]:
    return (f"accord review break-glass {command}",)


ACTIONS: Mapping[Action, Guarded] = {
    Action.CHAT: Guarded(("model",), "talk to a model", _CHAT),
    Action.EMBED: Guarded(("model",), "have embeddings made", ("POST /v1/embeddings",)),
    Action.MODERATE: Guarded(("model",), "have content classified", ("POST /v1/moderations",)),
    Action.MODELS: Guarded(("model",), "list the models", ("GET /v1/models", "GET /v1/models/")),
    Action.INSPECT: Guarded(("model",), "have own content inspected and rewritten", _INSPECT, _CHECKS),
    Action.REVIEW_LIST: Guarded(("review",), "list what is held, masked", (), ("accord review list",)),
    Action.REVIEW_SHOW: Guarded(("review",), "look at what is held, masked", (), ("accord review show",)),
    Action.REVIEW_RELEASE: Guarded(("review", "content"), "let what is held leave", (), ("accord review release",)),
    Action.REVIEW_DENY: Guarded(("review",), "refuse what is held", (), ("accord review deny",)),
    Action.BREAKGLASS_REQUEST: Guarded(_RAW, "ask to see raw content, with a reason", (), _glass("request")),
    Action.BREAKGLASS_APPROVE: Guarded(_RAW, "let another person see raw content", (), _glass("approve")),
    Action.BREAKGLASS_OPEN: Guarded(_RAW, "see raw content that another person approved", (), _glass("open")),
    Action.BREAKGLASS_REVOKE: Guarded(("breakglass",), "end a request to see raw content", (), _glass("revoke")),
    Action.BREAKGLASS_LIST: Guarded(("breakglass",), "list requests to see raw content", (), _glass("list")),
    Action.ERASE: Guarded(("custody",), "erase a person or a value", (), ("accord erase",)),
    Action.EXPORT: Guarded(("custody", "content"), "give out what is kept of a person", (), ("accord export",)),
    Action.HOLD_LIST: Guarded(("custody",), "list legal holds", (), ("accord hold list",)),
    Action.HOLD_PLACE: Guarded(
        ("custody",), "keep from being erased, for a legal matter", (), ("accord hold place",)
    ),
    Action.HOLD_LIFT: Guarded(("custody",), "end a legal hold", (), ("accord hold lift",)),
    Action.HEALTH: Guarded(("operate",), "see how the service is", ("GET /admin/switch",), ("accord doctor",)),
    Action.METRICS: Guarded(("operate",), "read metrics", ("GET /metrics",)),
    Action.POLICY_SHOW: Guarded(("operate",), "read the policy", ("GET /admin/shadow",), ("accord policy explain",)),
    Action.POLICY_RELOAD: Guarded(("operate",), "have the policy read anew", ("POST /admin/reload",)),
    Action.SWITCH_ENGAGE: Guarded(("operate",), "stop everything", ("POST /admin/switch",), ("accord kill on",)),
    Action.SWITCH_RELEASE: Guarded(
        ("operate",), "let everything go on", ("DELETE /admin/switch",), ("accord kill off",)
    ),
    Action.AUDIT_LIST: Guarded(("audit",), "list audit records", (), ("accord audit list",)),
    Action.AUDIT_VERIFY: Guarded(("audit",), "verify the audit log", (), ("accord audit verify", "accord audit key")),
    Action.AUDIT_PROVE: Guarded(("audit",), "prove that a record is in the log", (), ("accord audit prove",)),
    Action.AUDIT_EXPORT: Guarded(("audit",), "take a bundle of the log out", (), ("accord audit export",)),
    Action.KEYS_ADD: Guarded(("keys",), "make an API key", (), ("accord keys add",)),
    Action.KEYS_LIST: Guarded(("keys",), "list API keys", (), ("accord keys list",)),
    Action.KEYS_ROTATE: Guarded(("keys",), "replace an API key", (), ("accord keys rotate",)),
    Action.KEYS_REVOKE: Guarded(("keys",), "end an API key", (), ("accord keys revoke",)),
    Action.VAULT_SHOW: Guarded(("vault",), "see which master keys wrap how much", (), ("accord vault status",)),
    Action.VAULT_ROTATE: Guarded(("vault",), "make a new master key", (), ("accord vault rotate",)),
    Action.VAULT_REWRAP: Guarded(("vault",), "wrap all keys anew", (), ("accord vault rewrap",)),
    Action.VAULT_RETIRE: Guarded(("vault",), "remove an old master key", (), ("accord vault retire",)),
    Action.CONFIG_SHOW: Guarded(("config",), "read the configuration"),
    Action.CONFIG_CHANGE: Guarded(("config",), "change the configuration"),
}
"""Every action. `schema.cedarschema` says the same in Cedar; a test holds one to the other."""

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(group for guarded in ACTIONS.values() for group in guarded.groups))
"""The groups of actions, in the order of the table."""

SCOPES: frozenset[str] = frozenset({action.value for action in Action} | set(GROUPS))
"""What a key can be limited to."""


def scopes_of(names: frozenset[str]) -> frozenset[str]:
    """The scopes of those names.

    Raises:
        ConfigError: one of them is neither an action nor a group.
    """
    if unknown := sorted(names - SCOPES):
        raise ConfigError(
            f"there is no scope {unknown[0][:32]!r}", hint=f"groups are {', '.join(GROUPS)}; or name one action"
        )
    return names
