"""Encrypting what the service must read again and a copy of the database must not give away (AES-256-GCM)."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.tokens import keyed_digest

_NONCE_BYTES = 12


class Unreadable(Exception):
    """What was sealed can't be opened: it was sealed under another key, for another purpose, or has been changed."""


def seal(key: bytes, purpose: str, owner: int, secret: bytes) -> bytes:
    """``secret``, encrypted for one purpose and one owner: moved into another row, it can't be opened."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_derived(key, purpose)).encrypt(nonce, secret, str(owner).encode())


def unseal(key: bytes, purpose: str, owner: int, sealed: bytes) -> bytes:
    """What :func:`seal` was given.

    :raises Unreadable: it can't be opened.
    """
    try:
        cipher = AESGCM(_derived(key, purpose))
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], str(owner).encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(purpose) from error


def _derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose; HMAC-SHA-256 as the one-block expansion of HKDF."""
    return keyed_digest(key, "sealing", purpose)
