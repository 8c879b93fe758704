"""The public keys of an issuer, found by discovery (OpenID Connect Discovery 1.0) and kept for an hour."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from app.core.clock import now
from app.core.settings import OidcProvider
from app.identity.errors import ProviderUnavailable

log = structlog.get_logger(__name__)

KEYS_LIFE = timedelta(hours=1)
STALE_LIFE = timedelta(hours=24)
"""How long known keys serve while the issuer can't be reached."""
REFETCH_AFTER = timedelta(minutes=1)
"""Least time between two fetches, so that tokens with made-up keys don't make us hammer the issuer."""
_TIMEOUT = httpx.Timeout(5.0)
_MAX_BYTES = 262_144
_ASYMMETRIC = (RSAKey, ECKey)


class KeyDirectory:
    """The keys of one issuer. Of requests that need them at one moment, one fetches."""

    def __init__(self, provider: OidcProvider, http: httpx.AsyncClient) -> None:
        self._provider = provider
        self._http = http
        self._keys: KeySet | None = None
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None) -> Key | None:
        """The key of this id (the only one where a token names none); None where the issuer has none such.

        :raises ProviderUnavailable: the issuer can't be asked, and no keys are known.
        """
        if self._is_due(KEYS_LIFE):
            await self._refetch(KEYS_LIFE)
        if (key := self._known(kid)) is None and self._is_due(REFETCH_AFTER):
            await self._refetch(REFETCH_AFTER)
            key = self._known(kid)
        return key

    def _is_due(self, life: timedelta) -> bool:
        return self._fetched_at is None or now() - self._fetched_at >= life

    def _known(self, kid: str | None) -> Key | None:
        if self._keys is None:
            return None
        try:
            key: Key = self._keys.get_by_kid(kid)
        except JoseError:
            return None
        # A key for a keyed digest would be a secret; in a public list it is a mistake or a trap.
        return key if isinstance(key, _ASYMMETRIC) else None

    async def _refetch(self, life: timedelta) -> None:
        async with self._lock:
            if not self._is_due(life):
                return  # another request has fetched meanwhile
            try:
                self._require_patience()
                self._keys = await self._fetch()
                self._fetched_at = now()
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                log.warning("id_token.keys_unavailable", provider=self._provider.name, error=type(error).__name__)
                if self._keys is None or self._is_due(STALE_LIFE):
                    raise ProviderUnavailable from error

    def _require_patience(self) -> None:
        """Let a failed fetch be followed by the next one a little later only."""
        moment = now()
        if self._tried_at is not None and moment - self._tried_at < timedelta(seconds=5):
            raise ValueError("asked a moment ago")
        self._tried_at = moment

    async def _fetch(self) -> KeySet:
        issuer = self._provider.issuer
        document = await self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if document["issuer"] != issuer:
            raise ValueError("the document of discovery is of another issuer")
        address = str(document["jwks_uri"])
        if httpx.URL(address).scheme != httpx.URL(issuer).scheme:
            raise ValueError("the keys are at a less secure address")
        return KeySet.import_key_set({"keys": (await self._get(address))["keys"]})

    async def _get(self, address: str) -> dict[str, Any]:
        async with self._http.stream("GET", address, timeout=_TIMEOUT, follow_redirects=False) as response:
            if response.status_code != 200:
                raise ValueError(f"status {response.status_code}")
            content = b""
            async for part in response.aiter_bytes():
                content += part
                if len(content) > _MAX_BYTES:
                    raise ValueError("too large")
        found = httpx.Response(200, content=content).json()
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return found
