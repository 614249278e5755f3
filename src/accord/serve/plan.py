"""Where and how to serve: checked before anything is bound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from accord import config
from accord.access.listen import Listen, check_listen
from accord.core.decision import Decision
from accord.custody.items import Unsealed
from accord.errors import AccordError
from accord.gateway import logs
from accord.gateway.origin import OwnPagesOnly
from accord.gateway.server import Application, Certificate, Serving
from accord.serve.objects import granted
from accord.serve.whole import gateway
from accord.state import open_state

LOCAL_NAMES = frozenset({"localhost"})
"""Names that lead to this machine wherever they are looked up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process that serves needs to know; it can be pickled.

    Attributes:
        chosen: the configuration.
        folder: the state folder.
        listen: where, as it was checked.
        source: where the configuration came from, so that it can be read anew.
    """

    chosen: config.ConfigModel
    folder: Path
    listen: Listen
    source: str | Path | None = None

    def __call__(self, number: int) -> Application:
        """Make the application, in the process of that number."""
        logs.configure()
        made = gateway(self.chosen, self.folder, number=number, open_loopback=self.listen.open, source=self.source)
        proxied = self.chosen.gateway.behind_proxy
        names = LOCAL_NAMES | {self.listen.host.lower()}
        local = self.listen.loopback and self.listen.unix is None and not proxied
        return OwnPagesOnly(made, names if local else frozenset(), behind_proxy=proxied)


def plan(chosen: config.ConfigModel, folder: Path, host: str, port: int, *, source: str | Path | None = None) -> Plan:
    """Check that the gateway may listen there, and finish erasures that were cut short.

    Raises:
        ConfigError: it would be open to others or in clear; says what to do.
        StoreError: the state cannot be used.
        AuditError: the audit log cannot be used.
    """
    kept = open_state(folder, chosen)
    try:
        kept.desk("accord", None, _nobody).erasure.resume()
        listen = where(chosen, host, port, keys_exist=kept.api_keys().any())
    finally:
        kept.close()
    return Plan(chosen, folder, listen, source)


def where(chosen: config.ConfigModel, host: str, port: int, *, keys_exist: bool) -> Listen:
    """Where the gateway may listen.

    Raises:
        ConfigError: it would be open to others or in clear; says what to do.
    """
    tls = chosen.gateway.tls
    return check_listen(
        host,
        port,
        keys_exist=keys_exist,
        oidc=chosen.access.oidc is not None,
        mtls=bool(tls and tls.clients and granted(chosen)),
        tls=tls is not None,
        behind_proxy=chosen.gateway.behind_proxy,
    )


def serving(chosen: config.ConfigModel) -> Serving:
    """How to serve, as configured."""
    tls, said = chosen.gateway.tls, chosen.gateway
    certificate = None
    if tls is not None:
        certificate = Certificate(Path(tls.certificate), Path(tls.key), Path(tls.clients) if tls.clients else None)
    return Serving(said.workers, said.drain.total_seconds(), certificate, said.behind_proxy)


def _nobody(_item: Unsealed) -> Decision:
    raise AccordError("a server shows nothing that is held")
