"""`accord.yaml` and policy files as typed models: an unknown key is an error with its path."""

from accord.config.file import (
    DETECTORS,
    READERS,
    SHIPPED,
    ConfigModel,
    PluginModel,
    RestoreModel,
    parse,
    read,
    shipped,
)
from accord.config.gateway import FailsafeModel, GatewayModel, OutputModel, ShadowModel, UpstreamModel
from accord.config.limits import LimitsModel, MediaModel
from accord.config.rules import RuleModel, WhenModel
from accord.config.state import AccessModel, PseudonymsModel, RetentionModel, StateModel

__all__ = [
    "DETECTORS",
    "READERS",
    "SHIPPED",
    "AccessModel",
    "ConfigModel",
    "FailsafeModel",
    "GatewayModel",
    "LimitsModel",
    "MediaModel",
    "OutputModel",
    "PluginModel",
    "PseudonymsModel",
    "RestoreModel",
    "RetentionModel",
    "RuleModel",
    "ShadowModel",
    "StateModel",
    "UpstreamModel",
    "WhenModel",
    "parse",
    "read",
    "shipped",
]
