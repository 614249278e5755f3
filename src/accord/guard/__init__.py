"""The hall everyone walks through: inspect once, then release per destination."""

from accord.guard.guard import Guard
from accord.guard.inspection import Inspection
from accord.guard.limits import Limits
from accord.guard.stream import Stream

__all__ = ["Guard", "Inspection", "Limits", "Stream"]
