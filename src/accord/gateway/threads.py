"""Where work is done that would keep others waiting: inspections, transforms, commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """A few threads of the gateway's own.

    Args:
        count: how many.
    """

    def __init__(self, count: int = 16) -> None:
        self._pool = ThreadPoolExecutor(count, "accord-door")

    async def run(self, work: Callable[[], T]) -> T:
        """Do something there, and wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
