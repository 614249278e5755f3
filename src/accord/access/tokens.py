"""Tokens of an OpenID Connect issuer (JWT, RFC 7519), verified as RFC 8725 and RFC 9068 advise.

Which algorithms count is said here and in the key, never in the token. Nothing a token says is used before its
signature has been verified, but for the name of the key and of the algorithm to look up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from joserfc import jws
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry

from accord.access.jwks import ALGORITHMS, JwkSet
from accord.access.names import checked_name
from accord.access.principals import ALL_TENANTS, Kind, Principal, Role, Unauthenticated, role_of
from accord.errors import ConfigError

MAX_CHARACTERS = 16_384
_MAX_NAME = 256
_HEADER = 4096
_LATEST = 1e11  # seconds: the year 5138
# A token for something else, such as a logout (`logout+jwt`) or an event (`secevent+jwt`), is none for us.
TYPES = ("", "jwt", "at+jwt")
_NEVER = ("crit", "b64", "enc", "zip", "jwk")
_WHY = {
    "iss": "the token is of another issuer",
    "aud": "the token is for another audience",
    "exp": "the token has no usable expiry",
    "nbf": "the token is not valid yet",
    "iat": "the token is from the future",
    "sub": "the token names no subject",
}


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which claims say what. A claim is named as it is, or by a path into it: `/realm_access/roles`.

    Attributes:
        tenant: the claim with the tenant.
        role: the claim with the role, or with a list among which it is.
        end_user: the claim with the person on whose behalf an application asks.
        roles: role by what the claim says; the first of these that it has counts. The names of our roles where empty.
        only_tenant: the tenant of all tokens of this issuer, instead of a claim.
        every_tenant: whether `*` in the claim is believed.
    """

    tenant: str = "tenant"
    role: str = "role"
    end_user: str = "sub"
    roles: Mapping[str, str] = field(default_factory=dict)
    only_tenant: str = ""
    every_tenant: bool = False


