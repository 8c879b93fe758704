"""Opaque bearer secrets: made from 256 random bits, stored only as a digest."""

import hashlib
import hmac
import secrets

DIGEST_BYTES = 32


def new_token(prefix: str) -> str:
    """A fresh secret, for example ``isa_…``; the prefix lets secret scanners and log filters recognise it."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def token_digest(token: str) -> bytes:
    """SHA-256 of a token (32 bytes): a fast hash suffices, for the input has 256 bits of entropy."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def keyed_digest(key: bytes, *parts: str | bytes) -> bytes:
    """HMAC-SHA-256 over length-prefixed parts, so that no two part lists give one message."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        mac.update(len(raw).to_bytes(8, "big"))
        mac.update(raw)
    return mac.digest()
