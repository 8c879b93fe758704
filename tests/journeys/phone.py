"""A phone: what an app does over HTTP, one method per thing a person does."""

import re
from typing import Any

import httpx

from app.core.ids import new_public_id
from tests.smtp_server import SmtpServer


class Phone:
    """An installed app of one person."""

    def __init__(self, address: str, email: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=20, trust_env=False)
        self.email = email
        self.installation_id = new_public_id().hex

    def call(self, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        """Send one request, check its status, give its JSON."""
        response = self.http.request(method, path, **options)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    @property
    def device(self) -> dict[str, str]:
        """How the app names itself when it signs in."""
        return {"installation_id": self.installation_id, "name": "Galaxy S26"}

    def sign_in_by_code(self, mails: SmtpServer) -> None:
        """Ask for a code, read it in the mail, sign in."""
        ticket = self.call("POST", "/v1/sign-in-codes", status=202, json={"email": self.email})
        mail = mails.wait_for_mail(self.email)
        found = re.search(r"\b(\d{6})\b", mail)
        assert found, mail
        code = {"code_id": ticket["id"], "code": found.group(1), "device": self.device}
        self._keep(self.call("POST", "/v1/sessions/code", status=201, json=code))

    def sign_in_by_password(self, password: str) -> None:
        """Sign in by password."""
        body = {"email": self.email, "password": password, "device": self.device}
        self._keep(self.call("POST", "/v1/sessions/password", status=201, json=body))

    def _keep(self, tokens: dict[str, str]) -> None:
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        if self.call("GET", "/v1/me")["terms_required"]:
            version = self.call("GET", "/v1/config")["terms_version"]
            self.call("PUT", "/v1/me/terms", status=204, json={"version": version})

    def register(self, locale: str = "ko") -> str:
        """Register for pushes; the token by which FCM knows this phone."""
        token = f"token-{new_public_id().hex}"
        self.call(
            "PUT",
            f"/v1/devices/{new_public_id()}",
            json={
                "token_kind": "token",
                "token": token,
                "platform": "android",
                "app_version": "1.0.0",
                "locale": locale,
                "time_zone": "Asia/Seoul",
            },
        )
        return token