class Tokens:
    """The tokens of one issuer. Safe for threads.

    Args:
        issuer: as it stands in `iss`.
        audience: as it stands in `aud`.
        keys: the issuer's.
        algorithms: those accepted; asymmetric ones only.
        mapped: which claims say what.
        types: accepted values of `typ`, in lower case; empty for a token without.
        leeway: by how many seconds clocks may differ, up to 300.
        longest: the longest life of a token, in seconds: it cannot be revoked here.
        now: the clock, ms since 1970.

    Raises:
        ConfigError: an argument would not be safe.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: JwkSet,
        *,
        algorithms: Sequence[str] = ("ES256", "RS256", "Ed25519"),
        mapped: Mapped | None = None,
        types: Sequence[str] = TYPES,
        leeway: int = 60,
        longest: int = 86_400,
        now: Callable[[], int] | None = None,
    ) -> None:
        if not issuer or not audience:
            raise ConfigError("an issuer needs its name and an audience", hint="as they stand in iss and aud")
        if not algorithms or not set(algorithms) <= ALGORITHMS:
            raise ConfigError(
                "an algorithm for tokens is not one of those that keep keys apart from what they verify",
                hint=f"there are {', '.join(sorted(ALGORITHMS))}",
            )
        if not 0 <= leeway <= 300:
            raise ConfigError("clocks may differ by 0 to 300 seconds")
        self._mapped = mapped or Mapped()
        for role in self._mapped.roles.values():
            role_of(role)
        self._issuer = issuer
        self._keys = keys
        self._algorithms = frozenset(algorithms)
        self._types = frozenset(types)
        self._leeway = leeway
        self._longest = longest
        self._now = now or (lambda: time.time_ns() // 1_000_000)
        self._registry = _Registry(algorithms=sorted(algorithms), strict_check_header=False)
        self._claims = JWTClaimsRegistry(
            now=lambda: self._now() // 1000,
            leeway=leeway,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    def __repr__(self) -> str:
        return "<Tokens>"

    def check(self, token: str) -> Principal:
        """Who asks with a token.

        Raises:
            Unauthenticated: it is none, not of this issuer, not for us, not now, or says no tenant or role.
        """
        header, payload = _parts(token)
        algorithm, kid = self._judge(header)
        key = self._keys.find(kid, algorithm)
        try:
            jws.deserialize_compact(token, key.key, registry=self._registry)
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated("the signature of the token is not valid") from None
        claims = _object(payload)
        self._validate(claims)
        return self._principal(claims)

    def _judge(self, header: Mapping[str, Any]) -> tuple[str, str]:
        """The algorithm and the name of the key, of a header that nobody vouches for yet."""
        algorithm, kid, kind = header.get("alg"), header.get("kid", ""), header.get("typ", "")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise Unauthenticated("the token is signed in a way that is not accepted here")
        if not isinstance(kid, str) or len(kid) > _MAX_NAME:
            raise Unauthenticated("the token names no key")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in self._types:
            raise Unauthenticated("the token is of another kind", hint="show an access token")
        if any(name in header for name in _NEVER):
            raise Unauthenticated("the token has a header that is not accepted here")
        return algorithm, kid

    def _validate(self, claims: dict[str, Any]) -> None:
        for name in ("exp", "iat", "nbf"):
            if isinstance(claims.get(name), int | float) and abs(claims[name]) > _LATEST:
                raise Unauthenticated(_WHY[name])
        try:
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise Unauthenticated("the token has expired", hint="sign in again") from None
        except MissingClaimError:
            raise Unauthenticated("the token has not all of iss, aud, sub, iat and exp") from None
        except InvalidClaimError as error:
            raise Unauthenticated(_WHY.get(error.claim, "the token is not valid")) from None
        if claims["exp"] - claims["iat"] > self._longest:
            raise Unauthenticated(f"the token lives longer than {self._longest} seconds, and cannot be revoked")
        if "events" in claims:  # OpenID Connect Back-Channel Logout 1.0, 2.4: looks like an ID token else
            raise Unauthenticated("the token is of another kind", hint="show an access token")

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        subject = claims["sub"]
        # Who a person is at the issuer stands in no log; who needs it computes it from issuer and subject.
        name = hashlib.sha256(f"{self._issuer}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        end_user = _at(claims, self._mapped.end_user)
        role = self._role(_at(claims, self._mapped.role))
        try:
            return Principal(
                id=f"token:{name}",
                tenant=self._tenant(_at(claims, self._mapped.tenant)),
                role=role,
                kind=Kind.TOKEN,
                expires=math.ceil((claims["exp"] + self._leeway) * 1000),
                end_user=checked_name(end_user, "an end user") if isinstance(end_user, str) and end_user else "",
            )
        except ConfigError as error:
            raise Unauthenticated(f"the token does not say who asks: {error}") from None

    def _tenant(self, said: Any) -> str:
        if self._mapped.only_tenant:
            return self._mapped.only_tenant
        if not isinstance(said, str):
            raise ConfigError("a tenant is one name")
        if said == ALL_TENANTS and not self._mapped.every_tenant:
            raise ConfigError("all tenants are not given by a token")
        return checked_name(said, "a tenant")

    def _role(self, said: Any) -> Role:
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        known = self._mapped.roles or {role.value: role.value for role in Role}
        found = [role for value, role in known.items() if value in values]
        if not found:
            raise Unauthenticated("the token gives no role here", hint="see access.oidc.claims in the configuration")
        if len(set(found)) > 1 and not self._mapped.roles:
            raise Unauthenticated("the token gives several roles, and one can be had at a time")
        return role_of(found[0])


class _Registry(jws.JWSRegistry):
    """Knows our algorithms only; `EdDSA` is deprecated (RFC 9864), and many issuers still write it."""

    max_header_length = _HEADER
    max_payload_length = MAX_CHARACTERS

    def get_alg(self, name: str) -> Any:
        if not self.allowed or name not in self.allowed or name not in ALGORITHMS:
            raise Unauthenticated("the token is signed in a way that is not accepted here")
        return self.algorithms["Ed25519" if name == "EdDSA" else name]


def _parts(token: str) -> tuple[Mapping[str, Any], bytes]:
    parts = token.split(".") if len(token) <= MAX_CHARACTERS and token.isascii() else []
    if len(parts) != 3 or not all(parts) or len(parts[0]) > _HEADER:
        raise Unauthenticated("this is no signed token, or a very large one", hint="show an API key or a JWT")
    return _object(_decoded(parts[0])), _decoded(parts[1])


def _decoded(segment: str) -> bytes:
    try:
        return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unauthenticated("this is no signed token") from None


def _object(data: bytes) -> dict[str, Any]:
    """A JSON object in which nothing stands twice: two readers could each believe another one (RFC 8725, 2.4)."""
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no)
    except (ValueError, RecursionError):
        raise Unauthenticated("the token is not well formed") from None
    if not isinstance(found, dict):
        raise Unauthenticated("the token is not well formed")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no(_: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _at(claims: Mapping[str, Any], path: str) -> Any:
    if not path.startswith("/"):
        return claims.get(path)
    found: Any = claims
    for name in path[1:].split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found
