"""A small authenticator in software: it makes key pairs, and signs what WebAuthn has it sign, honestly or not."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

DOMAIN, ORIGIN = "example.kr", "https://app.example.kr"
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _WITH_CREDENTIAL = 0x01, 0x04, 0x08, 0x10, 0x40


def base64url(raw: bytes) -> str:
    """As WebAuthn writes bytes in JSON."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes again."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftPasskey:
    """One credential; what it lies about is changed by a test."""

    domain: str = DOMAIN
    origin: str = ORIGIN
    count: int = 0
    """0 stays 0: an authenticator that does not count."""
    flags: int = _PRESENT | _VERIFIED | _BACKUP_ELIGIBLE | _BACKED_UP
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes = b""

    def create(self, options: str, **client_data: Any) -> str:
        """Answer to the options of a registration."""
        wanted = json.loads(options)
        self.user_handle = from_base64url(wanted["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        credential = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(_WITH_CREDENTIAL) + credential})
        client = self._client("webauthn.create", wanted["challenge"], client_data)
        return self._answer({"clientDataJSON": base64url(client), "attestationObject": base64url(attestation)})

    def get(self, options: str, **client_data: Any) -> str:
        """Answer to the options of a sign-in."""
        if self.count:
            self.count += 1
        data = self._data(0)
        client = self._client("webauthn.get", json.loads(options)["challenge"], client_data)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": base64url(client),
                "authenticatorData": base64url(data),
                "signature": base64url(signature),
                "userHandle": base64url(self.user_handle),
            }
        )

    def _data(self, more_flags: int) -> bytes:
        return hashlib.sha256(self.domain.encode()).digest() + struct.pack(">BI", self.flags | more_flags, self.count)

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        values = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(values | changes).encode()

    def _answer(self, response: dict[str, str]) -> str:
        identifier = base64url(self.credential_id)
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": response})
