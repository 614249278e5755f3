"""The gateway out of configuration and state: what `accord serve` runs, made anew in every process that serves."""

from accord.serve.plan import Plan, plan, serving
from accord.serve.whole import gateway

__all__ = ["Plan", "gateway", "plan", "serving"]
