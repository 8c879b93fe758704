"""Links to an archive: good for ten minutes, and for whoever has them, so that a browser can fetch it."""

import base64
import hmac
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlencode

from app.core.tokens import keyed_digest

LINK_LIFE = timedelta(minutes=10)
_PURPOSE = "data-export"
"""Part of what signatures are computed from: never change it."""


def signature_of(signing_key: bytes, public_id: uuid.UUID, expires_at: int) -> str:
    """What shows that we gave a link, URL-safe."""
    digest = keyed_digest(signing_key, _PURPOSE, public_id.bytes, str(expires_at))
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_signature(given: str, signing_key: bytes, public_id: uuid.UUID, expires_at: int) -> bool:
    """Whether ``given`` is that signature; takes the same time wherever it differs."""
    return hmac.compare_digest(given.encode(), signature_of(signing_key, public_id, expires_at).encode())


def link_to(public_url: str | None, signing_key: bytes, public_id: uuid.UUID, moment: datetime) -> str:
    """A fresh link; without ``public_url`` one relative to the server."""
    expires_at = int((moment + LINK_LIFE).timestamp())
    query = urlencode({"expires_at": expires_at, "signature": signature_of(signing_key, public_id, expires_at)})
    return f"{(public_url or '').rstrip('/')}/v1/data-exports/{public_id}/archive?{query}"
