"""What commands about state work with: opened as the options say, for somebody who may, closed with the command."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from accord.cli.options import Common

if TYPE_CHECKING:
    from accord.access.actions import Action
    from accord.access.authorise import Resource
    from accord.access.keys import ApiKeys
    from accord.access.principals import Principal
    from accord.audit.log import AuditLog
    from accord.core.decision import Decision
    from accord.custody.desk import Desk
    from accord.custody.items import Unsealed
    from accord.state import State
    from accord.store.switch import Switch
    from accord.vault.keys import KeyRing

KEY_VARIABLE = "ACCORD_API_KEY"
"""An API key here says who runs a command; without one it is the owner of the state folder, by their user name."""

_ANYONE = "anyone"


def state(shared: Common, *, recover: bool = False) -> State:
    """The state that the options name, closed when the command ends."""
    from accord.app import settings, state_dir
    from accord.state import open_state

    opened = open_state(state_dir(shared.state), settings(shared.source), recover=recover)
    click.get_current_context().call_on_close(opened.close)
    return opened


def log_of(shared: Common) -> AuditLog:
    """The audit log, to be read."""
    return _let_in(shared, _asked(), None)[0].audit


def ring_of(shared: Common) -> KeyRing:
    """The keys."""
    return _let_in(shared, _asked(), None)[0].ring


def record(shared: Common, event: str, facts: Mapping[str, str | int]) -> None:
    """Write what is about to be done to the master key into the audit log."""
    opened, who = _let_in(shared, _asked(), None)
    opened.record("master", {"event": event, "by": who.person, **facts})


@contextlib.contextmanager
def api_keys(shared: Common) -> Iterator[tuple[ApiKeys, str, str | None, Callable[[str], None]]]:
    """The API keys, for somebody who may do this with those of some tenant; every change is recorded."""
    from accord.access.actions import Action
    from accord.access.authorise import Authoriser
    from accord.access.principals import ALL_TENANTS, Kind

    opened, who = _let_in(shared, _asked(), None)
    authoriser, action = Authoriser(opened.extra_policies()), Action(_asked())

    def may(tenant: str) -> None:
        if who.kind is not Kind.LOCAL:
            authoriser.check(who, action, _about(action, tenant, who))

    everywhere = who.kind is Kind.LOCAL or who.tenant == ALL_TENANTS
    yield opened.api_keys(), who.person, None if everywhere else who.tenant, may


def _asked() -> str:
    """The action that a command is, by its name: `accord audit list` is `audit.list`."""
    context = click.get_current_context()
    named = f"{context.parent.info_name if context.parent else ''}.{context.info_name}"
    return _ACTIONS.get(named, named)


_ACTIONS = {"audit.key": "audit.verify", "vault.status": "vault.show"}


def bare_switch(shared: Common) -> Switch:
    """The kill switch alone, for when nothing else can be waited for."""
    from accord.app import state_dir
    from accord.store.switch import Switch

    return Switch(state_dir(shared.state))


def switch(shared: Common, action: str) -> tuple[Switch, str]:
    """The kill switch with the audit log, for somebody who may engage or release it, and who that is."""
    from accord.app import state_dir
    from accord.store.switch import Ledger, Switch

    opened, who = _let_in(shared, action, None)
    recorded = Ledger(lambda body: opened.record("switch", body), lambda: opened.audit.records(kind="switch"))
    return Switch(state_dir(shared.state), recorded), who.person


@contextlib.contextmanager
def desk(shared: Common, action: str, tenant: str | None) -> Iterator[Desk]:
    """Custody, for somebody who may do this there."""
    from accord.access.principals import Kind

    opened, who = _let_in(shared, action, tenant)
    whose = tenant if who.kind is Kind.LOCAL else who.tenant
    yield opened.desk(who.person, whose, lambda item: _view(shared, opened, item))


def _view(shared: Common, opened: State, item: Unsealed) -> Decision:
    """What a reviewer may see of an item: inspected anew."""
    from accord import app
    from accord.core.content import Context

    chosen = app.settings(shared.source)
    guard = app.guard_of(chosen, app.plugins_of(chosen), opened, app.pseudonyms_of(chosen, opened), keep=False)
    try:
        context = Context(tenant=item.item.tenant, purpose="review")
        return guard.inspect(item.content, context).release("reviewer")
    finally:
        guard.close()


def _let_in(shared: Common, named: str, tenant: str | None) -> tuple[State, Principal]:
    from accord.access.actions import Action
    from accord.access.authorise import Authoriser
    from accord.access.principals import ALL_TENANTS, RUNS, Kind, local
    from accord.errors import AccessDenied

    opened = state(shared)
    action, authoriser = Action(named), Authoriser(opened.extra_policies())
    if shown := os.environ.get(KEY_VARIABLE):
        who = opened.api_keys().check(shown)
    else:
        role = authoriser.roles(action)[0]
        everywhere = ALL_TENANTS if tenant is None and role in RUNS else ""
        who = local(role, tenant or everywhere, user=getpass.getuser())
    whose = who.tenant if tenant is None else tenant
    authoriser.check(who, action, _about(action, whose, who))
    if action.value.startswith("vault.") and who.kind is not Kind.LOCAL and who.tenant != ALL_TENANTS:
        raise AccessDenied("the keys of all tenants are looked after by one who belongs to none of them")
    return opened, who


def _about(action: Action, tenant: str, who: Principal) -> Resource:
    """What is asked for, as far as it is known before it is looked up; custody sees to it that two persons differ."""
    from accord.access import authorise
    from accord.access.actions import Action as A

    now = 1 << 62
    match action:
        case A.BREAKGLASS_APPROVE | A.BREAKGLASS_REVOKE:
            return authorise.grant("", tenant, requested_by=_ANYONE, until=now)
        case A.BREAKGLASS_OPEN:
            return authorise.grant("", tenant, requested_by=who.person, until=now, approved_by=_ANYONE)
        case A.BREAKGLASS_REQUEST | A.REVIEW_SHOW | A.REVIEW_RELEASE | A.REVIEW_DENY:
            return authorise.item("", tenant)
        case _ if action.value.partition(".")[0] in ("vault", "audit", "switch"):
            return authorise.SYSTEM
        case _:
            return authorise.tenant(tenant)
