"""The hall everyone walks through: inspect once, then release per destination."""

from accord.guard.guard import Guard, Limits
from accord.guard.inspection import Inspection

__all__ = ["Guard", "Inspection", "Limits"]
