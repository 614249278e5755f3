"""What a request names by address, fetched before it is inspected: the address itself leaves, and is judged first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from accord.core.content import Context, Role, Text
from accord.core.decision import Decision, Destination, Outcome
from accord.gateway.problems import Problem, Stopped, bad
from accord.gateway.services import told
from accord.gateway.threads import Threads
from accord.guard import Guard

MAX_FETCHED = 16
"""How many files elsewhere one request may name."""

Fetch = Callable[[str, str], Awaitable[tuple[str, bytes]]]
"""Fetches an address that a field names: media type and bytes."""


class Elsewhere:
    """Fetches for requests what is elsewhere, where the configuration says that it may be.

    Args:
        fetch: how; nothing is fetched without it.
        threads: where addresses are inspected.
    """

    def __init__(self, fetch: Fetch | None, threads: Threads) -> None:
        self._fetch, self._threads = fetch, threads

    async def fetched(
        self, guard: Guard, context: Context, addresses: Mapping[str, str]
    ) -> dict[str, tuple[str, bytes]]:
        """Media type and bytes by address; empty where nothing may be fetched.

        Args:
            guard: judges what an address says to the host that it leads to.
            context: on whose behalf.
            addresses: the fields that name them, by address.

        Raises:
            Problem: there are too many, one may not leave as it is written, or cannot be fetched.
        """
        if self._fetch is None or not addresses:
            return {}
        if len(addresses) > MAX_FETCHED:
            raise bad("too_many_parts", f"More than {MAX_FETCHED} addresses are not fetched.", "messages")
        return {url: await self._one(self._fetch, guard, context, url, where) for url, where in addresses.items()}

    async def _one(self, fetch: Fetch, guard: Guard, context: Context, url: str, where: str) -> tuple[str, bytes]:
        decision = await self._threads.run(
            lambda: guard.inspect(Text(url, role=Role.USER), context).release(Destination.TOOL)
        )
        if decision.content is None:
            raise Stopped(decision, dict(told(decision)))
        if decision.outcome is not Outcome.ALLOW:
            await self._settled(guard, context, decision, "failed")
            text = f"{where}: the address holds something that may not leave; it was not asked for."
            raise Problem(400, "remote_media", text, param=where, headers=dict(told(decision)))
        try:
            got = await fetch(url, where)
        except BaseException:
            await self._settled(guard, context, decision, "unknown")
            raise
        await self._settled(guard, context, decision, "delivered")
        return got

    async def _settled(self, guard: Guard, context: Context, decision: Decision, status: str) -> None:
        await self._threads.run(lambda: guard.recorder.settle(context, delivered=[(decision, status)]))
