"""Verifying ID tokens: signature, issuer, audience, times, nonce. One interface for all issuers."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError

from app.core.clock import now
from app.core.settings import OidcProvider
from app.core.tokens import token_digest
from app.identity.addresses import normal_address
from app.identity.errors import IdTokenRefused
from app.identity.external.keys import KeyDirectory

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384")
"""Signatures by a private key that only the issuer has: never ``none``, never a keyed digest."""
LEEWAY_SECONDS = 60
LONGEST_LIFE = timedelta(days=31)
"""Spent tokens are remembered until they end: none may be good for ever."""
_MAX_SUBJECT = 255


@dataclass(frozen=True)
class ExternalPerson:
    """Whom an issuer vouches for."""

    issuer: str
    subject: str
    verified_email: str | None
    """In its normal form; None where the issuer does not say it has verified it, or is not to be believed."""
    token_digest: bytes = field(repr=False)
    """Of what was signed: the signature itself can be written in more than one way."""
    expires_at: datetime
    """Until when the same token would be good again."""


class IdTokens(Protocol):
    """Verifies the ID tokens of the issuers of an installation."""

    @property
    def providers(self) -> Mapping[str, OidcProvider]:
        """The issuers by their names."""
        ...

    async def verify(self, provider: str, token: str, nonce: str | None) -> ExternalPerson:
        """Whom a token of one of ``providers`` vouches for.

        :raises IdTokenRefused: it is not a good token of that issuer for this app and this sign-in.
        :raises ProviderUnavailable: the issuer can't be asked for its keys.
        """
        ...


class OidcTokens:
    """ID tokens of OpenID Connect issuers, by their published keys. Holds an HTTP client: close it.

    Where no issuer is trusted there is none: reading the authorities it would trust takes 50 ms of every start.
    """

    def __init__(self, providers: Sequence[OidcProvider]) -> None:
        self.providers: Mapping[str, OidcProvider] = {provider.name: provider for provider in providers}
        self._http = httpx.AsyncClient() if providers else None
        self._directories = {
            provider.name: KeyDirectory(provider, self._http) for provider in providers if self._http is not None
        }

    async def aclose(self) -> None:
        """Close the connections to issuers."""
        if self._http is not None:
            await self._http.aclose()

    async def verify(self, provider: str, token: str, nonce: str | None) -> ExternalPerson:
        """See :class:`IdTokens`."""
        trusted = self.providers[provider]
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("alg") not in ALGORITHMS:
                raise _refused(provider, "algorithm")
            key = await self._directories[provider].find(header.get("kid"))
            if key is None:
                raise _refused(provider, "unknown_key")
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            _registry(trusted).validate(claims)
        except (JoseError, ValueError) as error:  # the text of these errors may hold parts of the token
            raise _refused(provider, type(error).__name__) from None
        _check_nonce(trusted, claims, nonce)
        return _person(trusted, claims, token)


def _registry(provider: OidcProvider) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "values": list(provider.audiences)},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_nonce(provider: OidcProvider, claims: Mapping[str, Any], nonce: str | None) -> None:
    """The nonce binds a token to the sign-in the app began; where the issuer puts none in, none is asked for."""
    given = claims.get("nonce")
    if given is None and nonce is None and not provider.nonce:
        return
    if not isinstance(given, str) or nonce is None or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise _refused(provider.name, "nonce")


def _person(provider: OidcProvider, claims: Mapping[str, Any], token: str) -> ExternalPerson:
    subject, expires = claims["sub"], claims["exp"] + LEEWAY_SECONDS
    if not subject or len(subject) > _MAX_SUBJECT:
        raise _refused(provider.name, "subject")
    if expires > (now() + LONGEST_LIFE).timestamp():
        raise _refused(provider.name, "lifetime")
    return ExternalPerson(
        provider.issuer,
        subject,
        _verified_email(provider, claims),
        token_digest(token.rpartition(".")[0]),
        datetime.fromtimestamp(expires, UTC),
    )


def _verified_email(provider: OidcProvider, claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    # Apple writes the flag as a text.
    is_verified = claims.get("email_verified") in (True, "true")
    if not provider.links_by_email or not is_verified or not isinstance(email, str):
        return None
    try:
        return normal_address(email)
    except ValueError:
        return None


def _refused(provider: str, reason: str) -> IdTokenRefused:
    log.info("id_token.refused", provider=provider, reason=reason)
    return IdTokenRefused()
