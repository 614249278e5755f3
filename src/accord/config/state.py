"""Where state is kept, for how long, and who may reach it, as it is written."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from accord.access.actions import scopes_of
from accord.access.principals import role_of
from accord.config.base import Model
from accord.core.taxonomy import expand
from accord.errors import ConfigError

_DAY = timedelta(days=1)


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta(0):
        raise ValueError("a time span is not negative; write P7D for seven days, PT1H for an hour")
    return value


Span = Annotated[timedelta, AfterValidator(_not_negative)]
"""A time span, ISO 8601: `P7D`, `PT1H`."""


class SecretModel(Model):
    """Something that is not to stand in a file: it is in the environment."""

    env: str = Field(min_length=1)

    def reveal(self) -> str:
        """What the environment says.

        Raises:
            ConfigError: it says nothing.
        """
        value = os.environ.get(self.env)
        if not value:
            raise ConfigError(f"the environment variable {self.env} is not set")
        return value


class FileModel(Model):
    """A file."""

    file: str = Field(min_length=1)


class GitModel(Model):
    """A git repository."""

    git: str = Field(min_length=1)


Address = str | SecretModel


def address(value: Address) -> str:
    """The address of a database, from the file or the environment."""
    return value.reveal() if isinstance(value, SecretModel) else value


class KeysModel(Model):
    """Where keys are.

    Attributes:
        url: the key store; a file of its own in the state folder when not given.
        master: the master key: a file (0600), or an environment variable with 32 bytes in base64.
    """

    url: Address | None = None
    master: FileModel | SecretModel | None = None


class CheckpointModel(Model):
    """How often the audit log is signed."""

    records: int = Field(default=1000, ge=1)
    every: Span = timedelta(minutes=1)


class AuditModel(Model):
    """The audit log.

    Attributes:
        name: the origin in its checkpoints, as C2SP tlog-checkpoint wants it: like an address without a scheme;
            after its public key when not given.
        checkpoint: how often it is signed.
        anchors: files and git repositories, elsewhere, that heads are written to.
        verify_every: how often a server verifies it by itself.
    """

    name: str = ""
    checkpoint: CheckpointModel = CheckpointModel()
    anchors: tuple[FileModel | GitModel, ...] = ()
    verify_every: Span = timedelta(hours=1)

    @model_validator(mode="after")
    def _origin(self) -> AuditModel:
        if not re.fullmatch(r"[!-*,-~]{0,128}", self.name):
            raise ValueError("a name of the log has no spaces and no plus sign")
        return self


class StateModel(Model):
    """Where state is kept.

    Attributes:
        url: the database; SQLite in the state folder when not given.
        keys: where keys are.
        audit: the audit log.
    """

    url: Address | None = None
    keys: KeysModel = KeysModel()
    audit: AuditModel = AuditModel()


class RetentionModel(Model):
    """How long what is kept.

    Attributes:
        quarantine: content that awaits a decision.
        evidence: content that was blocked; nothing of it is kept where this is zero.
        pseudonyms: what pseudonyms stand for, from their last use on.
        categories: shorter times for content in which such things were found, by category or family
            (`privacy.health.*`).
        sweep_every: how often a server removes what has expired.
    """

    quarantine: Span = 7 * _DAY
    evidence: Span = timedelta(0)
    pseudonyms: Span = 30 * _DAY
    categories: dict[str, Span] = Field(default_factory=dict)
    sweep_every: Span = timedelta(hours=1)

    @field_validator("categories")
    @classmethod
    def _known(cls, value: dict[str, timedelta]) -> dict[str, timedelta]:
        for pattern in value:
            expand(pattern)
        return value


class PseudonymsModel(Model):
    """What stands for values.

    Attributes:
        style: tags such as `[PERSON_K7QX]`, or stand-ins: names and numbers that look real and are nobody's.
    """

    style: Literal["tags", "stand-ins"] = "tags"


class ClaimsModel(Model):
    """Which claims of a token say what."""

    tenant: str = "tenant"
    role: str = "role"
    end_user: str = "sub"


class OidcModel(Model):
    """Tokens of an OpenID Connect issuer.

    Attributes:
        issuer: as it stands in `iss`.
        audience: as it stands in `aud`.
        jwks: the issuer's keys: a file, or an https address.
        algorithms: those accepted (RFC 7518, RFC 9864).
        claims: which claims say what.
        ca: certificates to trust for the address of the keys; the system's when not given.
    """

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    jwks: str = Field(min_length=1)
    algorithms: tuple[str, ...] = ("RS256", "ES256", "Ed25519")
    claims: ClaimsModel = ClaimsModel()
    ca: str | None = None


class CertificateModel(Model):
    """What the holder of a client certificate is here.

    Attributes:
        tenant: whose data it may deal with; `*` for those who run the installation.
        role: `app`, `reviewer`, `officer`, `operator`, `auditor` or `admin`.
        scopes: actions or groups of actions that it is limited to.
    """

    tenant: str = Field(min_length=1)
    role: str
    scopes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> CertificateModel:
        role_of(self.role)
        scopes_of(frozenset(self.scopes))
        return self


class AccessModel(Model):
    """Who may do what.

    Attributes:
        oidc: tokens that are accepted beside API keys.
        certificates: client certificates that are accepted beside API keys, by a name in them: `dns:…`, `email:…`,
            `uri:…`, `ip:…` or `cn:…`.
        policies: a file of further Cedar policies.
    """

    oidc: OidcModel | None = None
    certificates: dict[str, CertificateModel] = Field(default_factory=dict)
    policies: str | None = None
