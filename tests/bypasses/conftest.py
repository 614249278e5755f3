"""Fixtures that tests of evasions share with those of the rooms."""

from tests.unit.gateway.conftest import make_client

__all__ = ["make_client"]
