"""accord's chat door and nothing behind it: a detector that finds nothing, nobody to know, records that are counted and not kept.

    python benchmarks/gateway_bare.py --upstream http://127.0.0.1:PORT/v1

What forwarding alone costs: HTTP, a strict body taken apart and written anew, the upstream, and its answer likewise.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from accord.access.listen import Listen
from accord.audit.log import AuditRecord
from accord.config import shipped
from accord.gateway.app import Gateway
from accord.gateway.asgi import Request
from accord.gateway.chat import Chat
from accord.gateway.server import Serving, serve
from accord.gateway.services import Caller, Route
from accord.gateway.upstream import Endpoint
from accord.gateway.upstreams import Upstreams
from accord.guard import Guard
from accord.testing import FixedDetector


class Counted:
    """An audit log that only counts."""

    def __init__(self) -> None:
        self.count = 0

    def append(self, record: AuditRecord) -> int:
        """Count one."""
        self.count += 1
        return self.count - 1

    def append_many(self, records: Sequence[AuditRecord]) -> range:
        """Count several."""
        self.count += len(records)
        return range(self.count - len(records), self.count)

    def records(self) -> Iterator[dict[str, Any]]:
        """None are kept."""
        return iter(())

    def verify(self) -> None:
        """There is nothing to verify."""

    def close(self) -> None:
        """Nothing is open."""


class Open:
    """Lets everybody in, and counts nothing."""

    async def admit(self, _request: Request, _action: str) -> Caller:
        """In they come."""
        return Caller("bench", "", "app")

    def enter(self, _route: Route) -> None:
        """There is always room."""

    def leave(self, _route: Route, _status: int, _seconds: float) -> None:
        """Nobody counts."""


class One:
    """The same guard for everything."""

    def __init__(self, guard: Guard) -> None:
        self.current = guard


def gateway(upstream: str) -> Gateway:
    """The door alone."""
    guard = Guard(shipped("default").policy(), [], [FixedDetector({})], Counted())
    upstreams = Upstreams({"bench": Endpoint(upstream)})
    chat = Chat(One(guard), upstreams, lambda: "restore_only", body=10_000_000, seconds=30.0)
    everyone = Open()
    return Gateway(chat.routes(), everyone, everyone, start=(upstreams.start,), stop=(upstreams.stop,))


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upstream", required=True)
    given = parser.parse_args()
    listen = Listen("127.0.0.1", 0, ("127.0.0.1",), None, loopback=True, open=True)
    serve(lambda _number: gateway(given.upstream), listen, Serving(), lambda at: print(f"at {at}", flush=True))


if __name__ == "__main__":
    main()
