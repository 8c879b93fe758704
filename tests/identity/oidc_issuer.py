"""A small OpenID Connect issuer on loopback: discovery, keys over HTTP, tokens by its private key."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.core.clock import now
from app.core.settings import OidcProvider

AUDIENCE = "the-app"
NONCE = "b7d1f0a2c94e4d5c"
AnyKey = RSAKey | ECKey


class Issuer:
    """What the issuer publishes, and the tokens it gives."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key: AnyKey = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.published: list[dict[str, Any]] = []
        self.document: dict[str, Any] = {"issuer": address, "jwks_uri": f"{address}/keys"}
        self.status = 200
        self.requests: list[str] = []
        self.publish(self.key)

    def provider(self, **changes: Any) -> OidcProvider:
        """The settings that trust this issuer."""
        values = {"name": "loopback", "issuer": self.address, "audiences": (AUDIENCE,)} | changes
        return OidcProvider.model_validate(values)

    def publish(self, *keys: AnyKey) -> None:
        """Show these public keys, and no others."""
        self.published = list(KeySet(list(keys)).as_dict(private=False)["keys"])

    def rotate(self, kid: str, key: AnyKey | None = None) -> None:
        """Sign with a new key from now on, published beside no other."""
        self.key = key or ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
        self.publish(self.key)

    def claims(self, subject: str = "person-1", **changes: Any) -> dict[str, Any]:
        """The claims of a good token; None takes one away."""
        moment = int(now().timestamp())
        claims = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": moment,
            "exp": moment + 600,
            "nonce": NONCE,
            "jti": uuid.uuid4().hex,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, subject: str = "person-1", *, key: AnyKey | None = None, **changes: Any) -> str:
        """A token signed by the issuer's key, or by another one that claims to be it."""
        signer = key or self.key
        algorithm = "RS256" if isinstance(signer, RSAKey) else "ES256"
        header = {"alg": algorithm, "kid": self.key.kid}
        return jwt.encode(header, self.claims(subject, **changes), signer, algorithms=[algorithm])

    def answer(self, path: str) -> dict[str, Any]:
        """What is served at a path."""
        self.requests.append(path)
        if path == "/.well-known/openid-configuration":
            return self.document
        return {"keys": self.published}


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer that answers while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.answer(self.path)).encode()
            self.send_response(issuer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_values: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
