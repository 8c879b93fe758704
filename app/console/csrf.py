"""Tokens in forms, by which a page of another site that sends a form is told from ours.

A token is bound to the cookie of the browser it was made for, and looks different each time: what is compressed
together with it gives nothing away.
"""

import hmac
import secrets

from app.core.tokens import keyed_digest

_NONCE_BYTES = 12


def new_csrf_token(key: bytes, cookie: str) -> str:
    """A token for the forms of a page that is given to the bearer of a cookie."""
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    return f"{nonce}.{_mac(key, cookie, nonce)}"


def is_csrf_token(key: bytes, cookie: str, token: str) -> bool:
    """Whether a token was made for the bearer of a cookie."""
    nonce, _, mac = token.partition(".")
    return hmac.compare_digest(mac.encode(), _mac(key, cookie, nonce).encode())


def _mac(key: bytes, cookie: str, nonce: str) -> str:
    return keyed_digest(key, "console form", cookie, nonce).hex()
